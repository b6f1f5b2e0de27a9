"""What a change of an agreement is, what people ask of it, and what follows. Pure data, kept as one JSON text; no words.

People are opaque participant ids, moments are milliseconds.
"""

from dataclasses import dataclass
from typing import Literal

import msgspec

Phase = Literal["open", "trial", "review", "over"]
Outcome = Literal["stopped", "lapsed", "withdrawn", "kept", "returned"]
What = Literal[
    "proposed", "reworded", "withdrawn", "objected", "cleared", "seconded",
    "stopped", "lapsed", "trial", "review", "kept", "returned",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waits:
    """In ms, as they stood when it was proposed."""

    ask: int
    trial: int
    review: int
    told: int
    """How long the words of what is decided may still be read."""


@dataclass(frozen=True, slots=True)
class Objection:
    who: str
    revision: int
    """The wording it was about."""


@dataclass(frozen=True, slots=True)
class Matter:
    id: str
    by: str
    base: int
    """The version it changes, and the one that comes back."""
    waits: Waits
    since: int
    """When this phase began."""
    until: int
    """When it ends; of what is over, when its words go."""
    phase: Phase = "open"
    revision: int = 1
    consents: tuple[str, ...] = ()
    """Who is for it as it is worded now; while it is on trial, who would keep it."""
    objections: tuple[Objection, ...] = ()
    outcome: Outcome | None = None

    @property
    def seconded(self) -> bool:
        return any(each != self.by for each in self.consents)

    def objects(self, who: str) -> Objection | None:
        return next((each for each in self.objections if each.who == who), None)


@dataclass(frozen=True, slots=True)
class Propose:
    matter: str
    by: str
    base: int
    waits: Waits


@dataclass(frozen=True, slots=True)
class Reword:
    """``most``: so often it may be worded in all."""

    matter: str
    by: str
    most: int


@dataclass(frozen=True, slots=True)
class TakeBack:
    matter: str
    by: str


@dataclass(frozen=True, slots=True)
class Object:
    matter: str
    by: str
    revision: int


@dataclass(frozen=True, slots=True)
class Consent:
    matter: str
    by: str
    revision: int


@dataclass(frozen=True, slots=True)
class Clear:
    """Take back what one answered."""

    matter: str
    by: str


@dataclass(frozen=True, slots=True)
class Left:
    who: str


@dataclass(frozen=True, slots=True)
class Tick:
    pass


Asked = Reword | TakeBack | Object | Consent | Clear
Event = Propose | Asked | Left | Tick


@dataclass(frozen=True, slots=True)
class Told:
    what: What
    who: str | None = None


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Matter).decode


def pack(state: Matter | None) -> bytes | None:
    return None if state is None else _encode(state)


def unpack(kept: bytes | None) -> Matter | None:
    return None if kept is None else _decode(kept)
