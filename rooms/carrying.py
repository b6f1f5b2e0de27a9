"""What we carry: who wants gives one sentence while the circle is closing, and everybody sees them at the end.

They become messages of nobody, in random order and all at once, so that neither place nor time tells whose one is.
Being messages, they can be flagged, fade as the circle's words do, and their writers can take them back.
"""

from collections.abc import Collection
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, delete, func
from sqlmodel import col, select

from rooms import bulk
from rooms.circles import seat
from rooms.log import kept, new_id, tell
from rooms.models import Circle, EventRow, ParticipantRow, Person
from rooms.models_carrying import Carried
from rooms.promises import Promise
from rooms.text import line
from rooms.wire_closing import CarryNoted, GiveCarried, TakeCarriedBack
from rooms.wire_messages import NOBODY, MessagePosted
from rooms.work import Announcement, Answered, Refusal, Work


def give(work: Work, command: GiveCarried) -> Answered:
    """Raises ``circle.not_closing`` unless the closing is announced, and ``carried.*`` for what no sentence can be."""
    circle, mine = seat(work, command.circle)
    if circle.state != "closing":
        raise Refusal("circle.not_closing")
    words = line(command.words, work.limits.carried_length, "carried")
    row = work.db.get(Carried, (circle.id, mine.id))
    if row is not None and row.words == words:
        return Answered(circle=circle.id, dup=True)
    row = row or Carried(circle_id=circle.id, participant_id=mine.id)
    row.words = words
    work.db.add(row)
    _note(work, mine, CarryNoted(circle=circle.id, given=True, words=words))
    return Answered(circle=circle.id)


def take_back(work: Work, command: TakeCarriedBack) -> Answered:
    """Before it is shown; harmless to repeat."""
    circle, mine = seat(work, command.circle)
    row = work.db.get(Carried, (circle.id, mine.id))
    if row is None or row.shown is not None:
        return Answered(circle=circle.id, dup=True)
    work.db.delete(row)
    _note(work, mine, CarryNoted(circle=circle.id, given=False))
    return Answered(circle=circle.id)


def show(work: Work, circle: Circle) -> bool:
    """At the closing: every sentence that was given becomes a message of nobody. Returns whether there was any.

    Where nobody is left to read them they are forgotten.
    """
    of_circle = select(Carried).where(Carried.circle_id == circle.id).order_by(col(Carried.words))
    given = list(work.db.exec(of_circle).all())
    inside = select(ParticipantRow.id).where(ParticipantRow.circle_id == circle.id, col(ParticipantRow.inside))
    if not given or work.db.exec(inside.limit(1)).one_or_none() is None:
        forget(work, circle.id)
        return False
    for number in range(len(given) - 1, 0, -1):
        other = work.pick(number + 1)
        given[number], given[other] = given[other], given[number]
    rows = []
    for each, _, address, epoch, seq in bulk.numbered(work.conn, ((circle.log_id, each) for each in given)):
        event = MessagePosted(by=NOBODY, name="", at=work.now, body=each.words, key=f"{new_id()}------", carried=True)
        work.announce(Announcement(address, epoch, seq, event))
        held = kept(replace(event, body=None))
        rows.append(
            (circle.log_id, seq, held["kind"], work.now, each.participant_id, event.key, None, each.words, held["data"])
        )
        giver = work.db.get_one(ParticipantRow, each.participant_id)
        _note(work, giver, CarryNoted(circle=circle.id, given=True, shown=seq))
        each.words, each.shown = None, seq
        work.db.add(each)
    bulk.insert(work.conn, rows)
    work.db.flush()
    return True


def forget(work: Work, circle_id: str, participant: str | None = None) -> None:
    """What was given and not shown, or where it is shown: of everybody, or of one person."""
    gone = delete(Carried).where(col(Carried.circle_id) == circle_id)
    work.conn.execute(gone if participant is None else gone.where(col(Carried.participant_id) == participant))


def is_carried(data: bytes | None) -> bool:
    """Of a message's row: whether its words are nobody's to everybody. It stays so when its giver is forgotten."""
    return data is not None and bool(msgspec.json.decode(data).get("carried"))


def among(conn: Connection, log_id: int, seqs: Collection[int]) -> set[int]:
    """Those of these messages that are carried, as long as their rows are there."""
    found = select(EventRow.seq, EventRow.data).where(EventRow.log_id == log_id, col(EventRow.seq).in_(seqs))
    return {seq for seq, data in conn.execute(found) if is_carried(data)}


def mine(conn: Connection, circle_id: str, participant: str) -> dict[str, Any]:
    """One's own sentence, for `MyCircle`: as given, or where it is shown."""
    found = select(Carried.words, Carried.shown)
    row = conn.execute(
        found.where(Carried.circle_id == circle_id, Carried.participant_id == participant)
    ).one_or_none()  # fmt: skip
    return {} if row is None else {"carried": row[0]} if row[1] is None else {"carried_at": row[1]}


def staying(work: Work, circle: Circle, promised: Promise) -> int | None:
    """Where all other words go with the closing: the lowest seq of those that may still be read for a moment."""
    if not promised.closing or circle.closed_at is None or circle.closed_at <= work.now - work.limits.carried_stay:
        return None
    seq: int | None = work.conn.execute(
        select(func.min(Carried.shown)).where(Carried.circle_id == circle.id)
    ).scalar_one()  # fmt: skip
    return seq


def _note(work: Work, giver: ParticipantRow, event: CarryNoted) -> None:
    if giver.person_id is not None:
        log_id = work.db.get_one(Person, giver.person_id).log_id
        tell(work, log_id, event, stored=replace(event, words=None))
