"""What people send: the commands of circles, and the kinds of values all wire types are made of.

Times are whole milliseconds since 1970 UTC. A ``target`` is the seq of an earlier message of the same circle.
Lengths of what people write are judged by `rooms.rules`, so that a refusal can say kindly what is too long.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

# The lengths beside the patterns, because `$` also matches before a last newline.
OpaqueId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{16}$", max_length=16)]
"""96 random bits in base64url: circles, participants, invites."""
Key = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{22}$", max_length=22)]
"""128 random bits in base64url, made when the person presses send and kept on every retry."""
Seq = Annotated[int, Meta(ge=0, lt=2**53)]
Moment = Annotated[int, Meta(ge=0, lt=2**53)]
Line = Annotated[str, Meta(max_length=200)]
Text = Annotated[str, Meta(max_length=65_536)]
"""As much as a frame or a body holds: `rooms.text` says kindly what is too long."""

LateFor = Annotated[int, Meta(ge=60_000, lt=2**53)]
"""Milliseconds after the opening in which one may still come in for the first time."""

Gesture = Literal["hear_you", "same_here", "holding_you", "thank_you", "celebrating"]
Meet = Literal["just_listen", "same_here", "ideas", "sit_with_me"]
"""How words want to be met by those who answer."""
EntryBy = Literal["anyone", "invited"]
CircleState = Literal["planned", "open", "closing", "closed"]
Fullness = Literal["room", "nearly_full", "full"]


class Discreet(Struct, frozen=True):
    """A wire type. Its repr shows nothing but its kind, so that what people say gets into no log by way of one."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class Command(Discreet, tag_field="do", forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One thing a person asks for. ``ref`` comes back as ``re`` in the answer."""

    ref: Annotated[int, Meta(ge=0, lt=2**31)] = 0


class Event(Discreet, tag_field="kind", frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened, in the log of a circle or of a person."""


class Preferences(Discreet, frozen=True, kw_only=True, forbid_unknown_fields=True):
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
    gentle_notes: bool = True
    """Others may have a note without a name sent about a message of one's own."""
    company: bool = False
    """Willing to be told when somebody in a circle of one's own would like company."""
    quiet_type: bool = False
    """What a panel reads is set in softer ink."""
    desk_keys: bool = False
    """Single keys work where one reads for a panel."""


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
    history_open: bool = False
    """Newcomers may read what was said before they came, as far as it has not faded."""
    panels: bool = True
    """Flagged messages, with the lines around them, may be read by people drawn by lot from the whole server."""
    host_shown: bool = False
    listening: bool = False
    """One may listen at the door for some minutes without coming in."""
    late_for: LateFor | None = None
    """So long after the opening one may still come in for the first time, in milliseconds; absent is at any time."""
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
    meet: Meet | None = None
    prompt: bool = False
    """Offered to everybody as something to speak about; it obliges nobody."""


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
