"""What circles say on the wire: commands people send, events that follow, and the views a newcomer is given.

Times are whole milliseconds since 1970 UTC. A ``target`` is the seq of an earlier message of the same circle.
Lengths of what people write are judged by `rooms.rules`, so that a refusal can say kindly what is too long.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

OpaqueId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{16}$")]
"""96 random bits in base64url: circles, participants, invites."""
Key = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{22}$")]
"""128 random bits in base64url, made when the person presses send and kept on every retry."""
Seq = Annotated[int, Meta(ge=0, lt=2**53)]
Moment = Annotated[int, Meta(ge=0, lt=2**53)]
Line = Annotated[str, Meta(max_length=200)]
Text = Annotated[str, Meta(max_length=16_384)]

Gesture = Literal["hear_you", "same_here", "holding_you", "thank_you", "celebrating"]
EntryBy = Literal["anyone", "invited"]
CircleState = Literal["planned", "open", "closing", "closed"]
Fullness = Literal["room", "nearly_full", "full"]


class Command(Struct, tag_field="do", forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One thing a person asks for. ``ref`` comes back as ``re`` in the answer."""

    ref: Annotated[int, Meta(ge=0, lt=2**31)] = 0


class Event(Struct, tag_field="kind", frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened, in the log of a circle or of a person."""


class Preferences(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one person likes to be here. Kept with the person, never on the phone."""

    quick_exit_keys: bool = True
    gestures: bool = True
    tell_writing: bool = True
    muted: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=60)], ...], Meta(max_length=50)] = ()
    theme: Literal["phone", "day", "night"] = "phone"
    size: Literal[100, 110, 125, 150] = 100
    spacing: Literal["usual", "wide"] = "usual"
    calm: bool = False
    enter_posts: Literal["auto", "yes", "no"] = "auto"
    news: Literal["all", "names", "counts", "none"] = "all"


# --- commands ---------------------------------------------------------------------------------------------


class OpenCircle(Command, tag="circle.open", frozen=True, kw_only=True):
    """Open a drop-in room, now or at one set time. The opener becomes host and first participant."""

    key: Key
    topic: Line
    about: Annotated[str, Meta(max_length=600)] = ""
    agreement: Annotated[str, Meta(max_length=8_000)]
    capacity: Annotated[int, Meta(ge=2, lt=2**31)] = 8
    keep_for: Annotated[int, Meta(ge=0, lt=2**53)] | None = None
    """How long words stay, in milliseconds; 0 is "until closing"; absent is the server's default."""
    opens_at: Moment | None = None
    entry: EntryBy = "anyone"
    host_shown: bool = False
    name: Line | None = None


class EnterCircle(Command, tag="circle.enter", frozen=True, kw_only=True):
    """Say yes to version ``agreement`` of the circle's agreement and come in."""

    circle: OpaqueId
    agreement: Annotated[int, Meta(ge=1, lt=2**31)]
    name: Line | None = None
    invite: Annotated[str, Meta(max_length=64)] | None = None


class LeaveCircle(Command, tag="circle.leave", frozen=True, kw_only=True):
    circle: OpaqueId


class CloseCircle(Command, tag="circle.close", frozen=True, kw_only=True):
    """The host announces the closing, ten minutes ahead."""

    circle: OpaqueId


class KeepCircleOpen(Command, tag="circle.keep_open", frozen=True, kw_only=True):
    """Whoever announced the closing takes it back."""

    circle: OpaqueId


class GoOn(Command, tag="circle.go_on", frozen=True, kw_only=True):
    """Answer an announced closing with "we go on"; two people doing so keep the circle open without its host."""

    circle: OpaqueId


class MakeInvite(Command, tag="invite.make", frozen=True, kw_only=True):
    circle: OpaqueId
    uses: Annotated[int, Meta(ge=1, le=100)] = 8
    lasts: Annotated[int, Meta(ge=60_000, le=7 * 86_400_000)] = 86_400_000
    """Milliseconds until the invite ends."""


class RevokeInvite(Command, tag="invite.revoke", frozen=True, kw_only=True):
    circle: OpaqueId
    invite: OpaqueId


class PostMessage(Command, tag="message.post", frozen=True, kw_only=True):
    circle: OpaqueId
    key: Key
    body: Text
    reply_to: Seq | None = None


class EditMessage(Command, tag="message.edit", frozen=True, kw_only=True):
    circle: OpaqueId
    target: Seq
    body: Text


class TakeBackMessage(Command, tag="message.take_back", frozen=True, kw_only=True):
    circle: OpaqueId
    target: Seq


class MakeGesture(Command, tag="gesture.make", frozen=True, kw_only=True):
    circle: OpaqueId
    target: Seq
    gesture: Gesture


