"""What panels, holds and letters of reasons say on the wire. Nobody's name is in any of it: jurors are letters.

Levels are whole numbers. Content: 0 leave it, 1 keep it folded, 2 withhold it. Person: 0 nothing, 1 a kind note,
2 an invitation to say it differently, 3 a short pause in this circle, 4 a longer one, 5 a step away from posting anywhere.
"""

from typing import Annotated, Literal

from msgspec import Meta

from moderation.wire import Category
from rooms.wire import Command, Discreet, Event, Moment, OpaqueId, Seq, Text

HardCategory = Literal["privacy", "threat", "illegal", "spam"]
Content = Annotated[int, Meta(ge=0, le=2)]
PersonLevel = Annotated[int, Meta(ge=0, le=5)]
Item = Annotated[int, Meta(ge=0, lt=16)]
"""A message of a case, counted from 0 in the order in which the panel reads them."""
SeatState = Literal["offered", "taken", "reading", "cast", "talk", "again", "done", "gone"]
"""Offered by lot; taken and waiting for the others; reading before the ballot; cast; talking after a split; reading again
before the second ballot; decided; and gone: given to somebody else, left, or not needed."""


# --- commands ---------------------------------------------------------------------------------------------


class HoldMessage(Command, tag="message.hold", frozen=True, kw_only=True):
    """Cover a message for some minutes, for everybody, while others look. ``mine``: it shows one's own private data."""

    circle: OpaqueId
    target: Seq
    category: HardCategory
    mine: bool = False


class CosignHold(Command, tag="hold.cosign", frozen=True, kw_only=True):
    circle: OpaqueId
    target: Seq


class AddSide(Command, tag="side.add", frozen=True, kw_only=True):
    """The author tells the panel their side, once, while it reads."""

    letter: OpaqueId
    body: Text


class MakeAppeal(Command, tag="appeal.make", frozen=True, kw_only=True):
    """Ask another panel; by the author, or by somebody who flagged what was left as it is."""

    letter: OpaqueId
    body: Text = ""


class TakeSeat(Command, tag="seat.take", frozen=True, kw_only=True):
    seat: OpaqueId


class LeaveSeat(Command, tag="seat.leave", frozen=True, kw_only=True):
    """Not this one: before or after taking it, without a reason."""

    seat: OpaqueId


class LeaveHeavySeat(Command, tag="seat.heavy", frozen=True, kw_only=True):
    """Hand the case over, and be offered no seat for a day."""

    seat: OpaqueId


class MessageMark(Discreet, frozen=True, kw_only=True, forbid_unknown_fields=True):
    item: Item
    content: Content
    hold: bool = False
    """Of a held message: keep it covered while the panel goes on."""


class CastBallot(Command, tag="ballot.cast", frozen=True, kw_only=True):
    """One mark for each message, one for the person; with a reason where any is above 0."""

    seat: OpaqueId
    messages: Annotated[tuple[MessageMark, ...], Meta(max_length=10)]
    person: PersonLevel = 0
    code: Category | None = None
    clause: Annotated[int, Meta(ge=0, le=200)] = 0
    """Line of the agreement, counted from 1; 0 is none of them."""
    sentence: Text = ""


class UndoBallot(Command, tag="ballot.undo", frozen=True, kw_only=True):
    seat: OpaqueId


class SayToPanel(Command, tag="panel.say", frozen=True, kw_only=True):
    seat: OpaqueId
    body: Text


class ReadyToVote(Command, tag="panel.ready", frozen=True, kw_only=True):
    """Enough was said; the second ballot begins once all say so."""

    seat: OpaqueId


class MarkBadFaith(Command, tag="faith.mark", frozen=True, kw_only=True):
    """After deciding to leave everything as it is: these flags were an attack. Counts only if all of the panel say so."""

    seat: OpaqueId
    flags: Annotated[tuple[Annotated[int, Meta(ge=0, lt=500)], ...], Meta(max_length=50)]


# --- what one sees ----------------------------------------------------------------------------------------


class Verdict(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """What one's panel decided, and how many of it carried that; whose ballots those were stays sealed."""

    contents: tuple[int, ...] = ()
    """Of each message, in the order in which they were read."""
    person: int = 0
    code: Category | None = None
    agreed: int
    size: int


class SeatView(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """One's own seat on a panel."""

    id: OpaqueId
    state: SeatState
    kinds: tuple[Category, ...] = ()
    """Named before anything is read."""
    size: int
    appeal: bool = False
    until: Moment | None = None
    """When the seat, the ballot or the talk ends."""
    letter: str | None = None
    answered: int = 0
    """Seats that have cast; which, and what, stays sealed."""
    undo_until: Moment | None = None
    verdict: Verdict | None = None
    """Of a seat that is done; absent where nothing was decided, or where the case is no longer kept."""


class ReadLine(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """A line of what was said, without names: writers are A, B, C in the order in which they come."""

    by: str
    body: str | None = None
    flagged: bool = False


class ReadMessage(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    item: int
    kinds: tuple[Category, ...] = ()
    held: bool = False
    gone: bool = False
    """The words have faded in the circle; they are read for what was decided about the person, and get no mark."""
    lines: tuple[ReadLine, ...]
    """The message with up to five lines either side."""


class PanelLine(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    by: str
    body: str
    mine: bool = False


class MyBallot(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    messages: tuple[MessageMark, ...]
    person: int = 0
    code: Category | None = None
    clause: int = 0
    sentence: str = ""


class CaseToRead(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """What a juror reads, once they open it."""

    seat: SeatView
    agreement: tuple[str, ...]
    """Its lines; a ballot names one by its number, from 1."""
    messages: tuple[ReadMessage, ...]
    side: str | None = None
    """What the author adds."""
    objection: str | None = None
    """On appeal: what was objected."""
    talk: tuple[PanelLine, ...] = ()
    content_most: int
    person_most: int
    more: bool = False
    """Whether a mark above these asks for two more people."""
    mine: MyBallot | None = None
    flags: tuple[int, ...] = ()
    """After the decision, flags that may be marked as an attack, by number only."""


class DeskCounts(Discreet, frozen=True, kw_only=True):
    """For moderators: how it goes, without any text."""

    open: int
    waiting: int
    """For a seat."""
    too_few: int
    """Of the waiting ones, those that cannot be drawn because too few who may read them are there."""
    lapsed: int
    """Within the last week."""


class Desk(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """One's start page as a reviewer. There is nothing to browse."""

    seats: tuple[SeatView, ...] = ()
    left_today: int = 0
    counts: DeskCounts | None = None


# --- events of a person -----------------------------------------------------------------------------------


class SeatMoved(Event, tag="seat.moved", frozen=True, kw_only=True):
    """One's seat on a panel stands differently, or something was said at its table."""

    seat: SeatView


class PauseMoved(Event, tag="pause.moved", frozen=True, kw_only=True):
    """One's own pause from posting; without ``until`` it is over. Without ``circle`` it is everywhere."""

    circle: OpaqueId | None = None
    until: Moment | None = None


PanelCommand = (
    HoldMessage
    | CosignHold
    | AddSide
    | MakeAppeal
    | TakeSeat
    | LeaveSeat
    | LeaveHeavySeat
    | CastBallot
    | UndoBallot
    | SayToPanel
    | ReadyToVote
    | MarkBadFaith
)
PanelEvent = SeatMoved | PauseMoved
