"""Budgets and growing waits, on a clock of the test's own."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.wire_reviewing import ComeAsModerator
from rooms.wire import EnterCircle, LeaveCircle, MarkRead, OpenCircle
from rooms.wire_door import ListenAtDoor, WaitAtDoor
from server import failures, paces
from server.failures import Failures
from server.limits import Limits
from server.paces import Pace
from server.settings import Settings


class Clock:
    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


POST = LeaveCircle(circle="c" * 16)


def test_a_person_may_send_a_burst_and_then_a_steady_pace(clock: Clock) -> None:
    budgets = Limits(Settings(), clock)
    assert [budgets.asks("ana", POST, "home") for _ in range(20)] == [0] * 20
    wait = budgets.asks("ana", POST, "home")
    assert 0 < wait <= 1_001
    assert budgets.asks("bo", POST, "home") == 0
    clock.seconds += wait / 1_000
    assert budgets.asks("ana", POST, "home") == 0
    assert budgets.asks("ana", POST, "home") > 0


def test_a_network_that_goes_on_asking_waits_longer_and_longer(clock: Clock) -> None:
    pace = Pace(1, 10, doublings=3, clock=clock)
    assert [pace.take("home") for _ in range(10)] == [0] * 10
    waits = []
    for _ in range(6):
        waits.append(pace.take("home"))
        clock.seconds += waits[-1] / 1_000
        assert pace.take("home") == 0
    assert waits == pytest.approx([1_000, 2_000, 4_000, 8_000, 8_000, 8_000], abs=20)


def test_a_wait_does_not_grow_by_asking_meanwhile(clock: Clock) -> None:
    pace = Pace(1, 1, doublings=6, clock=clock)
    assert pace.take("home") == 0
    assert [pace.take("home") for _ in range(50)] == [1_001] * 50


def test_waits_are_short_again_after_a_quiet_time(clock: Clock) -> None:
    pace = Pace(1, 2, doublings=6, clock=clock)
    for _ in range(12):
        clock.seconds += pace.take("home") / 1_000
    clock.seconds += 200
    assert [pace.take("home"), pace.take("home"), pace.take("home")] == [0, 0, 1_001]


def test_no_network_is_kept_from_entering_for_long(clock: Clock) -> None:
    budgets = Limits(Settings(), clock)
    assert max(budgets.enters("shelter") for _ in range(5_000)) <= 8_001
    assert budgets.enters("elsewhere") == 0


@given(st.lists(st.tuples(st.floats(0, 5), st.sampled_from("ab")), max_size=200))
def test_no_more_is_let_through_than_the_burst_and_the_rate(steps: list[tuple[float, str]]) -> None:
    clock = Clock()
    pace = Pace(2, 5, clock=clock)
    began = clock.seconds
    passed = {"a": 0, "b": 0}
    for seconds, key in steps:
        clock.seconds += seconds
        if pace.take(key) == 0:
            passed[key] += 1
        assert passed[key] <= 5 + (clock.seconds - began) * 2 + 1e-6


@given(st.lists(st.floats(0, 5), max_size=50))
def test_whoever_waits_as_told_is_let_through(pauses: list[float]) -> None:
    clock = Clock()
    pace = Pace(2, 5, doublings=6, clock=clock)
    for pause in pauses:
        clock.seconds += pause
        wait = pace.take("a")
        if wait:
            clock.seconds += wait / 1_000
            assert pace.take("a") == 0


def test_keys_are_bounded_and_newcomers_are_then_counted_together(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paces, "KEYS_MOST", 10)
    pace = Pace(1, 2, clock=clock)
    for number in range(10):
        assert pace.take(str(number)) == 0
    assert [pace.take(f"new {number}") > 0 for number in range(4)] == [False, False, True, True]
    assert pace.take("3") == 0
    assert len(pace._buckets) == 11
    clock.seconds += 60
    assert pace.take("new 9") == 0
    assert len(pace._buckets) == 1


def test_wrong_tries_cost_nothing_at_first_and_then_twice_as_much_each(clock: Clock) -> None:
    wrong = Failures(clock=clock)
    waits = []
    for _ in range(14):
        wrong.failed("ana")
        waits.append(wrong.wait("ana"))
    assert waits[:4] == [0] * 4
    assert waits[4:10] == [1_001, 2_001, 4_001, 8_001, 16_001, 32_001]
    assert waits[10:] == [60_001] * 4
    assert wrong.wait("bo") == 0


def test_a_wait_passes_and_is_forgotten(clock: Clock) -> None:
    wrong = Failures(clock=clock)
    for _ in range(30):
        wrong.failed("ana")
    clock.seconds += 60.002
    assert wrong.wait("ana") == 0
    wrong.failed("ana")
    assert wrong.wait("ana") == 60_001
    clock.seconds += 3_601
    wrong.failed("ana")
    assert wrong.wait("ana") == 0


def test_a_right_try_forgets_the_wrong_ones(clock: Clock) -> None:
    wrong = Failures(clock=clock)
    for _ in range(10):
        wrong.failed("ana")
    wrong.succeeded("ana")
    assert wrong.wait("ana") == 0


def test_wrong_tries_are_kept_in_bounded_space(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "KEYS_MOST", 5)
    wrong = Failures(clock=clock)
    for number in range(50):
        wrong.failed(str(number))
    assert len(wrong._failed) == 5


@pytest.mark.parametrize("budget", [Limits.looks, Limits.signs_in, Limits.enters])
def test_every_budget_ends_and_comes_back(clock: Clock, budget: Callable[[Limits, str], int]) -> None:
    budgets = Limits(Settings(), clock)
    used = 0
    while budget(budgets, "one") == 0:
        used += 1
        assert used <= 60
    clock.seconds += 120
    assert budget(budgets, "one") == 0


def test_reading_on_costs_nothing_and_trying_codes_costs_more() -> None:
    budgets = Limits(Settings(sends_per_10s=100, looks_per_minute=3))
    assert [budgets.asks("ana", MarkRead(circle="c" * 16, seq=1), "home") for _ in range(500)] == [0] * 500
    tried = EnterCircle(circle="c" * 16, agreement=1, invite="ABCDEF")
    assert [budgets.asks("ana", tried, "home") for _ in range(3)] == [0] * 3
    assert budgets.asks("ana", tried, "home") > 0
    assert budgets.asks("ana", POST, "home") == 0


def test_a_network_opens_so_many_rooms_an_hour_whoever_asks(clock: Clock) -> None:
    budgets = Limits(Settings(rooms_per_hour=3), clock)
    room = OpenCircle(key="k" * 22, topic="Slow mornings", agreement="I listen.")
    assert [budgets.asks(who, room, "home") for who in ("ana", "bo", "fern")] == [0] * 3
    wait = budgets.asks("heron", room, "home")
    assert wait == pytest.approx(1_200_000, abs=10)
    assert budgets.asks("heron", room, "elsewhere") == 0
    assert budgets.asks("heron", POST, "home") == 0
    clock.seconds += wait / 1_000
    assert budgets.asks("heron", room, "home") == 0


def test_codes_of_moderators_are_tried_as_often_from_one_network_whoever_tries(clock: Clock) -> None:
    budgets = Limits(Settings(looks_per_minute=2), clock)
    tried = ComeAsModerator(code="ABCD-EFGH-JKLM-NPQR")
    assert [budgets.asks(who, tried, "home") for who in ("ana", "bo")] == [0, 0]
    assert budgets.asks("fern", tried, "home") > 0
    assert budgets.asks("fern", tried, "elsewhere") == 0


@pytest.mark.parametrize("kind", [EnterCircle, WaitAtDoor, ListenAtDoor])
def test_codes_are_guessed_at_no_door_by_however_many_identities_of_one_network(clock: Clock, kind: type) -> None:
    budgets = Limits(Settings(looks_per_minute=3), clock)
    guess = kind(circle="A" * 16, agreement=1, invite="AAAAAA")

    def went(network: str) -> int:
        return sum(budgets.asks(f"person {n}", guess, network) == 0 for n in range(100))

    # Somebody alone has what looking at codes has; a whole shelter by one invite some more, and then it waits longer.
    assert sum(budgets.asks("Ana", guess, "198.51.100.0/24") == 0 for _ in range(100)) == 3
    assert went("203.0.113.0/24") == 12
    assert went("203.0.113.0/24") == 0
    assert budgets.asks("Bo", guess, "192.0.2.0/24") == 0
    # Without a code nothing is guessed.
    assert budgets.asks("Cleo", kind(circle="A" * 16, agreement=1), "203.0.113.0/24") == 0
