"""The laws of a round, on the pure core under whatever may happen: each judged after every step, in a world that goes on
without a break, in one that is started anew before each step, and in one in which people have changed places.

That each law finds what breaks it is shown with rules broken on purpose (`round_breaks`).
"""

from collections import Counter
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from rooms.round_events import (
    Ask,
    Back,
    Begin,
    Close,
    ComeBack,
    Given,
    Gone,
    Join,
    KindlyAsked,
    LayDown,
    Left,
    Listen,
    Offer,
    Over,
    Pass,
    Passed,
    Present,
    Share,
    Sign,
    StepOut,
    Talks,
)
from rooms.units import HOUR, MINUTE, SECOND
from tests.rooms.round_breaks import BREAKS, Break
from tests.rooms.round_laws import CODES, LAWS, Unlawful, judge, only
from tests.rooms.round_walks import Walk, walked
from tests.rooms.round_world import PEOPLE, Taken, World

ANYBODY = st.sampled_from(PEOPLE)
SOME = st.frozensets(ANYBODY)
TURNS = st.integers(0, 9)
SHORT = st.sampled_from((1, SECOND, 19 * SECOND, 59 * SECOND, MINUTE, 3 * MINUTE, 4 * MINUTE, 5 * MINUTE))
LONG = st.sampled_from((9 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR))
WALKS = 120
"""So many walks a law may take to find what breaks it; most need one."""


class ACircle(RuleBasedStateMachine):
    """Everybody does anything at any time; `onward` lets a round get somewhere."""

    walk: Walk

    @initialize(seed=st.integers(0, 2**16))
    def begins(self, seed: int) -> None:
        self.walk = Walk(Random(seed), judge)
        self.walk.offer()

    @property
    def world(self) -> World:
        return self.walk.world

    @property
    def id(self) -> str:
        return self.world.book.id

    @rule(seed=st.integers(0, 255))
    def onward(self, seed: int) -> None:
        self.walk.rng.seed(seed)
        self.walk.onward()

    @rule(by=ANYBODY, joins=st.booleans(), talk=st.booleans(), again=st.booleans())
    def offer(self, by: str, joins: bool, talk: bool, again: bool) -> None:
        self.world.rounds += not again
        self.world.take(Offer(f"round-{self.world.rounds}", by, joins, talk))

    @rule(by=ANYBODY, inside=SOME)
    def join(self, by: str, inside: frozenset[str]) -> None:
        self.world.take(Join(self.id, by, inside))

    @rule(by=ANYBODY, inside=SOME)
    def listen(self, by: str, inside: frozenset[str]) -> None:
        self.world.take(Listen(self.id, by, inside))

    @rule(by=ANYBODY)
    def begin(self, by: str) -> None:
        self.world.take(Begin(self.id, by))

    @rule(by=ANYBODY, turn=TURNS, silent=st.booleans())
    def pass_(self, by: str, turn: int, silent: bool) -> None:
        self.world.take(Pass(self.id, by, turn, silent))

    @rule(by=ANYBODY, turn=TURNS)
    def come_back(self, by: str, turn: int) -> None:
        self.world.take(ComeBack(self.id, by, turn))

    @precondition(lambda self: hasattr(self, "walk") and self.world.book.turn is not None)
    @rule(again=st.booleans())
    def the_holder_passes(self, again: bool) -> None:
        turn = self.world.book.turn
        assert turn is not None
        self.world.take((ComeBack if again else Pass)(self.id, turn.who, turn.turn))

    @rule(by=ANYBODY)
    def share(self, by: str) -> None:
        self.world.take(Share(by))

    @rule(by=ANYBODY, turn=TURNS)
    def sign(self, by: str, turn: int) -> None:
        self.world.take(Sign(self.id, by, turn))

    @rule(by=ANYBODY, other=st.sampled_from(("x", "round-0", "round-1")), turn=TURNS, which=st.integers(0, 8))
    def another_rounds(self, by: str, other: str, turn: int, which: int) -> None:
        self.world.take(
            (
                Join(other, by), Listen(other, by), StepOut(other, by), Begin(other, by), Pass(other, by, turn),
                ComeBack(other, by, turn), Sign(other, by, turn), Ask(other, by), LayDown(other, by),
            )[which]
        )  # fmt: skip

    @rule(by=ANYBODY)
    def ask(self, by: str) -> None:
        self.world.take(Ask(self.id, by))

    @rule(by=ANYBODY)
    def lay_down(self, by: str) -> None:
        self.world.take(LayDown(self.id, by))

    @rule(by=ANYBODY)
    def step_out(self, by: str) -> None:
        self.world.take(StepOut(self.id, by))

    @rule(who=ANYBODY)
    def leave(self, who: str) -> None:
        self.world.take(Left(who))

    @rule(who=ANYBODY, ago=st.sampled_from((-SECOND, 0, SECOND, MINUTE)))
    def drop(self, who: str, ago: int) -> None:
        self.world.take(Gone(who, self.world.now - ago))

    @rule(who=ANYBODY)
    def back(self, who: str) -> None:
        self.world.take(Back(who))

    @rule(here=SOME)
    def presence(self, here: frozenset[str]) -> None:
        self.world.take(Present(here))

    @rule(which=st.integers(0, 20))
    def close(self, which: int) -> None:
        if which == 0:
            self.world.take(Close())

    @rule(long=SHORT)
    def wait(self, long: int) -> None:
        self.world.wait(long)

    @rule(long=LONG)
    def sleep(self, long: int) -> None:
        self.world.sleep(long)

    @rule(long=LONG)
    def set_back(self, long: int) -> None:
        self.world.set_back(long)

    def teardown(self) -> None:
        if hasattr(self, "walk"):
            self.walk.settle()


