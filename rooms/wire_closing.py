"""What people give when their circle is closing: one sentence to carry on, by consent and without a name."""

from rooms.wire import Command, Event, OpaqueId, Seq, Text


class GiveCarried(Command, tag="carry.give", frozen=True, kw_only=True):
    """One sentence, shown to everybody at the closing, in random order and without names. Again: another instead."""

    circle: OpaqueId
    words: Text


class TakeCarriedBack(Command, tag="carry.take_back", frozen=True, kw_only=True):
    """Before the closing it is as if nothing had been given; what was shown is then taken back like any message."""

    circle: OpaqueId


CarryCommand = GiveCarried | TakeCarriedBack


class CarryNoted(Event, tag="carry.noted", frozen=True, kw_only=True):
    """To its giver's own screens."""

    circle: OpaqueId
    given: bool
    words: str | None = None
    """Only to the screens that are here just now; no log keeps it."""
    shown: Seq | None = None
    """Where it stands in the log, once everybody sees it."""
