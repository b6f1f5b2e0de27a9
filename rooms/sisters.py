"""Sister circles: two who wait at a full door open another like it together, and sit in it as equals."""

from sqlmodel import col, select

from rooms import bulk_waiting, line, rules
from rooms.beginning import begin
from rooms.entering import enter_together
from rooms.line import Waits
from rooms.log import append, new_id
from rooms.models import Agreement, Circle, ParticipantRow, Person
from rooms.models_door import Waiter
from rooms.wire_door import OpenSister, SisterView
from rooms.wire_events import CircleOpened
from rooms.work import Answered, Refusal, Work


def open_sister(work: Work, command: OpenSister) -> Answered:
    """The first one's wish waits for a second, whose press opens the circle and brings both in. Harmless to repeat.

    Raises ``door.not_waiting``, ``sister.there`` where one is open and has room, and what entering it would raise.
    """
    opened = _opened(work, command)
    if opened is not None:
        return Answered(made=SisterView(circle=opened))
    circle = work.db.get(Circle, command.circle)
    if circle is None:
        # As anybody is told who does not wait there: whether there is such a circle is not to be found out so.
        raise Refusal("door.not_waiting")
    queue = line.standing(
        bulk_waiting.waiters(work.conn, [circle.id]).get(circle.id, ()), work.now, work.limits.wait_lease
    )
    mine = next((each for each in queue if each.person == work.person), None)
    if mine is None:
        raise Refusal("door.not_waiting")
    rules.may_talk(circle.state)
    _refuse_beside_another(work, circle)
    me = work.db.get_one(Person, work.person)
    rules.may_open(work.limits, open_now=0, kept=me.kept, invited=me.invite_id is not None)
    other = next((each for each in queue if each is not mine and _asks(each, work.now)), None)
    if other is None:
        row = work.db.get_one(Waiter, mine.id)
        if not _asks(mine, work.now):
            row.sister_until = work.now + work.limits.together
            work.db.add(row)
        return Answered(made=SisterView(until=row.sister_until))
    return Answered(made=SisterView(circle=_open(work, circle, command.key, other, mine)))


def _opened(work: Work, command: OpenSister) -> str | None:
    """The circle that this press, or the other one's, has opened already."""
    row = work.db.exec(
        select(Waiter).where(Waiter.circle_id == command.circle, Waiter.person_id == work.person)
    ).one_or_none()
    if row is not None and row.sister_id is not None:
        return row.sister_id
    return work.db.exec(
        select(Circle.id)
        .join(ParticipantRow, col(ParticipantRow.circle_id) == col(Circle.id))
        .where(Circle.sister_of == command.circle, Circle.key == command.key, ParticipantRow.person_id == work.person)
    ).one_or_none()


def _refuse_beside_another(work: Work, circle: Circle) -> None:
    """Where those who wait have somewhere to go, they need no other."""
    there = bulk_waiting.with_room(work.conn, [circle.id], work.now - work.limits.seat_held).get(circle.id)
    if there is not None:
        raise Refusal("sister.there", circle=there)


def _asks(each: Waits, now: int) -> bool:
    return each.sister_until is not None and now < each.sister_until


def _open(work: Work, mother: Circle, key: str, first: Waits, second: Waits) -> str:
    circle = Circle(
        id=new_id(),
        log_id=0,
        topic=mother.topic,
        about=mother.about,
        state="open",
        entry=mother.entry,
        history_open=mother.history_open,
        panels=mother.panels,
        capacity=mother.capacity,
        keep_for=mother.keep_for,
        opens_at=work.now,
        listening=mother.listening,
        late_for=mother.late_for,
        sister_of=mother.id,
        key=key,
    )
    begin(work, circle, work.db.get_one(Agreement, (mother.id, mother.agreement_version)).text)
    append(work, circle.log_id, CircleOpened(at=work.now))
    enter_together(work, circle.id, [(each.person, each.name) for each in (first, second)])
    for each in (first, second):
        row = work.db.get_one(Waiter, each.id)
        row.sister_id = circle.id
        work.db.add(row)
    return circle.id
