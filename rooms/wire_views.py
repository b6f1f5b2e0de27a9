"""What one is shown: circles, one's own part of them, invites."""

from rooms.wire import CircleState, Discreet, EntryBy, Fullness, Gesture, Moment, OpaqueId, Seq
from rooms.wire_agreement import MatterView
from rooms.wire_round import MyRound, RoundView
from rooms.wire_schedule import PlanView
from rooms.wire_space import Act, SpaceView


class Participant(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    id: OpaqueId
    name: str


class CircleView(Discreet, frozen=True, kw_only=True, omit_defaults=True):
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
    history_open: bool = False
    panels: bool = True
    """Who enters agrees that people drawn by lot may read what is flagged and the lines around it."""
    opens_at: Moment
    closes_at: Moment | None = None
    seats: int = 8
    """How many people it has room for."""
    sister: bool = False
    """People who waited at the door of another one opened it."""
    listening: bool = False
    """One may listen at its door for some minutes without coming in."""
    last_entry: Moment | None = None
    """From then on nobody comes in for the first time."""
    doors_until: Moment | None = None
    """Two people let nobody in until then who was not here before; told at the door."""
    host: str | None = None
    """The host's name, only if the host wants it shown."""
    plan: PlanView | None = None
    """When it meets, where it meets again."""
    mine: bool = False
    news: bool = False
    """Something was said since this person last looked. Never how much."""


class GivenGesture(Discreet, frozen=True, kw_only=True):
    target: Seq
    gesture: Gesture


class ReceivedGesture(Discreet, frozen=True, kw_only=True):
    target: Seq
    by: OpaqueId
    name: str
    gesture: Gesture


class InviteView(Discreet, frozen=True, kw_only=True):
    id: OpaqueId
    uses_left: int
    ends_at: Moment


class MyCircle(Discreet, frozen=True, kw_only=True, omit_defaults=True):
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
    space: SpaceView | None = None
    """How the circle is held, where that is out of the usual."""
    round: RoundView | None = None
    """The round that is on, as everybody sees it."""
    my_round: MyRound | None = None
    matter: MatterView | None = None
    """The change of the agreement that is before the circle, on trial, or was decided a short while ago."""
    consented: bool = False
    """One is for it oneself."""
    carried: str | None = None
    """The sentence one gave for the closing to show."""
    carried_at: Seq | None = None
    """Where it stands, once it is shown."""
    asked_to_hold: Moment | None = None
    """Whoever holds the space asks whether one would hold it with them, until then."""
    wished: tuple[Act, ...] = ()
    """What of it waits for a second person, where it was oneself who asked."""


class MadeInvite(Discreet, frozen=True, kw_only=True):
    """Shown once: the server keeps only hashes of the token and of the code."""

    invite: InviteView
    token: str
    code: str
