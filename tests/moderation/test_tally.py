"""What ballots come to: thresholds, what so many may decide, and that nothing gentler ever leads to anything harder."""

from collections.abc import Iterator
from itertools import combinations_with_replacement, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.case import Ballot, Mark
from moderation.state import Conduct
from moderation.tally import (
    Adopted,
    Axis,
    Caps,
    adopted,
    competence,
    content_mark,
    more_than_half,
    needed,
    person_mark,
    possible,
    reason,
    two_thirds,
    wants_hold,
)

HIGHEST: dict[Axis, int] = {"content": 2, "person": 5}


@pytest.mark.parametrize(("n", "half", "thirds"), [(2, 2, 2), (3, 2, 3), (5, 3, 4), (7, 4, 5), (9, 5, 7)])
def test_how_many_carry_a_decision(n: int, half: int, thirds: int) -> None:
    assert (more_than_half(n), two_thirds(n)) == (half, thirds)
    for level in range(1, 6):
        assert needed("person", level, n) == (half if level < 3 else thirds)
    assert [needed("content", level, n) for level in (1, 2)] == [half, thirds]


@pytest.mark.parametrize(
    ("n", "caps"), [(0, (0, 0)), (1, (0, 0)), (2, (1, 1)), (3, (1, 3)), (5, (2, 4)), (7, (2, 5)), (9, (2, 5))]
)
def test_what_so_many_may_decide(n: int, caps: tuple[int, int]) -> None:
    assert competence(n) == caps


@pytest.mark.parametrize(
    ("e", "caps"),
    [(0, (0, 0)), (1, (0, 0)), (2, (1, 1)), (3, (1, 2)), (5, (1, 2)), (6, (1, 3)), (9, (1, 3)), (10, (2, 4)),
     (13, (2, 4)), (14, (2, 5)), (500, (2, 5))],
)  # fmt: skip
def test_what_is_possible_where_so_many_can_be_drawn(e: int, caps: tuple[int, int]) -> None:
    assert possible(e) == caps


@pytest.mark.parametrize(
    ("marks", "axis", "most", "found"),
    [
        ((2, 2, 0), "content", 2, Adopted(1, 2)),
        ((2, 2, 2), "content", 2, Adopted(2, 3)),
        ((2, 2, 2), "content", 1, Adopted(1, 3)),
        ((1, 0, 0), "content", 2, Adopted(0, 2)),
        ((5, 2, 0), "person", 5, Adopted(2, 2)),
        ((5, 5, 2), "person", 3, Adopted(2, 3)),
        ((5, 4, 3), "person", 5, Adopted(3, 3)),
        ((), "person", 5, Adopted(0, 3)),
    ],
)
def test_the_highest_level_that_enough_support_is_adopted(
    marks: tuple[int, ...], axis: Axis, most: int, found: Adopted
) -> None:
    assert adopted(marks, 3, axis, most) == found


def softer(marks: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """The same ballots with one of them one level lower, or missing."""
    for place, mark in enumerate(marks):
        yield marks[:place] + marks[place + 1 :]
        if mark > 0:
            yield (*marks[:place], mark - 1, *marks[place + 1 :])


@pytest.mark.parametrize("axis", ["content", "person"])
@pytest.mark.parametrize("n", range(3, 10))
def test_no_softer_or_missing_ballot_ever_raises_anything(n: int, axis: Axis) -> None:
    """Over all ballots there can be; steps of one lead to every softer set."""
    highest = HIGHEST[axis]
    for size in range(n + 1):
        for marks in combinations_with_replacement(range(highest + 1), size):
            for most in range(highest + 1):
                level = adopted(marks, n, axis, most).level
                assert all(adopted(each, n, axis, most).level <= level for each in softer(marks))
                assert most == 0 or adopted(marks, n, axis, most - 1).level <= level


def test_the_order_of_ballots_does_not_matter() -> None:
    for marks in combinations_with_replacement(range(6), 3):
        assert len({adopted(each, 3, "person", 5) for each in permutations(marks)}) == 1


def test_all_moderators_of_a_mixed_panel_together_carry_nothing() -> None:
    for n in (2, 3, 5, 7, 9):
        assert n // 2 < more_than_half(n)
        assert adopted((5,) * (n // 2), n, "person", 5).level == 0


@pytest.mark.parametrize(
    ("code", "hold", "content", "counts"),
    [
        ("threat", False, 2, 2),
        ("disrespect", False, 2, 1),
        ("safety", False, 2, 1),
        ("spam", True, 0, 1),
        ("pressure", True, 0, 0),
        ("spam", True, 2, 2),
    ],
)
def test_withholding_and_holding_need_a_hard_reason(code: str, hold: bool, content: int, counts: int) -> None:
    ballot = Ballot((Mark(3, content, hold),), 0, code)  # type: ignore[arg-type]
    assert content_mark(ballot, 3) == counts
    assert content_mark(ballot, 5) == 0
    assert wants_hold(ballot, 3) == (hold and code == "spam")


NEAR, LATER = Conduct(3, 10, here=True), Conduct(4, 20, here=True)


@pytest.mark.parametrize(
    ("conduct", "mark", "counts"),
    [
        ((), 5, 3),
        ((NEAR,), 5, 4),
        ((NEAR,), 3, 3),
        ((Conduct(3, 10, here=False),), 5, 3),
        ((NEAR, LATER), 5, 4),
        ((LATER, LATER), 5, 5),
        ((Conduct(4, 10, here=False), LATER), 5, 5),
        ((Conduct(4, 0, here=True), LATER), 5, 4),
        ((Conduct(3, 0, here=True),), 5, 3),
    ],
)
def test_longer_pauses_need_a_record_or_a_hard_reason(conduct: tuple[Conduct, ...], mark: int, counts: int) -> None:
    assert person_mark(Ballot((), mark, "disrespect"), conduct, since=0) == counts
    assert person_mark(Ballot((), mark, "illegal"), conduct, since=0) == mark
    assert person_mark(Ballot((), mark, "safety"), conduct, since=0) == 0


def test_the_reason_is_what_most_named_who_carried_it() -> None:
    ballots = [Ballot((), 1, "spam", 2), Ballot((), 1, "pressure", 3), Ballot((), 1, "pressure", 0)]
    assert reason(ballots) == ("pressure", 3)
    assert reason(ballots[:2]) == ("pressure", 3)
    assert reason([]) == (None, 0)
    assert reason([Ballot((), 0, None, 4)]) == (None, 4)


@given(st.lists(st.integers(0, 5), max_size=9), st.integers(0, 5))
def test_who_carried_it_are_as_many_as_it_takes(marks: list[int], most: int) -> None:
    n = max(3, len(marks))
    found = adopted(marks, n, "person", most)
    assert found.level <= most
    if found.level:
        assert found.agreed == sum(mark >= found.level for mark in marks) >= needed("person", found.level, n)
    else:
        assert found.agreed == n - sum(mark > 0 for mark in marks)


def test_caps_meet_axis_by_axis() -> None:
    assert Caps(2, 1).within(Caps(1, 5)) == Caps(1, 1)
