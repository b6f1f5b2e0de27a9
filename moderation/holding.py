"""Covering a message at once: by one person, by two, by whose data it shows, and (from the machine) by the operator."""

from sqlalchemy import func, insert
from sqlmodel import col, select

from moderation import case as core
from moderation import cases, effects, flags, holds, opening, reviewers, sealed, witnesses
from moderation.cases import Kept
from moderation.flagged import ENDED
from moderation.fold import Origin, Standing
from moderation.models import CaseRow
from moderation.models_panels import FaithRow, HoldRow
from moderation.wire import Category
from moderation.wire_panels import CosignHold, HoldMessage
from rooms import covers
from rooms.circles import seat
from rooms.messages import message
from rooms.models import Circle, EventRow, ParticipantRow
from rooms.posting import POSTED
from rooms.work import Refusal, Work


def hold_message(work: Work, command: HoldMessage) -> None:
    """Once in a message's life, for some minutes; twice a day for one person. No frame tells who."""
    circle, mine = seat(work, command.circle)
    row = _others_words(work, circle, mine, command.target)
    if command.mine:
        holds.may_hold_own(_own_open(work), limits=work.limits)
    else:
        holds.may_hold(_held_at(work), _rests_until(work), now=work.now, limits=work.limits)
    _first_hold(work, row, own=command.mine)
    kept = flags.case_for(work, circle, row, row.sender or "")
    standing, origin = _weight(work, kept, circle, row, mine)
    if standing is Standing.NONE:
        raise Refusal("hold.not_witness")
    opening.begin_now(work, kept)
    before = kept.case
    try:
        if command.mine:
            step = core.subject_hold(kept.case, row.seq, work.person, now=work.now, limits=work.limits)
        else:
            step = core.hold(
                kept.case,
                row.seq,
                work.person,
                command.category,
                standing=standing,
                origin=origin,
                now=work.now,
                limits=work.limits,
            )
    except Refusal as refusal:
        raise _plain(refusal) from None
    effects.carry_out(work, kept, step)
    if kept.case != before:
        _note(work, kept, row.seq, own=command.mine)


def cosign_hold(work: Work, command: CosignHold) -> None:
    """A second witness, or a moderator who may read here, keeps it covered for longer."""
    circle, mine = seat(work, command.circle)
    row = _others_words(work, circle, mine, command.target)
    found = [each for each in cases.holding(work, row.log_id, row.seq, live=True) if each.case.closed is None]
    if not found:
        raise Refusal("hold.none")
    kept = found[-1]
    standing, origin = _weight(work, kept, circle, row, mine)
    try:
        step = core.cosign(
            kept.case,
            row.seq,
            work.person,
            standing=standing,
            origin=origin,
            moderator=reviewers.is_moderator(work, work.person),
            now=work.now,
            limits=work.limits,
        )
    except Refusal as refusal:
        # Asking costs nothing, so the answer is that for a message that nobody ever flagged.
        raise Refusal("hold.none") if _plain(refusal) is not refusal else refusal from None
    effects.carry_out(work, kept, step)


def legal_hold(work: Work, circle_id: str, target: int, category: Category, *, ordered: bool, release: bool) -> None:
    """From the machine only: in public, renewed weekly, until a panel has decided or the words are gone.

    Raises ``message.not_found``, ``hold.cleared`` after a panel without a legal order, ``hold.none`` for the release of
    what is not held so.
    """
    circle = work.db.get(Circle, circle_id)
    row = None if circle is None else work.db.get(EventRow, (circle.log_id, target))
    if circle is None or row is None or row.kind != POSTED or row.body is None or row.sender is None:
        raise Refusal("message.not_found")
    cases.lock(work, {circle.log_id})
    holding = [each for each in cases.holding(work, row.log_id, row.seq) if _held_by_law(each, row.seq)]
    if release:
        if not holding:
            raise Refusal("hold.none")
        for kept in holding:
            effects.carry_out(work, kept, core.release_legal(kept.case, row.seq, now=work.now, limits=work.limits))
        _covered_before(work, circle, row)
        return
    kept = holding[-1] if holding else flags.case_for(work, circle, row, row.sender)
    if kept.case.closed is not None:
        # Nobody can contest that decision any more, but what a court orders comes after it, in a case of its own.
        if not ordered:
            raise Refusal("hold.cleared")
        kept = opening.open_case(work, circle, row.sender)
        many = witnesses.how_many(work, circle, row, witnesses.bars(work, row))
        opening.add_message(work, kept, row.seq, many, rephrased=bool(row.rephrased))
        sealed.seal(work, kept.id, row.log_id, row.seq)
    step = core.legal_hold(kept.case, row.seq, category, ordered=ordered, now=work.now, limits=work.limits)
    effects.carry_out(work, kept, step)


