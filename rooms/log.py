"""Appending to a log: the one mechanism under circles and people.

Whoever writes to logs holds them until the commit, so all processes take them in one order: first the circles, by
number and before the first command of a batch runs, and last the people, by number and after the last one has run.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, update
from sqlmodel import col, select

from rooms import bulk
from rooms.models import EventRow, Log
from rooms.wire import Event
from rooms.work import Announcement, News, Work

PERSON_EVENTS = 1_000
PERSON_EVENTS_LEFT = 200
"""A person's log that grows beyond the first number is cut to the second; screens that are behind begin anew."""
PERSON_LOOK = 50
"""How many events pass between looks at how long it is."""

_encode = msgspec.json.Encoder().encode
_advance = (
    update(Log)
    .where(Log.id == bindparam("log"))  # type: ignore[arg-type]
    .values(head_seq=Log.head_seq + 1)
    .returning(Log.address, Log.epoch, Log.head_seq)  # type: ignore[call-overload]
)
_insert = insert(EventRow)
_begin = insert(Log).returning(Log.id)  # type: ignore[call-overload]


def new_id() -> str:
    """96 random bits, base64url."""
    return secrets.token_urlsafe(12)


def new_log(work: Work, address: str) -> int:
    """Begin a log; returns its row number. Its first event will have seq 1."""
    values = {"address": address, "epoch": secrets.token_urlsafe(6), "head_seq": 0, "floor_seq": 0}
    return int(work.conn.execute(_begin, values).scalar_one())


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
    """Give ``event`` the circle's next seq, write it, and announce it for after the commit.

    ``stored`` is what is kept where that differs from what is announced: words and names live in one place only
    (the message's row, the participant's row), so events about them are kept bare and dressed when read.
    """
    address, epoch, seq = work.conn.execute(_advance, {"log": log_id}).one()
    place = {"log_id": log_id, "seq": seq, "at": work.now, "target": target}
    work.conn.execute(_insert, {**place, **kept(stored if stored is not None else event), **columns})
    announcement = Announcement(address, epoch, seq, event, target, ends)
    work.announce(announcement)
    return announcement


def tell(
    work: Work,
    log_id: int,
    event: Event,
    *,
    stored: Event | None = None,
    sender: str | None = None,
    last: bool = False,
) -> None:
    """Have ``event`` appended to a person's log by `deliver`. After the ``last`` one nothing else is left of it."""
    work.told.append(News(log_id, event, stored if stored is not None else event, sender, last))


def deliver(works: Sequence[Work]) -> list[Announcement]:
    """Append what the commands of a batch had to tell people, person by person; what is for a log that is gone is dropped.

    Must be the last that a transaction does with logs.
    """
    told = sorted(((news, work) for work in works for news in work.told), key=lambda each: each[0].log_id)
    if not told:
        return []
    named = {news.log_id for news, _ in told}
    held = select(col(Log.id)).where(col(Log.id).in_(named)).order_by(col(Log.id)).with_for_update()
    conn = told[0][1].conn
    there = set(conn.execute(held).scalars())
    by_log: dict[int, list[tuple[News, Work]]] = {}
    for news, work in told:
        if news.log_id in there:
            by_log.setdefault(news.log_id, []).append((news, work))
    return _deliver(conn, {log_id: _till_the_last(several) for log_id, several in by_log.items()}) if by_log else []


def _till_the_last(told: list[tuple[News, Work]]) -> list[tuple[News, Work]]:
    """All of it, or only the news after which nothing else is left."""
    last = next((number for number, (news, _) in enumerate(told) if news.last), None)
    return told if last is None else told[last : last + 1]


def _deliver(conn: Connection, told: Mapping[int, list[tuple[News, Work]]]) -> list[Announcement]:
    heads = bulk.advance(conn, {log_id: len(several) for log_id, several in told.items()})
    made, rows = [], []
    for log_id, several in told.items():
        address, epoch, head = heads[log_id]
        for seq, (news, work) in enumerate(several, head - len(several) + 1):
            announcement = Announcement(address, epoch, seq, news.event)
            work.announce(announcement)
            made.append(announcement)
            held = kept(news.stored)
            rows.append((log_id, seq, held["kind"], work.now, news.sender, None, None, None, held["data"]))
    bulk.insert(conn, rows)
    for log_id, several in told.items():
        head = heads[log_id][2]
        if several[0][0].last:
            _cut(conn, log_id, head - 1)
        elif head // PERSON_LOOK != (head - len(several)) // PERSON_LOOK:
            floor = conn.execute(select(col(Log.floor_seq)).where(col(Log.id) == log_id)).scalar_one()
            if head - floor > PERSON_EVENTS:
                _cut(conn, log_id, head - PERSON_EVENTS_LEFT)
    return made


def _cut(conn: Connection, log_id: int, floor: int) -> None:
    conn.execute(delete(EventRow).where(col(EventRow.log_id) == log_id, col(EventRow.seq) <= floor))
    conn.execute(update(Log).where(col(Log.id) == log_id).values(floor_seq=floor))
