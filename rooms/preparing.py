"""The next sitting of a plan as a circle that waits: prepared ahead, opened at its time, passed over where it was missed."""

import secrets
from datetime import date
from typing import Any

from msgspec.structs import replace
from sqlalchemy import delete, update
from sqlmodel import col, select

from rooms import rules, schedule, sittings, space
from rooms.beginning import begin
from rooms.entering import enter_first
from rooms.log import append, new_id, tell
from rooms.models import Circle, ParticipantRow, Person
from rooms.models_plans import CalendarFeed, OpeningWish, PlanRow
from rooms.schedule import Sitting
from rooms.wire_events import CircleClosing, CircleOpened, CirclePlanned, OpeningTold
from rooms.work import Refusal, Work


def times_of(row: Any) -> sittings.Times:
    """Of a `PlanRow`, or the same columns as they are read."""
    planned = schedule.Schedule(
        zone=row.zone,
        first=date.fromisoformat(row.first),
        minute=row.minute,
        lasts=row.lasts,
        repeat=row.repeat,
        nth=row.nth,
        until=None if row.until is None else date.fromisoformat(row.until),
    )
    return sittings.unpack(planned, row.exceptions)


def prepared(work: Work, row: PlanRow) -> Circle | None:
    """The circle that waits for the next sitting."""
    circle = None if row.circle_id is None else work.db.get(Circle, row.circle_id)
    return circle if circle is not None and circle.state == "planned" else None


def prepare(work: Work, row: PlanRow) -> Circle | None:
    """A circle for the next sitting. Where none is left the plan is over."""
    sitting = _next(work, row)
    if sitting is None:
        _over(work, row)
        return None
    circle = Circle(
        id=new_id(),
        log_id=0,
        topic=row.topic,
        about=row.about,
        state="planned",
        entry=row.entry,
        capacity=row.capacity,
        keep_for=row.keep_for,
        opens_at=sitting.starts,
        ends_at=sitting.ends - work.limits.closing_notice,
        history_open=row.history_open,
        panels=row.panels,
        host_shown=row.host_shown,
        listening=row.listening,
        late_for=row.late_for,
        opener_id=row.planner_id,
        key=secrets.token_urlsafe(16),
        plan_id=row.id,
    )
    begin(work, circle, row.agreement)
    append(work, circle.log_id, CirclePlanned(opens_at=circle.opens_at))
    circle.host_id = _host(work, row, circle)
    row.circle_id, row.day = circle.id, sitting.day.isoformat()
    work.db.add_all((circle, row))
    return circle


def move(work: Work, row: PlanRow, circle: Circle) -> None:
    """The circle that waits is for what is now the next sitting."""
    sitting = _next(work, row)
    if sitting is None:
        end(work, row)
        return
    circle.ends_at = sitting.ends - work.limits.closing_notice
    row.day = sitting.day.isoformat()
    if circle.opens_at != sitting.starts:
        circle.opens_at = sitting.starts
        append(work, circle.log_id, CirclePlanned(opens_at=circle.opens_at))
    work.db.add_all((circle, row))


def end(work: Work, row: PlanRow) -> None:
    """It opens no more; the circle that waits closes."""
    circle = prepared(work, row)
    if circle is not None:
        circle.state, circle.closes_at = "closing", work.now
        work.db.add(circle)
    _over(work, row)


def open_now(work: Work, circle: Circle) -> None:
    """Its time has come, or has come and gone: then it waits for the next one. Who waits to be told is told."""
    row = None if circle.plan_id is None else work.db.get(PlanRow, circle.plan_id, with_for_update=True)
    if circle.ends_at is not None and circle.ends_at + work.limits.closing_notice <= work.now:
        if row is None:
            circle.state, circle.closes_at = "closing", work.now
        else:
            row.opened = row.day
            move(work, row, circle)
        return
    circle.state = "open"
    work.db.add(circle)
    append(work, circle.log_id, CircleOpened(at=work.now))
    if circle.host_id is not None:
        # The host's turn begins: however long ago it was planned, they have as long as anybody to come.
        here = update(ParticipantRow).where(col(ParticipantRow.id) == circle.host_id)
        work.conn.execute(here.values(seen_at=work.now))
    _tell(work, circle)
    if row is not None:
        row.opened = row.day
        prepare(work, row)


