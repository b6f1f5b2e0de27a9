"""A case as one JSON text beside its rows: what is kept of the review, and of each message besides its flags. Pure."""

from dataclasses import dataclass, replace

import msgspec

from moderation.flagged import Held, Message, Ruling
from moderation.state import Case, Closing, Conduct, Review


@dataclass(frozen=True, slots=True)
class Rest:
    """Of one message."""

    holds: tuple[Held, ...] = ()
    ruling: Ruling | None = None


@dataclass(frozen=True, slots=True)
class Packed:
    review: Review
    rest: tuple[tuple[int, Rest], ...] = ()
    """By seq; messages of which there is nothing to say are left out."""


_NOTHING = Packed(Review())
_DECODER = msgspec.json.Decoder(Packed)


def pack(case: Case) -> bytes:
    """What `unpack` reads. Moments, levels and opaque ids: no words, no names."""
    rest = tuple((each.seq, Rest(each.holds, each.ruling)) for each in case.messages if each.holds or each.ruling)
    return msgspec.json.encode(Packed(case.review, rest))


def unpack(
    blob: bytes | None,
    *,
    opened_at: int,
    lapses_at: int,
    messages: tuple[Message, ...],
    closed: Closing | None,
    author: str | None = None,
    hosts: tuple[str, ...] = (),
    conduct: tuple[Conduct, ...] = (),
) -> Case:
    """A case from its rows; ``blob`` is None for one of which nothing was kept yet."""
    packed = _NOTHING if blob is None else _DECODER.decode(blob)
    rest = dict(packed.rest)
    none = Rest()
    return Case(
        opened_at=opened_at,
        lapses_at=lapses_at,
        messages=tuple(
            replace(each, holds=found.holds, ruling=found.ruling)
            for each in messages
            for found in (rest.get(each.seq, none),)
        ),
        closed=closed,
        review=packed.review,
        author=author,
        hosts=hosts,
        conduct=conduct,
    )
