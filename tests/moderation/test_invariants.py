"""The invariants of moderation, on the pure core under whatever may happen: each judged after every step.

The laws are in `world_laws`, by number; what needs no course of events is in `world_probes`. Events come from Hypothesis,
and from random walks that go further (`world_walks`). `test_invariants_bite` shows that each law finds what breaks it.

What a law cannot show without tables, sockets or words is shown elsewhere:

===  ======================================================================================================
 No  Where the rest is
===  ======================================================================================================
  1  test_powers, test_walk: every command and route with every role
 13  test_panels: appeal, one's side and repair through the door while paused; test_flags
 21  test_flags: budgets asked of the tables, on both databases
 23  test_worlds, test_worlds_of_panels: whole payload streams of worlds that differ only in who flagged
 24  test_care, test_care_apart, test_gentle: what is written and told there touches no case
 26  test_ledger, test_ledger_cases: the chain as published, its heads, and entries that rebuild a case
 27  test_ledger, test_draw: draws as they are published, with their nonces
 28  test_walk: commands by role
 29  test_panels: load through the door; here the same question to the tables
 31  test_flags, test_panels: stored words and sealed copies
===  ======================================================================================================
"""

from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from moderation.flagged import Ending
from moderation.fold import Standing
from moderation.panel import Ballot
from moderation.state import Side
from moderation.wire import Category
from rooms.units import DAY, HOUR, MINUTE, SECOND
from tests.moderation.world import AUTHOR, HOST, PEOPLE, SEQS, SUBJECT, Around, World, ballot, renamed
from tests.moderation.world_laws import LAWS, judge
from tests.moderation.world_probes import PROBES
from tests.moderation.world_walks import Walk, walked

INVARIANTS = range(1, 32)
ANYBODY = st.sampled_from((*PEOPLE, AUTHOR, HOST, SUBJECT))
WITNESSES = st.sampled_from(PEOPLE[:6])
CATEGORIES: st.SearchStrategy[Category] = st.sampled_from(
    ("disrespect", "pressure", "safety", "privacy", "threat", "illegal", "spam")
)
SIDES: st.SearchStrategy[Side] = st.sampled_from(("author", "flagger"))
ENDINGS: st.SearchStrategy[Ending] = st.sampled_from(("rephrased", "taken_back", "faded"))
MESSAGES = st.sampled_from(SEQS[:3])
BALLOTS: st.SearchStrategy[Ballot] = st.builds(
    lambda levels, person, code, hold: ballot(levels, person, code, hold=hold),
    st.dictionaries(MESSAGES, st.integers(0, 2), max_size=2),
    st.integers(0, 5),
    CATEGORIES,
    st.booleans(),
)


