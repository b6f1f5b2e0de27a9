"""Rounds with a talking piece: what people ask for, what follows from it, and what one is shown."""

from typing import Annotated, Literal

from msgspec import Meta

from rooms.wire import Command, Discreet, Event, Key, Moment, OpaqueId, Text

Turn = Annotated[int, Meta(ge=0, lt=2**31)]
How = Literal["passed", "silent", "later"]
Ending = Literal["complete", "too_few", "laid_down", "closed"]
Box = Literal["open", "yours", "waits"]
"""One's own box: for anybody as ever; for oneself alone, who has the piece; or what is written there waits."""


# --- what people ask for ----------------------------------------------------------------------------------


class OfferRound(Command, tag="round.offer", frozen=True, kw_only=True):
    """Offer a round, with a question or without. It begins once others have joined; nobody has to."""

    circle: OpaqueId
    key: Key
    question: Text = ""
    joins: bool = True
    talk: bool = False
    """After the shares there is time to talk about them."""


class OfRound(Command, frozen=True, kw_only=True):
    circle: OpaqueId
    round: OpaqueId


class JoinRound(OfRound, tag="round.join", frozen=True, kw_only=True):
    pass


class ListenToRound(OfRound, tag="round.listen", frozen=True, kw_only=True):
    """I would rather listen. It only spares others the waiting; nobody is told, and one may still join."""


class StepOutOfRound(OfRound, tag="round.step_out", frozen=True, kw_only=True):
    pass


class BeginRound(OfRound, tag="round.begin", frozen=True, kw_only=True):
    """Begin before the time to gather is over: whoever offered it, or any two who joined."""


class LayDownPiece(OfRound, tag="round.lay_down", frozen=True, kw_only=True):
    """Let us end the round here: it ends when more people ask for it than are in it and do not."""


class AskHolder(OfRound, tag="piece.ask", frozen=True, kw_only=True):
    """Shall we go on? It takes two, and only the holder is told."""


class OfTurn(OfRound, frozen=True, kw_only=True):
    turn: Turn


class PassPiece(OfTurn, tag="piece.pass", frozen=True, kw_only=True):
    silent: bool = False
    """Without words."""


class ComeBackToMe(OfTurn, tag="piece.come_back", frozen=True, kw_only=True):
    """Once, at the end."""


class StayWithPiece(OfTurn, tag="piece.stay", frozen=True, kw_only=True):
    """A sign that the holder is here: a key pressed, or the answer that they would like a while longer."""


TurnCommand = (
    JoinRound
    | ListenToRound
    | StepOutOfRound
    | BeginRound
    | LayDownPiece
    | AskHolder
    | PassPiece
    | ComeBackToMe
    | StayWithPiece
)
"""Everything that is asked of a round that is on."""
RoundCommand = OfferRound | TurnCommand


# --- what follows, in the circle's log ----------------------------------------------------------------------


class RoundOffered(Event, tag="round.offered", frozen=True, kw_only=True):
    round: OpaqueId
    by: OpaqueId
    talk: bool = False
    question: str | None = None
    """Absent where none was asked, or it has faded or was taken back."""


class RoundJoined(Event, tag="round.joined", frozen=True, kw_only=True):
    round: OpaqueId
    who: OpaqueId


class RoundSteppedOut(Event, tag="round.stepped_out", frozen=True, kw_only=True):
    round: OpaqueId
    who: OpaqueId


class RoundBegan(Event, tag="round.began", frozen=True, kw_only=True):
    round: OpaqueId


class PieceGiven(Event, tag="piece.given", frozen=True, kw_only=True):
    """The piece is with them; others' words wait until it is with nobody any more."""

    round: OpaqueId
    to: OpaqueId
    turn: Turn


class PiecePassed(Event, tag="piece.passed", frozen=True, kw_only=True):
    """``later`` does not tell whether they asked for that, lost their connection or gave no sign."""

    round: OpaqueId
    by: OpaqueId
    turn: Turn
    how: How


class RoundTalks(Event, tag="round.talks", frozen=True, kw_only=True):
    """All who wanted have shared; everybody may talk about it until then."""

    round: OpaqueId
    until: Moment


class RoundOver(Event, tag="round.over", frozen=True, kw_only=True):
    round: OpaqueId
    how: Ending


RoundEvent = (
    RoundOffered | RoundJoined | RoundSteppedOut | RoundBegan | PieceGiven | PiecePassed | RoundTalks | RoundOver
)


class PieceAsked(Event, tag="piece.asked", frozen=True, kw_only=True):
    """To the holder alone: others ask whether to go on, or nothing was heard of them for long."""

    circle: OpaqueId
    round: OpaqueId
    turn: Turn


# --- what one is shown --------------------------------------------------------------------------------------


class RoundView(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """A round as everybody in the circle may see it, whenever they came."""

    id: OpaqueId
    phase: Literal["gathering", "going", "talk"]
    question: str | None = None
    """Absent where none was asked, or it has faded or was taken back."""
    talk: bool = False
    people: tuple[OpaqueId, ...] = ()
    """Who is in it, in the order of joining. Who had the piece already is not told."""
    holder: OpaqueId | None = None
    turn: Turn = 0
    """Number of the latest turn; 0 before the first."""
    by: OpaqueId | None = None
    """Who offered it; one word of theirs begins it."""
    until: Moment | None = None
    """While everybody talks about the shares: until then."""


class MyRound(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """What only this person sees."""

    box: Box
    turns: int = 0
    """How often the piece came to them; it comes once, and a second time if it went on without them or they asked for
    that."""
    listening: bool = False
    """They said that they would rather listen."""
    asked: bool = False
    """Others ask whether to go on, or nothing was heard of this holder for long; `piece.stay` is an answer."""
    late: bool = False
    """They came after it was offered: they get a card with the question and who has the piece, and that listening is
    fine."""
