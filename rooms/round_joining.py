"""Coming into a round and going out of it. Pure."""

from dataclasses import replace

from rooms import piece as pieces
from rooms import round_due
from rooms.limits import Limits
from rooms.piece import Moved
from rooms.round_events import Join, Joined, Listen, SteppedOut
from rooms.round_state import Round, Seat
from rooms.round_wishes import without
from rooms.work import Refusal

KEPT_MOST = 4
"""Seats of those who are out are kept, so that nobody has more than their turns; but not of many times as many."""


def join(state: Round, event: Join, now: int, limits: Limits) -> Moved:
    seat = state.seat(event.by)
    if seat is not None and not seat.out and (seat.owed or state.holder == event.by):
        return state, ()
    if state.phase == "talk":
        raise Refusal("round.over")
    if seat is not None and seat.turns:
        raise Refusal("round.had_turn")
    if len(state.inside) >= limits.round_most or len(state.seats) >= KEPT_MOST * limits.round_most:
        raise Refusal("round.full", most=limits.round_most)
    others = tuple(each for each in state.seats if each.who != event.by)
    listening = tuple(each for each in state.listening if each != event.by)
    joined = replace(state, seats=(*others, Seat(event.by)), listening=listening)
    after, effects = when_all_answered(joined, event.inside, now, limits)
    return after, (Joined(event.by), *effects)


def listen(state: Round, event: Listen, now: int, limits: Limits) -> Moved:
    if state.phase != "gathering" or state.seat(event.by) is not None or event.by in state.listening:
        return state, ()
    listens = replace(state, listening=(*state.listening, event.by))
    return when_all_answered(listens, event.inside, now, limits)


def when_all_answered(state: Round, inside: frozenset[str], now: int, limits: Limits) -> Moved:
    answered = {*state.listening, *(each.who for each in state.seats)}
    if state.phase != "gathering" or not inside or not inside <= answered or len(state.here) < round_due.LEAST:
        return state, ()
    return round_due.begin(state, now=now, limits=limits)


def step_out(state: Round, by: str, now: int, limits: Limits) -> Moved:
    seat = state.seat(by)
    if state.phase not in ("gathering", "going") or seat is None or seat.out:
        return state, ()
    after, effects = out(replace(state, begin=without(state.begin, by)), by, now, limits)
    return after, (SteppedOut(by), *effects)


def out(state: Round, who: str, now: int, limits: Limits) -> Moved:
    seat = state.seat(who)
    if seat is None:
        return state, ()
    state = state.with_seat(replace(seat, out=True, owed=False))
    if state.holder != who:
        return state, ()
    return pieces.goes_on(state, silent=True, again=False, now=now, limits=limits)
