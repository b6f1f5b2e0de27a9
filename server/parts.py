"""The parts of a running server, and who knows whom. Made once, in `app`."""

import asyncio
import secrets
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from moderation.wire import LetterDismissed
from rooms.wire_events import (
    CircleClosed,
    CircleClosing,
    CircleOpened,
    CirclePlanned,
    CircleStaysOpen,
    ParticipantEntered,
    ParticipantLeft,
    SessionEnded,
    WordsFaded,
)
from rooms.wire_messages import MessageEdited, MessageRephrased, MessageTakenBack
from rooms.wire_round import RoundOver
from rooms.work import Announcement
from server.auth import Auth
from server.broker import Broker, Presence
from server.clock import Clock
from server.connection import Connection
from server.control import Control
from server.door import Actor, Door
from server.doorstep import Doorstep
from server.handlers import BATCHES, HANDLERS
from server.hub import Hub
from server.keys import Keys
from server.limits import Limits
from server.locks import lock
from server.metrics.http import Metrics
from server.paces import Others
from server.push import Push
from server.readers import Readers
from server.records import Records
from server.searching import Searching
from server.settings import Settings
from server.store import Store
from server.turns import Turns

GOODBYE_WITHIN = 5.0
"""Seconds the door has for what was accepted before clients are told to go elsewhere in any case."""
RETURN_WITHIN = 2_000
"""Milliseconds over which clients are asked to spread their return."""

SHOWN = {CircleClosed, CircleClosing, CircleOpened, CirclePlanned, CircleStaysOpen, ParticipantEntered, ParticipantLeft}
"""Events that change what a circle looks like from outside."""
GONE = {WordsFaded, MessageTakenBack, MessageEdited, MessageRephrased, SessionEnded, LetterDismissed, RoundOver}
"""Events after which older words must be nowhere on the disk."""


def milliseconds() -> int:
    """The wall clock, in ms since 1970 UTC. It orders nothing."""
    return time.time_ns() // 1_000_000


class Parts:
    """Attributes are the parts. ``start`` and ``close`` run them up and down in order."""

    watches_most = 200
    """Logs one socket may follow."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        keys: Keys,
        broker: Broker,
        presence: Presence,
        hub: Hub,
        version: str,
        others: Others | None = None,
    ) -> None:
        self.settings = settings
        self.store = store
        self.keys = keys
        self.broker = broker
        self.presence = presence
        self.hub = hub
        self.version = version
        self.time_of_day = milliseconds
        self.auth = Auth(settings, store, keys, now=self.now)
        self.limits = Limits(settings, others=others)
        self.tally = hub.tally
        self.door = Door(
            store,
            HANDLERS,
            BATCHES,
            limits=settings.limits,
            guard=self.auth.guard,
            prepare=lock,
            publish=self._publish,
            now=self.now,
            tally=self.tally,
        )
        self.readers = Readers(self)
        self.searching = Searching(self.readers)
        self.records = Records(self)
        self.push = Push(self)
        self.connections: dict[str, list[Connection]] = {}
        """By person, oldest first."""
        self.doorstep = Doorstep(settings.sockets_each)
        self.came: set[str] = set()
        """People who opened a socket or sent a command since the clock last asked."""
        self.words_gone = True
        """Words may have been changed or erased since the write-ahead log was last emptied, also before a crash."""
        self.clock = Clock(self)
        self.turns = Turns(self)
        self.control = Control(settings.data_dir, self.door)
        self.metrics = Metrics(self, settings.metrics_port)
        self._tasks: set[asyncio.Task[Any]] = set()
        self.started = False
        self.draining = False
        self.all_there: Callable[[], bool] = lambda: True
        """Whether the other processes of this server are there, and what runs between them."""

    def now(self) -> int:
        """What every part goes by that asks for the time of day."""
        return self.time_of_day()

    async def start(self) -> None:
        """Harmless to repeat. Raises `BrokerUnavailable` with one sentence."""
        if self.started:
            return
        self.started = True
        await self.hub.start()
        await self.presence.start()
        await self.limits.others.start()
        await self.clock.start()
        await self.turns.start()
        await self.control.start()
        await self.metrics.start()

    async def say_goodbye(self) -> None:
        """Finish what was accepted, and tell every client to come back, not all at the same moment."""
        self.draining = True
        await self.control.close()
        await self.clock.close()
        await self.turns.close()
        await asyncio.wait([self.spawn(self.door.close())], timeout=GOODBYE_WITHIN)
        for connection in self.all_connections():
            connection.goodbye(4012, retry_after=secrets.randbelow(RETURN_WITHIN) + 1)

    async def close(self) -> None:
        """Stop everything; harmless after `say_goodbye`, which it includes."""
        if not self.draining:
            await self.say_goodbye()
        await self.metrics.close()
        await self.limits.others.close()
        await self.presence.close()
        await self.hub.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.auth.close()
        self.store.close()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run something beside; it is kept alive until it is done, and ended with the server."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def connect(self, actor: Actor, network: str) -> Connection:
        """A new socket of this person, from this network. Beyond the limit the oldest gives way."""
        self.came.add(actor.person)
        own = self.connections.setdefault(actor.person, [])
        staying = [each for each in own if not each.ended_already]
        if len(staying) >= self.settings.sockets_each:
            staying[0].goodbye(4509)
        connection = Connection(self, actor, network, self._disconnected)
        own.append(connection)
        return connection

    def all_connections(self) -> list[Connection]:
        return [each for own in self.connections.values() for each in own]

    def _disconnected(self, connection: Connection) -> None:
        own = self.connections.get(connection.actor.person, [])
        if connection in own:
            own.remove(connection)
        if not own:
            self.connections.pop(connection.actor.person, None)

    def _publish(self, announcements: Sequence[Announcement]) -> None:
        kinds = {type(each.event) for each in announcements}
        if SessionEnded in kinds:
            self.auth.notice(announcements)
        self.words_gone = self.words_gone or not kinds.isdisjoint(GONE)
        self.hub.publish(announcements)
        self.push.notice(announcements)
        if not kinds.isdisjoint(SHOWN):
            self.readers.changed_outside()
