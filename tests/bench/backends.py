"""What PostgreSQL and Redis themselves spend, and what a process spends on what is not for it: `python -m tests.bench.backends`.

Figures for `python -m server.simulate_scale`. Processor time is user and system, of the servers from /proc and from INFO.
"""

import argparse
import asyncio
import json
import os
import time
import tracemalloc
from functools import partial
from pathlib import Path

import psycopg
import redis
from sqlalchemy import text

from rooms import bulk
from server.broker import Prepared
from server.redis.broker import RedisBroker
from server.redis.parcels import PARTITIONS, Parcel, channel_of, pack, partition_of
from server.redis.presence import SYNC
from server.store import Store
from tests.guests import Guest, new_key
from tests.house import Process
from tests.keeper import Keeper
from tests.servers import PostgresServer, RedisServer

POSTERS = 64
BODY = "w" * 120
FRAME = b"\x81\x7e\x01\x2e" + bytes(302)
TICKS = os.sysconf("SC_CLK_TCK")


class Nobody:
    def arrived(self, batch: object) -> None: ...

    def whispered(self, address: str, frame: bytes, but: str | None) -> None: ...

    def gap(self) -> None: ...


def cpu(pids: list[int]) -> float:
    """Seconds these processes have used."""
    total = 0
    for pid in pids:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(after_name[11]) + int(after_name[12])
    return total / TICKS


def family(pid: int) -> list[int]:
    """A process and those it started."""
    children = [
        int(folder.name)
        for folder in Path("/proc").iterdir()
        if folder.name.isdigit() and (folder / "stat").read_text().rpartition(")")[2].split()[1] == str(pid)
    ]
    return [pid, *children]


async def posts(keeper: Keeper, postgres: PostgresServer, seconds: float) -> dict[str, float]:
    """Of one post in a circle with one reader: microseconds of server and of PostgreSQL, bytes of its log."""
    url = postgres.create_database()
    server = Process(keeper, keeper.new_folder("backends") / "data", database_url=url)
    await server.start()
    people = [await Guest(server.url, "Heron").comes_in() for _ in range(POSTERS)]
    for each in people:
        await each.opens()
    done = 0
    until = time.monotonic() + seconds

    async def poster(guest: Guest) -> None:
        nonlocal done
        circle = guest.only_circle()
        while time.monotonic() < until:
            await guest.asks("message.post", circle=circle, body=BODY, key=new_key())
            done += 1

    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as watching:
        position = "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"
        began = watching.execute(position).fetchone()
        before = cpu([server.pid]), cpu(family(postgres.pid))
        await asyncio.gather(*(poster(each) for each in people))
        after = cpu([server.pid]), cpu(family(postgres.pid))
        ended = watching.execute(position).fetchone()
    for each in people:
        await each.leaves_the_page()
    await server.kill()
    assert began is not None
    assert ended is not None
    return {
        "posts": done,
        "post_us": 1e6 * (after[0] - before[0]) / done,
        "database_post_us": 1e6 * (after[1] - before[1]) / done,
        "wal_bytes": float(ended[0] - began[0]) / done,
    }


def heads(postgres: PostgresServer, url: str, logs: int = 5_000, times: int = 40) -> dict[str, float]:
    """Of one log in one look at the heads: microseconds of the process and of PostgreSQL."""
    store = Store(url)
    with store.writer.begin() as conn:
        conn.execute(
            text(
                "INSERT INTO log (address, epoch, head_seq, floor_seq)"
                " SELECT 'bench/' || n, 'epoch000', n, 0 FROM generate_series(1, :many) AS n"
            ),
            {"many": logs},
        )
        known = [(row[0], row[1]) for row in conn.execute(text("SELECT id, head_seq FROM log"))]
    store.read_now(partial(bulk.moved, heads=known))
    before, used = cpu(family(postgres.pid)), time.process_time()
    for _ in range(times):
        store.read_now(partial(bulk.moved, heads=known))
    used, spent = time.process_time() - used, cpu(family(postgres.pid)) - before
    store.close()
    return {"head_us": 1e6 * used / times / len(known), "database_head_us": 1e6 * spent / times / len(known)}


