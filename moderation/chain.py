"""The chain of the public record, as pure functions: how an entry is written, linked, and found to have been changed.

hash(i) = SHA-256(canonical JSON of entry i ∥ hash(i-1)); hash(0) is 32 zero bytes.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

BEGIN: Final = "0" * 64


class Head(NamedTuple):
    """How far the record goes: its last entry's number and hash; nothing yet is ``Head(0, BEGIN)``."""

    seq: int
    hash: str


class Broken(Exception):
    """The record is not what it says it is. The text is one plain sentence; ``seq`` is the first bad entry."""

    def __init__(self, seq: int, sentence: str) -> None:
        super().__init__(sentence)
        self.seq = seq


def canonical(value: Mapping[str, Any]) -> str:
    """JSON with sorted names, no blanks and ASCII only. Holds only whole numbers, strings, truth, null and objects."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest(entry: str, prev: str) -> str:
    """The hash of an entry in canonical JSON after the entry with hash ``prev`` (64 hex digits), as 64 hex digits."""
    return hashlib.sha256(entry.encode() + bytes.fromhex(prev)).hexdigest()


def link(after: Head, fields: Mapping[str, Any]) -> tuple[str, Head]:
    """The next entry with these fields beside ``seq`` and ``prev``, in canonical JSON, and the head it makes."""
    entry = canonical({**fields, "seq": after.seq + 1, "prev": after.hash})
    return entry, Head(after.seq + 1, digest(entry, after.hash))


def verify(entries: Iterable[Mapping[str, Any]], after: Head = Head(0, BEGIN)) -> Head:
    """Check entries (with their ``hash``) that follow ``after``; returns the head they lead to. Raises `Broken`."""
    for each in entries:
        seq = after.seq + 1
        if each.get("seq") != seq:
            raise Broken(seq, f"Entry {seq} is missing: another stands in its place.")
        if each.get("prev") != after.hash:
            raise Broken(seq, f"Entry {seq} does not follow the entry before it.")
        found = digest(canonical({name: value for name, value in each.items() if name != "hash"}), after.hash)
        if each.get("hash") != found:
            raise Broken(seq, f"Entry {seq} is not what was published: its hash differs.")
        after = Head(seq, found)
    return after
