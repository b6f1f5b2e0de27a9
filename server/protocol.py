"""The whole of what goes over a socket: unions of commands and events, frames, and their encoding.

A client sends commands ``{do, ref, …}``. The server sends, as one JSON object a frame:

==========================  =========================================================================
``{hello}``                 first frame of a socket: who one is, how often to expect a sign of life
``{re, ok}``                the answer to the command with that ref; its shape is the command's `ANSWERS`
``{re, refused}``           the same, refused: ``code`` is stable, further fields are its facts
``{on, seq, event}``        the next event of a log one watches; ``seq`` steps by exactly one
``{on, reset}``             the log must be watched anew without a cursor; ``reset`` says why
``{on, here}``              who came to or went from the screen; unsequenced, may be lost
``{on, writing}``           someone is writing; unsequenced, never who
``{heads}``                 every 25 s, answered by ``beat``: the newest seq of each log one watches
``{bye}``                   the socket is about to be closed; come back after so many milliseconds
==========================  =========================================================================

Addresses are ``circle/<id>`` and ``person/<id>``. ``log.watch`` with a cursor (epoch, after) is answered by
`Watching`; the next frame of that log then has seq ``start``. Where ``start == after + 1`` nothing else
changed for the client; otherwise it forgets what it had of that log and begins anew at ``start``, and may page back
with ``history.page``.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from moderation.wire import FlagCommand, FlagEvent, Letter, MyFlag, OwnWords
from moderation.wire_care import ANSWERS as CARE_ANSWERS
from moderation.wire_care import CareAnswered, CareAsked, CareCommand, CareEvent, CareNow
from moderation.wire_panels import PanelCommand, PanelEvent, PauseMoved, SeatView
from moderation.wire_reviewing import Reviewing, ReviewingChanged, ReviewingCommand
from rooms.wire import CircleCommand, CloseCircle, Command, Discreet, MakeInvite, Moment, OpaqueId, Preferences, Seq
from rooms.wire_agreement import AgreementCommand
from rooms.wire_closing import CarryCommand
from rooms.wire_door import ANSWERS as DOOR_ANSWERS
from rooms.wire_door import DoorAnswer, DoorWayCommand, Heard, HearDoor
from rooms.wire_events import CircleEvent, PersonEvent
from rooms.wire_hosting import Greet, HostCommand, ReadAgreement
from rooms.wire_round import RoundCommand
from rooms.wire_schedule import MadeFeed, MakeFeed, ScheduleCommand
from rooms.wire_space import AskBreath, ChoosePace, RestDoors, RingBell, SpaceCommand, TogetherAnswer
from rooms.wire_views import CircleView, MadeInvite, MyCircle, Participant

Address = Annotated[str, Meta(pattern=r"^(circle|person)/[A-Za-z0-9_-]{16}$", max_length=23)]
Epoch = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{8}$", max_length=8)]


class WatchLog(Command, tag="log.watch", frozen=True, kw_only=True):
    """Follow a log, from a cursor where one is held. Watching it again replaces the earlier watch."""

    on: Address
    epoch: Epoch | None = None
    after: Seq | None = None
    present: bool = True
    """The circle is on the screen: others see that one is here, and one sees them. Without it one follows its words
    unseen, and learns neither who is here nor that someone writes; the seat stays held all the same."""


class UnwatchLog(Command, tag="log.unwatch", frozen=True, kw_only=True):
    on: Address


class ReadPage(Command, tag="history.page", frozen=True, kw_only=True):
    """Events of a circle before a seq, newest page first, each page in order."""

    circle: OpaqueId
    before: Seq
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class TellWriting(Command, tag="writing.tell", frozen=True, kw_only=True):
    circle: OpaqueId


class Beat(Command, tag="beat", frozen=True, kw_only=True):
    """The answer to ``heads``; it is not answered."""


class Done(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """A change is on disk. ``seq`` is its place in the circle's log; ``dup`` says it was there before."""

    circle: OpaqueId | None = None
    epoch: Epoch | None = None
    seq: Seq | None = None
    dup: bool = False


class Logged(Discreet, frozen=True, kw_only=True):
    """An event at its place in a log."""

    seq: Seq
    event: CircleEvent | PersonEvent | FlagEvent | CareEvent | PanelEvent | ReviewingChanged


