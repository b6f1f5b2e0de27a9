"""When words have to wait: the one place that says until when, whatever the reason. Pure.

What must wait is not stored. Its sender keeps it with its key and sends it again, so nothing is refused for good.
"""

from typing import Literal, NamedTuple

from rooms.limits import Limits
from rooms.space import Space
from rooms.work import Refusal

Why = Literal["rest", "breath", "gentle", "one_at_a_time"]
"""What has an end that is known. A round has none, see `piece`."""


class Wait(NamedTuple):
    """Until when (ms) a post has to wait, and what for."""

    until: int
    why: Why


def longest(*waits: Wait | None) -> Wait | None:
    """The one that ends last, of those there are."""
    return max((each for each in waits if each is not None), default=None)


def spaced(*, last: int | None, between: int, now: int, why: Why, ends: int | None = None) -> Wait | None:
    """After a message at ``last`` (None for no such) the next may go ``between`` ms later, or when ``ends`` comes."""
    if last is None or now >= last + between or (ends is not None and now >= ends):
        return None
    return Wait(last + between if ends is None else min(ends, last + between), why)


def is_spaced(space: Space, now: int) -> bool:
    """Whether it matters when people last spoke: in a breath, and at every pace but the usual one."""
    return space.pace != "usual" or (space.breath_until is not None and now < space.breath_until)


def held(space: Space, *, own: int | None, others: int | None, limits: Limits, now: int) -> Wait | None:
    """What words of somebody have to wait for, who last spoke at ``own``, and others at ``others`` (None: not lately)."""
    return longest(
        Wait(space.rest_until, "rest") if space.rest_until is not None and now < space.rest_until else None,
        spaced(last=own, between=limits.breath_between, now=now, why="breath", ends=space.breath_until)
        if space.breath_until is not None
        else None,
        spaced(last=own, between=limits.gentle_between, now=now, why="gentle") if space.pace == "gentle" else None,
        spaced(last=others, between=limits.one_between, now=now, why="one_at_a_time")
        if space.pace == "one_at_a_time"
        else None,
        # Whoever speaks on and on would leave nobody a moment: after one's own words others have as long again.
        spaced(last=own, between=2 * limits.one_between, now=now, why="one_at_a_time")
        if space.pace == "one_at_a_time"
        else None,
    )


def refusal(wait: Wait, now: int) -> Refusal:
    """``circle.waiting``, with the moment, and the ms until then for clients whose clock differs."""
    return Refusal("circle.waiting", until=wait.until, retry_after=max(1, wait.until - now), why=wait.why)


def piece(*, holder: str | None, round_: str, who: str) -> Refusal | None:
    """``circle.waiting`` for words of anybody but the one who holds the piece of that round, as long as somebody does.

    Nobody knows until when: what ends it is told to the circle, and the sender waits for that.
    """
    if holder in (None, who):
        return None
    return Refusal("circle.waiting", round=round_, why="round")
