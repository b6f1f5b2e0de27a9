"""What people do with flags: raise one, take it back, say the flagged words differently; and what ends them.

A flag takes no seq of the circle and no frame of it. The flagger's own log learns where the flag stands; the circle
learns of a fold, the author gets a letter, and neither depends on who flagged.
"""

from collections.abc import Collection
from functools import partial

from sqlalchemy import Connection, update
from sqlmodel import col, select

from moderation import case, cases, effects, fold, ledger, opening, sealed, witnesses
from moderation.cases import Kept
from moderation.flagged import LIVE
from moderation.models import CaseMessageRow, CaseRow, FlagRow
from moderation.state import READING
from moderation.wire import FlagMessage, MyFlag, RephraseMessage, WithdrawFlag
from rooms import bulk, carrying, rules
from rooms.circles import seat
from rooms.messages import message
from rooms.messages import rephrase as change_words
from rooms.models import Circle, EventRow
from rooms.text import body as clean_body
from rooms.work import Answered, Refusal, Work

_HAVE_FLAGGED = bulk.both("SELECT DISTINCT f.person_id FROM {texts} CROSS JOIN flag AS f WHERE f.person_id = j.a")


def raise_flag(work: Work, command: FlagMessage) -> None:
    """Hide a message for the asker, and fold it for all once enough witnesses have said so.

    Raises ``message.not_found``, ``message.taken_back``, ``flag.own_words``, ``flag.already`` or ``flag.budget``.
    The circle is locked by the door, so the count is exact.
    """
    circle, mine = seat(work, command.circle)
    row = message(work, circle, command.target)
    entered_at = witnesses.entered_at(work, mine, row.seq)
    fold.may_flag(own=row.sender == mine.id, already=_flagged_before(work, row))
    if row.body is None or row.sender is None:
        raise Refusal("message.taken_back")
    recent = witnesses.recent(work)
    kept = case_for(work, circle, row, row.sender)
    _may_flag_more(work, witnesses.counts_as(row.sender, row.log_id, row.seq, row.data))
    if any(juror == work.person for juror in kept.case.sat()):
        raise Refusal("flag.seated")
    bars = witnesses.bars(work, row)
    standing = witnesses.standing(work, kept, bars, entered_at, recent)
    origin = witnesses.origin(work, kept, row.seq, standing)
    if standing is not fold.Standing.NONE:
        opening.begin_now(work, kept)
    given = case.Flag(work.person, command.category, standing, origin)
    opening.add_flag(work, kept, row.seq, given)
    if standing is not fold.Standing.NONE:
        ledger.note(work, kept.salt, "flag", {"category": command.category})
    effects.carry_out(work, kept, case.flag(kept.case, row.seq, given, now=work.now, limits=work.limits))


