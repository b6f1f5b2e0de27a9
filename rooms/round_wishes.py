"""What takes more than one: beginning sooner, asking the holder kindly, laying the piece down. Pure."""

from dataclasses import replace

from rooms import piece as pieces
from rooms import round_due
from rooms.limits import Limits
from rooms.piece import Moved
from rooms.round_events import KindlyAsked
from rooms.round_state import Piece, Round, Wish
from rooms.work import Refusal


def begin(state: Round, by: str, now: int, limits: Limits) -> Moved:
    if state.phase != "gathering":
        return state, ()
    seat = state.seat(by)
    if by != state.by and (seat is None or seat.out):
        raise Refusal("round.not_joined")
    if len(state.here) < round_due.LEAST:
        raise Refusal("round.too_few", least=round_due.LEAST)
    if by == state.by or _seconds(state.begin, by, now, limits):
        return round_due.begin(state, now=now, limits=limits)
    return replace(state, begin=_first(state.begin, by, now, limits)), ()


def ask(state: Round, by: str, now: int, limits: Limits) -> Moved:
    piece = _going(state)
    if piece.who == by:
        raise Refusal("piece.yours")
    if piece.asked:
        return state, ()
    soonest = max(piece.since, piece.asked_at or 0) + limits.piece_ask_every
    if now < soonest:
        raise Refusal("piece.too_soon", retry_after=soonest - now)
    if not _seconds(piece.asking, by, now, limits):
        return replace(state, piece=replace(piece, asking=_first(piece.asking, by, now, limits))), ()
    asked = replace(piece, asked=True, asked_at=now, asking=None, first_asked_at=_earlier(piece, now))
    return replace(state, piece=asked), (KindlyAsked(piece.who, piece.turn),)


def lay_down(state: Round, by: str, now: int, limits: Limits) -> Moved:
    """While somebody has the piece it takes more people than are in the round without wishing so; later any two.

    Its holder is not counted against: else one friend and they would be a draw with any two, for ever.
    """
    if state.phase != "talk":
        _going(state)
    fresh = tuple(each for each in state.lay if now < each.at + limits.round_asked and each.by != by)
    wishes = (*fresh, Wish(by, now))
    names = {each.by for each in wishes}
    against = (
        1 if state.phase == "talk" else sum(each.who not in names and each.who != state.holder for each in state.here)
    )
    if len(wishes) >= round_due.LEAST and len(wishes) > against:
        return pieces.over(state, "laid_down", now=now)
    already = next((each for each in state.lay if each.by == by and now < each.at + limits.round_asked), None)
    return (state, ()) if already is not None else (replace(state, lay=wishes), ())


def _earlier(piece: Piece, now: int) -> int:
    return now if piece.first_asked_at is None else piece.first_asked_at


def _going(state: Round) -> Piece:
    if state.phase == "gathering":
        raise Refusal("round.not_begun")
    if state.piece is None:
        raise Refusal("round.over")
    return state.piece


def _seconds(wish: Wish | None, by: str, now: int, limits: Limits) -> bool:
    return wish is not None and wish.by != by and now < wish.at + limits.round_asked


def _first(wish: Wish | None, by: str, now: int, limits: Limits) -> Wish:
    """One's own wish that still stands is kept as it is, so that saying it again does not make it longer."""
    return wish if wish is not None and now < wish.at + limits.round_asked else Wish(by, now)


def without(wish: Wish | None, who: str) -> Wish | None:
    return None if wish is None or wish.by == who else wish


def forgotten(state: Round, who: str) -> Round:
    """Whoever left the circle wishes nothing for it any more."""
    piece = state.piece
    return replace(
        state,
        begin=without(state.begin, who),
        lay=tuple(each for each in state.lay if each.by != who),
        listening=tuple(each for each in state.listening if each != who),
        piece=None if piece is None else replace(piece, asking=without(piece.asking, who)),
    )
