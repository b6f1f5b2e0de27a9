"""Reading for connections: opening a watch, catching a behind one up, paging back."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace
from sqlalchemy.exc import DBAPIError

from rooms import listening, views
from rooms.wire_door import Heard, HearDoor
from rooms.wire_views import CircleView
from rooms.work import Refusal
from server import reading
from server.broker import Prepared
from server.door import Actor
from server.feed import Watch
from server.gathered import Gathered
from server.prepare import prepared
from server.protocol import ReadPage, Watching, WatchLog
from server.watching import Asked, Opened, watches

if TYPE_CHECKING:
    from server.connection import Connection
    from server.parts import Parts

T = TypeVar("T")
log = logging.getLogger("server.readers")
OUTSIDE_EVERY = 1.0
RETRY = 0.5
"""Seconds before a read that failed is tried again."""
BATCH = 256 * 1024
"""Bytes of one catching-up write."""


class Readers:
    """Holds nothing of its own but what everybody may see of circles, for a second."""

    def __init__(self, parts: "Parts") -> None:
        self.parts = parts
        self.watches: Gathered[Asked, Opened] = Gathered(parts.store, self._opened)
        self._outside: tuple[float, list[CircleView]] = (float("-inf"), [])

    async def watch(self, connection: "Connection", command: WatchLog) -> Watching | None:
        """Register, then read, then go live. Returns the answer; events follow it."""
        parts = self.parts
        person = connection.actor.person
        if len(connection.watches) >= parts.watches_most and command.on not in connection.watches:
            raise Refusal("log.too_many", most=parts.watches_most)
        kind, _, name = command.on.partition("/")
        if kind == "person" and name != person:
            raise Refusal("log.not_found")
        feed = await parts.hub.open(command.on)
        if feed is None:
            raise Refusal("log.not_found")
        try:
            opened = await self.watches.ask(Asked(command, person, connection.actor.session, not feed.ring))
            seen = kind == "circle" and command.present
            here = await parts.presence.here(command.on) if seen else frozenset()
        except BaseException:
            parts.hub.release(feed)
            raise
        if parts.hub.feeds.get(command.on) is not feed or feed.epoch != opened.reader.epoch:
            parts.hub.release(feed)
            raise Refusal("log.not_ready", retry_after=500)
        if connection.sink is None or connection.ended_already:
            parts.hub.release(feed)
            return None
        participant = opened.reader.participant
        if participant is not None and seen:
            here |= {participant}
        answer = replace(opened.answer, here=tuple(sorted(here)))
        # The answer leaves before the watch can be pushed to: both happen in this one step of the loop.
        connection.asking.ok(command.ref, answer)
        parts.tally.watches[answer.reason] += 1
        watch = Watch(
            connection,
            feed,
            base=opened.reader.base,
            cursor=answer.start - 1,
            participant=participant,
            entered=opened.reader.entered,
            present=command.present,
        )
        connection.add(watch)
        feed.remember(opened.newest)
        missed = feed.since(watch.cursor)
        if missed is not None and connection.ready():
            self._write(connection, watch, missed)
        if connection.watches.get(command.on) is watch and not (connection.ready() and feed.go_live(watch)):
            connection.behind()
        return None

    async def outside(self) -> list[CircleView]:
        """Circles that anybody may see, at most a second old; news made by this process is in it at once."""
        before = self._outside
        read_at, shown = before
        if time.monotonic() - read_at > OUTSIDE_EVERY:
            now, held = self.parts.now(), self.parts.door.limits.seat_held
            shown = await self.parts.store.read(lambda conn: views.outside(conn, now=now, seat_held=held))
            if self._outside is before:
                self._outside = time.monotonic(), shown
        return shown

    def changed_outside(self) -> None:
        """Something happened that shows outside."""
        self._outside = float("-inf"), []

    async def page(self, actor: Actor, command: ReadPage) -> Any:
        return await self.look(actor, lambda conn: reading.page(conn, command, actor.person))

    async def hear(self, actor: Actor, command: HearDoor) -> Heard:
        now = self.parts.now()
        return await self.look(actor, lambda conn: listening.hear(conn, command, actor.person, now))

    async def catch_up(self, connection: "Connection") -> None:
        """Write what each watch missed, in batches, until it can go live or the client stops taking."""
        for watch in list(connection.watches.values()):
            while connection.ready() and connection.watches.get(watch.feed.address) is watch and not watch.live:
                if watch in watch.feed.waiting:
                    break
                missed = watch.feed.since(watch.cursor)
                if missed is None:
                    missed = await self._read(connection, watch)
                    if missed is None:
                        break
                self._write(connection, watch, missed)
                if connection.ready() and watch.feed.go_live(watch):
                    break

    async def look(self, actor: Actor, read: Callable[[Any], T]) -> T:
        """Read for somebody whose session is good in the same moment: its end may be told before its socket is closed."""
        auth = self.parts.auth

        def look(conn: Any) -> T:
            if not auth.stands(conn, actor.session):
                raise Refusal("session.ended")
            return read(conn)

        return await self.parts.store.read(look)

    async def _read(self, connection: "Connection", watch: Watch) -> list[Prepared] | None:
        """From the database, with access looked at again; None where the watch has ended."""
        feed, person = watch.feed, connection.actor.person
        after, upto = watch.cursor, feed.delivered
        try:
            got = await self.parts.store.read(lambda conn: reading.span(conn, feed.address, person, after, upto))
        except DBAPIError as error:
            log.warning("a reader waits for the database", extra={"cause": type(error.orig).__name__})
            await asyncio.sleep(RETRY)
            return []
        if got is None or got[0].epoch != feed.epoch:
            connection.ended(watch, "left" if got is None else "history")
            return None
        reader, found = got
        if reader.participant != watch.participant or after + 1 < reader.base:
            connection.ended(watch, "faded" if reader.participant == watch.participant else "left")
            return None
        if not found:
            # Everything up to here has faded in the meantime.
            connection.ended(watch, "faded")
            return None
        return prepared(feed.address, feed.epoch, found)

    def _opened(self, conn: Any, asked: Sequence[Asked]) -> Sequence[Opened | Exception]:
        """What several wish to follow, in one snapshot in which their sessions stand."""
        good = self.parts.auth.standing(conn, [each.session for each in asked])
        return watches(conn, asked, good, now=self.parts.now(), limits=self.parts.door.limits)

    def _write(self, connection: "Connection", watch: Watch, missed: Sequence[Prepared]) -> None:
        frames, over = watch.take(missed, BATCH)
        if frames:
            connection.write(frames)
        if over:
            connection.ended(watch, "left")
