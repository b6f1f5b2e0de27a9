"""Who is a witness, how many flags fold, and which of them count."""

from itertools import combinations
from math import ceil, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.fold import (
    Bars,
    Origin,
    Standing,
    bars,
    beginnings,
    capped,
    counted,
    may_flag,
    may_open_another,
    quieted,
    standing,
    threshold,
    weighed,
)
from rooms.units import DAY, HOUR, MINUTE
from rooms.work import Refusal

MARKS = st.sampled_from([None, b"a", b"b", b"c"])
FLAGS = st.lists(st.tuples(st.sampled_from(Standing), st.builds(Origin, invite=MARKS, network=MARKS)), max_size=9)
ENOUGH = st.integers(2, 9)


@pytest.mark.parametrize(
    ("witnesses", "needed"),
    [(0, 2), (3, 2), (7, 2), (11, 2), (16, 2), (17, 3), (24, 3), (49, 4), (99, 5), (199, 8), (499, 12)],
)
def test_how_many_flags_fold_grows_with_the_root_of_the_witnesses(witnesses: int, needed: int) -> None:
    assert threshold(witnesses) == needed


def test_the_threshold_in_whole_numbers_is_the_one_with_roots() -> None:
    for witnesses in range(10_000):
        assert threshold(witnesses) == max(2, ceil(sqrt(witnesses) / 2))


@pytest.mark.parametrize(("server_age", "asked"), [(-1, 0), (0, 0), (HOUR, HOUR // 2), (2 * DAY, DAY), (90 * DAY, DAY)])
def test_no_age_asked_of_people_is_more_than_half_the_servers(server_age: int, asked: int) -> None:
    assert capped(DAY, server_age) == asked


def test_bars_are_ages_before_the_message() -> None:
    asked = {"established_age": DAY, "established_presence": 10 * MINUTE}
    assert bars(posted_at=100 * DAY, server_since=0, **asked) == Bars(99 * DAY, 100 * DAY - 10 * MINUTE)
    assert bars(posted_at=HOUR, server_since=0, **asked) == Bars(HOUR // 2, 50 * MINUTE)


@pytest.mark.parametrize(
    ("made_at", "entered_at", "what"),
    [
        (100, 999, Standing.ESTABLISHED),
        (101, 200, Standing.PRESENT),
        (101, 201, Standing.NONE),
        (100, 200, Standing.ESTABLISHED),
    ],
)
def test_established_is_old_enough_or_there_long_enough(made_at: int, entered_at: int, what: Standing) -> None:
    assert standing(Bars(made=100, entered=200), made_at=made_at, entered_at=entered_at) is what


def test_an_identity_counts_in_so_many_cases_of_one_author() -> None:
    assert weighed(Standing.ESTABLISHED, other_cases=1, most=2) is Standing.ESTABLISHED
    assert weighed(Standing.ESTABLISHED, other_cases=2, most=2) is Standing.ASKS
    assert weighed(Standing.NONE, other_cases=0, most=2) is Standing.NONE
    assert weighed(Standing.NONE, other_cases=2, most=2) is Standing.NONE


def test_quiet_flags_of_witnesses_go_on_asking_for_a_look() -> None:
    assert [quieted(each) for each in (Standing.NONE, Standing.PRESENT, Standing.ESTABLISHED)] == [
        Standing.NONE,
        Standing.ASKS,
        Standing.ASKS,
    ]


@given(FLAGS, ENOUGH)
def test_as_many_count_as_any_choice_within_the_caps_could_give(
    flags: list[tuple[Standing, Origin]], needed: int
) -> None:
    cap = max(1, needed // 2)

    def fits(chosen: tuple[tuple[Standing, Origin], ...]) -> bool:
        young = [origin for each, origin in chosen if each is Standing.PRESENT]
        shared = [{"invite": each.invite, "network": each.network} for each in young]
        return all(each > 0 for each, _ in chosen) and all(
            sum(each[what] == mark for each in shared) <= cap
            for what in ("invite", "network")
            for mark in (b"a", b"b", b"c")
        )

    best = max(size for size in range(len(flags) + 1) if any(fits(chosen) for chosen in combinations(flags, size)))
    assert counted(flags, needed) == min(best, needed)


@given(FLAGS, ENOUGH, st.randoms())
def test_the_order_of_flags_never_matters(
    flags: list[tuple[Standing, Origin]], needed: int, random: st.DataObject
) -> None:
    shuffled = list(flags)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert counted(shuffled, needed) == counted(flags, needed)


@given(FLAGS, ENOUGH, st.data())
def test_no_flag_ever_lowers_the_count(flags: list[tuple[Standing, Origin]], needed: int, data: st.DataObject) -> None:
    one_more = data.draw(st.tuples(st.sampled_from(Standing), st.builds(Origin, invite=MARKS, network=MARKS)))
    assert counted(flags, needed) <= counted([*flags, one_more], needed) <= counted(flags, needed) + 1


@given(st.integers(0, 40), st.integers(2, 12))
def test_one_invite_gives_at_most_half_of_what_is_needed(guests: int, needed: int) -> None:
    flags = [(Standing.PRESENT, Origin(invite=b"one", network=bytes([each]))) for each in range(guests)]
    assert counted(flags, needed) == min(guests, max(1, needed // 2))


@pytest.mark.parametrize(
    ("own", "already", "code"),
    [(True, False, "flag.own_words"), (True, True, "flag.own_words"), (False, True, "flag.already")],
)
def test_what_cannot_be_flagged(*, own: bool, already: bool, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        may_flag(own=own, already=already)
    assert refusal.value.code == code


def test_anything_else_may_be_flagged() -> None:
    may_flag(own=False, already=False)


def test_who_only_read_back_counts_for_nothing() -> None:
    assert standing(Bars(made=100, entered=200), made_at=0, entered_at=None) is Standing.NONE


@given(st.lists(st.integers(0, 300), max_size=8), st.integers(1, 5), st.integers(1, 100))
def test_the_budget_refuses_exactly_until_it_has_room(flagged_at: list[int], most: int, within: int) -> None:
    now = 300
    if sum(at > now - within for at in flagged_at) < most:
        may_open_another(flagged_at, now=now, most=most, within=within)
        return
    with pytest.raises(Refusal) as refusal:
        may_open_another(flagged_at, now=now, most=most, within=within)
    wait = int(refusal.value.facts["retry_after"])
    assert wait > 0
    with pytest.raises(Refusal):
        may_open_another(flagged_at, now=now + wait - 1, most=most, within=within)
    may_open_another(flagged_at, now=now + wait, most=most, within=within)


@given(st.lists(st.integers(0, 200), max_size=60), st.integers(1, 10), st.integers(1, 50))
def test_a_part_of_the_budget_takes_so_many_flags_for_so_long(own: list[int], most: int, within: int) -> None:
    begun = beginnings(own, most=most, within=within)
    assert begun == sorted(begun)
    assert not own or begun[0] == min(own)
    assert begun == beginnings(sorted(own, reverse=True), most=most, within=within)
    assert len(begun) >= len(own) / most
    for until in sorted(set(own)):
        known = [at for at in own if at <= until]
        assert beginnings(known, most=most, within=within) == begun[: len(beginnings(known, most=most, within=within))]
    assert all(any(start <= at < start + within for start in begun) for at in own)
