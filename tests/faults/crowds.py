"""Runs about how much rather than what: a storm of returns, people who hardly read, an hour of everything."""

import asyncio
import random
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.faults.checker import Bounds, check
from tests.faults.figures import at, milliseconds
from tests.faults.history import Applied, Fault, Pressed
from tests.faults.play import WORDS, Run
from tests.faults.profiles import BOUNDS, Plan, faults_of
from tests.faults.steady import Steady
from tests.faults.world import World

PATIENCE = 120.0


class Figures(NamedTuple):
    """What a run came to: numbers by name, and what was broken."""

    table: dict[str, str]
    violations: int


class Crowd:
    """``people`` in circles of twenty, spread over the servers of a started world."""

    def __init__(self, world: World, people: int, *, seed: int = 1) -> None:
        self.world = world
        self.chance = random.Random(seed)
        self.people = [
            Steady(world.urls, f"Heron {number}", world.history, random.Random(seed * 1000 + number))
            for number in range(people)
        ]
        self.rooms: dict[str, list[Steady]] = {}

    async def gathers(self) -> "Crowd":
        await in_turns([who.comes_in for who in self.people])
        for start in range(0, len(self.people), 20):
            here = self.people[start : start + 20]
            room = await here[0].opens_a_room("Evening", 100)
            self.rooms[room] = here
            await in_turns([partial(who.comes_into, room) for who in here[1:]])
        return self

    async def says(self, posts: int, pause: float) -> None:
        """So many posts by anybody anywhere, ``pause`` seconds apart."""
        for _ in range(posts):
            room = self.chance.choice(list(self.rooms))
            self.chance.choice(self.rooms[room]).presses_send(room, " ".join(self.chance.choices(WORDS, k=12)))
            await asyncio.sleep(pause)

    async def has_everything(self, people: Sequence[Steady] | None = None) -> None:
        """Raises TimeoutError where somebody is not back with everything in time."""
        async with asyncio.timeout(PATIENCE):
            for who in people or self.people:
                await who.is_answered()
            heads = await self.world.heads()
            for who in people or self.people:
                await who.there.wait()
                for on in sorted(who.watched):
                    await who.reaches(on, heads[on])

    async def ends(self, bounds: Bounds) -> int:
        """Everybody goes, and it is judged; how many violations."""
        for who in self.people:
            await who.goes()
        statuses = await self.world.stop()
        self.world.dump()
        found = check(self.world.history, bounds)
        for each in found[:10]:
            print(each, file=sys.stderr)
        return len(found) + sum(status != 0 for status in statuses)


async def in_turns(asked: Sequence[Callable[[], Awaitable[object]]], width: int = 25) -> None:
    """A few at a time."""
    for start in range(0, len(asked), width):
        await asyncio.gather(*(each() for each in asked[start : start + width]))


