"""When words have to wait: the one place that says until when, whatever the reason. Pure.

What must wait is not stored. Its sender keeps it with its key and sends it again, so nothing is refused for good.
"""

from typing import Literal, NamedTuple

from rooms.work import Refusal

Why = Literal["breath"]
"""What has an end that is known. A round has none, see `piece`."""


class Wait(NamedTuple):
    """Until when (ms) a post has to wait, and what for."""

    until: int
    why: Why


def longest(*waits: Wait | None) -> Wait | None:
    """The one that ends last, of those there are."""
    return max((each for each in waits if each is not None), default=None)


def breath(*, ends: int | None, last: int | None, between: int, now: int) -> Wait | None:
    """In a breath that ``ends`` then, for somebody whose ``last`` message of it was at that moment, None for no such.

    One message in ``between`` ms, and at the end of the breath at the latest.
    """
    if ends is None or now >= ends or last is None or now >= last + between:
        return None
    return Wait(min(ends, last + between), "breath")


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
