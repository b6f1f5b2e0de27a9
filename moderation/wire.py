"""What flags say on the wire. Nothing here ever names a flagger to anybody but that flagger."""

from typing import Literal

from rooms.wire import Command, Discreet, Event, Moment, OpaqueId, Seq, Text

Category = Literal["disrespect", "pressure", "safety", "privacy", "threat", "illegal", "spam"]
"""What a flag says was felt. ``safety`` is method detail; the last four are the hard ones."""
FlagStatus = Literal[
    "received",
    "folded",
    "held",
    "reading",
    "kept",
    "confirmed",
    "withheld",
    "lapsed",
    "withdrawn",
    "rephrased",
    "taken_back",
]


class FlagMessage(Command, tag="message.flag", frozen=True, kw_only=True):
    """Say that a message goes against the agreement. Hidden for oneself at once; once per message."""

    circle: OpaqueId
    target: Seq
    category: Category


class WithdrawFlag(Command, tag="flag.withdraw", frozen=True, kw_only=True):
    circle: OpaqueId
    target: Seq


class RephraseMessage(Command, tag="message.rephrase", frozen=True, kw_only=True):
    """Its writer says a folded message differently; the fold ends, and the words before are gone from view."""

    circle: OpaqueId
    target: Seq
    body: Text


class DismissLetter(Command, tag="letter.dismiss", frozen=True, kw_only=True):
    letter: OpaqueId


class FlagMoved(Event, tag="flag.moved", frozen=True, kw_only=True):
    """To the flagger: where their own flag stands."""

    circle: OpaqueId
    target: Seq
    status: FlagStatus


class Outcome(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    target: Seq
    content: int
    until: Moment | None = None


class Statement(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """The reasons of a panel: what and until when, on what ground, who decided, how to ask others."""

    outcomes: tuple[Outcome, ...]
    person: int = 0
    person_until: Moment | None = None
    code: Category | None = None
    clause: str | None = None
    """The line of the agreement, as it was."""
    sentences: tuple[str, ...] = ()
    agreed: int
    """How many of the panel, at or above what was decided."""
    size: int
    band: str
    """How many they were drawn from, as a band."""
    second: bool = False
    """Decided by the second panel: there is no further one."""
    appeal_until: Moment | None = None


LetterAbout = Literal[
    "folded", "held", "lapsed", "gentle", "reading", "decided", "kept", "unheard", "attack", "misheld"
]
"""To the author: folded or held, over without a record, a gentle note, a panel reads it, what the panel decided. To
somebody who flagged it: what was decided, that it was left as it is, that too few could be found to read it, or that
all of the panel called the flag an attack."""


class Letter(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """What was felt, what is being done, what was decided; never by whom it was flagged, nor by how many."""

    id: OpaqueId
    about: LetterAbout
    mine: bool = True
    """It is about one's own message; else about one that one flagged."""
    circle: OpaqueId
    target: Seq
    at: Moment
    until: Moment | None = None
    felt: tuple[Category, ...] = ()
    statement: Statement | None = None
    side_until: Moment | None = None
    """Until when the author may add their side; absent once they did."""
    appeal_until: Moment | None = None
    """Until when its reader may ask another panel; absent where they may not."""


class LetterCame(Event, tag="letter.came", frozen=True, kw_only=True):
    letter: Letter


class LetterDismissed(Event, tag="letter.dismissed", frozen=True, kw_only=True):
    letter: OpaqueId


class OwnWords(Discreet, frozen=True, kw_only=True):
    """What its writer said in a message that is held or withheld: sent to them, on every screen of theirs, and to nobody else."""

    target: Seq
    body: str


class MyFlag(Discreet, frozen=True, kw_only=True):
    target: Seq
    status: FlagStatus


FlagCommand = FlagMessage | WithdrawFlag | RephraseMessage | DismissLetter
FlagEvent = FlagMoved | LetterCame | LetterDismissed
