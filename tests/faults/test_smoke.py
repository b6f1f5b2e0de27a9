"""Servers are killed in the middle of everything, and nobody loses, doubles or reorders a word."""

import os
import random
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest

from tests.faults.checker import Bounds
from tests.faults.history import History
from tests.faults.run import Outcome, Profile, Run
from tests.faults.world import World
from tests.keeper import Keeper
from tests.servers import PostgresServer, RedisServer

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]
BOUNDS = Bounds(stale=5.0)
"""On a machine that also runs everybody's clients, and other tests beside."""


async def test_two_processes_with_redis_and_postgresql(
    keeper: Keeper, redis_server: RedisServer, redis_url: str, database_url: str, tmp_path: Path
) -> None:
    world = World(keeper, tmp_path / "data", History(), processes=2, database_url=database_url, redis=redis_server)
    await world.start()
    profile = Profile()
    outcome = await Run(world, profile).play(faults_with_redis(world, profile), BOUNDS)
    holds(outcome)


async def test_one_process_with_sqlite(keeper: Keeper, tmp_path: Path) -> None:
    world = World(keeper, tmp_path / "data", History())
    await world.start()
    profile = Profile(posts=1_500, faults=8, think=0.2, seed=2)
    faults: list[Callable[[], Awaitable[None]]] = [*[lambda: world.kill(0)] * 7, lambda: world.suspend(0, 1.0)]
    random.Random(profile.seed).shuffle(faults)
    outcome = await Run(world, profile).play(faults, BOUNDS)
    holds(outcome)


@pytest.mark.full
@pytest.mark.timeout(2700)
async def test_three_processes_at_length(
    keeper: Keeper,
    redis_server: RedisServer,
    redis_url: str,
    postgres_server: PostgresServer,
    database_url: str,
    tmp_path: Path,
) -> None:
    """The database is killed too. ``FAULT_POSTS`` sets how many posts; one fault for each 300 of them."""
    posts = int(os.environ.get("FAULT_POSTS", "30000"))
    world = World(
        keeper, tmp_path / "data", History(), processes=3,
        database_url=database_url, redis=redis_server, postgres=postgres_server,
    )  # fmt: skip
    await world.start()
    profile = Profile(
        people=100, circles=20, posts=posts, faults=posts // 300, think=0.5, limit=2400.0, pipelined=False, seed=3
    )  # fmt: skip
    kinds: list[Callable[[], Awaitable[None]]] = [
        *[partial(world.kill, number) for number in range(3)],
        *[partial(world.suspend, number, 1.5) for number in range(3)],
        world.restart_redis,
        partial(world.kill_redis, 1.0),
        partial(world.suspend_redis, 3.5),
        partial(world.kill_database, 0.5),
    ]
    faults = random.Random(profile.seed).choices(kinds, k=profile.faults)
    holds(await Run(world, profile).play(faults, BOUNDS))


def faults_with_redis(world: World, profile: Profile) -> list[Callable[[], Awaitable[None]]]:
    faults: list[Callable[[], Awaitable[None]]] = [
        *[lambda: world.kill(0)] * 5,
        *[lambda: world.kill(1)] * 5,
        *[world.restart_redis] * 3,
        *[lambda: world.kill_redis(0.5)] * 3,
        lambda: world.suspend_redis(3.0),
        lambda: world.suspend_redis(0.5),
        lambda: world.suspend(0, 2.0),
        lambda: world.suspend(1, 1.0),
    ]
    random.Random(profile.seed).shuffle(faults)
    assert len(faults) == profile.faults
    return faults


def holds(outcome: Outcome) -> None:
    print(outcome.table())
    assert outcome.violations == []
    assert outcome.counts["posts"] == outcome.counts["answered"] >= outcome.profile.posts
    assert sum(outcome.faults.values()) == outcome.profile.faults
    assert outcome.counts["gaps"] == outcome.counts["repeats"] == outcome.counts["resets"] == 0
