"""The broker of several processes: Redis passes on what was just committed, and keeps none of it.

Publishing puts a frame into a bounded box and returns; a line to each server empties it. Whatever goes wrong between two
processes ends in `Receiver.gap`, after which the database is asked: nothing here has to be sent twice.
"""

import asyncio
import logging
import random
import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from time import monotonic

from msgspec import DecodeError

from server.broker import BrokerUnavailable, Prepared, Receiver
from server.redis.followed import LINGER, Followed
from server.redis.layout import Layout, layout_seen_from
from server.redis.line import Line
from server.redis.node import Node, parse
from server.redis.parcels import Outbox, Whisper, opening_of, unpack
from server.redis.wire import NO_ANSWER, WireBroken

log = logging.getLogger("server.broker")

PAUSE_FIRST = 0.05
PAUSE_MOST = 2.0
"""Seconds before connecting anew, doubled each time, with jitter."""
GAPS_EVERY = 0.25
"""Seconds between two calls of `Receiver.gap` at least: each of them asks the database."""
BEGINS_WITHIN = 4.0
"""Seconds in which a Redis that says nothing is asked again at the start; one that refuses is believed at once."""
LAST_WORDS = 0.5
"""Seconds that closing gives to what is still in the box."""


class RedisBroker:
    """``origin`` tells this process from all others; every process needs its own."""

    def __init__(self, url: str, origin: str | None = None, *, linger: float = LINGER) -> None:
        self.origin = origin or secrets.token_urlsafe(9)
        self.outbox = Outbox(self.origin)
        self.closing = False
        self.suspect = True
        self.proven_at = monotonic()
        """When a probe had last come round on every line."""
        self.gaps: Counter[str] = Counter()
        """Why the heads had to be looked at: `subscribed`, `lost`, `unreadable`, `broken` or `back`."""
        self._url = url
        self._own = opening_of(self.origin)
        self._followed = Followed(linger)
        self._lines: list[Line] = []
        self._heard: list[Prepared] = []
        self._receiver: Receiver | None = None
        self._running: asyncio.Task[None] | None = None
        self._began: asyncio.Future[None] | None = None
        self._begins_by = 0.0
        self._pause = PAUSE_FIRST
        self._broke_at = 0.0
        self._gap_at = 0.0
        self._gap: asyncio.TimerHandle | None = None
        self._unreadable = False

    async def start(self, receiver: Receiver) -> None:
        self._receiver = receiver
        seed = parse(self._url)
        loop = asyncio.get_running_loop()
        self._began, self._begins_by = loop.create_future(), loop.time() + BEGINS_WITHIN
        self._running = asyncio.create_task(self._run(seed))
        try:
            await self._began
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """What was published before is still sent, where Redis takes it at once."""
        self.closing = True
        running, self._running = self._running, None
        if running is not None:
            for line in self._lines:
                line.finish()
            if not self.suspect:
                await asyncio.wait([running], timeout=LAST_WORDS)
            running.cancel()
            await asyncio.wait([running])
        self.suspect = True
        if self._gap is not None:
            self._gap.cancel()

    def follow(self, address: str) -> None:
        if self._followed.add(address):
            for line in self._lines:
                line.tune()

    def unfollow(self, address: str) -> None:
        self._followed.remove(address)

    def publish(self, batch: Sequence[Prepared]) -> None:
        for each in batch:
            self.outbox.put(each.address, each)
        for line in self._lines:
            line.speak()

    def whisper(self, address: str, frame: bytes, but: str | None = None) -> None:
        if not self.suspect:
            self.outbox.put(address, Whisper(address, frame, but))
            for line in self._lines:
                line.speak()

    # --- the desk of the lines

    def wanted(self) -> set[int]:
        return self._followed.partitions()

    def heard(self, payload: bytes) -> None:
        if payload.startswith(self._own):
            return
        try:
            parcel = unpack(payload)
        except DecodeError:
            if not self._unreadable:
                log.warning("unreadable parcels on Redis: is another version or program using its channels?")
            self._unreadable = True
            self.missed("unreadable")
            return
        if parcel.lost:
            self.missed("lost")
        watchers = self._followed.watchers
        for each in parcel.events:
            if each.address in watchers:
                self._heard.append(each)
        for whisper in parcel.whispers:
            if whisper.address in watchers and self._receiver is not None:
                # What was said before it comes first.
                self.all_heard()
                self._receiver.whispered(whisper.address, whisper.frame, whisper.but)

    def all_heard(self) -> None:
        if self._heard and self._receiver is not None:
            heard, self._heard = self._heard, []
            self._receiver.arrived(heard)

    def missed(self, reason: str) -> None:
        self.gaps[reason] += 1
        if self._gap is None:
            loop = asyncio.get_running_loop()
            self._gap = loop.call_at(max(loop.time(), self._gap_at + GAPS_EVERY), self._tell_gap)

    def proven(self, _line: Line) -> None:
        self.proven_at = min(line.proven_at for line in self._lines)
        if not self.suspect or not all(line.proven for line in self._lines):
            return
        self.suspect = False
        self._pause = PAUSE_FIRST
        self._unreadable = False
        if self._began is not None and not self._began.done():
            self._began.set_result(None)
        else:
            self.missed("back")
            away = asyncio.get_running_loop().time() - self._broke_at
            log.info("Redis is back", extra={"seconds": round(away, 2)})

    # --- connecting, and connecting anew

    async def _run(self, seed: Node) -> None:
        seeds = [seed]
        tries = 0
        try:
            while not self.closing:
                try:
                    layout = await layout_seen_from(seeds[tries % len(seeds)])
                    seeds = [seed, *layout.nodes] if layout.sharded else [seed]
                    await self._arrange(layout)
                    await self._until_one_ends()
                except (WireBroken, BrokerUnavailable) as failed:
                    self._broke(failed)
                except Exception as bug:
                    log.error("the broker failed and begins anew", exc_info=bug)
                    self._broke(bug)
                tries += 1
                if not self.closing:
                    await asyncio.sleep(random.uniform(self._pause / 2, self._pause))
                    self._pause = min(PAUSE_MOST, self._pause * 2)
            await asyncio.gather(*_tasks(self._lines), return_exceptions=True)
        finally:
            await end(self._lines)

    async def _arrange(self, layout: Layout) -> None:
        """Have a running line to each node of ``layout``; those that still fit it go on undisturbed."""
        lines = [Line(self, layout, node, self.origin) for node in layout.nodes]
        fit = {
            (line.node.place, line.partitions): line
            for line in self._lines
            if line.running is not None and not line.running.done()
        }
        chosen = [fit.get((line.node.place, line.partitions), line) for line in lines]
        await end([line for line in self._lines if line not in chosen])
        self._lines = chosen
        for line in chosen:
            if line.running is None:
                line.running = asyncio.create_task(line.run())

    async def _until_one_ends(self) -> None:
        """Always raises what one of the lines ended by."""
        done, _ = await asyncio.wait(_tasks(self._lines), return_when=asyncio.FIRST_COMPLETED)
        causes = [None if each.cancelled() else each.exception() for each in done]
        raise causes[0] or WireBroken("ended")

    def _broke(self, cause: Exception) -> None:
        self.outbox.forget_whispers()
        now = asyncio.get_running_loop().time()
        if self._began is not None and not self._began.done():
            if isinstance(cause, WireBroken) and cause.silent and now < self._begins_by:
                return
            sentence = cause.sentence if isinstance(cause, WireBroken) else NO_ANSWER
            self._began.set_exception(cause if isinstance(cause, BrokerUnavailable) else BrokerUnavailable(sentence))
        elif not self.suspect and not self.closing:
            self._broke_at = now
            log.warning("Redis is suspect", extra={"cause": str(cause) if isinstance(cause, WireBroken) else "bug"})
            self.missed("broken")
        self.suspect = True

    def _tell_gap(self) -> None:
        self._gap = None
        self._gap_at = asyncio.get_running_loop().time()
        if self._receiver is not None:
            self._receiver.gap()


def _tasks(lines: Iterable[Line]) -> list[asyncio.Task[None]]:
    return [line.running for line in lines if line.running is not None]


async def end(lines: Iterable[Line]) -> None:
    """Returns when none of them runs any more."""
    tasks = _tasks(lines)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
