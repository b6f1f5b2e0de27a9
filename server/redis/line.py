"""The way through one Redis server: an ear that is subscribed, a mouth that publishes, and a probe that goes round both.

The probe is the only proof that the way works: a client library is silent while Redis hangs, and a server that restarted
answers without knowing what was subscribed. What is heard and said goes by callbacks, so that a message costs no task.
"""

import asyncio
import secrets
from collections import Counter
from time import monotonic
from typing import Any, Protocol

from redis.crc import key_slot

from server.redis.layout import ROLE, Layout, is_replica
from server.redis.node import Node
from server.redis.parcels import CHANNEL, PARTITIONS, Outbox, channel_of
from server.redis.wire import ANSWER_WITHIN, Command, Refused, Wire, WireBroken, broken
from server.waiting import happens

PROBE_EVERY = 1.0
PROBE_WITHIN = 2.5
"""Seconds without the probe after which the line is cut; a hang is noticed before three have passed."""
TICK = 0.25
"""Seconds between two looks at the silence, and after which what is not wanted any more is let go."""


class Desk(Protocol):
    """What a line is told to do, and whom it tells. All of it at once and on the loop's thread."""

    outbox: Outbox
    closing: bool
    """End when nothing waits in the outbox."""

    def wanted(self) -> set[int]:
        """Partitions that somebody here needs."""

    def heard(self, payload: bytes) -> None: ...

    def all_heard(self) -> None:
        """What came in one go has been told by `heard`."""

    def missed(self, reason: str) -> None:
        """From here on a partition is heard; what went over it before may have been missed."""

    def proven(self, line: "Line") -> None:
        """The probe came round."""


