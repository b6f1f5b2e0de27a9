"""A round as people see it, derived from its state. Pure."""

from collections.abc import Iterator

from rooms import round as core
from rooms.limits import Limits
from rooms.round_events import Ask, Asked, Back, Begin, ComeBack, Join, LayDown, Listen, Pass, Sign, StepOut
from rooms.round_state import Round
from rooms.wire_round import Act, Box, MyRound, RoundView
from rooms.work import Refusal


def box(state: Round | None, who: str) -> Box:
    """Who may post now: the holder alone while there is one, else anybody."""
    if state is None or state.holder is None:
        return "open"
    return "yours" if state.holder == who else "waits"


def seen(state: Round | None, *, question: str | None) -> RoundView | None:
    """``question`` as it may still be read. None where no round is."""
    if state is None or state.phase == "over":
        return None
    return RoundView(
        id=state.id,
        phase=state.phase,
        question=question,
        talk=state.talk,
        people=tuple(each.who for each in state.inside),
        holder=state.holder,
        turn=state.turn,
    )


def mine(state: Round | None, who: str, *, entered_at: int, now: int, limits: Limits) -> MyRound | None:
    """One's own part; ``entered_at`` is when this person last came into the circle (ms)."""
    if state is None or state.phase == "over":
        return None
    here, _ = core.step(state, Back(who), now=now, limits=limits)
    assert here is not None
    piece = here.piece
    return MyRound(
        box=box(here, who),
        may=tuple(act for act, event in _acts(here, who) if _has_effect(here, event, now, limits)),
        asked=piece is not None and piece.who == who and piece.asked,
        late=entered_at > here.offered_at,
    )


def _acts(here: Round, who: str) -> Iterator[tuple[Act, Asked]]:
    it = here.id
    yield "join", Join(it, who)
    yield "listen", Listen(it, who)
    yield "step_out", StepOut(it, who)
    yield "begin", Begin(it, who)
    yield "pass", Pass(it, who, here.turn)
    yield "come_back", ComeBack(it, who, here.turn)
    yield "stay", Sign(it, who, here.turn)
    yield "ask", Ask(it, who)
    yield "lay_down", LayDown(it, who)


def _has_effect(here: Round, event: Asked, now: int, limits: Limits) -> bool:
    """Asked of the rules themselves, so that nothing is offered that would be refused. What is only too soon is offered."""
    try:
        after, _ = core.step(here, event, now=now, limits=limits)
    except Refusal as refusal:
        return "retry_after" in refusal.facts
    return after != here
