"""Rounds as people live them, on the pure core."""

from typing import Any

import msgspec
import pytest

from rooms import round as core
from rooms import round_views
from rooms.limits import Limits, scaled
from rooms.round_events import (
    Ask,
    Asked,
    Back,
    Began,
    Begin,
    Close,
    ComeBack,
    Effect,
    Event,
    Given,
    Gone,
    Join,
    Joined,
    KindlyAsked,
    LayDown,
    Left,
    Listen,
    Offer,
    Offered,
    Over,
    Pass,
    Passed,
    Present,
    Share,
    Sign,
    StepOut,
    Talks,
    Tick,
)
from rooms.round_state import VERSION, Round, pack, unpack
from rooms.units import MINUTE, SECOND
from rooms.wire_round import MyRound
from rooms.work import Refusal

IT = "round-1"
LIMITS = Limits()


class Circle:
    """People by name, a clock that tests turn, and all that followed."""

    def __init__(self) -> None:
        self.now = 0
        self.state: Round | None = None
        self.followed: list[Effect] = []

    def does(self, event: Event) -> tuple[Effect, ...]:
        self.state, effects = core.step(self.state, event, now=self.now, limits=LIMITS)
        self.followed += effects
        return effects

    def refused(self, event: Event) -> str:
        before = self.state
        with pytest.raises(Refusal) as refusal:
            self.does(event)
        assert self.state is before
        return refusal.value.code

    def passes(self, time: int) -> tuple[Effect, ...]:
        """The clock goes on, stopping wherever something is due."""
        end = self.now + time
        effects: tuple[Effect, ...] = ()
        while self.state is not None and (at := core.next_at(self.state, LIMITS)) is not None and at <= end:
            self.now = max(self.now, at)
            effects += self.does(Tick())
        self.now = end
        return effects

    def offered(self, by: str, *others: str, joins: bool = True, talk: bool = False) -> None:
        self.does(Offer(IT, by, joins=joins, talk=talk))
        for each in others:
            self.does(Join(IT, each))

    def going(self, *people: str, talk: bool = False) -> None:
        """A round of these, begun by the first."""
        self.offered(*people, talk=talk)
        self.does(Begin(IT, people[0]))

    def pass_(self, who: str, *, silent: bool = False) -> tuple[Effect, ...]:
        return self.does(Pass(IT, who, self.turn, silent))

    def comes_back(self, who: str) -> tuple[Effect, ...]:
        return self.does(ComeBack(IT, who, self.turn))

    def shares(self, who: str) -> tuple[Effect, ...]:
        self.does(Share(who))
        return self.pass_(who)

    def mine(self, who: str, entered_at: int = 0) -> MyRound:
        mine = round_views.mine(self.state, who, entered_at=entered_at)
        assert mine is not None
        return mine

    @property
    def turn(self) -> int:
        return 0 if self.state is None else self.state.turn

    @property
    def holder(self) -> str | None:
        return None if self.state is None else self.state.holder

    @property
    def ending(self) -> str | None:
        return None if self.state is None else self.state.ending

    @property
    def had(self) -> list[str]:
        """Who had the piece, in order."""
        return [each.who for each in self.followed if isinstance(each, Given)]


# --- a whole round ----------------------------------------------------------------------------------------


def test_a_round_goes_from_hand_to_hand_and_ends() -> None:
    circle = Circle()
    circle.going("Ana", "Bo", "Fern")
    assert circle.holder == "Ana"
    circle.shares("Ana")
    assert circle.holder == "Bo"
    circle.pass_("Bo", silent=True)
    circle.shares("Fern")
    assert circle.followed == [
        Offered("Ana", talk=False),
        Joined("Ana"),
        Joined("Bo"),
        Joined("Fern"),
        Began(),
        Given("Ana", 1),
        Passed("Ana", 1, "passed"),
        Given("Bo", 2),
        Passed("Bo", 2, "silent"),
        Given("Fern", 3),
        Passed("Fern", 3, "passed"),
        Over("complete"),
    ]
    assert circle.ending == "complete"


