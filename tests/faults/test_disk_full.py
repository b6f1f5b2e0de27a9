"""A disk without room: nothing is confirmed that is not kept, reading goes on, and with room again all goes on by itself."""

import asyncio
import os
import random
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.checker import check
from tests.faults.history import Answered, History
from tests.faults.hush import BOUNDS
from tests.faults.steady import Steady
from tests.faults.world import World
from tests.guests import Refused, new_key
from tests.http import ask
from tests.keeper import Keeper
from tests.servers import PostgresServer

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]
PATIENCE = 60.0
LONG = "I have so much to say tonight. " * 100
ROOM = 512 * 1024
"""Bytes that are left when it gets tight."""


@pytest.fixture
def small_disk(keeper: Keeper) -> Iterator[Path]:
    """A file system of its own, open to all accounts."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("NOT TESTED: a small disk needs Linux and root")
    folder = keeper.new_folder("disk", inside=Path("/tmp"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=32m,mode=0777", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        keeper.remove_folder(folder)
        pytest.skip("NOT TESTED: file systems may not be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)
    keeper.remove_folder(folder)


async def test_a_disk_that_fills_up_and_gets_room_again(keeper: Keeper, small_disk: Path, tmp_path: Path) -> None:
    world = World(keeper, small_disk / "data", History())
    await world.start()
    filler = small_disk / "filler"

    def fill() -> None:
        free = os.statvfs(small_disk)
        filler.write_bytes(bytes(max(0, free.f_bavail * free.f_bsize - ROOM)))

    await goes_through(world, fill, filler.unlink)


async def test_a_file_that_may_not_grow_and_then_may(keeper: Keeper, tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("NOT TESTED: only Linux lets a limit of another process be moved")
    world = World(keeper, tmp_path / "data", History())
    await world.start()
    (log,) = world.processes[0].folder.glob("*.db-wal")

    def limit(most: int) -> None:
        resource.prlimit(world.processes[0].pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

    await goes_through(world, lambda: limit(log.stat().st_size + ROOM), lambda: limit(resource.RLIM_INFINITY))


@pytest.mark.full
async def test_a_disk_of_postgresql(
    keeper: Keeper, postgres_server: PostgresServer, database_url: str, small_disk: Path, tmp_path: Path
) -> None:
    """Its tables lie on the small disk, its log does not."""
    disk = small_disk / "tables"
    disk.mkdir()
    if postgres_server.account is not None:
        os.chown(disk, postgres_server.account.pw_uid, postgres_server.account.pw_gid)
    name = database_url.rpartition("/")[2]
    postgres_server.run(f"CREATE TABLESPACE {name} LOCATION '{disk}'")
    url = postgres_server.url(f"{name}_small")
    try:
        postgres_server.run(f'CREATE DATABASE "{name}_small" TABLESPACE {name}')
        world = World(keeper, tmp_path / "data", History(), database_url=url)
        await world.start()
        filler = small_disk / "filler"

        def fill() -> None:
            free = os.statvfs(small_disk)
            filler.write_bytes(bytes(max(0, free.f_bavail * free.f_bsize - ROOM)))

        await goes_through(world, fill, filler.unlink)
    finally:
        postgres_server.drop_database(url)
        postgres_server.run(f"DROP TABLESPACE {name}")


async def goes_through(world: World, fill: Callable[[], None], empty: Callable[[], object]) -> None:
    """People talk until there is no room, notice that, and talk on when there is."""
    ana, bo = [await Steady(world.urls, name, world.history, random.Random(1)).comes_in() for name in ("Ana", "Bo")]
    bo.pipelined = False
    circle = await ana.opens_a_room("Evening", 10)
    await bo.comes_into(circle)
    fill()
    code = await refusal_of(ana, circle)
    assert code == "storage.full"
    assert await readiness(world) == 503
    head = (await world.heads())[f"circle/{circle}"]
    await bo.reaches(f"circle/{circle}", head)
    page = await bo.gets(f"/api/circles/{circle}/events?after=0&limit=5")
    assert page.status == 200, "reading goes on"
    assert (await bo.asks("history.page", circle=circle, before=head))["events"]
    kept = sum(isinstance(each, Answered) for each in world.history.entries)
    unsent = [bo.presses_send(circle, "Are you still there?") for _ in range(3)]
    assert await refusal_of(ana, circle) == "storage.full", "it is not room again that is found"
    empty()
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*unsent)
        while await readiness(world) != 200:  # noqa: ASYNC110 - it is to be asked, and tells nobody
            await asyncio.sleep(0.05)
    assert sum(isinstance(each, Answered) for each in world.history.entries) >= kept + 3
    await ana.reaches(f"circle/{circle}", (await world.heads())[f"circle/{circle}"])
    for who in (ana, bo):
        assert who.returns == 1, "nobody had to come back"
        await who.goes()
    assert await world.stop() == [0]
    world.dump()
    assert check(world.history, BOUNDS) == []


async def refusal_of(who: Steady, circle: str) -> str:
    """Say something, over and over, until it is refused; how."""
    async with asyncio.timeout(PATIENCE):
        while True:
            key = new_key()
            who.notes_press(circle, key, LONG)
            try:
                done = await who.asks("message.post", circle=circle, key=key, body=LONG)
            except Refused as refused:
                return refused.code
            who.notes_answer(circle, key, done)


async def readiness(world: World) -> int:
    return (await ask("GET", f"{world.urls[0]}/health/ready")).status
