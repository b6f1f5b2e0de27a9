"""What can happen to a round, and what follows from it. Pure data.

What a person asks for names the round, and what they do with the piece names the turn as well: said again later, or
meant for an earlier round, it changes nothing.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from rooms.round_state import Ending, Round

How = Literal["passed", "silent", "later"]
"""How the piece left somebody, as everybody may know it. ``later`` does not tell whether they asked for that, lost their
connection or fell asleep."""


# --- what people ask for ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offer:
    """A round with a new id. Who offers it is in it, unless they say otherwise."""

    round: str
    by: str
    joins: bool = True
    talk: bool = False


@dataclass(frozen=True, slots=True)
class Join:
    round: str
    by: str
    inside: frozenset[str] = frozenset()
    """Everybody who is in the circle now with a screen; when all have answered, there is nothing to wait for.
    Empty where that is not known."""


@dataclass(frozen=True, slots=True)
class Listen:
    """I would rather listen. It only spares others the waiting; one may still join."""

    round: str
    by: str
    inside: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class StepOut:
    round: str
    by: str


@dataclass(frozen=True, slots=True)
class Begin:
    round: str
    by: str


@dataclass(frozen=True, slots=True)
class Pass:
    round: str
    by: str
    turn: int
    silent: bool = False
    """Without words. Who shared before has passed all the same."""


@dataclass(frozen=True, slots=True)
class ComeBack:
    """Come back to me: once, at the end."""

    round: str
    by: str
    turn: int


@dataclass(frozen=True, slots=True)
class Share:
    """A message of theirs is about to be stored, round or no round."""

    by: str


@dataclass(frozen=True, slots=True)
class Sign:
    """A key pressed, or an answer to the question: I am here, I would like a while longer."""

    round: str
    by: str
    turn: int


@dataclass(frozen=True, slots=True)
class Ask:
    """Shall we go on? Takes two who do not hold the piece, and shows only to the holder."""

    round: str
    by: str


@dataclass(frozen=True, slots=True)
class LayDown:
    """Let us lay the piece down: ends the round when more people say so than are in it and do not."""

    round: str
    by: str


# --- what happens by itself; harmless where there is no round -----------------------------------------------


@dataclass(frozen=True, slots=True)
class Gone:
    """The last screen of theirs is gone, since then (ms)."""

    who: str
    since: int


@dataclass(frozen=True, slots=True)
class Back:
    who: str


@dataclass(frozen=True, slots=True)
class Present:
    """All who have a screen here. Makes good whatever `Gone` and `Back` were lost with a process; and when all of them
    have answered an offer, there is nothing to wait for."""

    here: frozenset[str]


@dataclass(frozen=True, slots=True)
class Left:
    """They left the circle."""

    who: str


@dataclass(frozen=True, slots=True)
class Close:
    """The circle closes."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passes."""


Asked = Offer | Join | Listen | StepOut | Begin | Pass | ComeBack | Sign | Ask | LayDown
Happened = Share | Gone | Back | Present | Left | Close | Tick
Event = Asked | Happened


# --- what follows -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offered:
    by: str
    talk: bool


@dataclass(frozen=True, slots=True)
class Joined:
    who: str


@dataclass(frozen=True, slots=True)
class SteppedOut:
    who: str


@dataclass(frozen=True, slots=True)
class Began:
    pass


@dataclass(frozen=True, slots=True)
class Given:
    """The piece is with them; only they may post until it goes on."""

    who: str
    turn: int


@dataclass(frozen=True, slots=True)
class Passed:
    who: str
    turn: int
    how: How


@dataclass(frozen=True, slots=True)
class KindlyAsked:
    """For the holder alone."""

    who: str
    turn: int


@dataclass(frozen=True, slots=True)
class Talks:
    """All who wanted have shared; everybody may talk about it until then (ms)."""

    until: int


@dataclass(frozen=True, slots=True)
class Over:
    ending: Ending


Effect = Offered | Joined | SteppedOut | Began | Given | Passed | KindlyAsked | Talks | Over


class Step(NamedTuple):
    """What a round is after an event, None where there is none, and what has to be done about it, in order."""

    state: Round | None
    effects: tuple[Effect, ...] = ()
