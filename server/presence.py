"""Presence within one process: nothing is lost on the way, and nobody vanishes unseen."""

import secrets
from collections.abc import Sequence
from dataclasses import replace

from server.presence_board import Change, Waits
from server.presence_shared import Tell
from server.presence_sure import SurePresence


class MemoryBoard:
    """Shared by the presences of one process; ``origin`` tells them apart."""

    def __init__(self) -> None:
        self.entries: dict[str, set[tuple[str, str]]] = {}

    def people(self, address: str) -> frozenset[str]:
        return frozenset(participant for participant, _ in self.entries.get(address, ()))

    def write(self, origin: str, change: Change) -> frozenset[str]:
        entries = self.entries.setdefault(change.address, set())
        entries.difference_update((each, origin) for each in change.leaving)
        entries.update((each, origin) for each in change.staying)
        if not entries:
            del self.entries[change.address]
        return self.people(change.address)

    def forget(self, origin: str) -> None:
        for address, entries in list(self.entries.items()):
            self.write(origin, Change(address, leaving=[who for who, where in entries if where == origin]))


class MemorySide:
    """One presence's side of a `MemoryBoard`."""

    def __init__(self, board: MemoryBoard, origin: str) -> None:
        self._board = board
        self._origin = origin

    async def sync(self, changes: Sequence[Change]) -> list[frozenset[str]]:
        return [self._board.write(self._origin, each) for each in changes]

    async def close(self) -> None:
        self._board.forget(self._origin)


class MemoryPresence(SurePresence):
    """For one process; several that are given the same board behave like processes."""

    def __init__(
        self, tell: Tell, correct: Tell | None = None, *, board: MemoryBoard | None = None, waits: Waits | None = None
    ) -> None:
        self._memory = board or MemoryBoard()
        side = MemorySide(self._memory, secrets.token_urlsafe(9))
        # Nothing is lost on the way and nobody vanishes, so there is next to nothing to refresh.
        waits = replace(waits or Waits(), refresh=3_600.0)
        super().__init__(side, tell, correct or tell, waits)

    @property
    def unseen(self) -> float:
        return 0.0

    async def surely_here(self, address: str) -> frozenset[str] | None:
        return await self.here(address)

    async def here(self, address: str) -> frozenset[str]:
        place = self._places.get(address)
        return self._memory.people(address).union(place.screens if place is not None else ())
