"""What those who review say of themselves: that they would, what they do not read, and that they stop."""

from typing import Annotated, Literal

from msgspec import Meta

from moderation.wire import Category
from rooms.wire import Command, Discreet, Event, Moment

Skips = Annotated[tuple[Category, ...], Meta(max_length=7)]


class BeginReviewing(Command, tag="reviewing.begin", frozen=True, kw_only=True):
    """After the orientation: lots may fall on oneself from now on."""

    skips: Skips = ()
    """Kinds one does not read."""


class SetReviewing(Command, tag="reviewing.set", frozen=True, kw_only=True):
    skips: Skips = ()


class EndReviewing(Command, tag="reviewing.end", frozen=True, kw_only=True):
    """Stop, at any time, without a reason. Seats one has not voted at go to others."""


class ComeAsModerator(Command, tag="moderator.come", frozen=True, kw_only=True):
    """With a code from whoever runs the machine; for half a year. It is in the open book."""

    code: Annotated[str, Meta(max_length=64)]


class GiveUpModerator(Command, tag="moderator.give_up", frozen=True, kw_only=True):
    """Go on as a reviewer like others."""


class Reviewing(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    role: Literal["reviewer", "moderator"]
    since: Moment
    until: Moment | None = None
    """When being a moderator ends."""
    skips: tuple[Category, ...] = ()
    rest_until: Moment | None = None
    """After "that was heavy" nothing is offered until then."""


class ReviewingChanged(Event, tag="reviewing.changed", frozen=True, kw_only=True):
    """Without ``reviewing``: one does not review."""

    reviewing: Reviewing | None = None


ReviewingCommand = BeginReviewing | SetReviewing | EndReviewing | ComeAsModerator | GiveUpModerator
