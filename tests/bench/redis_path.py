"""What one message costs on its way through Redis: `python -m tests.bench.redis_path`.

One process publishes and another receives, each saying the CPU it used per message: first one message a commit, at a
steady rate, so that each travels alone, then commits of twenty. No hub, no database, no socket.
"""

import argparse
import asyncio
import json
import multiprocessing
import statistics
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection

import uvloop

from server.broker import Prepared
from server.redis.broker import RedisBroker
from server.redis.node import parse
from server.redis.parcels import channel_of, partition_of
from server.redis.wire import Wire
from tests.keeper import Keeper
from tests.servers import RedisServer

CIRCLES = 100
PATIENCE = 20.0
"""Seconds for Redis to know of all subscriptions."""
FRAME = b"\x81\x7e\x00\xc8" + bytes(200)


def circle(number: int) -> str:
    return f"circle/{number:016d}"


class Ear:
    """A receiver that counts, and notes how long the news took and what CPU the first and the last came at."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.count = 0
        self.took: list[int] = []
        self.began = self.used = 0.0
        self.first = 0
        self.all = asyncio.Event()

    def arrived(self, batch: Sequence[Prepared]) -> None:
        if not self.took:
            self.began, self.first = time.process_time(), len(batch)
        self.count += len(batch)
        self.took.append(time.monotonic_ns() - int(batch[0].epoch))
        if self.count >= self.total:
            self.used = time.process_time() - self.began
            self.all.set()

    def whispered(self, address: str, frame: bytes, but: str | None) -> None: ...

    def gap(self) -> None:
        """Nothing stands in a database here."""


async def heard_by_redis(url: str, channels: set[str]) -> None:
    """Until it knows of all these subscriptions."""
    wire = await Wire.open(parse(url))
    there: set[bytes] = set()
    async with asyncio.timeout(PATIENCE):
        while not {each.encode() for each in channels} <= there:
            [listed] = await wire.ask([("PUBSUB", "CHANNELS", "*")])
            there = set(listed)
    wire.abandon()


async def receive(url: str, total: int, pipe: Connection) -> None:
    ear = Ear(total)
    broker = RedisBroker(url)
    await broker.start(ear)
    for number in range(CIRCLES):
        broker.follow(circle(number))
    await heard_by_redis(url, {channel_of(partition_of(circle(number))) for number in range(CIRCLES)})
    pipe.send("ready")
    await ear.all.wait()
    pipe.send((ear.used * 1e6 / (ear.count - ear.first), statistics.median(ear.took) / 1e3))
    await broker.close()


async def publish(url: str, rate: int, together: int, seconds: float, pipe: Connection) -> None:
    broker = RedisBroker(url)
    await broker.start(Ear(0))
    loop = asyncio.get_running_loop()
    commits = int(seconds * rate / together)
    began, at = time.process_time(), loop.time()
    for commit in range(commits):
        stamp = str(time.monotonic_ns())
        broker.publish(
            [Prepared(circle((commit * together + each) % CIRCLES), stamp, commit, FRAME) for each in range(together)]
        )
        at += together / rate
        await asyncio.sleep(max(0.0, at - loop.time()))
    used = time.process_time() - began
    pipe.send(used * 1e6 / (commits * together))
    await broker.close()


def run_receive(*args: object) -> None:
    uvloop.run(receive(*args))  # type: ignore[arg-type]


def run_publish(*args: object) -> None:
    uvloop.run(publish(*args))  # type: ignore[arg-type]


def measure(url: str, rate: int, together: int, seconds: float) -> dict[str, float]:
    context = multiprocessing.get_context("spawn")
    (hear, heard), (speak, spoken) = context.Pipe(), context.Pipe()
    total = int(seconds * rate / together) * together
    receiver = context.Process(target=run_receive, args=(url, total, heard))
    receiver.start()
    assert hear.recv() == "ready"
    publisher = context.Process(target=run_publish, args=(url, rate, together, seconds, spoken))
    publisher.start()
    published = speak.recv()
    received, latency = hear.recv()
    publisher.join()
    receiver.join()
    return {"received_us": received, "published_us": published, "latency_p50_us": latency}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=5.0)
    options.add_argument("--rate", type=int, default=2_000, help="messages a second")
    chosen = options.parse_args()
    keeper = Keeper()
    with RedisServer(keeper) as redis:
        for together in (1, 20):
            found = measure(redis.url, chosen.rate, together, chosen.seconds)
            print(json.dumps({"together": together, **{name: round(value, 1) for name, value in found.items()}}))
    keeper.close()


if __name__ == "__main__":
    main()
