"""The people drawn to read a case, from the invitation to the ballot. Pure data.

People are opaque ids, None once they are forgotten. Moments and lengths are milliseconds.
"""

from dataclasses import dataclass, replace
from typing import Literal

from moderation.wire import Category


@dataclass(frozen=True, slots=True)
class Mark:
    """What a ballot says of one message."""

    seq: int
    content: int
    hold: bool = False
    """Of a held message: keep it held while the panel goes on. Counts as support for level 1."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """One juror's marks in one round. The sentence they wrote is kept elsewhere."""

    marks: tuple[Mark, ...]
    person: int = 0
    code: Category | None = None
    clause: int = 0
    """Line of the agreement, from 1; 0 is none."""
    cast_at: int = 0
    final: bool = False
    """It can no longer be undone, and is tallied."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody in the order in which lots fell, before anything is known of whether they come."""

    person: str | None
    moderator: bool = False
    skip: Literal["recused", "busy", "declined"] | None = None
    circles: tuple[str, ...] = ()
    """Closed circles they are in: no two jurors share one."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who was asked to read, from the invitation on."""

    juror: str | None
    rank: int
    moderator: bool
    circles: tuple[str, ...]
    state: Literal["asked", "yes", "no", "late", "spare", "seated", "left"]
    until: int
    """When the invitation ends, or once seated, when the seat may be given to somebody else."""
    letter: str = ""
    first: Ballot | None = None
    second: Ballot | None = None
    ready: bool = False
    overdue: bool = False
    """Their time is over, but nobody else is there to take the seat."""


@dataclass(frozen=True, slots=True)
class Panel:
    instance: int
    """1 is the first, 2 and 3 are appeals."""
    size: int
    e: int
    """E: how many could be drawn, after recusal."""
    live: bool
    """Enough people are online for short waits."""
    drawn_at: int
    further: bool
    """Three more people could hear an appeal."""
    order: tuple[Candidate, ...] = ()
    """Those who may be asked, as the lots fell."""
    seats: tuple[Seat, ...] = ()
    patient: bool = True
    """Waits for peers; False once moderators may fill all seats."""
    fallback: bool = False
    """Moderators fill more seats than a mixed panel has for them."""
    care: bool = False
    """All that was flagged is method detail: nothing follows for the person."""
    items: tuple[int, ...] = ()
    """The messages it reads, from its first ballot on."""
    round: int = 0
    began_at: int = 0
    until: int = 0
    """When this round, or the talk, ends."""
    hear_until: int = 0
    """Before this, nothing that pauses a person can be decided."""
    heard: bool = False
    widening: int = 0
    """Jurors still sought beyond its size."""
    widened: int = 0
    """How many have joined beyond the size it began with."""
    no_wider: bool = False
    untimed: bool = False
    """It began after the time of a first instance, because a message stays held or on appeal."""
    side_at: int | None = None
    """When the author added their side."""

    @property
    def seated(self) -> tuple[Seat, ...]:
        return tuple(seat for seat in self.seats if seat.state == "seated")

    def seat(self, juror: str) -> Seat | None:
        return next((seat for seat in self.seats if seat.juror == juror), None)

    def ballot(self, seat: Seat) -> Ballot | None:
        """What they cast in this round."""
        return seat.second if self.round == 2 else seat.first

    def ballots(self, round_: int) -> tuple[Ballot, ...]:
        given = ((seat.second if round_ == 2 else seat.first) for seat in self.seated)
        return tuple(each for each in given if each is not None)

    def swapped(self, old: Seat, new: Seat) -> "Panel":
        return replace(self, seats=tuple(new if each.rank == old.rank else each for each in self.seats))

    def put_away(self) -> "Panel":
        """What is kept once it is over: who sat, and how they voted."""
        return replace(self, order=(), seats=tuple(seat for seat in self.seats if seat.letter))
