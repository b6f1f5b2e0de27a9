"""People who review: those who said they would, and moderators who came by an invite from the machine.

Nobody is appointed to anything else. What anybody does as a reviewer is counted nowhere but for the bounds of a day.
"""

from collections.abc import Sequence
from typing import NamedTuple, cast, get_args

from sqlalchemy import Connection
from sqlmodel import col, select

from moderation.fold import capped
from moderation.models import ActivityRow, ReviewerRow
from moderation.wire import Category
from moderation.wire_reviewing import Reviewing, ReviewingChanged
from rooms.log import tell
from rooms.models import Person
from rooms.work import Work

DAYS_KEPT = 30
_MASK = (1 << DAYS_KEPT) - 1


class Eligible(NamedTuple):
    person: str
    moderator: bool


def eligible(work: Work, kinds: Sequence[Category]) -> list[Eligible]:
    """Everybody on whom lots may fall for a case of these kinds: old enough, active enough, not resting, willing to
    read them. On a young server no age is asked that is more than half its own."""
    limits = work.limits
    # Logs are numbered in the order in which they begin, so the first person is found without reading them all.
    first = select(Person.created_at).order_by(col(Person.log_id)).limit(1).scalar_subquery()
    rows = work.conn.execute(
        select(ReviewerRow, Person.created_at, ActivityRow.days, ActivityRow.day)
        .add_columns(first.label("server_since"))
        .join(Person, col(Person.id) == col(ReviewerRow.person_id))
        .outerjoin(ActivityRow, col(ActivityRow.person_id) == col(ReviewerRow.person_id))
        .where(col(ReviewerRow.rest_until) <= work.now)
    ).all()
    if not rows:
        return []
    server_age = work.now - rows[0].server_since
    made = work.now - capped(limits.reviewer_age, server_age)
    days = capped(limits.reviewer_days * limits.day, server_age) // limits.day
    today = work.now // limits.day
    return [
        Eligible(row.person_id, _moderates(row.role, row.until, work.now))
        for row in rows
        if row.created_at <= made
        and not set(row.skips.split()) & set(kinds)
        and days_here(row.days, row.day, today) >= days
    ]


def is_moderator(work: Work, person: str) -> bool:
    row = work.db.get(ReviewerRow, person)
    return row is not None and _moderates(row.role, row.until, work.now)


def rest(work: Work, person: str, until: int) -> None:
    """No seat is offered to them until then."""
    row = work.db.get(ReviewerRow, person)
    if row is not None:
        row.rest_until = until
        work.db.add(row)
        work.db.flush()
        tell_changed(work, row)


def view(conn: Connection, person: str) -> Reviewing | None:
    """What the person sees of it themselves, and nobody else."""
    row = conn.execute(select(ReviewerRow).where(ReviewerRow.person_id == person)).one_or_none()
    return None if row is None else _view(cast(ReviewerRow, row))


def tell_changed(work: Work, row: ReviewerRow) -> None:
    _tell(work, row.person_id, ReviewingChanged(reviewing=_view(row)))


def tell_gone(work: Work, person: str) -> None:
    _tell(work, person, ReviewingChanged())


def days_here(days: int | None, day: int | None, today: int) -> int:
    """On how many of the last thirty days somebody was here. Bit 0 of ``days`` is ``day``."""
    if days is None or day is None or abs(today - day) >= DAYS_KEPT:
        return 0
    return ((days << max(0, today - day)) & _MASK).bit_count()


def with_today(days: int, day: int, today: int) -> tuple[int, int]:
    """The days with today among them, and the latest of them. The clock may have been set back."""
    passed = today - day
    if abs(passed) >= DAYS_KEPT:
        return 1, today
    if passed < 0:
        return days | 1 << -passed, day
    return (days << passed) & _MASK | 1, today


def _moderates(role: str, until: int | None, now: int) -> bool:
    return role == "moderator" and (until is None or until > now)


def _view(row: ReviewerRow) -> Reviewing:
    return Reviewing(
        role="moderator" if row.role == "moderator" else "reviewer",
        since=row.since,
        until=row.until,
        skips=tuple(each for each in get_args(Category) if each in row.skips.split()),
        rest_until=row.rest_until or None,
    )


def _tell(work: Work, person: str, event: ReviewingChanged) -> None:
    tell(work, work.db.get_one(Person, person).log_id, event)
