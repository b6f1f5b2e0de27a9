"""One log as this process passes it on: in order, without gaps, to those who keep up; a ring for those who do not."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from rooms.work import EVERYBODY
from server.broker import Prepared
from server.tally import Tally

RING_MOST = 256
"""Frames kept for resuming without the database."""
NOBODY: "set[Watch]" = set()
NOBODY_LIVE: "dict[Watch, Callable[[bytes], None]]" = {}
NOTHING: "deque[Prepared]" = deque(maxlen=RING_MOST)
"""Stand in until the first of its kind comes, and are never added to: most feeds are one idle person's."""


class Owner(Protocol):
    """The connection a watch belongs to."""

    def direct(self) -> Callable[[bytes], None]:
        """What writes ready frames to it, without a detour."""
        ...

    def ready(self) -> bool:
        """Something may be written to it now."""
        ...

    def behind(self) -> None:
        """One of its watches has something to catch up with."""

    def ended(self, watch: "Watch", reason: str) -> None:
        """The watch was taken off; tell the client."""


class Watch:
    """One connection's reading of one log. ``cursor`` is the last seq written while it is not live."""

    __slots__ = ("base", "cursor", "entered", "feed", "live", "owner", "participant", "shown")

    def __init__(
        self,
        owner: Owner,
        feed: "Feed",
        *,
        base: int,
        cursor: int,
        participant: str | None,
        entered: int = 0,
        present: bool = True,
    ) -> None:
        self.owner = owner
        self.feed = feed
        self.base = base
        self.cursor = cursor
        self.participant = participant
        self.entered = entered
        """Own goings before it are of an earlier time and end nothing now."""
        self.shown = participant if present else None
        """The participant whom others see here because of this watch; who is not seen does not see who is here either."""
        self.live = False

    def take(self, missed: Sequence[Prepared], most: int) -> tuple[bytes, bool]:
        """What to write next of what it missed, about ``most`` bytes, and whether its reading ends with that."""
        parts: list[bytes] = []
        size = 0
        for each in missed:
            if each.seq <= self.cursor:
                continue
            frames = each.frame
            if each.bare is not None and each.target is not None and each.target < self.base:
                frames = each.bare
            if each.seq != self.cursor + 1 or (parts and size + len(frames) > most):
                break
            parts.append(frames)
            size += len(frames)
            self.cursor = each.seq
            if each.seq > self.entered and each.ends is not None and each.ends in (self.participant, EVERYBODY):
                return b"".join(parts), True
        return b"".join(parts), False


