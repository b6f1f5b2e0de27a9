"""A flagged message: the flags on it, what covers it, and what a panel made of it. Pure data.

People are opaque ids, None once they are forgotten. Moments and lengths are milliseconds.
"""

from dataclasses import dataclass
from typing import Literal

from moderation.fold import Origin, Standing, counted, threshold
from moderation.wire import Category

View = Literal[
    "visible",
    "folded",
    "held",
    "confirmed",
    "withheld",
    "kept",
    "lapsed",
    "withdrawn",
    "rephrased",
    "taken_back",
    "faded",
]
"""Where a message of a case stands: ``folded`` by flags alone, ``confirmed`` folded by a panel, ``kept`` left by one.

From the last five nothing leads back."""
Ending = Literal["rephrased", "taken_back", "faded"]
LIVE: tuple[View, ...] = ("visible", "folded", "held")
"""Views before any decision; an ordered legal hold may show ``held`` after one too."""
GONE: tuple[View, ...] = ("taken_back", "faded")
"""Views of messages of which nothing is left to hide from anybody."""
ENDED: tuple[View, ...] = ("lapsed", "withdrawn", "rephrased", "taken_back", "faded")
HARD: tuple[Category, ...] = ("privacy", "threat", "illegal", "spam")


@dataclass(frozen=True, slots=True)
class Flag:
    by: str | None
    """The person; None once they are forgotten. Their flag then goes on counting, so that nobody sees it was theirs."""
    category: Category
    standing: Standing
    origin: Origin = Origin()  # noqa: RUF009 - an empty one is a value
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A cover without its words, put on by one or two people, by whose data it is, by the operator, or by the panel."""

    kind: Literal["alone", "subject", "legal", "panel"]
    by: str | None
    category: Category
    at: int
    until: int
    """Of a legal hold: when it has to be renewed; it does not end by that."""
    standing: Standing = Standing.NONE
    origin: Origin = Origin()  # noqa: RUF009 - an empty one is a value
    cosigned: bool = False
    cosigner: str | None = None
    ordered: bool = False
    """By a documented legal order: no panel can lift it."""
    overdue: bool = False
    over: bool = False


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the latest panel made of a message."""

    level: int
    """0 leave it, 1 keep it folded, 2 withhold it."""
    code: Category | None
    until: int | None
    """None: for as long as the words stay."""


@dataclass(frozen=True, slots=True)
class Message:
    seq: int
    witnesses: int
    """A: how many could have flagged it, taken when the first flag came and never again."""
    view: View = "visible"
    flags: tuple[Flag, ...] = ()
    holds: tuple[Held, ...] = ()
    ruling: Ruling | None = None

    @property
    def live(self) -> bool:
        """Nothing was decided about it yet, and the words are there."""
        return self.view in LIVE and self.ruling is None

    @property
    def cleared(self) -> bool:
        """A panel left it as it is: flags never fold or hold these words again."""
        return self.ruling is not None and self.ruling.level == 0

    @property
    def standing_flags(self) -> tuple[Flag, ...]:
        return tuple(flag for flag in self.flags if not flag.withdrawn)

    @property
    def asking(self) -> tuple[Flag, ...]:
        """Flags of people who were there. Others hide the message for their flagger and mean nothing to anybody else: not
        to who may be drawn, not to what is read, not to what may follow."""
        return tuple(flag for flag in self.standing_flags if flag.standing is not Standing.NONE)

    @property
    def hold(self) -> Held | None:
        """The hold in force; of several the one that lasts longest."""
        return max((each for each in self.holds if not each.over), key=lambda each: each.until, default=None)

    @property
    def enough(self) -> bool:
        """Whether the flags that count reach the threshold."""
        needed = threshold(self.witnesses)
        return counted(((flag.standing, flag.origin) for flag in self.standing_flags), needed) >= needed

    @property
    def asked(self) -> bool:
        """Whether somebody who may ask wants it read: a flag of a witness stands, or it was held."""
        return bool(self.holds or self.asking)
