"""Carrying out what a step of a case asks for: covers, letters, pauses, seats, word to the flaggers, the record.

In the circle first, then person by person, so that nobody learns of something that is not so yet.
"""

from sqlalchemy import delete, func, insert, update
from sqlmodel import col, select

from moderation import case as core
from moderation import cases, desk, ledger, letters, pauses, reasons, record, sanctions, sealed, seats, verdicts
from moderation.case import Case
from moderation.cases import Kept, author
from moderation.flagged import GONE
from moderation.follows import (
    BadFaith,
    Ballots,
    Decided,
    Effect,
    EndPause,
    FaithRestored,
    Fold,
    Hold,
    Hush,
    Journal,
    Pause,
    Seated,
    Step,
    Tell,
    Unfold,
    Withhold,
)
from moderation.models import CaseMessageRow, CaseRow, FlagRow
from moderation.models_panels import ConductRow, FaithRow
from moderation.wire import FlagMoved
from moderation.wire_panels import SeatMoved, SeatView
from rooms import covers
from rooms.log import tell
from rooms.models import Circle, EventRow, Person
from rooms.work import Work

PAUSE = 3
"""The first level that keeps somebody from posting; milder ones are not held against anybody."""


def carry_out(work: Work, kept: Kept, step: Step) -> None:
    """Write the case that follows, and do what has to be done about it."""
    before, (after, effects) = kept.case, step
    if after == before and not effects:
        return
    kept.case = after
    cases.save(work, kept, before)
    for effect in effects:
        _in_the_circle(work, kept, before, effect)
    for effect in effects:
        _to_people(work, kept, effect)
    _tell(work, kept, [each for each in effects if isinstance(each, Tell)])
    asked = _move_seats(work, kept, desk.views(before, work.limits))
    if any(isinstance(each, Seated) for each in effects):
        record.sat(work, kept)
    record.write(work, kept, before, [each for each in effects if isinstance(each, Journal)])
    if len(after.review.past) > len(before.review.past) and len(after.review.decisions) == len(before.review.decisions):
        sealed.start_over(work, kept.id, after.review.past[-1].instance)
    if before.closed is None and after.closed is not None:
        _close(work, kept)
    if after.closed is not None and all(each.view in GONE for each in after.messages):
        _erase_later(work, kept)
    if not asked:
        return
    seats.hold(work)
    busy = seats.busy(work, asked, hard=desk.hard(kept.case), but_in=kept.id) | _absent(work, asked)
    for each in sorted(busy):
        # Drawn while they were free, they sit elsewhere by now or are gone from here: the next in the order is asked.
        carry_out(work, kept, core.decline(kept.case, each, now=work.now, limits=work.limits))


def erase(work: Work, kept: Kept) -> None:
    rows = list(kept.rows.values())
    letters.end(work, kept.id)
    sealed.erase(work, kept.id)
    work.conn.execute(delete(ConductRow).where(col(ConductRow.case_id) == kept.id))
    work.conn.execute(delete(FlagRow).where(col(FlagRow.case_message_id).in_(rows)))
    work.conn.execute(delete(CaseMessageRow).where(col(CaseMessageRow.case_id) == kept.id))
    work.conn.execute(delete(CaseRow).where(col(CaseRow.id) == kept.id))


def _in_the_circle(work: Work, kept: Kept, before: Case, effect: Effect) -> None:
    match effect:
        case Fold(seq, until, code, confirmed):
            if (said := _said(work, kept, seq)) is not None:
                covers.fold(work, *said, until, code)
            if not confirmed and until is not None and (who := author(kept)) is not None:
                message = before.message(seq)
                if message is None or message.view not in ("folded", "held"):
                    letters.folded(work, kept.id, who, kept.circle_id, seq, until)
        case Hold(seq, until, category, _):
            if (said := _said(work, kept, seq)) is not None:
                covers.hold(work, *said, until, category)
            if (who := author(kept)) is not None and kept.case.undecided:
                letters.write(work, who, kept.circle_id, seq, "held", case_id=kept.id, until=until)
        case Withhold(seq, code, until):
            if (said := _said(work, kept, seq)) is not None:
                covers.withhold(work, *said, code or "illegal", until)
        case Unfold(seq):
            if (said := _said(work, kept, seq)) is not None:
                covers.uncover(work, *said)
            if (who := author(kept)) is not None and not kept.case.review.decisions:
                letters.unfolded(work, kept.id, who, kept.circle_id, seq)
        case _:
            return


def _to_people(work: Work, kept: Kept, effect: Effect) -> None:
    who = author(kept)
    match effect:
        case Hush(seq) if who is not None:
            letters.hush(work, who, kept.circle_id, seq)
        case Ballots(instance, 1, until) if who is not None:
            reasons.reading(work, kept, who, until, first=instance == 1)
        case Decided(decision):
            reasons.send(work, kept, decision)
            _remember(work, kept, who, decision.person)
        case Pause(level, until, server_wide) if who is not None:
            pauses.begin(work, kept.id, who, None if server_wide else kept.circle_id, level, until)
        case EndPause(level, _):
            pauses.end(work, kept.id, level)
        case BadFaith(by, held):
            _mark_attack(work, kept, by, held=held)
        case FaithRestored(by):
            mark = delete(FaithRow).where(col(FaithRow.case_id) == kept.id, col(FaithRow.person_id) == by)
            work.conn.execute(mark)
        case _:
            return


