"""One WebSocket after it was accepted: what it follows, live or behind, and how it ends.

Synchronous callbacks on the loop's thread; no task and no queue while nothing happens. What a client has not taken is
never kept for it: it falls behind and is caught up from its cursor once it drains.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from server.asking import Asking
from server.broker import Prepared
from server.door import Actor
from server.feed import Feed, Watch
from server.frames import Sink, frame
from server.prepare import reset_frame
from server.protocol import Bye, ByeFrame, HeadsFrame, Hello, HelloFrame, encode

if TYPE_CHECKING:
    from server.parts import Parts

log = logging.getLogger("server.connection")
RETRY = 1.0
"""Seconds before what failed is tried again."""
BEAT = 25.0
"""Seconds between signs of life."""
SILENCE = 33.0
"""Seconds without a frame from the client after which it counts as gone: it had eight to answer the last sign of life."""
GRACE = 1.0
"""Seconds that whoever counts as gone has for the close; together with the look once a second, 35 since it was heard."""


class Connection:
    """Made with who it is and which network it comes from; `attached` begins it."""

    __slots__ = (
        "_beat_due", "_catching", "_clogged", "_closing", "_feed", "actor", "asking", "network", "on_lost", "parts",
        "sink", "watches",
    )  # fmt: skip

    def __init__(self, parts: "Parts", actor: Actor, network: str, on_lost: Callable[["Connection"], None]) -> None:
        self.parts = parts
        self.actor = actor
        self.network = network
        self.on_lost = on_lost
        self.sink: Sink | None = None
        self.watches: dict[str, Watch] = {}
        self.asking = Asking(self)
        self._feed: Feed | None = None
        self._catching: asyncio.Task[None] | None = None
        self._clogged = False
        self._closing = False
        # Spread over time, so that a storm of connections is not a storm of heartbeats ever after.
        self._beat_due = time.monotonic() + BEAT * random.uniform(0.5, 1.0)

    def attached(self, sink: Sink, feed: Feed) -> "Connection":
        """Begin. ``feed`` is the person's own log, by which this session's end is heard of."""
        self.sink = sink
        self._feed = feed
        feed.guard(self.own_news)
        hello = Hello(me=feed.address, version=self.parts.version, beat=int(BEAT * 1000), now=self.parts.now())
        self.write(frame(encode(HelloFrame(hello))))
        return self

    def ready(self) -> bool:
        """Something may be written to it now."""
        return not self._clogged and not self._closing and self.sink is not None

    @property
    def is_clogged(self) -> bool:
        """It has more unsent than it may, and takes nothing new."""
        return self._clogged

    @property
    def ended_already(self) -> bool:
        return self._closing

    # --- called by the sink

    def received(self, message: bytes) -> None:
        if not self._closing:
            self.asking.received(message)

    def clogged(self) -> None:
        """More is unsent than may be: stop writing to this client until it drains."""
        self._clogged = True
        self.parts.tally.falls_behind += 1
        for watch in self.watches.values():
            watch.feed.fall_behind(watch)

    def drained(self) -> None:
        self._clogged = False
        self.behind()
        self.asking.read_on()

    def shown_out(self) -> None:
        """Closed for what it sent: whoever comes back to do the same again waits outside."""
        self.parts.limits.shown_out(self.actor.person)

    def lost(self) -> None:
        """The socket is gone."""
        self._closing = True
        for watch in list(self.watches.values()):
            self._remove(watch)
        if self._feed is not None:
            self._feed.unguard(self.own_news)
            self.parts.hub.release(self._feed)
        if self._catching is not None:
            self._catching.cancel()
        self.on_lost(self)

    # --- to the client

    def write(self, frames: bytes) -> None:
        if not self._closing and self.sink is not None:
            self.sink.write(frames)

    def direct(self) -> Callable[[bytes], None]:
        return self.sink.write if self.sink is not None else self.write

    def goodbye(self, code: int, *, retry_after: int = 0) -> None:
        """Say when to come back (ms), or that there is no point, and close. What the client still sends is ignored."""
        if self._closing or self.sink is None:
            return
        self.parts.tally.goodbyes[code] += 1
        self.sink.write(frame(encode(ByeFrame(Bye(code, retry_after)))))
        self._closing = True
        self.sink.close(code)

    def own_news(self, prepared: Prepared) -> None:
        """Something happened in the person's own log; a session may have ended."""
        if b'"kind":"session.ended"' in prepared.frame:
            self.parts.auth.drop(self.actor.person)
            self.parts.spawn(self._look_at_session())

    def sweep(self, now: float) -> None:
        """Called about once a second: signs of life, and the end of silence."""
        if self._closing or self.sink is None:
            return
        if now - self.asking.last_heard > SILENCE:
            self.goodbye(4008)
            asyncio.get_running_loop().call_later(GRACE, self.sink.abort)
        elif now >= self._beat_due:
            self._beat_due = now + BEAT
            heads = {address: watch.feed.delivered for address, watch in self.watches.items()}
            self.write(frame(encode(HeadsFrame(heads))))

    async def _look_at_session(self) -> None:
        """Until the database has answered: a session that ended while it was away must not keep its socket."""
        while not self._closing:
            try:
                stands = await self.parts.auth.good(self.actor.session)
            except DBAPIError as error:
                log.warning("a session could not be looked at", extra={"cause": type(error.orig).__name__})
                await asyncio.sleep(RETRY)
                continue
            if not stands:
                self.goodbye(4501)
            return

    # --- what it follows

    def add(self, watch: Watch) -> None:
        """Take a watch up, in place of an earlier one on the same log."""
        address = watch.feed.address
        earlier = self.watches.get(address)
        if earlier is not None:
            earlier.feed.remove(earlier)
        self.watches[address] = watch
        watch.feed.add(watch)
        before = earlier.shown if earlier is not None else None
        if watch.shown == before:
            return
        if watch.shown is not None:
            self.parts.presence.came(address, watch.shown)
            self.parts.turns.came(address, watch.shown)
        if before is not None:
            self._went(address, before)

    def behind(self) -> None:
        """Catch up with what was missed, if that is not under way already."""
        if self._catching is None and self.ready():
            self._catching = self.parts.spawn(self.parts.readers.catch_up(self))
            self._catching.add_done_callback(self._caught_up)

    def unwatch(self, address: str) -> None:
        watch = self.watches.get(address)
        if watch is not None:
            self._remove(watch)

    def ended(self, watch: Watch, reason: str) -> None:
        """The watch was taken off its feed; tell the client, unless it follows that log anew already."""
        current = self.watches.get(watch.feed.address) is watch
        self._remove(watch)
        if current:
            self.parts.tally.resets[reason] += 1
            self.write(reset_frame(watch.feed.address, reason))

    def _caught_up(self, task: asyncio.Task[None]) -> None:
        self._catching = None
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("catching up failed", exc_info=error)
            asyncio.get_running_loop().call_later(RETRY, self.behind)
            return
        if any(not watch.live and watch not in watch.feed.waiting for watch in self.watches.values()):
            self.behind()

    def _remove(self, watch: Watch) -> None:
        address = watch.feed.address
        watch.feed.remove(watch)
        if self.watches.get(address) is watch:
            del self.watches[address]
            if watch.shown is not None:
                self._went(address, watch.shown)
        self.parts.hub.release(watch.feed)

    def _went(self, address: str, participant: str) -> None:
        self.parts.presence.went(address, participant)
        now, heard = time.monotonic(), self.asking.last_heard
        # Whoever closes is heard of by that; whoever fell silent has been gone since then.
        self.parts.turns.went(address, participant, heard if now - heard > SILENCE else now)
