"""Covering a message at once: by one, by two, by whose data it is, by the operator, by the panel; and how each ends."""

import pytest

from moderation import case, holds
from moderation.flagged import HARD
from moderation.fold import Origin, Standing
from moderation.follows import Close, Fold, Hold, Overdue, Tell, Unfold, Withhold
from moderation.wire import Category
from rooms.limits import Limits
from rooms.units import DAY, HOUR, MINUTE
from rooms.work import Refusal
from tests.moderation.course import LIMITS, SEQ, Course, only, told


@pytest.fixture
def course() -> Course:
    return Course()


# --- one person, and two (rows 5 to 7) --------------------------------------------------------------------


@pytest.mark.parametrize("category", HARD)
def test_one_person_holds_a_message_for_ten_minutes(course: Course, category: Category) -> None:
    effects = course.does(case.hold, SEQ, "Bo", category, standing=Standing.ASKS)
    assert told(effects) == [Hold(SEQ, 10 * MINUTE, category, "alone")]
    assert only(course.passes(10 * MINUTE - 1), Unfold) == []
    assert only(course.passes(1), Unfold) == [Unfold(SEQ)]
    assert course.view() == "visible"
    assert case.draw_at(course.case) is not None


@pytest.mark.parametrize("category", ["disrespect", "pressure", "safety"])
def test_only_what_is_hard_is_held(course: Course, category: str) -> None:
    assert course.refused(case.hold, SEQ, "Bo", category, standing=Standing.ESTABLISHED) == "hold.category"


def test_what_flags_had_folded_is_folded_again_when_the_hold_ends(course: Course) -> None:
    course.flags("Bo", "Fern")
    course.holds("Wren")
    assert course.view() == "held"
    assert only(course.passes(10 * MINUTE), Fold) == [Fold(SEQ, course.case.lapses_at)]


def test_flags_that_come_while_it_is_held_fold_it_afterwards(course: Course) -> None:
    course.holds("Wren")
    assert only(course.flags("Bo", "Fern"), Fold) == []
    course.passes(10 * MINUTE)
    assert course.view() == "folded"


def test_a_message_is_held_once_by_one_person_alone(course: Course) -> None:
    course.holds("Bo")
    assert course.holds("Bo") == ()
    assert course.refused(case.hold, SEQ, "Fern", "spam", standing=Standing.ESTABLISHED) == "hold.already"
    course.passes(10 * MINUTE)
    for name in ("Bo", "Fern"):
        assert course.refused(case.hold, SEQ, name, "spam", standing=Standing.ESTABLISHED) == "hold.already"


def test_neither_the_author_nor_who_is_no_witness_holds(course: Course) -> None:
    assert course.refused(case.hold, SEQ, "Ana", "spam", standing=Standing.ESTABLISHED) == "hold.own_words"
    assert course.refused(case.hold, SEQ, "Bo", "spam", standing=Standing.NONE) == "hold.not_witness"
    assert course.refused(case.hold, 99, "Bo", "spam", standing=Standing.ESTABLISHED) == "message.not_found"


def test_a_second_person_makes_it_an_hour_from_then(course: Course) -> None:
    course.holds("Bo")
    course.passes(9 * MINUTE)
    assert told(course.cosigns("Fern")) == [Hold(SEQ, 69 * MINUTE, "privacy", "alone")]
    assert course.cosigns("Fern") == ()
    assert course.refused(case.cosign, SEQ, "Wren", standing=Standing.ESTABLISHED) == "hold.already"
    course.passes(60 * MINUTE)
    assert course.view() == "visible"


def test_nobody_co_signs_what_is_not_held_or_what_they_hold_themselves(course: Course) -> None:
    assert course.refused(case.cosign, SEQ, "Fern", standing=Standing.ESTABLISHED) == "hold.none"
    course.holds("Bo")
    assert course.refused(case.cosign, SEQ, "Bo", standing=Standing.ESTABLISHED) == "hold.already"
    assert course.refused(case.cosign, SEQ, "Ana", standing=Standing.ESTABLISHED) == "hold.own_words"
    assert course.refused(case.cosign, SEQ, "Fern", standing=Standing.NONE) == "hold.not_witness"
    course.cosigns("Fern", standing=Standing.NONE, moderator=True)
    course.passes(10 * MINUTE)
    assert course.view() == "held"


def test_two_young_identities_that_came_one_way_are_one(course: Course) -> None:
    same = Origin(invite=b"one")
    course.does(case.hold, SEQ, "Bo", "spam", standing=Standing.PRESENT, origin=same)
    assert course.refused(case.cosign, SEQ, "Fern", standing=Standing.PRESENT, origin=same) == "hold.not_witness"
    course.cosigns("Fern", standing=Standing.PRESENT, origin=Origin(invite=b"other"))


