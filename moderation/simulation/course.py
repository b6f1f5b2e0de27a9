"""One case from its first flag onward, with people who do as a simulation says. Every step is the pure core's own."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

from moderation import case as core
from moderation.case import Ballot, Candidate, Case, Effect, Flag, Mark, Seat, Standing
from moderation.draw import order
from moderation.wire import Category
from rooms.limits import Limits
from rooms.work import Refusal

BEGAN = 1_800_000_000_000
SEQ = 7
AUTHOR = "the author"
Willing = Callable[[str], bool]
Opinion = Callable[[str], Ballot | None]
"""What a juror casts; None where they sit and say nothing."""
STEPS_MOST = 500
"""No course takes so many; one that does would never end."""


def everybody(_: str) -> bool:
    return True


def ballot(content: int, person: int = 0, code: Category | None = None, seqs: Sequence[int] = (SEQ,)) -> Ballot:
    """Marks with a reason where they need one."""
    asks = content > 0 or person > 0
    reason = code or ("disrespect" if asks else None)
    return Ballot(tuple(Mark(seq, content) for seq in seqs), person, reason, 1 if asks else 0)


KEEP = ballot(0)


@dataclass(slots=True)
class Course:
    random: Random
    limits: Limits = field(default_factory=Limits)
    hosts: tuple[str, ...] = ()
    witnesses: int = 7
    now: int = BEGAN
    case: Case = field(init=False)
    effects: list[Effect] = field(default_factory=list)
    """Everything that followed so far."""

    def __post_init__(self) -> None:
        self.case = Case(self.now, self.now + self.limits.fold_life, author=AUTHOR, hosts=self.hosts)

    @property
    def stage(self) -> core.Stage:
        return self.case.review.stage

    def does(self, event: Callable[..., core.Step], *what: Any, **more: Any) -> tuple[Effect, ...]:
        """One event now; raises what it raises."""
        self.case, effects = event(self.case, *what, now=self.now, limits=self.limits, **more)
        self.effects += effects
        return effects

    def tries(self, event: Callable[..., core.Step], *what: Any, **more: Any) -> bool:
        """Whether it was allowed."""
        try:
            self.does(event, *what, **more)
        except Refusal:
            return False
        return True

    def flagged(
        self,
        people: Collection[str],
        seq: int = SEQ,
        *,
        category: Category = "disrespect",
        standing: Standing = Standing.ESTABLISHED,
    ) -> "Course":
        if self.case.message(seq) is None:
            self.case = core.add(self.case, seq, self.witnesses)
        for who in people:
            self.does(core.flag, seq, Flag(who, category, standing))
        return self

    def passes(self, long: int) -> None:
        """Time goes by; what falls due is done at its moment."""
        end = self.now + long
        for _ in range(STEPS_MOST):
            due = core.next_at(self.case, self.limits)
            if due is None or due > end:
                break
            self.now = max(self.now, due)
            self.does(core.tick)
        self.now = end

    def passes_to_next(self) -> bool:
        """Whether there was anything to wait for."""
        due = core.next_at(self.case, self.limits)
        if due is not None:
            self.passes(max(0, due - self.now))
        return due is not None

    # --- panels -------------------------------------------------------------------------------------------

    def lots(self, pool: Collection[str]) -> tuple[str, ...]:
        """The pool as lots fall on it, by a nonce nobody knows."""
        return order(self.random.randbytes(32), f"case {self.random.getrandbits(64)}", pool)

    def draws(
        self,
        fell: Sequence[str],
        *,
        moderators: Collection[str] = (),
        skips: Mapping[str, Literal["recused", "busy"]] | None = None,
        live: bool = True,
    ) -> None:
        """``fell``: the pool in the order of the lots."""
        skips = skips or {}
        candidates = [Candidate(who, who in moderators, skips.get(who)) for who in fell]
        self.does(core.draw, candidates, live=live)

    @property
    def asked(self) -> list[str]:
        return [seat.juror for seat in self._seats() if seat.state == "asked" and seat.juror is not None]

    @property
    def seated(self) -> list[str]:
        return [seat.juror for seat in self._seats() if seat.state == "seated" and seat.juror is not None]

    @property
    def waited_for(self) -> list[str]:
        """Jurors who have not voted in this round."""
        panel = self.case.review.panel
        if panel is None or self.stage not in ("ballot1", "ballot2"):
            return []
        return [seat.juror for seat in panel.seated if seat.juror is not None and panel.ballot(seat) is None]

    def answered(self, willing: Willing) -> None:
        """Everybody who is asked answers at once, in any order."""
        asked = self.asked
        self.random.shuffle(asked)
        for who in asked:
            if who in self.asked:
                self.does(core.accept if willing(who) else core.decline, who)

    def decided(self, opinion: Opinion, willing: Willing = everybody) -> "Course":
        """Go on until a panel has decided or the case is over; drawing lots is not part of it."""
        decisions = len(self.case.review.decisions)
        for _ in range(STEPS_MOST):
            if self.case.closed is not None or len(self.case.review.decisions) > decisions:
                break
            if self.case.review.panel is None:
                break
            said = [(who, opinion(who)) for who in self.waited_for]
            voting = [(who, given) for who, given in said if given is not None]
            if self.asked:
                self.answered(willing)
            elif self.stage == "talk":
                for who in self.seated:
                    self.does(core.ready, who)
            elif voting:
                for who, given in voting:
                    self.does(core.cast, who, given)
            elif not self.passes_to_next():
                break
        return self

    def level(self, seq: int = SEQ) -> tuple[int, int]:
        """What is in force: content and person; nothing before a decision."""
        decision = self.case.decision
        return (0, 0) if decision is None else (decision.level(seq), decision.person)

    def view(self, seq: int = SEQ) -> core.View:
        message = self.case.message(seq)
        assert message is not None
        return message.view

    def _seats(self) -> tuple[Seat, ...]:
        panel = self.case.review.panel
        return () if panel is None else panel.seats
