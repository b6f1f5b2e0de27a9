"""The way through one Redis server: an ear that is subscribed, a mouth that publishes, and a probe that goes round both.

The probe is the only proof that the way works: a client library is silent while Redis hangs, and a server that restarted
answers without knowing what was subscribed.
"""

import asyncio
import secrets
from collections import Counter
from typing import Protocol

from redis.crc import key_slot
from redis.exceptions import ResponseError

from server.redis_parcels import CHANNEL, PARTITIONS, Outbox, channel_of
from server.redis_wire import Command, Layout, Node, Wire, WireBroken, broken
from server.waiting import happens

PROBE_EVERY = 1.0
PROBE_WITHIN = 2.5
"""Seconds without the probe after which the line is cut; a hang is noticed before three have passed."""
YIELD_EVERY = 64
"""Messages read in a row before others on the loop get their turn."""


class Desk(Protocol):
    """What a line is told to do, and whom it tells. All of it at once and on the loop's thread."""

    outbox: Outbox
    closing: bool
    """End when nothing waits in the outbox."""

    def wanted(self) -> set[int]:
        """Partitions that somebody here needs."""

    def heard(self, payload: bytes) -> None: ...

    def missed(self) -> None:
        """From here on a partition is heard; what went over it before may have been missed."""

    def proven(self, line: "Line") -> None:
        """The probe came round."""


class Line:
    """Serves the partitions whose channels live on ``node``. ``run`` ends only by `WireBroken`."""

    def __init__(self, desk: Desk, layout: Layout, node: Node, origin: str) -> None:
        self.desk = desk
        self.partitions = frozenset(
            each for each in range(PARTITIONS) if layout.node_of(channel_of(each)).place == node.place
        )
        self.proven = False
        self.speak_now = asyncio.Event()
        self.tune_now = asyncio.Event()
        self._node = node
        self._probe = probe_channel(layout, node, origin)
        self._nonce = secrets.token_bytes(16)
        self._subscribe, self._publish = ("SSUBSCRIBE", "SPUBLISH") if layout.sharded else ("SUBSCRIBE", "PUBLISH")
        self._unsubscribe = "SUNSUBSCRIBE" if layout.sharded else "UNSUBSCRIBE"
        self._asked: set[int] = set()
        self._let_go: Counter[int] = Counter()

    async def run(self) -> None:
        ear = await Wire.open(self._node)
        try:
            mouth = await Wire.open(self._node)
            try:
                [reply] = await ear.ask([(self._subscribe, self._probe)])
                if isinstance(reply, ResponseError):
                    raise broken(reply)
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._listen(ear))
                    group.create_task(self._tune(ear))
                    group.create_task(self._speak(mouth))
            finally:
                mouth.abandon()
        finally:
            ear.abandon()

    async def _listen(self, ear: Wire) -> None:
        loop = asyncio.get_running_loop()
        probe = self._probe.encode()
        channels = {channel_of(each).encode(): each for each in self.partitions}
        in_a_row = 0
        try:
            async with asyncio.timeout(PROBE_WITHIN) as patience:
                while True:
                    kind, channel, payload = await ear.read()
                    if kind in {b"message", b"smessage"}:
                        if channel != probe:
                            self.desk.heard(payload)
                        elif payload == self._nonce:
                            patience.reschedule(loop.time() + PROBE_WITHIN)
                            self.proven = True
                            self.desk.proven(self)
                    elif channel in channels:
                        self._confirmed(channels[channel], subscribed=kind in {b"subscribe", b"ssubscribe"})
                    in_a_row += 1
                    if in_a_row % YIELD_EVERY == 0:
                        await asyncio.sleep(0)
        except TimeoutError:
            raise WireBroken("no probe") from None

    def _confirmed(self, partition: int, *, subscribed: bool) -> None:
        if subscribed:
            self.desk.missed()
        elif self._let_go[partition]:
            self._let_go[partition] -= 1
        elif partition in self._asked:
            raise WireBroken("moved")  # the cluster gave the channel to another node

    async def _tune(self, ear: Wire) -> None:
        """Subscribe at once to what is newly wanted; let go of the rest within a second."""
        while True:
            self.tune_now.clear()
            wanted = self.desk.wanted() & self.partitions
            commands: list[Command] = [(self._subscribe, channel_of(each)) for each in wanted - self._asked]
            commands += [(self._unsubscribe, channel_of(each)) for each in self._asked - wanted]
            self._let_go.update(self._asked - wanted)
            self._asked = wanted
            if commands:
                await ear.send(commands)
            await happens(self.tune_now, within=PROBE_EVERY)

    async def _speak(self, mouth: Wire) -> None:
        loop = asyncio.get_running_loop()
        probe_at = loop.time()
        while True:
            self.speak_now.clear()
            parcels = self.desk.outbox.take(self.partitions)
            commands: list[Command] = [(self._publish, channel_of(to), parcel) for to, parcel in parcels]
            if loop.time() >= probe_at:
                probe_at = loop.time() + PROBE_EVERY
                commands.append((self._publish, self._probe, self._nonce))
            if commands:
                try:
                    for reply in await mouth.ask(commands):
                        if isinstance(reply, ResponseError):
                            raise broken(reply)
                except BaseException:
                    # They may have been passed on or not. They are not sent again: receivers look at the heads.
                    self.desk.outbox.lost.update(to for to, _ in parcels)
                    raise
            if not parcels:
                if self.desk.closing:
                    raise WireBroken("closing")
                await happens(self.speak_now, within=probe_at - loop.time())


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
