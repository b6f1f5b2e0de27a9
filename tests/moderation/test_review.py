"""How a case is read: lots, seats by rank, blind ballots, a talk where they split, two more where they ask for more."""

import pytest

from moderation import case
from moderation.case import Ballot, Candidate, Flag, Mark
from moderation.fold import Standing
from moderation.follows import (
    Ballots,
    Close,
    Decided,
    Fold,
    Offer,
    Pause,
    Release,
    Seated,
    Talk,
    Tell,
    Unfold,
    Withhold,
)
from rooms.units import DAY, HOUR, MINUTE, SECOND
from tests.moderation.course import SEQ, Course, only


@pytest.fixture
def course() -> Course:
    course = Course()
    course.flags("Bo", "Fern")
    return course


# --- lots and seats (rows 9, 10, 11) ----------------------------------------------------------------------


def test_lots_fall_and_three_times_as_many_are_asked_as_there_are_seats(course: Course) -> None:
    offers = only(course.drawn(20), Offer)
    assert [(each.juror, each.rank) for each in offers] == [(f"P{place}", place) for place in range(9)]
    assert {each.until for each in offers} == {course.limits.lease_live}
    assert course.stage == "seating"


def test_without_enough_people_online_an_invitation_waits_for_hours(course: Course) -> None:
    offers = only(course.drawn(20, live=False), Offer)
    assert {each.until for each in offers} == {course.limits.lease_away}


def test_seats_go_by_rank_and_never_to_who_answers_first(course: Course) -> None:
    course.drawn(9)
    for name in ("P8", "P5", "P4", "P3"):
        assert only(course.does(case.accept, name), Seated) == []
    for name in ("P0", "P1"):
        course.does(case.decline, name)
    seated = only(course.does(case.accept, "P2"), Seated)
    assert [(each.juror, each.letter) for each in seated] == [("P2", "A"), ("P3", "B"), ("P8", "C")]
    assert course.stage == "ballot1"


def test_who_does_not_answer_holds_a_seat_up_until_the_lease_is_over(course: Course) -> None:
    course.drawn(9)
    for name in ("P1", "P2", "P8"):
        course.does(case.accept, name)
    assert course.stage == "seating"
    effects = course.passes(course.limits.lease_live)
    assert Release("P0", "late") in effects
    assert course.jurors == ["P1", "P2", "P8"]


def test_moderators_fill_fewer_seats_than_carry_anything(course: Course) -> None:
    course.drawn(
        [Candidate("M0", True), Candidate("M1", True), Candidate("M2", True), Candidate("L0"), Candidate("L1")]
    )
    course.all_accept()
    assert course.jurors == ["M0", "L0", "L1"]


def test_a_moderator_sits_where_one_said_yes(course: Course) -> None:
    assert course.seated(9, moderators=1) == ["P0", "P1", "P8"]


def test_three_peers_sit_where_no_moderator_does(course: Course) -> None:
    assert course.seated(9, moderators=0) == ["P0", "P1", "P2"]


def test_two_of_one_closed_circle_never_sit_together(course: Course) -> None:
    people = [
        Candidate("P0", circles=("k",)),
        Candidate("P1", circles=("k", "l")),
        *(Candidate(f"P{n}") for n in (2, 3)),
    ]
    assert course.seated(people) == ["P0", "P2", "P3"]


def test_peers_failing_moderators_fill_all_seats_after_half_an_hour_and_may_do_less(course: Course) -> None:
    course.drawn([Candidate("L0"), *(Candidate(f"M{n}", True) for n in range(9))])
    course.does(case.decline, "L0")
    while course.asked:
        course.does(case.accept, course.asked[0])
    assert course.stage == "seating"
    course.passes(course.limits.fallback_after)
    assert course.jurors == ["M0", "M1", "M2"]
    course.votes((1, 3), (1, 3), (1, 3))
    course.until("decided")
    assert course.outcome == (1, 2)
    assert course.decision.fallback


def test_the_next_are_asked_where_the_first_say_no(course: Course) -> None:
    course.drawn(12)
    for place in range(8):
        course.does(case.decline, f"P{place}")
    offers = only(course.does(case.accept, "P8"), Offer)
    assert [each.juror for each in offers] == ["P9", "P10", "P11"]


