"""What a case is: its messages, the panel that reads them, what was decided, and what follows for whom. Pure data.

People are opaque ids, None once they are forgotten. Moments and lengths are milliseconds. Every part of a `Review` can
be written as JSON and read back to an equal value.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from moderation.flagged import Message
from moderation.panel import Panel
from moderation.wire import Category

Closing = Literal["lapsed", "withdrawn", "repaired", "faded", "final"]
Stage = Literal["triage", "seating", "ballot1", "talk", "ballot2", "decided", "appeal_wait", "closed"]
Side = Literal["author", "flagger"]
READING: tuple[Stage, ...] = ("ballot1", "talk", "ballot2")
UNDECIDED: tuple[Stage, ...] = ("triage", "seating", *READING)
"""Of the first instance; while an appeal is read its stages are the same and there is a decision already."""


@dataclass(frozen=True, slots=True)
class Outcome:
    seq: int
    level: int
    agreed: int
    """How many ballots were at or above the level."""
    code: Category | None
    until: int | None


@dataclass(frozen=True, slots=True)
class Decision:
    instance: int
    size: int
    e: int
    at: int
    outcomes: tuple[Outcome, ...]
    person: int
    person_agreed: int
    person_until: int | None
    code: Category | None
    """The reason most of those gave who carried it."""
    clause: int
    appeal_until: int
    fallback: bool = False
    heard: bool = True
    """False: nobody could be seated for the appeal, and the gentler side won."""
    side: Side | None = None
    """Who had appealed."""

    def level(self, seq: int) -> int:
        return next((each.level for each in self.outcomes if each.seq == seq), 0)


@dataclass(frozen=True, slots=True)
class Sanction:
    """A pause (3, 4) in this circle or a step away (5) from posting anywhere."""

    level: int
    start: int
    until: int
    """When it ends as things stand; while an author's appeal waits that may be sooner than `full_until`."""
    full_until: int
    over: bool = False


@dataclass(frozen=True, slots=True)
class Appeal:
    side: Side
    by: str | None
    at: int
    until: int
    """Unless a panel is seated by then, the gentler side wins."""
    open: bool = True


@dataclass(frozen=True, slots=True)
class FaithMark:
    juror: str | None
    flags: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """Region R of a case and what hangs on it; kept as one JSON text."""

    stage: Stage = "triage"
    folds_over: bool = False
    """The time of folds by flags alone is over."""
    pool: int | None = None
    """E when lots were last drawn, or could not be."""
    draw_after: int = 0
    """Drawing again before this would only ask the same people again."""
    panel: Panel | None = None
    past: tuple[Panel, ...] = ()
    """Panels that have decided or could not; their jurors never sit again in this case."""
    declined: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    sanctions: tuple[Sanction, ...] = ()
    appeals: tuple[Appeal, ...] = ()
    late: tuple[tuple[int, str], ...] = ()
    """Flags (message, person) that came after the decision and only hide."""
    accused: tuple[str | None, ...] = ()
    """Who flagged or held what was left as it is: those whom the deciding panel may mark, by their place here."""
    faith: tuple[FaithMark, ...] = ()
    marked: tuple[int, ...] = ()
    """Places in `accused` of those whom all of the panel have marked."""


@dataclass(frozen=True, slots=True)
class Conduct:
    """A pause of the same author in another case, as far as it stands."""

    level: int
    at: int
    here: bool
    """In the same circle."""


@dataclass(frozen=True, slots=True)
class Case:
    opened_at: int
    lapses_at: int
    """When all its folds end, unless somebody decides before; at most 72 h after the opening."""
    messages: tuple[Message, ...] = ()
    closed: Closing | None = None
    review: Review = Review()
    author: str | None = None
    """The person; like the hosts and the record not part of what is kept here, but given when the case is read."""
    hosts: tuple[str, ...] = ()
    conduct: tuple[Conduct, ...] = ()

    def message(self, seq: int) -> Message | None:
        return next((each for each in self.messages if each.seq == seq), None)

    @property
    def undecided(self) -> bool:
        return self.review.stage in UNDECIDED and not self.review.decisions

    @property
    def decision(self) -> Decision | None:
        """The one in force."""
        return self.review.decisions[-1] if self.review.decisions else None

    @property
    def paused(self) -> tuple[Sanction, ...]:
        """Region S."""
        return tuple(each for each in self.review.sanctions if not each.over)

    def with_panel(self, panel: Panel | None, stage: Stage | None = None) -> "Case":
        return replace(self, review=replace(self.review, panel=panel, stage=stage or self.review.stage))

    def sat(self) -> Iterator[str]:
        """Everybody who ever held a seat here."""
        panels = (*self.review.past, *((self.review.panel,) if self.review.panel else ()))
        for panel in panels:
            for seat in panel.seats:
                if seat.letter and seat.juror is not None:
                    yield seat.juror

    def parties(self) -> Iterator[str]:
        """Who may never vote here, whatever is known outside: author, hosts, whoever flagged, held or co-signed."""
        yield from self.hosts
        names = [self.author]
        for message in self.messages:
            names += [flag.by for flag in message.flags]
            names += [by for hold in message.holds for by in (hold.by, hold.cosigner)]
        yield from (name for name in names if name is not None)