def test_holders_and_co_signers_never_read_the_case(course: Course) -> None:
    course.holds("P0")
    course.cosigns("P1")
    course.drawn(6)
    assert course.asked == ["P2", "P3", "P4", "P5"]


def test_somebody_may_hold_two_messages_a_day() -> None:
    holds.may_hold((0,), now=HOUR, limits=LIMITS)
    with pytest.raises(Refusal) as refusal:
        holds.may_hold((0, HOUR), now=2 * HOUR, limits=LIMITS)
    assert (refusal.value.code, refusal.value.facts["retry_after"]) == ("hold.budget", 22 * HOUR)
    holds.may_hold((0, HOUR), now=24 * HOUR, limits=LIMITS)


def test_a_power_that_rests_is_not_there() -> None:
    with pytest.raises(Refusal) as refusal:
        holds.may_hold((), 7 * DAY, now=DAY, limits=LIMITS)
    assert refusal.value.facts["retry_after"] == 6 * DAY
    holds.may_hold((), 7 * DAY, now=7 * DAY, limits=LIMITS)


def test_no_hold_keeps_a_case_open_beyond_its_time(course: Course) -> None:
    course.flags("Bo")
    course.passes(course.case.lapses_at - MINUTE)
    course.holds("Fern")
    effects = course.passes(10 * MINUTE)
    assert Unfold(SEQ) in effects
    assert Close("lapsed") in effects


# --- whose data it is -------------------------------------------------------------------------------------


def test_somebody_holds_their_own_data_for_three_days(course: Course) -> None:
    assert told(course.does(case.subject_hold, SEQ, "Bo")) == [Hold(SEQ, 72 * HOUR, "privacy", "subject")]
    assert course.does(case.subject_hold, SEQ, "Bo") == ()
    assert course.refused(case.subject_hold, SEQ, "Fern") == "hold.already"
    course.passes(72 * HOUR)
    assert course.case.closed == "lapsed"


def test_it_lasts_longer_only_while_too_few_are_there(course: Course) -> None:
    course.does(case.subject_hold, SEQ, "Bo")
    course.drawn(1)
    assert only(course.passes(72 * HOUR), Hold) == [Hold(SEQ, 30 * DAY, "privacy", "subject")]
    course.passes(10 * DAY)
    assert (course.view(), course.stage) == ("held", "triage")
    effects = course.drawn(6)
    assert Unfold(SEQ) in effects
    assert course.stage == "seating"
    course.all_accept()
    course.votes((1, 0), (1, 0), (1, 0), code="privacy")
    assert course.outcome == (1, 0)


def test_after_thirty_days_it_ends_in_any_case(course: Course) -> None:
    course.does(case.subject_hold, SEQ, "Bo")
    course.drawn(0)
    course.passes(30 * DAY)
    assert (course.view(), course.case.closed) == ("lapsed", "lapsed")


def test_two_such_holds_are_open_at_most() -> None:
    holds.may_hold_own(1, limits=LIMITS)
    with pytest.raises(Refusal) as refusal:
        holds.may_hold_own(2, limits=LIMITS)
    assert refusal.value.code == "hold.budget"


# --- the operator -----------------------------------------------------------------------------------------


def test_a_legal_hold_never_ends_by_time_and_shows_when_it_was_not_renewed(course: Course) -> None:
    course.does(case.legal_hold, SEQ, "illegal")
    effects = course.passes(7 * DAY)
    assert only(effects, Overdue) == [Overdue(SEQ)]
    course.passes(90 * DAY)
    assert (course.view(), course.case.closed) == ("held", None)
    renewed = course.does(case.legal_hold, SEQ, "illegal")
    assert only(renewed, Hold) == [Hold(SEQ, course.now + 7 * DAY, "illegal", "legal")]


@pytest.mark.parametrize("category", ["threat", "spam", "disrespect"])
def test_a_legal_hold_needs_a_legal_ground(course: Course, category: str) -> None:
    assert course.refused(case.legal_hold, SEQ, category) == "hold.category"


@pytest.mark.parametrize(("content", "view"), [(0, "kept"), (1, "confirmed"), (2, "withheld")])
def test_a_panel_ends_a_legal_hold_whatever_it_decides(course: Course, content: int, view: str) -> None:
    course.does(case.legal_hold, SEQ, "illegal")
    course.passes(5 * DAY)
    course.seated(12, moderators=2)
    course.votes(*[(content, 0)] * 3, code="illegal")
    if content == 2:
        course.all_accept()
        course.votes((2, 0), (2, 0), among=course.jurors[3:], code="illegal")
    assert course.view() == view


