"""Writing what a step made of a case, and doing what follows: folds, letters, word to the flaggers."""

from sqlalchemy import delete, func, update
from sqlmodel import col, select

from moderation import letters
from moderation.case import GONE, Close, Closing, Fold, Hush, Step, Tell, Unfold
from moderation.cases import Kept, author
from moderation.models import CaseMessageRow, CaseRow, FlagRow
from moderation.wire import FlagMoved
from rooms.covers import fold, uncover
from rooms.log import tell
from rooms.models import Circle, EventRow, Person
from rooms.work import Work


def carry_out(work: Work, kept: Kept, step: Step) -> None:
    """Write the case that follows and do what has to be done about it, first in the circle, then person by person."""
    before, (after, effects) = kept.case, step
    views = {each.seq: each.view for each in before.messages}
    for message in after.messages:
        if views.get(message.seq, "visible") != message.view:
            work.conn.execute(
                update(CaseMessageRow).where(col(CaseMessageRow.id) == kept.rows[message.seq]).values(view=message.view)
            )
    kept.case = after
    for effect in effects:
        match effect:
            case Fold(seq, until):
                if (said := _said(work, kept, seq)) is not None:
                    fold(work, *said, until)
                if (who := author(work, kept)) is not None:
                    letters.folded(work, kept.id, who, kept.circle_id, seq, until)
            case Unfold(seq):
                if (said := _said(work, kept, seq)) is not None:
                    uncover(work, *said)
                if (who := author(work, kept)) is not None:
                    letters.unfolded(work, kept.id, who, kept.circle_id, seq)
            case Hush(seq):
                if (who := author(work, kept)) is not None:
                    letters.hush(work, who, kept.circle_id, seq)
            case Tell() | Close():
                continue
    _tell(work, kept, [each for each in effects if isinstance(each, Tell)])
    if before.closed is None and after.closed is not None:
        _close(work, kept, after.closed)
    if after.closed is not None and all(each.view in GONE for each in after.messages):
        _erase_later(work, kept)


def erase(work: Work, kept: Kept) -> None:
    rows = list(kept.rows.values())
    work.conn.execute(delete(FlagRow).where(col(FlagRow.case_message_id).in_(rows)))
    work.conn.execute(delete(CaseMessageRow).where(col(CaseMessageRow.case_id) == kept.id))
    work.conn.execute(delete(CaseRow).where(col(CaseRow.id) == kept.id))


def _said(work: Work, kept: Kept, seq: int) -> tuple[Circle, EventRow] | None:
    """The message; None where its words faded and the case has yet to hear of it."""
    row = work.db.get(EventRow, (kept.log_id, seq))
    return None if row is None else (work.db.get_one(Circle, kept.circle_id), row)


def _tell(work: Work, kept: Kept, told: list[Tell]) -> None:
    if not told:
        return
    rows = work.conn.execute(select(Person.id, Person.log_id).where(col(Person.id).in_({each.by for each in told})))
    logs = {row[0]: row[1] for row in rows}
    for each in sorted((each for each in told if each.by in logs), key=lambda each: logs[each.by]):
        tell(work, logs[each.by], FlagMoved(circle=kept.circle_id, target=each.seq, status=each.status))


def _close(work: Work, kept: Kept, how: Closing) -> None:
    """Keep no longer than needed how flaggers had come in, nor the flags of people who are forgotten."""
    rows = list(kept.rows.values())
    work.conn.execute(update(CaseRow).where(col(CaseRow.id) == kept.id).values(closed=how, due_at=None))
    work.conn.execute(update(CaseMessageRow).where(col(CaseMessageRow.case_id) == kept.id).values(salt=None))
    mine = col(FlagRow.case_message_id).in_(rows)
    work.conn.execute(delete(FlagRow).where(mine, col(FlagRow.person_id).is_(None)))
    work.conn.execute(update(FlagRow).where(mine).values(invite=None, network=None))


def _erase_later(work: Work, kept: Kept) -> None:
    """Once the words are gone, flags are kept only until they no longer count towards anybody's day."""
    last: int | None = work.conn.execute(
        select(func.max(FlagRow.at)).where(col(FlagRow.case_message_id).in_(list(kept.rows.values())))
    ).scalar_one()
    due_at = work.now if last is None else last + work.limits.day
    work.conn.execute(update(CaseRow).where(col(CaseRow.id) == kept.id).values(due_at=due_at))
