"""What time itself does to cases: folds that lapse, letters that go out, rows that are no longer needed."""

from sqlalchemy import Connection, func, union_all
from sqlmodel import col, select

from moderation import case, cases, effects, letters
from moderation.models import CaseRow, LetterRow
from moderation.models_panels import PauseRow
from rooms.work import Work

AT_ONCE = 200
"""Cases and letters handled in one command, so that the door is never blocked for long."""


def next_due(conn: Connection) -> int | None:
    """When the next of these falls due, in ms; None where nothing waits."""
    waits = union_all(
        select(func.min(CaseRow.due_at).label("at")),
        select(func.min(LetterRow.due_at)),
        select(func.min(PauseRow.until)),
    ).subquery()
    found = conn.execute(select(func.min(waits.c.at))).scalar_one()
    return None if found is None else int(found)


def perform(work: Work) -> None:
    """Do what is due at ``work.now``, at most `AT_ONCE` of it. Harmless to repeat."""
    waiting = work.conn.execute(
        select(CaseRow.id, CaseRow.log_id)
        .where(col(CaseRow.due_at) <= work.now)
        .order_by(col(CaseRow.due_at), col(CaseRow.id))
        .limit(AT_ONCE)
    ).all()
    cases.lock(work, {each.log_id for each in waiting})
    for each in waiting:
        # Read after the lock: a flag, or another process's clock, may have come first.
        for kept in cases.due(work, each.id):
            if kept.case.closed is None:
                before = kept.case
                effects.carry_out(work, kept, case.tick(before, now=work.now, limits=work.limits))
                if kept.case == before:
                    # Waits have become longer since it was written: it would be looked at for ever.
                    cases.save(work, kept, before)
            else:
                effects.erase(work, kept)
    letters.send_due(work, AT_ONCE - len(waiting))
