"""The fault runs find what they are there to find: each mistake made on purpose is caught by a run that the product holds."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults import hush
from tests.faults.hush import Hush, Scene
from tests.faults.mutants import MUTANTS
from tests.faults.profiles import PLANS, Plan, play
from tests.keeper import Keeper
from tests.servers import PostgresServer, RedisServer

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]
ALONE = ("answer_before_commit", "publish_before_commit", "resume_late")
"""Found in the smoke run of one process."""
BETWEEN = ("max_plus_one", "numbers_outside", "lookup_outside", "push_over_gap")
"""Found in the smoke run of two."""
SILENT: dict[str, Scene] = {
    "swallow_subscribe": hush.silence_while_a_subscription_is_on_its_way,
    "skip_poll": hush.silence_while_redis_is_away,
}
"""Found where circles fall silent."""
QUICK = ("publish_before_commit",)
"""With every run, beside `read_before_register`; the others with --full."""
PATIENCE = 5.0


def quick_or_full(names: tuple[str, ...]) -> list[object]:
    return [name if name in QUICK else pytest.param(name, marks=pytest.mark.full) for name in names]


@pytest.mark.parametrize("mutant", quick_or_full(ALONE))
async def test_the_smoke_run_of_one_process_finds(mutant: str, keeper: Keeper, tmp_path: Path) -> None:
    caught = await what_is_found(changed(PLANS["smoke-sqlite"], mutant), keeper, tmp_path, None, None, "")
    assert caught, "not found"


@pytest.mark.full
@pytest.mark.parametrize("mutant", BETWEEN)
async def test_the_smoke_run_of_two_processes_finds(
    mutant: str, keeper: Keeper, redis_server: RedisServer, redis_url: str, postgres_server: PostgresServer,
    database_url: str, tmp_path: Path,
) -> None:  # fmt: skip
    plan = changed(PLANS["smoke"], mutant).sized(posts=1_500, faults=5, people=24)
    caught = await what_is_found(plan, keeper, tmp_path, redis_server, postgres_server, database_url)
    assert caught, "not found"


async def test_silence_finds_read_before_register(keeper: Keeper, tmp_path: Path) -> None:
    world = hush.one_server(keeper, tmp_path, mutant="read_before_register")
    await world.start()
    found = await Hush(world, patience=PATIENCE).play(hush.silence_while_a_log_is_opened)
    assert {each.check for each in found} == {"c6_complete"}


@pytest.mark.full
@pytest.mark.parametrize("mutant", SILENT)
async def test_silence_between_processes_finds(
    mutant: str, keeper: Keeper, redis_server: RedisServer, redis_url: str, database_url: str, tmp_path: Path
) -> None:
    world = hush.two_servers(keeper, tmp_path, redis_server, database_url, mutant=mutant)
    await world.start()
    found = await Hush(world, patience=PATIENCE).play(SILENT[mutant])
    assert {each.check for each in found} == {"c6_complete"}


def test_every_mutant_has_its_run() -> None:
    assert {*ALONE, *BETWEEN, *SILENT, "read_before_register"} == set(MUTANTS)


def changed(plan: Plan, mutant: str) -> Plan:
    """The same run, but shorter: a mistake that is found is found soon."""
    small = replace(plan.profile, people=16, circles=2, posts=500, faults=5, think=0.05, limit=25.0, healing=PATIENCE)
    kills = plan.kinds
    return replace(
        plan,
        profile=replace(small, twice=0.05),
        faulty={"mutant": mutant},
        kinds=lambda world: kills(world)[: small.faults],
    )


async def what_is_found(
    plan: Plan, keeper: Keeper, folder: Path, redis: RedisServer | None, postgres: PostgresServer | None, database: str
) -> Counter[str]:
    try:
        outcome = await play(plan, keeper, folder, redis, postgres, database)
    except (AssertionError, OSError, TimeoutError, ExceptionGroup) as error:
        # Servers that do not end well, people who get an answer that there is not.
        print(f"the run did not come to its end: {type(error).__name__}")
        return Counter({"no end": 1})
    caught = Counter(violation.check for violation in outcome.violations)
    caught += Counter({name: outcome.counts[name] for name in ("gaps", "repeats", "resets", "bugs")})
    print(dict(caught), f"{outcome.seconds:.0f} s")
    return caught
