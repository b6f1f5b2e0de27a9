"""What presence promises: within one process, over a real Redis, a cluster, and a primary with a replica."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from server.presence import MemoryBoard, MemoryPresence
from server.presence_board import Waits
from server.presence_shared import SharedPresence
from server.redis.presence import RedisPresence
from tests.server.processes import Screens, circle

WAITS = Waits(grace=0.3, every=0.05, answer=5.0, patience=10.0)
AT = circle(1)
HERON, FERN, ANA = "heron00000000000", "fern000000000000", "ana0000000000000"


class Town:
    """Processes that share presence. What one tells reaches the screens of all."""

    def __init__(self, url: str | None) -> None:
        self._url = url
        self._board = MemoryBoard()
        self._stack = AsyncExitStack()
        self.screens: list[Screens] = []

    async def process(self, waits: Waits = WAITS) -> tuple[SharedPresence, Screens]:
        own = Screens()
        presence: SharedPresence
        if self._url is None:
            presence = MemoryPresence(self._tell, own.told, board=self._board, waits=waits)
        else:
            presence = RedisPresence(self._url, self._tell, own.told, waits=waits)
        self.screens.append(own)
        await presence.start()
        self._stack.push_async_callback(presence.close)
        return presence, own

    async def close(self) -> None:
        await self._stack.aclose()

    def _tell(self, address: str, frame: bytes) -> None:
        for screens in self.screens:
            screens.told(address, frame)


@pytest.fixture(params=["memory", "redis", "cluster", pytest.param("family", marks=pytest.mark.full)])
async def town(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Town]:
    town = Town(None if request.param == "memory" else request.getfixturevalue(f"{request.param}_url"))
    yield town
    await town.close()
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING] == []


async def test_who_comes_is_here_and_all_are_told(town: Town) -> None:
    first, near = await town.process()
    second, far = await town.process()

    first.came(AT, HERON)
    second.came(AT, FERN)

    await near.show(AT, HERON, FERN)
    await far.show(AT, HERON, FERN)
    onlooker, _ = await town.process()
    for each in (first, second, onlooker):
        assert await each.here(AT) == {HERON, FERN}
        assert await each.here(circle(2)) == frozenset()


async def test_who_goes_is_told_after_the_grace(town: Town) -> None:
    presence, screens = await town.process()
    presence.came(AT, HERON)
    presence.came(AT, FERN)
    await screens.show(AT, HERON, FERN)
    loop = asyncio.get_running_loop()
    closed = loop.time()

    presence.went(AT, HERON)
    assert await presence.here(AT) == {HERON, FERN}

    await screens.show(AT, FERN)
    assert loop.time() - closed >= WAITS.grace
    assert await presence.here(AT) == {FERN}


async def test_a_reconnect_within_the_grace_goes_unseen(town: Town) -> None:
    presence, screens = await town.process()
    presence.came(AT, HERON)
    presence.came(AT, FERN)
    await screens.show(AT, HERON, FERN)

    presence.went(AT, HERON)
    presence.came(AT, HERON)
    presence.went(AT, FERN)  # its grace ends last, so by then the other's would have ended too

    await screens.show(AT, HERON)
    assert not screens.ever_went(HERON)
    assert screens.times_came(HERON) == 1


async def test_a_reconnect_does_not_shorten_the_next_grace(town: Town) -> None:
    presence, screens = await town.process()
    hasty, _ = await town.process(Waits(grace=WAITS.grace / 2, every=0.05, answer=5.0, patience=10.0))
    loop = asyncio.get_running_loop()
    presence.came(AT, HERON)
    hasty.came(AT, FERN)
    await screens.show(AT, HERON, FERN)

    presence.went(AT, HERON)
    presence.came(AT, HERON)
    hasty.went(AT, FERN)
    await screens.show(AT, HERON)
    closed = loop.time()
    presence.went(AT, HERON)

    await screens.show(AT)
    assert loop.time() - closed >= WAITS.grace


async def test_one_of_two_screens_may_close_unseen(town: Town) -> None:
    presence, screens = await town.process()
    presence.came(AT, HERON)
    presence.came(AT, HERON)
    presence.came(AT, FERN)
    await screens.show(AT, HERON, FERN)

    presence.went(AT, HERON)
    presence.went(AT, FERN)

    await screens.show(AT, HERON)
    assert screens.times_came(HERON) == 1
    presence.went(AT, HERON)
    await screens.show(AT)


async def test_a_screen_in_another_process_keeps_one_here(town: Town) -> None:
    first, near = await town.process()
    second, far = await town.process()
    first.came(AT, HERON)
    await far.show(AT, HERON)
    second.came(AT, HERON)
    second.came(AT, FERN)
    await near.show(AT, HERON, FERN)

    first.went(AT, HERON)
    first.came(AT, ANA)
    await near.show(AT, HERON, FERN, ANA)
    first.went(AT, ANA)  # its grace ends last

    await near.show(AT, HERON, FERN)
    assert not near.ever_went(HERON)
    assert not far.ever_went(HERON)
    assert await first.here(AT) == {HERON, FERN}

    second.went(AT, HERON)
    await near.show(AT, FERN)
    await far.show(AT, FERN)


async def test_a_storm_of_arrivals_is_a_handful_of_frames(town: Town) -> None:
    presence, screens = await town.process(Waits(grace=0.3, answer=5.0, patience=10.0))
    loop = asyncio.get_running_loop()
    everybody = [f"participant{number:05d}" for number in range(1_000)]
    started = loop.time()

    for number, each in enumerate(everybody):
        presence.came(AT, each)
        if number % 10 == 0:
            assert each in await presence.here(AT)

    await screens.show(AT, *everybody)
    assert len(screens.frames) <= (loop.time() - started) * 4 + 2
    assert sum(len(each.here.came) for each in screens.frames) == 1_000

    arrived = len(screens.frames)
    for each in everybody:
        presence.went(AT, each)
    await screens.show(AT)
    assert len(screens.frames) - arrived <= 3


async def test_many_circles_at_once(town: Town) -> None:
    first, _ = await town.process()
    second, far = await town.process()
    for number in range(1_000):
        first.came(circle(number), HERON)
        second.came(circle(number), FERN)

    await far.until(lambda: sum(len(each) for each in far.shown.values()) == 2_000)

    for number in range(1_000):
        first.went(circle(number), HERON)
    await far.until(lambda: sum(len(each) for each in far.shown.values()) == 1_000)
    assert set.union(*far.shown.values()) == {FERN}
    assert await first.here(circle(999)) == {FERN}


async def test_going_without_having_come_is_harmless(town: Town) -> None:
    presence, screens = await town.process()
    presence.went(AT, HERON)
    presence.came(AT, FERN)
    presence.went(AT, HERON)
    await screens.show(AT, FERN)


async def test_a_question_that_is_given_up_harms_no_other(town: Town) -> None:
    presence, screens = await town.process()
    for number in range(100):
        presence.came(circle(number), f"participant{number:05d}")
    await screens.until(lambda: len(screens.shown) == 100)

    asked = [asyncio.ensure_future(presence.here(circle(number % 100))) for number in range(2_000)]
    await asyncio.sleep(0)
    for number, each in enumerate(asked):
        if number % 2:
            each.cancel()

    await asyncio.wait(asked)
    for number, each in enumerate(asked):
        if not each.cancelled():
            assert await each == {f"participant{number % 100:05d}"}
    assert not any(each.cancelled() for each in asked[::2])


async def test_without_a_start_and_after_the_end_one_knows_oneself(town: Town) -> None:
    presence, screens = await town.process()
    presence.came(AT, HERON)
    await screens.show(AT, HERON)
    await presence.close()
    presence.came(AT, FERN)
    presence.went(AT, FERN)
    assert HERON in await presence.here(AT)
