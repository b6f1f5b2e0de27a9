"""What time does to a round: when the next thing is due, and what it is. Pure.

Nothing is timed while a holder is here and gives signs, unless two others had them asked. Waits are counted from moments that are kept; where the clock
was set back they begin now at the latest, and where nobody was there to notice their end they begin anew.
"""

from collections.abc import Iterator
from dataclasses import replace

from rooms import piece as pieces
from rooms.limits import Limits
from rooms.piece import Moved
from rooms.round_events import Began, Effect, KindlyAsked
from rooms.round_state import Round, Wish

LEAST = 2
"""So many have to be here for a round: nobody gets everybody's silence alone."""


def next_at(state: Round, limits: Limits) -> int | None:
    """When time changes something about it next (ms); None once it is over."""
    match state.phase:
        case "gathering":
            return state.at + limits.round_gather
        case "going":
            ends, asks = _ends_at(state, limits), _asks_at(state, limits)
            return ends if asks is None else min(asks, ends)
        case "talk":
            return state.at + limits.round_talk
        case "over":
            return None


def caught_up(state: Round, *, now: int, limits: Limits) -> Moved:
    """With everything done that is due by ``now``."""
    state = _not_ahead(state, now)
    at = next_at(state, limits)
    if at is not None and now - at > limits.round_late:
        state = _anew(state, now, limits)
    return settled(state, now=now, limits=limits)


def settled(state: Round, *, now: int, limits: Limits) -> Moved:
    """With nothing left that is due: what somebody did may have made something due at once."""
    effects: tuple[Effect, ...] = ()
    while (at := next_at(state, limits)) is not None and at <= now:
        state, more = _due(state, now=now, limits=limits)
        effects += more
    return state, effects


def begin(state: Round, *, now: int, limits: Limits) -> Moved:
    """Give the piece to the first; with fewer than two here the offer is over, and nothing is lost."""
    if len(state.here) < LEAST:
        return pieces.over(state, "too_few", now=now)
    begun = replace(state, phase="going", at=now, begin=None, listening=())
    given, effects = pieces.give(begun, now=now, limits=limits)
    return given, (Began(), *effects)


def _due(state: Round, *, now: int, limits: Limits) -> Moved:
    match state.phase:
        case "gathering":
            return begin(state, now=now, limits=limits)
        case "going" if _ends_at(state, limits) <= now:
            again = _ends_at(state, limits) != _kept_until(state, limits)
            return pieces.goes_on(state, silent=True, again=again, now=now, limits=limits)
        case "going":
            piece, _ = pieces.held(state)
            return replace(state, piece=replace(piece, asked=True)), (KindlyAsked(piece.who, piece.turn),)
        case _:
            return pieces.over(state, "complete", now=now)


def _ends_at(state: Round, limits: Limits) -> int:
    """When the piece goes on without its holder, as things stand."""
    lost, kept = _lost_at(state, limits), _kept_until(state, limits)
    return lost if kept is None else min(lost, kept)


def _kept_until(state: Round, limits: Limits) -> int | None:
    """After two others had the holder asked no sign keeps the piece for longer; then it goes on as if passed."""
    piece, _ = pieces.held(state)
    return None if piece.first_asked_at is None else piece.first_asked_at + limits.piece_longest


def _lost_at(state: Round, limits: Limits) -> int:
    """When it goes on because of a holder who is away or gives no sign."""
    piece, seat = pieces.held(state)
    quiet = piece.sign + limits.piece_quiet
    if seat.away_since is None:
        return quiet
    wait = max(seat.away_since, piece.since) + limits.piece_wait
    return min(wait, quiet) if piece.spared else wait


def _asks_at(state: Round, limits: Limits) -> int | None:
    """When a holder who is here and gives no sign is asked, before that."""
    piece, seat = pieces.held(state)
    if piece.asked or seat.away_since is not None:
        return None
    return piece.sign + limits.piece_quiet - pieces.notice(limits)


def _not_ahead(state: Round, now: int) -> Round:
    """No moment lies after now, wherever the clock stood before."""
    if max(_moments(state)) <= now:
        return state

    def wished(wish: Wish | None) -> Wish | None:
        return None if wish is None else replace(wish, at=min(wish.at, now))

    def moment(at: int | None) -> int | None:
        return None if at is None else min(at, now)

    piece = state.piece
    if piece is not None:
        since, sign, asked_at = min(piece.since, now), min(piece.sign, now), moment(piece.asked_at)
        piece = replace(piece, since=since, sign=sign, asked_at=asked_at, asking=wished(piece.asking))
        piece = replace(piece, first_asked_at=moment(piece.first_asked_at))
    return replace(
        state,
        at=min(state.at, now),
        seats=tuple(replace(each, away_since=moment(each.away_since)) for each in state.seats),
        piece=piece,
        begin=wished(state.begin),
        lay=tuple(replace(each, at=min(each.at, now)) for each in state.lay),
    )


def _moments(state: Round) -> Iterator[int]:
    yield state.at
    yield from (each.away_since for each in state.seats if each.away_since is not None)
    wishes = (*state.lay, state.begin)
    if state.piece is not None:
        yield from (state.piece.since, state.piece.sign, state.piece.asked_at or 0)
        wishes = (*wishes, state.piece.asking)
    yield from (each.at for each in wishes if each is not None)


def _anew(state: Round, now: int, limits: Limits) -> Round:
    """Nobody could answer, return or join meanwhile. Talk that was to end has ended."""
    if state.phase == "gathering":
        return replace(state, at=now)
    if state.piece is None:
        return state
    piece, seat = pieces.held(state)
    if seat.away_since is not None:
        state = state.with_seat(replace(seat, away_since=now))
    first = piece.first_asked_at
    if first is not None:
        first = max(first, now - limits.piece_longest + pieces.notice(limits))
    return replace(state, piece=replace(piece, sign=now, first_asked_at=first))
