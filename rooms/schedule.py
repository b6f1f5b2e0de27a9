"""When a circle meets: times that repeat by the wall clock of a zone, and the moments they are. Pure but for zone data.

A time by the wall clock that the clock leaves out in spring is as late after midnight as it would have been without the
change: 2:30 is then 3:30. One that it shows twice in autumn is the first of the two. RFC 5545 (3.3.5) says the same, so
calendars agree. A sitting lasts as long as it lasts, whatever the clock does meanwhile.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import count
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from rooms.units import DAY, MINUTE
from rooms.work import Refusal

Repeat = Literal["once", "weekly", "fortnightly", "monthly"]
Nth = Literal[1, 2, 3, 4, -1]
"""Which of its weekday in a month; -1 is the last."""

SHOWN = 4
EXCEPTIONS_MOST = 200
MOVED_MOST = 30
"""Each is worked out whenever somebody looks at the list."""
LASTS_LEAST, LASTS_MOST = 15, 12 * 60
"""Minutes."""
FROM, TO = date(2000, 1, 1), date(2199, 12, 31)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


@dataclass(frozen=True, slots=True)
class Schedule:
    """Made by `plan`, which refuses what cannot be. Days are those of the zone."""

    zone: str
    first: date
    minute: int
    """Of the day, by the wall clock: 0 to 1439."""
    lasts: int
    """Minutes."""
    repeat: Repeat = "weekly"
    nth: Nth = 1
    """For monthly ones: which of the weekday of `first`."""
    until: date | None = None
    """The last day on which it may be."""
    but: frozenset[date] = frozenset()
    """Days on which it is not."""


class Sitting(NamedTuple):
    starts: int
    """ms, like `ends`."""
    ends: int
    day: date
    """By which an exception names it."""


def plan(
    *,
    zone: str,
    first: str,
    at: str,
    lasts: int,
    repeat: Repeat,
    nth: Nth = 1,
    until: str | None = None,
    but: Sequence[str] = (),
) -> Schedule:
    """Days as ``2026-03-29``, the time of day as ``19:30``, ``lasts`` in minutes.

    Raises ``schedule.too_many_exceptions``, ``schedule.unknown_zone``, ``schedule.bad_date`` (with its ``field``),
    ``schedule.bad_time``, ``schedule.bad_length``, ``schedule.not_that_day`` where a monthly one begins on a day that is
    not its own, and ``schedule.never`` where nothing would be left of it.
    """
    if len(but) > EXCEPTIONS_MOST:
        raise Refusal("schedule.too_many_exceptions", most=EXCEPTIONS_MOST)
    if zone not in zones():
        raise Refusal("schedule.unknown_zone")
    minute = minute_of(at)
    if not LASTS_LEAST <= lasts <= LASTS_MOST:
        raise Refusal("schedule.bad_length", least=LASTS_LEAST, most=LASTS_MOST)
    planned = Schedule(
        zone=zone,
        first=day_of(first, "first"),
        minute=minute,
        lasts=lasts,
        repeat=repeat,
        nth=nth,
        until=None if until is None else day_of(until, "until"),
        but=frozenset(day_of(each, "but") for each in but),
    )
    if repeat == "monthly" and _nth_of(planned.first.year, planned.first.month, planned) != planned.first:
        raise Refusal("schedule.not_that_day")
    if next(_days(planned, planned.first), None) is None:
        raise Refusal("schedule.never")
    return planned


@cache
def zones() -> frozenset[str]:
    """Names of zones as places have them; a short name like ``EST`` says nothing of summer."""
    return frozenset(each for each in available_timezones() if "/" in each or each == "UTC")


def upcoming(schedule: Schedule, now: int, most: int = SHOWN) -> tuple[Sitting, ...]:
    """The next sittings, a running one among them, in order. Fewer where it ends."""
    # No zone is further than a day from UTC, and no sitting longer than half a day.
    near = max(FROM, datetime.fromtimestamp((now - 2 * DAY) / 1_000, UTC).date())
    found: list[Sitting] = []
    for day in _days(schedule, near):
        sitting = on(schedule, day)
        if sitting.ends > now:
            found.append(sitting)
        if len(found) == most:
            break
    return tuple(found)


def on(schedule: Schedule, day: date) -> Sitting:
    """The sitting of that day, whether there is one or not."""
    wall = datetime.combine(day, time(*divmod(schedule.minute, 60)), ZoneInfo(schedule.zone))
    starts = round(wall.timestamp()) * 1_000
    return Sitting(starts, starts + schedule.lasts * MINUTE, day)


def meets(schedule: Schedule, day: date) -> bool:
    """Whether there is a sitting on that day, exceptions left out."""
    return next(_days(schedule, max(FROM, day)), None) == day


def day_of(text: str, field: str) -> date:
    """A day of the calendar, as ``2026-03-29``. Raises ``schedule.bad_date`` with the field."""
    try:
        day = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or not FROM <= day <= TO:
        raise Refusal("schedule.bad_date", field=field)
    return day


def minute_of(text: str) -> int:
    """Of the day, of a time such as ``19:30``. Raises ``schedule.bad_time``."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise Refusal("schedule.bad_time")
    return int(found[1]) * 60 + int(found[2])


def _days(schedule: Schedule, near: date) -> Iterator[date]:
    """Its days from ``near`` on, exceptions left out; ends with its last one or with the calendar."""
    last = TO if schedule.until is None else schedule.until
    for day in _regular(schedule, near):
        if day > last:
            return
        if day >= max(near, schedule.first) and day not in schedule.but:
            yield day


def _regular(schedule: Schedule, near: date) -> Iterator[date]:
    """From a little before ``near`` at the latest, without end where it has none."""
    first = schedule.first
    match schedule.repeat:
        case "once":
            yield first
        case "weekly" | "fortnightly":
            every = timedelta(weeks=1 if schedule.repeat == "weekly" else 2)
            day = first + max(0, (near - first) // every) * every
            while day <= TO:
                yield day
                day += every
        case "monthly":
            month = first.year * 12 + first.month - 1
            for each in count(max(month, near.year * 12 + near.month - 1)):
                if each // 12 > TO.year:
                    return
                yield _nth_of(each // 12, each % 12 + 1, schedule)


def _nth_of(year: int, month: int, schedule: Schedule) -> date:
    """The n-th of its weekday in that month; every month has four, and a last one."""
    weekday = schedule.first.weekday()
    if schedule.nth > 0:
        start = date(year, month, 1)
        return start + timedelta((weekday - start.weekday()) % 7 + 7 * (schedule.nth - 1))
    end = date(year + month // 12, month % 12 + 1, 1) - timedelta(1)
    return end - timedelta((end.weekday() - weekday) % 7)
