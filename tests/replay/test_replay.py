"""A room that talks: every line once, in order, for everybody from their entry on."""

import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from tests.faults.checker import Bounds
from tests.faults.history import History
from tests.faults.world import World
from tests.keeper import Keeper
from tests.replay.chatlog import Due, Line, evenly, made_up, parse, scheduled
from tests.replay.play import Drops, Outcome, Replay
from tests.servers import RedisServer

SHORT = Drops(every=0.3, away=0.5)
BOUNDS = Bounds(stale=15.0, healed=15.0)
"""On a machine that also runs everybody's clients, and other tests beside."""


def long_log() -> bytes:
    """``REPLAY_LOG`` names one to take in place of invented lines."""
    named = os.environ.get("REPLAY_LOG")
    return Path(named).read_bytes() if named else made_up(1, lines=1_100)


def short() -> list[Due]:
    return evenly(parse(made_up(1, lines=300)), apart=0.01)


async def test_one_process(keeper: Keeper, tmp_path: Path) -> None:
    world = World(keeper, tmp_path / "data", History())
    holds(await replay(world, short(), SHORT), lines=300)


@pytest.mark.faults
async def test_killed_in_the_middle(keeper: Keeper, tmp_path: Path) -> None:
    world = World(keeper, tmp_path / "data", History())
    holds(await replay(world, short(), SHORT, [lambda: world.kill(0)]), lines=300)


async def test_two_processes(
    keeper: Keeper, redis_server: RedisServer, redis_url: str, database_url: str, tmp_path: Path
) -> None:
    world = World(keeper, tmp_path / "data", History(), processes=2, database_url=database_url, redis=redis_server)
    holds(await replay(world, short(), SHORT), lines=300)


@pytest.mark.full
@pytest.mark.faults
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", ["one process", "killed", "two processes"])
async def test_at_full_length(kind: str, request: pytest.FixtureRequest, keeper: Keeper, tmp_path: Path) -> None:
    lines = parse(long_log())
    if kind == "two processes":
        world = World(
            keeper, tmp_path / "data", History(), processes=2,
            database_url=request.getfixturevalue("database_url"), redis=request.getfixturevalue("redis_server"),
        )  # fmt: skip
    else:
        world = World(keeper, tmp_path / "data", History())
    faults = [lambda: world.kill(0)] if kind == "killed" else []
    holds(await replay(world, scheduled(lines, speed=20), Drops(), faults), lines=1_000)


async def replay(
    world: World, due: list[Due], drops: Drops, faults: Sequence[Callable[[], Awaitable[None]]] = ()
) -> Outcome:
    await world.start()
    return await Replay(world, due, drops=drops).play(faults, BOUNDS)


def holds(outcome: Outcome, *, lines: int) -> None:
    print(outcome.table())
    assert outcome.violations == []
    assert outcome.counts["answered"] == outcome.counts["lines"] >= lines
    assert outcome.counts["connections dropped"] > 0
    assert outcome.counts["gaps"] == outcome.counts["repeats"] == outcome.counts["resets"] == 0


def test_a_log_is_read_as_it_was_written() -> None:
    log = (
        "[23:59] <Heron> good evening\n[23:59]  * Fern waves\n=== Fern is now known as Fern_\n"
        "=== Bo [~bo@example.org]  has joined #circle\n[00:01] <Fern_> ça va\n=== Bo has left #circle\n"
    ).encode() + "[00:01] <Heron> déjà".encode("latin-1")
    assert parse(log) == [
        Line(1439, "said", "Heron", "good evening"),
        Line(1439, "said", "Fern", "waves"),
        Line(1439, "came", "Bo", ""),
        Line(1441, "said", "Fern", "ça va"),
        Line(1441, "went", "Bo", ""),
        Line(1441, "said", "Heron", "déjà"),
    ]


def test_pauses_are_cut_to_a_minute_and_a_minute_is_filled_evenly() -> None:
    lines = [Line(minute, "said", "Heron", "yes") for minute in (10, 10, 11, 500)]
    assert [due.at for due in scheduled(lines, speed=20)] == [0.75, 2.25, 4.5, 7.5]
