"""Pauses: how long, from when, and that several never add up; and what follows from attacks by flags."""

import pytest

from moderation import case, sanctions
from moderation.case import Sanction
from moderation.follows import BadFaith, EndPause, FaithRestored, Pause
from moderation.sanctions import Quiet, length, paused_until, quiet
from moderation.state import Conduct
from rooms.units import DAY, HOUR, MINUTE
from tests.moderation.course import LIMITS, SEQ, Course, only

NOW = 100 * DAY


def earlier(level: int, ago: int = DAY, *, here: bool = True) -> Conduct:
    return Conduct(level, NOW - ago, here)


@pytest.mark.parametrize(
    ("level", "conduct", "takes"),
    [
        (2, (), 0),
        (3, (), 15 * MINUTE),
        (3, (earlier(3),), 60 * MINUTE),
        (3, (earlier(5),), 60 * MINUTE),
        (3, (earlier(3, 30 * DAY),), 15 * MINUTE),
        (3, (earlier(3, here=False),), 15 * MINUTE),
        (4, (earlier(3),), 4 * HOUR),
        (4, (earlier(4),), 24 * HOUR),
        (5, (earlier(4), earlier(4)), 7 * DAY),
    ],
)
def test_how_long_a_pause_is(level: int, conduct: tuple[Conduct, ...], takes: int) -> None:
    assert length(level, conduct, now=NOW, limits=LIMITS) == takes


def test_pauses_run_at_the_same_time_and_end_with_the_last() -> None:
    pauses = [Sanction(3, 0, 15, 15), Sanction(4, 5, 60, 60), Sanction(5, 0, 90, 90, over=True)]
    assert paused_until(pauses, now=1) == 60
    assert paused_until(pauses, now=60) is None


def test_a_pause_begins_with_the_decision_and_ends_by_itself() -> None:
    course = Course(conduct=(Conduct(3, 0, here=True),))
    course.flags("Bo", "Fern")
    course.seated(9)
    course.votes((1, 3), (1, 3), (1, 3))
    course.until("decided")
    start = course.decision.at
    assert course.decision.person_until == start + 60 * MINUTE
    assert course.all_of(Pause) == [Pause(3, start + 60 * MINUTE, server_wide=False)]
    assert only(course.passes(60 * MINUTE), EndPause) == [EndPause(3, server_wide=False)]


def test_what_is_ended_for_good_never_comes_back() -> None:
    gone = sanctions.ended([Sanction(4, 10, 50, 50)], (3, 4))
    assert gone[0].over
    assert gone[0].full_until <= 10


# --- attacks by flags -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ago", "follows"),
    [
        ([0], Quiet("note", NOW)),
        ([0, 31 * DAY], Quiet("note", NOW)),
        ([0, DAY], Quiet("quiet", NOW + 7 * DAY)),
        ([0, DAY, 29 * DAY], Quiet("quiet", NOW + 30 * DAY)),
        ([0, 1, 2, 3], Quiet("quiet", NOW + 30 * DAY)),
    ],
)
def test_first_a_note_and_only_then_flags_that_do_not_count(ago: list[int], follows: Quiet) -> None:
    assert quiet([NOW - each for each in ago], now=NOW, limits=LIMITS) == follows


def left_as_it_is(*, held_by: str | None = None) -> Course:
    course = Course()
    course.flags("Fern", "Bo", category="spam")
    if held_by is not None:
        course.holds(held_by, "spam")
    course.seated(9)
    course.votes((0, 0), (0, 0), (0, 0), code=None)
    return course


def jurors(course: Course) -> list[str]:
    return [seat.juror or "" for seat in course.case.review.past[-1].seats]


def test_flags_are_an_attack_only_if_all_of_the_panel_say_so() -> None:
    course = left_as_it_is()
    assert course.case.review.accused == ("Bo", "Fern")
    first, second, third = jurors(course)
    for juror, places in ((first, (0, 1)), (second, (0,))):
        assert course.does(case.mark_faith, juror, places) == ()
    assert course.does(case.mark_faith, second, (0,)) == ()
    assert course.refused(case.mark_faith, second, (1,)) == "faith.closed"
    assert course.does(case.mark_faith, third, (0, 1)) == (BadFaith("Bo", held=False),)


def test_who_says_nothing_does_not_say_it_was_an_attack() -> None:
    course = left_as_it_is()
    for juror, places in zip(jurors(course), [(0,), (0,), ()], strict=True):
        assert course.does(case.mark_faith, juror, places) == ()


def test_a_hold_that_was_an_attack_is_told_as_one() -> None:
    course = left_as_it_is(held_by="Wren")
    place = course.case.review.accused.index("Wren")
    effects = [each for juror in jurors(course) for each in course.does(case.mark_faith, juror, (place,))]
    assert effects == [BadFaith("Wren", held=True)]


def test_only_jurors_mark_and_only_what_is_there_and_in_time() -> None:
    course = left_as_it_is()
    juror = jurors(course)[0]
    for name in ("Ana", "Bo", "P5", "nobody"):
        assert course.refused(case.mark_faith, name, (0,)) == "seat.none"
    for places in ((2,), (-1,)):
        assert course.refused(case.mark_faith, juror, places) == "faith.bad"
    course.passes(course.limits.ballot_away)
    assert course.refused(case.mark_faith, juror, (0,)) == "faith.closed"


def test_flags_that_were_upheld_are_never_an_attack() -> None:
    course = Course()
    course.flags("Fern", "Bo")
    course.seated(9)
    course.votes((0, 1), (0, 1), (0, 1))
    assert course.refused(case.mark_faith, jurors(course)[0], ()) == "faith.closed"


def test_a_flag_taken_back_is_no_attack() -> None:
    course = Course()
    course.flags("Fern", "Bo")
    course.does(case.withdraw, SEQ, "Bo")
    course.seated(9)
    course.votes((0, 0), (0, 0), (0, 0), code=None)
    assert course.case.review.accused == ("Fern",)


def test_asking_other_people_lifts_the_mark_until_they_say_it_too() -> None:
    course = left_as_it_is()
    for juror in jurors(course):
        course.does(case.mark_faith, juror, (0,))
    assert FaithRestored("Bo") in course.appeals("Bo", "flagger")
    course.seated([case.Candidate(f"Q{place}", place == 1) for place in range(9)])
    course.votes(*[(0, 0)] * 5, code=None)
    effects = [each for juror in jurors(course) for each in course.does(case.mark_faith, juror, (0,))]
    assert effects == [BadFaith("Bo", held=False)]
