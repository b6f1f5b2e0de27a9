"""The bell: anybody may ring it, and for a minute nobody's words go, the ringer's, the host's and moderators' included."""

from msgspec.structs import replace

from rooms import rules, space
from rooms.circles import seat
from rooms.wire_space import RingBell, TogetherAnswer
from rooms.work import Answered, Refusal, Work


def ring(work: Work, command: RingBell) -> Answered:
    """Ringing while it still rings changes nothing.

    Raises ``bell.too_soon`` with the ms after which it may be rung in this circle again.
    """
    circle, _ = seat(work, command.circle)
    rules.may_talk(circle.state)
    held = space.load(circle.space)
    until = space.ahead(held.rest_until, work.now)
    if until is None:
        limits = work.limits
        wait = 0 if held.rest_until is None else held.rest_until - limits.rest + limits.rest_every - work.now
        if wait > 0:
            raise Refusal("bell.too_soon", retry_after=wait)
        until = work.now + limits.rest
        space.change(work, circle, replace(space.forgotten(held, work.now), rest_until=until), "bell")
    return Answered(made=TogetherAnswer(began=True, until=until))