def withdraw_flag(work: Work, command: WithdrawFlag) -> Answered | None:
    """Take one's own flag back, for good. It works from outside the circle too, and again without harm."""
    found = work.conn.execute(
        select(FlagRow.id, FlagRow.withdrawn, CaseRow.id.label("case_id"))  # type: ignore[union-attr]
        .join(CaseMessageRow, col(CaseMessageRow.id) == col(FlagRow.case_message_id))
        .join(CaseRow, col(CaseRow.id) == col(CaseMessageRow.case_id))
        .where(
            FlagRow.person_id == work.person,
            CaseRow.circle_id == command.circle,
            CaseMessageRow.seq == command.target,
        )
        .order_by(col(FlagRow.id).desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        raise Refusal("flag.not_found")
    if found.withdrawn:
        return Answered(dup=True)
    kept = cases.load(work, found.case_id)
    work.conn.execute(update(FlagRow).where(col(FlagRow.id) == found.id).values(withdrawn=True))
    step = case.withdraw(kept.case, command.target, work.person, now=work.now, limits=work.limits)
    effects.carry_out(work, kept, step)
    return None


def rephrase(work: Work, command: RephraseMessage) -> Answered:
    """The author of a folded message says it differently, once. The fold ends and nothing stays on record."""
    circle, mine = seat(work, command.circle)
    row = message(work, circle, command.target)
    rules.may_change(writer=row.sender, asker=mine.id, taken_back=row.body is None)
    body = clean_body(command.body, work.limits)
    if row.rephrased:
        if row.body == body:
            return Answered(circle=circle.id, dup=True)
        raise Refusal("message.rephrased_once")
    rules.may_talk(circle.state)
    if row.cover is None:
        raise Refusal("message.not_folded")
    if row.body == body:
        raise Refusal("message.same_words")
    answered = change_words(work, circle, row, body)
    words_changed(work, circle, row.seq, "rephrased")
    return answered


def words_changed(work: Work, circle: Circle, message_seq: int, how: case.Ending) -> None:
    """The words of a message are not what was flagged any more. Called after they changed; harmless to repeat."""
    # A hold is over once the words are, so whether one stands is asked before.
    keep = _under_legal_hold(work, circle.log_id, message_seq)
    for kept in cases.holding(work, circle.log_id, message_seq):
        step = case.end(kept.case, message_seq, how, now=work.now, limits=work.limits)
        effects.carry_out(work, kept, step)
    if how == "taken_back":
        sealed.taken_back(work, circle.log_id, [message_seq], keep=keep)


def faded(work: Work, log_id: int, floor: int) -> None:
    """Everything in a circle's log up to and including ``floor`` is deleted."""
    gone = work.conn.execute(
        select(CaseMessageRow.case_id)
        .where(CaseMessageRow.log_id == log_id, CaseMessageRow.seq <= floor, CaseMessageRow.view != "faded")
        .distinct()
        .order_by(col(CaseMessageRow.case_id))
    )
    for case_id in gone.scalars().all():
        kept = cases.load(work, case_id)
        for seq in sorted(each for each in kept.rows if each <= floor):
            step = case.end(kept.case, seq, "faded", now=work.now, limits=work.limits)
            effects.carry_out(work, kept, step)


def have_flagged(conn: Connection, people: Collection[str]) -> set[str]:
    """Of these people, those who have flagged anything."""
    return {row[0] for row in bulk.of_texts(conn, _HAVE_FLAGGED, people)}


def my_flags(conn: Connection, person_id: str, circle_id: str) -> tuple[MyFlag, ...]:
    """Where this person's own flags in a circle stand, by message. All but the withdrawn ones are hidden from them."""
    rows = conn.execute(
        select(CaseMessageRow.seq, CaseMessageRow.view, CaseRow.stage, FlagRow.withdrawn)
        .join(FlagRow, col(FlagRow.case_message_id) == col(CaseMessageRow.id))
        .join(CaseRow, col(CaseRow.id) == col(CaseMessageRow.case_id))
        .where(FlagRow.person_id == person_id, CaseRow.circle_id == circle_id, CaseMessageRow.view != "faded")
        .order_by(col(FlagRow.id))
    )
    # A later flag on the same message is about newer words and stands for both.
    latest = {seq: "withdrawn" if withdrawn else _status(view, stage) for seq, view, stage, withdrawn in rows}
    return tuple(MyFlag(target=seq, status=status) for seq, status in sorted(latest.items()))  # type: ignore[arg-type]


def _status(view: str, stage: str) -> str:
    if stage in READING and view in LIVE:
        return "reading"
    return "received" if view == "visible" else view


def _may_flag_more(work: Work, author_id: str | None) -> None:
    limits = work.limits
    begun = partial(fold.beginnings, most=limits.case_messages, within=limits.day)
    own = witnesses.given_lately(work)
    before = {author: begun(flags) for author, flags in own.items()}
    if begun([*own.get(author_id, ()), work.now]) != before.get(author_id, []):
        fold.may_open_another(
            [at for flags in before.values() for at in flags],
            now=work.now,
            most=limits.cases_a_day,
            within=limits.day,
        )


def _flagged_before(work: Work, row: EventRow) -> bool:
    """Whether the asker flagged these words already; withdrawing does not give the flag back."""
    found = work.conn.execute(
        select(FlagRow.id)
        .join(CaseMessageRow, col(CaseMessageRow.id) == col(FlagRow.case_message_id))
        .where(
            CaseMessageRow.log_id == row.log_id,
            CaseMessageRow.seq == row.seq,
            col(CaseMessageRow.rephrased) == bool(row.rephrased),
            FlagRow.person_id == work.person,
        )
    )
    return found.first() is not None


def case_for(work: Work, circle: Circle, row: EventRow, author_id: str) -> Kept:
    """The case in which something is said of this message: the one that holds it, else the author's newest, else a new
    one; a carried sentence is alone in its own, so that nothing tells whose it is. The message is in it then, with the
    number of its witnesses, and sealed with what was said around it."""
    found = cases.holding(work, row.log_id, row.seq, live=True)
    if not carrying.is_carried(row.data):
        found += cases.newest(work, author_id)
    for each in found:
        # One whose time is over lapses here, if the clock has not come to it.
        effects.carry_out(work, each, case.tick(each.case, now=work.now, limits=work.limits))
    ruled = next((each for each in found if case.decided(each.case, row.seq)), None)
    kept = ruled or opening.which_takes(work, found, row.seq) or opening.open_case(work, circle, author_id)
    if kept.case.message(row.seq) is None:
        many = witnesses.how_many(work, circle, row, witnesses.bars(work, row))
        opening.add_message(work, kept, row.seq, many, rephrased=bool(row.rephrased))
        sealed.seal(work, kept.id, row.log_id, row.seq)
    return kept


def _under_legal_hold(work: Work, log_id: int, seq: int) -> list[int]:
    """Cases whose copy of these words has to stay."""
    return [
        kept.id
        for kept in cases.holding(work, log_id, seq)
        if (message := kept.case.message(seq)) is not None
        and any(each.kind == "legal" and not each.over for each in message.holds)
    ]
