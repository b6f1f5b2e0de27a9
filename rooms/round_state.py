"""What a round is: who is in it, who has the piece, and what waits for whom. Pure data, kept as one JSON text.

People are opaque participant ids, moments are milliseconds. No words and no names are in it: a round's question is kept
where words are kept, because words fade.
"""

from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from rooms.work import Refusal

Phase = Literal["gathering", "going", "talk", "over"]
Ending = Literal["complete", "too_few", "laid_down", "closed"]

VERSION = 1
"""Grows when what is kept cannot be read by who wrote it before; a new field with a default does not need that."""
TURNS_MOST = 2
"""How often one person is offered the piece: once, and once more when it went on without them or they asked for it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What one person asks for and others have to ask for too."""

    by: str
    at: int


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who joined. Seats stand in the order of joining."""

    who: str
    turns: tuple[int, ...] = ()
    """Numbers of the turns in which the piece was offered to them."""
    owed: bool = True
    """It is still to be offered to them, for the first time or once more."""
    out: bool = False
    """They left the circle, or stepped out of the round."""
    away_since: int | None = None
    """Since when none of their screens is here."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Where the piece is. There is one, so nobody else can have it."""

    who: str
    turn: int
    since: int
    sign: int
    """When the holder last gave a sign: a word, a key pressed, an answer. Coming and going of screens is none."""
    shared: bool = False
    asked: bool = False
    """The question whether to go on stands before the holder."""
    asked_at: int | None = None
    """When it was last put there by two others."""
    asking: Wish | None = None
    """The first of two who would like to ask."""
    first_asked_at: int | None = None
    """When it was first put there by two others in this turn: from then on signs keep the piece for a time only."""
    spared: bool = False
    """Since the last sign they came back with hardly any time left and were given some."""


@dataclass(frozen=True, slots=True)
class Round:
    id: str
    by: str
    """Who offered it; they have no say in it that others have not, but that one word of theirs begins it."""
    offered_at: int
    at: int
    """When this phase began."""
    phase: Phase = "gathering"
    talk: bool = False
    """After the shares there is time to talk about them."""
    seats: tuple[Seat, ...] = ()
    piece: Piece | None = None
    """With somebody exactly while the round is going."""
    turn: int = 0
    """Number of the latest turn; counts from 1."""
    listening: tuple[str, ...] = ()
    """Who said they would rather listen. Nobody is told."""
    begin: Wish | None = None
    lay: tuple[Wish, ...] = ()
    """Who would like to lay the piece down."""
    ending: Ending | None = None
    version: int = VERSION

    def seat(self, who: str) -> Seat | None:
        return next((each for each in self.seats if each.who == who), None)

    @property
    def holder(self) -> str | None:
        return None if self.piece is None else self.piece.who

    @property
    def inside(self) -> tuple[Seat, ...]:
        """Who joined and is neither gone nor stepped out, whether the piece was with them or not."""
        return tuple(each for each in self.seats if not each.out)

    @property
    def here(self) -> tuple[Seat, ...]:
        return tuple(each for each in self.inside if each.away_since is None)

    @property
    def line(self) -> tuple[Seat, ...]:
        """Who waits for the piece, in the order in which they are offered it.

        Whoever is here goes before whoever is away, and a first time before a second; then it is the order of joining.
        """
        waiting = (each for each in self.inside if each.owed)
        return tuple(sorted(waiting, key=lambda each: (each.away_since is not None, len(each.turns))))

    def with_seat(self, seat: Seat) -> "Round":
        return replace(self, seats=tuple(seat if each.who == seat.who else each for each in self.seats))


_DECODER = msgspec.json.Decoder(Round)


def pack(state: Round) -> bytes:
    """What `unpack` reads: at most some 100 bytes for each who joined."""
    return msgspec.json.encode(state)


def unpack(blob: bytes) -> Round:
    """Raises ``round.newer`` for what a newer version of this program wrote: another process goes on with it."""
    try:
        state = _DECODER.decode(blob)
    except msgspec.ValidationError:
        raise Refusal("round.newer", retry_after=1_000) from None
    if state.version > VERSION:
        raise Refusal("round.newer", retry_after=1_000)
    return state