class AWorld(RuleBasedStateMachine):
    """Everybody does anything at any time; `onward` lets a case get somewhere."""

    walk: Walk

    @initialize(seed=st.integers(0, 2**16))
    def begins(self, seed: int) -> None:
        self.walk = Walk(Random(seed), judge)

    @rule(seeds=st.lists(st.integers(0, 255), min_size=1, max_size=12))
    def onward(self, seeds: list[int]) -> None:
        for seed in seeds:
            self.walk.rng.seed(seed)
            self.walk.step()

    @rule(seq=MESSAGES, by=ANYBODY, category=CATEGORIES, standing=st.sampled_from(Standing))
    def flag(self, seq: int, by: str, category: Category, standing: Standing) -> None:
        self.walk.world.flag(seq, by, category, standing)

    @rule(seq=MESSAGES, by=WITNESSES)
    def withdraw(self, seq: int, by: str) -> None:
        self.walk.world.withdraw(seq, by)

    @rule(seq=MESSAGES, by=ANYBODY, category=CATEGORIES)
    def hold(self, seq: int, by: str, category: Category) -> None:
        self.walk.world.hold(seq, by, category)

    @rule(seq=MESSAGES, by=ANYBODY)
    def cosign(self, seq: int, by: str) -> None:
        self.walk.world.cosign(seq, by)

    @rule(seq=MESSAGES, by=st.sampled_from((SUBJECT, PEOPLE[3])))
    def hold_own(self, seq: int, by: str) -> None:
        self.walk.world.subject_hold(seq, by)

    @rule(seq=MESSAGES, ordered=st.booleans(), release=st.booleans())
    def legal(self, seq: int, ordered: bool, release: bool) -> None:
        if release:
            self.walk.world.release_legal(seq)
        else:
            self.walk.world.legal_hold(seq, ordered=ordered)

    @rule(seed=st.integers(0, 2**16))
    def draw(self, seed: int) -> None:
        lots = list(self.walk.world.around.pool)
        Random(seed).shuffle(lots)
        self.walk.world.draw(lots)

    @rule(by=ANYBODY)
    def accept(self, by: str) -> None:
        self.walk.world.accept(by)

    @rule(by=ANYBODY)
    def decline(self, by: str) -> None:
        self.walk.world.decline(by)

    @rule(by=ANYBODY, given=BALLOTS, really=st.booleans())
    def cast(self, by: str, given: Ballot, really: bool) -> None:
        self.walk.world.cast(self.walk.juror() if really else by, given)

    @rule()
    def undo(self) -> None:
        self.walk.world.undo(self.walk.juror())

    @rule(by=ANYBODY)
    def ready(self, by: str) -> None:
        self.walk.world.ready(by)

    @rule()
    def add_side(self) -> None:
        self.walk.world.add_context()

    @rule(by=ANYBODY, side=SIDES)
    def appeal(self, by: str, side: Side) -> None:
        self.walk.world.appeal(by, side)

    @rule(by=ANYBODY, whom=st.sets(WITNESSES, max_size=3))
    def mark_faith(self, by: str, whom: set[str]) -> None:
        self.walk.world.mark_faith(by, sorted(whom))

    @rule(seq=MESSAGES, how=ENDINGS)
    def words_go(self, seq: int, how: Ending) -> None:
        self.walk.world.end(seq, how)

    @rule(by=ANYBODY)
    def forget(self, by: str) -> None:
        self.walk.world.forget(by)

    @rule(long=st.sampled_from((SECOND, 10 * SECOND, MINUTE, 10 * MINUTE, HOUR, DAY)))
    def wait(self, long: int) -> None:
        self.walk.world.wait(long)

    @rule(long=st.sampled_from((MINUTE, HOUR, DAY, 40 * DAY)))
    def sleep(self, long: int) -> None:
        self.walk.world.sleep(long)

    @rule()
    def wait_for_next(self) -> None:
        self.walk.world.wait_for_next()

    @invariant()
    def the_mirror_shows_the_same(self) -> None:
        if not hasattr(self, "walk") or self.walk.world.mirror is None:
            return
        here, there = self.walk.world.case, self.walk.world.mirror
        assert renamed(here.messages, self.walk.world.other) == there.messages
        assert here.closed == there.closed
        assert here.review.decisions == there.review.decisions


TestAWorld = AWorld.TestCase
TestAWorld.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


@pytest.mark.parametrize("start", range(0, 160, 40))
def test_walks_keep_every_law(start: int) -> None:
    for seed in range(start, start + 40):
        walked(seed, judge)


@pytest.mark.full
@pytest.mark.timeout(600)
@pytest.mark.parametrize("start", range(10_000, 18_000, 1_000))
def test_long_walks_keep_every_law(start: int) -> None:
    for seed in range(start, start + 400):
        walked(seed, judge, steps=120)


def test_a_talk_that_is_cut_by_the_last_hour_with_too_few_left_ends_the_case() -> None:
    world = World(Around(pool=PEOPLE[6:8], live=False, witnesses=3), judge)
    for who in PEOPLE[:2]:
        world.flag(3, who)
    world.wait(71 * HOUR)
    world.draw()
    for who in PEOPLE[6:8]:
        world.accept(who)
    world.wait(23 * HOUR)
    for who, level in zip(PEOPLE[6:8], (0, 1), strict=True):
        world.cast(who, ballot({3: level}))
    world.wait(HOUR)
    assert world.case.review.stage == "talk"
    world.decline(PEOPLE[7])
    world.wait(2 * HOUR)
    assert (world.case.closed, world.case.messages[0].view) == ("lapsed", "lapsed")


@pytest.mark.parametrize("number", sorted(PROBES))
def test_functions_keep_the_laws(number: int) -> None:
    for probe in PROBES[number]:
        probe()


def test_every_invariant_has_a_law() -> None:
    assert set(INVARIANTS) <= set(LAWS)


def test_walks_get_everywhere() -> None:
    """Laws that are judged on nothing find nothing."""
    seen: set[object] = set()
    for seed in range(70):
        world = walked(
            seed, lambda _, taken: seen.update((taken.name, type(each)) for each in taken.effects), mirrored=False
        )
        seen.update((each.size, each.heard, each.side) for each, _ in world.book.decided)
        seen.update(each.person for each, _ in world.book.decided)
        seen.add(world.case.closed)
    for size, heard, side in (
        (2, True, None),
        (3, True, None),
        (5, True, None),
        (5, True, "author"),
        (3, False, "author"),
    ):
        assert (size, heard, side) in seen
    assert {0, 1, 2, 3, 4} <= seen
    assert {"lapsed", "withdrawn", "repaired", "final"} <= seen