def test_whoever_offers_may_listen_and_still_say_when_it_begins() -> None:
    circle = Circle()
    circle.offered("Heron", "Ana", "Bo", joins=False)
    circle.does(Begin(IT, "Heron"))
    circle.shares("Ana")
    circle.shares("Bo")
    assert circle.had == ["Ana", "Bo"]


def test_shares_may_be_talked_about_for_a_while() -> None:
    circle = Circle()
    circle.going("Ana", "Bo", talk=True)
    circle.shares("Ana")
    assert circle.shares("Bo")[-1] == Talks(LIMITS.round_talk)
    assert all(round_views.box(circle.state, who) == "open" for who in ("Ana", "Otter"))
    assert circle.refused(Offer("round-2", "Ana")) == "round.running"
    assert circle.refused(Join(IT, "Otter")) == "round.over"
    assert circle.passes(LIMITS.round_talk) == (Over("complete"),)


def test_two_can_end_the_talk() -> None:
    circle = Circle()
    circle.going("Ana", "Bo", talk=True)
    circle.shares("Ana")
    circle.shares("Bo")
    circle.does(LayDown(IT, "Otter"))
    circle.does(LayDown(IT, "Otter"))
    assert circle.ending is None
    circle.does(LayDown(IT, "Bo"))
    assert circle.ending == "laid_down"


def test_after_a_round_another_may_be_offered() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    assert circle.refused(Offer("round-2", "Bo")) == "round.running"
    circle.shares("Ana")
    circle.shares("Bo")
    circle.does(Offer("round-2", "Bo"))
    assert circle.state is not None
    assert (circle.state.id, circle.state.phase) == ("round-2", "gathering")
    assert circle.refused(Pass(IT, "Ana", 1)) == "round.over"


# --- how it begins ----------------------------------------------------------------------------------------


def test_it_begins_by_itself_after_a_minute() -> None:
    circle = Circle()
    circle.offered("Ana", "Bo")
    assert circle.passes(MINUTE - 1) == ()
    assert circle.passes(1) == (Began(), Given("Ana", 1))


def test_it_begins_when_everybody_has_answered() -> None:
    circle, inside = Circle(), frozenset(("Ana", "Bo", "Fern"))
    circle.offered("Ana")
    circle.does(Listen(IT, "Fern", inside))
    assert circle.does(Join(IT, "Bo", inside))[1:] == (Began(), Given("Ana", 1))


def test_any_two_who_joined_begin_it() -> None:
    circle = Circle()
    circle.offered("Ana", "Bo", "Fern")
    assert circle.refused(Begin(IT, "Otter")) == "round.not_joined"
    assert circle.does(Begin(IT, "Bo")) == ()
    assert circle.does(Begin(IT, "Bo")) == ()
    assert circle.does(Begin(IT, "Fern"))[0] == Began()


def test_nobody_gets_everybodys_silence_alone() -> None:
    circle = Circle()
    circle.offered("Ana")
    assert circle.refused(Begin(IT, "Ana")) == "round.too_few"
    assert circle.passes(MINUTE) == (Over("too_few"),)


def test_a_round_is_not_begun_for_people_who_are_gone() -> None:
    circle = Circle()
    circle.offered("Ana", "Bo")
    circle.does(Gone("Bo", circle.now))
    assert circle.passes(MINUTE) == (Over("too_few"),)


def test_who_listens_may_still_join() -> None:
    circle = Circle()
    circle.offered("Ana", "Bo")
    circle.does(Listen(IT, "Fern"))
    circle.does(Join(IT, "Fern"))
    circle.does(Begin(IT, "Ana"))
    circle.shares("Ana")
    circle.shares("Bo")
    assert circle.holder == "Fern"


def test_a_round_takes_so_many_and_no_more() -> None:
    circle = Circle()
    circle.offered("Ana", *(f"P{n}" for n in range(LIMITS.round_most - 1)))
    assert circle.refused(Join(IT, "Otter")) == "round.full"


def test_coming_and_going_does_not_fill_the_memory() -> None:
    circle = Circle()
    circle.offered("Ana", "Bo")
    for number in range(4 * LIMITS.round_most - 2):
        circle.does(Join(IT, f"P{number}"))
        circle.does(Left(f"P{number}"))
    assert circle.refused(Join(IT, "Otter")) == "round.full"


