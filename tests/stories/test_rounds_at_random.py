"""Random courses of rounds on a real database, by the commands that people and the server's own parts send: what is kept
and told there is what the pure core says, which the laws of rounds judge at every step. Servers end and start meanwhile."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from rooms import posting, rounds
from rooms.models import Circle, RoundRow
from rooms.round_events import (
    Ask,
    Back,
    Begin,
    Close,
    ComeBack,
    Event,
    Gone,
    Join,
    LayDown,
    Left,
    Listen,
    Offer,
    Pass,
    Present,
    Share,
    Sign,
    StepOut,
    Tick,
)
from rooms.round_state import Round, unpack
from rooms.wire import LeaveCircle, PostMessage
from rooms.wire_round import (
    AskHolder,
    BeginRound,
    ComeBackToMe,
    JoinRound,
    LayDownPiece,
    ListenToRound,
    OfferRound,
    PassPiece,
    StayWithPiece,
    StepOutOfRound,
)
from rooms.work import Refusal, Work
from server import errands
from server.errands import TendRound
from server.handlers import HANDLERS
from server.store import Store
from server.upkeep import ScreensMoved
from tests.moderation.place import CIRCLE, Place
from tests.rooms.round_laws import judge
from tests.rooms.round_walks import Walk
from tests.rooms.round_world import LIMITS, PEOPLE, Taken, World

OF: dict[type, Callable[[Any, str], Any]] = {
    Join: lambda event, it: JoinRound(circle=CIRCLE, round=it),
    Listen: lambda event, it: ListenToRound(circle=CIRCLE, round=it),
    StepOut: lambda event, it: StepOutOfRound(circle=CIRCLE, round=it),
    Begin: lambda event, it: BeginRound(circle=CIRCLE, round=it),
    Ask: lambda event, it: AskHolder(circle=CIRCLE, round=it),
    LayDown: lambda event, it: LayDownPiece(circle=CIRCLE, round=it),
    Pass: lambda event, it: PassPiece(circle=CIRCLE, round=it, turn=event.turn, silent=event.silent),
    ComeBack: lambda event, it: ComeBackToMe(circle=CIRCLE, round=it, turn=event.turn),
    Sign: lambda event, it: StayWithPiece(circle=CIRCLE, round=it, turn=event.turn),
}
TOLD = ("round.", "piece.given", "piece.passed")


class RealWorld(World):
    """Takes every step twice, in the core and on a database, and compares."""

    def __init__(self, folder: Path, chance: Random) -> None:
        super().__init__(judge)
        self.url, self.chance = f"sqlite:///{folder / 'circles.db'}", chance
        self.place = Place(self.url, LIMITS)
        self.place.now = self.now
        self.place.people(*PEOPLE)
        self.ids = {who: self.place.seat(who) for who in PEOPLE}
        self.rounds_of: dict[str, str] = {}
        """Ids there, by those here."""
        self.keys = 0

    def take(self, event: Event) -> Taken:
        if isinstance(event, (Join, Listen)):
            event = replace(event, inside=frozenset())
        if self.chance.random() < 0.05:
            self.place.store.close()
            self.place.store = Store(self.url)
        self.place.now = self.now
        waiting = self.place.read(lambda conn: errands.waiting(conn, self.now, LIMITS)) if event == Tick() else []
        taken = super().take(event)
        heard = len(self.place.heard)
        try:
            self._really(event)
            refused = None
        except Refusal as refusal:
            refused = refusal.code
        assert refused == (None if taken.refused is None else taken.refused.code), event
        told = [each.event for each in self.place.heard[heard:]]
        tags = [str(each.__struct_config__.tag) for each in told]
        effects = [type(each).__name__ for each in taken.effects if type(each).__name__ != "KindlyAsked"]
        assert len([tag for tag in tags if tag.startswith(TOLD)]) == len(effects), (tags, effects)
        if isinstance(event, Tick) and taken.effects:
            assert TendRound(CIRCLE) in waiting, "what fell due was not found"
        self._compare()
        return taken

    def _compare(self) -> None:
        row = next(iter(self.place.rows(RoundRow)), None)
        if self.state is None or row is None:
            assert (self.state, row) == (None, None)
            return
        kept = unpack(row.state)
        back = {its: who for who, its in self.ids.items()}
        assert kept.id == row.id == self.rounds_of[self.state.id]
        as_here = replace(with_names(kept, back), id=self.state.id)
        assert as_here == self.state
        (circle,) = [each for each in self.place.rows(Circle) if each.id == CIRCLE]
        holder = None if self.state.holder is None else self.ids[self.state.holder]
        assert circle.piece_with == holder
        assert circle.round_id == (None if self.state.phase == "over" else kept.id)
        assert (row.due_at is None) == (self.state.phase == "over")

    def _really(self, event: Event) -> None:
        match event:
            case Offer(round_, by, joins, talk):
                asked = OfferRound(circle=CIRCLE, key=f"{round_:-<22}", joins=joins, talk=talk)
                self._does(by, asked)
                (row,) = self.place.rows(RoundRow)
                self.rounds_of[round_] = row.id
            case Share(by):
                self.keys += 1
                post = PostMessage(circle=CIRCLE, key=f"{self.keys:-<22}", body="…")
                self.place.run(by, lambda work: posting.post(work, post))
            case Left(who):
                self._does(who, LeaveCircle(circle=CIRCLE))
                self.place.enters(who)
            case Gone(who, since):
                self._moved(gone=((self.ids[who], since),))
            case Back(who):
                self._moved(back=(self.ids[who],))
            case Present(here) if here:
                self._moved(answered=frozenset(self.ids[who] for who in here))
            case Present():
                self._moved(gone=tuple((self.ids[who], self.now) for who in PEOPLE))
            case Tick():
                self._does(None, TendRound(CIRCLE))
            case Close():
                self.place.run(None, _closes)
            case _:
                known = self.rounds_of.get(event.round, "another---------")
                self._does(event.by, OF[type(event)](event, known))

    def _moved(self, **what: Any) -> None:
        self._does(None, ScreensMoved(CIRCLE, **what))

    def _does(self, who: str | None, command: Any) -> None:
        self.place.does(who, HANDLERS[type(command)], command)


def _closes(work: Work) -> None:
    rounds.act(work, work.db.get_one(Circle, CIRCLE), Close())


def with_names(state: Round, names: dict[str, str]) -> Round:
    """The same with people's names in place of their seats."""
    text = msgspec.json.encode(state).decode()
    for its, who in names.items():
        text = text.replace(f'"{its}"', f'"{who}"')
    return msgspec.json.decode(text, type=Round)


@pytest.fixture
def world(tmp_path: Path, seed: int) -> Iterator[RealWorld]:
    world = RealWorld(tmp_path, Random(seed))
    yield world
    world.place.close()


@pytest.mark.parametrize("seed", range(2))
def test_rounds_on_a_database_go_as_the_laws_say(world: RealWorld, seed: int) -> None:
    walk = Walk(Random(seed), judge)
    walk.world = world
    for _ in range(40):
        walk.step()
    walk.settle()
    assert world.rounds > 0
