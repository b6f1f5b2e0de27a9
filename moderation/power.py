"""What one person, or two together, can do that touches anybody else: the shape of an entry in the closed list."""

from dataclasses import dataclass
from typing import Literal

Holder = Literal["anyone", "author", "host", "reviewer", "subject", "operator"]
Reach = Literal["self", "author", "person", "message", "circle", "nobody"]
"""Whom it can touch: the holder's own view, the author of a message, a person who is asked something, how others see a message, or a whole circle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    letter: str
    does: str
    holder: Holder
    reach: Reach
    commands: tuple[str, ...] = ()
    lasts: int | None = None
    """The longest that its effect on others stays without anybody else agreeing."""
    caps: tuple[tuple[int, int, str], ...] = ()
    """How often: at most so many, in so long, per what."""
    stopped_by: int | None = None
    """How many others end it by answering."""


TENDING = ("tend.greet", "tend.agreement", "tend.prompt")
"""What whoever holds a space does at once and anybody else together with a second person."""
