"""What several server processes see of each other, without the servers: brokers and presences side by side in one loop."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Self

import msgspec

from server.broker import Broker, Prepared
from server.frames import payloads
from server.protocol import HereFrame
from server.redis.broker import RedisBroker
from server.redis.parcels import partition_of

PATIENCE = 45.0  # seconds until a test gives up waiting
STEP = 0.05


async def loop_seconds(happens: Awaitable[Any]) -> float:
    """Wait for it; the seconds that this loop had for it, in steps of 50 ms.

    A step in which a busy machine held the loop up counts once, however long it was: nothing can be noticed in it.
    """
    waiting = asyncio.ensure_future(happens)
    steps = 0
    while not (await asyncio.wait([waiting], timeout=STEP))[0]:
        steps += 1
    await waiting
    return steps * STEP


class Waiter:
    """Something that happens again and again, and can be waited for."""

    def __init__(self) -> None:
        self._happened = asyncio.Event()

    def happened(self) -> None:
        self._happened.set()

    async def until(self, true: Callable[[], bool], *, within: float = PATIENCE) -> None:
        async with asyncio.timeout(within):
            while not true():
                self._happened.clear()
                await self._happened.wait()


class Process(Waiter):
    """A broker and what it was told, in order."""

    def __init__(self, broker: Broker, *, confirms: bool) -> None:
        super().__init__()
        self.broker = broker
        self.events: list[Prepared] = []
        self.whispers: list[tuple[str, bytes, str | None]] = []
        self.gaps = 0
        self._confirms = confirms
        self._subscribed: set[int] = set()

    async def __aenter__(self) -> Self:
        await self.broker.start(self)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.broker.close()

    def arrived(self, batch: Sequence[Prepared]) -> None:
        self.events += batch
        self.happened()

    def whispered(self, address: str, frame: bytes, but: str | None) -> None:
        self.whispers.append((address, frame, but))
        self.happened()

    def gap(self) -> None:
        self.gaps += 1
        self.happened()

    async def follows(self, *addresses: str) -> None:
        """Returns when these addresses are heard: a broker that must ask for them says so by a gap."""
        fresh = {partition_of(address) for address in addresses} - self._subscribed if self._confirms else set()
        self._subscribed |= fresh
        heard = self._subscriptions() + len(fresh)
        for address in addresses:
            self.broker.follow(address)
        if fresh:
            await self.until(lambda: self._subscriptions() >= heard)

    def _subscriptions(self) -> int:
        return self.broker.gaps["subscribed"] if isinstance(self.broker, RedisBroker) else 0

    def seqs(self, address: str) -> list[int]:
        return [each.seq for each in self.events if each.address == address]

    async def hears(self, address: str, seq: int) -> None:
        await self.until(lambda: seq in self.seqs(address))


class Screens(Waiter):
    """The screens of one process: who they were told is in each circle, and by how many frames."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[HereFrame] = []
        self.shown: dict[str, set[str]] = {}

    def told(self, _address: str, frame: bytes) -> None:
        [payload] = payloads(frame)
        here = msgspec.json.decode(payload, type=HereFrame)
        self.frames.append(here)
        shown = self.shown.setdefault(here.on, set())
        shown |= set(here.here.came)
        shown -= set(here.here.went)
        self.happened()

    async def show(self, address: str, *people: str) -> None:
        """Wait until they were told of exactly these."""
        await self.until(lambda: self.shown.get(address, set()) == set(people))

    def ever_went(self, participant: str) -> bool:
        return any(participant in each.here.went for each in self.frames)

    def times_came(self, participant: str) -> int:
        return sum(participant in each.here.came for each in self.frames)


def event(address: str, seq: int, *, size: int = 100, **fields: object) -> Prepared:
    return msgspec.structs.replace(Prepared(address, "epoch000", seq, b"\x81" + bytes(size)), **fields)


def circle(number: int) -> str:
    return f"circle/{number:016d}"


def circles_of(partition: int, count: int) -> list[str]:
    """Addresses that share a partition, so that what is said about them comes in one order."""
    found: list[str] = []
    number = 0
    while len(found) < count:
        if partition_of(circle(number)) == partition:
            found.append(circle(number))
        number += 1
    return found
