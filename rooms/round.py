"""A round with a talking piece, from the offer to the end: the one face of its pure core.

`step` takes a round and an event and gives the round that follows, with what has to be done about it; before the event,
everything is done that was due. An event that may not be raises a `Refusal`, and nothing has changed; repeated, it
changes nothing. There is no clock, no chance and no waiting here, and nobody is a host.

- Who wants joins; the piece goes in the order of joining. It begins a minute after the offer, or as soon as all who are
  in the circle have answered, its offerer says so, or any two of those who joined. Joining later puts one at the end.
- Everybody who joined is offered the piece once; and once more, at the end, when they said "come back to me", when their
  connection was lost for a minute, or when they were here and gave no sign for very long. Nobody has to say anything.
- Whoever is away when their turn comes is let pass by those who are here, and comes after them.
- Nothing lasts for ever and nobody is over anybody: a round ends when more people lay the piece down than want it.
"""

from dataclasses import replace

from rooms import piece as pieces
from rooms import round_due, waiting
from rooms import round_joining as joining
from rooms import round_wishes as wishes
from rooms.limits import Limits
from rooms.piece import Moved, held
from rooms.round_events import (
    Ask,
    Asked,
    Back,
    Begin,
    Close,
    ComeBack,
    Effect,
    Event,
    Gone,
    Happened,
    Join,
    Joined,
    LayDown,
    Left,
    Listen,
    Offer,
    Offered,
    Pass,
    Present,
    Share,
    Sign,
    Step,
    StepOut,
    Tick,
)
from rooms.round_state import Round, Seat
from rooms.work import Refusal


def step(state: Round | None, event: Event, *, now: int, limits: Limits) -> Step:
    """``state`` is None before the first round of a circle. The piece being elsewhere is told by ``piece.not_yours``, or for
    words by ``circle.waiting`` with the ``round``; other refusals are ``round.*`` and ``piece.*``.
    """
    due: tuple[Effect, ...] = ()
    if state is not None:
        state, due = round_due.caught_up(state, now=now, limits=limits)
    if isinstance(event, Offer):
        after, effects = _offer(state, event, now)
    elif state is None or (isinstance(event, Happened) and state.phase == "over"):
        if not isinstance(event, Happened):
            raise Refusal("round.over")
        return Step(state, due)
    elif isinstance(event, Happened):
        after, effects = _happened(state, event, now, limits)
    else:
        after, effects = _asked(state, event, now, limits)
    after, more = round_due.settled(after, now=now, limits=limits)
    return Step(after, (*due, *effects, *more))


def next_at(state: Round, limits: Limits) -> int | None:
    """When a `Tick` changes something next (ms); None once it is over."""
    return round_due.next_at(state, limits)


def wait(state: Round | None, who: str) -> Refusal | None:
    """``circle.waiting`` for words of whoever does not hold the piece while somebody does: they go when it ends."""
    return None if state is None else waiting.piece(holder=state.holder, round_=state.id, who=who)


def _offer(state: Round | None, event: Offer, now: int) -> Moved:
    if state is not None and state.id == event.round and state.by == event.by:
        return state, ()
    if state is not None and state.phase != "over":
        raise Refusal("round.running", round=state.id, phase=state.phase)
    offered = Round(event.round, event.by, offered_at=now, at=now, talk=event.talk)
    told = Offered(event.by, event.talk)
    if not event.joins:
        return replace(offered, listening=(event.by,)), (told,)
    return replace(offered, seats=(Seat(event.by),)), (told, Joined(event.by))


def _asked(state: Round, event: Asked, now: int, limits: Limits) -> Moved:
    if state.id != event.round:
        raise Refusal("round.over")
    state = pieces.back(state, event.by, now=now, limits=limits)
    match event:
        case Pass() | ComeBack():
            return _pass(state, event, now, limits)
        case Sign():
            piece = state.piece
            mine = piece is not None and (piece.who, piece.turn) == (event.by, event.turn)
            return pieces.signed(state, now=now, limits=limits) if mine else state, ()
        case StepOut():
            return joining.step_out(state, event.by, now, limits)
    if state.phase == "over":
        raise Refusal("round.over")
    match event:
        case Join():
            return joining.join(state, event, now, limits)
        case Listen():
            return joining.listen(state, event, now, limits)
        case Begin():
            return wishes.begin(state, event.by, now, limits)
        case Ask():
            return wishes.ask(state, event.by, now, limits)
        case LayDown():
            return wishes.lay_down(state, event.by, now, limits)
        case _:
            raise Refusal("round.running", round=state.id, phase=state.phase)


def _happened(state: Round, event: Happened, now: int, limits: Limits) -> Moved:
    match event:
        case Share(by):
            state = pieces.back(state, by, now=now, limits=limits)
            if (refusal := wait(state, by)) is not None:
                raise refusal
            return pieces.signed(state, now=now, limits=limits, shared=True) if state.piece is not None else state, ()
        case Gone(who, since):
            return pieces.away(state, who, min(since, now)), ()
        case Back(who):
            return pieces.back(state, who, now=now, limits=limits), ()
        case Present(here):
            for seat in state.seats:
                if seat.who in here:
                    state = pieces.back(state, seat.who, now=now, limits=limits)
                else:
                    state = pieces.away(state, seat.who, now)
            return joining.when_all_answered(state, here, now, limits)
        case Left(who):
            return joining.out(wishes.forgotten(state, who), who, now, limits)
        case Close():
            return pieces.over(state, "closed", now=now)
        case Tick():
            return state, ()


def _pass(state: Round, event: Pass | ComeBack, now: int, limits: Limits) -> Moved:
    piece, seat = state.piece, state.seat(event.by)
    if piece is None or (piece.who, piece.turn) != (event.by, event.turn):
        if seat is not None and event.turn in seat.turns:
            return state, ()
        raise Refusal("piece.not_yours")
    if isinstance(event, Pass):
        return pieces.goes_on(state, silent=event.silent, again=False, now=now, limits=limits)
    if not pieces.may_return(held(state)[1]):
        raise Refusal("piece.last_time")
    return pieces.goes_on(state, silent=True, again=True, now=now, limits=limits)
