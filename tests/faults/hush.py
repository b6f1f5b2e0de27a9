"""Circles that fall silent at the worst moment: what is missed then is not shown by the next event, for there is none.

Every way in which a server can find a gap has to do so by itself. Nothing here waits for a time to pass: it waits until
everybody has everything, and who never gets it is found by the checker.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from pathlib import Path

from server.redis.parcels import partition_of
from tests.faults.checker import Bounds, Violation, check
from tests.faults.history import History
from tests.faults.steady import Steady
from tests.faults.world import Link, World
from tests.guests import new_key
from tests.keeper import Keeper
from tests.servers import RedisServer

BOUNDS = Bounds(stale=1e9)
"""How late something comes is not looked at here."""
PATIENCE = 30.0
"""Seconds for everybody to get everything; a server that finds gaps by itself takes two."""
SLOW_READS = 0.05
FAR = 0.4
"""Seconds by which Redis is far away while logs are opened."""
AHEAD = (0.0, 0.005, 0.01, 0.02, 0.03, 0.04)
"""Seconds from asking for a log until somebody speaks in it: around what reading it takes."""


Scene = Callable[["Hush"], Awaitable[None]]


class Hush:
    """Two people who never drop: Ana at the first server, Bo at the last one."""

    def __init__(self, world: World, *, patience: float = PATIENCE) -> None:
        self.world = world
        self.patience = patience
        self.ana, self.bo = [
            Steady([url], name, world.history, random.Random(name))
            for url, name in ((world.urls[0], "Ana"), (world.urls[-1], "Bo"))
        ]
        self.chance = random.Random(7)

    async def play(self, *scenes: Scene) -> list[Violation]:
        """What was broken in the end, after each scene."""
        people = (self.ana, self.bo)
        try:
            for who in people:
                await who.comes_in()
                await who.again(partial(who.follows, who.me))
            for scene in scenes:
                await scene(self)
            await self.all_have([room.removeprefix("circle/") for room in self.ana.watched - {self.ana.me}], *people)
        finally:
            for who in people:
                await who.goes()
            statuses = await self.world.stop()
        self.world.dump()
        found = check(self.world.history, BOUNDS)
        found += [Violation("exit", str(status)) for status in statuses if status]
        return found + [Violation("bugs", str(who.bugs)) for who in people if who.bugs]

    async def all_have(self, rooms: Iterable[str], *people: Steady) -> None:
        """Wait until they have everything that was said there, or do not get it: the checker says what is missing."""
        heads = await self.world.heads()
        # Once somebody waited in vain nobody has to any more.
        with contextlib.suppress(TimeoutError):
            patience, self.patience = self.patience, 0.0
            async with asyncio.timeout(patience):
                for on in [f"circle/{room}" for room in rooms]:
                    for who in people:
                        await who.reaches(on, heads[on])
            self.patience = patience

    async def opens(self, who: Steady, other: Steady) -> str:
        """A room in which both are, and which nobody follows."""
        asked = time.monotonic()
        done = await who.asks("circle.open", topic="Evening", agreement="I listen.", capacity=10, key=new_key())
        who._came_in(asked, done["circle"], asked, {"epoch": done["epoch"], "seq": 1})
        other._asked["circle.enter", done["circle"]] = time.monotonic()
        await other.asks("circle.enter", circle=done["circle"], agreement=1)
        return str(done["circle"])


async def silence_while_redis_is_away(hush: Hush) -> None:
    """Each circle's last words are said while the other server hears nothing, in both directions."""
    ana, bo = hush.ana, hush.bo
    rooms = [await hush.opens(ana, bo) for _ in range(6)]
    for room in rooms:
        for who in (ana, bo):
            await who.follows(f"circle/{room}")
    for away in (hush.world.restart_redis, partial(hush.world.kill_redis, 1.5)):
        gone = asyncio.create_task(away())
        while not gone.done():
            for number, room in enumerate(rooms):
                await (ana, bo)[number % 2].presses_send(room, "The last word.")
            await asyncio.sleep(0.02)
        await gone
        # And then nothing more: it has to be found out by itself, before anything else is broken.
        await hush.all_have(rooms, ana, bo)


async def silence_while_a_subscription_is_on_its_way(hush: Hush) -> None:
    """Somebody begins to follow; Redis is far, and the only words are said before it knows."""
    ana, bo = hush.ana, hush.bo
    used = {partition_of(who.me) for who in (ana, bo)}
    rooms: list[str] = []
    while len(rooms) < 6:
        room = await hush.opens(ana, bo)
        # Each on a partition of its own, which nobody listens to yet.
        if partition_of(f"circle/{room}") not in used:
            used.add(partition_of(f"circle/{room}"))
            rooms.append(room)
        else:
            await asyncio.gather(*(who.follows(f"circle/{room}") for who in (ana, bo)))
    link = Link(len(hush.world.processes) - 1, "redis")
    hush.world.links[link].delays(FAR)
    for room in rooms:
        await bo.follows(f"circle/{room}")
        await ana.presses_send(room, "The only word.")
    hush.world.links[link].passes()
    for room in rooms:
        await ana.follows(f"circle/{room}")


async def silence_while_a_log_is_opened(hush: Hush) -> None:
    """Somebody asks for a log that nobody here follows, and the only words are said while it is read."""
    ana, bo = hush.ana, hush.bo
    rooms = [await hush.opens(ana, bo) for _ in AHEAD]
    for room, ahead in zip(rooms, AHEAD, strict=True):
        following = asyncio.create_task(bo.follows(f"circle/{room}"))
        await asyncio.sleep(ahead)
        await ana.presses_send(room, "The only word.")
        await following
    await hush.all_have(rooms, bo)
    for room in rooms:
        await ana.follows(f"circle/{room}")


def one_server(keeper: Keeper, folder: Path, *, mutant: str = "") -> World:
    """On SQLite, where nothing but the opening of a log itself can find what was said meanwhile."""
    return World(keeper, folder / "data", History(), faulty={"slow_reads": SLOW_READS, "mutant": mutant})


def two_servers(keeper: Keeper, folder: Path, redis: RedisServer, database: str, *, mutant: str = "") -> World:
    """The second hardly ever looks at the heads unasked: what it is not told it must ask for on its own."""
    return World(
        keeper, folder / "data", History(), processes=2, database_url=database, redis=redis, proxied=("redis",),
        faulty={"slow_reads": SLOW_READS, "mutant": mutant}, faulty_each=({}, {"poll_every": 3_600}),
    )  # fmt: skip
