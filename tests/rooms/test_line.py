"""The line at a full door, as values."""

from hypothesis import given
from hypothesis import strategies as st

from rooms import line
from rooms.line import Waits

NOW, LEASE = 1_000_000, 75_000
moments = st.sampled_from((None, NOW - 1, NOW, NOW + 1))
waiting = st.builds(
    Waits,
    circle=st.just("c"),
    person=st.sampled_from("abcdef"),
    id=st.integers(1, 9),
    name=st.none(),
    seen_at=st.sampled_from((NOW - LEASE - 1, NOW - LEASE, NOW - LEASE + 1, NOW)),
    seat_until=moments,
    sister_until=moments,
    sister_id=st.sampled_from((None, None, None, "s")),
    before=st.booleans(),
)
lines = st.lists(waiting, max_size=6, unique_by=(lambda each: each.person, lambda each: each.id))


@given(lines, st.integers(-2, 8), st.booleans())
def test_free_seats_are_for_exactly_those_who_may_enter(several: list[Waits], free: int, shut: bool) -> None:
    queue = line.standing(several, NOW, LEASE)
    called = line.called(queue, free, shut=shut)
    assert len(called) <= max(0, free)
    for each in queue:
        # Whoever has fewer people ahead than there are seats is called, and nobody else.
        may = (each.before or not shut) and line.ahead(queue, each.person, shut=shut) < free
        assert (each in called) == may


@given(lines)
def test_who_stands_in_line_is_here_and_in_the_order_of_coming(several: list[Waits]) -> None:
    queue = line.standing(several, NOW, LEASE)
    assert [each.id for each in queue] == sorted(each.id for each in queue)
    for each in several:
        here = each.seen_at + LEASE > NOW and each.sister_id is None
        assert (each in queue) == (here and (each.seat_until is None or each.seat_until > NOW))


@given(lines, st.booleans())
def test_somebody_new_comes_after_everybody_for_whom_a_seat_could_be(several: list[Waits], shut: bool) -> None:
    queue = line.standing(several, NOW, LEASE)
    assert line.ahead(queue, "nobody", shut=shut) == len(line.called(queue, 100, shut=shut))
