"""What is allowed in a circle, by the rules alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms import promises, rules
from rooms.limits import Limits, scaled
from rooms.work import Refusal

LIMITS = Limits()
counts = st.integers(0, 1_000)
capacities = st.integers(2, 1_000)


def enter(**changed: object) -> None:
    usual: dict[str, object] = {
        "state": "open", "closes_at": None, "now": 100, "entry": "anyone", "invited": False, "inside": 0, "capacity": 8, "agreed": 1, "version": 1,
    }  # fmt: skip
    rules.may_enter(**{**usual, **changed})  # type: ignore[arg-type]


@given(inside=counts, capacity=capacities)
def test_a_circle_is_never_entered_beyond_its_capacity(inside: int, capacity: int) -> None:
    if inside < capacity:
        enter(inside=inside, capacity=capacity)
    else:
        with pytest.raises(Refusal, match="circle.full"):
            enter(inside=inside, capacity=capacity)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"state": "planned"}, "circle.not_open_yet"),
        ({"state": "closed"}, "circle.closed"),
        ({"state": "closing", "closes_at": 100}, "circle.closed"),
        ({"entry": "invited"}, "invite.needed"),
        ({"version": 2}, "agreement.changed"),
        ({"state": "closed", "inside": 8}, "circle.closed"),
    ],
)
def test_who_may_not_enter_is_told_why(changed: dict[str, object], code: str) -> None:
    with pytest.raises(Refusal, match=code):
        enter(**changed)


def test_a_circle_is_entered_until_the_moment_it_closes() -> None:
    enter(state="closing", closes_at=101)


def test_a_closing_circle_may_still_be_entered_and_talked_in() -> None:
    enter(state="closing")
    rules.may_talk("closing")


@given(inside=counts, capacity=capacities)
def test_fullness_never_tells_a_number_and_is_full_only_when_it_is(inside: int, capacity: int) -> None:
    said = rules.fullness(inside=inside, capacity=capacity)
    assert (said == "full") == (inside >= capacity)
    if said == "room":
        assert capacity - inside > 2 or inside == 0


@given(inside=counts, more=counts, capacity=capacities)
def test_fullness_only_grows_with_people(inside: int, more: int, capacity: int) -> None:
    order = ("room", "nearly_full", "full")
    before = order.index(rules.fullness(inside=inside, capacity=capacity))
    assert order.index(rules.fullness(inside=inside + more, capacity=capacity)) >= before


@given(base=counts, floor=counts)
def test_nobody_reads_from_before_they_came_nor_what_has_faded(base: int, floor: int) -> None:
    start = rules.readable_from(base=base, floor=floor)
    assert start >= base
    assert start > floor
    assert start in (base, floor + 1)


@given(keep=st.integers(0, 10**12), oldest=st.integers(0, 10**13), closed=st.none() | st.integers(0, 10**13))
def test_words_never_fade_before_the_agreement_says(keep: int, oldest: int, closed: int | None) -> None:
    moment = promises.promises([(0, keep)])[0].ends(oldest, closed)
    if keep == 0:
        assert moment == closed
    else:
        assert moment == oldest + keep


@given(asker=st.text(max_size=4), writer=st.none() | st.text(max_size=4), gone=st.booleans())
def test_only_its_writer_changes_a_message(asker: str, writer: str | None, gone: bool) -> None:
    if writer == asker and not gone:
        rules.may_change(writer=writer, asker=asker, taken_back=gone)
    else:
        with pytest.raises(Refusal, match=r"message\.(not_yours|taken_back)"):
            rules.may_change(writer=writer, asker=asker, taken_back=gone)


@given(held=counts, kept=st.booleans(), invited=st.booleans(), who=st.sampled_from(["anyone", "kept", "invited"]))
def test_rooms_are_opened_by_whom_the_operator_lets(held: int, kept: bool, invited: bool, who: str) -> None:
    limits = Limits(open_rooms=who, open_rooms_each=3)
    allowed = held < 3 and (who == "anyone" or (who == "kept" and kept) or (who == "invited" and invited))
    if allowed:
        rules.may_open(limits, open_now=held, kept=kept, invited=invited)
    else:
        with pytest.raises(Refusal):
            rules.may_open(limits, open_now=held, kept=kept, invited=invited)


@given(scale=st.floats(0.01, 100_000))
def test_shrunk_waits_shrink_nothing_that_people_chose(scale: float) -> None:
    shrunk = scaled(LIMITS, scale)
    assert shrunk.keep_default == LIMITS.keep_default
    assert shrunk.keep_most == LIMITS.keep_most
    assert shrunk.capacity_most == LIMITS.capacity_most
    assert shrunk.fold_life >= 1
    assert abs(shrunk.fold_life - LIMITS.fold_life / scale) <= 1
