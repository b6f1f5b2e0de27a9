"""The sittings of a circle that meets again: its times, without the days left out, and with those that were moved. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

import msgspec

from rooms.schedule import EXCEPTIONS_MOST, MOVED_MOST, SHOWN, Schedule, Sitting, day_of, meets, minute_of, on, upcoming
from rooms.units import DAY
from rooms.work import Refusal


@dataclass(frozen=True, slots=True)
class Times:
    """``schedule`` has the days left out; ``moved`` says for a day when its sitting is instead: day, minute of it."""

    schedule: Schedule
    moved: Mapping[date, tuple[date, int]] = field(default_factory=dict)


def ahead(times: Times, now: int, most: int = SHOWN) -> tuple[Sitting, ...]:
    """The next sittings, a running one among them, in order. One that was moved keeps the day by which it is named."""
    schedule = times.schedule
    usual = upcoming(replace(schedule, but=schedule.but | times.moved.keys()), now, most)
    moved = (instead(times, day) for day in times.moved)
    return tuple(sorted((*usual, *(each for each in moved if each.ends > now)))[:most])


def instead(times: Times, day: date) -> Sitting:
    """When the sitting of that day is, wherever it was moved to."""
    to, minute = times.moved.get(day, (day, times.schedule.minute))
    return on(replace(times.schedule, minute=minute), to)._replace(day=day)


def left_out(times: Times, day: str, now: int) -> Times:
    """Without the sitting of that day. Raises ``schedule.no_sitting``, and what `_checked` raises."""
    named = _sitting(times, day, now)
    moved = {each: to for each, to in times.moved.items() if each != named}
    return _checked(Times(replace(times.schedule, but=times.schedule.but | {named}), moved), now)


def moved(times: Times, day: str, to: str, at: str, now: int) -> Times:
    """The sitting of that day is at another time, once. Raises ``schedule.past`` too."""
    named = _sitting(times, day, now)
    changed = Times(times.schedule, {**times.moved, named: (day_of(to, "to"), minute_of(at))})
    if instead(changed, named).starts <= now:
        raise Refusal("schedule.past")
    return _checked(changed, now)


def put_back(times: Times, day: str, now: int) -> Times:
    """The sitting of that day is as it would be. Harmless to repeat."""
    named = day_of(day, "day")
    moved = {each: to for each, to in times.moved.items() if each != named}
    return _checked(Times(replace(times.schedule, but=times.schedule.but - {named}), moved), now)


def pack(times: Times, now: int) -> bytes:
    """The exceptions, but for those that are long over."""
    since = datetime.fromtimestamp((now - 2 * DAY) / 1_000, UTC).date()
    but = sorted(each for each in times.schedule.but if each >= since)
    moved = {each.isoformat(): (to, minute) for each, (to, minute) in times.moved.items() if max(each, to) >= since}
    return msgspec.json.encode(_Exceptions(tuple(but), moved))


def unpack(schedule: Schedule, packed: bytes) -> Times:
    kept = msgspec.json.decode(packed, type=_Exceptions)
    moved = {date.fromisoformat(each): to for each, to in kept.moved.items()}
    return Times(replace(schedule, but=frozenset(kept.but)), moved)


class _Exceptions(msgspec.Struct, frozen=True):
    but: tuple[date, ...]
    moved: dict[str, tuple[date, int]]


def _sitting(times: Times, day: str, now: int) -> date:
    named = day_of(day, "day")
    if not meets(times.schedule, named) or instead(times, named).ends <= now:
        raise Refusal("schedule.no_sitting")
    return named


def _checked(times: Times, now: int) -> Times:
    """Raises ``schedule.too_many_exceptions``, or ``schedule.never`` where nothing would be left of it."""
    if len(times.schedule.but) + len(times.moved) > EXCEPTIONS_MOST:
        raise Refusal("schedule.too_many_exceptions", most=EXCEPTIONS_MOST)
    if len(times.moved) > MOVED_MOST:
        raise Refusal("schedule.too_many_exceptions", most=MOVED_MOST)
    if not ahead(times, now, 1):
        raise Refusal("schedule.never")
    return times
