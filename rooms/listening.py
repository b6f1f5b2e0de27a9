"""Listening at the door: some minutes of what is said from now on, without coming in; counted, and never named."""

from typing import Any

from msgspec.json import Decoder
from msgspec.structs import replace
from sqlalchemy import Connection, Row
from sqlmodel import col, select

from rooms import invites, rules, space
from rooms.models import Circle, EventRow, Log, ParticipantRow
from rooms.models_door import Listener
from rooms.posting import POSTED
from rooms.wire_door import Heard, HeardLine, HearDoor, ListenAtDoor, ListenView, StopListening
from rooms.wire_messages import MessagePosted
from rooms.work import Answered, Refusal, Work

HEARD_MOST = 60
"""Messages in one answer, the newest."""
_LINE: tuple[Any, ...] = (
    col(EventRow.seq), col(EventRow.at), col(EventRow.body), col(EventRow.cover), col(EventRow.data),
    col(ParticipantRow.name),
)  # fmt: skip
_STANDING: tuple[Any, ...] = (
    col(Listener.from_seq), col(Listener.until), col(Circle.state), col(Circle.closes_at),
    col(Circle.listening), col(Circle.space), col(Log.id), col(Log.head_seq),
)  # fmt: skip
decode = Decoder(MessagePosted).decode


def listen(work: Work, command: ListenAtDoor) -> Answered:
    """Begin to listen, or go on after a reconnect: the time runs from the first. Everybody inside sees the number."""
    circle = work.db.get(Circle, command.circle)
    if circle is None:
        raise Refusal("circle.not_found")
    seat = work.db.exec(
        select(ParticipantRow).where(ParticipantRow.circle_id == circle.id, ParticipantRow.person_id == work.person)
    ).one_or_none()
    row = work.db.get(Listener, (circle.id, work.person))
    held = space.load(circle.space)
    rules.may_knock(
        state=circle.state,  # type: ignore[arg-type]
        closes_at=circle.closes_at,
        now=work.now,
        entry=circle.entry,
        invited=seat is not None or row is not None or _invited(work, command),
        agreed=command.agreement,
        version=circle.agreement_version,
    )
    if row is not None and work.now < row.until and row.until in held.listening:
        return Answered(made=ListenView(until=row.until))
    live = tuple(each for each in held.listening if work.now < each)
    rules.may_listen(
        allowed=circle.listening,
        inside=seat is not None and seat.inside,
        doors_until=held.doors_until,
        late_from=rules.last_entry(circle.opens_at, circle.late_for),
        again_at=None if row is None else row.again_at,
        now=work.now,
        listening=len(live),
        most=work.limits.listeners_most,
    )
    until = work.now + work.limits.listen
    told = space.change(work, circle, replace(held, listening=(*live, until)), "listening")
    row = row or Listener(circle_id=circle.id, person_id=work.person, from_seq=0, until=0, again_at=0)
    row.from_seq, row.until, row.again_at = told.seq + 1, until, until + work.limits.listen_again
    work.db.add(row)
    return Answered(made=ListenView(until=until))


def stop(work: Work, command: StopListening) -> Answered:
    row = work.db.get(Listener, (command.circle, work.person))
    if row is None or row.until <= work.now:
        return Answered(dup=True)
    circle = work.db.get_one(Circle, command.circle)
    held = space.load(circle.space)
    live = [each for each in held.listening if work.now < each]
    if row.until in live:
        live.remove(row.until)
        space.change(work, circle, replace(held, listening=tuple(live)), "listening")
    row.until = work.now
    work.db.add(row)
    return Answered()


def hear(conn: Connection, command: HearDoor, person: str, now: int) -> Heard:
    """What was said since they began, as it stands now. Looked at anew each time; raises ``listen.over``."""
    found = conn.execute(
        select(*_STANDING)
        .join(Circle, col(Circle.id) == col(Listener.circle_id))
        .join(Log, col(Log.id) == col(Circle.log_id))
        .where(col(Listener.circle_id) == command.circle, col(Listener.person_id) == person)
    ).one_or_none()
    if found is None:
        raise Refusal("listen.over")
    since, until, state, closes_at, allowed, kept, log_id, head = found
    over = state not in rules.LOOKING_IN or (state == "closing" and closes_at is not None and closes_at <= now)
    # Doors that rest end all listening at once: nobody stands in that list any more.
    if over or until <= now or not allowed or until not in space.load(kept).listening:
        raise Refusal("listen.over")
    if command.head == head:
        return Heard(head=head, until=until, same=True)
    return Heard(head=head, until=until, lines=_lines(conn, log_id, since))


def _lines(conn: Connection, log_id: int, since: int) -> tuple[HeardLine, ...]:
    rows = conn.execute(
        select(*_LINE)
        .join(ParticipantRow, col(ParticipantRow.id) == col(EventRow.sender))
        .where(EventRow.log_id == log_id, EventRow.seq >= since, EventRow.kind == POSTED)
        .order_by(col(EventRow.seq).desc())
        .limit(HEARD_MOST)
    ).all()
    return tuple(_line(row) for row in reversed(rows))


def _line(row: Row[Any]) -> HeardLine:
    posted = decode(row.data)
    return HeardLine(
        seq=row.seq,
        at=row.at,
        name=row.name,
        body=row.body if row.cover is None else None,
        prompt=posted.prompt,
    )


def _invited(work: Work, command: ListenAtDoor) -> bool:
    if command.invite is None:
        return False
    if invites.circle_of(work.conn, command.invite, work.now) != command.circle:
        raise Refusal("invite.not_valid")
    return True
