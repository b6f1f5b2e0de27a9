"""What a circle agrees on now: writing a new version, and what the versions say of how long words stay."""

from typing import Literal

from sqlalchemy import func, update
from sqlmodel import col, select

from rooms import promises
from rooms.models import Agreement, Circle, EventRow
from rooms.posting import POSTED
from rooms.work import Work

How = Literal["opened", "proposed", "returned"]


def agree(work: Work, circle: Circle, text: str, keep_for: int, how: How) -> None:
    """From now on this holds. What was said before goes no later than it was to."""
    # Versions from before they could change hold no length of their own: it was the circle's all the time.
    first = update(Agreement).where(col(Agreement.circle_id) == circle.id, col(Agreement.keep_for).is_(None))
    work.conn.execute(first.values(keep_for=circle.keep_for))
    circle.agreement_version += 1
    work.db.add(
        Agreement(
            circle_id=circle.id, version=circle.agreement_version, text=text, agreed_at=work.now, keep_for=keep_for, how=how
        )
    )  # fmt: skip
    circle.keep_for = keep_for
    work.db.add(circle)
    work.db.flush()
    oldest = work.db.exec(
        select(func.min(EventRow.at)).where(EventRow.log_id == circle.log_id, EventRow.kind == POSTED)
    ).one()
    if oldest is not None:
        circle.fades_at = promises.of(promised(work, circle), oldest).ends(oldest, circle.closed_at)
        work.db.add(circle)


def promised(work: Work, circle: Circle) -> tuple[promises.Promise, ...]:
    """How long words of this circle may stay, by when they were said."""
    found = work.db.exec(
        select(Agreement.agreed_at, Agreement.keep_for)
        .where(Agreement.circle_id == circle.id)
        .order_by(col(Agreement.version))
    ).all()
    return promises.promises([(at, circle.keep_for if keep is None else keep) for at, keep in found or [(0, None)]])
