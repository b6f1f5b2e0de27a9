"""What the parts count as they go: plain numbers, incremented in place on the loop's thread and read when somebody asks."""

from bisect import bisect_left
from collections import Counter
from typing import Final

SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds for times on the disk, in the database and on the loop."""
SIZES: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0)
"""Upper bounds for commands in a batch."""


class Spread:
    """How values spread over bounds: ``counts`` has one place more than ``bounds``, for what is above all of them."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def copy(self) -> "Spread":
        other = Spread(self.bounds)
        other.counts, other.total = self.counts.copy(), self.total
        return other


class Tally:
    """Counts since the process began. Keys are codes, types and reasons of this program, never anything of a person."""

    __slots__ = (
        "batches", "commands", "commits", "deliveries", "falls_behind", "gaps", "goodbyes", "refusals", "resets",
        "watches", "written",
    )  # fmt: skip

    def __init__(self) -> None:
        self.deliveries = 0
        """Events written to a connection that keeps up: one for each event and connection."""
        self.written = 0
        """Bytes of them."""
        self.falls_behind = 0
        """How often a connection had too much unsent."""
        self.gaps: Counter[str] = Counter()
        """Events found missing, by who found it: `order`, `heads` or `ahead`."""
        self.watches: Counter[str] = Counter()
        """Watches begun, by where they begin and why (`Watching.reason`)."""
        self.resets: Counter[str] = Counter()
        """Watches ended by the server, by reason."""
        self.refusals: Counter[str] = Counter()
        self.goodbyes: Counter[int] = Counter()
        self.commands: Counter[type] = Counter()
        """Commands that came to the door, by type."""
        self.batches = Spread(SIZES)
        """Commands in one transaction."""
        self.commits = Spread(SECONDS)
        """Seconds of one transaction, from the door to the disk and back."""