class UndoGesture(Command, tag="gesture.undo", frozen=True, kw_only=True):
    circle: OpaqueId
    target: Seq
    gesture: Gesture


class SetAside(Command, tag="aside.set", frozen=True, kw_only=True):
    """Stop seeing one participant, for oneself and in this circle; they are not told."""

    circle: OpaqueId
    participant: OpaqueId


class UndoAside(Command, tag="aside.undo", frozen=True, kw_only=True):
    circle: OpaqueId
    participant: OpaqueId


class MarkRead(Command, tag="read.mark", frozen=True, kw_only=True):
    """Private: where this person's unread line will be next time. Nobody else learns of it."""

    circle: OpaqueId
    seq: Seq


class SetPreferences(Command, tag="preferences.set", frozen=True, kw_only=True):
    preferences: Preferences


class ForgetMe(Command, tag="person.forget", frozen=True, kw_only=True):
    """Erase the person: words, names, place, sessions. Needs no reason and cannot be undone."""

    sure: Literal[True]


# --- events of a circle -----------------------------------------------------------------------------------


class CircleOpened(Event, tag="circle.opened", frozen=True, kw_only=True):
    at: Moment


class CircleClosing(Event, tag="circle.closing", frozen=True, kw_only=True):
    closes_at: Moment


class CircleStaysOpen(Event, tag="circle.stays_open", frozen=True, kw_only=True):
    """The closing was taken back, or two people answered "we go on"; then the circle has no host."""

    hosted: bool


class CircleClosed(Event, tag="circle.closed", frozen=True, kw_only=True):
    at: Moment


class ParticipantEntered(Event, tag="participant.entered", frozen=True, kw_only=True):
    participant: OpaqueId
    name: str
    at: Moment


class ParticipantLeft(Event, tag="participant.left", frozen=True, kw_only=True):
    participant: OpaqueId
    at: Moment


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
    folded_until: Moment | None = None
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
    target: Seq
    until: Moment


class MessageUnfolded(Event, tag="message.unfolded", frozen=True, kw_only=True):
    target: Seq


class WordsFaded(Event, tag="words.faded", frozen=True, kw_only=True):
    """Everything up to and including ``floor`` is gone, here and on the server."""

    floor: Seq


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


class PreferencesChanged(Event, tag="preferences.changed", frozen=True, kw_only=True):
    preferences: Preferences | None = None
    """As they are now."""


class SessionEnded(Event, tag="session.ended", frozen=True, kw_only=True):
    """Some sessions of this person ended; each socket looks whether its own is among them."""


# --- views ------------------------------------------------------------------------------------------------


class Participant(Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: OpaqueId
    name: str


class CircleView(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A circle as anybody may see it who may see it at all."""

    id: OpaqueId
    topic: str
    about: str = ""
    state: CircleState
    fullness: Fullness
    entry: EntryBy
    agreement: str
    agreement_version: int
    keep_for: int
    """Milliseconds that words stay; 0 is "until closing"."""
    opens_at: Moment
    closes_at: Moment | None = None
    host: str | None = None
    """The host's name, only if the host wants it shown."""
    mine: bool = False
    news: bool = False
    """Something was said since this person last looked. Never how much."""


class GivenGesture(Struct, frozen=True, kw_only=True):
    target: Seq
    gesture: Gesture


class ReceivedGesture(Struct, frozen=True, kw_only=True):
    target: Seq
    by: OpaqueId
    name: str
    gesture: Gesture


class InviteView(Struct, frozen=True, kw_only=True):
    id: OpaqueId
    uses_left: int
    ends_at: Moment


class MyCircle(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What only this person sees of a circle."""

    participant: OpaqueId
    read: Seq = 0
    hosting: bool = False
    announced_closing: bool = False
    aside: tuple[OpaqueId, ...] = ()
    given: tuple[GivenGesture, ...] = ()
    received: tuple[ReceivedGesture, ...] = ()
    invites: tuple[InviteView, ...] = ()
    """Only for whoever made them, and without their codes."""


class MadeInvite(Struct, frozen=True, kw_only=True):
    """Shown once: the server keeps only hashes of the token and of the code."""

    invite: InviteView
    token: str
    code: str


CircleCommand = (
    OpenCircle
    | EnterCircle
    | LeaveCircle
    | CloseCircle
    | KeepCircleOpen
    | GoOn
    | MakeInvite
    | RevokeInvite
    | PostMessage
    | EditMessage
    | TakeBackMessage
    | MakeGesture
    | UndoGesture
    | SetAside
    | UndoAside
    | MarkRead
    | SetPreferences
    | ForgetMe
)
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
    | MessageUnfolded
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
    | PreferencesChanged
    | SessionEnded
)