def test_where_too_few_come_everybody_is_let_go_and_lots_fall_again_later(course: Course) -> None:
    course.drawn(4)
    course.does(case.accept, "P0")
    for name in ("P1", "P2"):
        course.does(case.decline, name)
    effects = course.does(case.decline, "P3")
    assert Release("P0", "unseated") in effects
    assert course.stage == "triage"
    assert case.draw_at(course.case) == course.now + course.limits.fallback_after


def test_with_fewer_than_two_people_nothing_begins(course: Course) -> None:
    course.drawn(1)
    assert course.stage == "triage"
    assert course.case.review.pool == 1


def test_author_host_flaggers_and_who_took_a_flag_back_are_never_asked(course: Course) -> None:
    course.does(case.withdraw, SEQ, "Fern")
    names = ("Ana", "Heron", "Bo", "Fern", "P1", "P2", "P3")
    offers = only(course.drawn([Candidate(name) for name in names]), Offer)
    assert [each.juror for each in offers] == ["P1", "P2", "P3"]


@pytest.mark.parametrize("skip", ["recused", "busy", "declined"])
def test_who_is_skipped_is_not_asked_and_does_not_count(course: Course, skip: str) -> None:
    course.drawn([Candidate("P0", skip=skip), *(Candidate(f"P{place}") for place in (1, 2))])  # type: ignore[arg-type]
    assert (course.panel.e, course.panel.size) == (2, 2)
    assert course.asked == ["P1", "P2"]


def test_a_flag_only_from_people_who_are_no_witnesses_is_never_drawn() -> None:
    course = Course()
    course.flags("Bo", standing=Standing.NONE)
    assert case.draw_at(course.case) is None
    course.flags("Fern", standing=Standing.ASKS)
    assert case.draw_at(course.case) == 0


def test_whoever_flags_after_being_asked_is_asked_no_more(course: Course) -> None:
    course.drawn(9)
    course.does(case.accept, "P4")
    assert Release("P4", "recused") in course.flags("P4")
    assert course.refused(case.accept, "P4") == "seat.none"


def test_a_late_flag_unseats_nobody_and_jurors_cannot_flag(course: Course) -> None:
    jurors = course.seated(9)
    course.flags("Wren")
    assert course.jurors == jurors
    assert course.refused(case.flag, SEQ, Flag(jurors[0], "spam", Standing.ESTABLISHED)) == "flag.seated"


def test_a_juror_who_leaves_is_followed_by_the_next_in_order(course: Course) -> None:
    jurors = course.seated(12)
    assert Release(jurors[1], "left") in course.does(case.decline, jurors[1])
    assert course.asked == ["P3", "P4", "P5"]
    course.does(case.accept, "P5")
    course.does(case.decline, "P3")
    assert course.stage == "ballot1"
    assert Seated("P4", "D") in course.does(case.accept, "P4")
    assert course.refused(case.accept, jurors[1]) == "seat.none"


def test_a_juror_who_has_voted_cannot_leave_any_more(course: Course) -> None:
    jurors = course.seated(9)
    course.votes((1, 0), among=jurors[:1])
    assert course.refused(case.decline, jurors[0]) == "seat.voted"


def test_a_silent_juror_loses_the_seat_to_the_next(course: Course) -> None:
    jurors = course.seated(12)
    course.votes((1, 0), (1, 0), among=jurors[:2])
    effects = course.passes(course.limits.ballot_live)
    assert Release(jurors[2], "late") in effects
    assert course.asked == ["P3", "P4", "P5"]


def test_a_silent_juror_keeps_the_seat_where_nobody_else_is_left_but_holds_nothing_up(course: Course) -> None:
    jurors = course.seated(3)
    course.votes((1, 0), (1, 0), among=jurors[:2])
    course.passes(course.limits.ballot_live)
    assert course.outcome == (1, 0)


# --- ballots (rows 12 to 16) ------------------------------------------------------------------------------


def test_of_one_mind_they_decide_after_the_moment_of_taking_back(course: Course) -> None:
    course.seated(9)
    course.votes((1, 2), (1, 2), (1, 1), final=False)
    assert course.passes(course.limits.undo - SECOND) == ()
    effects = course.passes(SECOND)
    assert only(effects, Decided)[0].decision == course.decision
    assert course.outcome == (1, 2)
    assert (course.decision.outcomes[0].agreed, course.decision.person_agreed) == (3, 2)
    assert Fold(SEQ, None, "disrespect", confirmed=True) in effects


