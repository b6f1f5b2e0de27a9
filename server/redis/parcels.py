"""What goes through Redis: parcels of frames on a fixed number of partition channels, and the box they wait in."""

from collections import deque
from collections.abc import Collection
from zlib import crc32

import msgspec
from msgspec import Struct

from server.broker import Prepared

PARTITIONS = 64
CHANNEL = "peer_circles:"
PARCEL_MOST = 1024 * 1024
"""Bytes; an event that is larger travels alone."""
WAITING_MOST = 8 * 1024 * 1024
"""Bytes that may wait for Redis. Beyond it the oldest are dropped; receivers find out by the heads."""
TAKE_MOST = 4 * 1024 * 1024
"""Bytes sent before a reply is waited for."""
OVERHEAD = 64
"""About what an event costs beside its frames, in bytes."""


class Whisper(Struct, frozen=True, array_like=True):
    address: str
    frame: bytes
    but: str | None = None


class Parcel(Struct, frozen=True, array_like=True):
    """One message on a partition channel."""

    origin: str
    """The process it comes from; it does not open its own."""
    events: tuple[Prepared, ...] = ()
    whispers: tuple[Whisper, ...] = ()
    lost: bool = False
    """Something was committed that could not be passed on: look at the heads."""


pack = msgspec.msgpack.Encoder().encode
unpack = msgspec.msgpack.Decoder(Parcel).decode


def partition_of(address: str) -> int:
    return crc32(address.encode()) % PARTITIONS


def channel_of(partition: int) -> str:
    return f"{CHANNEL}{partition}"


def opening_of(origin: str) -> bytes:
    """How every parcel of this origin begins, so that one's own is known without unpacking it."""
    return pack(Parcel(origin)).partition(pack(origin))[0] + pack(origin)


Waiting = tuple[Prepared | Whisper, int]
"""With its size in bytes."""


class Outbox:
    """First in, first out for each partition, and never larger than ``most`` bytes. Used on the loop's thread only."""

    def __init__(self, origin: str, most: int = WAITING_MOST) -> None:
        self._origin = origin
        self._most = most
        self._waiting: dict[int, deque[Waiting]] = {}
        """By partition, in the order in which partitions came to wait; none is empty."""
        self.size = 0
        self.lost: set[int] = set()
        """Partitions whose receivers are still to be told that something was dropped."""

    def __bool__(self) -> bool:
        return bool(self._waiting or self.lost)

    def put(self, address: str, item: Prepared | Whisper) -> None:
        bare = (item.bare or b"") if isinstance(item, Prepared) else b""
        size = len(item.frame) + len(bare) + OVERHEAD
        partition = partition_of(address)
        waiting = self._waiting.get(partition)
        if waiting is None:
            waiting = self._waiting[partition] = deque()
        waiting.append((item, size))
        self.size += size
        while self.size > self._most:
            self._drop()

    def forget_whispers(self) -> None:
        """They are worth nothing once they are late."""
        for partition, waiting in list(self._waiting.items()):
            kept = deque(each for each in waiting if isinstance(each[0], Prepared))
            self.size -= sum(size for _, size in waiting) - sum(size for _, size in kept)
            if kept:
                self._waiting[partition] = kept
            else:
                del self._waiting[partition]

    def take(self, partitions: Collection[int]) -> list[tuple[int, bytes]]:
        """Parcels to publish now, in order: one for each partition, more only where one would be too large.

        What does not fit into one go stays for the next.
        """
        notice = pack(Parcel(self._origin, lost=True))
        parcels = [(partition, notice) for partition in self.lost.intersection(partitions)]
        self.lost.difference_update(partitions)
        taken = 0
        for partition in [each for each in self._waiting if each in partitions]:
            waiting = self._waiting[partition]
            while waiting and taken < TAKE_MOST:
                group, size = self._group(waiting)
                taken += size
                parcels.append((partition, self._pack(group)))
            if not waiting:
                del self._waiting[partition]
        self.size -= taken
        return parcels

    def _drop(self) -> None:
        """Let go of the oldest thing of the partition that has waited longest."""
        partition = next(iter(self._waiting))
        waiting = self._waiting[partition]
        item, size = waiting.popleft()
        if not waiting:
            del self._waiting[partition]
        self.size -= size
        if isinstance(item, Prepared):
            self.lost.add(partition)

    def _group(self, waiting: deque[Waiting]) -> tuple[list[Prepared | Whisper], int]:
        """As much as goes into one parcel, and its size; at least one."""
        group: list[Prepared | Whisper] = []
        total = 0
        while waiting and (not group or total + waiting[0][1] <= PARCEL_MOST):
            item, size = waiting.popleft()
            group.append(item)
            total += size
        return group, total

    def _pack(self, group: list[Prepared | Whisper]) -> bytes:
        events = tuple([each for each in group if isinstance(each, Prepared)])
        whispers = tuple([each for each in group if isinstance(each, Whisper)]) if len(events) < len(group) else ()
        return pack(Parcel(self._origin, events, whispers))
