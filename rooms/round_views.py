"""A round as people see it, derived from its state. Pure."""

from rooms.round_state import Round
from rooms.wire_round import Box, MyRound, RoundView


def box(state: Round | None, who: str) -> Box:
    """Who may post now: the holder alone while there is one, else anybody."""
    if state is None or state.holder is None:
        return "open"
    return "yours" if state.holder == who else "waits"


def seen(state: Round | None, *, question: str | None, due_at: int | None = None) -> RoundView | None:
    """``question`` as it may still be read; ``due_at`` is when time changes something next (ms). None where no round is."""
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
        by=state.by,
        until=due_at if state.phase == "talk" else None,
    )


def mine(state: Round | None, who: str, *, entered_at: int) -> MyRound | None:
    """One's own part; ``entered_at`` is when this person last came into the circle (ms)."""
    if state is None or state.phase == "over":
        return None
    piece, seat = state.piece, state.seat(who)
    return MyRound(
        box=box(state, who),
        turns=0 if seat is None else len(seat.turns),
        listening=who in state.listening,
        asked=piece is not None and piece.who == who and piece.asked,
        late=entered_at > state.offered_at,
    )
