"""Drawing lots: who could read a case, in which order they are asked, and the proof of it.

Lots fall over everybody who reviews, before anything is known of who is concerned; who is, or is busy, is skipped.
"""

from typing import Literal

from sqlalchemy import Connection, func
from sqlmodel import col, select

from moderation import case as core
from moderation import cases, draws, effects, recusal, reviewers, seats
from moderation.case import Candidate
from moderation.cases import Kept
from moderation.desk import hard, kinds
from moderation.models import CaseRow, ReviewerRow
from moderation.models_panels import SeatRow
from rooms.models import Circle, ParticipantRow
from rooms.work import Work

AT_ONCE = 10
"""Cases drawn for in one look of the clock."""
FEWEST = 2
"""With fewer free reviewers nothing can be drawn, so nothing is looked at."""
ENOUGH_HERE = 3
"""So many of them here make waits of minutes fair."""


def cases_due(conn: Connection, now: int) -> list[int]:
    """Cases for which lots should be drawn, the most urgent first, at most `AT_ONCE`; none where nobody is free."""
    sitting = select(SeatRow.person_id).where(col(SeatRow.ended_at).is_(None), col(SeatRow.person_id).is_not(None))
    free = select(ReviewerRow.person_id).where(col(ReviewerRow.person_id).not_in(sitting)).limit(FEWEST)
    if len(conn.execute(free).all()) < FEWEST:
        return []
    waiting = (
        select(CaseRow.id)
        .where(col(CaseRow.draw_at) <= now)
        .order_by(col(CaseRow.urgency).desc(), col(CaseRow.opened_at), col(CaseRow.id))
        .limit(AT_ONCE)
    )
    return [case_id for case_id in conn.execute(waiting).scalars() if case_id is not None]


def perform(work: Work, case_id: int) -> None:
    """Draw lots for one case, if it still waits for it."""
    log_id = work.conn.execute(select(CaseRow.log_id).where(CaseRow.id == case_id)).scalar_one_or_none()
    if log_id is None:
        return
    cases.lock(work, {log_id})
    kept = cases.load(work, case_id)
    draw_at = core.draw_at(kept.case)
    if draw_at is not None and draw_at <= work.now:
        draw_for(work, kept)


def draw_for(work: Work, kept: Kept) -> None:
    """Draw lots for one case, and ask those on whom they fell. ``kept`` is locked and due for it."""
    is_hard = hard(kept.case)
    people = {each.person: each for each in reviewers.eligible(work, kinds(kept.case))}
    out = recusal.recused(work, kept.id, kept.circle_id, kept.case.author, set(kept.case.parties()))
    seats.hold(work)
    busy = seats.busy(work, people, hard=is_hard)
    closed = _closed_circles(work, set(people))

    def candidate(person: str) -> Candidate:
        skip: Literal["recused", "busy"] | None = "recused" if person in out else "busy" if person in busy else None
        return Candidate(person, people[person].moderator, skip, closed.get(person, ()))

    live = _live(work, [each for each in people if each not in out and each not in busy])
    lots = draws.draw(
        work,
        kept.salt or b"",
        instance=len(kept.case.review.decisions) + 1,
        began_at=_asked_at(kept),
        pool=sorted(people),
    )
    before = kept.case.review.panel
    candidates = [candidate(each) for each in lots.people]
    step = core.draw(kept.case, candidates, live=live, now=work.now, limits=work.limits)
    panel = step[0].review.panel
    if panel is not None and before is None:
        # The record tells what was drawn from before anybody is asked.
        draws.keep(work, kept.salt or b"", lots, size=panel.size)
    effects.carry_out(work, kept, step)


def _asked_at(kept: Kept) -> int:
    """Nobody knew the nonce when the case was opened, or when the appeal was made."""
    appeals = kept.case.review.appeals
    return appeals[-1].at if appeals else kept.case.opened_at


def _closed_circles(work: Work, people: set[str]) -> dict[str, tuple[str, ...]]:
    rows = work.conn.execute(
        select(ParticipantRow.person_id, ParticipantRow.circle_id)
        .join(Circle, col(Circle.id) == col(ParticipantRow.circle_id))
        .where(col(ParticipantRow.person_id).in_(people), col(ParticipantRow.inside), Circle.entry == "invited")
    ).all()
    found: dict[str, tuple[str, ...]] = {}
    for person, circle in sorted(rows):
        found[person] = (*found.get(person, ()), circle)
    return found


def _live(work: Work, people: list[str]) -> bool:
    """Whether so many of them were here a moment ago that waits of minutes are fair."""
    recently = work.now - work.limits.seat_held
    here = work.conn.execute(
        select(func.count(func.distinct(ParticipantRow.person_id))).where(
            col(ParticipantRow.person_id).in_(people), ParticipantRow.seen_at > recently
        )
    ).scalar_one()
    return bool(here >= ENOUGH_HERE)