async def storm(world: World, people: int, posts: int, rounds: int) -> Figures:
    """Everybody is dropped at once, ``rounds`` times; people say something meanwhile."""
    crowd = await Crowd(world, people).gathers()
    took: list[float] = []
    handshakes: list[float] = []
    for _ in range(rounds):
        talking = asyncio.create_task(crowd.says(posts // rounds, 0.002))
        dropped = time.monotonic()
        at_ = len(world.history.entries)
        world.history.note(Fault(dropped, dropped, "drop all"))
        for who in crowd.people:
            who.drops_out(0.0)
            who.there.clear()
        backs = await asyncio.gather(*(back(who) for who in crowd.people))
        handshakes += [each - dropped for each in backs]
        await talking
        await crowd.has_everything()
        took.append(time.monotonic() - dropped)
        world.history.entries[at_] = Fault(dropped, time.monotonic(), "drop all")
    violations = await crowd.ends(BOUNDS)
    table = {
        "people, times dropped": f"{people:,} × {rounds}",
        "posts meanwhile": f"{posts:,}",
        "from the drop until back and following, p50 / p99 / most": milliseconds(sorted(handshakes)),
        "all caught up after, most": f"{max(took):.1f} s",
    }
    return Figures(table, violations)


async def back(who: Steady) -> float:
    await who.there.wait()
    return time.monotonic()


async def slow(world: World, people: int, posts: int, stalled: int) -> Figures:
    """The good ones' delays without and with others beside them who take 1 KB/s or nothing."""
    crowd = await Crowd(world, people).gathers()
    await crowd.says(posts // 2, 0.01)
    await crowd.has_everything()
    marked = len(world.history.entries)
    before = resident(world)
    bad = Crowd(world, 0, seed=2)
    bad.people = [Steady(world.urls, f"Fern {n}", world.history, random.Random(n)) for n in range(stalled)]
    rooms = list(crowd.rooms)
    for number, who in enumerate(bad.people):
        who.receive_buffer = 4096
        await who.comes_in()
        await who.comes_into(rooms[number % len(rooms)])
        who.stops_reading()
    await crowd.says(posts // 2, 0.01)
    await crowd.has_everything(crowd.people)
    grown = resident(world) - before
    good = {who.name for who in crowd.people}
    first, second = (
        sorted(each for each in delays_of(world, start, end, good)) for start, end in ((0, marked), (marked, None))
    )
    for who in bad.people:
        if who._socket is not None:
            who.reads_on()
    await bad.has_everything()
    crowd.people += bad.people
    violations = await crowd.ends(Bounds(stale=1e9))
    table = {
        "good, stalled people": f"{people} + {stalled}",
        "posts without and with them": f"{posts // 2:,} + {posts // 2:,}",
        "good people's delay before, p50 / p99 / most": milliseconds(first),
        "beside stalled ones": milliseconds(second),
        "p99 beside / before": f"{at(second, 0.99) / max(at(first, 0.99), 1e-9):.2f}",
        "memory a stalled client": f"{grown / max(1, stalled) / 1024:.2f} MB over all servers",
    }
    return Figures(table, violations)


def delays_of(world: World, start: int, end: int | None, names: set[str]) -> list[float]:
    """From send to each other of those people, of what they took up in that part of the history."""
    pressed = {each.key: each for each in world.history.entries if isinstance(each, Pressed)}
    return [
        each.t - sent.t
        for each in world.history.entries[start:end]
        if isinstance(each, Applied) and each.who in names and each.key is not None
        if (sent := pressed.get(each.key)) is not None and sent.who != each.who
    ]


async def soak(plan: Plan, world: World, minutes: float, idle: int) -> Figures:
    """The full run for so long, beside people who only listen; what servers hold is looked at every ten seconds."""
    began = time.monotonic()
    listeners = await Crowd(world, idle, seed=9).gathers()
    seen: list[tuple[float, list[int]]] = []
    baseline = descriptors(world)

    async def look() -> None:
        while True:
            await asyncio.sleep(10)
            seen.append((time.monotonic() - began, [memory_of(each.pid) for each in world.processes if each.process]))

    looking = asyncio.create_task(look())
    run = Run(world, replace(plan.profile, limit=minutes * 60))
    stopping = run.world.stop
    after: list[list[int]] = []

    async def stop() -> list[int]:
        if not after:  # a run stops its world once more at the end, whatever happened
            after.append(descriptors(world))
            looking.cancel()
            for who in listeners.people:
                await who.goes()
        return await stopping()

    run.world.stop = stop  # type: ignore[method-assign]
    outcome = await run.play(faults_of(plan, world), BOUNDS)
    for each in outcome.violations[:10]:
        print(each, file=sys.stderr)
    # Servers are killed all the while, so what all of them hold together says more about who is there just now.
    halves = [[max(rss) / 1024 for t, rss in seen if rss and (t > seen[-1][0] / 2) is late] for late in (False, True)]
    table = {
        "minutes, posts, faults": f"{outcome.seconds / 60:.0f}, {outcome.counts['posts']:,}, {sum(outcome.faults.values())}",
        "deliveries": f"{outcome.counts['deliveries']:,}",
        "most memory of a server, first and second half": " and ".join(
            f"{max(each, default=0):.0f} MB" for each in halves
        ),
        "descriptors before, after": f"{baseline}, {after[0]}",
    }
    return Figures(table, len(outcome.violations))


def resident(world: World) -> int:
    """kB that all servers hold."""
    return sum(memory_of(each.pid) for each in world.processes)


def memory_of(pid: int) -> int:
    """kB resident; Linux only."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmRSS"))


def descriptors(world: World) -> list[int]:
    return [len(list(Path(f"/proc/{each.pid}/fd").iterdir())) for each in world.processes]
