"""Who holds the space of a circle, and how it goes to others: the circle outlives its host. Pure.

A host who leaves, says "I need to stop", or is silent while others speak hands over: a co-holder takes it, else
everybody is asked. The first who is willing and whom one other person seconds holds it. If nobody does, the circle goes
on as equals, and anybody may still take it that way later. Nobody is asked why.
"""

from dataclasses import dataclass, replace
from typing import Literal

from rooms.limits import MINUTE
from rooms.work import Refusal

SILENT = 10 * MINUTE
"""So long others speak without a sign of the host (ms). Where nobody speaks, nobody is missed."""
AWAY = 5 * MINUTE
"""So long no screen of the host is here."""
ASKED = 10 * MINUTE
"""So long everybody is asked before the circle goes on as equals."""

Told = Literal["asked", "held", "equals", "co_holder"]
"""Everybody is asked who would like to hold the space; somebody does; nobody does; somebody stands by."""


@dataclass(frozen=True, slots=True)
class Space:
    """Participant ids and moments (ms)."""

    host: str | None
    missed_since: int | None = None
    """When others first spoke after the host's last sign."""
    away_since: int | None = None
    asked_at: int | None = None
    """Everybody is asked since then."""
    stopping: bool = False
    """The host asked for it, or their shift is over; a sign of theirs does not end the asking."""
    willing: tuple[str, ...] = ()
    co: tuple[str, ...] = ()
    """They were willing and seconded while there was a host; the first takes over."""
    until: int | None = None
    """When the host's shift ends."""


Step = tuple[Space, tuple[tuple[Told, str | None], ...]]


def next_at(space: Space) -> int | None:
    moments = []
    if space.asked_at is not None:
        return space.asked_at + ASKED
    if space.host is not None:
        moments += [space.missed_since + SILENT] if space.missed_since is not None else []
        moments += [space.away_since + AWAY] if space.away_since is not None else []
        moments += [space.until] if space.until is not None else []
    return min(moments, default=None)


def tick(space: Space, *, now: int) -> Step:
    space = _not_ahead(space, now)
    at = next_at(space)
    if at is None or at > now:
        return space, ()
    if space.asked_at is not None:
        return replace(Space(None), willing=space.willing), (("equals", None),)
    over = space.until is not None and space.until <= now
    return _pass_on(replace(space, stopping=over, until=None if over else space.until), now)


def sign(space: Space, who: str, *, now: int) -> Step:
    """Somebody speaks or tends. The host is here then; others are heard by them or wait for them."""
    if space.host == who:
        here = replace(space, missed_since=None, away_since=None)
        if space.asked_at is None or space.stopping:
            return here, ()
        return replace(here, asked_at=None, willing=()), (("held", who),)
    if space.host is not None and space.missed_since is None:
        return replace(space, missed_since=now), ()
    return space, ()


def screen(space: Space, who: str, *, here: bool, now: int) -> Step:
    if space.host != who or here == (space.away_since is None):
        return space, ()
    return replace(space, away_since=None if here else now), ()


def stop(space: Space, by: str, *, now: int) -> Step:
    """I need to stop. Raises ``circle.not_host``; said again it changes nothing."""
    if space.host != by:
        raise Refusal("circle.not_host")
    return (space, ()) if space.stopping else _pass_on(replace(space, stopping=True), now)


def left(space: Space, who: str, *, now: int) -> Step:
    space = replace(
        space,
        willing=tuple(each for each in space.willing if each != who),
        co=tuple(each for each in space.co if each != who),
    )
    if space.host != who:
        return space, ()
    asked = space.asked_at
    gone = replace(space, host=None, missed_since=None, away_since=None, until=None)
    return (gone, ()) if asked is not None else _pass_on(gone, now)


def offer(space: Space, by: str) -> Space:
    """I would hold it, or stand by. It takes one other person to agree."""
    return space if by in (space.host, *space.co, *space.willing) else replace(space, willing=(*space.willing, by))


def take_back(space: Space, by: str) -> Space:
    """One may always do less."""
    return replace(
        space,
        willing=tuple(each for each in space.willing if each != by),
        co=tuple(each for each in space.co if each != by),
    )


def second(space: Space, by: str, whom: str, *, until: int | None = None) -> Step:
    """Raises ``space.own`` for oneself and ``space.not_willing``; seconding once more changes nothing.

    ``until`` is how long the shift of a new host lasts (ms), None where it has no end.
    """
    if by == whom:
        raise Refusal("space.own")
    if whom == space.host or whom in space.co:
        return space, ()
    if whom not in space.willing:
        raise Refusal("space.not_willing")
    if space.host is not None and space.asked_at is None:
        willing = tuple(each for each in space.willing if each != whom)
        return replace(space, willing=willing, co=(*space.co, whom)), (("co_holder", whom),)
    return Space(whom, until=until, co=space.co), (("held", whom),)


def _pass_on(space: Space, now: int) -> Step:
    if space.co:
        return Space(space.co[0], co=space.co[1:], willing=space.willing), (("held", space.co[0]),)
    return replace(space, asked_at=now, missed_since=None, away_since=None), (("asked", None),)


def _not_ahead(space: Space, now: int) -> Space:
    """Where the clock was set back no wait grows by that."""

    def moment(at: int | None) -> int | None:
        return None if at is None else min(at, now)

    return replace(
        space,
        missed_since=moment(space.missed_since),
        away_since=moment(space.away_since),
        asked_at=moment(space.asked_at),
    )
