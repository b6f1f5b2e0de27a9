"""Somebody who does not read for a while is caught up from where they were, and nobody else waits for them."""

import asyncio
import random
from pathlib import Path

from tests.faults.checker import check
from tests.faults.history import History
from tests.faults.steady import Steady
from tests.faults.world import World
from tests.keeper import Keeper

POSTS = 400
LONG = "I have so much to say tonight. " * 120
"""More than a megabyte and a half in all: several times what fits between two sockets and their buffers."""


async def test_a_reader_who_pauses_misses_nothing_and_holds_up_nobody(keeper: Keeper, tmp_path: Path) -> None:
    world = World(keeper, tmp_path / "data", History())
    await world.start()
    ana, bo, cleo = [Steady(world.urls, name, world.history, random.Random(1)) for name in ("Ana", "Bo", "Cleo")]
    bo.receive_buffer = 4096
    for each in (ana, bo, cleo):
        await each.comes_in()
    circle = await ana.opens_a_room("Evening", 10)
    for each in (bo, cleo):
        await each.comes_into(circle)
    bo.stops_reading()
    for _ in range(POSTS):
        ana.presses_send(circle, LONG)
    await ana.is_answered()
    head = (await world.heads())[f"circle/{circle}"]
    await cleo.reaches(f"circle/{circle}", head)
    assert bo.logs[f"circle/{circle}"].last < head - POSTS // 2, "nothing was held back: the buffers took it all"
    bo.reads_on()
    async with asyncio.timeout(60):
        await bo.reaches(f"circle/{circle}", head)
    assert (bo.gaps, bo.repeats, bo.returns) == (0, 0, 1)
    for each in (ana, bo, cleo):
        await each.goes()
    await world.stop()
    world.dump()
    found = [each for each in check(world.history) if each.check != "c11_staleness"]
    assert found == []
