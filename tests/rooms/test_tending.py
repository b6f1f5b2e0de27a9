"""Tending acts: the host's at once, anybody else's with a second person, and never more than that."""

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from rooms.limits import MINUTE
from rooms.tending import (
    ACTS,
    OFFERS,
    STANDING_MOST,
    WAITS,
    WORDED,
    Act,
    Done,
    Proposal,
    Tending,
    agree,
    next_at,
    without,
)
from rooms.tending import propose as proposed
from rooms.work import Refusal

PEOPLE = ("Heron", "Ana", "Bo", "Fern", "Otter", "Moss", "Wren")
TWO = tuple(act for act in ACTS if act not in OFFERS)


def test_the_host_does_it_at_once() -> None:
    for act in ACTS:
        state, done, new = proposed(Tending(), "1", act, "Heron", host="Heron", now=0)
        assert (done, new, state.standing) == (Done("1", act, "Heron", None), True, ())


@pytest.mark.parametrize("act", TWO)
def test_anybody_else_needs_a_second_person(act: Act) -> None:
    state, waits, _ = proposed(Tending(), "1", act, "Ana", host="Heron", now=0)
    assert waits == Proposal("1", act, "Ana", 0)
    assert agree(state, "1", "Ana", now=1)[1:] == (waits, False)
    state, done, new = agree(state, "1", "Bo", now=1)
    assert (done, new) == (Done("1", act, "Ana", "Bo"), True)
    assert agree(state, "1", "Bo", now=2)[1:] == (done, False)
    assert proposed(state, "1", act, "Ana", host="Heron", now=2)[1:] == (done, False)
    with pytest.raises(Refusal, match=r"tending\.over"):
        agree(state, "1", "Fern", now=2)


def test_without_a_host_two_are_enough() -> None:
    state, _, _ = proposed(Tending(), "1", "close", "Ana", host=None, now=0)
    assert agree(state, "1", "Bo", now=0)[1] == Done("1", "close", "Ana", "Bo")


def test_what_forces_nobody_takes_nobody_else() -> None:
    for act in OFFERS:
        assert isinstance(proposed(Tending(), "1", act, "Ana", host="Heron", now=0)[1], Done)


def test_proposing_the_same_is_agreeing() -> None:
    state, _, _ = proposed(Tending(), "1", "read_agreement", "Ana", host=None, now=0)
    assert proposed(state, "2", "read_agreement", "Bo", host=None, now=0)[1] == Done("1", "read_agreement", "Ana", "Bo")


def test_but_words_are_ones_own() -> None:
    state, _, _ = proposed(Tending(), "1", "greet", "Ana", host=None, now=0)
    assert proposed(state, "2", "greet", "Bo", host=None, now=0)[1] == Proposal("2", "greet", "Bo", 0)


def test_a_proposal_waits_for_some_minutes() -> None:
    state, _, _ = proposed(Tending(), "1", "close", "Ana", host=None, now=0)
    assert next_at(state) == WAITS
    assert isinstance(agree(state, "1", "Bo", now=WAITS - 1)[1], Done)
    with pytest.raises(Refusal, match=r"tending\.over"):
        agree(state, "1", "Bo", now=WAITS)
    assert state.at(WAITS).standing == ()


def test_a_clock_set_back_makes_it_wait_no_longer() -> None:
    state, _, _ = proposed(Tending(), "1", "close", "Ana", host=None, now=WAITS * 9)
    assert next_at(state.at(0)) == WAITS


def test_one_proposal_each_and_not_many_at_once() -> None:
    state = Tending()
    for number, who in enumerate(PEOPLE[:STANDING_MOST]):
        state, _, _ = proposed(state, f"{number}", "greet", who, host=None, now=0)
    with pytest.raises(Refusal, match=r"tending\.one_at_a_time"):
        proposed(state, "more", "close", PEOPLE[0], host=None, now=0)
    with pytest.raises(Refusal, match=r"tending\.too_many"):
        proposed(state, "more", "close", PEOPLE[-1], host=None, now=0)
    assert len(without(state, PEOPLE[0], now=0).standing) == STANDING_MOST - 1


class ATendedCircle(RuleBasedStateMachine):
    """Anybody proposes and agrees to anything; each act is done once, by the host or by two."""

    def __init__(self) -> None:
        super().__init__()
        self.state, self.now, self.number = Tending(), 0, 0
        self.asked: dict[str, tuple[Act, str, int]] = {}
        self.did: set[str] = set()
        self.refused: set[str] = set()

    def done(self, done: Done | Proposal, new: bool, by: str, host: str | None, at: int) -> None:
        if not isinstance(done, Done):
            assert done.id not in self.did
            return
        assert new == (done.id not in self.did)
        self.did.add(done.id)
        if new and done.second is None:
            assert by == done.by
            assert done.by == host or done.act in OFFERS
        elif new:
            act, first, asked_at = self.asked[done.id]
            assert (done.act, done.by) == (act, first)
            assert done.second == by != first
            assert at < asked_at + WAITS

    @rule(
        act=st.sampled_from(ACTS), by=st.sampled_from(PEOPLE), host=st.sampled_from((None, "Heron")), old=st.booleans()
    )
    def propose(self, act: Act, by: str, host: str | None, old: bool) -> None:
        self.number += not old
        name = f"{self.number}"
        try:
            self.state, done, new = proposed(self.state, name, act, by, host=host, now=self.now)
        except Refusal as refusal:
            self.refused.add(refusal.code)
            return
        if isinstance(done, Proposal) and new:
            self.asked[name] = (act, by, self.now)
        if old and not new:
            return
        self.done(done, new, by, host, self.now)

    @rule(back=st.integers(0, 6), by=st.sampled_from(PEOPLE))
    def agree(self, back: int, by: str) -> None:
        try:
            self.state, done, new = agree(self.state, f"{self.number - back}", by, now=self.now)
        except Refusal as refusal:
            self.refused.add(refusal.code)
            return
        self.done(done, new, by, None, self.now)

    @rule(who=st.sampled_from(PEOPLE))
    def leave(self, who: str) -> None:
        self.state = without(self.state, who, now=self.now)
        assert all(each.by != who for each in self.state.standing)

    @rule(long=st.sampled_from((1, MINUTE, WAITS)))
    def wait(self, long: int) -> None:
        self.now += long

    @rule()
    def restart(self) -> None:
        self.state = msgspec.json.decode(msgspec.json.encode(self.state), type=Tending)

    @invariant()
    def few_stand(self) -> None:
        assert self.refused <= {"tending.one_at_a_time", "tending.too_many", "tending.over"}
        standing = self.state.standing
        assert len(standing) <= STANDING_MOST
        assert len({each.by for each in standing}) == len(standing)
        wordless = [each.act for each in standing if each.act not in WORDED]
        assert len(set(wordless)) == len(wordless)


TestATendedCircle = ATendedCircle.TestCase
TestATendedCircle.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
