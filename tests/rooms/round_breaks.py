"""Rules of rounds broken on purpose: each break changes one thing in the core, and the law of its number has to find it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from rooms import piece, round_due, round_joining, round_state, round_views, round_wishes
from rooms import round as core
from rooms.round_events import ComeBack, Given, KindlyAsked, Pass
from rooms.round_state import Round
from rooms.work import Refusal
from tests.rooms.round_world import PEOPLE

Made = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Break:
    number: int
    what: str
    owner: Any
    """A module or a class."""
    name: str
    instead: Made
    """From what is there to what is there instead."""

    @contextmanager
    def made(self) -> Iterator[None]:
        """The core is broken in this way inside."""
        found = self.owner.__dict__[self.name]
        broken = self.instead(found)
        modules = [module for name, module in sys.modules.items() if name.startswith(("rooms.", "tests.rooms."))]
        places = [self.owner, *(each for each in modules if vars(each).get(self.name) is found)]
        for place in places:
            setattr(place, self.name, broken)
        try:
            yield
        finally:
            for place in places:
                setattr(place, self.name, found)


BREAKS: list[Break] = []


def breaks(number: int, what: str, owner: Any, name: str, instead: Made) -> None:
    BREAKS.append(Break(number, what, owner, name, instead))


def instead(other: Callable[..., Any]) -> Made:
    """``other(found, *args, **named)`` in place of a function."""
    return lambda found: lambda *args, **named: other(found, *args, **named)


def tweaked(tweak: Callable[..., Any]) -> Made:
    """What a function gives, changed: ``tweak(given, *args, **named)``."""
    return lambda found: lambda *args, **named: tweak(found(*args, **named), *args, **named)


def as_property(other: Callable[..., Any]) -> Made:
    return lambda found: property(lambda self: other(found.__get__(self), self))


def always(value: Any) -> Made:
    return lambda found: lambda *args, **named: value


def longer(**times: float) -> Made:
    """A function whose limits are others."""

    def made(found: Callable[..., Any]) -> Callable[..., Any]:
        def broken(*args: Any, **named: Any) -> Any:
            args = tuple(_stretched(each, times) for each in args)
            return found(*args, **{name: _stretched(each, times) for name, each in named.items()})

        return broken

    return made


def _stretched(limits: Any, times: dict[str, float]) -> Any:
    if not hasattr(limits, "piece_wait"):
        return limits
    return replace(limits, **{name: round(getattr(limits, name) * by) for name, by in times.items()})


# --- 1 and 2: one holder; once, or twice ------------------------------------------------------------------


def _to_two(found: Any, state: Round, **named: Any) -> Any:
    given, effects = found(state, **named)
    if given.piece is not None and given.line:
        effects += (Given(given.line[0].who, given.turn),)
    return given, effects


def _stays_with_who_left(found: Any, state: Round, who: str, now: int, limits: Any) -> Any:
    seat = state.seat(who)
    if seat is None:
        return state, ()
    return state.with_seat(replace(seat, out=True, owed=False)), ()


breaks(1, "two hold the piece", piece, "give", instead(_to_two))
breaks(1, "who leaves takes the piece along", round_joining, "out", instead(_stays_with_who_left))
breaks(1, "talk begins with the piece in a hand", piece, "_shares_over", tweaked(
    lambda done, state, **_: (replace(done[0], piece=round_state.Piece(state.seats[0].who, 1, 0, 0)), done[1])))  # fmt: skip

breaks(2, "it comes back as often as it is lost", piece, "may_return", always(True))
breaks(2, "it never comes back", piece, "may_return", always(False))
breaks(2, "whoever passed has it again", piece, "goes_on", instead(
    lambda found, state, **named: found(state, **{**named, "again": True})))  # fmt: skip
breaks(2, "who is lost is out", piece, "goes_on", instead(
    lambda found, state, **named: found(state, **{**named, "again": False})))  # fmt: skip
breaks(2, "whoever had it may join anew", round_joining, "join", instead(
    lambda found, state, event, now, limits: found(_as_new(state, event.by), event, now, limits)))  # fmt: skip
breaks(2, "who is away is left out", Round, "line", as_property(
    lambda line, self: tuple(each for each in line if each.away_since is None)))  # fmt: skip
breaks(2, "who joins late is forgotten", round_joining, "join", tweaked(
    lambda done, state, event, *_: (_not_owed(done[0], event.by) if state.phase == "going" and not state.seat(event.by)
                                    else done[0], done[1])))  # fmt: skip


def _as_new(state: Round, who: str) -> Round:
    seat = state.seat(who)
    if seat is None or state.holder == who or seat.owed or state.phase != "going":
        return state
    return replace(state, seats=tuple(each for each in state.seats if each.who != who))


def _not_owed(state: Round, who: str) -> Round:
    seat = state.seat(who)
    return state if seat is None or state.holder == who else state.with_seat(replace(seat, owed=False))


# --- 3 to 5: nobody forced, nobody waited for without end ------------------------------------------------


def _asking_shortens(found: Any, state: Round, by: str, now: int, limits: Any) -> Any:
    after, effects = found(state, by, now, limits)
    if any(isinstance(each, KindlyAsked) for each in effects):
        after = replace(after, piece=replace(after.piece, sign=now - limits.piece_quiet + 1))
    return after, effects


def _anybody_passes(found: Any, state: Round, event: Any, now: int, limits: Any) -> Any:
    if isinstance(event, Pass) and state.holder not in (None, event.by) and event.turn == state.turn:
        event = replace(event, by=state.holder)
    return found(state, event, now, limits)


def _no_signs(found: Any, state: Round, **named: Any) -> Any:
    after = found(state, **named)
    return replace(after, piece=replace(after.piece, sign=state.piece.sign)) if state.piece else after


def _back_is_a_sign(found: Any, state: Round, who: str, *, now: int, limits: Any) -> Any:
    after = found(state, who, now=now, limits=limits)
    if after is not state and after.holder == who:
        after = replace(after, piece=replace(after.piece, sign=now))
    return after


def _spared_always(found: Any, state: Round, who: str, *, now: int, limits: Any) -> Any:
    after = found(state, who, now=now, limits=limits)
    return replace(after, piece=replace(after.piece, spared=False)) if after.piece else after


breaks(3, "who is quiet for a minute has passed", round_due, "_ends_at", longer(piece_quiet=0.3))
breaks(3, "who is away is waited for half as long", round_due, "_ends_at", longer(piece_wait=0.5))
breaks(3, "being asked is an end", round_wishes, "ask", instead(_asking_shortens))
breaks(3, "others may pass it for the holder", core, "_pass", instead(_anybody_passes))
breaks(3, "keys pressed are no sign", piece, "signed", instead(_no_signs))
breaks(3, "whoever drops has passed", round_due, "_ends_at", tweaked(
    lambda at, state, _: at if piece.held(state)[1].away_since is None else state.piece.since))  # fmt: skip
breaks(4, "a lost holder is waited for longer", round_due, "_ends_at", longer(piece_wait=1.5))
breaks(4, "a lost holder is waited for as one who is here", round_due, "_ends_at", tweaked(
    lambda at, state, limits: state.piece.sign + limits.piece_quiet))  # fmt: skip
breaks(4, "each word of a lost connection begins the minute anew", piece, "away", instead(
    lambda found, state, who, since: state.with_seat(replace(state.seat(who), away_since=since + 5_000))
    if state.seat(who) else state))  # fmt: skip
breaks(5, "who is here keeps it for ever", round_due, "_ends_at", tweaked(
    lambda at, state, _: at if piece.held(state)[1].away_since is not None else at + 10**9))  # fmt: skip
breaks(5, "signs keep it whoever asks", round_due, "_kept_until", always(None))
breaks(5, "each asking begins the time anew", round_wishes, "_earlier", instead(lambda found, piece, now: now))
breaks(3, "who is asked has little time", round_due, "_kept_until", longer(piece_longest=0.3))
breaks(5, "coming back is a sign", piece, "back", instead(_back_is_a_sign))
breaks(5, "who comes back is spared each time", piece, "back", instead(_spared_always))

# --- 6 to 8: no overlap, who returns, refusals -------------------------------------------------------------


def _replaces(found: Any, state: Round | None, event: Any, now: int) -> Any:
    return found(None if state is not None and state.id != event.round else state, event, now)


breaks(6, "an offer replaces what runs", core, "_offer", instead(_replaces))
breaks(6, "while it gathers another may be offered", core, "_offer", instead(
    lambda found, state, event, now: found(
        None if state is not None and state.phase == "gathering" and state.id != event.round else state, event, now)))  # fmt: skip
breaks(6, "while it is talked about another may be offered", core, "_offer", instead(
    lambda found, state, event, now: found(
        None if state is not None and state.phase == "talk" and state.id != event.round else state, event, now)))  # fmt: skip
breaks(7, "who returns stays away", piece, "back", instead(
    lambda found, state, who, **_: state if state.holder == who else found(state, who, **_)))  # fmt: skip
breaks(7, "who returns has no time left", piece, "back", instead(
    lambda found, state, who, **_: state.with_seat(replace(state.seat(who), away_since=None)) if state.seat(who) else state))  # fmt: skip
breaks(8, "late comers are refused", round_joining, "join", instead(
    lambda found, state, *args: found(state, *args) if state.phase == "gathering" else _refuse("round.running")))  # fmt: skip
breaks(8, "one has to share before passing", core, "_pass", instead(
    lambda found, state, event, *args: _refuse("piece.not_yours")
    if state.piece is not None and not state.piece.shared and state.piece.who == event.by and isinstance(event, Pass)
    else found(state, event, *args)))  # fmt: skip
breaks(8, "nobody steps out once it goes", round_joining, "step_out", instead(
    lambda found, state, *args: _refuse("round.running") if state.phase == "going" else found(state, *args)))  # fmt: skip
breaks(8, "come back to me is refused", core, "_pass", instead(
    lambda found, state, event, *args: _refuse("piece.last_time") if isinstance(event, ComeBack)
    else found(state, event, *args)))  # fmt: skip
breaks(8, "a code that nobody knows", round_wishes, "_going", instead(
    lambda found, state: found(state) if state.phase == "going" else _refuse("round.no")))  # fmt: skip


def _refuse(code: str) -> Any:
    raise Refusal(code)


# --- 9 to 12: restarts, stale and foreign, equals, the box ------------------------------------------------

breaks(9, "a part is not written", round_state, "pack", instead(
    lambda found, state: found(replace(state, lay=(), begin=None))))  # fmt: skip
breaks(9, "who has the piece is not written", round_state, "pack", instead(
    lambda found, state: found(replace(state, turn=0))))  # fmt: skip
breaks(10, "turns are not looked at", core, "_pass", instead(
    lambda found, state, event, *args: found(state, replace(event, turn=state.turn) if state.holder == event.by else event, *args)))  # fmt: skip
breaks(10, "rounds are not looked at", core, "_asked", instead(
    lambda found, state, event, *args: found(state, replace(event, round=state.id), *args)))  # fmt: skip
breaks(10, "who joins twice stands later", round_joining, "join", instead(
    lambda found, state, event, *args: found(
        replace(state, seats=tuple(each for each in state.seats if each.who != event.by or each.turns)), event, *args)))  # fmt: skip
breaks(10, "wishing twice is two", round_wishes, "_seconds", instead(
    lambda found, wish, by, now, limits: wish is not None and now < wish.at + limits.round_asked))  # fmt: skip
breaks(11, "one has it before all others", Round, "line", as_property(
    lambda line, self: tuple(sorted(line, key=lambda each: each.who != PEOPLE[2]))))  # fmt: skip
breaks(11, "one is never out of line", piece, "may_return", instead(
    lambda found, seat: found(seat) and seat.who != PEOPLE[1]))  # fmt: skip
breaks(11, "one may always speak", core, "wait", instead(
    lambda found, state, who: None if who == PEOPLE[0] else found(state, who)))  # fmt: skip
breaks(12, "the offerer may speak meanwhile", core, "wait", instead(
    lambda found, state, who: None if state is not None and who == state.by else found(state, who)))  # fmt: skip
breaks(12, "who is not in it may speak", core, "wait", instead(
    lambda found, state, who: None if state is not None and state.seat(who) is None else found(state, who)))  # fmt: skip
breaks(12, "words wait while people gather", core, "wait", instead(
    lambda found, state, who: Refusal("circle.waiting", round=state.id, why="round")
    if state is not None and state.phase == "gathering" and state.by != who else found(state, who)))  # fmt: skip
breaks(12, "the box looks open", round_views, "box", always("open"))

# --- 13 and 14: order, beginning --------------------------------------------------------------------------

breaks(13, "the last who joined is the first", Round, "line", as_property(lambda line, self: line[::-1]))
breaks(13, "second turns come first", Round, "line", as_property(
    lambda line, self: tuple(sorted(line, key=lambda each: (each.away_since is not None, -len(each.turns))))))  # fmt: skip
breaks(13, "all wait for who is away", Round, "line", as_property(
    lambda line, self: tuple(each for each in self.seats if each in line)))  # fmt: skip
breaks(13, "by name", Round, "line", as_property(lambda line, self: tuple(sorted(line, key=lambda each: each.who))))

breaks(14, "one is enough", round_due, "LEAST", lambda found: 1)
breaks(14, "who is away counts", Round, "here", as_property(lambda here, self: self.inside))
breaks(14, "anybody begins it", round_wishes, "_seconds", always(True))
breaks(14, "it waits for all", round_due, "next_at", tweaked(
    lambda at, state, limits: at + 30_000 if state.phase == "gathering" else at))  # fmt: skip
breaks(14, "it begins when some have answered", round_joining, "when_all_answered", instead(
    lambda found, state, inside, now, limits: found(
        state, inside & {*state.listening, *(each.who for each in state.seats)}, now, limits)))  # fmt: skip


def _one_more_against(found: Any, state: Round, *args: Any) -> Any:
    more = (*state.seats, round_state.Seat("nobody")) if state.phase == "going" else state.seats
    after, effects = found(replace(state, seats=more), *args)
    return replace(after, seats=state.seats), effects


# --- 15 to 19: asking, laying down, clocks, dues, what is shown --------------------------------------------

breaks(15, "one asks alone", round_wishes, "_seconds", always(True))
breaks(15, "a wish to ask waits for ever", round_wishes, "_seconds", longer(round_asked=100))
breaks(15, "asked as often as others like", round_wishes, "ask", longer(piece_ask_every=0))
breaks(15, "asked after little silence", round_due, "_asks_at", longer(piece_quiet=0.5))
breaks(15, "another is asked", round_wishes, "ask", tweaked(
    lambda done, *_: (done[0], tuple(replace(each, who=PEOPLE[0]) if isinstance(each, KindlyAsked) else each
                                     for each in done[1]))))  # fmt: skip
breaks(16, "two lay it down", round_wishes, "lay_down", instead(
    lambda found, state, by, now, limits: found(
        replace(state, seats=tuple(each if each.who == state.holder else replace(each, away_since=now)
                                   for each in state.seats)), by, now, limits)))  # fmt: skip
breaks(16, "who has the piece counts against it", round_wishes, "lay_down", instead(_one_more_against))
breaks(16, "one lays it down", round_due, "LEAST", lambda found: 1)
breaks(16, "old wishes count", round_wishes, "lay_down", longer(round_asked=100))
breaks(16, "who left still wishes", round_wishes, "forgotten", instead(lambda found, state, who: state))
breaks(17, "moments ahead are believed", round_due, "_not_ahead", instead(lambda found, state, now: state))
breaks(17, "only the phase is looked at when the clock is set back", round_due, "_not_ahead", instead(
    lambda found, state, now: replace(state, at=min(state.at, now))))  # fmt: skip
breaks(17, "what fell due while nobody looked is done", round_due, "_anew", instead(lambda found, state, *_: state))
breaks(18, "what is due is left undone", round_due, "settled", instead(
    lambda found, state, **named: (state, ()) if state.phase == "talk" else found(state, **named)))  # fmt: skip
breaks(18, "time begins what is not due", round_due, "caught_up", tweaked(
    lambda done, state, *, now, limits: (replace(done[0], at=now), done[1])
    if done[0].phase == "gathering" else done))  # fmt: skip
breaks(19, "who is out is shown", Round, "inside", as_property(lambda inside, self: self.seats))
breaks(19, "others see whom the question stands before", round_views, "mine", tweaked(
    lambda done, state, who, **_: None if done is None else msgspec.structs.replace(
        done, asked=state.piece is not None and state.piece.asked)))  # fmt: skip
breaks(19, "turns of others are counted", round_views, "mine", tweaked(
    lambda done, state, who, **_: None if done is None else msgspec.structs.replace(done, turns=state.turn)))  # fmt: skip
breaks(19, "who listens looks like anybody", round_views, "mine", tweaked(
    lambda done, *_, **__: None if done is None else msgspec.structs.replace(done, listening=False)))  # fmt: skip
breaks(19, "all are late", round_views, "mine", tweaked(
    lambda done, *_, **__: None if done is None else msgspec.structs.replace(done, late=True)))  # fmt: skip
breaks(19, "a round that is over is shown", round_views, "seen", instead(
    lambda found, state, **named: found(state and replace(state, phase="talk" if state.ending else state.phase), **named)))  # fmt: skip
breaks(19, "the piece is shown where it was", round_views, "seen", tweaked(
    lambda done, state, **_: None if done is None else msgspec.structs.replace(
        done, holder=done.holder or next((each.who for each in state.seats if state.turn in each.turns), None))))  # fmt: skip
