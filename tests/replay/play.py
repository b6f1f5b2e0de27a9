"""Forty people say again what was once said in a channel, while some of them lose their connection all the time."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tests.faults.checker import Bounds, Violation, check
from tests.faults.figures import Delays, delays, milliseconds
from tests.faults.history import Answered, Applied, Closed, Entered, Heard, Left, Pressed, Refused, Reset
from tests.faults.steady import Steady
from tests.faults.world import World
from tests.replay.chatlog import Due

PEOPLE = 40
UNANSWERED = 6


@dataclass(frozen=True, slots=True)
class Drops:
    """``share`` of all people lose their connection every ``every`` seconds, for up to ``away`` seconds."""

    share: float = 0.1
    every: float = 3.0
    away: float = 6.0


@dataclass(slots=True)
class Outcome:
    seconds: float
    violations: list[Violation]
    counts: Counter[str]
    delays: Delays

    def table(self) -> str:
        lines = [f"{name:>24}  {value:,}" for name, value in self.counts.items()]
        lines += [
            f"{'p50 / p99 / most':>24}  {milliseconds(self.delays.every)} from send to others",
            f"{'while both stayed':>24}  {milliseconds(self.delays.calm)} ({len(self.delays.calm):,} deliveries)",
            f"{'seconds':>24}  {self.seconds:.1f}",
            f"{'violations':>24}  {len(self.violations)}",
            *(f"{each.check}: {each.what}" for each in self.violations[:20]),
        ]
        return "\n".join(lines)


class Replay:
    """Make it with a started world; ``play`` once. ``faults`` are spread evenly over the lines."""

    def __init__(self, world: World, due: Sequence[Due], *, drops: Drops | None = None, seed: int = 1) -> None:
        self.world = world
        self.due = due
        self.drops = drops or Drops()
        self.chance = random.Random(seed)
        self.history = world.history
        self.people: list[Steady] = []
        self.circle = ""
        self._errands: list[asyncio.Queue[tuple[str, str] | None]] = []
        self._names: dict[str, int] = {}
        self._inside = [False] * PEOPLE

    async def play(self, faults: Sequence[Callable[[], Awaitable[None]]] = (), bounds: Bounds | None = None) -> Outcome:
        await self._gather()
        began = time.monotonic()
        dropping = asyncio.create_task(self._drop())
        try:
            async with asyncio.TaskGroup() as group:
                for who, errands in zip(self.people, self._errands, strict=True):
                    group.create_task(self._live(who, errands))
                await self._conduct(began, list(faults), group)
        finally:
            dropping.cancel()
            await asyncio.wait([dropping])
        seconds = time.monotonic() - began
        await self._settle()
        await self.world.read_by(self.people[0], self.circle)
        for each in self.people:
            await each.goes()
        await self.world.stop()
        self.world.dump()
        return Outcome(seconds, check(self.history, bounds), self._counts(), delays(self.history))

    async def _gather(self) -> None:
        """Those whom the log first mentions by their words are there from the beginning, and so is the host."""
        urls = self.world.urls
        self.people = [Steady(urls, f"Heron {number}", self.history, random.Random(number)) for number in range(PEOPLE)]
        self._errands = [asyncio.Queue() for _ in self.people]
        await asyncio.gather(*(who.comes_in() for who in self.people))
        self.circle = await self.people[0].opens_a_room("Replay", 500)
        met: set[int] = set()
        for _, line in self.due:
            number = self._names.setdefault(line.who, len(self._names) % PEOPLE)
            if number not in met:
                met.add(number)
                self._inside[number] = line.what == "said"
        self._inside[0] = True
        guests = [who for number, who in enumerate(self.people) if number and self._inside[number]]
        await asyncio.gather(*(who.comes_into(self.circle) for who in guests))

    # --- the log, line by line

    async def _conduct(
        self, began: float, faults: list[Callable[[], Awaitable[None]]], group: asyncio.TaskGroup
    ) -> None:
        share = len(self.due) // (len(faults) + 1)
        for count, (at, line) in enumerate(self.due, 1):
            # The rhythm of the log is what is being replayed; nothing is waited for here.
            await asyncio.sleep(max(0.0, began + at - time.monotonic()))
            number = self._names[line.who]
            if line.what == "went" and number and self._inside[number]:
                self._inside[number] = False
                self._errands[number].put_nowait(("went", ""))
            elif line.what != "went":
                if not self._inside[number]:
                    self._inside[number] = True
                    self._errands[number].put_nowait(("came", ""))
                if line.what == "said":
                    self._errands[number].put_nowait(("said", line.text))
            if faults and count % share == 0:
                group.create_task(self._one(faults.pop(0)))
        for errands in self._errands:
            errands.put_nowait(None)

    @staticmethod
    async def _one(fault: Callable[[], Awaitable[None]]) -> None:
        await fault()

    async def _live(self, who: Steady, errands: asyncio.Queue[tuple[str, str] | None]) -> None:
        while (errand := await errands.get()) is not None:
            match errand:
                case ("said", text):
                    who.presses_send(self.circle, text)
                    await who.has_at_most(UNANSWERED)
                case ("came", _):
                    await who.comes_into(self.circle)
                case _:
                    await who.goes_out_of(self.circle)
        await who.is_answered()

    async def _drop(self) -> None:
        many = round(self.drops.share * PEOPLE)
        while True:
            await asyncio.sleep(self.chance.uniform(0.5, 1.5) * self.drops.every)
            for who in self.chance.sample(self.people, many):
                who.drops_out(self.chance.uniform(0, self.drops.away))

    # --- what came of it

    async def _settle(self) -> None:
        """Until everybody has everything, or nothing more seems to come."""
        on = f"circle/{self.circle}"
        heads = await self.world.heads()
        try:
            async with asyncio.timeout(60 + self.drops.away):
                for each in self.people:
                    await each.there.wait()
                    if on in each.watched:
                        await each.reaches(on, heads[on])
        except TimeoutError:
            return  # the checker says who misses what

    def _counts(self) -> Counter[str]:
        entries = self.history.entries
        kinds = Counter(type(each) for each in entries)
        return Counter(
            {
                "people": len(self.people),
                "lines": kinds[Pressed],
                "answered": kinds[Answered],
                "answered as doubles": sum(isinstance(each, Answered) and each.dup for each in entries),
                "refused": kinds[Refused],
                "entries": kinds[Entered],
                "leaves": kinds[Left],
                "lines delivered": sum(isinstance(each, Heard) and each.key is not None for each in entries),
                "all events delivered": kinds[Heard],
                "taken up": kinds[Applied],
                "connections dropped": sum(each.drops for each in self.people),
                "connections ended": kinds[Closed],
                "returns and catch-ups": sum(each.returns - 1 for each in self.people),
                "repeats": sum(each.repeats for each in self.people),
                "gaps": sum(each.gaps for each in self.people),
                "resets": sum(isinstance(each, Reset) and each.reason != "left" for each in entries),
            }
        )