def test_split_they_talk_and_vote_again(course: Course) -> None:
    jurors = course.seated(9)
    course.votes((1, 0), (0, 0), (1, 0))
    assert course.stage == "talk"
    assert course.all_of(Talk)[0].until == course.now + course.limits.talk_live
    assert course.refused(case.cast, jurors[0], Ballot((Mark(SEQ, 1),), 0, "spam")) == "ballot.closed"
    for juror in jurors:
        course.does(case.ready, juror)
    assert course.stage == "ballot2"
    course.votes((0, 0), (0, 0), (1, 0))
    assert course.outcome == (0, 0)


def test_a_talk_ends_by_itself(course: Course) -> None:
    course.seated(9)
    course.votes((1, 3), (1, 0), (1, 0))
    course.passes(5 * MINUTE)
    assert course.stage == "talk"
    course.passes(course.limits.talk_live)
    assert course.stage == "ballot2"


def test_a_ballot_is_taken_back_only_before_it_counts(course: Course) -> None:
    jurors = course.seated(9)
    course.casts(jurors[0], 1, 2)
    course.does(case.undo, jurors[0])
    course.casts(jurors[0], 0, 0)
    course.passes(course.limits.undo)
    assert course.refused(case.undo, jurors[0]) == "ballot.final"


def test_one_ballot_a_juror_and_round_and_none_from_anybody_else(course: Course) -> None:
    jurors = course.seated(9)
    course.casts(jurors[0], 1, 0)
    assert course.casts(jurors[0], 1, 0) == ()
    assert course.refused(case.cast, jurors[0], Ballot((Mark(SEQ, 0),))) == "ballot.cast"
    for name in ("Ana", "Heron", "Bo", "P7", "nobody"):
        assert course.refused(case.cast, name, Ballot((Mark(SEQ, 0),))) == "seat.none"


@pytest.mark.parametrize(
    ("ballot", "code"),
    [
        (Ballot((Mark(SEQ, 3),), 0, "spam"), "ballot.bad"),
        (Ballot((Mark(SEQ, -1),), 0, "spam"), "ballot.bad"),
        (Ballot((Mark(SEQ, 0),), 6, "spam"), "ballot.bad"),
        (Ballot((Mark(99, 0),), 0, "spam"), "ballot.bad"),
        (Ballot((Mark(SEQ, 0), Mark(SEQ, 1)), 0, "spam"), "ballot.bad"),
        (Ballot((Mark(SEQ, 1),), 0, None), "ballot.no_reason"),
        (Ballot((Mark(SEQ, 0),), 1, None), "ballot.no_reason"),
    ],
)
def test_a_ballot_that_makes_no_sense_is_refused(course: Course, ballot: Ballot, code: str) -> None:
    jurors = course.seated(9)
    assert course.refused(case.cast, jurors[0], ballot) == code


def test_nothing_that_pauses_somebody_is_decided_before_they_could_answer(course: Course) -> None:
    course.seated(9)
    begun = course.now
    course.votes((1, 3), (1, 3), (1, 3))
    assert course.stage == "ballot1"
    effects = course.passes(course.limits.hear_first)
    assert course.decision.at == begun + course.limits.hear_first
    assert only(effects, Pause) == [Pause(3, course.decision.at + course.limits.pause_short, server_wide=False)]


def test_the_author_adds_their_side_once_while_it_is_read(course: Course) -> None:
    assert course.refused(case.add_context) == "side.closed"
    course.seated(9)
    course.does(case.add_context)
    assert course.panel.side_at == course.now
    assert course.refused(case.add_context) == "side.once"


def test_after_a_day_a_missing_ballot_is_none(course: Course) -> None:
    jurors = course.seated(3, live=False)
    course.votes((1, 1), (1, 1), among=jurors[:2])
    course.passes(course.limits.ballot_away)
    assert course.outcome == (1, 1)
    assert course.decision.size == 3


def test_with_too_few_ballots_the_case_lapses(course: Course) -> None:
    jurors = course.seated(3, live=False)
    course.votes((1, 3), among=jurors[:1])
    effects = course.passes(course.limits.ballot_away)
    assert Unfold(SEQ) in effects
    assert Close("lapsed") in effects
    assert {each.status for each in only(effects, Tell)} == {"lapsed"}
    assert {each.why for each in only(effects, Release)} == {"over"}
    assert (course.case.paused, course.case.decision) == ((), None)


