"""What flags say on the wire. Nothing here ever names a flagger to anybody but that flagger."""

from typing import Literal

from rooms.wire import Command, Discreet, Moment, OpaqueId, Seq, Text
from rooms.wire_events import Event

Category = Literal["disrespect", "pressure", "safety", "privacy", "threat", "illegal", "spam"]
"""What a flag says was felt. ``safety`` is method detail; the last four are the hard ones."""
FlagStatus = Literal["received", "folded", "lapsed", "withdrawn", "rephrased", "taken_back"]


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


class Letter(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """To the writer of a folded message: what was felt, never by whom, nor by how many."""

    id: OpaqueId
    about: Literal["folded", "lapsed"]
    circle: OpaqueId
    target: Seq
    at: Moment
    until: Moment | None = None
    felt: tuple[Category, ...] = ()


class LetterCame(Event, tag="letter.came", frozen=True, kw_only=True):
    letter: Letter


class LetterDismissed(Event, tag="letter.dismissed", frozen=True, kw_only=True):
    letter: OpaqueId


class MyFlag(Discreet, frozen=True, kw_only=True):
    target: Seq
    status: FlagStatus


FlagCommand = FlagMessage | WithdrawFlag | RephraseMessage | DismissLetter
FlagEvent = FlagMoved | LetterCame | LetterDismissed
