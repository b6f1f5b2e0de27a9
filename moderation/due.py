"""What time itself does to cases: folds that lapse, letters that go out, rows that are no longer needed."""

from sqlalchemy import Connection, func, union_all
from sqlmodel import col, select

from moderation import case, cases, effects, letters, pauses
from moderation.models import CaseRow, LetterRow
from moderation.models_panels import PauseRow
from rooms.work import Work

AT_ONCE = 200
"""Letters handled in one command, and cases in one look, so that the door is never blocked for long."""


def cases_due(conn: Connection, now: int) -> list[int]:
    """Cases in which time has something to do, the longest waiting first, at most `AT_ONCE`."""
    waiting = (
        select(CaseRow.id)
        .where(col(CaseRow.due_at) <= now)
        .order_by(col(CaseRow.due_at), col(CaseRow.id))
        .limit(AT_ONCE)
    )
    return [case_id for case_id in conn.execute(waiting).scalars() if case_id is not None]


def tend(work: Work, case_id: int) -> None:
    """Do what is due in one case at ``work.now``. Harmless to repeat."""
    log_id = work.conn.execute(select(CaseRow.log_id).where(CaseRow.id == case_id)).scalar_one_or_none()
    if log_id is None:
        return
    cases.lock(work, {log_id})
    # Read after the lock: a flag, or another process's clock, may have come first.
    for kept in cases.due(work, case_id):
        if kept.case.closed is not None:
            effects.erase(work, kept)
            continue
        before = kept.case
        effects.carry_out(work, kept, case.tick(before, now=work.now, limits=work.limits))
        if kept.case == before:
            # Waits have become longer since it was written: it would be looked at for ever.
            cases.save(work, kept, before)


def next_due(conn: Connection) -> int | None:
    """When the next letter goes out or the next pause is over, in ms; None where nothing waits."""
    waits = union_all(
        select(func.min(LetterRow.due_at).label("at")),
        select(func.min(PauseRow.until)),
    ).subquery()
    found = conn.execute(select(func.min(waits.c.at))).scalar_one()
    return None if found is None else int(found)


def perform(work: Work) -> None:
    """Send the letters that are due, at most `AT_ONCE`, and put pauses away that are over. Harmless to repeat."""
    letters.send_due(work, AT_ONCE)
    pauses.over(work)
