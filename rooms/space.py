"""How a circle is held just now, as a value: kept with the circle, changed by the rules here. Pure, but for `change`."""

import msgspec

from rooms.log import append
from rooms.models import Circle
from rooms.wire import Discreet
from rooms.wire_events import SpaceChanged, What
from rooms.wire_space import Act, Pace, SpaceView, Wish
from rooms.work import Announcement, Work


class Asked(Discreet, frozen=True):
    """A wish that waits for a second person, and whose it is: forgotten with its end."""

    act: Act
    by: str
    until: int


class Space(Discreet, frozen=True, omit_defaults=True):
    """Moments in ms since 1970 UTC, in the past once they are over; ``by`` and the like are participants."""

    pace: Pace = "usual"
    rest_until: int | None = None
    breath_from: int | None = None
    breath_until: int | None = None
    doors_until: int | None = None
    wishes: tuple[Asked, ...] = ()
    listening: tuple[int, ...] = ()
    """Until when each of those who listen at the door does."""
    closing_by_two: bool = False
    """The closing that is under way was announced by two people and not by who holds the space."""
    beside: tuple[str, ...] = ()
    """Who holds it beside the host, the longest first."""
    shift_until: int | None = None
    """When the host's turn is over."""
    handover_until: int | None = None
    """So long the circle is asked who would hold it."""
    willing: str | None = None
    """Who offers."""
    willing_until: int | None = None
    asked: str | None = None
    """Whom the host asked to hold it too."""
    asked_until: int | None = None
    waited: int = 0
    """How long (ms) an announced closing has waited for a round."""
    greeted_at: int = 0
    """Who came before then was welcomed."""
    prompt: int | None = None
    """Seq of the prompt that is kept in view."""
    prompt_until: int | None = None


USUAL = Space()
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Space).decode


def load(kept: bytes | None) -> Space:
    return USUAL if kept is None else _decode(kept)


def keep(circle: Circle, space: Space) -> None:
    """Put it into the circle's row, with the moment at which something of it is to be forgotten."""
    circle.space = None if space == USUAL else _encode(space)
    ends = (space.shift_until, space.handover_until, *(wish.until for wish in space.wishes))
    circle.space_due = min((each for each in ends if each is not None), default=None)


def change(
    work: Work, circle: Circle, space: Space, what: What, *, act: Act | None = None, who: str | None = None
) -> Announcement:
    """Keep it, and tell everybody in the circle."""
    keep(circle, space)
    work.db.add(circle)
    return append(
        work,
        circle.log_id,
        SpaceChanged(space=view(space, work.now, hosted=circle.host_id is not None), what=what, act=act, who=who),
    )


def settle(work: Work, circle: Circle, space: Space, what: What) -> None:
    """Keep it; told only where something of it shows."""
    before = view(load(circle.space), work.now)
    if before != view(space, work.now):
        change(work, circle, space, what)
        return
    keep(circle, space)
    work.db.add(circle)


def view(space: Space, now: int, *, hosted: bool = True) -> SpaceView:
    """As everybody in the circle may see it."""
    return SpaceView(
        pace=space.pace,
        rest_until=ahead(space.rest_until, now),
        breath_until=ahead(space.breath_until, now),
        doors_until=ahead(space.doors_until, now),
        wishes=tuple(Wish(act=each.act, until=each.until) for each in space.wishes if now < each.until),
        listening=tuple(each for each in space.listening if now < each),
        hosted=hosted,
        handover_until=ahead(space.handover_until, now),
        willing=space.willing if ahead(space.willing_until, now) is not None else None,
        willing_until=ahead(space.willing_until, now),
        prompt=space.prompt if ahead(space.prompt_until, now) is not None else None,
        prompt_until=ahead(space.prompt_until, now),
    )


def holds(host: str | None, space: Space, participant: str) -> bool:
    return participant == host or participant in space.beside


def wished(space: Space, participant: str, now: int) -> tuple[Act, ...]:
    """What one participant would like, and waits for a second to join."""
    return tuple(each.act for each in space.wishes if each.by == participant and now < each.until)


def forgotten(space: Space, now: int) -> Space:
    """Without wishes that nobody joined in time."""
    return msgspec.structs.replace(space, wishes=tuple(each for each in space.wishes if now < each.until))


def ahead(moment: int | None, now: int) -> int | None:
    return moment if moment is not None and now < moment else None
