"""Pauses from posting: written where posting looks, told to the person, over by themselves."""

from sqlalchemy import Connection, delete, func, update
from sqlmodel import col, select

from moderation.models_panels import PauseRow
from moderation.wire_panels import PauseMoved
from rooms.log import tell
from rooms.models import ParticipantRow, Person
from rooms.work import Work


def begin(work: Work, case_id: int, person: str, circle_id: str | None, level: int, until: int) -> None:
    """Pauses run side by side and never add up: the latest end counts. Without a circle it holds everywhere."""
    work.conn.execute(delete(PauseRow).where(col(PauseRow.case_id) == case_id, col(PauseRow.level) == level))
    work.db.add(PauseRow(case_id=case_id, level=level, person_id=person, circle_id=circle_id, until=until))
    work.db.flush()
    _settle(work, person, circle_id)


def end(work: Work, case_id: int, level: int) -> None:
    """What a case had paused is over now; what other cases paused stays."""
    gone = work.conn.execute(
        delete(PauseRow)
        .where(col(PauseRow.case_id) == case_id, col(PauseRow.level) == level)
        .returning(PauseRow.person_id, PauseRow.circle_id)  # type: ignore[call-overload]
    ).all()
    for person, circle_id in gone:
        if person is not None:
            _settle(work, person, circle_id)


def over(work: Work) -> None:
    """Put away what is over; the moment alone has ended it already."""
    work.conn.execute(delete(PauseRow).where(col(PauseRow.until) <= work.now))


def paused(conn: Connection, person_id: str, now: int) -> tuple[PauseMoved, ...]:
    """A person's pauses, as they are shown to them."""
    rows = conn.execute(
        select(PauseRow.circle_id, func.max(PauseRow.until))
        .where(PauseRow.person_id == person_id, PauseRow.until > now)
        .group_by(col(PauseRow.circle_id))
    ).all()
    return tuple(PauseMoved(circle=circle, until=until) for circle, until in rows)


def _settle(work: Work, person: str, circle_id: str | None) -> None:
    """Write the latest end to where posting reads it, and tell the person."""
    ends: dict[str | None, int] = dict(
        work.conn.execute(
            select(PauseRow.circle_id, func.max(PauseRow.until))
            .where(PauseRow.person_id == person, PauseRow.until > work.now)
            .group_by(col(PauseRow.circle_id))
        ).all()
    )
    everywhere = ends.get(None)
    places = update(ParticipantRow).where(col(ParticipantRow.person_id) == person)
    if circle_id is None:
        work.conn.execute(update(Person).where(col(Person.id) == person).values(paused_until=everywhere))
        work.conn.execute(places.values(paused_until=everywhere))
    for circle in ends if circle_id is None else (circle_id,):
        if circle is not None:
            until = max((each for each in (everywhere, ends.get(circle)) if each is not None), default=None)
            work.conn.execute(places.where(col(ParticipantRow.circle_id) == circle).values(paused_until=until))
    log_id = work.conn.execute(select(Person.log_id).where(Person.id == person)).scalar_one_or_none()
    if log_id is not None:
        tell(work, log_id, PauseMoved(circle=circle_id, until=ends.get(circle_id)))
