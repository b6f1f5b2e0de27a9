"""The broker of a single process, and, for tests, several brokers on one bus that behave like processes."""

import asyncio
from collections import Counter
from collections.abc import Sequence

from server.broker import Prepared, Receiver


class MemoryBus:
    """What brokers have in common. Loses nothing, keeps order."""

    def __init__(self) -> None:
        self.brokers: list[MemoryBroker] = []


class MemoryBroker:
    """Costs nothing while it is alone on its bus. Others hear in the next turn of the loop, as from a socket."""

    suspect = False

    def __init__(self, bus: MemoryBus | None = None) -> None:
        self._bus = bus or MemoryBus()
        self._receiver: Receiver | None = None
        self._followed: Counter[str] = Counter()

    async def start(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._bus.brokers.append(self)

    async def close(self) -> None:
        if self in self._bus.brokers:
            self._bus.brokers.remove(self)

    def follow(self, address: str) -> None:
        self._followed[address] += 1

    def unfollow(self, address: str) -> None:
        self._followed[address] -= 1
        if self._followed[address] <= 0:
            del self._followed[address]

    def publish(self, batch: Sequence[Prepared]) -> None:
        for other in self._others():
            followed = [each for each in batch if each.address in other._followed]
            if followed:
                asyncio.get_running_loop().call_soon(other._hear, followed)

    def whisper(self, address: str, frame: bytes, but: str | None = None) -> None:
        for other in self._others():
            if address in other._followed:
                asyncio.get_running_loop().call_soon(other._hear_whisper, address, frame, but)

    def _others(self) -> "list[MemoryBroker]":
        brokers = self._bus.brokers
        if len(brokers) < 2 or self not in brokers:
            return []
        return [each for each in brokers if each is not self]

    def _hear(self, batch: Sequence[Prepared]) -> None:
        if self._receiver is not None and self in self._bus.brokers:
            self._receiver.arrived(batch)

    def _hear_whisper(self, address: str, frame: bytes, but: str | None) -> None:
        if self._receiver is not None and self in self._bus.brokers:
            self._receiver.whispered(address, frame, but)
