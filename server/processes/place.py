"""One of the places that server processes have under a supervisor: who has it, who is coming, who is leaving."""

import socket
from collections.abc import Iterator

from server.processes.child import Child

PAUSES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds before a process is replaced, by how many in a row did not open, or ended soon after."""
HOPELESS = 8
"""So many in a row, and where no other process serves, it is of no use to go on."""
STEADY = 10.0
"""Seconds after which a process no longer counts as having ended soon."""


class Place:
    """``sockets`` outlive the processes that listen on them, so that whoever connects meanwhile waits for the next."""

    def __init__(self, number: int, sockets: list[socket.socket]) -> None:
        self.number = number
        self.sockets = sockets
        self.child: Child | None = None
        self.coming: Child | None = None
        self.leaving: list[Child] = []
        self.exchanged = False
        self.start_at = 0.0
        """Monotonic seconds before which no other is started here."""
        self.failures = 0

    @property
    def serves(self) -> bool:
        return self.child is not None and self.child.ready

    @property
    def settled(self) -> bool:
        """Nothing is under way here."""
        return self.serves and self.coming is None and not self.leaving

    @property
    def hopeless(self) -> bool:
        return self.failures >= HOPELESS

    def children(self) -> Iterator[Child]:
        """All there are; they may be let go of meanwhile."""
        yield from [each for each in (self.child, self.coming, *self.leaving) if each is not None]

    def exchange(self) -> None:
        """Once the one who comes is open, ask the one before to leave."""
        if self.coming is not None and self.coming.ready:
            if self.child is not None:
                self.child.leave()
                self.leaving.append(self.child)
            self._came()

    def let_go(self, child: Child, now: float) -> None:
        """It has ended."""
        if child in self.leaving:
            self.leaving.remove(child)
        elif child is self.coming:
            self.coming = None
        elif self.coming is not None:
            self._came()
        else:
            self.child = None
            if child.ready and now - child.started >= STEADY:
                self.failures, self.start_at = 0, now
            else:
                self.failed(now)

    def failed(self, now: float) -> None:
        """The next try comes later than the last one did."""
        self.failures += 1
        self.start_at = now + PAUSES[min(self.failures, len(PAUSES)) - 1]

    def _came(self) -> None:
        self.child, self.coming = self.coming, None
        self.exchanged = True
