"""A server on a machine whose cable is pulled out: no packet passes, and nobody is told that there was a connection."""

import asyncio
import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.faults.checker import check
from tests.faults.crowds import descriptors
from tests.faults.history import Fault, History
from tests.faults.hush import BOUNDS
from tests.faults.namespaces import Machine
from tests.faults.proxy import HOST, Proxy, Target
from tests.faults.steady import Steady
from tests.faults.world import World
from tests.guests import Guest
from tests.keeper import Keeper
from tests.servers import RedisServer, Unavailable

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]
PATIENCE = 60.0


@pytest.fixture
def machine() -> Iterator[Machine]:
    machine = Machine(1)
    try:
        machine.open()
    except Unavailable as missing:
        # Not a failure where CI=true either: containers mostly may not have it, and nothing that can be installed helps.
        pytest.skip(f"NOT TESTED: {missing}")
    yield machine
    machine.close()


def lives_on(world: World, number: int, machine: Machine) -> None:
    """Have a process of the world start there."""
    origin = f"http://{machine.address}:8000"
    world.processes[number].settings |= {
        "origin": origin, "allow_plain_http": 1, "port": 8000, "fault_namespace": machine.name
    }  # fmt: skip


@pytest.mark.full  # browsers on this machine notice a cable that comes and goes, and let go of what they were loading
async def test_a_machine_cut_off_from_everything_heals(
    keeper: Keeper, redis_server: RedisServer, redis_url: str, database_url: str, machine: Machine, tmp_path: Path
) -> None:
    """Database, Redis and people are all at the other end of the cable."""
    world = World(keeper, tmp_path / "data", History(), processes=2, database_url=database_url, redis=redis_server)
    far = world.processes[1]
    lives_on(world, 1, machine)
    # Redis over a network wants a password.
    assert redis_server.ask("ACL SETUSER far on >secret ~* &* +@all") == "+OK"
    proxies = [
        await Proxy(Target(HOST, port), machine.gateway).start()
        for port in (redis_server.port, urlsplit(database_url).port or 0)
    ]
    far.settings["redis_url"] = f"redis://far:secret@{machine.gateway}:{proxies[0].port}/0"
    far.settings["database_url"] = database_url.replace(
        f"{HOST}:{proxies[1].target.port}", f"{machine.gateway}:{proxies[1].port}"
    )
    await world.start()
    ana, bo = [
        Steady([url], name, world.history, random.Random(1))
        for url, name in zip(world.urls, ("Ana", "Bo"), strict=True)
    ]
    bo.pipelined = False
    for who in (ana, bo):
        await who.comes_in()
        await who.again(partial(who.follows, who.me))
    circle = await ana.opens_a_room("Evening", 10)
    await bo.comes_into(circle)
    for how_long in (1.0, 6.0):
        began = asyncio.get_running_loop().time()
        machine.pull_out()
        said = [bo.presses_send(circle, "Can you hear me?") for _ in range(5)]
        while asyncio.get_running_loop().time() < began + how_long:
            await ana.presses_send(circle, "We are here.")
            await asyncio.sleep(0.05)
        assert not any(each.done() for each in said), "something passed"
        machine.put_in()
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*said)
            for who in (ana, bo):
                await who.reaches(f"circle/{circle}", (await world.heads())[f"circle/{circle}"])
        world.history.note(Fault(began, asyncio.get_running_loop().time(), "cable"))
    for who in (ana, bo):
        await who.goes()
    assert await world.stop() == [0, 0]
    for proxy in proxies:
        await proxy.close()
    world.dump()
    assert check(world.history, BOUNDS) == []


@pytest.mark.full
async def test_sockets_whose_other_end_is_gone_are_let_go(keeper: Keeper, machine: Machine, tmp_path: Path) -> None:
    """Nothing is sent to them meanwhile but signs of life; their descriptors are free again by themselves."""
    world = World(keeper, tmp_path / "data", History())
    lives_on(world, 0, machine)
    await world.start()
    before = descriptors(world)[0]
    guests = [Guest(world.urls[0], f"Heron {number}") for number in range(20)]
    for guest in guests:
        await guest.comes_in()
    assert descriptors(world)[0] >= before + len(guests)
    machine.pull_out()
    async with asyncio.timeout(90):
        while descriptors(world)[0] > before + 2:  # noqa: ASYNC110 - a process tells nobody of its descriptors
            await asyncio.sleep(0.2)
    machine.put_in()
    for guest in guests:
        await guest.leaves_the_page()
    await world.stop()
