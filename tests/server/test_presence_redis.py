"""Presence when processes die, words get lost on the way, and Redis hangs or forgets."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from server.broker import BrokerUnavailable
from server.presence_board import Waits
from server.redis.presence import RedisPresence
from tests.keeper import Keeper
from tests.server.processes import PATIENCE, Screens, circle, loop_seconds
from tests.servers import RedisServer

QUICK = Waits(grace=0.1, every=0.05, refresh=0.4, answer=0.2, patience=0.3)
SURE = Waits(grace=0.1, every=0.05, refresh=1.0, answer=5.0, patience=5.0)
"""For a Redis that is there, however busy the machine is."""
REBUILT = Waits(grace=0.1, every=0.05, refresh=2.0, answer=5.0, patience=0.3)
"""With as much time to renew all entries after a loss as there usually is, next to how soon the loss is noticed."""
AT = circle(1)
HERON, FERN, ANA = "heron00000000000", "fern000000000000", "ana0000000000000"

OTHER_PROCESS = """
import asyncio, sys
from server.presence_board import Waits
from server.redis.presence import RedisPresence

async def main(url, address, participant):
    presence = RedisPresence(url, lambda address, frame: None, waits=Waits(refresh=0.4))
    await presence.start()
    presence.came(address, participant)
    await asyncio.Event().wait()

asyncio.run(main(*sys.argv[1:]))
"""


class Town:
    """Processes that tell each other nothing: every whisper between them is lost."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.stack = AsyncExitStack()

    async def process(self, waits: Waits = QUICK) -> tuple[RedisPresence, Screens]:
        screens = Screens()
        presence = RedisPresence(self.url, screens.told, waits=waits)
        await presence.start()
        self.stack.push_async_callback(presence.close)
        return presence, screens


async def enters(presence: RedisPresence, screens: Screens, address: str, participant: str) -> None:
    """As a connection does: it says who is here, then that one more has come."""
    screens.shown.setdefault(address, set()).update(await presence.here(address))
    presence.came(address, participant)


@pytest.fixture
async def town(redis_url: str) -> AsyncIterator[Town]:
    town = Town(redis_url)
    yield town
    await town.stack.aclose()


async def test_what_was_lost_on_the_way_is_found_by_oneself(town: Town) -> None:
    first, near = await town.process()
    second, far = await town.process()
    second.came(AT, FERN)
    await far.show(AT, FERN)

    first.came(AT, HERON)
    await near.show(AT, HERON, FERN)
    await far.show(AT, HERON, FERN)

    first.went(AT, HERON)
    await near.show(AT, FERN)
    await far.show(AT, FERN)


async def test_nobody_is_told_what_he_was_told_when_he_came(town: Town) -> None:
    first, near = await town.process(SURE)
    second, far = await town.process(SURE)
    await enters(first, near, AT, HERON)
    await near.show(AT, HERON)

    await enters(second, far, AT, FERN)
    await near.show(AT, HERON, FERN)
    first.came(AT, ANA)

    await far.show(AT, HERON, FERN, ANA)
    assert far.times_came(HERON) == 0


async def test_who_was_told_of_only_in_an_answer_goes_for_all(town: Town) -> None:
    rarely = Waits(grace=0.1, every=0.05, refresh=1.5, answer=5.0, patience=5.0)
    first, near = await town.process(rarely)
    second, far = await town.process()
    await enters(first, near, AT, HERON)
    await near.show(AT, HERON)
    await enters(second, far, AT, FERN)
    await far.show(AT, HERON, FERN)

    assert await first.here(AT) == {HERON, FERN}
    second.went(AT, FERN)

    await near.until(lambda: near.ever_went(FERN))


@pytest.mark.faults
async def test_people_of_a_process_that_was_killed_vanish(town: Town, keeper: Keeper) -> None:
    presence, screens = await town.process()
    presence.came(AT, HERON)
    root = Path(__file__).parents[2]
    arguments = [sys.executable, "-c", OTHER_PROCESS, town.url, AT, FERN]
    other = subprocess.Popen(arguments, cwd=root, stdout=subprocess.DEVNULL)  # noqa: ASYNC220 - it starts at once
    keeper.watch(other)
    await screens.show(AT, HERON, FERN)
    assert await presence.here(AT) == {HERON, FERN}

    other.kill()
    assert await loop_seconds(screens.show(AT, HERON)) <= 3.75 * QUICK.refresh  # 30 s where it is 8 s

    assert await presence.here(AT) == {HERON}
    other.wait()
    keeper.forget(other)