def closing(work: Work, circle: Circle) -> None:
    """The sitting's time is nearly over: what the host would do is done, with the same notice."""
    circle.state, circle.go_on_by, circle.ends_at = "closing", None, None
    circle.closes_at = work.now + work.limits.closing_notice
    held = space.load(circle.space)
    wishes = tuple(each for each in held.wishes if each.act != "close")
    space.keep(circle, replace(held, closing_by_two=False, wishes=wishes))
    work.db.add(circle)
    append(work, circle.log_id, CircleClosing(closes_at=circle.closes_at))


def closed(work: Work, circle: Circle) -> None:
    """Where everybody left the circle that waits, this sitting is left out; who took the plan over gets it anew."""
    rows = select(PlanRow).where(PlanRow.circle_id == circle.id).with_for_update()
    for row in work.db.exec(rows).all():
        if row.planner_id == circle.opener_id:
            row.opened = row.day
        prepare(work, row)


def without(work: Work, person: str) -> None:
    """Somebody's plans go on with who holds a circle of them that is open, and end otherwise."""
    for row in work.db.exec(select(PlanRow).where(PlanRow.planner_id == person).with_for_update()).all():
        heirs = (
            select(ParticipantRow.person_id)
            .join(Circle, col(Circle.host_id) == col(ParticipantRow.id))
            .where(
                Circle.plan_id == row.id,
                col(Circle.state).in_(rules.LOOKING_IN),
                col(ParticipantRow.person_id).is_not(None),
                ParticipantRow.person_id != person,
            )
        )
        heir = work.db.exec(heirs).first()
        if heir is None:
            end(work, row)
        else:
            row.planner_id, row.key = heir, secrets.token_urlsafe(16)
            work.db.add(row)
    work.conn.execute(delete(OpeningWish).where(col(OpeningWish.person_id) == person))
    work.conn.execute(delete(CalendarFeed).where(col(CalendarFeed.person_id) == person))


def _next(work: Work, row: PlanRow) -> Sitting | None:
    """What has opened or was passed over is not opened again, whatever is changed meanwhile."""
    several = sittings.ahead(times_of(row), work.now, 2)
    return next((each for each in several if each.day.isoformat() != row.opened), None)


def _host(work: Work, row: PlanRow, circle: Circle) -> str | None:
    """The planner takes the first seat; where they cannot, the circle opens as equals."""
    planner = Work(work.conn, who=row.planner_id, now=work.now, limits=work.limits, pick=work.pick)
    planner.announcements, planner.told = work.announcements, work.told
    try:
        return enter_first(planner, circle.id, None)[0]
    except Refusal:
        return None


def _over(work: Work, row: PlanRow) -> None:
    work.conn.execute(delete(OpeningWish).where(col(OpeningWish.of_id) == row.id))
    work.conn.execute(delete(CalendarFeed).where(col(CalendarFeed.of_id) == row.id))
    work.db.delete(row)
    work.db.flush()


def _tell(work: Work, circle: Circle) -> None:
    """Who is in it already is not told."""
    inside = select(ParticipantRow.person_id).where(
        ParticipantRow.circle_id == circle.id, col(ParticipantRow.inside), col(ParticipantRow.person_id).is_not(None)
    )
    of = circle.id if circle.plan_id is None else circle.plan_id
    wishes = (
        select(Person.log_id)
        .join(OpeningWish, col(OpeningWish.person_id) == col(Person.id))
        .where(OpeningWish.of_id == of, col(Person.id).not_in(inside))
    )
    for log_id in work.db.exec(wishes).all():
        tell(work, log_id, OpeningTold(circle=circle.id))
    if circle.plan_id is None:
        work.conn.execute(delete(OpeningWish).where(col(OpeningWish.of_id) == circle.id))
