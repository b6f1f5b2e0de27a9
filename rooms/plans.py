"""Drop-ins that open again: planning one, changing it, what is different once, stopping it, and who may.

Each next sitting is prepared as a circle that waits, so that it is listed, and invited to, like any other.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, update
from sqlmodel import col, select

from rooms import preparing, rules, schedule, sittings, space
from rooms.log import new_id
from rooms.models import Agreement, Circle, ParticipantRow, Person
from rooms.models_plans import PlanRow
from rooms.text import paragraphs
from rooms.wire_schedule import ChangePlan, LeaveOutSitting, MoveSitting, PlanCircle, PutBackSitting, StopPlan, When
from rooms.work import Answered, Refusal, Work


def plan(work: Work, command: PlanCircle) -> Answered:
    """Answers with the circle that waits for the first sitting."""
    limits = work.limits
    person = work.db.get_one(Person, work.person)
    keep_for = limits.keep_default if command.keep_for is None else command.keep_for
    topic, about = _topic(work, command.topic), _about(work, command.about)
    agreement = paragraphs(command.agreement, limits.agreement_length, "agreement")
    times = _times(command.when)
    made = select(PlanRow).where(PlanRow.planner_id == person.id, PlanRow.key == command.key)
    before = work.db.exec(made).one_or_none()
    if before is not None:
        if (topic, about, command.entry) != (before.topic, before.about, before.entry):
            raise Refusal("key.reused")
        return Answered(circle=before.circle_id, dup=True)
    rules.may_plan(
        limits, now=work.now, opens_at=None, capacity=command.capacity, keep_for=keep_for, late_for=command.late_for
    )
    own = work.db.exec(select(func.count()).select_from(PlanRow).where(PlanRow.planner_id == person.id)).one()
    if own >= limits.plans_each:
        raise Refusal("plan.too_many", most=limits.plans_each)
    rules.may_open(limits, open_now=0, kept=person.kept, invited=person.invite_id is not None)
    row = PlanRow(
        id=new_id(),
        planner_id=person.id,
        key=command.key,
        topic=topic,
        about=about,
        agreement=agreement,
        entry=command.entry,
        history_open=command.history_open,
        panels=command.panels,
        host_shown=command.host_shown,
        listening=command.listening,
        late_for=command.late_for,
        capacity=command.capacity,
        keep_for=keep_for,
        **_columns(times, work.now),
    )
    _soon(work, times)
    work.db.add(row)
    circle = preparing.prepare(work, row)
    return Answered(circle=None if circle is None else circle.id)


def change(work: Work, command: ChangePlan) -> Answered:
    row = planned(work, command.plan)
    if command.topic is not None:
        row.topic = _topic(work, command.topic)
    if command.about is not None:
        row.about = _about(work, command.about)
    if command.agreement is not None:
        row.agreement = paragraphs(command.agreement, work.limits.agreement_length, "agreement")
    row.entry = command.entry or row.entry
    row.capacity = command.capacity or row.capacity
    row.keep_for = row.keep_for if command.keep_for is None else command.keep_for
    rules.may_plan(work.limits, now=work.now, opens_at=None, capacity=row.capacity, keep_for=row.keep_for)
    if command.when is not None:
        times = _times(command.when)
        _soon(work, times)
        for name, value in _columns(times, work.now).items():
            setattr(row, name, value)
    return _changed(work, row)


def leave_out(work: Work, command: LeaveOutSitting) -> Answered:
    return _except(work, command.plan, lambda times: sittings.left_out(times, command.day, work.now))


def move(work: Work, command: MoveSitting) -> Answered:
    return _except(
        work, command.plan, lambda times: sittings.moved(times, command.day, command.to, command.at, work.now)
    )


def put_back(work: Work, command: PutBackSitting) -> Answered:
    return _except(work, command.plan, lambda times: sittings.put_back(times, command.day, work.now))


def stop(work: Work, command: StopPlan) -> Answered:
    """Stopping what is stopped is refused as ``plan.not_found``."""
    row = planned(work, command.plan)
    circle = preparing.prepared(work, row)
    preparing.end(work, row)
    return Answered(circle=None if circle is None else circle.id)


def planned(work: Work, plan_id: str) -> PlanRow:
    """The plan, to be changed by its planner. For anybody else it is ``plan.not_found``, whether there is one or not."""
    return _locked(work, plan_id, lambda row: row.planner_id == work.person)


def tended(work: Work, plan_id: str) -> PlanRow:
    """The plan, for its exceptions: also who holds a circle of it that is open may say what is different once."""
    return _locked(work, plan_id, lambda row: row.planner_id == work.person or _holds(work, row))


def _locked(work: Work, plan_id: str, may: Callable[[PlanRow], bool]) -> PlanRow:
    row = work.db.exec(select(PlanRow).where(PlanRow.id == plan_id).with_for_update()).one_or_none()
    if row is None or not may(row):
        raise Refusal("plan.not_found")
    return row


def _holds(work: Work, row: PlanRow) -> bool:
    seats = (
        select(Circle, ParticipantRow.id)
        .join(ParticipantRow, col(ParticipantRow.circle_id) == col(Circle.id))
        .where(
            Circle.plan_id == row.id,
            col(Circle.state).in_(rules.LOOKING_IN),
            ParticipantRow.person_id == work.person,
            col(ParticipantRow.inside),
        )
    )
    return any(
        space.holds(circle.host_id, space.load(circle.space), seat) for circle, seat in work.db.exec(seats).all()
    )


def _except(work: Work, plan_id: str, differently: Callable[[sittings.Times], sittings.Times]) -> Answered:
    row = tended(work, plan_id)
    row.exceptions = sittings.pack(differently(preparing.times_of(row)), work.now)
    return _changed(work, row)


def _changed(work: Work, row: PlanRow) -> Answered:
    """The circle that waits becomes what the plan says now."""
    work.db.add(row)
    work.db.flush()
    circle = preparing.prepared(work, row)
    if circle is None:
        preparing.prepare(work, row)
        return Answered()
    circle.topic, circle.about, circle.entry = row.topic, row.about, row.entry
    circle.capacity, circle.keep_for = row.capacity, row.keep_for
    agreement = work.db.get_one(Agreement, (circle.id, circle.agreement_version))
    if agreement.text != row.agreement:
        # Whoever read the earlier words at the door is told so before they come in.
        circle.agreement_version += 1
        newer = Agreement(circle_id=circle.id, version=circle.agreement_version, text=row.agreement, agreed_at=work.now)
        work.db.add(newer)
        seats = update(ParticipantRow).where(col(ParticipantRow.circle_id) == circle.id)
        work.conn.execute(seats.values(agreed_version=circle.agreement_version))
    preparing.move(work, row, circle)
    return Answered(circle=circle.id)


def _columns(times: sittings.Times, now: int) -> dict[str, Any]:
    planned = times.schedule
    return {
        "zone": planned.zone,
        "first": planned.first.isoformat(),
        "minute": planned.minute,
        "lasts": planned.lasts,
        "repeat": planned.repeat,
        "nth": planned.nth,
        "until": None if planned.until is None else planned.until.isoformat(),
        "exceptions": sittings.pack(times, now),
    }


def _times(when: When) -> sittings.Times:
    return sittings.Times(
        schedule.plan(
            zone=when.zone, first=when.first, at=when.at, lasts=when.lasts,
            repeat=when.repeat, nth=when.nth, until=when.until, but=when.but,
        )
    )  # fmt: skip


def _soon(work: Work, times: sittings.Times) -> None:
    """Raises ``schedule.never`` where all of it is over, ``schedule.bad_date`` where it begins too far ahead."""
    first = next(iter(sittings.ahead(times, work.now, 1)), None)
    if first is None:
        raise Refusal("schedule.never")
    if first.starts > work.now + work.limits.opens_within:
        raise Refusal("schedule.bad_date", field="first")


def _topic(work: Work, given: str) -> str:
    return paragraphs(given, work.limits.topic_length, "topic").replace("\n", " ")


def _about(work: Work, given: str) -> str:
    return paragraphs(given, work.limits.about_length, "about") if given.strip() else ""
