"""Servers are killed in the middle of everything, and nobody loses, doubles or reorders a word."""

import os
from pathlib import Path

import pytest

from tests.faults.play import Outcome
from tests.faults.profiles import PLANS, play
from tests.keeper import Keeper
from tests.servers import PostgresServer, RedisServer

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]


async def test_two_processes_with_redis_and_postgresql(
    keeper: Keeper,
    redis_server: RedisServer,
    redis_url: str,
    postgres_server: PostgresServer,
    database_url: str,
    tmp_path: Path,
) -> None:
    holds(await play(PLANS["smoke"], keeper, tmp_path, redis_server, postgres_server, database_url))


async def test_one_process_with_sqlite(keeper: Keeper, tmp_path: Path) -> None:
    holds(await play(PLANS["smoke-sqlite"], keeper, tmp_path, None, None, ""))


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
    plan = PLANS["full"].sized(posts=posts, faults=posts // 300, people=100)
    holds(await play(plan, keeper, tmp_path, redis_server, postgres_server, database_url))


def holds(outcome: Outcome) -> None:
    print(outcome.table())
    assert outcome.violations == []
    assert outcome.counts["posts"] == outcome.counts["answered"] >= outcome.profile.posts
    assert sum(outcome.faults.values()) == outcome.profile.faults
    assert [outcome.counts[each] for each in ("gaps", "repeats", "resets", "bugs")] == [0, 0, 0, 0]
