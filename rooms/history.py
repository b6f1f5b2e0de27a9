"""Reading back: a log since a seq, dressed with the words and names of today.

Everything here only reads, and looks at access anew each time it is asked.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row
from sqlmodel import col, select

from rooms import bulk, rules
from rooms.covers import AS_IT_STANDS, shown
from rooms.models import Circle, EventRow, Log, ParticipantRow, Person, RoundRow
from rooms.wire import Preferences
from rooms.wire_events import CircleEvent, GestureMade, ParticipantEntered, PersonEvent, PreferencesChanged, Quiet
from rooms.wire_messages import MessageEdited, MessagePosted, MessageRephrased
from rooms.wire_round import RoundOffered

decode = msgspec.json.Decoder(CircleEvent | PersonEvent).decode
_preferences = msgspec.json.Decoder(Preferences).decode
PAGE_MOST = 200
"""Events, and `PAGE_BYTES` bytes of words, in one page."""
PAGE_BYTES = 256 * 1024
FRAME_BYTES = 200
"""What an event takes beside its words."""
QUIET = Quiet()
OFFERED = "round.offered"
ABOUT_WORDS = ("message.edited", "message.rephrased", "message.folded", "message.unfolded")
_LOG: tuple[Any, ...] = (col(Log.id), col(Log.epoch), col(Log.head_seq), col(Log.floor_seq))
_HEADS = bulk.both(
    "SELECT l.address, l.id, l.epoch, l.head_seq, l.floor_seq FROM {texts} CROSS JOIN log AS l WHERE l.address = j.a"
)
_SEAT: tuple[Any, ...] = (col(ParticipantRow.id), col(ParticipantRow.from_seq), col(ParticipantRow.entered_seq))


class Reader(NamedTuple):
    """What one person may read of one log, as of now."""

    log_id: int
    epoch: str
    head: int
    base: int
    """The earliest seq they may read."""
    floor: int
    participant: str | None
    entered: int
    """Where the log tells that they came in; earlier goings are of an earlier time."""


class Found(NamedTuple):
    """An event read back, and the earlier message it is about."""

    seq: int
    event: Any
    target: int | None


def circle_reader(conn: Connection, circle_id: str, person_id: str) -> Reader | None:
    """None for circles one is not in now, whether they exist or not."""
    row = conn.execute(
        select(*_LOG, *_SEAT)
        .select_from(ParticipantRow)
        .join(Circle, col(Circle.id) == col(ParticipantRow.circle_id))
        .join(Log, col(Log.id) == col(Circle.log_id))
        .where(
            ParticipantRow.circle_id == circle_id,
            ParticipantRow.person_id == person_id,
            col(ParticipantRow.inside),
        )
    ).one_or_none()
    if row is None:
        return None
    log_id, epoch, head, floor, participant, base, entered = row
    return Reader(log_id, epoch, head, rules.readable_from(base=base, floor=floor), floor, participant, entered)


def person_reader(conn: Connection, person_id: str) -> Reader | None:
    row = conn.execute(
        select(*_LOG).join(Person, col(Person.log_id) == col(Log.id)).where(Person.id == person_id)
    ).one_or_none()
    return None if row is None else Reader(row[0], row[1], row[2], row[3] + 1, row[3], None, 0)


def log_head(conn: Connection, address: str) -> tuple[int, str, int, int] | None:
    """(row, epoch, head, floor) of a log."""
    row = conn.execute(select(*_LOG).where(Log.address == address)).one_or_none()
    return None if row is None else (row[0], row[1], row[2], row[3])


def log_heads(conn: Connection, addresses: Sequence[str]) -> list[tuple[int, str, int, int] | None]:
    """`log_head` of several, in their order."""
    rows = bulk.of_texts(conn, _HEADS, set(addresses))
    found = {row[0]: (row[1], row[2], row[3], row[4]) for row in rows}
    return [found.get(each) for each in addresses]


def events(
    conn: Connection,
    log_id: int,
    after: int,
    *,
    upto: int | None = None,
    limit: int = PAGE_MOST,
    others: Any = None,
) -> list[Found]:
    """Events with seq in (after, upto], in order, at most ``limit``, dressed with today's words and names.

    ``others`` decodes kinds this package does not know (flags in a person's log).
    """
    query = select(EventRow).where(EventRow.log_id == log_id, EventRow.seq > after)
    if upto is not None:
        query = query.where(EventRow.seq <= upto)
    rows = conn.execute(query.order_by(col(EventRow.seq)).limit(limit)).all()
    return fitting(_dress(conn, log_id, rows, others or decode))


def page_before(conn: Connection, reader: Reader, before: int, limit: int) -> list[Found]:
    """The newest ``limit`` events with seq in [base, before), in order."""
    query = (
        select(EventRow)
        .where(EventRow.log_id == reader.log_id, EventRow.seq >= reader.base, EventRow.seq < before)
        .order_by(col(EventRow.seq).desc())
        .limit(limit)
    )
    rows = conn.execute(query).all()
    found = [bare(each, reader.base) for each in _dress(conn, reader.log_id, rows, decode)]
    return fitting(found)[::-1]


def bare(found: Found, base: int) -> Found:
    """What a reader whose time begins at ``base`` may know of an event: nothing about messages from before."""
    return found._replace(event=QUIET) if found.target is not None and found.target < base else found


def fitting(found: list[Found]) -> list[Found]:
    """As many from the beginning as a page may hold in bytes, at least one."""
    size = 0
    for count, each in enumerate(found):
        size += FRAME_BYTES + len((getattr(each.event, "body", None) or "").encode())
        if size > PAGE_BYTES and count:
            return found[:count]
    return found


def dressed(
    event: Any, row: Any, name: str, words: Mapping[int, str | None], questions: Mapping[str, str | None]
) -> Any:
    """An event as its log holds it, with the words of its row, the name of who sent it, what ``words`` say of the
    message it is about (by seq), and the question of the round it tells of (by round)."""
    if isinstance(event, MessagePosted):
        return msgspec.structs.replace(
            event,
            name="" if event.carried else name,
            body=shown(row),
            edited=bool(row.edits),
            rephrased=bool(row.rephrased),
            cover=row.cover,
            folded_until=row.covered_until,
            reason=row.cover_reason,
            received=bool(row.received),
        )
    if isinstance(event, ParticipantEntered | GestureMade):
        return msgspec.structs.replace(event, name=name)
    if isinstance(event, MessageEdited | MessageRephrased) or getattr(event, "body", None) == AS_IT_STANDS:
        return msgspec.structs.replace(event, body=words.get(row.target))
    if isinstance(event, RoundOffered):
        return msgspec.structs.replace(event, question=questions.get(event.round))
    return event


def _dress(conn: Connection, log_id: int, rows: Sequence[Row[Any]], decoded: Any) -> list[Found]:
    senders = {row.sender for row in rows if row.sender is not None}
    names: dict[str, str] = {}
    if senders:
        found = conn.execute(select(ParticipantRow.id, ParticipantRow.name).where(col(ParticipantRow.id).in_(senders)))
        names = {row[0]: row[1] for row in found}
    targets = {row.target for row in rows if row.kind in ABOUT_WORDS}
    bodies: dict[int, str | None] = {}
    if targets:
        said = conn.execute(
            select(EventRow.seq, EventRow.body, EventRow.cover).where(
                EventRow.log_id == log_id, col(EventRow.seq).in_(targets)
            )
        )
        bodies = {row.seq: shown(row) for row in said}
    questions = _questions(conn, log_id) if any(row.kind == OFFERED for row in rows) else {}
    result = []
    for row in rows:
        event = dressed(decoded(row.data), row, names.get(row.sender or "", ""), bodies, questions)
        if isinstance(event, PreferencesChanged):
            event = PreferencesChanged(preferences=_preferences_of(conn, log_id))
        result.append(Found(row.seq, event, row.target))
    return result


def _questions(conn: Connection, log_id: int) -> dict[str, str | None]:
    """By round, as it may still be read; a circle's one at most."""
    found = conn.execute(
        select(RoundRow.id, RoundRow.question)
        .join(Circle, col(Circle.id) == RoundRow.circle_id)
        .where(Circle.log_id == log_id)
    )
    return {row[0]: row[1] for row in found}


def _preferences_of(conn: Connection, log_id: int) -> Preferences | None:
    stored = conn.execute(select(Person.preferences).where(Person.log_id == log_id)).scalar_one_or_none()
    return None if stored is None else _preferences(stored)
