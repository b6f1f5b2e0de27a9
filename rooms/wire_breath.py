"""What two people say to slow everybody down for a minute: themselves, the host and moderators alike."""

from rooms.wire import Command, Discreet, Moment, OpaqueId


class AskBreath(Command, tag="breath.ask", frozen=True, kw_only=True):
    """Ask for a breath, or say yes to one that somebody asked for. It takes two."""

    circle: OpaqueId


class BreathAnswer(Discreet, frozen=True, kw_only=True):
    """Whether it has begun, or waits for a second person; and until when."""

    began: bool
    until: Moment


class Breath(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """How it stands with a circle's breath for somebody who comes to look. Moments may have passed."""

    until: Moment | None = None
    """When the running breath ends."""
    asked_until: Moment | None = None
    """Somebody would like one, and so long a second person may say yes."""
    mine: bool = False
    """It was oneself who asked."""


BreathCommand = AskBreath
