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
    """Between two looks at the board, whose entries live 2.5 times as long: who vanished with a process has gone for
    everybody within 30 s."""
    answer: float = 0.2
    """For the board to say who is here. After that, what this process knows has to do."""
    patience: float = 1.0
    """For the board to take changes, and from its silence to the next try."""


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

    known: bool = False
    """Whether `shown` is what the screens here were told."""
    screens: dict[str, int] = field(default_factory=dict)
    """By participant; 0 in the grace."""
    grace: dict[str, float] = field(default_factory=dict)
    """When it ends, by participant."""
    fresh: set[str] = field(default_factory=set)
    """Came, and the board does not know."""
    leaving: set[str] = field(default_factory=set)
    """Went, and the board does not know."""
    shown: set[str] = field(default_factory=set)
    promised: set[str] = field(default_factory=set)
    """Others that some screen here was told of since the last refresh."""
    due: bool = False
    next_at: float = 0.0

    @property
    def over(self) -> bool:
        """Nothing is left to be done here."""
        return not (self.screens or self.fresh or self.leaving or self.due)

    def take(self, address: str, *, everything: bool) -> Change:
        """What the board should hear now. Followed by `learn` or `put_back`."""
        change = Change(address, frozenset(self.screens if everything else self.fresh), frozenset(self.leaving))
        self.fresh, self.leaving = set(), set()
        return change

    def learn(self, change: Change, found: frozenset[str]) -> Diff:
        """Returns what is to be told everywhere: those of ours who are newly here, or nowhere any more."""
        if not self.known:
            self.known = True
            self.shown = set(found.difference(change.staying))
        came = frozenset(change.staying) - self.shown
        went = frozenset(change.leaving) - found - self.screens.keys()
        self.shown |= came
        self.shown -= went
        return Diff(came, went)

    def reconcile(self, found: frozenset[str]) -> Diff:
        """Returns what the screens here have wrong about others."""
        ours = self.screens.keys()
        came = found - self.shown - ours
        went = frozenset(self.shown | self.promised) - found - ours
        self.shown |= came
        self.shown -= went
        self.promised.clear()
        return Diff(came, went)

    def put_back(self, change: Change) -> Diff:
        """The board does not answer. That somebody came can be told without it; that somebody went can not, because
        they may have a screen in another process."""
        self.known = True
        self.leaving |= frozenset(change.leaving) - self.screens.keys()
        came = frozenset(change.staying) - self.shown
        self.shown |= came
        return Diff(came)
