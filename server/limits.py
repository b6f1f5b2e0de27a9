"""How often a person or a network may ask for something, counted in memory and in bounded space."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from moderation.wire_care import AskGently, WorryAbout
from moderation.wire_reviewing import ComeAsModerator
from rooms.wire import EnterCircle, MarkRead, OpenCircle
from rooms.wire_breath import AskBreath
from server.settings import Settings

KEYS_MOST = 20_000
ENTRY_DOUBLINGS = 3
"""A whole shelter may sit behind one network: somebody's flood must not keep the others out for long."""
GUESS_DOUBLINGS = 6


@dataclass(slots=True)
class Bucket:
    tokens: float
    at: float
    """When it held so many tokens; in the future while it is closed."""
    strikes: int = 0


class Pace:
    """A token bucket for each key: ``burst`` at once, refilled at ``rate`` a second.

    Where ``doublings`` is not 0, a bucket found empty is closed for a time that doubles, so many times at most, until
    it has been full again.
    """

    def __init__(
        self, rate: float, burst: float, *, doublings: int = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.rate = rate
        self.burst = burst
        self.doublings = doublings
        self.clock = clock
        self._buckets: dict[str, Bucket] = {}

    def take(self, key: str) -> int:
        """Take one token. 0: go on. Otherwise the milliseconds after which to ask again."""
        now = self.clock()
        bucket = self._bucket(key, now)
        if now < bucket.at:
            return _milliseconds(bucket.at - now)
        bucket.tokens = min(self.burst, bucket.tokens + (now - bucket.at) * self.rate)
        bucket.at = now
        if bucket.tokens >= self.burst:
            bucket.strikes = 0
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return 0
        wait = (1 - bucket.tokens) / self.rate
        if self.doublings:
            wait *= 2 ** min(bucket.strikes, self.doublings)
            bucket.strikes += 1
            bucket.at, bucket.tokens = now + wait, 1.0
        return _milliseconds(wait)

    def _bucket(self, key: str, now: float) -> Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= KEYS_MOST:
                self._forget_the_full(now)
            if len(self._buckets) >= KEYS_MOST:
                # Somebody brings keys faster than they can be forgotten: newcomers share one bucket meanwhile.
                key = ""
            bucket = self._buckets.setdefault(key, Bucket(self.burst, now))
        return bucket

    def _forget_the_full(self, now: float) -> None:
        full = [key for key, each in self._buckets.items() if each.tokens + (now - each.at) * self.rate >= self.burst]
        for key in full:
            del self._buckets[key]


class Failures:
    """A wait after wrong tries that doubles with each, up to ``most`` seconds; never a lock-out.

    The first ``free`` wrong tries cost nothing; an hour without one forgets them all.
    """

    FORGET = 3_600.0

    def __init__(
        self,
        *,
        free: int = 4,
        first: float = 1.0,
        most: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.free = free
        self.first = first
        self.most = most
        self.clock = clock
        self._failed: dict[str, tuple[int, float]] = {}

    def wait(self, key: str) -> int:
        """Milliseconds until the next try; 0: now."""
        count, last = self._failed.get(key, (0, 0.0))
        if count <= self.free:
            return 0
        delay = min(self.most, self.first * 2.0 ** min(count - self.free - 1, 30))
        return max(0, _milliseconds(last + delay - self.clock()))

    def failed(self, key: str) -> None:
        now = self.clock()
        count, last = self._failed.pop(key, (0, now))
        if len(self._failed) >= KEYS_MOST:
            # The oldest first: a dict keeps the order in which keys last failed.
            del self._failed[next(iter(self._failed))]
        self._failed[key] = (1 if now - last > self.FORGET else count + 1, now)

    def succeeded(self, key: str) -> None:
        self._failed.pop(key, None)


class Limits:
    """Every budget there is; each answers with the milliseconds to wait, 0 for none."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        sends = settings.sends_per_10s
        entries = settings.entries_per_minute
        looks = settings.looks_per_minute
        sign_ins = settings.sign_ins_per_minute
        rooms = settings.rooms_per_hour
        frames = settings.frames_per_10s
        self._sends = Pace(sends / 10, 2 * sends, clock=clock)
        self._requests = Pace(frames / 10, frames, clock=clock)
        self._entries = Pace(entries / 60, entries, doublings=ENTRY_DOUBLINGS, clock=clock)
        self._looks = Pace(looks / 60, looks, doublings=GUESS_DOUBLINGS, clock=clock)
        self._opens = Pace(rooms / 3_600, rooms, clock=clock)
        self._sign_ins = Pace(sign_ins / 60, sign_ins, doublings=GUESS_DOUBLINGS, clock=clock)
        self._of_kinds: dict[type, Pace] = {
            AskBreath: _in(3_600, settings.breaths_per_hour, settings, clock),
            AskGently: _in(86_400, settings.gentle_a_day, settings, clock),
            WorryAbout: _in(86_400, settings.worries_a_day, settings, clock),
        }
        """Commands with a budget of their own beside the one for all."""
        self.wrong = Failures(clock=clock)
        """Wrong passphrases and recovery words, by sign-in name."""

    def asks(self, person: str, command: object, network: str) -> int:
        """For any command that goes through the door. ``network`` is where it comes from, as `network_of` says."""
        if isinstance(command, MarkRead):
            # Reading on must not use up what one may say; the budget of the socket, or of requests, bounds it.
            return 0
        if isinstance(command, EnterCircle) and command.invite is not None:
            return self._looks.take(person) or self._sends.take(person)
        if isinstance(command, ComeAsModerator):
            return self._looks.take(network) or self._sends.take(person)
        own = self._of_kinds.get(type(command))
        wait = self._sends.take(person) or (own.take(person) if own is not None else 0)
        if wait == 0 and isinstance(command, OpenCircle):
            # Identities are free, so one that may open a room is no bound on how many stand in everybody's list.
            wait = self._opens.take(network)
        return wait

    def requests(self, session: str) -> int:
        """For any request of somebody who is here. By session, so that nobody keeps a person from ending another."""
        return self._requests.take(session)

    def enters(self, network: str) -> int:
        return self._entries.take(network)

    def looks(self, network: str) -> int:
        return self._looks.take(network)

    def signs_in(self, network: str) -> int:
        return self._sign_ins.take(network)


def _in(seconds: int, most: int, settings: Settings, clock: Callable[[], float]) -> Pace:
    """So many at once, and as many again in that time, which TIME_SCALE shrinks."""
    return Pace(most * settings.time_scale / seconds, most, clock=clock)


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1_000) + 1 if seconds > 0 else 0
