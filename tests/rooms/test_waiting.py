"""When words have to wait: never longer than the breath, never twice within its spacing."""

from hypothesis import given
from hypothesis import strategies as st

from rooms import waiting

MOMENTS = st.integers(0, 200_000)


@given(ends=MOMENTS, last=MOMENTS, now=MOMENTS, between=st.integers(1, 60_000))
def test_a_wait_ends_with_the_spacing_or_with_the_breath(ends: int, last: int, now: int, between: int) -> None:
    wait = waiting.spaced(ends=ends, last=last, between=between, now=now, why="breath")
    if now >= ends or now >= last + between:
        assert wait is None
    else:
        assert wait is not None
        assert now < wait.until <= ends
        assert waiting.spaced(ends=ends, last=last, between=between, now=wait.until, why="breath") is None


@given(now=MOMENTS, between=st.integers(1, 60_000))
def test_nobody_waits_where_nothing_runs_or_before_their_first_word(now: int, between: int) -> None:
    assert waiting.spaced(last=None, between=between, now=now, why="gentle") is None
    assert waiting.spaced(ends=now + 1, last=None, between=between, now=now, why="breath") is None


@given(st.lists(st.one_of(st.none(), MOMENTS)))
def test_of_several_reasons_the_longest_counts(untils: list[int | None]) -> None:
    waits = [None if until is None else waiting.Wait(until, "breath") for until in untils]
    longest = waiting.longest(*waits)
    assert (None if longest is None else longest.until) == max(
        (until for until in untils if until is not None), default=None
    )


def test_a_refusal_says_the_moment_and_how_long_it_is_until_then() -> None:
    refusal = waiting.refusal(waiting.Wait(1_500, "breath"), now=1_000)
    assert (refusal.code, refusal.facts) == ("circle.waiting", {"until": 1_500, "retry_after": 500, "why": "breath"})


@given(holder=st.none() | st.sampled_from("ABC"), who=st.sampled_from("ABC"))
def test_words_of_all_but_the_holder_wait_for_the_piece(holder: str | None, who: str) -> None:
    refusal = waiting.piece(holder=holder, round_="it", who=who)
    if holder in (None, who):
        assert refusal is None
    else:
        assert refusal is not None
        assert (refusal.code, refusal.facts) == ("circle.waiting", {"round": "it", "why": "round"})
