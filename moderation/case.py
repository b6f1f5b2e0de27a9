"""A case, from the first flag to the day when nobody can contest anything any more: the one face of the pure core.

Each event takes a case and gives the case that follows, with what has to be done about it; before it, everything is
done that was due. An event that may not be raises a `Refusal`, and nothing has changed; repeated, it changes nothing.
There is no clock, no chance and no waiting here: ``now`` (ms) and the limits come in.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from moderation import appeal as appeals
from moderation import ballots, deadlines, faith, flagging, holds, pool, rounds, seating, steps
from moderation.deadlines import final_at
from moderation.flagged import GONE, LIVE, Ending, Flag, Held, Message, Ruling, View
from moderation.flagging import decided, takes
from moderation.fold import Origin, Standing
from moderation.follows import Effect, Step
from moderation.looking import draw_at, may_appeal, panel_caps, urgency
from moderation.packing import pack, unpack
from moderation.panel import Ballot, Candidate, Mark, Panel, Seat
from moderation.pool import Moved
from moderation.state import Case, Closing, Conduct, Decision, Outcome, Review, Sanction, Side, Stage
from moderation.steps import status_of
from moderation.wire import Category
from rooms.limits import Limits
from rooms.work import Refusal

NO_ORIGIN = Origin()
Act = Callable[[Case], Moved]


# --- flags and words --------------------------------------------------------------------------------------


def add(case: Case, seq: int, witnesses: int) -> Case:
    """Take a message into a case that `takes` it."""
    return replace(case, messages=(*case.messages, Message(seq, witnesses)))


def flag(case: Case, seq: int, given: Flag, *, now: int, limits: Limits) -> Step:
    """Row 3: a flag on a message of the case; after a decision it hides for its flagger and nothing more."""
    return _event(case, lambda it: flagging.flag(it, seq, given), now, limits)


def withdraw(case: Case, seq: int, by: str, *, now: int, limits: Limits) -> Step:
    """Row 19. Harmless where there is no such flag; who withdrew stays a party."""
    return _event(case, lambda it: flagging.withdraw(it, seq, by), now, limits)


def end(case: Case, seq: int, how: Ending, *, now: int, limits: Limits) -> Step:
    """Row 20, and words that fade. Call it after the words changed; harmless where it may not be."""
    return _event(case, lambda it: flagging.end(it, seq, how), now, limits)


def forget(case: Case, by: str, *, now: int, limits: Limits) -> Step:
    """A flagger, holder or juror is erased."""
    return _event(case, lambda it: flagging.forget(it, by), now, limits)


def author_forgotten(case: Case, *, now: int, limits: Limits) -> Step:
    return _event(case, flagging.author_forgotten, now, limits)


# --- holds ------------------------------------------------------------------------------------------------


def hold(
    case: Case,
    seq: int,
    by: str,
    category: Category,
    *,
    standing: Standing,
    origin: Origin = NO_ORIGIN,
    now: int,
    limits: Limits,
) -> Step:
    """Row 5. What one person may in a day is for `holds.may_hold`."""
    return _event(
        case,
        lambda it: holds.hold(it, seq, by, category, standing=standing, origin=origin, now=now, limits=limits),
        now,
        limits,
    )


def cosign(
    case: Case,
    seq: int,
    by: str,
    *,
    standing: Standing,
    origin: Origin = NO_ORIGIN,
    moderator: bool = False,
    now: int,
    limits: Limits,
) -> Step:
    """Row 6."""

    def act(it: Case) -> Moved:
        return holds.cosign(it, seq, by, standing=standing, origin=origin, moderator=moderator, now=now, limits=limits)

    return _event(case, act, now, limits)


def subject_hold(case: Case, seq: int, by: str, *, now: int, limits: Limits) -> Step:
    return _event(case, lambda it: holds.subject_hold(it, seq, by, now=now, limits=limits), now, limits)


def legal_hold(case: Case, seq: int, category: Category, *, ordered: bool = False, now: int, limits: Limits) -> Step:
    """By the operator, with a stated ground; the same again renews it."""
    return _event(
        case, lambda it: holds.legal_hold(it, seq, category, ordered=ordered, now=now, limits=limits), now, limits
    )


def release_legal(case: Case, seq: int, *, now: int, limits: Limits) -> Step:
    return _event(case, lambda it: holds.release_legal(it, seq), now, limits)


# --- the panel --------------------------------------------------------------------------------------------


def draw(case: Case, candidates: Sequence[Candidate], *, live: bool, now: int, limits: Limits) -> Step:
    """Rows 9 and 22: the whole pool as the lots fell. Nothing where no panel is to be drawn."""

    def act(it: Case) -> Moved:
        if draw_at(it) is None:
            return it, ()
        drawn, effects = pool.draw(it, candidates, live=live, now=now, limits=limits)
        return holds.pool_known(drawn, now=now, limits=limits), effects

    return _event(case, act, now, limits)


def accept(case: Case, juror: str, *, now: int, limits: Limits) -> Step:
    return _event(case, lambda it: seating.accept(it, juror), now, limits)


def decline(case: Case, juror: str, *, now: int, limits: Limits) -> Step:
    """Row 11: no to an invitation, or leaving a seat before voting."""
    return _event(case, lambda it: seating.decline(it, juror), now, limits)


def cast(case: Case, juror: str, ballot: Ballot, *, now: int, limits: Limits) -> Step:
    return _event(case, lambda it: ballots.cast(it, juror, ballot, now=now), now, limits)


def undo(case: Case, juror: str, *, now: int, limits: Limits) -> Step:
    return _event(case, lambda it: ballots.undo(it, juror), now, limits)


def ready(case: Case, juror: str, *, now: int, limits: Limits) -> Step:
    """Enough was said; the second ballot begins once all say so."""
    return _event(case, lambda it: ballots.ready(it, juror), now, limits)


def add_context(case: Case, *, now: int, limits: Limits) -> Step:
    """Row 12: the author added their side, once a panel. Raises ``side.closed`` or ``side.once``."""

    def act(it: Case) -> Moved:
        panel = it.review.panel
        if panel is None or panel.round == 0:
            raise Refusal("side.closed")
        if panel.side_at is not None:
            raise Refusal("side.once")
        return it.with_panel(replace(panel, side_at=now)), ()

    return _event(case, act, now, limits)


def mark_faith(case: Case, juror: str, places: tuple[int, ...], *, now: int, limits: Limits) -> Step:
    return _event(case, lambda it: faith.mark(it, juror, places, now=now, limits=limits), now, limits)


# --- after the decision -----------------------------------------------------------------------------------


def appeal(case: Case, by: str, side: Side, *, now: int, limits: Limits) -> Step:
    """Row 21."""
    return _event(case, lambda it: appeals.begin(it, by, side, now=now, limits=limits), now, limits)


# --- time -------------------------------------------------------------------------------------------------


def tick(case: Case, *, now: int, limits: Limits) -> Step:
    """Everything that is due at ``now``."""
    done: Step = (case, ())
    while (first := min(deadlines.deadlines(done[0], limits), key=_when, default=None)) and first.at <= now:
        after = _onward(_then(done, *first.act(done[0], now, limits)), now, limits)
        assert after[0] != done[0], "what was due is still due"
        done = after
    return done


def next_at(case: Case, limits: Limits) -> int | None:
    """When time will next do something here; None where it will not."""
    return min((each.at for each in deadlines.deadlines(case, limits)), default=None)


def _when(due: deadlines.Due) -> tuple[int, int]:
    return due.at, due.order


def _event(case: Case, act: Act, now: int, limits: Limits) -> Step:
    ready_ = tick(case, now=now, limits=limits)
    done = _onward(_then(ready_, *act(ready_[0])), now, limits)
    # What happened may have left nothing to wait for.
    return steps.then(done, tick(done[0], now=now, limits=limits))


def _onward(done: Step, now: int, limits: Limits) -> Step:
    """Go on from there until nothing more can be done without somebody, or time."""
    while True:
        before = done[0]
        for act in (seating.recuse, _lapsed, lambda it: rounds.onward(it, now=now, limits=limits)):
            done = _then(done, *act(done[0]))
        if done[0] == before:
            return done


def _lapsed(case: Case) -> Moved:
    """The time of folds is over, and nobody reads. What a hold had kept open may still find the panel drawn for it."""
    panel = case.review.panel
    reads = panel is not None and (panel.round > 0 or panel.drawn_at >= case.lapses_at)
    return deadlines.lapse(case) if case.undecided and case.review.folds_over and not reads else (case, ())


def _then(done: Step, after: Case, effects: tuple[Effect, ...]) -> Step:
    if after is done[0]:
        return after, (*done[1], *effects)
    return steps.then(done, steps.step(done[0], after, *effects))


__all__ = [
    "GONE", "LIVE", "Ballot", "Candidate", "Case", "Closing", "Conduct", "Decision", "Effect", "Ending", "Flag", "Held",
    "Mark", "Message", "Outcome", "Panel", "Review", "Ruling", "Sanction", "Seat", "Side", "Stage", "Standing", "Step",
    "View", "decided", "draw_at", "final_at", "may_appeal", "pack", "panel_caps", "status_of", "takes", "unpack",
    "urgency",
]  # fmt: skip
