"""The servers of a fault run, what can be done to them, and what lies in their database in the end."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import create_engine, text

from server.settings import Settings
from tests.faults.history import Fault, FinalLog, FinalRead, History, Row, print_of, words_of
from tests.faults.proxy import HOST, Proxy, Target
from tests.faults.steady import Steady
from tests.house import Process
from tests.keeper import Keeper
from tests.servers import PostgresServer, RedisServer

PAGE = 200
PASSED_WITHIN = 5.0
"""Seconds in which a server that was told to die at a point has to come by it."""


class Crashable(Process):
    """A server started by `crashing`; ``orders`` is where it reads at which point to die."""

    program = ("-m", "tests.faults.crashing", "serve")

    @property
    def url(self) -> str:
        return str(self.settings.get("origin") or super().url)

    @property
    def orders(self) -> Path:
        return Path(self.settings["fault_orders"])

    def order(self, point: str, passes: int) -> None:
        """From now on. A server that starts reads it too."""
        self.orders.write_text(f"{point} {passes}")
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGUSR1)

    async def dies(self, within: float) -> bool:
        """Wait for it, and say whether it did."""
        assert self.process is not None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self.process.wait()
        return self.process.returncode is not None


class Link(NamedTuple):
    """Names the proxy between a process and ``end``: redis, postgres or clients."""

    process: int
    end: str


class World:
    """``processes`` server processes on one database; with Redis between them where there are several.

    ``proxied`` names the ends of links that go through a proxy of their own, one a process. ``faulty`` are settings of
    `crashing`, for all processes or for the one with that number.
    """

    def __init__(
        self,
        keeper: Keeper,
        folder: Path,
        history: History,
        *,
        processes: int = 1,
        database_url: str = "",
        redis: RedisServer | None = None,
        postgres: PostgresServer | None = None,
        proxied: Collection[str] = (),
        faulty: Mapping[str, object] | None = None,
        faulty_each: Sequence[Mapping[str, object]] = (),
    ) -> None:
        self.history = history
        self.redis = redis
        self.postgres = postgres
        self.database = Settings(data_dir=folder, database_url=database_url).database
        shared = {
            "database_url": database_url,
            "redis_url": redis.url if redis is not None else "",
            "processes": 1,
            **{f"fault_{name}": value for name, value in (faulty or {}).items()},
        }
        folder.mkdir(parents=True, exist_ok=True)
        self.processes = [
            Crashable(keeper, folder, capacity_most=1_000, fault_orders=folder.parent / f"orders-{number}", **shared)
            for number in range(processes)
        ]
        for process, own in zip(self.processes, faulty_each, strict=False):
            process.settings |= {f"fault_{name}": value for name, value in own.items()}
        self.proxied = frozenset(proxied)
        self.links: dict[Link, Proxy] = {}

    @property
    def urls(self) -> list[str]:
        return [each.url for each in self.processes]

    @property
    def detours(self) -> dict[int, int]:
        """By the port of each process, the port of the proxy before it."""
        return {
            self.processes[link.process].port: proxy.port for link, proxy in self.links.items() if link.end == "clients"
        }

    async def start(self) -> None:
        for number, each in enumerate(self.processes):
            for end, name in (("redis", "redis_url"), ("postgres", "database_url")):
                if end in self.proxied:
                    each.settings[name] = await self._through(Link(number, end), str(each.settings[name]))
            await each.start()
            if "clients" in self.proxied:
                self.links[Link(number, "clients")] = await Proxy(Target(HOST, each.port)).start()

    async def _through(self, link: Link, url: str) -> str:
        """The same address, by way of a proxy."""
        port = urlsplit(url).port
        assert port is not None
        self.links[link] = proxy = await Proxy(Target(HOST, port)).start()
        return url.replace(f":{port}", f":{proxy.port}")

    async def stop(self) -> list[int]:
        """The exit statuses."""
        for proxy in self.links.values():
            proxy.passes()
        for each in self.processes:
            if each.process is not None and each.process.returncode is None:
                each.resume()
        statuses = [await each.stop() for each in self.processes]
        for proxy in self.links.values():
            await proxy.close()
        return statuses

    # --- faults; each returns when it is over

    async def kill(self, number: int) -> None:
        async def work() -> None:
            process = self.processes[number]
            await process.kill()
            process.orders.unlink(missing_ok=True)
            await process.start()

        await self._noted(f"kill {number}", work)

    async def crash(self, number: int, point: str, passes: int = 1) -> None:
        """Have it die at a point of `crashing.POINTS`; one that does not come by there in time is killed where it is."""
        process = self.processes[number]

        async def work() -> str:
            process.order(point, passes)
            if point == "mid_drain" and process.process is not None:
                process.process.terminate()
            died = await process.dies(PASSED_WITHIN)
            await process.kill()
            process.orders.unlink(missing_ok=True)
            await process.start()
            return f"crash {point}" if died else f"kill instead of {point}"

        await self._noted(f"crash {point}", work)

    async def jump(self, number: int, seconds: int) -> None:
        """Its wall clock is so far ahead from now on, until it jumps again or the process ends."""

        async def work() -> None:
            self.processes[number].order("clock", seconds)

        await self._noted(f"clock {seconds:+} s", work)

    async def breaks(self, link: Link, how: str, seconds: float, amount: float = 0.0) -> None:
        """``how`` is a mode of `Proxy`, ``amount`` what it takes."""
        proxy = self.links[link]

        async def work() -> None:
            match how:
                case "blackhole":
                    proxy.blackhole()
                case "reset":
                    proxy.reset()
                case "delay":
                    proxy.delays(amount)
                case "throttle":
                    proxy.throttles(amount)
                case "cut":
                    proxy.cuts(int(amount))
                case _:
                    raise ValueError(how)
            await asyncio.sleep(seconds)
            proxy.passes()

        await self._noted(f"{how} {link.end}", work)

    async def hold_lock(self, seconds: float) -> None:
        """Somebody else has the table of events (SQLite: the database) for so long."""

        def work() -> None:
            engine = create_engine(self.database, connect_args={"timeout": 30} if self.postgres is None else {})
            with engine.connect() as conn:
                if engine.dialect.name == "sqlite":
                    conn.exec_driver_sql("BEGIN IMMEDIATE")
                else:
                    conn.exec_driver_sql("LOCK TABLE event IN ACCESS EXCLUSIVE MODE")
                time.sleep(seconds)
                conn.rollback()
            engine.dispose()

        await self._noted("hold a lock", lambda: asyncio.to_thread(work))

    async def suspend(self, number: int, seconds: float) -> None:
        async def work() -> None:
            process = self.processes[number]
            process.suspend()
            await asyncio.sleep(seconds)
            process.resume()

        await self._noted(f"suspend {number}", work)

    async def kill_redis(self, seconds: float) -> None:
        """It comes back empty after so long."""
        redis = self._redis()

        async def work() -> None:
            redis.kill()
            await asyncio.sleep(seconds)
            await asyncio.to_thread(redis.start)

        await self._noted("kill Redis", work)

    async def restart_redis(self) -> None:
        await self._noted("restart Redis", lambda: asyncio.to_thread(self._redis().restart))

    async def suspend_redis(self, seconds: float) -> None:
        redis = self._redis()

        async def work() -> None:
            redis.suspend()
            await asyncio.sleep(seconds)
            redis.resume()

        await self._noted("suspend Redis", work)

    async def kill_database(self, seconds: float) -> None:
        """It comes back after so long, recovering from its log as after a power cut."""
        postgres = self.postgres
        assert postgres is not None

        async def work() -> None:
            await asyncio.to_thread(postgres.kill)
            await asyncio.sleep(seconds)
            await asyncio.to_thread(postgres.start)

        await self._noted("kill PostgreSQL", work)

    def _redis(self) -> RedisServer:
        assert self.redis is not None
        return self.redis

    async def _noted(self, what: str, work: Callable[[], Awaitable[str | None]]) -> None:
        """``work`` may return what it came to instead."""
        began = time.monotonic()
        # Noted before and after, for whoever looks at the history in between.
        at = len(self.history.entries)
        self.history.note(Fault(began, began, what))
        became = await work()
        self.history.entries[at] = Fault(began, time.monotonic(), became or what)

    # --- in the end

    async def read_by(self, who: Steady, circle: str) -> None:
        """Everything ``who`` may read of a circle, over HTTP, from each process in turn."""
        for process in self.processes:
            who.url = process.url
            events: list[tuple[int, str | None, int]] = []
            page: dict[str, Any] = {"events": [None], "base": 0, "epoch": ""}
            while page["events"]:
                after = events[-1][0] if events else 0
                answer = await who.gets(f"/api/circles/{circle}/events?after={after}&limit={PAGE}")
                assert answer.status == 200, answer.status
                page = answer.json()
                events += [(e["seq"], e["event"].get("key"), print_of(e["event"])) for e in page["events"]]
            self.history.reads.append(
                FinalRead(who.name, f"circle/{circle}", page["epoch"], page["base"], tuple(events))
            )

    async def heads(self) -> dict[str, int]:
        """The newest seq of each log in the database."""
        return await asyncio.to_thread(self._heads)

    def _heads(self) -> dict[str, int]:
        engine = create_engine(self.database)
        with engine.connect() as conn:
            found = {row.address: row.head_seq for row in conn.execute(text("SELECT address, head_seq FROM log"))}
        engine.dispose()
        return found

    def dump(self) -> None:
        """What lies in the database, read without the server's own code."""
        engine = create_engine(self.database)
        with engine.connect() as conn:
            addresses: dict[int, str] = {}
            for number, on, epoch, floor, head in conn.execute(
                text("SELECT id, address, epoch, floor_seq, head_seq FROM log")
            ):
                addresses[number] = on
                self.history.final[on] = FinalLog(epoch, floor, head, [])
            for log, seq, key, body, target, data in conn.execute(
                text("SELECT log_id, seq, key, body, target, data FROM event ORDER BY log_id, seq")
            ):
                event = msgspec.json.decode(bytes(data))
                words = None if body is None else words_of(body)
                row = Row(seq, key, words, print_of(event | {"body": body}), target)
                self.history.final[addresses[log]].rows.append(row)
        engine.dispose()
