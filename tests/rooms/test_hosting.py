"""Who holds the space: nobody is made to, nobody keeps it by silence, and the circle goes on in any case."""

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from rooms import hosting
from rooms.hosting import ASKED, AWAY, SILENT, Space, Step
from rooms.limits import HOUR, MINUTE
from rooms.work import Refusal

PEOPLE = ("Heron", "Ana", "Bo", "Fern")


def after(space: Space, time: int, now: int = 0) -> Step:
    return hosting.tick(space, now=now + time)


def test_a_host_who_is_silent_while_others_speak_is_missed_after_a_while() -> None:
    space, _ = hosting.sign(Space("Heron"), "Ana", now=0)
    space, _ = hosting.sign(space, "Bo", now=MINUTE)
    assert after(space, SILENT - 1) == (space, ())
    space, told = after(space, SILENT)
    assert told == (("asked", None),)
    assert space.host == "Heron"


def test_where_nobody_speaks_nobody_is_missed() -> None:
    assert hosting.next_at(Space("Heron")) is None
    space, _ = hosting.sign(Space("Heron"), "Ana", now=0)
    space, _ = hosting.sign(space, "Heron", now=SILENT - 1)
    assert hosting.next_at(space) is None


def test_a_host_who_returns_while_all_are_asked_goes_on() -> None:
    space, _ = after(hosting.sign(Space("Heron"), "Ana", now=0)[0], SILENT)
    space, told = hosting.sign(space, "Heron", now=SILENT + 1)
    assert (space, told) == (Space("Heron"), (("held", "Heron"),))


def test_the_first_who_is_willing_and_seconded_holds_it() -> None:
    space, told = hosting.left(Space("Heron"), "Heron", now=0)
    assert (space.host, told) == (None, (("asked", None),))
    space = hosting.offer(hosting.offer(space, "Ana"), "Bo")
    with pytest.raises(Refusal, match=r"space\.own"):
        hosting.second(space, "Ana", "Ana")
    with pytest.raises(Refusal, match=r"space\.not_willing"):
        hosting.second(space, "Ana", "Fern")
    space, told = hosting.second(space, "Fern", "Bo")
    assert (space, told) == (Space("Bo"), (("held", "Bo"),))
    assert hosting.second(space, "Ana", "Bo") == (space, ())


def test_if_nobody_does_the_circle_goes_on_as_equals_and_anybody_may_take_it_later() -> None:
    space, _ = hosting.left(Space("Heron"), "Heron", now=0)
    space, told = after(space, ASKED)
    assert (space, told) == (Space(None), (("equals", None),))
    space, told = hosting.second(hosting.offer(space, "Ana"), "Bo", "Ana")
    assert (space.host, told) == ("Ana", (("held", "Ana"),))


def test_a_host_may_stop_without_leaving_and_holds_it_until_somebody_does() -> None:
    space, told = hosting.stop(Space("Heron"), "Heron", now=0)
    assert told == (("asked", None),)
    assert hosting.stop(space, "Heron", now=1) == (space, ())
    assert hosting.sign(space, "Heron", now=2)[1] == ()
    space, _ = hosting.second(hosting.offer(space, "Ana"), "Heron", "Ana")
    assert space == Space("Ana")
    with pytest.raises(Refusal, match=r"circle\.not_host"):
        hosting.stop(space, "Heron", now=3)


def test_a_co_holder_takes_over_at_once() -> None:
    space, told = hosting.second(hosting.offer(Space("Heron"), "Ana"), "Heron", "Ana")
    assert (space.co, told) == (("Ana",), (("co_holder", "Ana"),))
    space, told = hosting.left(space, "Heron", now=0)
    assert (space.host, space.co, told) == ("Ana", (), (("held", "Ana"),))


def test_a_host_without_a_screen_is_waited_for_some_minutes() -> None:
    space, _ = hosting.screen(Space("Heron"), "Heron", here=False, now=0)
    assert after(space, AWAY)[1] == (("asked", None),)
    assert hosting.screen(space, "Heron", here=True, now=1) == (Space("Heron"), ())