def test_what_a_panel_left_is_held_only_by_a_legal_order_and_no_panel_lifts_that(course: Course) -> None:
    course.flags("Bo", "Fern")
    course.seated(9)
    course.votes((0, 0), (0, 0), (0, 0))
    assert course.refused(case.legal_hold, SEQ, "illegal") == "hold.cleared"
    course.does(case.legal_hold, SEQ, "illegal", ordered=True)
    assert course.view() == "held"
    course.passes(40 * DAY)
    assert (course.view(), course.case.closed) == ("held", None)
    assert Unfold(SEQ) in course.does(case.release_legal, SEQ)
    assert course.view() == "kept"


def test_a_panel_that_comes_to_nothing_leaves_a_legal_hold_to_the_next(course: Course) -> None:
    course.does(case.legal_hold, SEQ, "illegal")
    first = course.seated(3, live=False)
    course.passes(course.limits.ballot_away)
    assert (course.view(), course.stage) == ("held", "triage")
    course.drawn([*(case.Candidate(name) for name in first), *(case.Candidate(f"Q{n}") for n in range(3))])
    assert course.asked == ["Q0", "Q1", "Q2"]


def test_words_that_are_gone_end_a_legal_hold(course: Course) -> None:
    course.does(case.legal_hold, SEQ, "illegal")
    course.does(case.end, SEQ, "taken_back")
    assert (course.view(), course.case.closed) == ("taken_back", "repaired")


# --- the panel (row 8) ------------------------------------------------------------------------------------


def held_and_read(people: int, *, live: bool = True) -> Course:
    course = Course()
    course.flags("Bo", "Fern", category="threat")
    course.holds("Bo", "threat")
    course.seated(people, moderators=2, live=live)
    return course


def test_two_of_three_hold_it_on_for_a_day_and_two_more_are_asked_at_once() -> None:
    course = held_and_read(12)
    course.votes((2, 0), (2, 0), code="threat", hold=True)
    assert course.all_of(Hold)[-1] == Hold(SEQ, course.now + 24 * HOUR, "threat", "panel")
    assert course.panel.widening == 2
    course.votes((2, 0), among=course.jurors[2:3], code="threat")
    course.all_accept()
    course.votes((2, 0), (1, 0), among=course.jurors[3:], code="threat")
    course.until("decided")
    assert course.all_of(Withhold) == [Withhold(SEQ, "threat", None)]


def test_unseated_after_that_day_it_is_folded_for_a_week() -> None:
    course = held_and_read(12)
    course.votes((2, 0), (2, 0), code="threat", hold=True)
    while course.asked:
        course.does(case.decline, course.asked[0])
    course.until("decided")
    assert course.outcome == (1, 0)
    assert course.decision.at <= course.all_of(Hold)[-1].until
    assert course.decision.outcomes[0].agreed == 2


def test_what_five_have_said_by_the_end_of_that_day_is_decided_and_ends_by_itself() -> None:
    course = held_and_read(12, live=False)
    course.votes((2, 0), (2, 0), code="threat", hold=True)
    course.all_accept()
    assert len(course.jurors) == 5
    course.votes((1, 0), among=course.jurors[2:3], code="threat")
    course.until("decided")
    assert course.outcome == (1, 0)
    assert course.decision.size == 5
    assert course.decision.at == course.all_of(Hold)[-1].until
    assert course.decision.outcomes[0].until == course.decision.at + 7 * DAY


def test_where_too_few_of_the_five_vote_nothing_is_decided() -> None:
    course = held_and_read(12)
    course.votes((2, 0), (2, 0), code="threat", hold=True)
    course.all_accept()
    course.until("closed")
    assert (course.case.closed, course.view()) == ("lapsed", "lapsed")


def test_with_fewer_people_a_hold_goes_on_without_two_more() -> None:
    course = held_and_read(6)
    course.votes((1, 0), (1, 0), code="threat", hold=True)
    assert course.panel.widening == 0
    assert course.view() == "held"
    course.passes(30 * MINUTE)
    assert course.outcome[0] == 1


def test_of_a_held_message_they_do_not_talk() -> None:
    course = held_and_read(6)
    course.votes((1, 0), (1, 0), (0, 0), code="threat")
    assert course.stage == "decided"
    assert course.view() == "confirmed"


def test_a_mark_to_hold_needs_a_hard_reason() -> None:
    course = held_and_read(12)
    course.votes((1, 0), (1, 0), code="pressure", hold=True)
    assert [each.kind for each in course.all_of(Hold)] == ["alone"]


def test_while_it_is_read_flaggers_of_a_held_message_are_told_that_it_is_read() -> None:
    course = held_and_read(12)
    assert course.all_of(Tell)[-1].status == "reading"


def test_no_hold_can_be_made_of_more_than_its_limit() -> None:
    course = Course(limits=Limits(hold_alone=1, hold_cosigned=2))
    course.holds("Bo")
    course.cosigns("Fern")
    course.passes(2)
    assert course.view() == "visible"
