"""What people are shown of a round: what all in the circle may know, and one's own part of it."""

from typing import Annotated, Literal

from msgspec import Meta

from rooms.wire import Discreet, OpaqueId

Wish = Literal["just_listen", "same_here", "ideas", "sit_with_me"]
"""How a share would like to be met."""
Box = Literal["open", "yours", "waits"]
"""One's own box: for anybody as ever; for oneself alone, who has the piece; or what is written there waits."""
Act = Literal["join", "listen", "step_out", "begin", "pass", "come_back", "stay", "ask", "lay_down"]


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
    turn: Annotated[int, Meta(ge=0)] = 0
    """Number of the latest turn; 0 before the first."""


class MyRound(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """What only this person sees."""

    box: Box
    may: tuple[Act, ...] = ()
    """What they can do now with an effect."""
    asked: bool = False
    """Others ask whether to go on, or nothing was heard of this holder for long; `stay` is an answer."""
    late: bool = False
    """They came after it was offered: they get a card with the question and who has the piece, and that listening is
    fine."""