# --- the piece --------------------------------------------------------------------------------------------


def test_nobody_else_can_pass_it() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    assert circle.refused(Pass(IT, "Bo", 1)) == "piece.not_yours"
    assert circle.refused(ComeBack(IT, "Bo", 1)) == "piece.not_yours"
    assert circle.refused(Pass(IT, "Heron", 1)) == "piece.not_yours"
    assert circle.refused(Share("Heron")) == "circle.waiting"
    assert circle.holder == "Ana"


def test_who_shared_has_passed_all_the_same() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    circle.does(Share("Ana"))
    circle.passes(MINUTE)
    circle.does(Sign(IT, "Ana", 1))
    assert circle.pass_("Ana", silent=True)[0] == Passed("Ana", 1, "passed")
    circle.does(Sign(IT, "Bo", 2))
    assert circle.pass_("Bo", silent=True)[0] == Passed("Bo", 2, "silent")


def test_two_presses_pass_once() -> None:
    circle = Circle()
    circle.going("Ana", "Bo", "Fern")
    press = Pass(IT, "Ana", circle.turn)
    circle.does(press)
    assert circle.does(press) == ()
    assert circle.holder == "Bo"


def test_a_late_press_of_an_earlier_turn_does_not_pass_a_later_one() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    press = ComeBack(IT, "Ana", circle.turn)
    circle.does(press)
    circle.shares("Bo")
    assert circle.holder == "Ana"
    assert circle.does(press) == ()
    assert circle.does(Pass(IT, "Ana", 1)) == ()
    assert circle.holder == "Ana"


def test_come_back_to_me_works_once_and_at_the_end() -> None:
    circle = Circle()
    circle.going("Ana", "Bo", "Fern")
    assert circle.comes_back("Ana")[0] == Passed("Ana", 1, "later")
    circle.shares("Bo")
    circle.does(Join(IT, "Otter"))
    circle.shares("Fern")
    circle.shares("Otter")
    assert circle.holder == "Ana"
    assert circle.refused(ComeBack(IT, "Ana", circle.turn)) == "piece.last_time"
    circle.pass_("Ana")
    assert circle.had == ["Ana", "Bo", "Fern", "Otter", "Ana"]
    assert circle.ending == "complete"


def test_who_comes_late_is_last() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    circle.does(Join(IT, "Otter"))
    circle.shares("Ana")
    circle.shares("Bo")
    assert circle.holder == "Otter"
    assert circle.refused(Join(IT, "Ana")) == "round.had_turn"


def test_the_only_one_left_may_take_a_moment() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    circle.shares("Ana")
    assert circle.comes_back("Bo") == (Passed("Bo", 2, "later"), Given("Bo", 3))
    assert circle.pass_("Bo") == (Passed("Bo", 3, "passed"), Over("complete"))


# --- whoever is lost --------------------------------------------------------------------------------------


def test_a_lost_holder_is_waited_for_a_minute_and_has_it_again_at_the_end() -> None:
    circle = Circle()
    circle.going("Ana", "Bo", "Fern")
    circle.does(Gone("Ana", circle.now))
    assert circle.passes(MINUTE - 1) == ()
    assert circle.passes(1) == (Passed("Ana", 1, "later"), Given("Bo", 2))
    circle.does(Back("Ana"))
    circle.shares("Bo")
    circle.shares("Fern")
    assert circle.holder == "Ana"
    circle.shares("Ana")
    assert circle.ending == "complete"


def test_the_minute_counts_from_when_they_were_last_here() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    circle.passes(MINUTE)
    circle.does(Gone("Ana", circle.now - 20 * SECOND))
    assert circle.passes(40 * SECOND)[-1] == Given("Bo", 2)


def test_hearing_again_that_they_are_gone_makes_the_minute_no_longer() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    circle.does(Gone("Ana", circle.now))
    for _ in range(5):
        circle.passes(10 * SECOND)
        circle.does(Gone("Ana", circle.now))
        circle.does(Present(frozenset(("Bo",))))
    assert circle.passes(10 * SECOND)[-1] == Given("Bo", 2)


