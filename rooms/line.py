"""The line at a full door: who is in it, who comes before whom, and for whom a free seat is. Pure."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Waits(NamedTuple):
    """Somebody who waits, or did a moment ago; moments in ms."""

    circle: str
    person: str
    id: int
    """Who comes first has the smallest."""
    name: str | None
    seen_at: int
    seat_until: int | None
    sister_until: int | None
    sister_id: str | None
    before: bool
    """They were in this circle before: neither doors that rest nor being late keeps them out."""


def standing(several: Iterable[Waits], now: int, lease: int) -> list[Waits]:
    """Who waits at ``now``: whose page is here, who did not let the seat pass that was held, and opened no sister circle."""
    return sorted((each for each in several if waits(each, now, lease)), key=lambda each: each.id)


def waits(each: Waits, now: int, lease: int) -> bool:
    passed = each.seat_until is not None and each.seat_until <= now
    return each.sister_id is None and not passed and now < each.seen_at + lease


def called(line: Sequence[Waits], free: int, *, shut: bool) -> list[Waits]:
    """For whom the free seats are. ``shut``: only for those who were here before."""
    return [each for each in line if each.before or not shut][: max(0, free)]


def ahead(line: Sequence[Waits], person: str, *, shut: bool) -> int:
    """How many come before somebody, who may be in the line or not."""
    count = 0
    for each in line:
        if each.person == person:
            break
        count += each.before or not shut
    return count
