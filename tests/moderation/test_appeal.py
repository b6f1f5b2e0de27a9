"""Asking other people: who may, what becomes of pauses meanwhile, who sits then, and what can come of it."""

import pytest

from moderation import case
from moderation.case import Candidate
from moderation.follows import AppealBegan, Close, EndPause, Fold, Offer, Pause, Unfold
from rooms.units import DAY, HOUR, MINUTE
from tests.moderation.course import SEQ, Course, only


def decided(content: int, person: int, *, people: int = 20, size: int = 3) -> Course:
    """A case in which a panel of this size was of one mind."""
    course = Course()
    course.flags("Bo", "Fern", category="threat")
    course.seated(people, moderators=4)
    course.votes(*[(content, person)] * 3, code="threat")
    while course.case.decision is None and len(course.jurors) < size:
        before = course.jurors
        course.all_accept()
        course.votes(*[(content, person)] * 2, among=course.jurors[len(before) :], code="threat")
    course.until("decided")
    return course


def again(course: Course, *marks: tuple[int, int], people: int = 9) -> None:
    """Another panel is drawn, of others beside those who sat, and votes."""
    before = [Candidate(f"P{place}") for place in range(4)]
    course.seated([*before, *(Candidate(f"Q{place}", place == 1) for place in range(people))])
    course.votes(*marks, code="threat")
    course.until("decided", "talk")


# --- who may (row 21) -------------------------------------------------------------------------------------


def test_the_author_appeals_once_and_nobody_after_them() -> None:
    course = decided(1, 2)
    assert only(course.appeals(), AppealBegan) == [AppealBegan("author", course.now + 72 * HOUR)]
    assert course.appeals() == ()
    again(course, *[(1, 2)] * 5)
    assert course.refused(case.appeal, "Ana", "author") == "appeal.once"
    assert course.refused(case.appeal, "Bo", "flagger") == "appeal.once"


def test_where_nothing_was_decided_against_them_the_author_has_nothing_to_appeal() -> None:
    course = decided(0, 0)
    assert course.refused(case.appeal, "Ana", "author") == "appeal.nothing"


def test_a_note_alone_can_be_appealed() -> None:
    course = decided(0, 1)
    course.appeals()
    assert course.stage == "appeal_wait"


def test_only_who_flagged_what_was_left_as_it_is_asks_for_more() -> None:
    assert decided(1, 0).refused(case.appeal, "Bo", "flagger") == "appeal.nothing"
    course = decided(0, 0)
    course.flags("Wren")
    for name in ("Wren", "Lark", "Ana", "P0"):
        assert course.refused(case.appeal, name, "flagger") == "appeal.none"
    course.does(case.withdraw, SEQ, "Fern")
    assert course.refused(case.appeal, "Fern", "flagger") == "appeal.none"
    course.appeals("Bo", "flagger")
    assert course.refused(case.appeal, "Bo", "author") == "appeal.none"


def test_nobody_appeals_before_a_decision_or_after_the_time_for_it() -> None:
    course = Course()
    course.flags("Bo", "Fern")
    assert course.refused(case.appeal, "Ana", "author") == "appeal.none"
    course = decided(1, 0)
    course.now = course.decision.appeal_until - 1
    assert case.may_appeal(course.case, "Ana", "author", course.now)
    course.now += 1
    assert not case.may_appeal(course.case, "Ana", "author", course.now)
    course.does(case.tick)
    assert course.case.closed == "final"
    assert course.refused(case.appeal, "Ana", "author") == "appeal.none"


# --- meanwhile --------------------------------------------------------------------------------------------


def test_a_long_pause_ends_after_its_first_hour_and_goes_on_if_it_is_confirmed() -> None:
    course = decided(1, 4, size=5)
    start = course.decision.at
    assert course.all_of(Pause) == [Pause(4, start + 4 * HOUR, server_wide=False)]
    course.passes(10 * MINUTE)
    assert only(course.appeals(), Pause) == [Pause(4, start + HOUR, server_wide=False)]
    assert only(course.passes(HOUR), EndPause) == [EndPause(4, server_wide=False)]
    again(course, *[(1, 4)] * 7)
    assert course.outcome == (1, 4)
    assert course.all_of(Pause)[-1] == Pause(4, start + 4 * HOUR, server_wide=False)


def test_a_pause_that_is_past_its_first_hour_ends_at_once() -> None:
    course = decided(1, 4, size=5)
    course.passes(2 * HOUR)
    assert only(course.appeals(), EndPause) == [EndPause(4, server_wide=False)]
    assert course.case.paused == ()


def test_a_short_pause_is_served_and_the_fold_stays() -> None:
    course = decided(1, 3)
    course.appeals()
    assert [each.until for each in course.case.paused] == [course.decision.at + 15 * MINUTE]
    assert course.view() == "confirmed"


# --- other people (row 22) --------------------------------------------------------------------------------


def test_whoever_sat_before_is_not_asked_again() -> None:
    course = decided(1, 0)
    course.appeals()
    offers = only(course.drawn(20), Offer)
    assert not {each.juror for each in offers} & {seat.juror for seat in course.case.review.past[0].seats}


@pytest.mark.parametrize(
    ("size", "people", "then"), [(3, 20, 5), (3, 4, 3), (5, 20, 7), (5, 5, 5), (5, 4, 3), (7, 20, 9)]
)
def test_two_more_hear_an_appeal_or_as_many_as_there_are(size: int, people: int, then: int) -> None:
    course = decided(1, {3: 0, 5: 4, 7: 5}[size], people=30, size=size)
    assert course.decision.size == size
    course.appeals()
    course.drawn([Candidate(f"Q{place}") for place in range(people)])
    assert course.panel.size == then


