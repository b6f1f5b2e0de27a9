"""A cluster that loses a node and moves slots, and a primary that is one no longer: noticed, and nothing is lost."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from redis.crc import key_slot

from server.broker import BrokerUnavailable
from server.presence_board import Change
from server.redis.broker import RedisBroker
from server.redis.layout import layout_seen_from
from server.redis.node import parse
from server.redis.parcels import PARTITIONS, channel_of, partition_of
from server.redis.presence import KEY, RedisBoard
from tests.guests import Guest
from tests.house import house
from tests.redis_sets import RedisCluster, RedisFamily
from tests.server.processes import PATIENCE, Process, circle, circles_of, event
from tests.servers import RedisServer

EVERYWHERE = [circles_of(partition, 1)[0] for partition in range(PARTITIONS)]


class Town:
    """Processes that each come by an address of their own."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()

    async def process(self, url: str) -> Process:
        return await self._stack.enter_async_context(Process(RedisBroker(url), confirms=True))

    async def close(self) -> None:
        await self._stack.aclose()


@pytest.fixture
async def town(caplog: pytest.LogCaptureFixture) -> AsyncIterator[Town]:
    town = Town()
    yield town
    await town.close()
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR] == []


def holder(cluster: RedisCluster, address: str) -> RedisServer:
    """The node through which an address is published."""
    return cluster.holder(key_slot(channel_of(partition_of(address)).encode()))


async def suspects(process: Process) -> None:
    await process.until(lambda: process.broker.suspect)


async def trusts(process: Process) -> None:
    await process.until(lambda: not process.broker.suspect)


async def heard_again(ana: Process, bo: Process, *addresses: str) -> None:
    """Wait until what Ana publishes reaches Bo, without counting on any one message."""
    seq = 1_000_000
    async with asyncio.timeout(PATIENCE):
        while not all(any(seq >= 1_000_000 for seq in bo.seqs(each)) for each in addresses):
            seq += 1
            ana.broker.publish([event(each, seq) for each in addresses])
            await asyncio.sleep(0.02)


# --- a cluster


async def test_every_node_of_a_cluster_carries_its_part(
    town: Town, cluster_url: str, redis_cluster: RedisCluster
) -> None:
    ana, bo = await town.process(cluster_url), await town.process(redis_cluster.nodes[2].url)
    await bo.follows(*EVERYWHERE)

    ana.broker.publish([event(each, 1) for each in EVERYWHERE])

    await bo.until(lambda: len(bo.events) == PARTITIONS)
    assert {holder(redis_cluster, each) for each in EVERYWHERE} == set(redis_cluster.nodes)
    for node in redis_cluster.nodes:
        # Sharded: every node has only the channels that are its own.
        assert node.ask("PUBSUB CHANNELS") == "*0"
        assert 10 < int(node.ask("PUBSUB SHARDCHANNELS").split()[0].removeprefix("*")) < 40


@pytest.mark.faults
async def test_the_death_of_one_node_is_no_silence_on_the_others(
    town: Town, cluster_url: str, redis_cluster: RedisCluster
) -> None:
    ana, bo = await town.process(cluster_url), await town.process(redis_cluster.nodes[1].url)
    await bo.follows(*EVERYWHERE)
    dead = redis_cluster.nodes[0]
    struck = [each for each in EVERYWHERE if holder(redis_cluster, each) is dead]
    others = [each for each in EVERYWHERE if holder(redis_cluster, each) is not dead]

    dead.kill()
    await asyncio.gather(*(suspects(each) for each in (ana, bo)))
    for seq in range(1, 4):
        ana.broker.publish([event(each, seq) for each in EVERYWHERE])
        for each in others:
            await bo.hears(each, seq)
    assert not any(bo.seqs(each) for each in struck)
    assert [bo.seqs(each) for each in others] == [[1, 2, 3]] * len(others)

    gaps = bo.gaps
    dead.start()
    await asyncio.gather(*(trusts(each) for each in (ana, bo)))
    await bo.until(lambda: bo.gaps > gaps)
    await heard_again(ana, bo, *EVERYWHERE)


async def test_a_slot_that_moves_takes_its_channel_along(
    town: Town, cluster_url: str, redis_cluster: RedisCluster
) -> None:
    ana, bo = await town.process(cluster_url), await town.process(cluster_url)
    address = EVERYWHERE[0]
    slot = key_slot(channel_of(partition_of(address)).encode())
    await bo.follows(address)
    here = redis_cluster.holder(slot)
    there = next(each for each in redis_cluster.nodes if each is not here)
    gaps = bo.gaps

    redis_cluster.move(slot, there)
    try:
        await bo.until(lambda: bo.gaps > gaps)
        await heard_again(ana, bo, address)
        await asyncio.gather(*(trusts(each) for each in (ana, bo)))
    finally:
        redis_cluster.move(slot, here)


