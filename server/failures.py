"""Waits after wrong tries, counted by key in bounded space, alone or together with other processes."""

import time
from collections.abc import Callable

from server.paces import KEYS_MOST, Nobody, Others, milliseconds


class Failures:
    """A wait after wrong tries that doubles with each, up to ``most`` seconds; never a lock-out.

    The first ``free`` wrong tries cost nothing; an hour without one forgets them all. What others count is added when
    they are heard; while they are not, fewer tries are free.
    """

    FORGET = 3_600.0

    def __init__(
        self,
        *,
        free: int = 4,
        first: float = 1.0,
        most: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
        others: Others | None = None,
    ) -> None:
        self.name = "wrong"
        self.free = free
        self.first = first
        self.most = most
        self.clock = clock
        self.others = others or Nobody()
        self._failed: dict[str, tuple[int, float]] = {}
        self._untold: dict[str, int] = {}
        """By key; negative: forgotten by a right try."""

    def wait(self, key: str) -> int:
        """Milliseconds until the next try; 0: now."""
        count, last = self._failed.get(key, (0, 0.0))
        free = self.free if self.others.linked else self.free // self.others.processes
        if count <= free:
            return 0
        delay = min(self.most, self.first * 2.0 ** min(count - free - 1, 30))
        return max(0, milliseconds(last + delay - self.clock()))

    def failed(self, key: str) -> None:
        now = self.clock()
        count, last = self._failed.pop(key, (0, now))
        self._keep(key, 1 if now - last > self.FORGET else count + 1, now)
        self._tell(key, max(0, self._untold.get(key, 0)) + 1)

    def succeeded(self, key: str) -> None:
        self._failed.pop(key, None)
        self._tell(key, -1)

    def news(self, key: str) -> int:
        """Wrong tries since this was last asked; -1: there was a right one."""
        return self._untold.pop(key, 0)

    def learn(self, key: str, count: int, seconds: float) -> None:
        """All together counted so many, the last so many ``seconds`` ago."""
        if count and key not in self._untold:
            self._failed.pop(key, None)
            self._keep(key, count, self.clock() - seconds)

    def unlearn(self, key: str, news: int) -> None:
        """The others were not told."""
        if key not in self._untold and len(self._untold) < KEYS_MOST:
            self._untold[key] = news

    def _tell(self, key: str, news: int) -> None:
        if self.others.processes > 1 and len(self._untold) < KEYS_MOST:
            self._untold[key] = news
            self.others.tell(self, key)

    def _keep(self, key: str, count: int, at: float) -> None:
        if len(self._failed) >= KEYS_MOST:
            # The oldest first: a dict keeps the order in which keys last failed.
            del self._failed[next(iter(self._failed))]
        self._failed[key] = (count, at)