def test_no_first_instance_takes_longer_than_its_time() -> None:
    course = Course()
    course.flags("Bo", "Fern")
    course.passes(71 * HOUR)
    course.seated(3, live=False)
    course.passes(4 * HOUR)
    course.votes((1, 0), (0, 0), (1, 0))
    assert course.stage == "talk"
    course.passes(25 * HOUR)
    assert course.decision.at == 96 * HOUR
    assert course.outcome == (1, 0)


def test_a_fold_by_flags_ends_in_its_time_though_the_panel_still_reads() -> None:
    course = Course()
    course.flags("Bo", "Fern")
    course.passes(71 * HOUR)
    course.seated(9, live=False)
    effects = course.passes(HOUR)
    assert Unfold(SEQ) in effects
    assert course.stage == "ballot1"
    course.flags("Wren", "Lark")
    assert course.view() == "visible"
    course.votes((1, 0), (1, 0), (1, 0))
    assert course.view() == "confirmed"


# --- two more (row 15), and what so many may decide -------------------------------------------------------


def test_where_more_is_asked_for_two_more_join_and_ballots_stay_sealed() -> None:
    course = Course()
    course.flags("Bo", "Fern", category="threat")
    course.seated(12, moderators=2)
    course.votes((1, 4), (1, 4), (1, 4), code="threat")
    assert course.stage == "ballot1"
    assert course.panel.widening == 2
    course.all_accept()
    assert (course.panel.size, len(course.jurors)) == (5, 5)
    assert only(course.followed, Decided) == []
    course.votes((1, 4), (1, 3), among=course.jurors[3:], code="threat")
    course.passes(course.limits.hear_first)
    assert course.outcome == (1, 4)
    assert course.decision.size == 5


def test_where_two_more_cannot_be_had_the_lower_level_stands() -> None:
    course = Course()
    course.flags("Bo", "Fern", category="threat")
    course.seated(12, moderators=2)
    course.votes((1, 4), (1, 4), (1, 4), code="threat")
    while course.asked:
        course.does(case.decline, course.asked[0])
    course.passes(course.limits.hear_first)
    assert course.outcome == (1, 3)
    assert course.decision.size == 3


def test_where_the_pool_is_too_small_nobody_is_asked_to_join() -> None:
    course = Course()
    course.flags("Bo", "Fern", category="threat")
    course.seated(9, moderators=2)
    course.votes((2, 5), (2, 5), (2, 5), code="threat")
    course.passes(course.limits.hear_first)
    assert course.outcome == (1, 3)


def test_seven_may_ask_somebody_to_step_away() -> None:
    course = Course()
    course.flags("Bo", "Fern", category="threat")
    course.seated(20, moderators=4)
    course.votes((2, 5), (2, 5), (2, 5), code="threat")
    course.all_accept()
    course.votes((2, 5), (2, 5), among=course.jurors[3:], code="threat")
    assert course.panel.widening == 2
    course.all_accept()
    course.votes((2, 5), (2, 4), among=course.jurors[5:], code="threat")
    course.passes(course.limits.hear_first)
    assert course.outcome == (2, 5)
    assert course.all_of(Withhold) == [Withhold(SEQ, "threat", None)]
    assert course.all_of(Pause) == [Pause(5, course.decision.at + 7 * DAY, server_wide=True)]


def test_a_pair_must_agree_and_folds_for_a_week(course: Course) -> None:
    course.seated(2)
    course.votes((2, 5), (1, 1))
    course.until("decided", "talk")
    course.passes(course.limits.talk_live)
    course.votes((2, 5), (1, 1))
    assert course.outcome == (1, 1)
    assert Fold(SEQ, course.decision.at + 7 * DAY, "disrespect", confirmed=True) in course.followed
    effects = course.passes(7 * DAY)
    assert Unfold(SEQ) in effects
    assert course.view() == "lapsed"


def test_with_few_people_a_fold_ends_by_itself_unless_others_are_only_busy(course: Course) -> None:
    course.seated(5)
    course.votes((1, 3), (1, 3), (1, 3))
    course.passes(course.limits.hear_first)
    assert course.outcome == (1, 2)
    assert course.decision.outcomes[0].until == course.decision.at + 7 * DAY
    more = Course()
    more.flags("Bo", "Fern")
    more.seated([*(Candidate(f"P{n}") for n in range(5)), Candidate("P5", skip="busy")])
    more.votes((1, 0), (1, 0), (1, 0))
    assert more.decision.outcomes[0].until is None