@pytest.mark.faults
async def test_while_redis_hangs_one_knows_ones_own(town: Town, redis_server: RedisServer) -> None:
    first, near = await town.process()
    second, far = await town.process()
    await enters(first, near, AT, HERON)
    await enters(second, far, AT, FERN)
    await near.show(AT, HERON, FERN)

    redis_server.suspend()
    first.came(AT, ANA)
    for _ in range(20):
        asked = asyncio.ensure_future(first.here(AT))
        assert await loop_seconds(asked) <= 0.25
        assert asked.result() >= {HERON, ANA}
    await near.until(lambda: ANA in near.shown[AT])
    assert ANA not in far.shown[AT]

    redis_server.resume()
    await far.show(AT, HERON, FERN, ANA)
    assert await second.here(AT) == {HERON, FERN, ANA}


@pytest.mark.faults
async def test_who_goes_while_redis_is_away_has_gone_when_it_is_back(town: Town, redis_server: RedisServer) -> None:
    first, near = await town.process()
    second, far = await town.process()
    for each in (HERON, ANA):
        await enters(first, near, AT, each)
    for each in (FERN, HERON):
        await enters(second, far, AT, each)
    await near.show(AT, HERON, FERN, ANA)

    redis_server.kill()
    first.went(AT, HERON)
    first.went(AT, ANA)
    first.came(AT, "bo00000000000000")  # told after the graces, which are shorter than the board's silence
    await near.until(lambda: "bo00000000000000" in near.shown[AT])
    assert near.shown[AT] >= {HERON, ANA}
    redis_server.start()

    await near.show(AT, HERON, FERN, "bo00000000000000")
    await far.show(AT, HERON, FERN, "bo00000000000000")


@pytest.mark.faults
async def test_after_a_restart_without_memory_all_are_back(town: Town, redis_server: RedisServer) -> None:
    first, near = await town.process(REBUILT)
    second, far = await town.process(REBUILT)
    for number in range(300):
        await enters(first, near, circle(number), HERON)
        await enters(second, far, circle(number), FERN)
    for each in (near, far):
        await each.until(lambda: sum(len(shown) for shown in each.shown.values()) == 600)  # noqa: B023

    redis_server.restart()
    third, _ = await town.process()
    async with asyncio.timeout(PATIENCE):
        for number in range(300):
            while await third.here(circle(number)) != {HERON, FERN}:
                pass
    assert {frozenset(shown) for each in (near, far) for shown in each.shown.values()} == {frozenset((HERON, FERN))}
    assert not any(each.ever_went(who) for each in (near, far) for who in (HERON, FERN))


@pytest.mark.faults
async def test_who_asked_in_vain_is_told_later(town: Town, redis_server: RedisServer) -> None:
    first, near = await town.process()
    second, far = await town.process()
    second.came(AT, FERN)
    await far.show(AT, FERN)

    redis_server.suspend()
    assert await first.here(AT) == frozenset()
    first.came(AT, HERON)
    redis_server.resume()

    await near.show(AT, HERON, FERN)


@pytest.mark.faults
async def test_an_outage_is_two_lines_in_the_log(
    town: Town, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    presence, screens = await town.process(Waits(grace=0.1, every=0.05, refresh=0.4, patience=1.0))
    presence.came(AT, HERON)
    await screens.show(AT, HERON)

    redis_server.kill()
    presence.came(AT, FERN)
    await screens.show(AT, HERON, FERN)
    with pytest.raises(TimeoutError):
        await screens.until(lambda: HERON not in screens.shown[AT], within=3)  # several tries fit in
    redis_server.start()
    presence.went(AT, FERN)
    await screens.show(AT, HERON)

    assert [each.getMessage() for each in caplog.records if each.name == "server.presence"] == [
        "presence knows this process only",
        "presence knows all processes",
    ]


async def test_refreshing_does_not_hasten_the_telling(town: Town) -> None:
    presence, screens = await town.process(Waits(every=0.25, refresh=0.02, answer=5.0, patience=5.0))
    loop = asyncio.get_running_loop()
    started = loop.time()

    for number in range(300):
        presence.came(AT, f"participant{number:05d}")
        await presence.here(circle(2))
        await presence.here(AT)

    await screens.until(lambda: len(screens.shown.get(AT, ())) == 300)
    assert len(screens.frames) <= (loop.time() - started) * 4 + 2


@pytest.mark.parametrize("url", ["nonsense", "redis://redis.example.org:6379/0"])
async def test_an_address_that_cannot_work_is_refused_when_it_is_made(url: str) -> None:
    with pytest.raises(BrokerUnavailable):
        RedisPresence(url, Screens().told)