class Feed:
    """Pushes each event exactly once and in order of seq. A gap is not pushed over: ``missing`` is asked to fill it."""

    __slots__ = (
        "address", "delivered", "epoch", "guards", "live", "log_id", "missing", "newest_base", "ring", "tally", "waiting",
        "watches",
    )  # fmt: skip

    def __init__(self, address: str, missing: Callable[["Feed", int], None], tally: Tally | None = None) -> None:
        self.address = address
        self.tally = tally or Tally()
        self.missing = missing
        self.log_id = 0
        self.epoch = ""
        self.delivered = -1
        """Last seq pushed; -1 until the head has been read."""
        self.watches = NOBODY
        self.live = NOBODY_LIVE
        self.waiting = NOBODY
        """Caught up further than this process has heard; they go live when it gets there."""
        self.guards: tuple[Callable[[Prepared], None], ...] = ()
        """Told of every event, before the readers: they end what must end."""
        self.newest_base = 0
        self.ring = NOTHING

    @property
    def idle(self) -> bool:
        return not self.watches and not self.guards

    def arrived(self, batch: Iterable[Prepared]) -> None:
        """Push what is next, drop what is old, ask for what lies between. Frames for all leave in one write."""
        joined: list[bytes] = []
        for prepared in batch:
            if prepared.seq == self.delivered + 1 and prepared.epoch == self.epoch:
                if prepared.ends is None and self._same_for_all(prepared):
                    self._note(prepared)
                    joined.append(prepared.frame)
                else:
                    self._write(joined)
                    joined = []
                    self.push(prepared)
            elif prepared.seq > self.delivered or prepared.epoch != self.epoch:
                self.tally.gaps["order"] += 1
                self.missing(self, prepared.seq)
        self._write(joined)

    def push(self, prepared: Prepared) -> None:
        """Write the next event to everybody who is live; each gets the full or the bare frame."""
        self._note(prepared)
        if self._same_for_all(prepared) or prepared.bare is None or prepared.target is None:
            self._write([prepared.frame])
        else:
            for watch, write in self.live.items():
                write(prepared.frame if prepared.target >= watch.base else prepared.bare)
            self.tally.deliveries += len(self.live)
            self.tally.written += len(self.live) * len(prepared.bare)
            self._wake()
        if prepared.ends is not None:
            for watch in [each for each in self.live if prepared.ends in (each.participant, EVERYBODY)]:
                self.remove(watch)
                watch.owner.ended(watch, "left")

    def whisper(self, frame: bytes, but: str | None) -> None:
        """A frame without a place in the log, to everybody who is here and takes anything, also while they catch up."""
        for watch in self.watches:
            if watch.shown not in (None, but) and (watch.live or watch.owner.ready()):
                watch.owner.direct()(frame)

    def _same_for_all(self, prepared: Prepared) -> bool:
        return prepared.bare is None or prepared.target is None or prepared.target >= self.newest_base

    def _note(self, prepared: Prepared) -> None:
        self.delivered = prepared.seq
        if prepared.clears:
            self._clear(prepared.clears)
        if self.ring is NOTHING:
            self.ring = deque(maxlen=RING_MOST)
        self.ring.append(prepared)
        for guard in self.guards:
            guard(prepared)

    def _clear(self, upto: int) -> None:
        """Forget frames with words of messages up to a seq: the messages, and what was said of them since."""
        stale = [n for n, kept in enumerate(self.ring) if kept.seq <= upto or (kept.target or upto + 1) <= upto]
        for _ in range(stale[-1] + 1 if stale else 0):
            self.ring.popleft()

    def _write(self, frames: list[bytes]) -> None:
        if frames:
            joined = frames[0] if len(frames) == 1 else b"".join(frames)
            for write in self.live.values():
                write(joined)
            self.tally.deliveries += len(self.live) * len(frames)
            self.tally.written += len(self.live) * len(joined)
            self._wake()

    def _wake(self) -> None:
        """Those who had read ahead of this process can go live where it has caught up with them."""
        if self.waiting:
            for watch in [each for each in self.waiting if each.cursor <= self.delivered]:
                self.waiting.discard(watch)
                watch.owner.behind()

    def guard(self, told: Callable[[Prepared], None]) -> None:
        """Tell of every event from now on, before the readers."""
        self.guards = (*self.guards, told)

    def unguard(self, told: Callable[[Prepared], None]) -> None:
        self.guards = tuple(each for each in self.guards if each != told)

    def add(self, watch: Watch) -> None:
        """A new watch starts behind and is caught up from its cursor."""
        if self.watches is NOBODY:
            self.watches = set()
        self.watches.add(watch)
        self.newest_base = max(self.newest_base, watch.base)

    def remove(self, watch: Watch) -> None:
        self.watches.discard(watch)
        self.waiting.discard(watch)
        self.live.pop(watch, None)
        watch.live = False

    def go_live(self, watch: Watch) -> bool:
        """From now on frames are written straight to it, if it has seen everything pushed so far."""
        if watch.cursor < self.delivered:
            return False
        if watch.cursor > self.delivered:
            self.waiting.add(watch)
            self.tally.gaps["ahead"] += 1
            self.missing(self, watch.cursor)
            return True
        watch.live = True
        if self.live is NOBODY_LIVE:
            self.live = {}
        self.live[watch] = watch.owner.direct()
        return True

    def fall_behind(self, watch: Watch) -> None:
        """Stop writing to it; it is caught up from here when its connection drains."""
        if watch.live:
            del self.live[watch]
            watch.live = False
            watch.cursor = self.delivered

    def remember(self, newest: Sequence[Prepared]) -> None:
        """Put what was read back from the log before what the ring holds, so that it is read once for all who come together.

        Only what the ring joins on to, and where nothing that came after it says that words in it are out of date.
        """
        if not newest or newest[-1].epoch != self.epoch:
            return
        last, first = newest[-1].seq, self.ring[0].seq if self.ring else self.delivered + 1
        if first <= last + 1 <= self.delivered + 1 and not any(each.clears for each in self.ring if each.seq > last):
            self.ring = deque([*(each for each in newest if each.seq < first), *self.ring], maxlen=RING_MOST)

    def since(self, cursor: int) -> list[Prepared] | None:
        """What was pushed after ``cursor``, from memory; None where the ring does not reach back that far."""
        if cursor >= self.delivered:
            return []
        if not self.ring or self.ring[0].seq > cursor + 1:
            return None
        skip = cursor + 1 - self.ring[0].seq
        return [self.ring[index] for index in range(skip, len(self.ring))]