def test_method_detail_can_be_folded_and_nothing_follows_for_the_person() -> None:
    course = Course()
    course.flags("Bo", "Fern", category="safety")
    course.seated(20)
    course.votes((2, 5), (2, 5), (2, 5), code="threat")
    course.passes(course.limits.hear_first)
    assert course.outcome == (1, 0)


# --- several messages, and words that go ------------------------------------------------------------------


def test_each_message_has_its_own_mark_and_the_person_one() -> None:
    course = Course(seqs=(3, 5))
    course.flags("Bo", "Fern", seq=3)
    course.flags("Bo", seq=5)
    jurors = course.seated(9)
    for juror in jurors:
        course.does(case.cast, juror, Ballot((Mark(3, 1), Mark(5, 0)), 2, "disrespect"))
    course.passes(course.limits.undo)
    assert [(each.seq, each.level) for each in course.decision.outcomes] == [(3, 1), (5, 0)]
    assert (course.view(3), course.view(5)) == ("confirmed", "kept")


def test_what_is_flagged_once_a_panel_reads_is_another_case(course: Course) -> None:
    course.seated(9)
    assert case.takes(course.case, SEQ, now=course.now, span=DAY, most=10)
    assert not case.takes(course.case, 99, now=course.now, span=DAY, most=10)


def test_words_said_differently_before_the_decision_end_the_case_without_a_record(course: Course) -> None:
    jurors = course.seated(9)
    course.votes((1, 3), among=jurors[:1])
    effects = course.does(case.end, SEQ, "rephrased")
    assert Close("repaired") in effects
    assert {each.juror for each in only(effects, Release)} == set(jurors)
    assert (course.case.review.decisions, course.case.review.past, course.case.review.panel) == ((), (), None)


def test_flags_taken_back_before_the_decision_end_the_case(course: Course) -> None:
    course.seated(9)
    assert Unfold(SEQ) in course.does(case.withdraw, SEQ, "Bo")
    assert Close("withdrawn") in course.does(case.withdraw, SEQ, "Fern")
    assert course.view() == "withdrawn"


def test_a_kept_message_is_never_folded_again_and_later_flags_only_hide(course: Course) -> None:
    course.seated(9)
    course.votes((0, 0), (0, 0), (0, 0))
    assert Unfold(SEQ) in course.followed
    assert course.view() == "kept"
    assert not case.takes(course.case, SEQ, now=course.now, span=DAY, most=10)
    assert case.decided(course.case, SEQ)
    later = course.flags("Wren", "Lark", "Robin")
    assert later == (Tell(SEQ, "Wren", "kept"), Tell(SEQ, "Lark", "kept"), Tell(SEQ, "Robin", "kept"))
    assert course.refused(case.hold, SEQ, "Wren", "spam", standing=Standing.ESTABLISHED) == "hold.cleared"


def test_while_it_is_read_flaggers_are_told_so_and_then_what_was_decided(course: Course) -> None:
    course.seated(9)
    assert [each.status for each in course.all_of(Tell) if each.by == "Bo"] == ["received", "folded", "reading"]
    course.votes((1, 0), (1, 0), (1, 0))
    assert course.all_of(Tell)[-1].status == "confirmed"


def test_ballots_begin_with_word_to_the_author(course: Course) -> None:
    course.seated(9)
    assert course.all_of(Ballots) == [Ballots(1, 1, course.now + course.limits.ballot_away)]


def test_a_forgotten_juror_leaves_a_cast_ballot_and_gives_up_an_empty_seat(course: Course) -> None:
    jurors = course.seated(12)
    course.casts(jurors[0], 1, 0)
    course.does(case.forget, jurors[0])
    assert len(course.panel.ballots(1)) == 1
    course.does(case.forget, jurors[1])
    assert course.asked == ["P3", "P4", "P5"]
    assert jurors[0] not in str(course.case)


def test_nothing_of_anybody_stays_once_the_last_day_is_over(course: Course) -> None:
    jurors = course.seated(9)
    course.votes((1, 2), (1, 2), (1, 2))
    effects = course.passes(course.limits.appeal_window)
    assert Close("final") in effects
    assert course.view() == "confirmed"
    assert course.decision.person == 0
    assert not any(juror in str(course.case) for juror in jurors)
    assert case.next_at(course.case, course.limits) is None
