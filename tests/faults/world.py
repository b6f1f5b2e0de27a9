"""The servers of a fault run, what can be done to them, and what lies in their database in the end."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import create_engine, text

from server.settings import Settings
from tests.faults.history import Fault, FinalLog, FinalRead, History, Row, print_of, words_of
from tests.faults.steady import Steady
from tests.house import Process
from tests.keeper import Keeper
from tests.servers import PostgresServer, RedisServer

PAGE = 200


class World:
    """``processes`` server processes on one database; with Redis between them where there are several."""

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
    ) -> None:
        self.history = history
        self.redis = redis
        self.postgres = postgres
        self.database = Settings(data_dir=folder, database_url=database_url).database
        shared = {"database_url": database_url, "redis_url": redis.url if redis is not None else ""}
        self.processes = [Process(keeper, folder, capacity_most=1_000, **shared) for _ in range(processes)]
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def urls(self) -> list[str]:
        return [each.url for each in self.processes]

    async def start(self) -> None:
        for each in self.processes:
            await each.start()

    async def stop(self) -> list[int]:
        """The exit statuses."""
        return [await each.stop() for each in self.processes]

    # --- faults; each returns when it is over

    async def kill(self, number: int) -> None:
        async def work() -> None:
            process = self.processes[number]
            await process.kill()
            await process.start()

        await self._noted(f"kill {number}", work)

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

    async def _noted(self, what: str, work: Callable[[], Awaitable[None]]) -> None:
        began = time.monotonic()
        # Noted before and after, for whoever looks at the history in between.
        at = len(self.history.entries)
        self.history.note(Fault(began, began, what))
        await work()
        self.history.entries[at] = Fault(began, time.monotonic(), what)

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
