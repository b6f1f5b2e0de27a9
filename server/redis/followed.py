"""Which addresses somebody in this process watches, and the partitions of Redis channels they need."""

from collections import Counter
from time import monotonic

from server.redis.parcels import partition_of

LINGER = 30.0
"""Seconds for which an unused partition stays subscribed, because people come and go."""


class Followed:
    """Addresses somebody here watches, and the partitions they need."""

    def __init__(self, linger: float) -> None:
        self._linger = linger
        self.watchers: Counter[str] = Counter()
        """By address; none is 0."""
        self._used: Counter[int] = Counter()
        self._idle_since: dict[int, float] = {}

    def add(self, address: str) -> bool:
        """Whether this needs a partition that was not in use."""
        self.watchers[address] += 1
        if self.watchers[address] > 1:
            return False
        partition = partition_of(address)
        self._used[partition] += 1
        self._idle_since.pop(partition, None)
        return self._used[partition] == 1

    def remove(self, address: str) -> None:
        self.watchers[address] -= 1
        if self.watchers[address] > 0:
            return
        del self.watchers[address]
        partition = partition_of(address)
        self._used[partition] -= 1
        if self._used[partition] == 0:
            del self._used[partition]
            self._idle_since[partition] = monotonic()

    def partitions(self) -> set[int]:
        """Those in use, and those that were until a moment ago."""
        oldest = monotonic() - self._linger
        self._idle_since = {each: since for each, since in self._idle_since.items() if since > oldest}
        return {*self._used, *self._idle_since}