def redis_cpu(client: "redis.Redis") -> float:
    found = client.info("cpu")
    return float(found["used_cpu_user"]) + float(found["used_cpu_sys"])


def publishing(server: RedisServer, count: int = 20_000) -> dict[str, float]:
    """Microseconds of Redis for a parcel, for each subscriber of it, and for one look at a board of presence."""
    client = redis.Redis.from_url(server.url)
    parcel = pack(Parcel("bench", (Prepared("circle/0000000000000000", "epoch000", 1, FRAME),)))
    spent = []
    for subscribers in (0, 8):
        ears = [client.pubsub() for _ in range(subscribers)]  # type: ignore[no-untyped-call]
        for ear in ears:
            ear.subscribe("bench")
        before = redis_cpu(client)
        for number in range(count):
            # One by one, as from processes that each commit for themselves: a write to each subscriber for each parcel.
            client.publish("bench", parcel)
            if number % 100 == 0:
                for ear in ears:
                    while ear.get_message() is not None:
                        pass
        spent.append(1e6 * (redis_cpu(client) - before) / count)
        for ear in ears:
            ear.close()
    script = client.script_load(SYNC.text)
    before = redis_cpu(client)
    for start in range(0, count, 100):
        pipe = client.pipeline(transaction=False)
        for number in range(start, start + 100):
            pipe.evalsha(script, 1, f"bench:{number % 2_000}", "process", 24_000, 0, "one", "two", "three")
        pipe.execute()
    looked = 1e6 * (redis_cpu(client) - before) / count
    client.flushall()
    client.close()
    return {"redis_publish_us": spent[0], "redis_subscriber_us": (spent[1] - spent[0]) / 8, "redis_presence_us": looked}


async def hearing(count: int = 20_000) -> dict[str, float]:
    """Microseconds to open a parcel that is for nobody here, and to pass over one's own."""
    broker = RedisBroker("redis://localhost")
    broker._receiver = Nobody()
    foreign = pack(Parcel("another", (Prepared("circle/0000000000000000", "epoch000", 1, FRAME),)))
    own = pack(Parcel(broker.origin, (Prepared("circle/0000000000000000", "epoch000", 1, FRAME),)))
    found = {}
    for name, payload in (("unfollowed_us", foreign), ("own_us", own)):
        began = time.process_time()
        for _ in range(count):
            broker.heard(payload)
        found[name] = 1e6 * (time.process_time() - began) / count
    return found


def ring() -> float:
    """Bytes that one event takes in a feed's ring."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    kept = [Prepared("circle/0000000000000000", "epoch000", 10_000 + seq, bytes(306)) for seq in range(10_000)]
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return grown / len(kept)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=5.0)
    chosen = options.parse_args()
    keeper = Keeper()
    try:
        found: dict[str, float] = {"ring_bytes": ring(), "channels": PARTITIONS}
        assert channel_of(partition_of("circle/0000000000000000"))
        found |= asyncio.run(hearing())
        with RedisServer(keeper) as server:
            found |= publishing(server)
        with PostgresServer(keeper) as postgres:
            found |= asyncio.run(posts(keeper, postgres, chosen.seconds))
            url = postgres.create_database()
            store = Store(url)
            with store.writer.begin() as conn:
                conn.execute(
                    text(
                        "CREATE TABLE log (id serial PRIMARY KEY, address varchar(24) UNIQUE, epoch varchar(8), head_seq bigint, floor_seq bigint)"
                    )
                )
            store.close()
            found |= heads(postgres, url)
        print(json.dumps({name: round(value, 2) for name, value in found.items()}, indent=1))
    finally:
        keeper.close()


if __name__ == "__main__":
    main()
