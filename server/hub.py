"""Addresses to local connections: delivers what was committed here or elsewhere, in order, and fills gaps itself."""

import asyncio
import logging
import random
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection

from rooms import bulk, history
from rooms.history import Found
from rooms.wire_events import SessionEnded
from rooms.work import Announcement
from server.broker import Broker, Prepared
from server.feed import NOTHING, Feed
from server.gathered import Gathered
from server.prepare import ends_of, prepare
from server.protocol import decode_event
from server.store import Store
from server.tally import Tally
from server.waiting import happens

log = logging.getLogger("server.hub")
Head = tuple[int, str, int, int]
"""Of a log: row number, epoch, newest seq, floor."""
POLL = 1.0
POLL_SUSPECT = 0.25
"""Seconds between looks at the heads; the shorter while the broker is suspect."""
POLL_AT_ONCE = 5_000


class Hub:
    """``polls`` says whether other processes write to the same database, so that heads must be looked at."""

    def __init__(self, store: Store, broker: Broker, *, polls: bool) -> None:
        self.store = store
        self.broker = broker
        self.polls = polls
        self.tally = Tally()
        self.feeds: dict[str, Feed] = {}
        self._heads: Gathered[str, Head | None] = Gathered(store, history.log_heads)
        self._opening: dict[str, list[asyncio.Future[Feed | None]]] = {}
        """Who waits for the head of a log, by address."""
        self._filling: dict[str, asyncio.Task[None]] = {}
        self._wanted: dict[str, int] = {}
        self._poll_task: asyncio.Task[None] | None = None
        self._poll_now = asyncio.Event()

    async def start(self) -> None:
        await self.broker.start(self)
        if self.polls:
            self._poll_task = asyncio.create_task(self._poll())

    async def close(self) -> None:
        tasks: list[asyncio.Task[Any]] = [*self._filling.values()]
        if self._poll_task is not None:
            tasks.append(self._poll_task)
        for task in tasks:
            task.cancel()
        self._heads.close()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.broker.close()

    # --- from the door and from other processes

    def publish(self, announcements: Sequence[Announcement]) -> None:
        """Called once after each commit. Local readers first, then the other processes."""
        batch = [prepare(a.address, a.epoch, a.seq, a.event, a.target, a.ends) for a in announcements]
        self.arrived(batch)
        if batch:
            self.broker.publish(batch)

    def arrived(self, batch: Iterable[Prepared]) -> None:
        by_address: dict[str, list[Prepared]] = {}
        for prepared in batch:
            by_address.setdefault(prepared.address, []).append(prepared)
        for address, news in by_address.items():
            feed = self.feeds.get(address)
            if feed is not None and feed.delivered >= 0:
                feed.arrived(news)
            elif feed is not None:
                self._wanted[address] = max(self._wanted.get(address, 0), news[-1].seq)

    def whisper(self, address: str, message: bytes, but: str | None = None) -> None:
        """A frame that may be lost, to readers here and in other processes."""
        self.whispered(address, message, but)
        self.broker.whisper(address, message, but)

    def whispered(self, address: str, message: bytes, but: str | None) -> None:
        feed = self.feeds.get(address)
        if feed is not None:
            feed.whisper(message, but)

    def gap(self) -> None:
        self._poll_now.set()

    # --- readers

    async def open(self, address: str) -> Feed | None:
        """The feed of an address, following it from now on; None where there is no such log.

        Registers first and reads the head after, so that nothing falls between. Whoever opens it must add a watch or
        a guard before the loop runs on, or call `release`.
        """
        feed = self.feeds.get(address)
        if feed is not None and feed.delivered >= 0:
            return feed
        # A future of one's own: whoever gives up waiting ends it for nobody else.
        opened: asyncio.Future[Feed | None] = asyncio.get_running_loop().create_future()
        waiting = self._opening.get(address)
        if waiting is None:
            waiting = self._begin(address)
        waiting.append(opened)
        return await opened

    def release(self, feed: Feed) -> None:
        """Stop following a log nobody here reads any more."""
        if feed.idle and self.feeds.get(feed.address) is feed:
            del self.feeds[feed.address]
            self._wanted.pop(feed.address, None)
            self.broker.unfollow(feed.address)

    def _begin(self, address: str) -> "list[asyncio.Future[Feed | None]]":
        """Follow a log and ask for its head; returns the list of those who wait for it."""
        feed = self.feeds.get(address)
        if feed is None:
            feed = self.feeds[address] = Feed(address, self._missing, self.tally)
            self.broker.follow(address)
        waiting = self._opening[address] = []
        self._heads.ask(address).add_done_callback(partial(self._opened, feed, waiting))
        return waiting

    def _opened(
        self, feed: Feed, waiting: "list[asyncio.Future[Feed | None]]", head: "asyncio.Future[Head | None]"
    ) -> None:
        self._opening.pop(feed.address, None)
        error = None if head.cancelled() else head.exception()
        found = None if head.cancelled() or error is not None else head.result()
        if found is None:
            self._forget(feed)
        else:
            feed.log_id, feed.epoch, feed.delivered = found[0], found[1], found[2]
            wanted = self._wanted.pop(feed.address, 0)
            if wanted > feed.delivered:
                self._missing(feed, wanted)
        if error is not None:
            log.warning("a head was not read", extra={"cause": type(error).__name__})
        for each in waiting:
            if each.done():
                continue
            if head.cancelled():
                each.cancel()
            elif error is not None:
                each.set_exception(error)
            else:
                each.set_result(feed if found is not None else None)

    def _forget(self, feed: Feed) -> None:
        if self.feeds.pop(feed.address, None) is not None:
            self.broker.unfollow(feed.address)

    # --- gaps

    def _missing(self, feed: Feed, upto: int) -> None:
        """Read (delivered, upto] from the database; many askers, one read."""
        if self.feeds.get(feed.address) is not feed:
            return  # nobody reads it any more
        self._wanted[feed.address] = max(self._wanted.get(feed.address, 0), upto)
        if feed.address not in self._filling:
            task = asyncio.create_task(self._fill(feed))
            self._filling[feed.address] = task
            task.add_done_callback(lambda _: self._filled(feed.address))

    def _filled(self, address: str) -> None:
        """A feed that was opened anew meanwhile may have asked in vain."""
        self._filling.pop(address, None)
        feed, wanted = self.feeds.get(address), self._wanted.get(address, 0)
        if feed is not None and wanted > feed.delivered >= 0:
            self._missing(feed, wanted)

    async def _fill(self, feed: Feed) -> None:
        while self.feeds.get(feed.address) is feed and self._wanted.get(feed.address, 0) > feed.delivered:
            after = feed.delivered
            try:
                found, head = await self.store.read(partial(_range, feed=feed, after=after))
            except Exception as error:
                log.warning("catching up failed", extra={"cause": type(error).__name__})
                await asyncio.sleep(random.uniform(0.2, 0.5))
                continue
            if head is None or head[1] != feed.epoch:
                self._reset(feed, "history")
                return
            if not found and head[2] <= feed.delivered:
                break
            if feed.delivered != after:
                continue
            if not found or found[0].seq != after + 1:
                # Words faded faster than this process heard of them.
                self._reset(feed, "faded")
                return
            for each in found:
                feed.push(prepare(feed.address, feed.epoch, each.seq, each.event, each.target, ends_of(each)))
        if self.feeds.get(feed.address) is feed:
            self._wanted.pop(feed.address, None)

    def _reset(self, feed: Feed, reason: str) -> None:
        """Take every reader off; they watch anew without a cursor."""
        self._wanted.pop(feed.address, None)
        for watch in list(feed.watches):
            feed.remove(watch)
            watch.owner.ended(watch, reason)
        # What was missed may be the end of a session; those who must end look for themselves.
        missed = prepare(feed.address, feed.epoch, 0, SessionEnded(), None, None)
        for guard in feed.guards:
            guard(missed)
        feed.delivered = -1
        feed.ring = NOTHING
        if feed.idle:
            self.release(feed)
        else:
            self._begin(feed.address)

    async def _poll(self) -> None:
        while True:
            pause = POLL_SUSPECT if self.broker.suspect else random.uniform(POLL - 0.25, POLL + 0.25)
            # `asyncio.wait_for` of Python 3.11 swallows a cancellation in the moment of the event: closing would hang.
            await happens(self._poll_now, within=pause)
            self._poll_now.clear()
            try:
                await self._look_at_heads()
            except Exception as error:
                log.warning("heads not read", extra={"cause": type(error).__name__})

    async def _look_at_heads(self) -> None:
        feeds = {feed.log_id: feed for feed in self.feeds.values() if feed.delivered >= 0}
        known = [(log_id, feed.delivered) for log_id, feed in feeds.items()]
        for start in range(0, len(known), POLL_AT_ONCE):
            some = known[start : start + POLL_AT_ONCE]
            for log_id, head in await self.store.read(partial(bulk.moved, heads=some)):
                feed = feeds[log_id]
                if head > feed.delivered >= 0:
                    self.tally.gaps["heads"] += 1
                    self._missing(feed, head)


def _range(conn: Connection, feed: Feed, after: int) -> tuple[list[Found], tuple[int, str, int, int] | None]:
    head = history.log_head(conn, feed.address)
    return history.events(conn, feed.log_id, after, others=decode_event), head
