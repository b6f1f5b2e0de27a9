"""What happened in a run, as everybody saw it: one list of entries in the order in which they were written down.

Times are seconds of one monotonic clock. Words do not stand here, only what is left of them after hashing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

QUIET = 0
"""Fingerprint of an event of which only its place was told."""
OF_TODAY = ("name", "body", "edited", "rephrased", "cover", "folded_until", "reason", "received", "preferences")
"""Fields that are dressed when read, so that they may differ between two readings."""


class Pressed(NamedTuple):
    """Somebody presses send. The key stays the same for every retry."""

    t: float
    who: str
    on: str
    key: str
    words: int


class Answered(NamedTuple):
    """The server said that it is kept, at this place."""

    t: float
    who: str
    on: str
    key: str
    epoch: str
    seq: int
    dup: bool


class Refused(NamedTuple):
    """The server said no, for good: it must never appear."""

    t: float
    who: str
    on: str
    key: str
    code: str


class Unsure(NamedTuple):
    """Sent, and not answered or answered "later": it may be there or not, and is sent again."""

    t: float
    who: str
    on: str
    key: str


class Opened(NamedTuple):
    t: float
    who: str
    conn: int
    server: str


class Closed(NamedTuple):
    t: float
    who: str
    conn: int
    code: int


class Asked(NamedTuple):
    """Somebody asks to follow a log, or to catch up with it."""

    t: float
    who: str
    conn: int
    on: str


class Began(NamedTuple):
    """The answer to that: events from ``start`` follow, ``base`` is the earliest one may read."""

    t: float
    who: str
    conn: int
    on: str
    epoch: str
    base: int
    start: int
    head: int
    resumed: bool


class Heard(NamedTuple):
    """An event came over a socket."""

    t: float
    who: str
    conn: int
    on: str
    epoch: str
    seq: int
    key: str | None
    print: int


class Applied(NamedTuple):
    """An event was taken up, being the next."""

    t: float
    who: str
    on: str
    epoch: str
    seq: int
    key: str | None
    print: int


class Reset(NamedTuple):
    """Somebody was told to begin anew."""

    t: float
    who: str
    on: str
    reason: str


class Entered(NamedTuple):
    """An entry was answered; its own event has seq ``base``. ``asked`` is when it was asked for."""

    t: float
    who: str
    on: str
    base: int
    asked: float


class Left(NamedTuple):
    """Leaving was answered; its own event has seq ``last``. ``asked`` is when it was asked for."""

    t: float
    who: str
    on: str
    last: int
    asked: float


class Flagged(NamedTuple):
    """Somebody is about to flag a message."""

    t: float
    who: str
    on: str
    target: int


class Told(NamedTuple):
    """Something that came to ``who`` spoke of a flag on a message."""

    t: float
    who: str
    on: str
    target: int


class Fault(NamedTuple):
    """From ``t`` to ``until`` something was broken."""

    t: float
    until: float
    what: str


class Restored(NamedTuple):
    """A log was put back from a copy and counts anew in this epoch."""

    t: float
    on: str
    epoch: str


Entry = (
    Pressed | Answered | Refused | Unsure | Opened | Closed | Asked | Began | Heard | Applied | Reset | Entered | Left
    | Flagged | Told | Fault | Restored
)  # fmt: skip


class Row(NamedTuple):
    """An event as it lies in the database in the end. ``words`` is None for what is no message."""

    seq: int
    key: str | None
    words: int | None
    print: int
    target: int | None


@dataclass(slots=True)
class FinalLog:
    """A log in the end. ``rows`` in order of seq."""

    epoch: str
    floor: int
    head: int
    rows: list[Row]


class FinalRead(NamedTuple):
    """What somebody who comes anew reads over HTTP in the end, from ``base`` on: (seq, key, print)."""

    who: str
    on: str
    epoch: str
    base: int
    events: tuple[tuple[int, str | None, int], ...]


@dataclass(slots=True)
class History:
    entries: list[Entry] = field(default_factory=list)
    final: dict[str, FinalLog] = field(default_factory=dict)
    reads: list[FinalRead] = field(default_factory=list)

    def note(self, entry: Entry) -> None:
        self.entries.append(entry)


def words_of(body: str) -> int:
    return _hash(body.encode())


def print_of(event: Mapping[str, Any]) -> int:
    """What of an event must be the same for everybody who was told of it."""
    if event["kind"] == "quiet":
        return QUIET
    lasting = {name: value for name, value in event.items() if name not in OF_TODAY}
    body = event.get("body") if event["kind"] == "message.posted" else None
    return _hash(msgspec.json.encode((lasting, body), order="deterministic"))


def _hash(content: bytes) -> int:
    return int.from_bytes(blake2b(content, digest_size=7).digest(), "big") | 1
