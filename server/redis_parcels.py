"""What goes through Redis: parcels of frames on a fixed number of partition channels, and the box they wait in."""

from collections import deque
from collections.abc import Collection
from typing import NamedTuple
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


class Waiting(NamedTuple):
    partition: int
    item: Prepared | Whisper
    size: int


class Outbox:
    """First in, first out for each partition, and never larger than ``most`` bytes. Used on the loop's thread only."""

    def __init__(self, origin: str, most: int = WAITING_MOST) -> None:
        self._origin = origin
        self._most = most
        self._waiting: deque[Waiting] = deque()
        self.size = 0
        self.lost: set[int] = set()
        """Partitions whose receivers are still to be told that something was dropped."""

    def __bool__(self) -> bool:
        return bool(self._waiting or self.lost)

    def put(self, address: str, item: Prepared | Whisper) -> None:
        bare = (item.bare or b"") if isinstance(item, Prepared) else b""
        size = len(item.frame) + len(bare) + OVERHEAD
        self._waiting.append(Waiting(partition_of(address), item, size))
        self.size += size
        while self.size > self._most:
            dropped = self._waiting.popleft()
            self.size -= dropped.size
            if isinstance(dropped.item, Prepared):
                self.lost.add(dropped.partition)

    def forget_whispers(self) -> None:
        """They are worth nothing once they are late."""
        kept = [each for each in self._waiting if isinstance(each.item, Prepared)]
        self._waiting = deque(kept)
        self.size = sum(each.size for each in kept)

    def take(self, partitions: Collection[int]) -> list[tuple[int, bytes]]:
        """Parcels to publish now, in order: one for each partition, more only where one would be too large."""
        notice = pack(Parcel(self._origin, lost=True))
        parcels = [(partition, notice) for partition in self.lost.intersection(partitions)]
        self.lost.difference_update(partitions)
        held: list[Waiting] = []
        open_: dict[int, list[Waiting]] = {}
        sizes: dict[int, int] = {}
        taken = 0
        while self._waiting and taken < TAKE_MOST:
            each = self._waiting.popleft()
            if each.partition not in partitions:
                held.append(each)
                continue
            taken += each.size
            if sizes.get(each.partition, 0) + each.size > PARCEL_MOST and each.partition in open_:
                parcels.append((each.partition, self._pack(open_.pop(each.partition))))
                sizes[each.partition] = 0
            open_.setdefault(each.partition, []).append(each)
            sizes[each.partition] = sizes.get(each.partition, 0) + each.size
        self._waiting.extendleft(reversed(held))
        self.size -= taken
        parcels += [(partition, self._pack(group)) for partition, group in open_.items()]
        return parcels

    def _pack(self, group: list[Waiting]) -> bytes:
        events = tuple(each.item for each in group if isinstance(each.item, Prepared))
        whispers = tuple(each.item for each in group if isinstance(each.item, Whisper))
        return pack(Parcel(self._origin, events, whispers))