async def test_presence_goes_where_its_slot_goes(cluster_url: str, redis_cluster: RedisCluster) -> None:
    board = RedisBoard(parse(cluster_url), "here", life=3_600.0, patience=10.0)
    everywhere = [circle(number) for number in range(100)]
    found = await board.sync([Change(each, staying=["participant00001"]) for each in everywhere])
    assert found == [{"participant00001"}] * 100

    # A key that does not expire would keep the slot from moving on this way, so the one that moves has none.
    free = next(circle(number) for number in range(100, 10_000) if not slot_has_keys(redis_cluster, circle(number)))
    slot = key_slot((KEY + free).encode())
    here = redis_cluster.holder(slot)
    redis_cluster.move(slot, next(each for each in redis_cluster.nodes if each is not here))
    try:
        assert await board.sync([Change(free, staying=["participant00002"])]) == [{"participant00002"}]
        assert await board.sync([Change(free, leaving=["participant00002"])]) == [frozenset()]
    finally:
        redis_cluster.move(slot, here)
    assert await board.sync([Change(free)]) == [frozenset()]
    await board.close()


def slot_has_keys(cluster: RedisCluster, address: str) -> bool:
    slot = key_slot((KEY + address).encode())
    return cluster.holder(slot).ask(f"CLUSTER COUNTKEYSINSLOT {slot}") != ":0"


@pytest.mark.faults
async def test_people_in_two_houses_miss_nothing_while_a_node_is_dead(
    tmp_path: Path, cluster_url: str, redis_cluster: RedisCluster, database_url: str
) -> None:
    shared = {"database_url": database_url, "redis_url": cluster_url}
    async with house(tmp_path / "one", **shared) as one, house(tmp_path / "two", **shared) as two:
        ana, bo = await Guest(one.url, "Ana").comes_in(), await Guest(two.url, "Bo").comes_in()
        circles = await rooms_on_every_node(ana, redis_cluster)
        for each in circles:
            await bo.enters(each)
        said: list[str] = []

        async def talk(until: str) -> None:
            for turn in range(3):
                said.append(f"{until} {turn}")
                for each in circles:
                    await ana.says(said[-1], each)

        await talk("before")
        redis_cluster.nodes[1].kill()
        await talk("while one is dead")
        for each in circles:
            await bo.hears(said[-1], each)
        redis_cluster.nodes[1].start()
        await talk("after")
        for each in circles:
            await bo.hears(said[-1], each)
            assert bo.bodies(each) == ana.bodies(each) == said


async def rooms_on_every_node(host: Guest, cluster: RedisCluster) -> list[str]:
    """Rooms whose events go through different nodes, at least one for each."""
    found: dict[RedisServer, str] = {}
    while len(found) < len(cluster.nodes):
        room = await host.opens()
        found[holder(cluster, f"circle/{room}")] = room
    return list(found.values())


# --- a primary with replicas


@pytest.mark.faults
async def test_an_address_that_is_a_replica_leads_to_the_primary(
    town: Town, family_url: str, redis_family: RedisFamily
) -> None:
    layout = await layout_seen_from(parse(family_url))
    assert [node.place[1] for node in layout.nodes] == [redis_family.primary.port]
    board = RedisBoard(parse(family_url), "here", life=3_600.0, patience=5.0)
    assert await board.sync([Change(circle(1), staying=["participant00001"])]) == [{"participant00001"}]
    await board.close()


@pytest.mark.faults
async def test_a_primary_that_becomes_a_replica_is_left_for_the_new_one(
    town: Town, family_url: str, redis_family: RedisFamily
) -> None:
    by_replica, by_primary = await town.process(family_url), await town.process(redis_family.primary.url)
    await by_primary.follows(circle(1))
    await by_replica.follows(circle(1))
    board = RedisBoard(parse(redis_family.primary.url), "here", life=3_600.0, patience=5.0)
    await board.sync([Change(circle(1), staying=["participant00001"])])
    gaps = by_primary.gaps, by_replica.gaps

    await asyncio.to_thread(redis_family.fail_over)

    await by_primary.until(lambda: by_primary.gaps > gaps[0])
    await by_replica.until(lambda: by_replica.gaps > gaps[1])
    await asyncio.gather(*(trusts(each) for each in (by_primary, by_replica)))
    await heard_again(by_primary, by_replica, circle(1))
    await heard_again(by_replica, by_primary, circle(1))
    assert int(redis_family.replica.ask("PUBSUB NUMSUB " + channel_of(partition_of(circle(1)))).split(":")[-1]) == 0
    assert await board.sync([Change(circle(1), staying=["participant00002"])]) >= [frozenset({"participant00002"})]
    await board.close()


async def test_a_node_on_another_machine_must_ask_for_a_password() -> None:
    for url in ("redis://127.0.0.1:6379/0", "unix:///run/redis.sock"):
        with pytest.raises(BrokerUnavailable, match="password"):
            parse(url).at("10.0.0.5", 6379)
        assert parse(url).at("127.0.0.1", 7000).place == ("127.0.0.1", 7000)