def test_where_too_few_say_yes_a_smaller_panel_hears_it() -> None:
    course = decided(1, 0)
    course.appeals()
    course.drawn([Candidate(f"Q{place}") for place in range(5)])
    for name in ("Q0", "Q1"):
        course.does(case.decline, name)
    course.all_accept()
    assert (course.stage, course.panel.size, course.jurors) == ("ballot1", 3, ["Q2", "Q3", "Q4"])


def test_moderators_never_fill_a_panel_on_appeal() -> None:
    course = decided(1, 0)
    course.appeals()
    course.drawn([Candidate(f"Q{place}", True) for place in range(9)])
    course.all_accept()
    course.passes(HOUR)
    assert course.stage == "appeal_wait"
    assert course.case.review.panel is None


def test_a_pair_never_hears_an_appeal() -> None:
    course = decided(1, 0)
    course.appeals()
    course.drawn([Candidate("Q0"), Candidate("Q1")])
    assert course.case.review.panel is None


# --- what comes of it (rows 23 and 24) --------------------------------------------------------------------


def test_an_author_is_never_worse_off_for_asking() -> None:
    course = decided(1, 1)
    course.appeals()
    again(course, *[(2, 5)] * 5)
    assert course.outcome == (1, 1)


def test_what_other_people_leave_is_left_for_good() -> None:
    course = decided(1, 2)
    course.appeals()
    again(course, *[(0, 0)] * 5)
    assert course.outcome == (0, 0)
    assert (course.view(), Unfold(SEQ) in course.followed) == ("kept", True)


def test_a_longer_pause_becomes_a_short_one() -> None:
    course = decided(1, 4, size=5)
    course.appeals()
    again(course, *[(1, 3)] * 7)
    assert course.outcome == (1, 3)
    assert [(each.level, each.until) for each in course.case.paused] == [(3, course.case.paused[0].start + 15 * MINUTE)]


def test_flaggers_can_win_a_fold_and_an_invitation_at_most_and_the_author_can_ask_again() -> None:
    course = decided(0, 0)
    course.appeals("Bo", "flagger")
    again(course, *[(2, 5)] * 5)
    assert course.outcome == (1, 2)
    assert only(course.followed, Fold)[-1].confirmed
    course.appeals()
    assert course.stage == "appeal_wait"
    course.seated([Candidate(f"R{place}", place == 1) for place in range(9)])
    assert course.panel.size == 7
    course.votes(*[(0, 0)] * 7)
    assert course.outcome == (0, 0)


def test_flaggers_never_lower_what_is_decided_about_a_person() -> None:
    course = decided(0, 3)
    course.appeals("Bo", "flagger")
    again(course, *[(0, 0)] * 5)
    assert course.outcome == (0, 3)


def test_unheard_an_author_is_free_and_the_fold_ends_within_a_week() -> None:
    course = decided(1, 4, size=5)
    course.appeals()
    course.passes(72 * HOUR)
    assert (course.stage, course.outcome, course.decision.heard) == ("decided", (1, 2), False)
    assert course.case.paused == ()
    course.passes(7 * DAY)
    assert course.view() == "lapsed"


def test_unheard_what_flaggers_asked_changes_nothing() -> None:
    course = decided(0, 0)
    course.appeals("Bo", "flagger")
    course.passes(72 * HOUR)
    assert (course.stage, course.outcome, course.view()) == ("decided", (0, 0), "kept")
    assert course.refused(case.appeal, "Fern", "flagger") == "appeal.once"


def test_a_panel_that_does_not_vote_has_not_heard_it() -> None:
    course = decided(1, 4, size=5)
    course.appeals()
    course.seated([Candidate(f"Q{place}", place == 1) for place in range(9)], live=False)
    course.passes(3 * DAY)
    assert (course.stage, course.decision.heard, course.case.paused) == ("decided", False, ())


# --- repair, and the last day (rows 20 and 25) ------------------------------------------------------------


@pytest.mark.parametrize("how", ["rephrased", "taken_back"])
def test_mending_ones_words_ends_a_pause_in_the_circle(how: str) -> None:
    course = decided(1, 3)
    assert only(course.does(case.end, SEQ, how), EndPause) == [EndPause(3, server_wide=False)]
    assert course.stage == "decided"


def test_mending_ones_words_does_not_end_a_step_away() -> None:
    course = decided(1, 5, size=7)
    course.does(case.end, SEQ, "taken_back")
    assert [each.level for each in course.case.paused] == [5]


def test_withheld_words_cannot_be_said_differently_but_can_be_taken_back() -> None:
    course = decided(2, 4, size=5)
    assert course.does(case.end, SEQ, "rephrased") == ()
    course.does(case.end, SEQ, "taken_back")
    assert course.view() == "taken_back"
    assert [each.level for each in course.case.paused] == [4]


def test_words_that_go_leave_an_appeal_about_them_without_an_object() -> None:
    course = decided(1, 0)
    course.appeals()
    course.drawn([Candidate(f"Q{place}") for place in range(9)])
    course.does(case.end, SEQ, "taken_back")
    assert (course.stage, course.case.review.panel) == ("decided", None)


def test_a_case_is_closed_on_the_last_day_and_not_before_what_it_decided_has_ended() -> None:
    course = decided(1, 5, size=7)
    course.passes(course.decision.appeal_until - course.now - 1)
    assert course.case.closed is None
    assert Close("final") in course.passes(1)


def test_a_forgotten_author_leaves_nothing_to_appeal() -> None:
    course = decided(1, 4, size=5)
    course.appeals()
    effects = course.does(case.author_forgotten)
    assert Close("final") in effects
    assert only(effects, EndPause) == [EndPause(4, server_wide=False)]
    assert (course.view(), course.case.paused) == ("taken_back", ())
