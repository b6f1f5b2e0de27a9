"""A server that dies in the middle of something that is done once finds it whole or not begun when it comes back."""

import asyncio
import contextlib
import random
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from tests.faults.crashing import POINTS
from tests.faults.history import History
from tests.faults.profiles import PLANS, play, points_kinds
from tests.faults.steady import Steady
from tests.faults.test_smoke import holds
from tests.faults.world import Crashable, World
from tests.http import Answer
from tests.keeper import Keeper
from tests.servers import PostgresServer, RedisServer

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]
SAID = "a sentence that nobody else would say by chance"
PATIENCE = 30.0


@pytest.mark.parametrize("passes", [9, *[pytest.param(each, marks=pytest.mark.full) for each in (1, 30, 60)]])
async def test_in_the_middle_of_making_the_tables(keeper: Keeper, tmp_path: Path, passes: int) -> None:
    await tables_are_made(World(keeper, tmp_path / "data", History()), passes)


@pytest.mark.full
async def test_in_the_middle_of_making_the_tables_of_postgresql(
    keeper: Keeper, database_url: str, tmp_path: Path
) -> None:
    await tables_are_made(World(keeper, tmp_path / "data", History(), database_url=database_url), 9)


async def tables_are_made(world: World, passes: int) -> None:
    process = world.processes[0]
    process.order("mid_migration", passes)
    with pytest.raises(RuntimeError, match="did not open: -9"):
        await process.start()
    assert tables(world) == set(), "something was made that is not whole"
    await process.kill()
    process.orders.unlink()
    await world.start()
    ana = await Steady(world.urls, "Ana", world.history, random.Random(1)).comes_in()
    await ana.goes()
    assert await world.stop() == [0]
    assert {"log", "event", "circle"} <= tables(world)


def tables(world: World) -> set[str]:
    engine = create_engine(world.database)
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found


@pytest.mark.parametrize("point", ["mid_erasure", "before_scrub"])
async def test_in_the_middle_of_forgetting_somebody(keeper: Keeper, tmp_path: Path, point: str) -> None:
    """Whoever asked to be forgotten asks again, or need not: in the end no byte of what they said is on the disk."""
    world = World(keeper, tmp_path / "data", History())
    await world.start()
    process = world.processes[0]
    ana, bo = [await Steady(world.urls, name, world.history, random.Random(1)).comes_in() for name in ("Ana", "Bo")]
    circle = await ana.opens_a_room("Evening", 10)
    await bo.comes_into(circle)
    for _ in range(20):
        await ana.presses_send(circle, SAID)
    head = (await world.heads())[f"circle/{circle}"]
    await bo.reaches(f"circle/{circle}", head)
    assert copies(process), "it is not where it is looked for"
    process.order(point, 1)
    asking = asyncio.create_task(forget(ana))
    assert await process.dies(PATIENCE), "it did not pass there"
    with contextlib.suppress(OSError, EOFError):
        await asking
    process.orders.unlink()
    await process.kill()
    await process.start()
    if point == "mid_erasure":
        assert (await forget(ana)).status == 200
    async with asyncio.timeout(PATIENCE):
        while copies(process):  # noqa: ASYNC110 - a file tells nobody of its end
            await asyncio.sleep(0.05)
    for who in (ana, bo):
        await who.goes()
    await world.stop()
    assert copies(process) == []


async def forget(who: Steady) -> Answer:
    return await who.posts("/api/commands", {"do": "person.forget", "sure": True, "ref": 1})


def copies(process: Crashable) -> list[str]:
    """Files of the data folder with the words in them."""
    return [each.name for each in process.folder.iterdir() if each.is_file() and SAID.encode() in each.read_bytes()]


@pytest.mark.full
@pytest.mark.timeout(1200)
async def test_at_every_point_alone(keeper: Keeper, tmp_path: Path) -> None:
    holds(
        await play(PLANS["points-sqlite"].sized(posts=1_600, faults=40, people=None), keeper, tmp_path, None, None, "")
    )


@pytest.mark.full
@pytest.mark.timeout(1200)
async def test_at_every_point_with_another_process(
    keeper: Keeper, redis_server: RedisServer, redis_url: str, postgres_server: PostgresServer, database_url: str,
    tmp_path: Path,
) -> None:  # fmt: skip
    plan = PLANS["points"].sized(posts=2_400, faults=48, people=None)
    holds(await play(plan, keeper, tmp_path, redis_server, postgres_server, database_url))


def test_every_point_is_tried(keeper: Keeper, redis_server: RedisServer, tmp_path: Path) -> None:
    world = World(keeper, tmp_path / "data", History(), redis=redis_server)
    tried = {each.args[1] for each in points_kinds(world)}  # type: ignore[attr-defined]
    assert tried | {"mid_migration", "mid_erasure", "before_scrub"} == set(POINTS)
