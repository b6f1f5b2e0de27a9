"""What follows: the events of a circle's log and of a person's log. Nothing in a circle's event is personal."""

from typing import Literal

from rooms.wire import Discreet, Gesture, Key, Moment, OpaqueId, Preferences, Seq
from rooms.wire_space import Act, SpaceView


class Event(Discreet, tag_field="kind", frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened, in the log of a circle or of a person."""


# --- events of a circle -----------------------------------------------------------------------------------


class CircleOpened(Event, tag="circle.opened", frozen=True, kw_only=True):
    at: Moment


class CircleClosing(Event, tag="circle.closing", frozen=True, kw_only=True):
    closes_at: Moment
    together: bool = False
    """Two people announced it, and not who holds the space."""


class CircleStaysOpen(Event, tag="circle.stays_open", frozen=True, kw_only=True):
    """The closing was taken back, or two people answered "we go on"; then the circle has no host."""

    hosted: bool


class CircleClosed(Event, tag="circle.closed", frozen=True, kw_only=True):
    at: Moment


class ParticipantEntered(Event, tag="participant.entered", frozen=True, kw_only=True):
    participant: OpaqueId
    name: str
    at: Moment
    """The beginning of the minute in which it was."""


class ParticipantLeft(Event, tag="participant.left", frozen=True, kw_only=True):
    participant: OpaqueId
    at: Moment
    """The beginning of the minute in which it was."""


Cover = Literal["folded", "held", "withheld"]


class MessagePosted(Event, tag="message.posted", frozen=True, kw_only=True):
    """A message as it is now: read again later, it carries what was done to it since."""

    by: OpaqueId
    name: str
    at: Moment
    body: str | None = None
    """Absent once taken back."""
    key: Key
    reply_to: Seq | None = None
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


What = Literal[
    "wished", "breath", "doors", "pace", "bell", "closing",
    "handover", "willing", "unwilling", "host", "beside", "beside_left", "equals",
]  # fmt: skip


class SpaceChanged(Event, tag="space.changed", frozen=True, kw_only=True):
    """How the circle is held from here on, and which of it has just begun."""

    space: SpaceView
    what: What
    act: Act | None = None
    """What was wished for."""
    who: OpaqueId | None = None
    """Who holds the space now, or beside its host, after offering to."""


class WordsFaded(Event, tag="words.faded", frozen=True, kw_only=True):
    """Everything up to and including ``floor`` is gone, here and on the server."""

    floor: Seq
    over: bool = False
    """The circle had closed, and these were its last words: nothing follows."""


class Quiet(Event, tag="quiet", frozen=True, kw_only=True):
    """Something happened to a message from before this reader's time. It only keeps the count."""


# --- events of a person -----------------------------------------------------------------------------------


class CircleJoined(Event, tag="circle.joined", frozen=True, kw_only=True):
    circle: OpaqueId
    participant: OpaqueId


class CircleParted(Event, tag="circle.parted", frozen=True, kw_only=True):
    circle: OpaqueId


class GestureMade(Event, tag="gesture.made", frozen=True, kw_only=True):
    """To the writer of a message: who answered it with which gesture."""

    circle: OpaqueId
    target: Seq
    by: OpaqueId
    name: str
    gesture: Gesture


class GestureUndone(Event, tag="gesture.undone", frozen=True, kw_only=True):
    circle: OpaqueId
    target: Seq
    by: OpaqueId
    gesture: Gesture


class GestureGiven(Event, tag="gesture.given", frozen=True, kw_only=True):
    """To the giver's own screens."""

    circle: OpaqueId
    target: Seq
    gesture: Gesture
    on: bool


class AsideSet(Event, tag="aside.was_set", frozen=True, kw_only=True):
    circle: OpaqueId
    participant: OpaqueId
    on: bool


class HostingChanged(Event, tag="hosting.changed", frozen=True, kw_only=True):
    """One holds the space of that circle, or does no longer."""

    circle: OpaqueId
    on: bool


class PreferencesChanged(Event, tag="preferences.changed", frozen=True, kw_only=True):
    preferences: Preferences | None = None
    """As they are now."""


class SessionEnded(Event, tag="session.ended", frozen=True, kw_only=True):
    """Some sessions of this person ended; each socket looks whether its own is among them."""


CircleEvent = (
    CircleOpened
    | CircleClosing
    | CircleStaysOpen
    | CircleClosed
    | ParticipantEntered
    | ParticipantLeft
    | MessagePosted
    | MessageEdited
    | MessageRephrased
    | MessageTakenBack
    | MessageReceived
    | MessageFolded
    | MessageHeld
    | MessageWithheld
    | MessageUnfolded
    | SpaceChanged
    | WordsFaded
    | Quiet
)
PersonEvent = (
    CircleJoined
    | CircleParted
    | GestureMade
    | GestureUndone
    | GestureGiven
    | AsideSet
    | HostingChanged
    | PreferencesChanged
    | SessionEnded
)