def _held_by_law(kept: Kept, seq: int) -> bool:
    message = kept.case.message(seq)
    return message is not None and any(each.kind == "legal" and not each.over for each in message.holds)


def _covered_before(work: Work, circle: Circle, row: EventRow) -> None:
    """What a panel made of the words in a case that is over stands again once they are uncovered."""
    work.db.refresh(row)
    for kept in cases.holding(work, row.log_id, row.seq):
        message = kept.case.message(row.seq)
        ruling = None if message is None else message.ruling
        if row.cover is not None or row.body is None or message is None or ruling is None or kept.case.closed is None:
            continue
        if message.view == "confirmed":
            covers.fold(work, circle, row, ruling.until, ruling.code)
        elif message.view == "withheld":
            covers.withhold(work, circle, row, ruling.code or "illegal", ruling.until)


def _others_words(work: Work, circle: Circle, mine: ParticipantRow, target: int) -> EventRow:
    row = message(work, circle, target)
    if row.sender == mine.id:
        raise Refusal("hold.own_words")
    if row.body is None or row.sender is None:
        raise Refusal("message.taken_back")
    return row


def _first_hold(work: Work, row: EventRow, *, own: bool) -> None:
    """A hold in a case that is over counts as well, or the same words could be covered again and again."""
    kind = "subject" if own else "alone"
    for kept in cases.holding(work, row.log_id, row.seq):
        held = kept.case.message(row.seq)
        if held is None or held.view not in ENDED or held.view == "rephrased":
            continue  # the case at hand looks itself; new words are others
        if any(each.kind == kind for each in held.holds):
            raise Refusal("hold.already")


def _weight(work: Work, kept: Kept, circle: Circle, row: EventRow, mine: ParticipantRow) -> tuple[Standing, Origin]:
    """What the asker's word counts here; also somebody whose flags rest may hold."""
    bars = witnesses.bars(work, row)
    standing = witnesses.plain_standing(work, bars, witnesses.entered_at(work, mine, row.seq))
    return standing, witnesses.origin(work, kept, row.seq, standing)


def _held_at(work: Work) -> list[int]:
    since = work.now - work.limits.day
    held = select(HoldRow.at).where(HoldRow.person_id == work.person, HoldRow.at > since, ~col(HoldRow.own))
    return list(work.conn.execute(held).scalars())


def _own_open(work: Work) -> int:
    """How many holds on their own data the asker has in cases that are not over."""
    return work.conn.execute(
        select(func.count())
        .select_from(HoldRow)
        .join(CaseRow, col(CaseRow.id) == col(HoldRow.case_id))
        .where(
            HoldRow.person_id == work.person,
            col(HoldRow.own),
            HoldRow.at > work.now - work.limits.subject_hold,
            col(CaseRow.closed).is_(None),
        )
    ).scalar_one()


def _rests_until(work: Work) -> int:
    """After a hold that a whole panel called an attack, the power rests for a while."""
    marks = select(FaithRow.at).where(FaithRow.person_id == work.person, col(FaithRow.held))
    return max((at + work.limits.holds_rest for at in work.conn.execute(marks).scalars()), default=0)


def _note(work: Work, kept: Kept, seq: int, *, own: bool) -> None:
    work.conn.execute(insert(HoldRow).values(case_id=kept.id, seq=seq, person_id=work.person, own=own, at=work.now))


def _plain(refusal: Refusal) -> Refusal:
    """That a panel has left a message as it is is told to nobody who only tries."""
    # The message is there, or it would have been refused before: what is over is only its case.
    over = ("hold.cleared", "hold.ordered", "message.not_found")
    return Refusal("hold.not_now") if refusal.code in over else refusal
