"""Tending a circle: what its host does at once, and anybody else once a second person agrees. Pure.

It is a closed list, and none of it is about a person: whoever tends can neither silence nor remove anybody.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from rooms.limits import MINUTE
from rooms.work import Refusal

Act = Literal["open", "greet", "read_agreement", "prompt", "round", "rest", "close"]
ACTS: tuple[Act, ...] = get_args(Act)
OFFERS: frozenset[Act] = frozenset(("prompt", "round", "rest"))
"""They force nobody, so anybody may make them alone."""
WORDED: frozenset[Act] = frozenset(("greet", "prompt"))
"""They come with words, so that two who propose one mean different things."""

WAITS = 5 * MINUTE
"""How long a proposal waits for a second person (ms)."""
STANDING_MOST = 5
DONE_KEPT = 8
"""So many that were done are remembered, so that saying yes again is answered as it was the first time."""


@dataclass(frozen=True, slots=True)
class Proposal:
    id: str
    act: Act
    by: str
    at: int


@dataclass(frozen=True, slots=True)
class Done:
    """To be done now. ``second`` is who agreed, None where nobody had to."""

    id: str
    act: Act
    by: str
    second: str | None


@dataclass(frozen=True, slots=True)
class Tending:
    """Of one circle. Opaque ids and moments: what proposals say is kept where words are kept."""

    standing: tuple[Proposal, ...] = ()
    done: tuple[Done, ...] = ()

    def at(self, now: int) -> "Tending":
        """Without proposals whose time is over. Where the clock was set back they have their whole time from now."""
        return Tending(
            tuple(
                Proposal(each.id, each.act, each.by, min(each.at, now))
                for each in self.standing
                if now < each.at + WAITS
            ),
            self.done,
        )


Answer = tuple[Tending, Done | Proposal, bool]
"""The state after it; what was done, or what now waits; and whether that is new."""


def propose(state: Tending, id_: str, act: Act, by: str, *, host: str | None, now: int) -> Answer:
    """``id_`` is new, and the same when it is said again.

    Raises ``tending.one_at_a_time`` where something else of theirs waits, and ``tending.too_many``.
    """
    state = state.at(now)
    if (known := _known(state, id_)) is not None:
        return state, known, False
    if by == host or act in OFFERS:
        return _do(state, Done(id_, act, by, None))
    same = next((each for each in state.standing if each.act == act and act not in WORDED), None)
    if same is not None:
        return (state, same, False) if same.by == by else _do(state, Done(same.id, act, same.by, by))
    if any(each.by == by for each in state.standing):
        raise Refusal("tending.one_at_a_time")
    if len(state.standing) >= STANDING_MOST:
        raise Refusal("tending.too_many", most=STANDING_MOST)
    proposal = Proposal(id_, act, by, now)
    return Tending((*state.standing, proposal), state.done), proposal, True


def agree(state: Tending, id_: str, by: str, *, now: int) -> Answer:
    """Raises ``tending.over`` for what nobody waits for any more. One's own yes is none."""
    state = state.at(now)
    known = _known(state, id_)
    if known is None or (isinstance(known, Done) and by not in (known.by, known.second)):
        raise Refusal("tending.over")
    if isinstance(known, Done) or known.by == by:
        return state, known, False
    return _do(state, Done(id_, known.act, known.by, by))


def without(state: Tending, who: str, *, now: int, id_: str | None = None) -> Tending:
    """They take back what they proposed, that or everything: who left waits for nobody."""
    state = state.at(now)
    left = tuple(each for each in state.standing if each.by != who or id_ not in (None, each.id))
    return Tending(left, state.done)


def next_at(state: Tending) -> int | None:
    """When the next proposal is over (ms)."""
    return min((each.at + WAITS for each in state.standing), default=None)


def _known(state: Tending, id_: str) -> Done | Proposal | None:
    every: tuple[Done | Proposal, ...] = (*state.standing, *state.done)
    return next((each for each in every if each.id == id_), None)


def _do(state: Tending, done: Done) -> Answer:
    """Whoever else proposed the same has what they wanted."""
    left = tuple(
        each
        for each in state.standing
        if each.id != done.id and (each.act != done.act or each.act in WORDED or each.act in OFFERS)
    )
    return Tending(left, (*state.done, done)[-DONE_KEPT:]), done, True
