"""A change of the agreement as a pure machine: its laws over random courses, and its single steps."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.agreement import step
from rooms.agreement_state import (
    Clear,
    Consent,
    Event,
    Left,
    Matter,
    Object,
    Objection,
    Propose,
    Reword,
    TakeBack,
    Tick,
    Told,
    Waits,
    pack,
    unpack,
)
from rooms.work import Refusal

WAITS = Waits(ask=1_000, trial=7_000, review=1_000, told=500)
PEOPLE = ("ana", "bo", "cleo", "dee")
MOST = 4
moves = st.tuples(
    st.sampled_from(
        ("propose", "reword", "take_back", "object", "stale", "consent", "clear", "leave", "enter", "tick")
    ),
    st.sampled_from(PEOPLE),
    st.sampled_from((0, 1, 100, 400, 900, 1_000, 1_099, 3_000, 7_000, -50)),
)


class World:
    """A circle that plays what it is told, and keeps the books on its own: who held what, what was given notice of."""

    def __init__(self) -> None:
        self.now = 1_000_000
        self.state: Matter | None = None
        self.inside = set(PEOPLE[:2])
        self.versions = ["first"]
        self.holds: dict[str, int] = {}
        self.agrees: set[str] = set()
        self.heard: list[Told] = []
        self.number = 0

    def plays(self, what: str, who: str, passes: int) -> None:
        self.now += passes
        if what == "enter":
            self.inside.add(who)
            return
        if what == "leave":
            if who not in self.inside or len(self.inside) == 1:
                return
            self.inside.discard(who)
        elif who not in self.inside and what != "tick":
            return
        before = self.state
        event = self._event(what, who)
        try:
            after, told = step(before, event, now=self.now, inside=len(self.inside))
        except Refusal:
            return
        self._looks(before, after, told, event)
        self.state, self.heard = after, [*self.heard, *told]

    def _event(self, what: str, who: str) -> Event:
        id_ = "none" if self.state is None else self.state.id
        revision = 1 if self.state is None else self.state.revision
        match what:
            case "propose":
                self.number += 1
                return Propose(f"matter {self.number}", who, len(self.versions), WAITS)
            case "reword":
                return Reword(id_, who, MOST)
            case "take_back":
                return TakeBack(id_, who)
            case "object":
                return Object(id_, who, revision)
            case "stale":
                return Consent(id_, who, revision + 1)
            case "consent":
                return Consent(id_, who, revision)
            case "clear":
                return Clear(id_, who)
            case "leave":
                return Left(who)
            case _:
                return Tick()

    def _looks(self, before: Matter | None, after: Matter | None, told: tuple[Told, ...], event: Event) -> None:
        for each in told:
            if each.what == "trial":
                assert before is not None
                assert not self.holds, "it came although an objection was held"
                enough = min(2, len(self.inside))
                assert len(self.agrees & self.inside) >= enough, "somebody decided alone"
                assert self.now - before.since >= WAITS.ask, "the time to object was shortened"
                assert before.base == len(self.versions)
                self.versions.append(before.id)
                self.agrees = set()
            if each.what == "review":
                assert before is not None
                assert after is not None
                assert self.now - before.since >= WAITS.trial
                assert after.until - self.now == WAITS.review, "nobody had the whole time to say what they think of it"
            if each.what in ("kept", "returned"):
                assert before is not None
                assert self.now - before.since >= WAITS.review
                assert bool(self.holds) == (each.what == "returned")
                if each.what == "returned":
                    self.versions.append(self.versions[before.base - 1])
            if each.what in ("stopped", "lapsed"):
                assert bool(self.holds) == (each.what == "stopped")
            if each.what in ("kept", "returned", "stopped", "lapsed", "withdrawn", "proposed"):
                self.holds, self.agrees = {}, set()
        if after is None or after.phase == "over":
            self.holds, self.agrees = {}, set()
            return
        match event:
            case Propose(_, by) | Reword(_, by):
                self.agrees = {by}
            case Object(_, by, revision):
                self.holds[by] = revision
                self.agrees.discard(by)
            case Consent(_, by):
                self.holds.pop(by, None)
                self.agrees.add(by)
            case Clear(_, by) | Left(by):
                self.holds.pop(by, None)
                self.agrees.discard(by)
        assert {each.who for each in after.objections} == set(self.holds), "an objection was lost or made up"
        assert set(after.consents) == self.agrees
        if before is not None and before.id == after.id and before.phase == after.phase and before.since <= self.now:
            assert after.until >= before.until, "a time was shortened"
        assert unpack(pack(after)) == after


@given(st.lists(moves, max_size=60))
def test_nothing_comes_against_an_objection_nor_by_one_alone_nor_sooner_than_was_said(
    course: list[tuple[str, str, int]],
) -> None:
    world = World()
    for move in course:
        world.plays(*move)
    # Whatever happened, time alone brings it to an end, and the version that holds has one to go back to.
    for _ in range(12):
        wait = 0 if world.state is None else max(0, world.state.until - world.now)
        world.plays("tick", "ana", wait)
    assert world.state is None


@given(st.lists(moves, max_size=40), st.integers(0, 2_000))
def test_what_is_due_is_done_once_however_often_it_is_looked_at(course: list[tuple[str, str, int]], later: int) -> None:
    world = World()
    for move in course:
        world.plays(*move)
    once, _ = step(world.state, Tick(), now=world.now + later, inside=2)
    again, told = step(once, Tick(), now=world.now + later, inside=2)
    assert again == once
    assert not told


def proposed(**more: object) -> Matter:
    after, _ = step(None, Propose("m", "ana", 1, WAITS), now=0, inside=3)
    assert after is not None
    return replace(after, **more)  # type: ignore[arg-type]


def test_somebody_alone_may_change_what_they_agree_on_with_themselves_in_its_time() -> None:
    after, told = step(proposed(), Tick(), now=1_000, inside=1)
    assert told == (Told("trial"),)
    assert after is not None
    assert after.until == 8_000


def test_with_others_there_it_lapses_where_nobody_else_is_for_it() -> None:
    assert step(proposed(), Tick(), now=1_000, inside=2)[1] == (Told("lapsed"),)
    for_it = step(proposed(), Consent("m", "bo", 1), now=10, inside=2)
    assert for_it[1] == (Told("seconded"),)
    assert step(for_it[0], Tick(), now=1_000, inside=3)[1] == (Told("trial"),)


def test_other_words_begin_the_time_anew_and_keep_what_was_objected() -> None:
    state = proposed(objections=(Objection("bo", 1),), consents=("ana", "cleo"))
    after, told = step(state, Reword("m", "ana", MOST), now=900, inside=3)
    assert told == (Told("reworded", "ana"),)
    assert after is not None
    assert (after.until, after.revision, after.consents) == (1_900, 2, ("ana",))
    assert after.objects("bo") == Objection("bo", 1)
    again, _ = step(after, Object("m", "bo", 2), now=950, inside=3)
    assert again is not None
    assert again.objects("bo") == Objection("bo", 2)
    freed, told = step(again, Clear("m", "bo"), now=960, inside=3)
    assert told == (Told("cleared", "bo"),)
    assert freed is not None
    assert not freed.objections


@pytest.mark.parametrize(
    ("state", "event", "code"),
    [
        (None, Consent("m", "bo", 1), "agreement.over"),
        (proposed(phase="over"), Object("m", "bo", 1), "agreement.over"),
        (proposed(), Object("other", "bo", 1), "agreement.over"),
        (proposed(), Propose("n", "bo", 1, WAITS), "agreement.busy"),
        (proposed(phase="trial"), Propose("n", "bo", 1, WAITS), "agreement.busy"),
        (proposed(), Reword("m", "bo", MOST), "agreement.not_yours"),
        (proposed(), TakeBack("m", "bo"), "agreement.not_yours"),
        (proposed(phase="trial"), TakeBack("m", "ana"), "agreement.on_trial"),
        (proposed(revision=MOST), Reword("m", "ana", MOST), "agreement.reworded_often"),
        (proposed(revision=2), Consent("m", "bo", 1), "agreement.reworded"),
        (proposed(objections=(Objection("bo", 1),)), Object("m", "bo", 1), "agreement.objected"),
    ],
)
def test_what_may_not_be_is_refused_with_its_code(state: Matter | None, event: Event, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        step(state, event, now=100, inside=3)
    assert refused.value.code == code


def test_where_nobody_could_be_heard_in_time_the_time_begins_anew() -> None:
    state = proposed(consents=("ana", "bo"))
    assert step(state, Tick(), now=1_100, inside=3)[1] == (Told("trial"),)
    after, told = step(state, Tick(), now=1_101, inside=3)
    assert not told
    assert after == replace(state, since=1_101, until=2_101)
    # And so it does where the clock is set back.
    set_back, told = step(replace(state, since=5_000, until=6_000), Tick(), now=100, inside=3)
    assert not told
    assert set_back == replace(state, since=100, until=1_100)
