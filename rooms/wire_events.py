"""What follows: the events of a circle's log and of a person's log. Nothing in a circle's event is personal."""

from typing import Literal

from rooms.wire import Event, Gesture, Moment, OpaqueId, Preferences, Seq
from rooms.wire_agreement import AgreementMoved
from rooms.wire_closing import CarryNoted
from rooms.wire_messages import (
    MessageEdited,
    MessageFolded,
    MessageHeld,
    MessagePosted,
    MessageReceived,
    MessageRephrased,
    MessageTakenBack,
    MessageUnfolded,
    MessageWithheld,
)
from rooms.wire_round import PieceAsked, RoundEvent
from rooms.wire_space import Act, SpaceView

# --- events of a circle -----------------------------------------------------------------------------------


class CircleOpened(Event, tag="circle.opened", frozen=True, kw_only=True):
    at: Moment


class CirclePlanned(Event, tag="circle.planned", frozen=True, kw_only=True):
    """It is to open then: it was prepared for it, or it was moved."""

    opens_at: Moment


class CircleClosing(Event, tag="circle.closing", frozen=True, kw_only=True):
    closes_at: Moment
    together: bool = False
    """Two people announced it, and not who holds the space."""
    waits: bool = False
    """The time had come, and it waits a little longer for the round that is on."""


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


What = Literal[
    "wished", "listening", "breath", "doors", "pace", "bell", "closing",
    "handover", "willing", "unwilling", "host", "beside", "beside_left", "equals", "prompt", "tended",
]  # fmt: skip


class SpaceChanged(Event, tag="space.changed", frozen=True, kw_only=True):
    """How the circle is held from here on, and which of it has just begun."""

    space: SpaceView
    what: What
    act: Act | None = None
    """What was wished for."""
    who: OpaqueId | None = None
    """Who holds the space now, or beside its host, after offering to."""


class CircleTended(Event, tag="circle.tended", frozen=True, kw_only=True):
    """Something for everybody, in this moment: those who came are welcomed, or the agreement is read."""

    act: Literal["greet", "agreement"]
    to: tuple[OpaqueId, ...] = ()
    """Who came since the last welcome."""
    version: int = 0
    """Of the agreement."""


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


class OpeningTold(Event, tag="opening.told", frozen=True, kw_only=True):
    """A circle has opened of which one had asked to be told."""

    circle: OpaqueId


class HostingAsked(Event, tag="hosting.asked", frozen=True, kw_only=True):
    """Whoever holds that circle asks whether one would hold it with them; absent: nobody does any more."""

    circle: OpaqueId
    until: Moment | None = None


class PreferencesChanged(Event, tag="preferences.changed", frozen=True, kw_only=True):
    preferences: Preferences | None = None
    """As they are now."""


class SessionEnded(Event, tag="session.ended", frozen=True, kw_only=True):
    """Some sessions of this person ended; each socket looks whether its own is among them."""


CircleEvent = (
    CircleOpened
    | CirclePlanned
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
    | AgreementMoved
    | CircleTended
    | RoundEvent
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
    | OpeningTold
    | HostingAsked
    | CarryNoted
    | PieceAsked
    | PreferencesChanged
    | SessionEnded
)
