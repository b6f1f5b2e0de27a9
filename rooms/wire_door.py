"""The door of a circle: waiting for a seat, opening a sister circle with others who wait, and listening.

Waiting is a lease: `WaitAtDoor` is sent again every few seconds for as long as the page is open.
"""

from typing import Annotated, Any

from msgspec import Meta

from rooms.wire import Command, Discreet, Key, Line, Moment, OpaqueId, Seq

Shown = Annotated[str, Meta(max_length=64)]
"""An invite, as it was typed or followed."""


class WaitAtDoor(Command, tag="door.wait", frozen=True, kw_only=True):
    """Say yes to version ``agreement`` and wait for a seat, or go on waiting; whoever has waited needs no invite again."""

    circle: OpaqueId
    agreement: Annotated[int, Meta(ge=1, lt=2**31)]
    name: Line | None = None
    invite: Shown | None = None


class LeaveDoor(Command, tag="door.leave", frozen=True, kw_only=True):
    """Wait no longer; harmless to repeat."""

    circle: OpaqueId


class OpenSister(Command, tag="door.sister", frozen=True, kw_only=True):
    """Ask, while waiting, for a sister circle, or say yes to somebody who asked. It takes two."""

    circle: OpaqueId
    key: Key


class ListenAtDoor(Command, tag="door.listen", frozen=True, kw_only=True):
    """Hear what is said for some minutes without coming in, where the circle allows it."""

    circle: OpaqueId
    agreement: Annotated[int, Meta(ge=1, lt=2**31)]
    invite: Shown | None = None


class StopListening(Command, tag="door.stop", frozen=True, kw_only=True):
    """Harmless to repeat."""

    circle: OpaqueId


class HearDoor(Command, tag="door.hear", frozen=True, kw_only=True):
    """What was said since one began to listen; asked every other second. Reads, and changes nothing."""

    circle: OpaqueId
    head: Seq | None = None
    """Of the answer one has: where nothing has happened since, no lines come."""


class WaitView(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    waiting: int
    """How many wait, oneself among them."""
    seat_until: Moment | None = None
    """A seat is held so long: come in."""
    doors_until: Moment | None = None
    late: bool = False
    """It is too late for a seat this time; a sister circle may still be opened."""
    sister_asked: bool = False
    """Somebody else who waits would open a sister circle."""
    sister_mine: bool = False
    """One asked for it oneself, and it stands."""
    sister: OpaqueId | None = None
    """A sister circle is open and has room."""


class SisterView(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """The circle that was opened, or until when one's wish waits for a second person."""

    circle: OpaqueId | None = None
    until: Moment | None = None


class ListenView(Discreet, frozen=True, kw_only=True):
    until: Moment


class HeardLine(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """A message as it stands now. Without a body it was taken back, or is not to be read; why, a listener is not told."""

    seq: Seq
    at: Moment
    name: str
    body: str | None = None
    prompt: bool = False


class Heard(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    head: Seq
    until: Moment
    same: bool = False
    """Nothing has happened since the head that was sent."""
    lines: tuple[HeardLine, ...] = ()


DoorAnswer = WaitView | SisterView | ListenView
DoorWayCommand = WaitAtDoor | LeaveDoor | OpenSister | ListenAtDoor | StopListening
ANSWERS: dict[type[Command], Any] = {
    WaitAtDoor: WaitView,
    OpenSister: SisterView,
    ListenAtDoor: ListenView,
    HearDoor: Heard,
}
