"""A case taken through its course in tests: people by name, a clock that tests turn, and all that followed."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import pytest

from moderation import case
from moderation.case import Ballot, Candidate, Case, Effect, Flag, Mark, Side, Step
from moderation.fold import Origin, Standing
from moderation.follows import Journal
from moderation.panel import Panel
from moderation.state import Conduct, Decision
from moderation.wire import Category
from rooms.limits import Limits
from rooms.units import HOUR
from rooms.work import Refusal

E = TypeVar("E", bound=Effect)
SEQ = 3
LIMITS = Limits()


class Course:
    """A case about Ana in a circle hosted by Heron. Message `SEQ` is in it, with seven witnesses: two flags fold it."""

    def __init__(
        self, *, conduct: Iterable[Conduct] = (), seqs: Sequence[int] = (SEQ,), limits: Limits = LIMITS
    ) -> None:
        self.limits = limits
        self.now = 0
        self.case = Case(0, 72 * HOUR, author="Ana", hosts=("Heron",), conduct=tuple(conduct))
        for seq in seqs:
            self.case = case.add(self.case, seq, 7)
        self.followed: list[Effect] = []

    def does(self, event: Any, *what: Any, **how: Any) -> tuple[Effect, ...]:
        """One event now; returns what followed from it."""
        done: Step = event(self.case, *what, **how, now=self.now, limits=self.limits)
        self.case, effects = done
        self.followed += effects
        return effects

    def refused(self, event: Any, *what: Any, **how: Any) -> str:
        """The code with which an event is refused."""
        before = self.case
        with pytest.raises(Refusal) as refusal:
            self.does(event, *what, **how)
        assert self.case is before
        return refusal.value.code

    def passes(self, time: int) -> tuple[Effect, ...]:
        """The clock goes on, stopping wherever something is due."""
        end = self.now + time
        effects: tuple[Effect, ...] = ()
        while (at := case.next_at(self.case, self.limits)) is not None and at <= end:
            self.now = max(self.now, at)
            effects += self.does(case.tick)
        self.now = end
        return effects

    def until(self, *stages: str) -> None:
        """The clock goes on until the case is at one of these stages."""
        while self.stage not in stages:
            at = case.next_at(self.case, self.limits)
            assert at is not None, self.stage
            self.passes(at - self.now)

    # --- people ---

    def flags(
        self, *names: str, seq: int = SEQ, category: Category = "disrespect", standing: Standing = Standing.ESTABLISHED
    ) -> tuple[Effect, ...]:
        effects: tuple[Effect, ...] = ()
        for name in names:
            effects += self.does(case.flag, seq, Flag(name, category, standing))
        return effects

    def holds(self, name: str, category: Category = "privacy", seq: int = SEQ) -> tuple[Effect, ...]:
        return self.does(case.hold, seq, name, category, standing=Standing.ESTABLISHED)

    def cosigns(self, name: str, seq: int = SEQ, **how: Any) -> tuple[Effect, ...]:
        return self.does(case.cosign, seq, name, **{"standing": Standing.ESTABLISHED, "origin": Origin(), **how})

    def drawn(self, people: int | Sequence[Candidate], *, moderators: int = 1, live: bool = True) -> tuple[Effect, ...]:
        """Lots fall on so many people, P0 first; the last of them are moderators."""
        if isinstance(people, int):
            people = [Candidate(f"P{place}", place >= people - moderators) for place in range(people)]
        return self.does(case.draw, people, live=live)

    def seated(self, people: int | Sequence[Candidate], *, moderators: int = 1, live: bool = True) -> list[str]:
        """Lots fall and everybody asked says yes, last first; returns who sits, in the order of their letters."""
        self.drawn(people, moderators=moderators, live=live)
        self.all_accept()
        return self.jurors

    def all_accept(self) -> None:
        while self.asked and self.case.review.panel is not None:
            self.does(case.accept, self.asked[-1])

    def votes(
        self,
        *marks: tuple[int, int],
        code: Category | None = "disrespect",
        among: Sequence[str] | None = None,
        final: bool = True,
        hold: bool = False,
    ) -> None:
        """Jurors cast, one pair of content and person level each, and what they cast becomes final."""
        for juror, (content, person) in zip(self.jurors if among is None else among, marks, strict=False):
            self.casts(juror, content, person, code=code, hold=hold)
        if final:
            self.passes(self.limits.undo)

    def casts(
        self, juror: str, content: int, person: int, *, code: Category | None = "disrespect", hold: bool = False
    ) -> tuple[Effect, ...]:
        mine = tuple(Mark(seq, content, hold) for seq in self.panel.items)
        return self.does(case.cast, juror, Ballot(mine, person, code if content or person or hold else None, 1))

    def appeals(self, name: str = "Ana", side: Side = "author") -> tuple[Effect, ...]:
        return self.does(case.appeal, name, side)

    # --- what is to be seen ---

    @property
    def stage(self) -> str:
        return self.case.review.stage

    @property
    def panel(self) -> Panel:
        assert self.case.review.panel is not None
        return self.case.review.panel

    @property
    def asked(self) -> list[str]:
        panel = self.case.review.panel
        return [] if panel is None else [seat.juror or "" for seat in panel.seats if seat.state == "asked"]

    @property
    def jurors(self) -> list[str]:
        return [seat.juror or "" for seat in sorted(self.panel.seated, key=lambda seat: seat.letter)]

    @property
    def decision(self) -> Decision:
        assert self.case.decision is not None
        return self.case.decision

    @property
    def outcome(self) -> tuple[int, int]:
        """Content and person level of the decision in force."""
        return self.decision.level(SEQ), self.decision.person

    def view(self, seq: int = SEQ) -> str:
        message = self.case.message(seq)
        assert message is not None
        return message.view

    def all_of(self, kind: type[E]) -> list[E]:
        return [each for each in self.followed if isinstance(each, kind)]


def only(effects: Iterable[Effect], kind: type[E]) -> list[E]:
    return [each for each in effects if isinstance(each, kind)]


def told(effects: Iterable[Effect]) -> list[Effect]:
    """All but the record."""
    return [each for each in effects if not isinstance(each, Journal)]
