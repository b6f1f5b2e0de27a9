"""People who review: those who said they would, and moderators who came by an invite from the machine.

Nobody is appointed to anything else. What anybody does as a reviewer is counted nowhere but for the bounds of a day.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlmodel import col, select

from moderation.models import ActivityRow, ReviewerRow
from moderation.wire import Category
from rooms.models import Person
from rooms.work import Work

DAYS_KEPT = 30


class Eligible(NamedTuple):
    person: str
    moderator: bool


def eligible(work: Work, kinds: Sequence[Category]) -> list[Eligible]:
    """Everybody on whom lots may fall for a case of these kinds: old enough, active enough, not resting, willing to
    read them. On a young server no age is asked that is more than half its own."""
    limits = work.limits
    first = work.conn.execute(select(Person.created_at).order_by(col(Person.log_id)).limit(1)).scalar_one_or_none()
    server_age = max(0, work.now - (work.now if first is None else first))
    age = min(limits.reviewer_age, server_age // 2)
    days = min(limits.reviewer_days, server_age // (2 * limits.day))
    rows = work.conn.execute(
        select(ReviewerRow, ActivityRow.days, ActivityRow.day)
        .join(Person, col(Person.id) == col(ReviewerRow.person_id))
        .outerjoin(ActivityRow, col(ActivityRow.person_id) == col(ReviewerRow.person_id))
        .where(Person.created_at <= work.now - age, ReviewerRow.rest_until <= work.now)
    ).all()
    today = work.now // limits.day
    return [
        Eligible(row.person_id, row.role == "moderator")
        for row in rows
        if not set(row.skips.split()) & set(kinds)
        and (row.until is None or row.until > work.now)
        and (days == 0 or _active(row.days, row.day, today) >= days)
    ]


def is_moderator(work: Work, person: str) -> bool:
    row = work.db.get(ReviewerRow, person)
    return row is not None and row.role == "moderator" and (row.until is None or row.until > work.now)


def rest(work: Work, person: str, until: int) -> None:
    """No seat is offered to them until then."""
    row = work.db.get(ReviewerRow, person)
    if row is not None:
        row.rest_until = until
        work.db.add(row)
        work.db.flush()


def _active(days: int | None, day: int | None, today: int) -> int:
    """On how many of the last thirty days somebody was here. Bit 0 of ``days`` is ``day``."""
    if days is None or day is None:
        return 0
    return ((days << max(0, today - day)) & ((1 << DAYS_KEPT) - 1)).bit_count()
