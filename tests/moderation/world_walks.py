"""Random walks through a `World`: purposeful enough to reach decisions and appeals, and careless enough to try
everything else on the way. A walk is decided by its seed alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random

from moderation import case as core
from moderation.flagged import HARD, Ending
from moderation.fold import Origin, Standing
from moderation.panel import Ballot
from moderation.state import Case, Conduct
from moderation.wire import Category
from rooms.limits import Limits, scaled
from rooms.units import DAY, HOUR, MINUTE, SECOND
from tests.moderation.world import AUTHOR, BEGAN, HOST, PEOPLE, SEQS, SUBJECT, Around, Taken, World, ballot

SOFT: tuple[Category, ...] = ("disrespect", "pressure")
POOLS = ((0, 2), (3, 5), (6, 9), (10, 13), (14, 20), (18, len(PEOPLE)), (20, len(PEOPLE)))
Judge = Callable[[World, Taken], None]


@dataclass(frozen=True, slots=True)
class Mood:
    """What jurors of this walk tend to think."""

    content: int = 1
    person: int = 0
    code: Category = "disrespect"
    agree: float = 0.85
    hold: bool = False
    willing: float = 0.7


@dataclass(frozen=True, slots=True)
class Bias:
    """Where a walk should rather go; what is None is left to chance."""

    pool: tuple[int, int] | None = None
    mood: Mood | None = None
    repeated: bool | None = None
    """The author was paused twice before."""
    moderators: float | None = None
    standing: Standing | None = None
    live: bool | None = None
    careful: bool | None = None
    """The outside skips whom it knows to be a party."""
    category: Category | None = None
    busy: float = 0.0
    steady: bool = False
    """Nothing but what leads onward: flags, seats, ballots, time, and one appeal after the other."""
    witnesses: int | None = None
    later: Mood | None = None
    """What jurors of appeals tend to think."""
    fickle: bool = False
    """Flags are often taken back."""
    own: bool = False
    """Messages show somebody's own data."""


def around(rng: Random, bias: Bias) -> Around:
    low, high = bias.pool or rng.choice(POOLS)
    pool = tuple(rng.sample(PEOPLE, rng.randint(low, min(high, len(PEOPLE)))))
    share = rng.choice((0.0, 0.2, 0.5, 1.0)) if bias.moderators is None else bias.moderators
    moderators = frozenset(who for who in PEOPLE if rng.random() < share)
    repeated = rng.random() < 0.4 if bias.repeated is None else bias.repeated
    earlier = Conduct(rng.choice((3, 4)), BEGAN - rng.randint(1, 20) * DAY, here=rng.random() < 0.8)
    conduct = (Conduct(4, BEGAN - DAY, here=True), Conduct(4, BEGAN - 2 * DAY, here=True)) if repeated else (earlier,)
    kinds = (Standing.ESTABLISHED,) * 3 + (Standing.PRESENT, Standing.ASKS, Standing.NONE)
    standings = {who: bias.standing if bias.standing is not None else rng.choice(kinds) for who in PEOPLE}
    marks = (None, b"a", b"b")
    limits = scaled(Limits(), rng.choice((1, 1, 1, 600)))
    return Around(
        pool=pool,
        moderators=moderators,
        circles={who: ("closed",) for who in PEOPLE if rng.random() < 0.1},
        standings=standings,
        origins={
            who: Origin(rng.choice(marks), rng.choice(marks)) for who in PEOPLE if standings[who] is Standing.PRESENT
        },
        conduct=conduct if repeated or rng.random() < 0.3 else (),
        witnesses=rng.choice((0, 3, 7, 11, 24, 50)) if bias.witnesses is None else bias.witnesses,
        live=rng.random() < 0.6 if bias.live is None else bias.live,
        limits=limits,
        strangers=frozenset(who for who in PEOPLE if rng.random() < 0.05),
        skips_known=rng.random() < 0.5 if bias.careful is None else bias.careful,
    )


def mood(rng: Random) -> Mood:
    hard = rng.random() < 0.5
    return Mood(
        content=rng.choice((0, 1, 1, 2, 2)),
        person=rng.randint(0, 5),
        code=rng.choice(HARD) if hard else rng.choice((*SOFT, "safety")),
        agree=rng.choice((0.6, 0.85, 1.0)),
        hold=rng.random() < 0.3,
        willing=rng.choice((0.3, 0.7, 1.0)),
    )