def test_hearing_again_that_they_are_here_is_no_sign_of_theirs() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    for _ in range(9):
        circle.passes(30 * SECOND)
        circle.does(Back("Ana"))
        circle.does(Present(frozenset(("Ana", "Bo"))))
    circle.passes(29 * SECOND)
    circle.does(Back("Ana"))
    assert circle.passes(SECOND)[-1] == Given("Bo", 2)


def test_who_returns_in_time_keeps_it() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    for _ in range(3):
        circle.does(Gone("Ana", circle.now))
        assert circle.passes(59 * SECOND) == ()
        circle.does(Back("Ana"))
    assert (circle.holder, circle.turn) == ("Ana", 1)


def test_any_word_of_theirs_tells_that_they_are_back() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    circle.does(Gone("Ana", circle.now))
    circle.passes(59 * SECOND)
    circle.does(Share("Ana"))
    assert circle.passes(4 * MINUTE - 1) == ()
    assert circle.holder == "Ana"


def test_lost_twice_is_enough() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    circle.does(Gone("Ana", circle.now))
    circle.passes(MINUTE)
    circle.shares("Bo")
    assert circle.holder == "Ana"
    assert circle.passes(MINUTE) == (Passed("Ana", 3, "silent"), Over("complete"))


def test_whoever_is_away_is_let_pass_by_those_who_are_here() -> None:
    circle = Circle()
    circle.going("Ana", "Bo", "Fern", "Otter")
    circle.does(Gone("Bo", circle.now))
    circle.shares("Ana")
    assert circle.holder == "Fern"
    circle.does(Back("Bo"))
    circle.shares("Fern")
    assert circle.holder == "Bo"
    circle.shares("Bo")
    circle.shares("Otter")
    assert circle.had == ["Ana", "Fern", "Bo", "Otter"]


def test_who_leaves_is_out_and_the_piece_goes_on_at_once() -> None:
    circle = Circle()
    circle.going("Ana", "Bo", "Fern")
    assert circle.does(Left("Ana")) == (Passed("Ana", 1, "silent"), Given("Bo", 2))
    circle.does(Left("Fern"))
    assert circle.refused(Join(IT, "Ana")) == "round.had_turn"
    circle.does(Join(IT, "Fern"))
    circle.shares("Bo")
    assert circle.holder == "Fern"


def test_one_may_step_out_without_leaving() -> None:
    circle = Circle()
    circle.going("Ana", "Bo", "Fern")
    circle.does(StepOut(IT, "Bo"))
    circle.does(StepOut(IT, "Ana"))
    assert circle.holder == "Fern"
    circle.shares("Fern")
    assert circle.ending == "complete"


def test_the_offerer_leaving_ends_nothing() -> None:
    circle = Circle()
    circle.offered("Heron", "Ana", "Bo")
    circle.does(Left("Heron"))
    circle.does(Begin(IT, "Ana"))
    circle.does(Begin(IT, "Bo"))
    circle.shares("Ana")
    circle.shares("Bo")
    assert (circle.had, circle.ending) == (["Ana", "Bo"], "complete")


def test_everybody_gone_is_no_reason_to_stand_still() -> None:
    circle = Circle()
    circle.going("Ana", "Bo", "Fern")
    circle.does(Present(frozenset()))
    circle.passes(6 * MINUTE)
    assert circle.ending == "complete"
    assert circle.had == ["Ana", "Bo", "Fern", "Ana", "Bo", "Fern"]


# --- whoever is silent ------------------------------------------------------------------------------------


def test_somebody_who_writes_for_an_hour_keeps_it() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    for _ in range(20):
        assert circle.passes(3 * MINUTE) == ()
        circle.does(Sign(IT, "Ana", 1))
    assert circle.holder == "Ana"


def test_long_silence_is_asked_about_and_only_then_the_piece_goes_on() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    assert circle.passes(4 * MINUTE) == (KindlyAsked("Ana", 1),)
    assert (circle.mine("Ana").asked, circle.mine("Bo").asked) == (True, False)
    circle.does(Sign(IT, "Ana", 1))
    assert not circle.mine("Ana").asked
    assert circle.passes(5 * MINUTE - 1) == (KindlyAsked("Ana", 1),)
    assert circle.passes(1) == (Passed("Ana", 1, "later"), Given("Bo", 2))
    circle.shares("Bo")
    assert circle.holder == "Ana"


