"""What every broker promises: the one in memory, and the one over a real Redis, a cluster, and a primary with a replica."""

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from server.broker_memory import MemoryBroker, MemoryBus
from server.redis.broker import RedisBroker
from tests.server.processes import Process, circle, circles_of, event


class Town:
    """Starts processes that share a broker."""

    def __init__(self, url: str | None) -> None:
        self._url = url
        self._bus = MemoryBus()
        self._stack = AsyncExitStack()

    async def process(self) -> Process:
        if self._url is None:
            process = Process(MemoryBroker(self._bus), confirms=False)
        else:
            process = Process(RedisBroker(self._url), confirms=True)
        return await self._stack.enter_async_context(process)

    async def close(self) -> None:
        await self._stack.aclose()


@pytest.fixture(params=["memory", "redis", "cluster", pytest.param("family", marks=pytest.mark.full)])
async def town(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Town]:
    town = Town(None if request.param == "memory" else request.getfixturevalue(f"{request.param}_url"))
    yield town
    await town.close()
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING] == []


async def test_all_others_hear_what_was_published_and_nobody_hears_himself(town: Town) -> None:
    ana, bo, fern = await town.process(), await town.process(), await town.process()
    for each in (ana, bo, fern):
        await each.follows(circle(1))

    ana.broker.publish([event(circle(1), 1)])
    bo.broker.publish([event(circle(1), 2)])

    await fern.until(lambda: len(fern.events) == 2)
    await ana.hears(circle(1), 2)
    await bo.hears(circle(1), 1)
    assert ana.seqs(circle(1)) == [2]
    assert bo.seqs(circle(1)) == [1]


async def test_an_event_arrives_as_it_was(town: Town) -> None:
    ana, bo = await town.process(), await town.process()
    await bo.follows(circle(1))
    plain = event(circle(1), 1)
    full = event(circle(1), 2, bare=b"\x81\x00", target=1, ends="participant00001", clears=1)

    ana.broker.publish([plain, full])

    await bo.hears(circle(1), 2)
    assert bo.events == [plain, full]


async def test_the_order_of_each_address_is_kept(town: Town) -> None:
    ana, bo = await town.process(), await town.process()
    addresses = [circle(number) for number in range(10)]
    await bo.follows(*addresses)

    for start in range(1, 501, 5):
        ana.broker.publish([event(each, seq) for seq in range(start, start + 5) for each in addresses])

    await bo.until(lambda: len(bo.events) == 5_000)
    for each in addresses:
        assert bo.seqs(each) == list(range(1, 501))


async def test_only_what_is_followed_arrives(town: Town) -> None:
    ana, bo = await town.process(), await town.process()
    followed, other = circles_of(7, 2)
    await bo.follows(followed)

    ana.broker.publish([event(other, 1)])
    ana.broker.whisper(other, b"\x81\x01a")
    ana.broker.publish([event(followed, 1)])

    await bo.hears(followed, 1)
    assert bo.seqs(other) == []
    assert bo.whispers == []


async def test_following_is_counted(town: Town) -> None:
    ana, bo = await town.process(), await town.process()
    twice, kept = circles_of(7, 2)
    await bo.follows(twice, twice, kept)

    bo.broker.unfollow(twice)
    ana.broker.publish([event(twice, 1)])
    await bo.hears(twice, 1)

    bo.broker.unfollow(twice)
    ana.broker.publish([event(twice, 2)])
    ana.broker.publish([event(kept, 1)])
    await bo.hears(kept, 1)
    assert bo.seqs(twice) == [1]


async def test_following_again_after_letting_go_hears_again(town: Town) -> None:
    ana, bo = await town.process(), await town.process()
    await bo.follows(circle(1))
    bo.broker.unfollow(circle(1))
    await bo.follows(circle(1))

    ana.broker.publish([event(circle(1), 1)])

    await bo.hears(circle(1), 1)


async def test_a_whisper_says_for_whom_it_is_not(town: Town) -> None:
    ana, bo = await town.process(), await town.process()
    for each in (ana, bo):
        await each.follows(circle(1))

    ana.broker.whisper(circle(1), b"\x81\x01a", "participant00001")
    ana.broker.whisper(circle(1), b"\x81\x01b")

    await bo.until(lambda: len(bo.whispers) == 2)
    assert bo.whispers == [(circle(1), b"\x81\x01a", "participant00001"), (circle(1), b"\x81\x01b", None)]
    assert ana.whispers == []


async def test_large_events_arrive_whole_and_in_order(town: Town) -> None:
    ana, bo = await town.process(), await town.process()
    await bo.follows(circle(1))
    sent = [event(circle(1), seq, size=700_000) for seq in (1, 2, 3)] + [event(circle(1), 4, size=3_000_000)]

    ana.broker.publish(sent)

    await bo.hears(circle(1), 4)
    assert bo.events == sent


async def test_what_was_published_just_before_closing_is_heard(town: Town) -> None:
    ana, bo = await town.process(), await town.process()
    await bo.follows(circle(1))

    ana.broker.publish([event(circle(1), seq, size=1_000_000) for seq in range(1, 8)])
    await ana.broker.close()

    await bo.hears(circle(1), 7)
    assert bo.seqs(circle(1)) == list(range(1, 8))


async def test_a_broker_that_is_closed_is_silent_and_harmless(town: Town) -> None:
    ana, bo = await town.process(), await town.process()
    for each in (ana, bo):
        await each.follows(circle(1))
    await bo.broker.close()
    await bo.broker.close()

    bo.broker.publish([event(circle(1), 1)])
    bo.broker.whisper(circle(1), b"\x81\x01a")
    fern = await town.process()
    fern.broker.publish([event(circle(1), 2)])

    await ana.hears(circle(1), 2)
    assert ana.seqs(circle(1)) == [2]
    assert bo.events == []


async def test_a_broker_that_works_is_not_suspect(town: Town) -> None:
    assert not (await town.process()).broker.suspect
