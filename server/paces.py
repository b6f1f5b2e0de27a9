"""Budgets that refill and waits that grow, for many keys in bounded space, alone or together with other processes.

Nobody waits for the others before an answer. A process spends at once what it may spend without asking, which is never
more than its share; the others' spending is learned in the background. While that is not to be had, the share is all.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

KEYS_MOST = 20_000
SOON = 0.1
"""Seconds after which to ask again where the others' spending is about to be known."""
QUIET = 2.0
"""Seconds after which what was learned of the others is too old to spend more than one's share of it."""


class Counter(Protocol):
    """Counts something by key, and can be told what others counted."""

    name: str


class Others(Protocol):
    """The processes with which budgets are shared."""

    @property
    def processes(self) -> int:
        """How many there were when last heard of, with this one."""

    @property
    def linked(self) -> bool:
        """What they spend can be learned."""

    def tell(self, counter: "Counter", key: str) -> None:
        """Have `news` of this key passed on soon, and what comes back given to `learn`."""

    async def start(self) -> None: ...

    async def close(self) -> None: ...


class Nobody:
    """For a process that is alone."""

    processes = 1
    linked = False

    def tell(self, counter: "Counter", key: str) -> None: ...

    async def start(self) -> None: ...

    async def close(self) -> None: ...


@dataclass(slots=True)
class Bucket:
    tokens: float
    at: float
    """When it held so many tokens; in the future while it is closed."""
    strikes: int = 0
    quota: float | None = None
    """What may be spent of it before the others have been heard; None while that is what is in it."""
    heard: float = 0.0
    """When ``quota`` was set."""
    untold: int = 0
    """Spent, and the others do not know."""
    refused: bool = False
    """Found empty since they were last told."""


class Pace:
    """A token bucket for each key: ``burst`` at once, refilled at ``rate`` a second.

    Where ``doublings`` is not 0, a bucket found empty is closed for a time that doubles, so many times at most, until
    it has been full again. ``name`` tells paces apart that are shared.

    Of all processes together, ``n`` of them, no more than ``burst`` more than a bucket's burst and rate get through
    while they hear of each other, and that only once: it is paid back. Alone each lets through an n-th, but one at least.
    """

    def __init__(
        self,
        rate: float,
        burst: float,
        *,
        doublings: int = 0,
        clock: Callable[[], float] = time.monotonic,
        name: str = "",
        others: Others | None = None,
    ) -> None:
        self.rate = rate
        self.burst = burst
        self.doublings = doublings
        self.clock = clock
        self.name = name
        self.others = others or Nobody()
        self._buckets: dict[str, Bucket] = {}

    def take(self, key: str) -> int:
        """Take one token. 0: go on. Otherwise the milliseconds after which to ask again."""
        now = self.clock()
        key, bucket = self._bucket(key, now)
        if now < bucket.at:
            return milliseconds(bucket.at - now)
        others = self.others
        several, shared = others.processes, others.linked and others.processes > 1
        share = 1 if shared else several
        rate, burst = self.rate / share, max(1.0, self.burst / share)
        bucket.tokens = min(burst, bucket.tokens + (now - bucket.at) * rate)
        bucket.at = now
        if not shared and bucket.quota is not None:
            # The others spend the rest of it, unheard from now on.
            bucket.tokens = min(bucket.tokens, bucket.quota + (now - bucket.heard) * rate)
            bucket.quota = None
        if bucket.tokens >= burst:
            bucket.strikes = 0
        if bucket.tokens >= 1:
            return self._spend_shared(key, bucket, now) if shared else self._spend(bucket)
        wait = (1 - bucket.tokens) / rate
        if self.doublings:
            wait *= 2 ** min(bucket.strikes, self.doublings)
            bucket.strikes += 1
            bucket.at, bucket.tokens = now + wait, 1.0
        bucket.refused = True
        if shared:
            others.tell(self, key)
        return milliseconds(wait)

    def closed(self, key: str) -> int:
        """Milliseconds for which the key's own bucket stays closed after it was found empty; takes nothing."""
        bucket = self._buckets.get(key)
        return milliseconds(bucket.at - self.clock()) if bucket is not None else 0

    def _spend(self, bucket: Bucket) -> int:
        bucket.tokens -= 1
        bucket.untold += 1
        return 0

    def _spend_shared(self, key: str, bucket: Bucket, now: float) -> int:
        processes = self.others.processes
        if bucket.quota is None or now - bucket.heard > QUIET:
            # What was not told since then has been refilled, as far as it was not more than that.
            bucket.untold = max(0, bucket.untold - int((now - bucket.heard) * self.rate))
            bucket.quota, bucket.heard = max(1.0, bucket.tokens / processes), now
        wait = milliseconds(SOON)
        if bucket.quota >= 1:
            bucket.quota -= 1
            wait = self._spend(bucket)
        if bucket.quota < max(1.0, self.burst / processes) / 2:
            self.others.tell(self, key)
        return wait

    def news(self, key: str) -> tuple[int, bool]:
        """What was spent here and whether more was wanted, since this was last asked."""
        bucket = self._buckets.get(key)
        if bucket is None:
            return 0, False
        news = bucket.untold, bucket.refused
        bucket.untold, bucket.refused = 0, False
        return news

    def learn(self, key: str, tokens: float, closed: float, strikes: int, *, alone: bool) -> None:
        """What all together have left: ``tokens``, after ``closed`` seconds; ``alone``: no other spends of it now."""
        now = self.clock()
        _, bucket = self._bucket(key, now)
        bucket.tokens, bucket.at, bucket.strikes = tokens - bucket.untold, now + closed, strikes
        bucket.quota = (tokens if alone else max(1.0, tokens / self.others.processes)) - bucket.untold
        bucket.heard = now

    def unlearn(self, key: str, news: tuple[int, bool]) -> None:
        """The others were not told."""
        bucket = self._buckets.get(key)
        if bucket is not None:
            bucket.untold += news[0]
            bucket.refused |= news[1]

    def _bucket(self, key: str, now: float) -> tuple[str, Bucket]:
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= KEYS_MOST:
                self._forget_the_full(now)
            if len(self._buckets) >= KEYS_MOST:
                # Somebody brings keys faster than they can be forgotten: newcomers share one bucket meanwhile.
                key = ""
            bucket = self._buckets.setdefault(key, Bucket(self.burst, now))
        return key, bucket

    def _forget_the_full(self, now: float) -> None:
        full = [key for key, each in self._buckets.items() if each.tokens + (now - each.at) * self.rate >= self.burst]
        for key in full:
            del self._buckets[key]


def milliseconds(seconds: float) -> int:
    return int(seconds * 1_000) + 1 if seconds > 0 else 0
