"""What time does to a case: when the next thing is due, and what it is. Pure.

Whatever is due is done in the order in which it fell due, each thing once.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from moderation import appeal, ballots, deciding, holds, rounds, sanctions, seating
from moderation.flagged import ENDED
from moderation.follows import Overdue
from moderation.panel import Panel
from moderation.pool import Moved
from moderation.state import READING, Case, Review
from moderation.steps import close, release, with_message
from rooms.limits import Limits

Act = Callable[[Case, int, Limits], Moved]


class Due(NamedTuple):
    at: int
    order: int
    """Of what is due at one moment: what counts for somebody comes before what ends."""
    act: Act


def deadlines(case: Case, limits: Limits) -> Iterator[Due]:
    """Each changes the case when it is done, and is no longer there then."""
    if case.closed is not None:
        return
    review = case.review
    yield from _of_messages(case)
    if review.panel is not None:
        yield from _of_panel(case, review.panel, limits)
    yield from (Due(each.until, 4, _pauses_over) for each in case.paused)
    if case.undecided:
        if not review.folds_over:
            yield Due(case.lapses_at, 3, _folds_over)
        untimed = review.panel is not None and (review.panel.untimed or review.panel.drawn_at >= case.lapses_at)
        if not untimed and not holds.keeps_open(case):
            yield Due(case.opened_at + limits.first_instance, 5, _never_decided)
    waiting = deciding.appeal(review)
    if waiting is not None and review.stage == "appeal_wait":
        yield Due(waiting.until, 5, lambda case, now, limits: appeal.unheard(case, now=now, limits=limits))
    end = final_at(case)
    if end is not None:
        yield Due(end, 6, _final)


def final_at(case: Case) -> int | None:
    """When nobody can appeal any more and nothing that was decided is still to end; None while that is open."""
    decision = case.decision
    if decision is None or case.review.stage != "decided":
        return None
    if any(message.hold is not None for message in case.messages):
        return None
    ends = [each.full_until for each in case.paused]
    ruled = (each.ruling for each in case.messages if each.ruling is not None and each.view not in ENDED)
    ends += [each.until for each in ruled if each.until is not None and each.level > 0]
    return max([decision.appeal_until, *ends])


def lapse(case: Case) -> Moved:
    """Nobody decided in time: what nobody holds is visible again, and these flags never fold these words anew."""
    held = holds.keeps_open(case)
    messages = tuple(
        replace(each, view="lapsed") if each.live and (not held or each.hold is None) else each
        for each in case.messages
    )
    case = replace(case, messages=messages)
    return (case, ()) if any(each.live for each in messages) else close(case, "lapsed")


def _of_messages(case: Case) -> Iterator[Due]:
    for message in case.messages:
        for place, held in enumerate(message.holds):
            if not held.over and not held.overdue:
                yield Due(held.until, 2, _hold_over(message.seq, place))
        ruled = message.ruling
        if message.view not in ENDED and ruled is not None and ruled.level > 0 and ruled.until is not None:
            yield Due(ruled.until, 2, _ruling_over(message.seq))


def _of_panel(case: Case, panel: Panel, limits: Limits) -> Iterator[Due]:
    for seat in panel.seats:
        if seat.state == "asked":
            yield Due(seat.until, 1, _at_rank(seating.invitation_over, seat.rank))
    if panel.round == 0:
        if panel.patient:
            yield Due(panel.drawn_at + limits.fallback_after, 1, _impatient)
        return
    if case.review.stage != "talk":
        for seat in panel.seated:
            ballot = panel.ballot(seat)
            if ballot is None and not seat.overdue:
                yield Due(seat.until, 1, _at_rank(seating.lease_over, seat.rank))
            elif ballot is not None and not ballot.final:
                yield Due(ballot.cast_at + limits.undo, 0, _final_ballots)
    if not panel.heard:
        yield Due(panel.hear_until, 1, _heard)
    yield Due(panel.until, 2, _round_over)


def _at_rank(what: Callable[[Case, int], Moved], rank: int) -> Act:
    return lambda case, now, limits: what(case, rank)


def _final_ballots(case: Case, now: int, limits: Limits) -> Moved:
    return ballots.final(case, now=now, limits=limits)


def _impatient(case: Case, now: int, limits: Limits) -> Moved:
    return case.with_panel(_changed(case, patient=False)), ()


def _heard(case: Case, now: int, limits: Limits) -> Moved:
    return case.with_panel(_changed(case, heard=True)), ()


def _changed(case: Case, **fields: bool) -> Panel:
    panel = case.review.panel
    assert panel is not None
    return replace(panel, **fields)  # type: ignore[arg-type]


def _hold_over(seq: int, place: int) -> Act:
    def act(case: Case, now: int, limits: Limits) -> Moved:
        message = case.message(seq)
        assert message is not None
        held = message.holds[place]
        if held.kind == "panel" and case.undecided and case.review.stage in READING:
            decided = rounds.finish_held(case, now=now, limits=limits)
            if decided[0] is not case:
                return decided
        after = holds.time_over(case, message, held, now=now, limits=limits)
        overdue = (Overdue(seq),) if after.holds[place].overdue else ()
        return with_message(case, after), overdue

    return act


def _ruling_over(seq: int) -> Act:
    def act(case: Case, now: int, limits: Limits) -> Moved:
        message = case.message(seq)
        assert message is not None
        return with_message(case, replace(message, view="lapsed")), ()

    return act


def _round_over(case: Case, now: int, limits: Limits) -> Moved:
    panel = case.review.panel
    assert panel is not None
    if case.review.stage == "talk":
        gone_on = rounds.again(case, now=now, limits=limits)
        # Who left meanwhile took their ballot along: there may be too few to decide, and no time for another round.
        return gone_on if gone_on[0] is not case else _too_few_voted(case, now, limits)
    decided = rounds.finish(case, panel.ballots(panel.round), now=now, limits=limits)
    if decided[0] is not case:
        return decided
    if case.review.decisions:
        return appeal.unheard(case, now=now, limits=limits)
    return _too_few_voted(case, now, limits)


def _too_few_voted(case: Case, now: int, limits: Limits) -> Moved:
    """The first instance came to nothing. What is still held goes to other people; the rest is over."""
    panel = case.review.panel
    assert panel is not None
    held = any(each.live and each.hold is not None for each in case.messages)
    in_time = now < case.opened_at + limits.first_instance and not panel.untimed
    if not held or not (in_time or holds.keeps_open(case)):
        return close(_lapsed(case), "lapsed")
    review = replace(
        case.review, stage="triage", panel=None, past=(*case.review.past, panel.put_away()), draw_after=now
    )
    messages = tuple(
        each if each.hold is not None or not each.live else replace(each, view="lapsed") for each in case.messages
    )
    return replace(case, review=review, messages=messages), release(panel, "over")


def _folds_over(case: Case, now: int, limits: Limits) -> Moved:
    return replace(case, review=replace(case.review, folds_over=True)), ()


def _never_decided(case: Case, now: int, limits: Limits) -> Moved:
    return close(_lapsed(case), "lapsed")


def _lapsed(case: Case) -> Case:
    return replace(case, messages=tuple(replace(each, view="lapsed") if each.live else each for each in case.messages))


def _pauses_over(case: Case, now: int, limits: Limits) -> Moved:
    review = replace(case.review, sanctions=sanctions.time_over(case.review.sanctions, now=now))
    return replace(case, review=review), ()


def _final(case: Case, now: int, limits: Limits) -> Moved:
    """Nothing stays that nobody can contest: no record of a person, no ballots, no names."""
    kept = tuple(replace(each, person=0, person_agreed=0, person_until=None) for each in case.review.decisions)
    return close(replace(case, review=Review(stage="decided", folds_over=True, decisions=kept)), "final")
