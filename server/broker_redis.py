"""The broker of several processes: Redis passes on what was just committed, and keeps none of it.

Publishing puts a frame into a bounded box and returns; one task empties it. Whatever goes wrong between two processes ends
in `Receiver.gap`, after which the database is asked: nothing here has to be sent twice.
"""

import asyncio
import logging
import random
import secrets
from collections import Counter
from collections.abc import Sequence
from time import monotonic

from msgspec import DecodeError

from server.broker import BrokerUnavailable, Prepared, Receiver
from server.redis_line import Line
from server.redis_parcels import Outbox, Whisper, opening_of, partition_of, unpack
from server.redis_wire import NO_ANSWER, Node, WireBroken, layout_seen_from, parse

log = logging.getLogger("server.broker")

PAUSE_FIRST = 0.05
PAUSE_MOST = 2.0
"""Seconds before connecting anew, doubled each time, with jitter."""
GAPS_EVERY = 0.25
"""Seconds between two calls of `Receiver.gap` at least: each of them asks the database."""
LINGER = 30.0
"""Seconds for which an unused partition stays subscribed, because people come and go."""
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
        """When a probe last came round."""
        self._url = url
        self._own = opening_of(self.origin)
        self._followed = Followed(linger)
        self._lines: list[Line] = []
        self._receiver: Receiver | None = None
        self._running: asyncio.Task[None] | None = None
        self._began: asyncio.Future[None] | None = None
        self._pause = PAUSE_FIRST
        self._broke_at = 0.0
        self._gap_at = 0.0
        self._gap: asyncio.TimerHandle | None = None
        self._unreadable = False

    async def start(self, receiver: Receiver) -> None:
        self._receiver = receiver
        seed = parse(self._url)
        self._began = asyncio.get_running_loop().create_future()
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
                line.speak_now.set()
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
                line.tune_now.set()

    def unfollow(self, address: str) -> None:
        self._followed.remove(address)

    def publish(self, batch: Sequence[Prepared]) -> None:
        for each in batch:
            self.outbox.put(each.address, each)
        for line in self._lines:
            line.speak_now.set()

    def whisper(self, address: str, frame: bytes, but: str | None = None) -> None:
        if not self.suspect:
            self.outbox.put(address, Whisper(address, frame, but))
            for line in self._lines:
                line.speak_now.set()

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
            self.missed()
            return
        if parcel.lost:
            self.missed()
        assert self._receiver is not None
        events = [each for each in parcel.events if each.address in self._followed]
        if events:
            self._receiver.arrived(events)
        for whisper in parcel.whispers:
            if whisper.address in self._followed:
                self._receiver.whispered(whisper.address, whisper.frame, whisper.but)

    def missed(self) -> None:
        if self._gap is None:
            loop = asyncio.get_running_loop()
            self._gap = loop.call_at(max(loop.time(), self._gap_at + GAPS_EVERY), self._tell_gap)

    def proven(self, _line: Line) -> None:
        self.proven_at = monotonic()
        if not self.suspect or not all(line.proven for line in self._lines):
            return
        self.suspect = False
        self._pause = PAUSE_FIRST
        self._unreadable = False
        if self._began is not None and not self._began.done():
            self._began.set_result(None)
        else:
            self.missed()
            away = asyncio.get_running_loop().time() - self._broke_at
            log.info("Redis is back", extra={"seconds": round(away, 2)})

    # --- connecting, and connecting anew

    async def _run(self, seed: Node) -> None:
        seeds = [seed]
        tries = 0
        while not self.closing:
            try:
                layout = await layout_seen_from(seeds[tries % len(seeds)])
                seeds = [seed, *layout.nodes] if layout.sharded else [seed]
                self._lines = [Line(self, layout, node, self.origin) for node in layout.nodes]
                async with asyncio.TaskGroup() as group:
                    for line in self._lines:
                        group.create_task(line.run())
            except* (WireBroken, BrokerUnavailable) as failed:
                self._broke(first_of(failed))
            except* Exception as bug:
                log.error("the broker failed and begins anew", exc_info=first_of(bug))
                self._broke(first_of(bug))
            finally:
                self._lines = []
            tries += 1
            await asyncio.sleep(random.uniform(self._pause / 2, self._pause))
            self._pause = min(PAUSE_MOST, self._pause * 2)

    def _broke(self, cause: Exception) -> None:
        self.outbox.forget_whispers()
        if self._began is not None and not self._began.done():
            sentence = cause.sentence if isinstance(cause, WireBroken) else NO_ANSWER
            self._began.set_exception(cause if isinstance(cause, BrokerUnavailable) else BrokerUnavailable(sentence))
        elif not self.suspect and not self.closing:
            self._broke_at = asyncio.get_running_loop().time()
            log.warning("Redis is suspect", extra={"cause": str(cause) if isinstance(cause, WireBroken) else "bug"})
            self.missed()
        self.suspect = True

    def _tell_gap(self) -> None:
        self._gap = None
        self._gap_at = asyncio.get_running_loop().time()
        if self._receiver is not None:
            self._receiver.gap()


class Followed:
    """Addresses somebody here watches, and the partitions they need."""

    def __init__(self, linger: float) -> None:
        self._linger = linger
        self._watchers: Counter[str] = Counter()
        self._used: Counter[int] = Counter()
        self._idle_since: dict[int, float] = {}

    def __contains__(self, address: str) -> bool:
        return address in self._watchers

    def add(self, address: str) -> bool:
        """Whether this needs a partition that was not in use."""
        self._watchers[address] += 1
        if self._watchers[address] > 1:
            return False
        partition = partition_of(address)
        self._used[partition] += 1
        self._idle_since.pop(partition, None)
        return self._used[partition] == 1

    def remove(self, address: str) -> None:
        self._watchers[address] -= 1
        if self._watchers[address] > 0:
            return
        del self._watchers[address]
        partition = partition_of(address)
        self._used[partition] -= 1
        if self._used[partition] == 0:
            del self._used[partition]
            self._idle_since[partition] = monotonic()

    def partitions(self) -> set[int]:
        """Those in use, and those that were until a moment ago."""
        oldest = monotonic() - self._linger
        self._idle_since = {each: since for each, since in self._idle_since.items() if since > oldest}
        return {*self._used, *self._idle_since}


def first_of(group: BaseExceptionGroup[BaseException]) -> Exception:
    """The first plain exception in a group, however deep."""
    first = group.exceptions[0]
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    assert isinstance(first, Exception)
    return first
