"""A case under whatever people and time may do to it: the invariants of folding hold after every step."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from moderation import case
from moderation.case import Case, Effect, Flag, Step
from moderation.fold import Origin, Standing, counted, threshold
from moderation.follows import Close, Fold, Hush, Journal, Tell, Unfold
from rooms.limits import Limits
from rooms.work import Refusal

PEOPLE = [f"person {n}" for n in range(12)]
SEQS = [3, 5, 8]
LIFE = 72
SPAN = 24
MOST = 3
LIMITS = Limits()
MARKS = st.sampled_from([None, b"a", b"b"])
CLASSES = st.tuples(st.sampled_from(Standing), MARKS, MARKS)


def shared(effects: tuple[Effect, ...]) -> list[Effect]:
    """What others than the flaggers get to know, and the record."""
    return [each for each in effects if not isinstance(each, Tell)]


def told(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """All but the record."""
    return tuple(each for each in effects if not isinstance(each, Journal))


class ACase(RuleBasedStateMachine):
    """One case, and beside it the same case in a world where other people of the same standing flagged."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0
        self.case = Case(opened_at=0, lapses_at=LIFE)
        self.mirror = self.case
        self.swapped = dict(zip(PEOPLE, PEOPLE[::-1], strict=True))
        self.told: dict[tuple[int, str], str] = {}
        self.gone: set[str] = set()
        self.steps: list[Callable[[Case], Step]] = []

    def take(self, step: Callable[[Case], Step], mirrored: Callable[[Case], Step]) -> tuple[Effect, ...]:
        before = self.case
        self.case, effects = step(before)
        self.mirror, elsewhere = mirrored(self.mirror)
        assert shared(effects) == shared(elsewhere)
        assert len(effects) == len(elsewhere)
        again, nothing = step(self.case)
        assert (again, nothing) == (self.case, ())
        for each in effects:
            if isinstance(each, Tell):
                assert self.told.get((each.seq, each.by)) != each.status
                self.told[(each.seq, each.by)] = each.status
            if isinstance(each, Fold):
                message = self.case.message(each.seq)
                assert message is not None
                needed = threshold(message.witnesses)
                counting = [flag.by for flag in message.standing_flags if flag.standing is not Standing.NONE]
                known = [by for by in counting if by is not None]
                assert len(counting) >= needed >= 2
                assert len(known) == len(set(known))
                assert each.until == before.opened_at + LIFE
                assert before.opened_at + LIFE > self.now
        return effects

    @rule(seq=st.sampled_from(SEQS), by=st.sampled_from(PEOPLE), what=CLASSES, witnesses=st.integers(0, 40))
    def flagged(self, seq: int, by: str, what: tuple[Standing, bytes | None, bytes | None], witnesses: int) -> None:
        if by in self.gone or not case.takes(self.case, seq, now=self.now, span=SPAN, most=MOST):
            return
        if self.case.message(seq) is None:
            self.case = case.add(self.case, seq, witnesses)
            self.mirror = case.add(self.mirror, seq, witnesses)
        held = self.case.message(seq)
        assert held is not None
        given = Flag(by, "disrespect", what[0], Origin(what[1], what[2]))
        effects = self.take(
            lambda it: case.flag(it, seq, given, now=self.now, limits=LIMITS),
            lambda it: case.flag(it, seq, replace(given, by=self.swapped[by]), now=self.now, limits=LIMITS),
        )
        if any(each.by == by for each in held.flags):
            assert effects == ()
        elif given.standing in (Standing.NONE, Standing.ASKS):
            assert shared(effects) == []

    @rule(seq=st.sampled_from(SEQS), by=st.sampled_from(PEOPLE))
    def withdrawn(self, seq: int, by: str) -> None:
        if by in self.gone:
            return
        held = self.case.message(seq)
        effects = self.take(
            lambda it: case.withdraw(it, seq, by, now=self.now, limits=LIMITS),
            lambda it: case.withdraw(it, seq, self.swapped[by], now=self.now, limits=LIMITS),
        )
        uncounted = held is not None and any(each.by == by and each.standing <= Standing.NONE for each in held.flags)
        if uncounted:
            assert not any(isinstance(each, Unfold) for each in effects)

    @rule(seq=st.sampled_from(SEQS), how=st.sampled_from(["rephrased", "taken_back", "faded"]))
    def words_go(self, seq: int, how: case.Ending) -> None:
        def step(it: Case) -> Step:
            return case.end(it, seq, how, now=self.now, limits=LIMITS)

        effects = self.take(step, step)
        assert not any(isinstance(each, Fold | Unfold) for each in effects)

    @rule(by=st.sampled_from(PEOPLE))
    def forgotten(self, by: str) -> None:
        self.gone.add(by)
        views = [each.view for each in self.case.messages]
        self.take(
            lambda it: case.forget(it, by, now=self.now, limits=LIMITS),
            lambda it: case.forget(it, self.swapped[by], now=self.now, limits=LIMITS),
        )
        assert [each.view for each in self.case.messages] == views
        assert all(each.by != by for message in self.case.messages for each in message.flags)

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        self.now += hours
        self.take(
            lambda it: case.tick(it, now=self.now, limits=LIMITS),
            lambda it: case.tick(it, now=self.now, limits=LIMITS),
        )

    @invariant()
    def what_is_folded_has_enough_flags_and_time_left(self) -> None:
        for message in self.case.messages:
            if message.view == "folded":
                needed = threshold(message.witnesses)
                flags = [(each.standing, each.origin) for each in message.standing_flags]
                assert counted(flags, needed) == needed
                assert self.now < self.case.opened_at + LIFE

    @invariant()
    def what_has_enough_flags_is_folded(self) -> None:
        assert not any(each.view == "visible" and each.enough for each in self.case.messages)

    @invariant()
    def a_closed_case_folds_nothing_and_knows_no_origins(self) -> None:
        if self.case.closed is not None:
            assert not any(each.live for each in self.case.messages)
            assert {each.origin for message in self.case.messages for each in message.flags} <= {Origin()}
            assert not any(case.takes(self.case, seq, now=self.now, span=SPAN, most=MOST) for seq in SEQS)

    @invariant()
    def flaggers_know_where_their_flags_stand(self) -> None:
        for message in self.case.messages:
            for each in message.flags:
                if each.by is not None and case.status_of(self.case, message) is not None:
                    mine = "withdrawn" if each.withdrawn else case.status_of(self.case, message)
                    assert self.told[(message.seq, each.by)] == mine

    @invariant()
    def who_flagged_shows_in_no_view(self) -> None:
        assert [each.view for each in self.case.messages] == [each.view for each in self.mirror.messages]
        assert self.case.closed == self.mirror.closed

    @precondition(lambda self: self.case.closed is None and self.case.messages)
    @invariant()
    def time_alone_closes_it(self) -> None:
        assert case.next_at(self.case, LIMITS) == self.case.lapses_at
        closed, effects = case.tick(self.case, now=self.case.lapses_at, limits=LIMITS)
        assert closed.closed is not None
        folded = [each.seq for each in self.case.messages if each.view == "folded"]
        assert [each.seq for each in effects if isinstance(each, Unfold)] == folded
        assert Close(closed.closed) in effects