def test_a_phone_in_a_pocket_that_comes_and_goes_holds_nobody_up_for_ever() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    while circle.holder == "Ana":
        circle.does(Gone("Ana", circle.now))
        circle.passes(50 * SECOND)
        circle.does(Back("Ana"))
        circle.passes(5 * SECOND)
        assert circle.now <= 7 * MINUTE
    assert circle.holder == "Bo"


def test_who_returns_after_long_silence_has_a_moment_to_say_so() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    circle.passes(5 * MINUTE - SECOND)
    circle.does(Gone("Ana", circle.now))
    circle.passes(30 * SECOND)
    circle.does(Back("Ana"))
    circle.passes(MINUTE - 1)
    assert circle.holder == "Ana"
    circle.does(Sign(IT, "Ana", 1))
    circle.passes(4 * MINUTE)
    assert circle.holder == "Ana"


def test_two_others_may_ask_kindly_and_nothing_comes_of_it_by_itself() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    assert circle.refused(Ask(IT, "Bo")) == "piece.too_soon"
    circle.passes(3 * MINUTE)
    circle.does(Sign(IT, "Ana", 1))
    assert circle.refused(Ask(IT, "Ana")) == "piece.yours"
    assert circle.does(Ask(IT, "Bo")) == ()
    assert circle.does(Ask(IT, "Bo")) == ()
    assert circle.does(Ask(IT, "Otter")) == (KindlyAsked("Ana", 1),)
    assert circle.mine("Ana").asked
    circle.does(Sign(IT, "Ana", 1))
    assert not circle.mine("Ana").asked
    assert circle.refused(Ask(IT, "Bo")) == "piece.too_soon"
    assert circle.passes(4 * MINUTE - 1) == ()


def test_a_wish_to_ask_ends_and_may_be_made_anew() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    for who in ("Bo", "Otter", "Otter"):
        circle.passes(3 * MINUTE)
        circle.does(Sign(IT, "Ana", 1))
        circle.passes(3 * MINUTE)
        circle.does(Sign(IT, "Ana", 1))
        assert circle.does(Ask(IT, who)) == ()
    assert circle.does(Ask(IT, "Bo")) == (KindlyAsked("Ana", 1),)


def test_an_unanswered_question_makes_no_time_shorter() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    circle.passes(3 * MINUTE)
    circle.does(Sign(IT, "Ana", 1))
    circle.does(Ask(IT, "Bo"))
    circle.does(Ask(IT, "Otter"))
    assert circle.passes(5 * MINUTE - 1) == ()
    assert circle.holder == "Ana"


def test_signs_keep_it_for_a_quarter_of_an_hour_once_two_others_asked() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    for _ in range(40):
        circle.passes(3 * MINUTE)
        circle.does(Sign(IT, "Ana", 1))
    circle.does(Ask(IT, "Otter"))
    circle.does(Ask(IT, "Moss"))
    asked_at = circle.now
    while circle.holder == "Ana":
        circle.does(Sign(IT, "Ana", 1))
        circle.passes(MINUTE)
        if circle.now == asked_at + 5 * MINUTE:
            circle.does(Ask(IT, "Otter"))
            circle.does(Ask(IT, "Moss"))
    assert circle.now == asked_at + LIMITS.piece_longest
    assert circle.followed[-2:] == [Passed("Ana", 1, "silent"), Given("Bo", 2)]
    circle.shares("Bo")
    assert circle.ending == "complete"


def test_one_who_asks_alone_makes_no_time_shorter() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    for _ in range(20):
        circle.passes(3 * MINUTE)
        circle.does(Sign(IT, "Ana", 1))
        circle.does(Ask(IT, "Otter"))
    assert circle.holder == "Ana"


def test_a_server_that_was_away_leaves_who_was_asked_a_moment() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    circle.passes(3 * MINUTE)
    circle.does(Ask(IT, "Bo"))
    circle.does(Ask(IT, "Otter"))
    circle.now += 60 * MINUTE
    assert circle.does(Sign(IT, "Ana", 1)) == ()
    assert circle.passes(MINUTE - 1) == ()
    assert circle.passes(1) == (Passed("Ana", 1, "silent"), Given("Bo", 2))


