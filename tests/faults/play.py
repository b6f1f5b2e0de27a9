"""A fault run: people talk in circles while servers are killed; then everything heals and is judged."""

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from tests.faults.checker import Bounds, Violation, check
from tests.faults.figures import Delays, delays, milliseconds
from tests.faults.history import Answered, Applied, Closed, Fault, Heard, Pressed, Reset
from tests.faults.steady import Steady
from tests.faults.world import World

UNANSWERED = 6
"""Posts after which somebody waits for an answer before writing on."""
WORDS = (
    "I sat by the river today and the light was kind; thank you for asking, it helps to be here with all of you".split()
)


@dataclass(frozen=True, slots=True)
class Profile:
    """``think`` is the mean of the seconds between two posts of one person; ``limit`` the seconds the talk may take."""

    people: int = 40
    circles: int = 8
    circles_each: int = 2
    posts: int = 5_000
    faults: int = 20
    think: float = 0.15
    limit: float = 480.0
    healing: float = 60.0
    """Seconds after the last post in which everybody must have everything."""
    detoured: int = 0
    """So many people come by way of proxies, where there are some before the servers."""
    twice: float = 0.01
    """Share of posts that are sent to all servers at once."""
    pipelined: bool = True
    seed: int = 1


@dataclass(slots=True)
class Outcome:
    """What a run came to."""

    profile: Profile
    seconds: float
    violations: list[Violation]
    faults: Counter[str]
    counts: Counter[str]
    delays: Delays

    def table(self) -> str:
        lines = [f"{name:>22}  {value:,}" for name, value in self.counts.items()]
        lines += [f"{name:>22}  {value}" for name, value in sorted(self.faults.items())]
        lines += [
            f"{'p50 / p99 / most':>22}  {milliseconds(self.delays.every)} from send to others",
            f"{'while calm':>22}  {milliseconds(self.delays.calm)} ({len(self.delays.calm):,} deliveries)",
            f"{'seconds':>22}  {self.seconds:.1f}",
            f"{'violations':>22}  {len(self.violations)}",
        ]
        return "\n".join(lines)


