"""How the piece comes to somebody and leaves them. Pure.

It leaves a holder for these reasons only: they passed it, stepped out or left; they were away too long; they gave no
sign for very long; or long ago two others had them asked whether to go on.
"""

from dataclasses import replace

from rooms.limits import Limits
from rooms.round_events import Effect, Given, How, Over, Passed, Talks
from rooms.round_state import TURNS_MOST, Ending, Piece, Round, Seat

Moved = tuple[Round, tuple[Effect, ...]]


def give(state: Round, *, now: int, limits: Limits) -> Moved:
    """To the first in line; where nobody is left, the shares are over."""
    line = state.line
    if not line:
        return _shares_over(state, now=now, limits=limits)
    turn = state.turn + 1
    seat = replace(line[0], turns=(*line[0].turns, turn), owed=False)
    given = replace(state.with_seat(seat), turn=turn, piece=Piece(seat.who, turn, now, now))
    return given, (Given(seat.who, turn),)


def goes_on(state: Round, *, silent: bool, again: bool, now: int, limits: Limits) -> Moved:
    """From its holder to the next. ``again``: it comes to them once more, if this was their first time."""
    piece, seat = held(state)
    owed = again and may_return(seat)
    how: How = "later" if owed else "silent" if silent and not piece.shared else "passed"
    free = replace(state.with_seat(replace(seat, owed=owed)), piece=None)
    given, effects = give(free, now=now, limits=limits)
    return given, (Passed(piece.who, piece.turn, how), *effects)


def held(state: Round) -> tuple[Piece, Seat]:
    """The piece while the round is going, and the seat of whoever has it."""
    assert state.piece is not None
    seat = state.seat(state.piece.who)
    assert seat is not None
    return state.piece, seat


def may_return(seat: Seat) -> bool:
    return len(seat.turns) < TURNS_MOST


def signed(state: Round, *, now: int, limits: Limits, shared: bool = False) -> Round:
    """The holder gave a sign. One soon after another changes nothing, so that keys pressed are not all written down."""
    piece, _ = held(state)
    shared = shared or piece.shared
    if now - piece.sign < limits.piece_sign and not piece.asked and shared == piece.shared:
        return state
    return replace(state, piece=replace(piece, sign=now, asked=False, spared=False, shared=shared))


def away(state: Round, who: str, since: int) -> Round:
    seat = state.seat(who)
    if seat is None or seat.away_since is not None:
        return state
    return state.with_seat(replace(seat, away_since=since))


def back(state: Round, who: str, *, now: int, limits: Limits) -> Round:
    """Who returns in time keeps the piece; where their quiet time is all but over, they are given a fifth of it.

    Only once until they give a sign: a phone in a pocket may come and go by itself for ever.
    """
    seat = state.seat(who)
    if seat is None or seat.away_since is None:
        return state
    state, piece = state.with_seat(replace(seat, away_since=None)), state.piece
    if piece is None or piece.who != who or piece.spared:
        return state
    latest = now - limits.piece_quiet + notice(limits)
    return state if piece.sign >= latest else replace(state, piece=replace(piece, sign=latest, spared=True))


def notice(limits: Limits) -> int:
    """How long before its quiet time is over a holder is asked (ms)."""
    return max(1, limits.piece_quiet // 5)


def over(state: Round, ending: Ending, *, now: int) -> Moved:
    ended = replace(state, phase="over", at=now, piece=None, begin=None, lay=(), listening=(), ending=ending)
    return ended, (Over(ending),)


def _shares_over(state: Round, *, now: int, limits: Limits) -> Moved:
    if not state.talk:
        return over(state, "complete", now=now)
    return replace(state, phase="talk", at=now, piece=None, lay=()), (Talks(now + limits.round_talk),)
