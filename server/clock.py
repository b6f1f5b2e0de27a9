"""Time's own errands: performing what falls due, keeping seats, sweeping connections. Waits end early on nothing."""

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from rooms import hosting
from rooms.work import Refusal
from server import errands
from server.upkeep import HostGone, Seen, StillHere, Tidy

if TYPE_CHECKING:
    from server.parts import Parts

log = logging.getLogger("server.clock")
TICK = 0.5
"""Seconds between looks at what is due; so much later than its moment a thing may happen."""
SWEEP = 1.0
SEATS_LEAST = 1.0
"""Seconds between rounds of seats, however much TIME_SCALE shrinks waits."""


def seats_every(held: int) -> float:
    """Seconds between notes of who is still here: three times within the ``held`` milliseconds of a seat."""
    return max(SEATS_LEAST, held / 3_000)


class Clock:
    def __init__(self, parts: "Parts") -> None:
        self.parts = parts
        self._tasks: list[asyncio.Task[None]] = []
        self._seen_on = -1
        self._seen: set[str] = set()
        limits = parts.door.limits
        self.seats_every = seats_every(min(limits.seat_held, limits.host_silent))

    async def start(self) -> None:
        self._tasks = [asyncio.create_task(work()) for work in (self._due, self._sweep, self._seats)]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def perform(self) -> None:
        """One look at what is due."""
        parts = self.parts
        now = parts.now()
        limits = parts.door.limits
        commands = await parts.store.read(lambda conn: errands.waiting(conn, now, limits))
        results = await asyncio.gather(*(parts.door.submit(None, each) for each in commands), return_exceptions=True)
        for failed in {each.code for each in results if isinstance(each, Refusal)}:
            log.warning("something due was not performed", extra={"cause": failed})
        if parts.words_gone:
            parts.words_gone = done = False
            try:
                done = await parts.store.scrub()
            finally:
                parts.words_gone = parts.words_gone or not done

    async def keep_seats(self) -> None:
        """One round: those who follow a circle, on the screen or beside it, keep their seats in it."""
        following = {
            watch.participant
            for connection in self.parts.all_connections()
            for watch in connection.watches.values()
            if watch.participant is not None
        }
        some = sorted(following)
        rounds = [StillHere(tuple(some[start : start + 500])) for start in range(0, len(some), 500)]
        await asyncio.gather(*(self.parts.door.submit(None, each) for each in (*rounds, Tidy())))
        await self._look_for_hosts()
        # Copies for panels and what was said at their tables go without an event that could tell of it.
        self.parts.words_gone = self.parts.words_gone or await self.parts.store.rows_went()
        await self._note_who_came()

    async def _look_for_hosts(self) -> None:
        before = self.parts.now() - self.parts.door.limits.host_silent
        gone = await self.parts.store.read(lambda conn: hosting.hosts_gone(conn, before))
        await asyncio.gather(*(self.parts.door.submit(None, HostGone(each)) for each in gone))

    async def _note_who_came(self) -> None:
        """Everybody who was here since the last round and is not noted for today yet: one write a person and day."""
        today = self.parts.now() // self.parts.door.limits.day
        if today != self._seen_on:
            self._seen_on, self._seen = today, set()
        came = self.parts.came | self.parts.connections.keys()
        fresh = sorted(came - self._seen)
        for start in range(0, len(fresh), 500):
            some = fresh[start : start + 500]
            await self.parts.door.submit(None, Seen(tuple(some)))
            self._seen.update(some)
        self.parts.came -= came

    async def _due(self) -> None:
        while True:
            try:
                await self.perform()
            except Exception as error:
                log.warning("what is due was not performed", extra={"cause": type(error).__name__})
                await asyncio.sleep(1.0)
            await asyncio.sleep(TICK)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP)
            now = time.monotonic()
            for connection in self.parts.all_connections():
                try:
                    connection.sweep(now)
                except Exception:
                    log.exception("a connection was not swept")

    async def _seats(self) -> None:
        while True:
            await asyncio.sleep(self.seats_every)
            try:
                await self.keep_seats()
            except Refusal as refusal:
                log.warning("the round was not made", extra={"cause": refusal.code})
            except DBAPIError as error:
                log.warning("the round was not made", extra={"cause": type(error.orig).__name__})