class Run:
    """Make it with a started world, then ``play``."""

    def __init__(self, world: World, profile: Profile) -> None:
        self.world = world
        self.profile = profile
        self.history = world.history
        self.chance = random.Random(profile.seed)
        self.people: list[Steady] = []
        self.circles: dict[str, Steady] = {}
        """By id, with the host, who never leaves."""
        self.pressed = 0
        self.faults_over = 0
        self._moved = asyncio.Event()

    async def play(self, faults: list[Callable[[], Awaitable[None]]], bounds: Bounds | None = None) -> Outcome:
        try:
            return await self._play(faults, bounds)
        finally:
            for each in self.people:
                await each.is_gone()
            await self.world.stop()

    async def _play(self, faults: list[Callable[[], Awaitable[None]]], bounds: Bounds | None) -> Outcome:
        began = time.monotonic()
        await self._gather()
        # Who waits in vain for ever is judged all the same.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.profile.limit), asyncio.TaskGroup() as group:
                group.create_task(self._break(faults))
                for each in self.people:
                    group.create_task(self._talk(each))
        await self._heal()
        for circle, host in self.circles.items():
            await self.world.read_by(host, circle)
        for each in self.people:
            await each.goes()
        statuses = await self.world.stop()
        assert set(statuses) <= {0}, f"servers ended with {statuses}"
        self.world.dump()
        seconds = time.monotonic() - began
        return Outcome(
            self.profile, seconds, check(self.history, bounds), self._faults(), self._counts(), delays(self.history)
        )

    async def _gather(self) -> None:
        profile = self.profile
        self.people = [
            Steady(self.world.urls, f"Heron {number}", self.history, random.Random(profile.seed * 1000 + number))
            for number in range(profile.people)
        ]
        for who in self.people:
            who.pipelined = profile.pipelined
        for who in self.people[: profile.detoured]:
            who.detours = self.world.detours
        await asyncio.gather(*(who.comes_in() for who in self.people))
        await asyncio.gather(*(who.again(partial(who.follows, who.me)) for who in self.people))
        for number in range(profile.circles):
            host = self.people[number]
            self.circles[await host.opens_a_room(f"Evening {number}", 500)] = host
        rooms = list(self.circles)
        for number, who in enumerate(self.people):
            for step in range(profile.circles_each):
                circle = rooms[(number + step * 3) % len(rooms)]
                if self.circles[circle] is not who:
                    await who.comes_into(circle)

    # --- what goes on

    async def _break(self, faults: list[Callable[[], Awaitable[None]]]) -> None:
        """Spread over the posts: the n-th fault begins when its share of them was sent. People talk until the last is over."""
        for number, fault in enumerate(faults, 1):
            while self.pressed < number * self.profile.posts // (len(faults) + 1):
                self._moved.clear()
                await self._moved.wait()
            await fault()
            self.faults_over = number

    async def _talk(self, who: Steady) -> None:
        chance = who.chance
        while self.pressed < self.profile.posts or self.faults_over < self.profile.faults:
            circles = [each.removeprefix("circle/") for each in sorted(who.watched) if each.startswith("circle/")]
            if not circles:
                # Put out of every circle, which the checker will have something to say about.
                return
            circle = chance.choice(circles)
            for _ in range(chance.choice((1, 1, 1, 3))):
                who.presses_send(circle, " ".join(chance.choices(WORDS, k=chance.randint(1, 30))))
            if chance.random() < self.profile.twice:
                await who.presses_twice(circle, " ".join(chance.choices(WORDS, k=9)))
            self.pressed += 1
            self._moved.set()
            await who.has_at_most(UNANSWERED)
            await self._sometimes(who, circle)
            await asyncio.sleep(chance.expovariate(1 / self.profile.think))
        await who.is_answered()

    async def _sometimes(self, who: Steady, circle: str) -> None:
        what = who.chance.random()
        seen = who.logs.get(f"circle/{circle}")
        target = who.chance.choice(list(seen.events)) if seen is not None and seen.events else None
        if what < 0.02:
            who.drops_out(who.chance.uniform(0, 1))
        elif what < 0.03 and self.circles[circle] is not who:
            await who.goes_out_of(circle)
            await who.comes_into(circle)
        elif what < 0.06 and target is not None:
            await who.makes_a_gesture(circle, target)
        elif what < 0.065 and target is not None:
            await who.flags(circle, target)

    async def _heal(self) -> None:
        """Until everybody has everything, or nothing more seems to come."""
        try:
            async with asyncio.timeout(self.profile.healing):
                for each in self.people:
                    await each.is_answered()
                    await each.there.wait()
                heads = await self.world.heads()
                for each in self.people:
                    for on in sorted(each.watched):
                        await each.reaches(on, heads[on])
        except TimeoutError:
            return  # the checker says who misses what

    # --- what came of it

    def _faults(self) -> Counter[str]:
        return Counter(each.what for each in self.history.entries if isinstance(each, Fault))

    def _counts(self) -> Counter[str]:
        kinds = Counter(type(each) for each in self.history.entries)
        return Counter(
            {
                "posts": kinds[Pressed],
                "answered": len({each.key for each in self.history.entries if isinstance(each, Answered)}),
                "answered as doubles": sum(isinstance(e, Answered) and e.dup for e in self.history.entries),
                "deliveries": kinds[Heard],
                "taken up": kinds[Applied],
                "sockets closed": kinds[Closed],
                "repeats": sum(each.repeats for each in self.people),
                "gaps": sum(each.gaps for each in self.people),
                "bugs": sum(each.bugs for each in self.people),
                "resets": sum(isinstance(e, Reset) and e.reason != "left" for e in self.history.entries),
            }
        )