class Page(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """Events of one circle; ``base`` is the earliest seq this person may read, ``own`` their covered words among them."""

    epoch: Epoch
    base: Seq
    events: tuple[Logged, ...]
    own: tuple[OwnWords, ...] = ()


Reason = Literal["resumed", "first", "faded", "history", "far", "entry"]


class PersonView(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """One's own place, as of the head it comes with."""

    name: str
    kept: bool
    preferences: Preferences
    circles: tuple[OpaqueId, ...] = ()
    letters: tuple[Letter, ...] = ()
    seats: tuple[SeatView, ...] = ()
    pauses: tuple[PauseMoved, ...] = ()
    reviewing: Reviewing | None = None
    care: CareNow | None = None


class Watching(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    on: Address
    epoch: Epoch
    head: Seq
    base: Seq
    start: Seq
    reason: Reason
    """Why it starts there: from the cursor, no cursor, words faded past it, the log was restored, more than 500
    were missed, or the cursor lies before one's entry."""
    circle: CircleView | None = None
    mine: MyCircle | None = None
    flags: tuple[MyFlag, ...] = ()
    own: tuple[OwnWords, ...] = ()
    """One's own words that the circle is not sent; the newest, older ones come with their page."""
    participants: tuple[Participant, ...] = ()
    here: tuple[OpaqueId, ...] = ()
    person: PersonView | None = None


Refused = dict[str, str | int]
"""``code`` and its facts, e.g. ``{"code": "rate.limited", "retry_after": 3000}`` (milliseconds)."""


class Hello(Struct, frozen=True, kw_only=True):
    me: Address
    version: str
    """Changes when the browser client changes: "A new version is ready, when you are"."""
    beat: int
    """Milliseconds between signs of life; a client that hears nothing for beat + 10 s connects anew."""
    now: Moment


class HelloFrame(Struct, frozen=True):
    hello: Hello


class OkFrame(Discreet, frozen=True):
    re: int
    ok: Any
    """One of `Answer`, by the command asked."""


class RefusedFrame(Struct, frozen=True):
    re: int | None
    refused: Refused


class EventFrame(Discreet, frozen=True):
    on: Address
    seq: Seq
    event: CircleEvent | PersonEvent | FlagEvent | CareEvent | PanelEvent | ReviewingChanged


class ResetFrame(Struct, frozen=True):
    on: Address
    reset: Literal["faded", "history", "left"]


class HereDiff(Struct, frozen=True, kw_only=True, omit_defaults=True):
    came: tuple[OpaqueId, ...] = ()
    went: tuple[OpaqueId, ...] = ()


class HereFrame(Struct, frozen=True):
    on: Address
    here: HereDiff


class WritingFrame(Struct, frozen=True):
    on: Address
    writing: Literal[True] = True


class HeadsFrame(Struct, frozen=True):
    heads: dict[Address, Seq]


class Bye(Struct, frozen=True):
    code: int
    retry_after: int


class ByeFrame(Struct, frozen=True):
    bye: Bye


SocketCommand = WatchLog | UnwatchLog | ReadPage | HearDoor | TellWriting | Beat
DoorCommand = (
    CircleCommand | DoorWayCommand | SpaceCommand | HostCommand | CarryCommand | RoundCommand | AgreementCommand
    | ScheduleCommand
    | FlagCommand | CareCommand | PanelCommand | ReviewingCommand
)  # fmt: skip
AnyCommand = DoorCommand | SocketCommand
AnyEvent = CircleEvent | PersonEvent | FlagEvent | CareEvent | PanelEvent | ReviewingChanged
CommandAnswer = Done | MadeInvite | MadeFeed | TogetherAnswer | DoorAnswer | CareAsked | CareAnswered
Answer = CommandAnswer | Watching | Page | Heard
AnyFrame = (
    HelloFrame | OkFrame | RefusedFrame | EventFrame | ResetFrame | HereFrame | WritingFrame | HeadsFrame | ByeFrame
)
"""Told apart by which fields they have."""
ANSWERS: dict[type[Command], Any] = {
    WatchLog: Watching,
    ReadPage: Page,
    MakeInvite: MadeInvite,
    MakeFeed: MadeFeed,
    **dict.fromkeys((CloseCircle, AskBreath, RestDoors, ChoosePace, RingBell, Greet, ReadAgreement), TogetherAnswer),
    **DOOR_ANSWERS,
    **CARE_ANSWERS,
}
"""What ``ok`` holds where it is not `Done`."""

encode = msgspec.json.Encoder().encode
decode_command = msgspec.json.Decoder(AnyCommand).decode
decode_event = msgspec.json.Decoder(AnyEvent).decode