TestACase = ACase.TestCase
TestACase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)


@given(
    st.lists(st.tuples(st.sampled_from(PEOPLE), CLASSES), unique_by=lambda each: each[0], max_size=10),
    st.sets(st.sampled_from(PEOPLE)),
    st.integers(0, 60),
    st.randoms(use_true_random=False),
)
def test_flags_of_one_moment_give_the_same_in_any_order(
    given_: list[tuple[str, tuple[Standing, bytes | None, bytes | None]]],
    taken_back: set[str],
    witnesses: int,
    random: "st.DataObject",
) -> None:
    flags = [Flag(by, "spam", what[0], Origin(what[1], what[2])) for by, what in given_]
    shuffled = list(flags)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    def after(order: list[Flag]) -> tuple[str, str | None, frozenset[Flag]]:
        held = case.add(Case(0, LIFE), 3, witnesses)
        for each in order:
            held, _ = case.flag(held, 3, each, now=1, limits=LIMITS)
            held, _ = case.flag(held, 3, each, now=1, limits=LIMITS)
        if len(taken_back & {each.by for each in flags}) == len(flags):
            return "", None, frozenset()
        for by in sorted(taken_back):
            held, _ = case.withdraw(held, 3, by, now=1, limits=LIMITS)
        message = held.message(3)
        assert message is not None
        return message.view, held.closed, frozenset(message.flags)

    assert after(flags) == after(shuffled)


def test_a_lapsed_message_takes_no_more_flags_in_its_case() -> None:
    held = case.add(Case(0, LIFE), 3, 0)
    held, _ = case.flag(held, 3, Flag("person 1", "spam", Standing.ESTABLISHED), now=1, limits=LIMITS)
    held, effects = case.tick(held, now=LIFE, limits=LIMITS)
    assert told(effects) == (Tell(3, "person 1", "lapsed"), Close("lapsed"))
    late = Flag("person 2", "spam", Standing.ESTABLISHED)
    assert case.flag(held, 3, late, now=LIFE, limits=LIMITS) == (held, ())
    assert not case.takes(held, 3, now=1, span=SPAN, most=MOST)


def test_other_messages_of_a_case_are_untouched_by_a_repair() -> None:
    held = case.add(case.add(Case(0, LIFE), 3, 0), 5, 0)
    for seq in (3, 5):
        for by in ("person 1", "person 2"):
            held, _ = case.flag(held, seq, Flag(by, "spam", Standing.ESTABLISHED), now=1, limits=LIMITS)
    held, effects = case.end(held, 3, "rephrased", now=1, limits=LIMITS)
    assert told(effects) == (Hush(3), Tell(3, "person 1", "rephrased"), Tell(3, "person 2", "rephrased"))
    assert [each.view for each in held.messages] == ["rephrased", "folded"]
    assert held.closed is None
    assert not case.takes(held, 3, now=1, span=SPAN, most=MOST)
    assert case.takes(held, 5, now=LIFE - 1, span=SPAN, most=MOST)
    assert not case.takes(held, 5, now=LIFE, span=SPAN, most=MOST)
    assert case.takes(held, 8, now=SPAN - 1, span=SPAN, most=MOST)
    assert not case.takes(held, 8, now=SPAN, span=SPAN, most=MOST)
    assert not case.takes(held, 8, now=1, span=SPAN, most=2)
    held, effects = case.end(held, 5, "taken_back", now=1, limits=LIMITS)
    assert held.closed == "repaired"
    assert not case.takes(held, 3, now=1, span=SPAN, most=MOST)


def test_nobody_flags_their_own_words() -> None:
    held = case.add(Case(0, LIFE, author="person 1"), 3, 0)
    with pytest.raises(Refusal) as refusal:
        case.flag(held, 3, Flag("person 1", "spam", Standing.ESTABLISHED), now=1, limits=LIMITS)
    assert refusal.value.code == "flag.own_words"
