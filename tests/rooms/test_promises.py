"""How long words stay where the agreement has changed: never longer than was promised when they were said."""

from hypothesis import given
from hypothesis import strategies as st

from rooms import promises

HOUR = 3_600_000
agreed = st.lists(st.tuples(st.integers(0, 1_000), st.sampled_from((0, 5, 50, 500))), min_size=1, max_size=6).map(
    lambda several: sorted(several, key=lambda each: each[0])
)


def longest(several: list[tuple[int, int]], said: int, closed: int) -> int:
    """The long way: the promise of then, and every one since, each as if it stood alone."""
    then = max((n for n, (at, _) in enumerate(several) if at < said), default=0)
    ends = [said + keep if keep else closed for _, keep in several[then:]]
    return min(ends)


@given(agreed, st.integers(0, 1_200), st.integers(2_000, 3_000))
def test_words_go_when_the_first_of_the_promises_since_they_were_said_ends(
    several: list[tuple[int, int]], said: int, closed: int
) -> None:
    made = promises.promises(several)
    assert promises.of(made, said).ends(said, closed) == longest(several, said, closed)


@given(agreed, st.integers(0, 1_200), st.integers(0, 100), st.integers(2_000, 3_000))
def test_later_words_never_go_first(several: list[tuple[int, int]], said: int, later: int, closed: int) -> None:
    made = promises.promises(several)
    first, second = (promises.of(made, at).ends(at, closed) for at in (said, said + later))
    assert first is not None
    assert second is not None
    assert first <= second


def test_a_longer_time_holds_only_for_what_is_said_from_then_on() -> None:
    made = promises.promises([(0, HOUR), (10 * HOUR, 24 * HOUR)])
    assert promises.of(made, 10 * HOUR).ends(10 * HOUR, None) == 11 * HOUR
    assert promises.of(made, 10 * HOUR + 1).ends(10 * HOUR + 1, None) == 34 * HOUR + 1


def test_a_shorter_time_holds_for_all_and_for_ever() -> None:
    made = promises.promises([(0, 24 * HOUR), (10 * HOUR, HOUR), (20 * HOUR, 24 * HOUR)])
    assert promises.of(made, 5 * HOUR).ends(5 * HOUR, None) == 6 * HOUR


def test_words_said_until_the_closing_go_with_it_whatever_is_agreed_later() -> None:
    made = promises.promises([(0, 0), (10 * HOUR, 24 * HOUR)])
    assert promises.of(made, 9 * HOUR).ends(9 * HOUR, 11 * HOUR) == 11 * HOUR
    assert promises.of(made, 12 * HOUR).ends(12 * HOUR, 13 * HOUR) == 36 * HOUR