def _mark_attack(work: Work, kept: Kept, by: str, *, held: bool) -> None:
    """All of the panel called it an attack: the first time a letter and nothing else, then flags rest for a while."""
    marks = list(work.conn.execute(select(FaithRow.at).where(FaithRow.person_id == by)).scalars())
    rests = sanctions.quiet([*marks, work.now], now=work.now, limits=work.limits)
    until = rests.until if rests.kind == "quiet" else work.now
    work.conn.execute(insert(FaithRow).values(case_id=kept.id, person_id=by, at=work.now, held=held, quiet_until=until))
    if until > work.now:
        ledger.note(work, kept.salt, "quiet", {"days": -(-(until - work.now) // work.limits.day)})
    if held and until <= work.now:
        reasons.attack(work, kept, by, "misheld", work.now + work.limits.holds_rest)
    else:
        reasons.attack(work, kept, by, "attack", until if until > work.now else None)


def _said(work: Work, kept: Kept, seq: int) -> tuple[Circle, EventRow] | None:
    """The message; None where its words faded and the case has yet to hear of it."""
    row = work.db.get(EventRow, (kept.log_id, seq))
    return None if row is None or row.body is None else (work.db.get_one(Circle, kept.circle_id), row)


def _remember(work: Work, kept: Kept, who: str | None, level: int) -> None:
    """What counts when the same person is judged again, for as long as it can be contested."""
    work.conn.execute(delete(ConductRow).where(col(ConductRow.case_id) == kept.id))
    if who is not None and level >= PAUSE:
        row = ConductRow(case_id=kept.id, person_id=who, circle_id=kept.circle_id, level=level, at=work.now)
        work.db.add(row)
        work.db.flush()


def _tell(work: Work, kept: Kept, told: list[Tell]) -> None:
    if not told:
        return
    rows = work.conn.execute(select(Person.id, Person.log_id).where(col(Person.id).in_({each.by for each in told})))
    logs = {row[0]: row[1] for row in rows}
    # Where one step led through several, only where it led to is told.
    last = {(each.seq, each.by): each for each in told}
    for each in sorted((each for each in last.values() if each.by in logs), key=lambda each: logs[each.by]):
        tell(work, logs[each.by], FlagMoved(circle=kept.circle_id, target=each.seq, status=each.status))


def _move_seats(work: Work, kept: Kept, had: dict[tuple[int, str], SeatView]) -> set[str]:
    """Whoever's seat stands differently now is told how; each is told of their own only. Returns who is asked anew."""
    now = desk.views(kept.case, work.limits)
    # A flag that comes or goes meanwhile may change what is said to be felt; its moment is told to nobody.
    changed = {key: view for key, view in now.items() if key not in had or desk.bare(had[key]) != desk.bare(view)}
    changed |= {key: desk.GONE_SEAT for key in had if key not in now}
    if not changed:
        return set()
    people = {person for _, person in changed}
    logs = dict(work.conn.execute(select(Person.id, Person.log_id).where(col(Person.id).in_(people))).all())
    rows = seats.of_case(work, kept.id)
    is_hard = desk.hard(kept.case)
    asked: set[str] = set()
    for panel, person in sorted(changed, key=lambda key: (logs.get(key[1], 0), key)):
        view = changed[panel, person]
        row = rows.get((panel, person))
        if row is not None and row.ended_at is not None:
            row = None
        if row is None and view.state in seats.OVER:
            continue
        if row is None:
            asked.add(person)
        seat_id = row.id if row is not None else seats.offer(work, kept.id, panel, person, hard=is_hard)
        reading = view.state in desk.OPEN and (row is None or row.taken_at is None)
        seats.move(work, seat_id, view.state, taken=reading)
        if reading:
            record.seated(work, kept, person)
        if person in logs:
            moved = SeatMoved(seat=desk.with_id(view, seat_id))
            tell(work, logs[person], moved, stored=verdicts.stored(moved))
    return asked


def _absent(work: Work, asked: set[str]) -> set[str]:
    """Those of them of whom nobody can come back: guests are let go of while lots wait."""
    return asked - set(work.conn.execute(select(Person.id).where(col(Person.id).in_(asked))).scalars())


def _close(work: Work, kept: Kept) -> None:
    """Keep no longer than needed how flaggers had come in, nor the flags of people who are forgotten."""
    rows = list(kept.rows.values())
    work.conn.execute(update(CaseRow).where(col(CaseRow.id) == kept.id).values(closed_at=work.now))
    work.conn.execute(update(CaseMessageRow).where(col(CaseMessageRow.case_id) == kept.id).values(salt=None))
    mine = col(FlagRow.case_message_id).in_(rows)
    work.conn.execute(delete(FlagRow).where(mine, col(FlagRow.person_id).is_(None)))
    work.conn.execute(update(FlagRow).where(mine).values(invite=None, network=None))
    work.conn.execute(delete(ConductRow).where(col(ConductRow.case_id) == kept.id))
    sealed.erase(work, kept.id)


def _erase_later(work: Work, kept: Kept) -> None:
    """Once the words are gone, flags are kept only until they no longer count towards anybody's day."""
    last: int | None = work.conn.execute(
        select(func.max(FlagRow.at)).where(col(FlagRow.case_message_id).in_(list(kept.rows.values())))
    ).scalar_one()
    due_at = work.now if last is None else last + work.limits.day
    work.conn.execute(update(CaseRow).where(col(CaseRow.id) == kept.id).values(due_at=due_at))
