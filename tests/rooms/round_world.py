"""A circle with rounds, for tests: whatever people, connections and clocks do goes through the pure core here, and the
world keeps its own book of what happened, so that laws can judge a step without asking the core about itself.

Two mirrors go along: in one the state is written as JSON and read back before every step, as if the server had just been
started; in the other all people have changed places.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from rooms import piece as pieces
from rooms import round as core
from rooms.limits import Limits
from rooms.round_events import (
    Ask,
    Back,
    Began,
    Begin,
    Effect,
    Event,
    Given,
    Gone,
    Joined,
    KindlyAsked,
    LayDown,
    Left,
    Listen,
    Offer,
    Offered,
    Over,
    Passed,
    Present,
    Share,
    Sign,
    SteppedOut,
    Talks,
    Tick,
)
from rooms.round_state import Round, pack, unpack
from rooms.work import Refusal

PEOPLE = tuple(f"P{n}" for n in range(7))
LIMITS = Limits(round_most=5)
BEGAN = 1_700_000_000_000


@dataclass(slots=True)
class Turn:
    who: str
    turn: int
    given: int
    sign: int
    """When they last gave a sign, or got the piece."""
    dropped: int | None = None
    returned: bool = False
    """Since the last sign."""
    saved_until: int = 0
    """Having returned, they keep it until then at the least."""
    asks: dict[str, int] = field(default_factory=dict)
    last_asked: int | None = None
    first_asked: int | None = None
    shared: bool = False


@dataclass(slots=True)
class Book:
    """What the world itself has seen of this round; read from events and effects, never from the state."""

    id: str = ""
    by: str = ""
    phase: str = "over"
    since: int = 0
    """When this phase began, or time began anew for it."""
    talk: bool = False
    order: list[str] = field(default_factory=list)
    """Who joined and is not out, in that order."""
    had: dict[str, int] = field(default_factory=dict)
    """How often somebody was offered the piece."""
    again: set[str] = field(default_factory=set)
    """Whose first turn ended so that they have it once more."""
    away: dict[str, int] = field(default_factory=dict)
    turn: Turn | None = None
    listening: set[str] = field(default_factory=set)
    begins: dict[str, int] = field(default_factory=dict)
    lays: dict[str, int] = field(default_factory=dict)
    turns: dict[int, str] = field(default_factory=dict)

    @property
    def waiting(self) -> list[str]:
        return [each for each in self.order if self.owed(each)]

    def owed(self, who: str) -> bool:
        if self.turn is not None and self.turn.who == who:
            return False
        had = self.had.get(who, 0)
        return had == 0 or (had == 1 and who in self.again)

    @property
    def here(self) -> list[str]:
        return [each for each in self.order if each not in self.away]


@dataclass(frozen=True, slots=True)
class Taken:
    """One step, as it was taken. ``book`` is as it was before."""

    event: Event
    before: Round | None
    after: Round | None
    effects: tuple[Effect, ...]
    refused: Refusal | None
    at: int
    book: Book
    same_after_restart: bool
    alike: bool

    def told(self, *kinds: type[Any]) -> list[Any]:
        return [each for each in self.effects if isinstance(each, kinds)]


class World:
    def __init__(self, judge: Callable[["World", Taken], None], *, mirrored: bool = True, limits: Limits = LIMITS):
        self.judge, self.limits, self.mirrored = judge, limits, mirrored
        self.now = BEGAN
        self.state: Round | None = None
        self.book = Book()
        self.mirror: Round | None = None
        self.restarted: Round | None = None
        self.inside = set(PEOPLE)
        """In the circle."""
        self.screens = set(PEOPLE)
        """Connected; what the server thinks may lag behind."""
        self.woke = [BEGAN]
        """Moments at which a server ran again after none did, or the clock was set."""
        self.rounds = 0
        self.names = dict(zip(PEOPLE, (*PEOPLE[3:], *PEOPLE[:3]), strict=True))

    # --- one event ----------------------------------------------------------------------------------------

    def take(self, event: Event) -> Taken:
        before, book = self.state, msgspec.convert(msgspec.to_builtins(self.book), Book)
        refused: Refusal | None = None
        effects: tuple[Effect, ...] = ()
        after = before
        try:
            after, effects = core.step(before, event, now=self.now, limits=self.limits)
        except Refusal as refusal:
            refused = refusal
        self.state = after
        self._write(event, effects, refused)
        same_after_restart, alike = self._elsewhere(event, effects, refused) if self.mirrored else (True, True)
        taken = Taken(event, before, after, effects, refused, self.now, book, same_after_restart, alike)
        self.judge(self, taken)
        return taken

    def _elsewhere(self, event: Event, effects: tuple[Effect, ...], refused: Refusal | None) -> tuple[bool, bool]:
        """Whether the same followed after a restart, and for others in the place of these."""
        names = self.names
        self.restarted, there = self._reflected(self.restarted, event, restarts=True)
        same = there == _said(effects, refused) and self.restarted == self.state
        self.mirror, there = self._reflected(self.mirror, named(event, names), restarts=False)
        told = _said(tuple(named(each, names) for each in effects), refused)
        return same, there == told and self.mirror == (None if self.state is None else named(self.state, names))

    def _reflected(self, state: Round | None, event: Event, *, restarts: bool) -> tuple[Round | None, Any]:
        if restarts and state is not None:
            state = unpack(pack(state))
        try:
            after, effects = core.step(state, event, now=self.now, limits=self.limits)
        except Refusal as refusal:
            return state, _said((), refusal)
        return after, _said(effects, None)

    # --- time ---------------------------------------------------------------------------------------------

    def wait(self, long: int) -> None:
        """The clock runs and looks whenever something is due."""
        end = self.now + long
        for _ in range(200):
            at = None if self.state is None else core.next_at(self.state, self.limits)
            if at is None or at > end:
                break
            self.now = max(self.now, at)
            self.take(Tick())
        self.now = max(self.now, end)
        self.take(Tick())

    def sleep(self, long: int) -> None:
        """No server runs for so long."""
        self.now += long
        self._woken()
        self.take(Tick())

    def set_back(self, long: int) -> None:
        """The clock is set to an earlier time."""
        self.now -= long
        self._woken()
        book = self.book
        book.since = min(book.since, self.now)
        book.away = {who: min(at, self.now) for who, at in book.away.items()}
        book.begins = {who: min(at, self.now) for who, at in book.begins.items()}
        book.lays = {who: min(at, self.now) for who, at in book.lays.items()}
        if (turn := book.turn) is not None:
            turn.given, turn.sign = min(turn.given, self.now), min(turn.sign, self.now)
            turn.dropped = None if turn.dropped is None else min(turn.dropped, self.now)
            turn.saved_until = min(turn.saved_until, self.now + pieces.notice(self.limits))
            turn.asks = {who: min(at, self.now) for who, at in turn.asks.items()}
            turn.last_asked = None if turn.last_asked is None else min(turn.last_asked, self.now)
            turn.first_asked = None if turn.first_asked is None else min(turn.first_asked, self.now)
        self.take(Tick())

    def _woken(self) -> None:
        self.woke = [*(each for each in self.woke if each < self.now), self.now]

    # --- the book -----------------------------------------------------------------------------------------

    def _write(self, event: Event, effects: tuple[Effect, ...], refused: Refusal | None) -> None:
        if refused is None:
            self._note_before(event)
        for each in effects:
            self._note(event, each)
        if refused is None:
            self._note_after(event)

    def _seen(self, who: str) -> None:
        book, now = self.book, self.now
        if who not in book.away:
            return
        del book.away[who]
        turn = book.turn
        if turn is not None and turn.who == who:
            if not turn.returned:
                turn.saved_until = now + pieces.notice(self.limits)
            turn.dropped, turn.returned = None, True

    def _lost(self, who: str, since: int) -> None:
        if who in self.book.order and who not in self.book.away:
            self.book.away[who] = since
            if self.book.turn is not None and self.book.turn.who == who:
                self.book.turn.dropped = since

    def _note_before(self, event: Event) -> None:
        """What counts for what follows from the event."""
        book = self.book
        match event:
            case Left(who):
                book.begins.pop(who, None)
                book.lays.pop(who, None)
                book.listening.discard(who)
                if book.turn is not None:
                    book.turn.asks.pop(who, None)

    def _note(self, event: Event, effect: Effect) -> None:
        book, now = self.book, self.now
        match effect:
            case Offered(by, talk):
                assert isinstance(event, Offer)
                self.book = Book(event.round, by, "gathering", now, talk)
                if not event.joins:
                    self.book.listening.add(by)
            case Joined(who):
                if who in book.order:
                    book.order.remove(who)
                book.order.append(who)
                book.listening.discard(who)
                book.away.pop(who, None)
            case SteppedOut(who):
                book.order.remove(who)
                book.begins.pop(who, None)
            case Began():
                book.phase, book.since = "going", now
                book.listening.clear()
            case Given(who, turn):
                book.had[who] = book.had.get(who, 0) + 1
                book.turns[turn] = who
                book.turn = Turn(who, turn, now, now, dropped=now if who in book.away else None)
            case Passed(who, _, how):
                if how == "later":
                    book.again.add(who)
                book.turn = None
            case KindlyAsked():
                if isinstance(event, Ask) and book.turn is not None:
                    book.turn.last_asked = now
                    if book.turn.first_asked is None:
                        book.turn.first_asked = now
                    book.turn.asks.clear()
            case Talks():
                book.phase, book.since, book.turn = "talk", now, None
                book.lays.clear()
            case Over():
                book.phase, book.turn = "over", None

    def _note_after(self, event: Event) -> None:
        book, now = self.book, self.now
        by = getattr(event, "by", None)
        if by is not None and not isinstance(event, Offer) and getattr(event, "round", book.id) == book.id:
            self._seen(by)
        match event:
            case Gone(who, since):
                self._lost(who, min(since, now))
            case Back(who):
                self._seen(who)
            case Present(here):
                for who in list(book.order):
                    if who in here:
                        self._seen(who)
                    else:
                        self._lost(who, now)
            case Left(who) if who in book.order:
                book.order.remove(who)
            case Listen(it, who) if it == book.id and book.phase == "gathering" and who not in book.order:
                book.listening.add(who)
            case Begin(it, who) if it == book.id and book.phase == "gathering":
                book.begins[who] = now
            case LayDown(it, who) if it == book.id:
                book.lays[who] = now
            case Ask(it, who) if it == book.id and book.turn is not None:
                book.turn.asks[who] = now
            case Share(who) if book.turn is not None and book.turn.who == who:
                self._signed(shared=True)
            case Sign(it, who, turn) if it == book.id and book.turn is not None:
                if (book.turn.who, book.turn.turn) == (who, turn):
                    self._signed()

    def _signed(self, *, shared: bool = False) -> None:
        turn = self.book.turn
        assert turn is not None
        turn.shared = turn.shared or shared
        turn.sign, turn.returned, turn.saved_until = self.now, False, 0


def named(what: Any, names: dict[str, str]) -> Any:
    """The same with all names exchanged."""
    text = re.sub(rb'"(P\d)"', lambda found: b'"' + names[found[1].decode()].encode() + b'"', msgspec.json.encode(what))
    return msgspec.json.decode(text, type=type(what))


def _said(effects: tuple[Effect, ...], refused: Refusal | None) -> Any:
    return effects, None if refused is None else (refused.code, dict(refused.facts))