class Walk:
    """``rng`` also decides the world; each `step` does one thing, or one thing for each of several people."""

    def __init__(self, rng: Random, judge: Judge, bias: Bias = Bias(), *, mirrored: bool = True) -> None:
        self.rng = rng
        self.bias = bias
        self.mood = mood(rng) if bias.mood is None else bias.mood
        self.world = World(around(rng, bias), judge, mirrored=mirrored)
        self.targets = rng.sample(SEQS, rng.randint(1, 2))
        own: Category = self.mood.code if rng.random() < 0.7 else rng.choice(SOFT)
        self.category = bias.category or own

    @property
    def case(self) -> Case:
        return self.world.case

    @property
    def over(self) -> bool:
        return self.case.closed is not None

    def step(self) -> None:
        stage = self.case.review.stage
        if self.bias.later is not None and self.case.review.decisions:
            self.mood = self.bias.later
        onward: Mapping[str, Callable[[], object]] = {
            "triage": self.ask,
            "seating": self.seat,
            "ballot1": self.vote,
            "talk": self.talk,
            "ballot2": self.vote,
            "decided": self.object,
            "appeal_wait": self.seat,
            "closed": self.anything,
        }
        if self.bias.steady or self.rng.random() < 0.7:
            onward[stage]()
        else:
            self.anything()

    # --- onward -------------------------------------------------------------------------------------------

    def ask(self) -> None:
        """Flags until lots can be drawn."""
        rng, world = self.rng, self.world
        if not self.bias.steady and rng.random() < 0.25:
            self.cover()
        elif self.mood.hold and self.case.messages and rng.random() < 0.3:
            seq = self.target()
            world.hold(seq, self.someone(), rng.choice(HARD))
            world.cosign(seq, self.someone())
        elif not self.case.messages or rng.random() < 0.5:
            seq = self.target()
            for who in rng.sample(PEOPLE[:6], rng.randint(1, 4)):
                world.flag(seq, who, self.category)
            if self.bias.fickle:
                world.withdraw(seq, self.flagger())
        elif world.draw(self.lots(), busy=self.busy()) is None:
            self.wait()

    def seat(self) -> None:
        panel = self.case.review.panel
        if panel is None:
            if self.world.draw(self.lots(), busy=self.busy()) is None:
                self.wait()
            return
        asked = [seat.juror for seat in panel.seats if seat.state == "asked" and seat.juror]
        if not asked:
            self.wait()
            return
        self.rng.shuffle(asked)
        for who in asked if self.rng.random() < 0.7 else asked[:1]:
            chance = self.rng.random()
            if chance < self.mood.willing:
                self.world.accept(who)
            elif chance < self.mood.willing + 0.15:
                self.world.decline(who)
        if self.rng.random() < 0.6:
            self.world.wait_for_next()

    def vote(self) -> None:
        panel = self.case.review.panel
        assert panel is not None
        rng, limits = self.rng, self.world.limits
        waiting = [seat.juror for seat in panel.seated if panel.ballot(seat) is None and seat.juror]
        if any(seat.state == "asked" for seat in panel.seats):
            self.seat()
        elif waiting:
            # Almost together, so that ballots are final at one moment, as often happens.
            for who in waiting if rng.random() < 0.7 else waiting[:1]:
                if rng.random() < 0.9:
                    self.world.cast(who, self.opinion())
            if rng.random() < 0.1:
                self.world.undo(rng.choice(waiting))
            if rng.random() < 0.1:
                self.world.wait_for_next()
            if rng.random() < 0.15:
                self.world.add_context()
            if not self.bias.steady and rng.random() < 0.15:
                self.world.cast(self.anybody(), self.opinion())
        else:
            self.world.wait(rng.choice((limits.undo, limits.hear_first, limits.hear_first)))

    def talk(self) -> None:
        panel = self.case.review.panel
        assert panel is not None
        for seat in panel.seated:
            if seat.juror and self.rng.random() < 0.8:
                self.world.ready(seat.juror)
        if self.rng.random() < 0.3:
            self.world.wait_for_next()

    def object(self) -> None:
        rng, world = self.rng, self.world
        chance = rng.random()
        flagged = [who for (_, who), flag in world.book.flags.items() if not flag.withdrawn]
        if chance < 0.35:
            world.appeal(AUTHOR, "author")
        elif chance < 0.55 and flagged:
            world.appeal(rng.choice(flagged), "flagger")
        elif chance < 0.7 and self.case.review.accused:
            whom = world.accused() if rng.random() < 0.7 else rng.sample(world.accused(), 1) if world.accused() else []
            for who in self.sat():
                world.mark_faith(who, whom if rng.random() < 0.9 else [])
        elif chance < 0.8 and not self.bias.steady:
            self.anything()
        else:
            world.wait(rng.choice((MINUTE, 10 * MINUTE, HOUR, 2 * HOUR)))
            if rng.random() < 0.2:
                world.wait_for_next()

    # --- anything -----------------------------------------------------------------------------------------

    def anything(self) -> None:
        rng, world = self.rng, self.world
        seq, who = self.target(), self.someone()
        tries: list[tuple[int, Callable[[], object]]] = [
            (6, lambda: world.flag(seq, self.anybody(), self.category)),
            (2, lambda: world.flag(seq, who, rng.choice((*HARD, *SOFT, "safety")), rng.choice(list(Standing)))),
            (4, lambda: world.withdraw(seq, self.flagger())),
            (6, self.cover),
            (2, lambda: world.accept(self.anybody())),
            (2, lambda: world.decline(self.juror())),
            (3, lambda: world.cast(self.anybody(), self.opinion())),
            (3, lambda: world.cast(self.juror(), self.opinion())),
            (2, lambda: world.undo(self.juror())),
            (2, lambda: world.ready(self.anybody())),
            (2, world.add_context),
            (2, lambda: world.appeal(self.anybody(), rng.choice(("author", "flagger")))),
            (2, lambda: world.mark_faith(self.anybody(), [self.flagger()])),
            (2, lambda: world.end(seq, self.ending())),
            (1, lambda: world.forget(self.anybody())),
            (3, lambda: world.draw(self.lots(), busy=self.busy())),
            (6, self.wait),
        ]
        if rng.random() < 0.02:
            world.author_forgotten()
            return
        rng.choices([each for _, each in tries], [weight for weight, _ in tries])[0]()

    def cover(self) -> None:
        rng, world = self.rng, self.world
        seq = self.target()
        match 7 if self.bias.own else rng.randint(0, 9):
            case 0 | 1 | 2 | 3:
                world.hold(seq, self.anybody(), rng.choice((*HARD, "disrespect")))
            case 4 | 5 | 6:
                world.cosign(seq, self.anybody())
            case 7:
                world.subject_hold(seq, rng.choice((SUBJECT, self.someone())))
            case 8:
                if rng.random() < 0.4:
                    world.legal_hold(seq, rng.choice(("illegal", "privacy")), ordered=rng.random() < 0.3)
            case _:
                world.release_legal(seq)

    def wait(self) -> None:
        world, rng = self.world, self.rng
        chance = rng.random()
        if chance < 0.4:
            world.wait_for_next()
        elif chance < 0.9:
            longest = rng.choice((SECOND, MINUTE, 10 * MINUTE, HOUR, DAY))
            world.wait(rng.randint(1, longest))
        else:
            world.sleep(rng.choice((MINUTE, HOUR, DAY, 30 * DAY)))

    # --- who, what ----------------------------------------------------------------------------------------

    def target(self) -> int:
        return self.rng.choice(self.targets) if self.rng.random() < 0.9 else self.rng.choice(SEQS)

    def someone(self) -> str:
        """Few, so that the same people come again."""
        return self.rng.choice(PEOPLE[:6])

    def anybody(self) -> str:
        some = (self.rng.choice(PEOPLE), self.rng.choice(PEOPLE), AUTHOR, HOST, self.flagger(), self.juror())
        return self.rng.choice(some)

    def flagger(self) -> str:
        found = sorted({who for _, who in self.world.book.flags})
        return self.rng.choice(found) if found else self.someone()

    def sat(self) -> list[str]:
        return sorted(who for panel in self.world.book.jurors.values() for who in panel)

    def juror(self) -> str:
        panel = self.case.review.panel
        found = [seat.juror for seat in panel.seated if seat.juror] if panel else []
        return self.rng.choice(found or self.sat() or [self.someone()])

    def lots(self) -> list[str]:
        fell = list(self.world.around.pool)
        self.rng.shuffle(fell)
        return fell

    def busy(self) -> list[str]:
        return [who for who in self.world.around.pool if self.rng.random() < self.bias.busy]

    def ending(self) -> Ending:
        return self.rng.choice(("rephrased", "taken_back", "faded"))

    def opinion(self) -> Ballot:
        rng, mood = self.rng, self.mood
        if rng.random() >= mood.agree:
            mood = replace(
                mood,
                content=rng.randint(0, 2),
                person=rng.randint(0, 5),
                code=rng.choice((*HARD, *SOFT, "safety")),
                hold=rng.random() < 0.3,
            )
        panel = self.case.review.panel
        items = panel.items if panel is not None and panel.items else tuple(self.targets)
        return ballot(dict.fromkeys(items, mood.content), mood.person, mood.code, hold=mood.hold)


def walked(seed: int, judge: Judge, bias: Bias = Bias(), *, steps: int = 60, mirrored: bool = True) -> World:
    walk = Walk(Random(seed), judge, bias, mirrored=mirrored)
    after_end = 3
    for _ in range(steps):
        walk.step()
        if walk.over:
            after_end -= 1
            if after_end < 0:
                break
    return walk.world


def settles(case: Case, now: int, limits: Limits, most: int = 400) -> tuple[Case, int]:
    """Where time alone leads, and when; ``most`` bounds how many things can fall due."""
    for _ in range(most):
        due = core.next_at(case, limits)
        if due is None:
            break
        now = max(now, due)
        after, _ = core.tick(case, now=now, limits=limits)
        if after == case:
            break
        case = after
    return case, now