def test_a_shift_ends_gently() -> None:
    space, _ = hosting.second(hosting.offer(Space(None), "Ana"), "Bo", "Ana", until=2 * HOUR)
    assert after(space, 2 * HOUR - 1)[1] == ()
    space, told = after(space, 2 * HOUR)
    assert (space.host, told) == ("Ana", (("asked", None),))
    assert hosting.tick(space, now=2 * HOUR + ASKED) == (Space(None), (("equals", None),))


class AHeldCircle(RuleBasedStateMachine):
    """Whoever holds it was willing and seconded by somebody else; asking has an end; what is due is known."""

    def __init__(self) -> None:
        super().__init__()
        self.space, self.now = Space("Heron"), 0
        self.agreed = {"Heron"}
        self.willing: set[str] = set()
        self.refused: set[tuple[str, bool]] = set()

    def took(self, step: Step) -> None:
        self.space, told = step
        for what, who in told:
            if what in ("held", "co_holder"):
                assert who in self.agreed

    def do(self, step: Step) -> None:
        self.took(step)
        self.took(hosting.tick(self.space, now=self.now))

    @rule(who=st.sampled_from(PEOPLE))
    def speak(self, who: str) -> None:
        self.do(hosting.sign(self.space, who, now=self.now))

    @rule(who=st.sampled_from(PEOPLE), here=st.booleans())
    def screen(self, who: str, here: bool) -> None:
        self.do(hosting.screen(self.space, who, here=here, now=self.now))

    @rule(who=st.sampled_from(PEOPLE))
    def offer(self, who: str) -> None:
        self.willing.add(who)
        self.space = hosting.offer(self.space, who)
        assert hosting.offer(self.space, who) == self.space

    @rule(who=st.sampled_from(PEOPLE))
    def take_back(self, who: str) -> None:
        self.space = hosting.take_back(self.space, who)
        self.willing.discard(who)
        if self.space.host != who:
            self.agreed.discard(who)

    @rule(by=st.sampled_from(PEOPLE), whom=st.sampled_from(PEOPLE))
    def second(self, by: str, whom: str) -> None:
        try:
            step = hosting.second(self.space, by, whom)
        except Refusal as refusal:
            self.refused.add((refusal.code, by == whom))
            return
        assert whom in self.willing | self.agreed
        self.agreed.add(whom)
        self.do(step)

    @rule(who=st.sampled_from(PEOPLE))
    def leave(self, who: str) -> None:
        self.willing.discard(who)
        self.do(hosting.left(self.space, who, now=self.now))
        assert who not in (self.space.host, *self.space.co, *self.space.willing)

    @rule(who=st.sampled_from(PEOPLE))
    def stop(self, who: str) -> None:
        try:
            self.do(hosting.stop(self.space, who, now=self.now))
        except Refusal:
            assert self.space.host != who

    @rule(long=st.sampled_from((1, MINUTE, AWAY, SILENT, -HOUR)))
    def wait(self, long: int) -> None:
        self.now += long
        for _ in range(9):
            self.took(hosting.tick(self.space, now=self.now))

    @rule()
    def restart(self) -> None:
        self.space = msgspec.json.decode(msgspec.json.encode(self.space), type=Space)

    @invariant()
    def what_is_due_is_known_and_near(self) -> None:
        assert self.refused <= {("space.own", True), ("space.not_willing", False)}
        at = hosting.next_at(self.space)
        assert at is None or self.now < at <= self.now + max(ASKED, SILENT, AWAY)
        assert self.space.host is None or self.space.host in self.agreed
        assert self.space.host not in (*self.space.co, *self.space.willing) or self.space.host is None

    def teardown(self) -> None:
        """Left alone, it comes to rest."""
        for _ in range(9):
            at = hosting.next_at(self.space)
            if at is None:
                return
            self.now = at
            self.took(hosting.tick(self.space, now=at))
        raise AssertionError(self.space)


TestAHeldCircle = AHeldCircle.TestCase
TestAHeldCircle.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