TestACircle = ACircle.TestCase
TestACircle.settings = settings(max_examples=20, stateful_step_count=25, deadline=None)


@pytest.mark.parametrize("start", [0, 20])
def test_walks_keep_every_law(start: int) -> None:
    for seed in range(start, start + 20):
        walked(seed, judge)


@pytest.mark.full
@pytest.mark.timeout(600)
@pytest.mark.parametrize("start", range(1_000, 9_000, 1_000))
def test_long_walks_keep_every_law(start: int) -> None:
    for seed in range(start, start + 60):
        walked(seed, judge, steps=120)


# --- each law is tried against rules broken on purpose ----------------------------------------------------


def found(broken: Break) -> bool:
    """Whether the law of this number, and no accident, finds it."""
    with broken.made():
        for seed in range(WALKS):
            try:
                walked(seed, only(broken.number), mirrored=broken.number in (9, 11), settles=False)
            except Unlawful as unlawful:
                return unlawful.number == broken.number
    return False


@pytest.mark.parametrize("broken", BREAKS, ids=lambda each: f"{each.number}: {each.what}")
def test_a_broken_rule_is_found(broken: Break) -> None:
    assert found(broken)


def test_every_law_is_broken_in_two_ways_at_least() -> None:
    ways = Counter(each.number for each in BREAKS)
    assert {number for number in LAWS if ways[number] < 2} == set()


def test_a_break_is_undone() -> None:
    assert found(BREAKS[0])
    walked(0, judge)


def test_walks_get_everywhere() -> None:
    """Laws that are judged on nothing find nothing."""
    seen: set[object] = set()

    def note(_: World, taken: Taken) -> None:
        seen.update(type(each) for each in taken.effects)
        seen.update(each.how for each in taken.told(Passed))
        seen.update(each.ending for each in taken.told(Over))
        seen.update(("turns", count) for count in taken.book.had.values())
        if taken.refused is not None:
            seen.add(taken.refused.code)

    for seed in range(60):
        walked(seed, note, mirrored=False)
    assert {Given, Talks, KindlyAsked, "passed", "silent", "later"} <= seen
    assert {"complete", "too_few", "laid_down", "closed", ("turns", 2)} <= seen
    assert seen >= CODES
