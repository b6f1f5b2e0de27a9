"""Several server processes under a supervisor, as a test sees them from outside: their numbers, and whether all is well."""

import asyncio
import itertools
import random
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.faults.checker import check
from tests.faults.history import History
from tests.faults.steady import Steady
from tests.faults.world import World
from tests.house import Process
from tests.http import ask
from tests.keeper import Keeper, is_alive

PATIENCE = 45.0
"""Seconds until a test gives up waiting."""
THINKING = 0.05
"""Seconds between an answer and the next post of the same person."""
PAUSE = 0.05
AT_ONCE = 12
"""Requests of which some come to each of two processes."""


class Several(Process):
    """``python -m server serve`` with ``processes`` of two or more. ``history`` is of all that was ever said there."""

    def __init__(self, keeper: Keeper, folder: Path, **settings: Any) -> None:
        super().__init__(keeper, folder, **settings)
        self.history = History()
        self.people = itertools.count(1)

    def processes(self) -> set[int]:
        """Numbers of the server processes."""
        return {pid for pid, parent, what in running() if parent == self.pid and "-m server process" in what}

    def redis(self) -> int | None:
        """Number of the private Redis."""
        keepers = {pid for pid, parent, what in running() if parent == self.pid and "only_while" in what}
        return next((pid for pid, parent, _ in running() if parent in keepers), None)

    async def answers(self) -> list[int]:
        """What each of some requests at once says of how ready the place is. 0: cut off, or no answer in time."""
        found = await asyncio.gather(*(self._asks() for _ in range(AT_ONCE)))
        # Asked without a pause, they would take the time that a new process needs to start.
        await asyncio.sleep(PAUSE)
        return found

    async def gets_red(self) -> None:
        """Until a process says that something is lacking. What comes to one that is gone waits for the next, unawaited."""
        asked: set[asyncio.Task[int]] = set()
        try:
            async with asyncio.timeout(PATIENCE):
                while not any(each.done() and each.result() == 503 for each in asked):
                    asked |= {asyncio.create_task(self._asks()) for _ in range(AT_ONCE)}
                    await asyncio.sleep(PAUSE)
        finally:
            for each in asked:
                each.cancel()
            await asyncio.gather(*asked, return_exceptions=True)

    async def gets_green(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while set(await self.answers()) != {200}:
                pass

    async def notes(self, what: str, *, times: int = 1) -> None:
        """Until its log has said so, so many times."""
        log = self.folder.parent / f"{self.folder.name}.log"
        async with asyncio.timeout(PATIENCE):
            while log.read_text().count(what) < times:  # noqa: ASYNC110 - a file gives no sign
                await asyncio.sleep(0.05)

    async def _asks(self) -> int:
        try:
            async with asyncio.timeout(PATIENCE):
                return (await ask("GET", self.url + "/health/ready")).status
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            return 0


class Talk:
    """People who talk in one circle until the test has seen enough; then everything is judged."""

    def __init__(self, people: list[Steady], circle: str) -> None:
        self.people = people
        self.circle = circle
        self.over = False
        self._answered = 0
        self._one_more = asyncio.Event()

    async def goes_on(self, posts: int = 30) -> None:
        """Return when so many more were answered."""
        enough = self._answered + posts
        async with asyncio.timeout(PATIENCE):
            while self._answered < enough:
                self._one_more.clear()
                await self._one_more.wait()

    async def says_things(self, who: Steady) -> None:
        while not self.over:
            await who.presses_send(self.circle, "I sat by the river today.")
            self._answered += 1
            self._one_more.set()
            await asyncio.sleep(THINKING)


@asynccontextmanager
async def talk(place: Several, *others: Several, people: int = 6) -> AsyncIterator[Talk]:
    """Raises in the end where anybody lost, doubled or misplaced a word."""
    database = str(place.settings["database_url"])
    world = World(place.keeper, place.folder.parent, place.history, processes=0, database_url=database)
    world.processes[:] = [place, *others]  # type: ignore[list-item]  # only their addresses are used
    chance = random.Random(people)
    there = [Steady(world.urls, f"Guest {next(place.people)}", place.history, chance) for _ in range(people)]
    for each in there:
        each.pipelined = False
        await each.comes_in()
    circle = await there[0].opens_a_room("Evening", 2 * people)
    for each in there[1:]:
        await each.comes_into(circle)
    talking = Talk(there, circle)
    async with asyncio.timeout(2 * PATIENCE):
        async with asyncio.TaskGroup() as group:
            for each in there:
                group.create_task(talking.says_things(each))
            yield talking
            talking.over = True
        head = (await world.heads())[f"circle/{circle}"]
        for each in there:
            await each.reaches(f"circle/{circle}", head)
    await world.read_by(there[0], circle)
    for each in there:
        await each.goes()
    world.dump()
    assert [found for found in check(place.history) if found.check != "c11_staleness"] == []
    assert [(each.gaps, each.repeats) for each in there] == [(0, 0)] * people


def running() -> list[tuple[int, int, str]]:
    """Number, parent's number and command line of every process."""
    if Path("/proc/self/stat").exists():
        return [found for each in Path("/proc").glob("[0-9]*") if (found := one_running(each))]
    asked = ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    lines = [line.split(None, 2) for line in said.splitlines()]
    return [(int(pid), int(parent), rest[0] if rest else "") for pid, parent, *rest in lines]


def one_running(folder: Path) -> tuple[int, int, str] | None:
    try:
        state, parent = (folder / "stat").read_text().rpartition(") ")[2].split()[:2]
        what = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return None  # it ended meanwhile
    return None if state == "Z" else (int(folder.name), int(parent), what)


async def gone(pids: set[int]) -> None:
    """Until none of them runs."""
    async with asyncio.timeout(PATIENCE):
        while any(is_alive(each) for each in pids):  # noqa: ASYNC110 - a process of somebody else gives no sign
            await asyncio.sleep(0.02)
