"""How a circle is held just now: what rests, at what pace people talk, what somebody would like a second person to join.

It is told whole whenever it changes, so that whoever comes later needs nothing from before.
"""

from typing import Literal

from rooms.wire import Command, Discreet, Moment, OpaqueId, Seq

Pace = Literal["usual", "gentle", "one_at_a_time"]
"""*Gentle*: some time between one person's messages. *One at a time*: some time after anybody's before another's."""
Act = Literal["breath", "doors", "pace_usual", "pace_gentle", "pace_one_at_a_time", "close", "greet", "agreement"]
"""What takes two people; whoever holds the space tends it alone: closing, greeting, reading the agreement."""


class AskBreath(Command, tag="breath.ask", frozen=True, kw_only=True):
    """Ask for a breath, in which everybody writes slowly, or say yes to one that somebody asked for. It takes two."""

    circle: OpaqueId


class RestDoors(Command, tag="doors.rest", frozen=True, kw_only=True):
    """Ask that for some minutes nobody comes in who was not here before, or say yes to that. It takes two."""

    circle: OpaqueId


class ChoosePace(Command, tag="pace.choose", frozen=True, kw_only=True):
    """Ask for another pace, or say yes to one that somebody asked for. It takes two."""

    circle: OpaqueId
    pace: Pace


class RingBell(Command, tag="bell.ring", frozen=True, kw_only=True):
    """A minute's rest for everybody, whoever they are."""

    circle: OpaqueId


class TogetherAnswer(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """Whether it has begun, or waits for a second person; and until when. A pace that has begun has no end."""

    began: bool
    until: Moment | None = None


class Wish(Discreet, frozen=True, kw_only=True):
    """Somebody would like it, never who; so long a second person may say yes."""

    act: Act
    until: Moment


class SpaceView(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """Moments may have passed; no event tells of an end that was told with the beginning."""

    pace: Pace = "usual"
    rest_until: Moment | None = None
    """The bell was rung: nobody's words go before then."""
    breath_until: Moment | None = None
    """Until then everybody writes slowly."""
    doors_until: Moment | None = None
    """Until then nobody comes in who was not here before."""
    wishes: tuple[Wish, ...] = ()
    listening: tuple[Moment, ...] = ()
    """When each of those who listen at the door will have to stop; who they are, nobody is told."""
    hosted: bool = True
    """Somebody holds the space."""
    handover_until: Moment | None = None
    """The circle is asked who would like to hold the space."""
    willing: OpaqueId | None = None
    """Who offers to."""
    willing_until: Moment | None = None
    prompt: Seq | None = None
    """A message that was offered to speak about, and that a second person took up."""
    prompt_until: Moment | None = None


SpaceCommand = AskBreath | RestDoors | ChoosePace | RingBell
