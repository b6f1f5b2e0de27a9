"""What a step of a case asks to be done: the effects. Pure data, in the order in which they are to be carried out.

Of every change of a view, of the stage, or of a pause there is exactly one `Journal` entry. It names nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from moderation.state import Case, Closing, Decision, Side
from moderation.wire import Category, FlagStatus

# --- what the circle sees of a message --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fold:
    """Behind a line that opens; told again where its end or reason changes."""

    seq: int
    until: int | None
    """None: for as long as the words stay. Only where a panel decided."""
    code: Category | None = None
    confirmed: bool = False
    """By a panel, not by flags alone."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Covered without its words while others look; told again where its end changes."""

    seq: int
    until: int
    category: Category
    kind: Literal["alone", "subject", "legal", "panel"]


@dataclass(frozen=True, slots=True)
class Withhold:
    seq: int
    code: Category | None
    until: int | None


@dataclass(frozen=True, slots=True)
class Unfold:
    """It stands as it was."""

    seq: int


# --- to the author and to flaggers ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hush:
    """The words are gone: the author is told nothing more about this message."""

    seq: int


@dataclass(frozen=True, slots=True)
class Tell:
    """To one flagger, where their own flag stands now."""

    seq: int
    by: str
    status: FlagStatus


@dataclass(frozen=True, slots=True)
class Decided:
    """Reasons to the author, the outcome to flaggers, one line to the circle where a message is folded or withheld.

    Covers and pauses have effects of their own. Levels 1 and 2 of the person are a note, nothing else."""

    decision: Decision


@dataclass(frozen=True, slots=True)
class Pause:
    """The author may not post: here (levels 3 and 4), or anywhere (5). Told again where its end changes."""

    level: int
    until: int
    server_wide: bool


@dataclass(frozen=True, slots=True)
class EndPause:
    level: int
    server_wide: bool


@dataclass(frozen=True, slots=True)
class AppealBegan:
    side: Side
    until: int
    """Unless another panel is seated by then, the gentler side wins."""


@dataclass(frozen=True, slots=True)
class BadFaith:
    """All of the panel called this person's flags in this case an attack: see `sanctions.quiet`."""

    by: str
    held: bool
    """They had held a message: their power to hold rests."""


@dataclass(frozen=True, slots=True)
class FaithRestored:
    """The mark no longer stands: another panel is asked."""

    by: str


@dataclass(frozen=True, slots=True)
class Overdue:
    """A legal hold was not renewed in time. It stands, and everybody may see that it was not renewed."""

    seq: int


# --- to people asked to read ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offer:
    """A seat is offered; nothing of the case may be shown yet."""

    juror: str
    rank: int
    until: int


@dataclass(frozen=True, slots=True)
class Seated:
    """They have the seat, are this letter to the others, and may read."""

    juror: str
    letter: str


Why = Literal["late", "not_needed", "recused", "left", "unseated", "decided", "over"]


@dataclass(frozen=True, slots=True)
class Release:
    """Their invitation or seat is over: too late, not needed, a party now, left by themselves, too few came, the panel
    has decided, or the case is over."""

    juror: str
    why: Why


@dataclass(frozen=True, slots=True)
class Ballots:
    """A round began. With the first one of the first instance the author hears that they may add their side, at once."""

    instance: int
    round: int
    until: int


@dataclass(frozen=True, slots=True)
class Talk:
    """The ballots were split: the jurors talk, and then vote again."""

    until: int


# --- to the record ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Close:
    how: Closing


@dataclass(frozen=True, slots=True)
class Journal:
    """One entry. Facts are whole numbers, words of a closed list, or None; messages are counted from 0.

    ``view``: item, from, to, until, code. ``stage``: from, to, instance, n, band, how. ``pause``: level, until;
    ``until`` 0 ends it. Replaying them rebuilds every view, the stage and the pauses.
    """

    kind: Literal["view", "stage", "pause"]
    facts: Mapping[str, str | int | None]


Effect = (
    Fold
    | Hold
    | Withhold
    | Unfold
    | Hush
    | Tell
    | Decided
    | Pause
    | EndPause
    | AppealBegan
    | BadFaith
    | FaithRestored
    | Overdue
    | Offer
    | Seated
    | Release
    | Ballots
    | Talk
    | Close
    | Journal
)
Step = tuple[Case, tuple[Effect, ...]]
