"""What processes share about who is where, what one process knows of one circle, and how long all that may take."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds."""

    grace: float = 10.0
    """Without a screen before one has gone."""
    every: float = 0.25
    """Between two frames about the same circle."""
    refresh: float = 8.0
    """Between two looks at the board, so that who vanished with a process has gone for everybody within 30 s."""
    answer: float = 0.2
    """For the board to say who is here. After that, what this process knows has to do."""
    patience: float = 1.0
    """For the board to take changes, and from its silence to the next try."""

    @property
    def life(self) -> float:
        """Of an entry on the board that is not renewed."""
        return 2.5 * self.refresh

    @property
    def rebuild(self) -> float:
        """After which every process has renewed its entries on a board that may have been lost."""
        return 1.25 * self.refresh


class BoardSilent(Exception):
    """The board does not answer now. The text is a word on the cause."""


class Change(NamedTuple):
    """What this process has to say about one circle; or nothing, to read only."""

    address: str
    staying: Collection[str] = ()
    leaving: Collection[str] = ()


class Board(Protocol):
    """Entries of participants, one for each process in which they have a screen."""

    async def sync(self, changes: Sequence[Change]) -> list[frozenset[str]]:
        """Write the changes, and return who is in each of those circles then. Raises `BoardSilent`."""

    async def close(self) -> None: ...


class Diff(NamedTuple):
    came: frozenset[str] = frozenset()
    went: frozenset[str] = frozenset()


@dataclass(slots=True)
class Place:
    """One circle, as one process sees it."""

    shown: set[str]
    """What all screens here were told."""
    screens: dict[str, int] = field(default_factory=dict)
    """By participant; 0 in the grace."""
    grace: dict[str, float] = field(default_factory=dict)
    """When it ends, by participant."""
    fresh: set[str] = field(default_factory=set)
    """Came, and the board does not know."""
    leaving: set[str] = field(default_factory=set)
    """Went, and the board does not know."""
    promised: set[str] = field(default_factory=set)
    """Others that some screen here was told of when it asked, since the last refresh."""
    due: bool = False
    next_at: float = 0.0

    @property
    def over(self) -> bool:
        """Nothing is left to be done here."""
        return not (self.screens or self.fresh or self.leaving or self.due)

    def news(self, address: str, *, everything: bool) -> Change:
        """What the board has not heard; with ``everything``, the rest too. Followed by `learn` or `put_back`."""
        change = Change(address, frozenset(self.screens if everything else self.fresh), frozenset(self.leaving))
        self.fresh, self.leaving = set(), set()
        return change

    def entries(self, address: str) -> Change:
        """What the board has heard before and would forget; news wait for their turn."""
        return Change(address, self.screens.keys() - self.fresh)

    def learn(self, change: Change, found: frozenset[str], *, complete: bool) -> Diff:
        """Returns what is to be told everywhere: those of ours who are newly here, or nowhere any more.

        While the board is not ``complete``, nobody is said to be nowhere.
        """
        came = frozenset(change.staying) - self.shown
        went = frozenset(change.leaving) - found - self.screens.keys()
        if not complete:
            self.leaving |= went
            went = frozenset()
        self.shown |= came
        self.shown -= went
        return Diff(came, went)

    def reconcile(self, found: frozenset[str], *, complete: bool) -> Diff:
        """Returns what the screens here have wrong about others."""
        ours = self.screens.keys() | self.leaving
        came = found - self.shown - ours
        self.shown |= came
        if not complete:
            return Diff(came)
        went = frozenset(self.shown | self.promised) - found - ours
        self.shown -= went
        self.promised.clear()
        return Diff(came, went)

    def put_back(self, change: Change) -> Diff:
        """The board does not answer. That somebody came can be told without it; that somebody went can not, because
        they may have a screen in another process."""
        self.leaving |= frozenset(change.leaving) - self.screens.keys()
        came = frozenset(change.staying) - self.shown
        self.shown |= came
        return Diff(came)
