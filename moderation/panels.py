"""What jurors do at their seats. A seat one does not hold is ``seat.not_found``, whether there is such a seat or not."""

from collections.abc import Callable
from typing import Any

from sqlmodel import col, select

from moderation import case as core
from moderation import cases, desk, effects, reviewers, sealed, seats
from moderation.case import Ballot, Case, Mark
from moderation.cases import Kept
from moderation.follows import Step
from moderation.models import CaseRow
from moderation.wire_panels import (
    CastBallot,
    LeaveHeavySeat,
    LeaveSeat,
    MarkBadFaith,
    ReadyToVote,
    SayToPanel,
    SeatMoved,
    SeatState,
    TakeSeat,
    UndoBallot,
)
from rooms.log import tell
from rooms.models import Person
from rooms.text import body as clean_body
from rooms.work import Refusal, Work

SENTENCE_MOST = 300
SAID_MOST = 500
"""Letters in a juror's sentence, and in one thing said at the table."""


def take(work: Work, command: TakeSeat) -> None:
    row, kept = _at(work, command.seat)
    if seats.busy(work, [work.person], hard=row.hard, but_in=kept.id):
        raise Refusal("seat.not_now")
    _does(work, kept, core.accept, work.person)


def leave(work: Work, command: LeaveSeat) -> None:
    """Without a reason, before voting. The next in the order of the lots is asked."""
    _, kept = _at(work, command.seat)
    _does(work, kept, core.decline, work.person)


def leave_heavy(work: Work, command: LeaveHeavySeat) -> None:
    """Hand it over if that is still possible, and rest for a day."""
    if seats.mine(work, command.seat).ended_at is None:
        _, kept = _at(work, command.seat, over_too=True)
        try:
            _does(work, kept, core.decline, work.person)
        except Refusal as refusal:
            if refusal.code != "seat.voted":
                raise
    reviewers.rest(work, work.person, work.now + work.limits.day)


def cast(work: Work, command: CastBallot) -> None:
    """Sealed until the panel has decided; to be undone for some seconds."""
    row, kept = _at(work, command.seat)
    panel = kept.case.review.panel
    if panel is None or panel.instance != row.panel or panel.round == 0:
        raise Refusal("seat.not_now")
    items = panel.items
    if sorted(mark.item for mark in command.messages) != list(range(len(items))):
        raise Refusal("ballot.incomplete")
    asks = command.person > 0 or any(mark.content > 0 for mark in command.messages)
    sentence = command.sentence.strip()
    if asks and (command.code is None or not sentence):
        raise Refusal("ballot.reason_needed")
    if len(sentence) > SENTENCE_MOST:
        raise Refusal("body.too_long", most=SENTENCE_MOST)
    if command.clause > len(desk.agreement(work, kept)):
        raise Refusal("request.bad_field", field="clause")
    marks = tuple(Mark(items[mark.item], mark.content, mark.hold) for mark in command.messages)
    ballot = Ballot(marks, command.person, command.code, command.clause)
    letter = _letter(kept, work.person)
    seat = panel.seat(work.person)
    again = seat is not None and panel.ballot(seat) is not None
    _does(work, kept, core.cast, work.person, ballot)
    if again:
        # The same ballot, sent twice: its sentence stands, for it may be tallied already.
        return
    sealed.unsay(work, kept.id, row.panel, letter)
    if sentence:
        sealed.write(work, kept.id, row.panel, "sentence", clean_body(sentence, work.limits), letter)


def undo(work: Work, command: UndoBallot) -> None:
    row, kept = _at(work, command.seat)
    _does(work, kept, core.undo, work.person)
    sealed.unsay(work, kept.id, row.panel, _letter(kept, work.person))


def say(work: Work, command: SayToPanel) -> None:
    """After a split, before the second ballot. The others hear that there is something new, and read it at the table."""
    row, kept = _at(work, command.seat)
    panel = kept.case.review.panel
    if kept.case.review.stage != "talk" or panel is None:
        raise Refusal("seat.not_now")
    body = clean_body(command.body, work.limits)
    if len(body) > SAID_MOST:
        raise Refusal("body.too_long", most=SAID_MOST)
    sealed.write(work, kept.id, row.panel, "said", body, _letter(kept, work.person))
    tell_table(work, kept, row.panel, ("talk",))


def tell_table(work: Work, kept: Kept, panel: int, states: tuple[SeatState, ...]) -> None:
    """Whoever sits at this panel, in one of these states, hears that there is something new to read."""
    views = desk.views(kept.case, work.limits)
    rows = seats.of_case(work, kept.id)
    # A guest of whom nobody could come back is gone from here without having left their seat.
    people = select(Person.id, Person.log_id).where(col(Person.id).in_({person for _, person in rows}))
    logs = dict(work.conn.execute(people).all())
    for (instance, person), row in sorted(rows.items()):
        view = views.get((instance, person))
        if instance == panel and view is not None and view.state in states and person in logs:
            tell(work, logs[person], SeatMoved(seat=desk.with_id(view, row.id)))


def ready(work: Work, command: ReadyToVote) -> None:
    _, kept = _at(work, command.seat)
    _does(work, kept, core.ready, work.person)


def mark_faith(work: Work, command: MarkBadFaith) -> None:
    _, kept = _at(work, command.seat, over_too=True)
    _does(work, kept, core.mark_faith, work.person, tuple(sorted(set(command.flags))))


def _at(work: Work, seat_id: str, *, over_too: bool = False) -> tuple[Any, Kept]:
    """The asker's seat, and its case, held still."""
    row = seats.mine(work, seat_id)
    if row.ended_at is not None and not over_too:
        raise Refusal("seat.not_found")
    found = work.db.get(CaseRow, row.case_id)
    if found is None:
        raise Refusal("seat.not_found")
    cases.lock(work, {found.log_id})
    row = seats.mine(work, seat_id)
    if row.ended_at is not None and not over_too:
        raise Refusal("seat.not_found")
    return row, cases.load(work, row.case_id)


def _does(work: Work, kept: Kept, step: Callable[..., Step], *given: Any) -> Case:
    effects.carry_out(work, kept, step(kept.case, *given, now=work.now, limits=work.limits))
    return kept.case


def _letter(kept: Kept, person: str) -> str:
    panel = kept.case.review.panel
    seat = panel.seat(person) if panel is not None else None
    return seat.letter if seat is not None else ""
