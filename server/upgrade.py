"""The head of a WebSocket's handshake, read in one go where it comes in one piece and is nothing but ordinary.

h11 reads every other head; this one costs a tenth, and thousands may come at once.
"""

import re
from typing import Final, NamedTuple

FIRST: Final = re.compile(rb"GET (/[!-~]*) HTTP/1\.1\r\n")
FIELD: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([^\x00-\x08\x0a-\x1f\x7f]*)\r\n")
"""Blanks around the value are left in it: there must be one way only to read a field, or a bad one is tried in all."""
NOT_HERE: Final = frozenset((b"content-length", b"transfer-encoding", b"expect", b"te", b"trailer"))


class Upgrade(NamedTuple):
    """A request for a WebSocket. Names of ``headers`` are in lower case."""

    method: bytes
    target: bytes
    headers: list[tuple[bytes, bytes]]


def plain_upgrade(data: bytes, *, line: int, head: int, fields: int) -> tuple[Upgrade, bytes] | None:
    """The request and what came after its head; None for whatever another parser has to judge.

    ``line``, ``head`` and ``fields`` are the most bytes of the first line and of the head, and the most fields. Nothing is
    understood here that h11 would not: no field comes twice, none is folded, and there is no body.
    """
    first = FIRST.match(data)
    if first is None:
        return None
    end = data.find(b"\r\n\r\n", 0, head)
    if end < 0 or first.end() > line:
        return None
    headers: list[tuple[bytes, bytes]] = []
    at = first.end()
    while at < end + 2:
        field = FIELD.match(data, at)
        if field is None:
            return None
        headers.append((field[1].lower(), field[2].strip(b" \t")))
        at = field.end()
    found = dict(headers)
    if len(found) != len(headers) or len(headers) > fields or not found.keys().isdisjoint(NOT_HERE):
        return None
    if found.get(b"upgrade", b"").lower() != b"websocket" or not found.get(b"host"):
        return None
    if b"upgrade" not in [token.strip() for token in found.get(b"connection", b"").lower().split(b",")]:
        return None
    return Upgrade(b"GET", first[1], headers), data[end + 4 :]
