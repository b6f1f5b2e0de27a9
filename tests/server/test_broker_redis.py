"""A Redis that hangs, vanishes, comes back empty or is somebody else's: noticed soon, and never in anybody's way."""

import asyncio
import logging
import random
import statistics
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from server.broker import BrokerUnavailable
from server.presence_board import BoardSilent, Change
from server.redis import broker as redis_broker
from server.redis.broker import GAPS_EVERY, RedisBroker
from server.redis.node import parse
from server.redis.parcels import PARTITIONS, WAITING_MOST, channel_of, partition_of
from server.redis.presence import RedisBoard
from server.redis.wire import Wire
from tests.server.link import Link
from tests.server.processes import PATIENCE, Process, circle, circles_of, event, loop_seconds
from tests.servers import RedisServer

NOTICED = 3.0  # seconds within which a process must know that it hears nothing; while it is held up it does not listen
AT = circle(1)
EAR, MOUTH = 1, 2  # of the connections that a broker opens, the one that listens and the one that publishes


class Town:
    """Processes on one Redis, each reaching it by an address of its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.stack = AsyncExitStack()

    async def process(self, url: str | None = None, *, linger: float = 30.0) -> Process:
        broker = RedisBroker(url or self.url, linger=linger)
        return await self.stack.enter_async_context(Process(broker, confirms=True))

    async def linked(self) -> tuple[Process, Link]:
        link = Link(self.url)
        return await self.process(await self.stack.enter_async_context(link)), link

    async def wire(self) -> Wire:
        wire = await Wire.open(parse(self.url))
        self.stack.callback(wire.abandon)
        return wire


@pytest.fixture
async def town(redis_url: str, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Town]:
    town = Town(redis_url)
    yield town
    await town.stack.aclose()
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR] == []


async def notices(process: Process) -> float:
    """Wait until a process suspects Redis; seconds that took. A broken line is told as a gap at once."""
    return await loop_seconds(process.until(lambda: process.broker.suspect))


async def recovers(process: Process) -> None:
    """Wait until a process trusts Redis and was told to look at the heads."""
    gaps = process.gaps
    await process.until(lambda: not process.broker.suspect and process.gaps > gaps)


# --- faults


@pytest.mark.faults
async def test_a_redis_that_hangs_is_noticed_and_forgiven(town: Town, redis_server: RedisServer) -> None:
    ana, bo = await town.process(), await town.process()
    await bo.follows(AT)

    redis_server.suspend()
    took = await asyncio.gather(notices(ana), notices(bo))
    assert max(took) <= NOTICED

    redis_server.resume()
    await asyncio.gather(recovers(ana), recovers(bo))
    ana.broker.publish([event(AT, 1)])
    await bo.hears(AT, 1)


@pytest.mark.faults
async def test_a_redis_that_restarts_empty_is_noticed_and_used_again(town: Town, redis_server: RedisServer) -> None:
    ana, bo = await town.process(), await town.process()
    await bo.follows(AT)
    gaps = bo.gaps

    redis_server.restart()
    await bo.until(lambda: bo.gaps > gaps)
    for each in (ana, bo):
        await each.until(lambda: not each.broker.suspect)  # noqa: B023 - awaited here

    ana.broker.publish([event(AT, 1)])
    await bo.hears(AT, 1)


@pytest.mark.faults
async def test_a_process_that_hears_nothing_notices_by_itself(town: Town) -> None:
    ana, link = await town.linked()
    bo = await town.process()
    for each in (ana, bo):
        await each.follows(AT)

    link.swallow()
    assert await notices(ana) <= NOTICED
    assert not bo.broker.suspect
    bo.broker.publish([event(AT, 1)])

    link.heal()
    await recovers(ana)
    bo.broker.publish([event(AT, 2)])
    await ana.hears(AT, 2)


@pytest.mark.faults
async def test_a_process_whose_ear_alone_is_deaf_notices(town: Town) -> None:
    ana, link = await town.linked()
    bo = await town.process()
    for each in (ana, bo):
        await each.follows(AT)

    link.swallow(EAR)
    took = asyncio.ensure_future(notices(ana))
    ana.broker.publish([event(AT, 1)])
    await bo.hears(AT, 1)
    assert not ana.broker.suspect
    assert await took <= NOTICED

    await recovers(ana)
    bo.broker.publish([event(AT, 2)])
    await ana.hears(AT, 2)


@pytest.mark.faults
async def test_an_event_that_may_be_lost_is_told_to_others_as_a_gap(town: Town) -> None:
    ana, link = await town.linked()
    bo = await town.process()
    await bo.follows(AT)
    gaps = bo.gaps

    link.swallow(MOUTH)
    ana.broker.publish([event(AT, 1)])
    assert await notices(ana) <= NOTICED

    await bo.until(lambda: bo.gaps > gaps)
    assert bo.seqs(AT) == []


@pytest.mark.faults
async def test_publishing_into_a_hole_returns_at_once_and_keeps_little(town: Town) -> None:
    ana, link = await town.linked()
    bo = await town.process()
    await bo.follows(AT)
    gaps = bo.gaps
    link.swallow()
    loop = asyncio.get_running_loop()

    longest = 0.0
    for seq in range(1, 2_001):
        began = loop.time()
        ana.broker.publish([event(AT, seq, size=20_000)])
        longest = max(longest, loop.time() - began)
        await asyncio.sleep(0)
    assert longest < 0.5
    assert await notices(ana) <= NOTICED
    assert isinstance(ana.broker, RedisBroker)
    assert ana.broker.outbox.size <= WAITING_MOST

    link.heal()
    await recovers(ana)
    await bo.until(lambda: bo.gaps > gaps)  # told that something was dropped
    await bo.hears(AT, 2_000)
    assert bo.seqs(AT) == sorted(set(bo.seqs(AT)))


@pytest.mark.faults
async def test_a_line_that_is_cut_is_a_gap(town: Town) -> None:
    ana, link = await town.linked()
    bo = await town.process()
    await ana.follows(AT)
    gaps = ana.gaps

    link.cut()
    await ana.until(lambda: ana.gaps > gaps)
    await ana.until(lambda: not ana.broker.suspect)

    bo.broker.publish([event(AT, 1)])
    await ana.hears(AT, 1)


@pytest.mark.faults
async def test_an_outage_is_one_line_in_the_log_and_its_end_another(
    town: Town, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    ana = await town.process()
    await ana.follows(AT)

    redis_server.kill()
    await notices(ana)
    for seq in range(100):
        ana.broker.publish([event(AT, seq)])
        ana.broker.whisper(AT, b"words that were said")
    refused = ana.until(lambda: not ana.broker.suspect, within=2.5)  # several tries to connect fit in
    with pytest.raises(TimeoutError):
        await refused
    redis_server.start()
    await recovers(ana)

    said = [(each.levelno, each.getMessage()) for each in caplog.records if each.name.startswith("server")]
    assert said == [(logging.WARNING, "Redis is suspect"), (logging.INFO, "Redis is back")]
    assert "words that were said" not in caplog.text


async def test_whispers_that_are_late_are_dropped(town: Town) -> None:
    ana, link = await town.linked()
    bo = await town.process()
    await bo.follows(AT)
    assert isinstance(ana.broker, RedisBroker)
    link.swallow(MOUTH)
    ana.broker.publish([event(AT, 1)])
    while ana.broker.outbox:  # noqa: ASYNC110 - a turn of the loop, until the event is on its way
        await asyncio.sleep(0)

    ana.broker.whisper(AT, b"\x81\x01a")  # waits until the event before it is through
    await notices(ana)
    ana.broker.whisper(AT, b"\x81\x01b")
    ana.broker.publish([event(AT, 2)])

    await bo.hears(AT, 2)
    assert bo.whispers == []


async def test_letting_go_and_following_at_once_is_no_trouble(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    ana = await town.process(linger=0)
    bo = await town.process()
    near, far = *circles_of(3, 1), *circles_of(9, 1)
    chance = random.Random(1)
    for _ in range(500):
        ana.broker.follow(near)
        for _ in range(chance.randrange(20)):
            await asyncio.sleep(0)
        ana.broker.unfollow(near)
        ana.broker.follow(far)
        for _ in range(chance.randrange(20)):
            await asyncio.sleep(0)
        ana.broker.unfollow(far)
    gaps = ana.gaps
    ana.broker.follow(near)
    await ana.until(lambda: ana.gaps > gaps)

    bo.broker.publish([event(near, 1)])

    await ana.hears(near, 1)
    assert "suspect" not in caplog.text


# --- others on the same Redis


async def test_rubbish_on_a_channel_is_a_gap_and_no_more(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    ana, bo = await town.process(), await town.process()
    await bo.follows(AT)
    gaps = bo.gaps
    wire = await town.wire()
    rubbish = [
        b"",
        b"\xc1",
        b"\x94",
        b'{"words": "that were said"}',
        b"\x94\xa1x\x90\x90\xc3\x00",
        random.randbytes(10_000),
    ]

    loop = asyncio.get_running_loop()
    began = loop.time()
    for each in rubbish * 20:
        await wire.ask([("PUBLISH", channel_of(partition_of(AT)), each)])

    await bo.until(lambda: bo.gaps > gaps)
    ana.broker.publish([event(AT, 1)])
    await bo.hears(AT, 1)
    assert not bo.broker.suspect
    assert bo.gaps - gaps <= (loop.time() - began) / GAPS_EVERY + 2
    assert sum("unreadable" in each.getMessage() for each in caplog.records) == 1
    assert "that were said" not in caplog.text


async def test_a_notice_of_loss_is_a_gap(town: Town) -> None:
    ana, bo = await town.process(), await town.process()
    await bo.follows(AT)
    gaps = bo.gaps
    assert isinstance(ana.broker, RedisBroker)

    ana.broker.outbox.lost.add(partition_of(AT))
    ana.broker.publish([event(AT, 1)])

    await bo.hears(AT, 1)
    await bo.until(lambda: bo.gaps > gaps)


async def test_subscriptions_are_bounded_by_the_partitions(town: Town) -> None:
    ana = await town.process(linger=0)
    wire = await town.wire()
    gaps = ana.gaps
    for number in range(10_000):
        ana.broker.follow(circle(number))
    await ana.until(lambda: ana.gaps > gaps)
    [channels] = await wire.ask([("PUBSUB", "CHANNELS", "peer_circles:*")])
    assert len(channels) == PARTITIONS + 1  # its own probe

    for number in range(10_000):
        ana.broker.unfollow(circle(number))
    async with asyncio.timeout(PATIENCE):
        while len(channels) > 1:
            [channels] = await wire.ask([("PUBSUB", "CHANNELS", "peer_circles:*")])


async def test_only_partitions_in_use_are_subscribed(town: Town) -> None:
    ana = await town.process()
    wire = await town.wire()
    await ana.follows(*circles_of(3, 5), *circles_of(9, 5))

    [channels] = await wire.ask([("PUBSUB", "CHANNELS", "peer_circles:*")])

    assert {each.decode() for each in channels} >= {channel_of(3), channel_of(9)}
    assert len(channels) == 3


async def test_one_commit_is_one_publish_for_each_partition(town: Town) -> None:
    ana = await town.process()
    bo = await town.process()
    near, same, far = *circles_of(3, 2), *circles_of(9, 1)
    await bo.follows(near, same, far)
    wire = await town.wire()
    await wire.ask([("SUBSCRIBE", channel_of(3))])
    await wire.ask([("SUBSCRIBE", channel_of(9))])
    heard: list[list[bytes]] = []
    wire.listen(heard.append, bo.happened)

    ana.broker.publish([event(each, seq) for seq in range(1, 101) for each in (near, same, far)])
    await bo.until(lambda: len(bo.events) == 300)

    wire.send([("PING",)])
    await bo.until(lambda: [b"pong", b""] in heard)
    assert {channel.decode() for _, channel, _ in heard[:-1]} == {channel_of(3), channel_of(9)}
    assert len(heard) == 3


# --- replies


async def test_commands_that_are_given_up_never_leave_their_reply_to_another(town: Town) -> None:
    board = RedisBoard(parse(town.url), "here", life=3_600.0, patience=5.0)
    everybody = [f"participant{number:05d}" for number in range(20)]
    for number, each in enumerate(everybody):
        await board.sync([Change(circle(number), staying=[each])])
    chance = random.Random(20_260_101)
    loop = asyncio.get_running_loop()
    took = []
    for _ in range(200):
        began = loop.time()
        await board.sync([Change(circle(0))])
        took.append(loop.time() - began)
    usual = statistics.median(took)
    given_up = 0

    for number in range(10_000):
        asked = asyncio.ensure_future(board.sync([Change(circle(number % 20))]))
        if number % 2:
            # Whoever comes after one that was given up waits: a new connection may have to be made first.
            loop.call_later(chance.uniform(0, 2 * usual), asked.cancel)
        await asyncio.wait([asked])
        if asked.cancelled():
            given_up += 1
        else:
            assert asked.result() == [{everybody[number % 20]}]

    await board.close()
    assert given_up > 100


async def test_a_board_without_redis_is_silent(town: Town, redis_server: RedisServer) -> None:
    # Long enough for a Redis that is there to be reached anew on a busy machine.
    board = RedisBoard(parse(town.url), "here", life=3_600.0, patience=2.0)
    await board.sync([Change(AT, staying=["participant00001"])])

    redis_server.suspend()
    with pytest.raises(BoardSilent):
        await board.sync([Change(AT)])
    redis_server.resume()
    assert await board.sync([Change(AT)]) == [{"participant00001"}]

    redis_server.kill()
    with pytest.raises(BoardSilent):
        await board.sync([Change(AT)])
    redis_server.start()
    assert await board.sync([Change(AT)]) == [set()]
    await board.close()


# --- addresses that cannot work


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "http://secret-host/0",
        "redis://user:secret-word@secret-host:port/0",
        "redis://127.0.0.1:99999/0",
        "redis://127.0.0.1:1/0",
        "redis://127.0.0.1:1/0?nonsense=1",
        "redis://127.0.0.1:1/0?db=nonsense",
        "redis://:secret-word@secret-host.invalid:6379/0",
        "rediss://secret-host.invalid:6379/0",
        "unix:///nowhere/secret-host.sock",
        "unix://",
    ],
)
async def test_an_address_that_cannot_work_is_one_plain_sentence(url: str) -> None:
    with pytest.raises(BrokerUnavailable) as refused:
        await RedisBroker(url).start(Process(RedisBroker(url), confirms=True))
    sentence = str(refused.value)
    assert sentence.count(". ") == 0
    assert sentence.endswith(".")
    assert "REDIS_URL" in sentence
    assert "secret" not in sentence
    assert "127.0.0.1" not in sentence


@pytest.mark.parametrize("host", ["10.0.0.5", "redis.example.org", "[2001:db8::1]", "0.0.0.0"])
async def test_a_redis_on_another_machine_must_ask_for_a_password(host: str) -> None:
    for url in (f"redis://{host}:6379/0", f"redis://user@{host}:6379/0"):
        with pytest.raises(BrokerUnavailable, match="password or be reached by rediss"):
            parse(url)
    parse(f"redis://:secret-word@{host}:6379/0")
    parse(f"rediss://{host}:6379/0")


@pytest.mark.parametrize(
    "url", ["redis://localhost", "redis://127.0.0.2:6379", "redis://[::1]:6379", "unix:///run/redis.sock"]
)
async def test_a_redis_on_this_machine_needs_none(url: str) -> None:
    parse(url)


async def test_a_wrong_password_is_one_plain_sentence(town: Town) -> None:
    wire = await town.wire()
    await wire.ask([("ACL", "SETUSER", "heron", "on", ">right", "~*", "&*", "+@all")])
    with_password = town.url.replace("redis://", "redis://heron:{}@")
    await (await town.process(with_password.format("right"))).follows(AT)

    broker = RedisBroker(with_password.format("wrong"))
    with pytest.raises(BrokerUnavailable, match="refuses the name or password") as refused:
        await broker.start(Process(broker, confirms=True))

    assert "wrong" not in str(refused.value)
    await wire.ask([("ACL", "DELUSER", "heron")])


async def test_an_account_that_may_not_publish_is_one_plain_sentence(town: Town) -> None:
    wire = await town.wire()
    await wire.ask([("ACL", "SETUSER", "fern", "on", ">right", "~*", "&*", "+@all", "-publish")])
    broker = RedisBroker(town.url.replace("redis://", "redis://fern:right@"))

    with pytest.raises(BrokerUnavailable, match="does not permit"):
        await broker.start(Process(broker, confirms=True))

    await wire.ask([("ACL", "DELUSER", "fern")])


async def test_a_redis_that_is_slow_to_answer_at_the_start_is_asked_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_broker, "BEGINS_WITHIN", PATIENCE)
    link = Link(town.url)
    url = await town.stack.enter_async_context(link)
    link.swallow()
    starting = asyncio.create_task(town.process(url))
    await link.is_asked(2)
    assert not starting.done()
    link.heal()
    ana = await starting
    assert not ana.broker.suspect


async def test_a_redis_that_hangs_at_the_start_is_one_plain_sentence(town: Town, redis_server: RedisServer) -> None:
    redis_server.suspend()
    broker = RedisBroker(town.url)
    with pytest.raises(BrokerUnavailable, match="does not answer"):
        await broker.start(Process(broker, confirms=True))