class Line:
    """Serves the partitions whose channels live on ``node``. ``run`` ends only by an error, mostly `WireBroken`."""

    def __init__(self, desk: Desk, layout: Layout, node: Node, origin: str) -> None:
        self.desk = desk
        self.node = node
        self.partitions = frozenset(
            each for each in range(PARTITIONS) if layout.node_of(channel_of(each)).place == node.place
        )
        self.proven = False
        self.proven_at = monotonic()
        """When the probe last came round."""
        self.running: asyncio.Task[None] | None = None
        self._probe = probe_channel(layout, node, origin)
        self._probe_heard = self._probe.encode()
        self._nonce = secrets.token_bytes(16)
        self._subscribe, self._publish = ("SSUBSCRIBE", "SPUBLISH") if layout.sharded else ("SUBSCRIBE", "PUBLISH")
        self._unsubscribe = "SUNSUBSCRIBE" if layout.sharded else "UNSUBSCRIBE"
        self._message = b"smessage" if layout.sharded else b"message"
        self._channels = {channel_of(each).encode(): each for each in self.partitions}
        self._asked: set[int] = set()
        self._let_go: Counter[int] = Counter()
        self._ear: Wire | None = None
        self._mouth: Wire | None = None
        self._tuning = False
        self._speaking = False
        """Something is about to be said, or an answer is due."""
        self._probe_due = False
        self._on_way: list[int] = []
        """Partitions of what was said and is not answered."""
        self._deaf = self._unanswered = 0.0
        """Seconds without the probe, and without an answer that is due."""
        self._wake = asyncio.Event()

    def speak(self) -> None:
        """Something waits in the outbox; it goes in this turn of the loop, or with the next answer."""
        if self._mouth is not None and not self._speaking:
            self._speaking = True
            asyncio.get_running_loop().call_soon(self._say)

    def tune(self) -> None:
        """Something is newly wanted; it is asked for in this turn of the loop."""
        if self._ear is not None and not self._tuning:
            self._tuning = True
            asyncio.get_running_loop().call_soon(self._tune)

    def finish(self) -> None:
        """Look at once whether the desk is closing and nothing is left to say."""
        self._wake.set()

    async def run(self) -> None:
        ear = await Wire.open(self.node)
        try:
            mouth = await Wire.open(self.node)
            try:
                [reply] = await ear.ask([(self._subscribe, self._probe)])
                if isinstance(reply, Refused):
                    raise broken(reply)
                for wire in (ear, mouth):
                    wire.at_end(self._wake.set)
                ear.listen(self._heard, self.desk.all_heard)
                self._ear, self._mouth = ear, mouth
                await self._watch(ear, mouth)
            finally:
                mouth.abandon()
        finally:
            ear.abandon()
            self._ear = self._mouth = None
            self.proven = False
            # It may have been passed on or not. It is not sent again: receivers look at the heads.
            self.desk.outbox.lost.update(self._on_way)

    async def _watch(self, ear: Wire, mouth: Wire) -> None:
        loop = asyncio.get_running_loop()
        looked = loop.time()
        probe_at = looked
        while True:
            self._wake.clear()
            cause = ear.cause or mouth.cause
            if cause is not None:
                raise cause
            # A loop that was held up has not listened; that is no silence of Redis.
            now = loop.time()
            passed, looked = min(now - looked, 2 * TICK), now
            self._deaf += passed
            self._unanswered = self._unanswered + passed if self._speaking else 0.0
            if self._deaf > PROBE_WITHIN:
                raise WireBroken("no probe")
            if self._unanswered > ANSWER_WITHIN:
                raise WireBroken("no answer")
            if looked >= probe_at:
                probe_at = looked + PROBE_EVERY
                self._probe_due = True
                self.speak()
            self._tune()
            if self.desk.closing and not self._speaking:
                if not self.desk.outbox:
                    raise WireBroken("closing")
                self.speak()
            await happens(self._wake, within=TICK)

    # --- the ear

    def _heard(self, reply: Any) -> None:
        if isinstance(reply, Refused):
            raise broken(reply)
        kind, channel, payload = reply
        if kind == self._message:
            if channel != self._probe_heard:
                self.desk.heard(payload)
            elif payload == self._nonce:
                self._deaf = 0.0
                self.proven = True
                self.proven_at = monotonic()
                self.desk.proven(self)
        elif channel in self._channels:
            self._confirmed(self._channels[channel], subscribed=kind in {b"subscribe", b"ssubscribe"})

    def _confirmed(self, partition: int, *, subscribed: bool) -> None:
        if subscribed:
            self.desk.missed("subscribed")
        elif self._let_go[partition]:
            self._let_go[partition] -= 1
        elif partition in self._asked:
            raise WireBroken("moved")  # the cluster gave the channel to another node

    def _tune(self) -> None:
        """Subscribe to what is newly wanted, let go of the rest."""
        self._tuning = False
        if self._ear is None or self._ear.cause is not None:
            return
        wanted = self.desk.wanted() & self.partitions
        if wanted != self._asked:
            commands: list[Command] = [(self._subscribe, channel_of(each)) for each in wanted - self._asked]
            commands += [(self._unsubscribe, channel_of(each)) for each in self._asked - wanted]
            self._let_go.update(self._asked - wanted)
            self._asked = wanted
            self._ear.send(commands)

    # --- the mouth

    def _say(self) -> None:
        """Pass on all that waits, and the probe if it is due. The next goes when this is answered."""
        if self._mouth is None or self._mouth.cause is not None:
            return
        parcels = self.desk.outbox.take(self.partitions)
        commands: list[Command] = [(self._publish, channel_of(to), parcel) for to, parcel in parcels]
        if self._probe_due:
            commands += [(self._publish, self._probe, self._nonce), ROLE]
        if commands:
            self._on_way = [to for to, _ in parcels]
            self._mouth.tell(commands, self._passed_on)
        else:
            self._speaking = False
            if self.desk.closing:
                self._wake.set()

    def _passed_on(self, replies: list[Any]) -> None:
        for reply in replies:
            if isinstance(reply, Refused):
                raise broken(reply)
        self._unanswered = 0.0
        if self._probe_due and isinstance(replies[-1], bytes):
            self._probe_due = False
            if is_replica(replies[-1]):
                # After a fail-over this may be a server whose news do not reach those at the new primary.
                raise WireBroken("read-only")
        self._on_way = []
        self._say()


def probe_channel(layout: Layout, node: Node, origin: str) -> str:
    """A channel of this process alone; in a cluster, one of those that live on ``node``."""
    name = f"{CHANNEL}probe:{origin}"
    if not layout.sharded:
        return name
    slots = [range(first, last + 1) for first, last, owner in layout.ranges if owner.place == node.place]
    tag = 0
    while not any(key_slot(f"{name}:{tag}".encode()) in each for each in slots):
        tag += 1
    return f"{name}:{tag}"
