"""What people say about circles that meet again: when, what is different once, and who would like to be told.

Days are written ``2026-03-29`` and times of day ``19:30``, by the clock of the plan's zone.
"""

from typing import Annotated

from msgspec import Meta

from rooms.schedule import Nth, Repeat
from rooms.wire import Command, Discreet, EntryBy, Key, LateFor, Line, Moment, OpaqueId

Day = Annotated[str, Meta(max_length=10)]
TimeOfDay = Annotated[str, Meta(max_length=5)]


FeedOf = Annotated[str, Meta(pattern=r"^([A-Za-z0-9_-]{16}|mine)$", max_length=16)]
"""A plan, a circle that opens once, or ``mine``: everything of one's own."""


class When(Discreet, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    zone: Annotated[str, Meta(max_length=64)]
    first: Day
    at: TimeOfDay
    lasts: Annotated[int, Meta(ge=0, lt=2**31)]
    """Minutes."""
    repeat: Repeat = "weekly"
    nth: Nth = 1
    """For monthly ones: which of its weekday; -1 is the last."""
    until: Day | None = None
    but: tuple[Day, ...] = ()
    """Days on which it is not."""


class PlanCircle(Command, tag="plan.make", frozen=True, kw_only=True):
    """Have a drop-in room open at times that repeat. Whoever plans it is its host."""

    key: Key
    topic: Line
    about: Annotated[str, Meta(max_length=600)] = ""
    agreement: Annotated[str, Meta(max_length=8_000)]
    when: When
    capacity: Annotated[int, Meta(ge=2, lt=2**31)] = 8
    keep_for: Annotated[int, Meta(ge=0, lt=2**53)] | None = None
    entry: EntryBy = "anyone"
    history_open: bool = False
    panels: bool = True
    host_shown: bool = False
    listening: bool = False
    late_for: LateFor | None = None


class ChangePlan(Command, tag="plan.change", frozen=True, kw_only=True):
    """What is absent stays; a new ``when`` replaces all of the old one. What is open already stays as it is."""

    plan: OpaqueId
    when: When | None = None
    topic: Line | None = None
    about: Annotated[str, Meta(max_length=600)] | None = None
    agreement: Annotated[str, Meta(max_length=8_000)] | None = None
    capacity: Annotated[int, Meta(ge=2, lt=2**31)] | None = None
    keep_for: Annotated[int, Meta(ge=0, lt=2**53)] | None = None
    entry: EntryBy | None = None


class LeaveOutSitting(Command, tag="plan.leave_out", frozen=True, kw_only=True):
    plan: OpaqueId
    day: Day


class MoveSitting(Command, tag="plan.move", frozen=True, kw_only=True):
    """That one sitting is on another day, or at another time."""

    plan: OpaqueId
    day: Day
    to: Day
    at: TimeOfDay


class PutBackSitting(Command, tag="plan.put_back", frozen=True, kw_only=True):
    """That one sitting is when it would be, as if it had been neither left out nor moved."""

    plan: OpaqueId
    day: Day


class StopPlan(Command, tag="plan.stop", frozen=True, kw_only=True):
    """It does not open again. What is open already stays open."""

    plan: OpaqueId


class TellOpening(Command, tag="opening.tell", frozen=True, kw_only=True):
    """Be told when it opens, or not any more."""

    of: OpaqueId
    """A plan, or a circle that is to open once."""
    on: bool = True


class MakeFeed(Command, tag="calendar.make", frozen=True, kw_only=True):
    """An address for one's own calendar; one made before for the same ends."""

    of: FeedOf


class EndFeed(Command, tag="calendar.end", frozen=True, kw_only=True):
    of: FeedOf


class MadeFeed(Discreet, frozen=True, kw_only=True):
    """Shown once: the server keeps only a hash of it."""

    path: str


class SittingView(Discreet, frozen=True, kw_only=True):
    day: Day
    """By which an exception names it."""
    starts: Moment
    ends: Moment


class PlanView(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """When a circle meets, as anybody may see it who may see the circle."""

    id: OpaqueId
    when: When
    """Without its exceptions."""
    next: tuple[SittingView, ...] = ()
    left_out: tuple[Day, ...] = ()
    """Of the days to come."""
    mine: bool = False


ScheduleCommand = (
    PlanCircle
    | ChangePlan
    | LeaveOutSitting
    | MoveSitting
    | PutBackSitting
    | StopPlan
    | TellOpening
    | MakeFeed
    | EndFeed
)