def test_a_holder_and_a_friend_are_no_draw_with_two_who_ask() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    circle.does(LayDown(IT, "Otter"))
    assert circle.holder == "Ana"
    assert circle.does(LayDown(IT, "Moss")) == (Over("laid_down"),)


def test_the_piece_is_laid_down_when_more_want_that_than_do_not() -> None:
    circle = Circle()
    circle.going("Ana", "Bo", "Fern")
    for who in ("Otter", "Moss"):
        circle.does(LayDown(IT, who))
    circle.does(LayDown(IT, "Otter"))
    assert circle.holder == "Ana"
    circle.does(LayDown(IT, "Bo"))
    assert circle.followed[-1] == Over("laid_down")
    assert round_views.box(circle.state, "Ana") == "open"


def test_nobody_lays_it_down_alone() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    circle.does(Present(frozenset()))
    assert circle.does(LayDown(IT, "Otter")) == ()
    assert circle.holder == "Ana"
    assert circle.does(LayDown(IT, "Moss")) == (Over("laid_down"),)


def test_wishes_to_lay_it_down_do_not_pile_up() -> None:
    circle = Circle()
    circle.going("Ana", "Bo", "Fern")
    for who in ("Otter", "Moss", "Wren", "Lark"):
        circle.does(LayDown(IT, who))
        circle.passes(LIMITS.round_asked // 2)
        circle.does(Sign(IT, "Ana", 1))
    assert circle.holder == "Ana"


# --- servers and clocks -----------------------------------------------------------------------------------


def test_a_restart_costs_nobody_their_turn() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    assert circle.state is not None
    circle.state = unpack(pack(circle.state))
    circle.now += 20 * SECOND
    circle.does(Present(frozenset()))
    circle.passes(10 * SECOND)
    circle.does(Present(frozenset(("Ana", "Bo"))))
    circle.passes(3 * MINUTE)
    assert (circle.holder, circle.turn) == ("Ana", 1)


def test_hours_without_a_server_cost_nobody_their_turn() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    circle.does(Gone("Ana", circle.now))
    circle.now += 60 * MINUTE
    assert circle.does(Tick()) == ()
    assert circle.passes(MINUTE - 1) == ()
    assert circle.passes(1)[-1] == Given("Bo", 2)


def test_a_clock_set_back_makes_no_wait_longer() -> None:
    circle = Circle()
    circle.now = 60 * MINUTE
    circle.going("Ana", "Bo")
    circle.does(Gone("Ana", circle.now))
    circle.now = 0
    circle.does(Tick())
    assert circle.passes(MINUTE)[-1] == Given("Bo", 2)


def test_a_closing_circle_ends_its_round() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    assert circle.does(Close()) == (Over("closed"),)
    assert circle.does(Tick()) == ()
    assert circle.does(Left("Ana")) == ()
    assert circle.refused(Join(IT, "Otter")) == "round.over"


@pytest.mark.parametrize(
    "event",
    [Join(IT, "Ana"), Listen(IT, "Ana"), StepOut(IT, "Ana"), Begin(IT, "Ana"), Pass(IT, "Ana", 1), ComeBack(IT, "Ana", 1),
     Sign(IT, "Ana", 1), Ask(IT, "Ana"), LayDown(IT, "Ana")],
    ids=lambda event: type(event).__name__,
)  # fmt: skip
def test_where_no_round_is_there_is_nothing_to_ask_for(event: Asked) -> None:
    assert Circle().refused(event) == "round.over"


@pytest.mark.parametrize(
    "event", [Share("Ana"), Gone("Ana", 0), Back("Ana"), Present(frozenset()), Left("Ana"), Close(), Tick()]
)
def test_where_no_round_is_whatever_happens_does_no_harm(event: Event) -> None:
    circle = Circle()
    assert circle.does(event) == ()
    assert circle.state is None


def test_before_it_begins_there_is_no_piece() -> None:
    circle = Circle()
    circle.offered("Ana", "Bo")
    assert circle.refused(Pass(IT, "Ana", 1)) == "piece.not_yours"
    assert circle.refused(Ask(IT, "Bo")) == "round.not_begun"
    assert circle.refused(LayDown(IT, "Bo")) == "round.not_begun"


# --- what is kept -----------------------------------------------------------------------------------------

KEPT = (
    b'{"id":"round-1","by":"Ana","offered_at":0,"at":0,"phase":"going","talk":false,"seats":[{"who":"Ana","turns":[1],'
    b'"owed":false,"out":false,"away_since":null},{"who":"Bo","turns":[],"owed":true,"out":false,"away_since":null}],'
    b'"piece":{"who":"Ana","turn":1,"since":0,"sign":0,"shared":false,"asked":false,"asked_at":null,"asking":null,'
    b'"spared":false},"turn":1,"listening":[],"begin":null,"lay":[],"ending":null,"version":1}'
)
"""As it was written by the first version."""


def test_what_the_first_version_wrote_is_read_and_goes_on() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    assert unpack(KEPT) == circle.state
    circle.state = unpack(KEPT)
    circle.shares("Ana")
    assert circle.holder == "Bo"


def test_fields_of_another_version_are_no_trouble() -> None:
    whole: dict[str, Any] = msgspec.json.decode(KEPT)
    more = {**whole, "colour": "lamp"}
    assert unpack(msgspec.json.encode(more)) == unpack(KEPT)
    fewer = {name: whole[name] for name in ("id", "by", "offered_at", "at", "phase", "seats", "piece", "turn")}
    assert unpack(msgspec.json.encode(fewer)) == unpack(KEPT)


@pytest.mark.parametrize("changed", [{"version": VERSION + 1}, {"phase": "silence"}, {"seats": {}}])
def test_what_a_newer_version_wrote_is_left_to_it(changed: dict[str, object]) -> None:
    whole = {**msgspec.json.decode(KEPT), **changed}
    with pytest.raises(Refusal, match=r"round\.newer"):
        unpack(msgspec.json.encode(whole))


def test_what_is_kept_is_small_and_has_no_words() -> None:
    circle = Circle()
    circle.going(*(f"participant-{n:04}" for n in range(LIMITS.round_most)))
    assert circle.state is not None
    assert len(pack(circle.state)) < 5_000


# --- what people see --------------------------------------------------------------------------------------


def test_who_comes_late_gets_a_card_with_the_question_and_the_holder() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    circle.passes(MINUTE)
    shown = round_views.seen(circle.state, question="What helped?")
    assert shown is not None
    assert (shown.question, shown.holder, shown.people) == ("What helped?", "Ana", ("Ana", "Bo"))
    assert "helped" not in repr(shown)
    late, early = circle.mine("Otter", entered_at=circle.now), circle.mine("Moss")
    assert (late.late, late.box, early.late) == (True, "waits", False)


def test_what_each_sees_of_their_own_part() -> None:
    circle = Circle()
    circle.offered("Ana", "Bo")
    circle.does(Listen(IT, "Otter"))
    assert {circle.mine(who).box for who in ("Ana", "Bo", "Otter")} == {"open"}
    assert (circle.mine("Otter").listening, circle.mine("Bo").listening) == (True, False)
    circle.passes(MINUTE)
    assert (circle.mine("Ana").box, circle.mine("Ana").turns) == ("yours", 1)
    assert (circle.mine("Bo").box, circle.mine("Bo").turns) == ("waits", 0)
    circle.comes_back("Ana")
    circle.shares("Bo")
    assert (circle.mine("Ana").box, circle.mine("Ana").turns) == ("yours", 2)


def test_words_wait_for_the_round_and_say_which() -> None:
    circle = Circle()
    circle.going("Ana", "Bo")
    refusal = core.wait(circle.state, "Bo")
    assert refusal is not None
    assert (refusal.code, refusal.facts) == ("circle.waiting", {"round": IT, "why": "round"})
    assert core.wait(circle.state, "Ana") is None
    assert core.wait(None, "Bo") is None


def test_where_an_hour_passes_in_a_minute_people_still_have_time() -> None:
    quick = scaled(LIMITS, 60)
    assert quick.round_gather == 20 * SECOND
    assert quick.piece_wait == 15 * SECOND
    assert quick.piece_quiet == MINUTE
    assert quick.piece_longest == 3 * MINUTE
