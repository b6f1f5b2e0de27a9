"""What follows from words: the events of messages, in the log of their circle."""

from typing import Literal

from rooms.wire import Event, Key, Meet, Moment, OpaqueId, Seq

Cover = Literal["folded", "held", "withheld"]
NOBODY = "-" * 16
"""In place of a participant: nobody is told whose words they are."""


class MessagePosted(Event, tag="message.posted", frozen=True, kw_only=True):
    """A message as it is now: read again later, it carries what was done to it since."""

    by: OpaqueId
    name: str
    at: Moment
    body: str | None = None
    """Absent once taken back."""
    key: Key
    reply_to: Seq | None = None
    meet: Meet | None = None
    prompt: bool = False
    share: bool = False
    """Given while its writer held the piece."""
    carried: bool = False
    """A sentence to carry on, shown at the closing: by nobody, without a name."""
    edited: bool = False
    rephrased: bool = False
    cover: Cover | None = None
    """How it is covered now. Held and withheld messages come without a body."""
    folded_until: Moment | None = None
    reason: str | None = None
    received: bool = False
    """Somebody answered with a gesture; never how many, nor who."""


class MessageEdited(Event, tag="message.edited", frozen=True, kw_only=True):
    target: Seq
    body: str | None = None


class MessageRephrased(Event, tag="message.rephrased", frozen=True, kw_only=True):
    """Its writer said it differently; a fold on it ends with that."""

    target: Seq
    body: str | None = None


class MessageTakenBack(Event, tag="message.taken_back", frozen=True, kw_only=True):
    target: Seq


class MessageReceived(Event, tag="message.received", frozen=True, kw_only=True):
    target: Seq


class MessageFolded(Event, tag="message.folded", frozen=True, kw_only=True):
    """It lies behind a neutral line that anyone may open. ``body`` is there where the words were covered before."""

    target: Seq
    until: Moment | None = None
    """Absent where a panel folded it for as long as the words stay."""
    reason: str | None = None
    """What a panel found, as a category of flags; absent where flags alone folded it."""
    body: str | None = None


class MessageHeld(Event, tag="message.held", frozen=True, kw_only=True):
    """Covered for everybody for a while; its words are not sent."""

    target: Seq
    until: Moment
    reason: str


class MessageWithheld(Event, tag="message.withheld", frozen=True, kw_only=True):
    """A panel withholds it: its words are not sent any more."""

    target: Seq
    reason: str
    until: Moment | None = None
    """Set only for a legal hold, which is renewed or ends."""


class MessageUnfolded(Event, tag="message.unfolded", frozen=True, kw_only=True):
    """It stands as it was. ``body`` is there where the words were covered before."""

    target: Seq
    body: str | None = None
