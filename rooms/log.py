"""Appending to a log, and reading it back: the one mechanism under circles and people."""

import secrets
from typing import Any

import msgspec
from sqlalchemy import bindparam, insert, update

from rooms.models import EventRow, Log
from rooms.wire_events import Event
from rooms.work import Announcement, Work

_encode = msgspec.json.Encoder().encode
_advance = (
    update(Log)
    .where(Log.id == bindparam("log"))  # type: ignore[arg-type]
    .values(head_seq=Log.head_seq + 1)
    .returning(Log.address, Log.epoch, Log.head_seq)  # type: ignore[call-overload]
)
_insert = insert(EventRow)


def new_id() -> str:
    """96 random bits, base64url."""
    return secrets.token_urlsafe(12)


def new_log(work: Work, address: str) -> int:
    """Begin a log; returns its row number. Its first event will have seq 1."""
    made = work.conn.execute(
        insert(Log).values(address=address, epoch=secrets.token_urlsafe(6), head_seq=0, floor_seq=0).returning(Log.id)  # type: ignore[call-overload]
    )
    return int(made.scalar_one())


def kept(event: Event) -> dict[str, Any]:
    """The columns an event is stored in, but for its place and its words."""
    return {"kind": event.__struct_config__.tag, "data": _encode(event)}


def append(
    work: Work,
    log_id: int,
    event: Event,
    *,
    target: int | None = None,
    ends: str | None = None,
    stored: Event | None = None,
    **columns: Any,
) -> Announcement:
    """Give ``event`` the log's next seq, write it, and announce it for after the commit.

    ``stored`` is what is kept where that differs from what is announced: words and names live in one place only
    (the message's row, the participant's row), so events about them are kept bare and dressed when read.
    """
    address, epoch, seq = work.conn.execute(_advance, {"log": log_id}).one()
    place = {"log_id": log_id, "seq": seq, "at": work.now, "target": target}
    work.conn.execute(_insert, {**place, **kept(stored if stored is not None else event), **columns})
    announcement = Announcement(address, epoch, seq, event, target, ends)
    work.announce(announcement)
    return announcement
