"""Repeating times: by the wall clock of their zone, over every change of the clocks, in both hemispheres."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rooms import schedule as times
from rooms.schedule import Schedule, plan, upcoming
from rooms.units import HOUR, MINUTE
from rooms.work import Refusal

PLACES = (
    "Europe/Berlin", "America/New_York", "America/Santiago", "America/St_Johns", "America/Asuncion", "Africa/Casablanca",
    "Africa/Cairo", "Asia/Kolkata", "Asia/Tehran", "Australia/Sydney", "Australia/Lord_Howe", "Pacific/Auckland",
    "Pacific/Chatham", "Pacific/Apia", "Pacific/Kiritimati", "Antarctica/Troll", "UTC",
)  # fmt: skip
DAYS = st.dates(date(2005, 1, 1), date(2060, 12, 31))
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001


def planned(first: str, at: str = "19:00", zone: str = "Europe/Berlin", **how: Any) -> Schedule:
    return plan(**{"zone": zone, "first": first, "at": at, "lasts": 90, "repeat": "weekly", **how})


def ms(text: str) -> int:
    """Of a moment as ``2026-03-28 18:00`` in UTC."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1_000)


def starts(schedule: Schedule, now: str, most: int = 4) -> list[str]:
    """In UTC."""
    found = upcoming(schedule, ms(now), most)
    return [f"{datetime.fromtimestamp(each.starts / 1_000, UTC):%Y-%m-%d %H:%M}" for each in found]


# --- by the wall clock ------------------------------------------------------------------------------------


def test_seven_in_the_evening_stays_seven_in_the_evening_when_summer_begins() -> None:
    berlin = planned("2026-03-15")
    assert starts(berlin, "2026-03-10 00:00") == [
        "2026-03-15 18:00", "2026-03-22 18:00", "2026-03-29 17:00", "2026-04-05 17:00",
    ]  # fmt: skip


def test_and_where_it_ends_then() -> None:
    sydney = planned("2026-03-29", zone="Australia/Sydney")
    assert starts(sydney, "2026-03-28 00:00") == [
        "2026-03-29 08:00", "2026-04-05 09:00", "2026-04-12 09:00", "2026-04-19 09:00",
    ]  # fmt: skip


def test_an_hour_that_is_left_out_is_as_late_after_midnight_as_it_would_have_been() -> None:
    assert starts(planned("2026-03-22", "02:30"), "2026-03-28 00:00", 2) == ["2026-03-29 01:30", "2026-04-05 00:30"]


def test_an_hour_that_comes_twice_is_the_first_of_them() -> None:
    assert starts(planned("2026-10-18", "02:30"), "2026-10-24 00:00", 2) == ["2026-10-25 00:30", "2026-11-01 01:30"]


def test_half_an_hour_of_summer() -> None:
    lord_howe = planned("2026-09-27", "02:15", "Australia/Lord_Howe")
    assert starts(lord_howe, "2026-09-26 00:00", 3) == ["2026-09-26 15:45", "2026-10-03 15:45", "2026-10-10 15:15"]


def test_a_day_that_a_place_never_had_is_the_next() -> None:
    apia = planned("2011-12-23", "19:00", "Pacific/Apia")
    assert starts(apia, "2011-12-23 00:00", 3) == ["2011-12-24 05:00", "2011-12-31 05:00", "2012-01-06 05:00"]


def test_midnights_that_do_not_exist() -> None:
    santiago = planned("2026-08-30", "00:00", "America/Santiago")
    assert starts(santiago, "2026-08-29 00:00", 3) == ["2026-08-30 04:00", "2026-09-06 04:00", "2026-09-13 03:00"]


def test_a_sitting_lasts_as_long_as_it_lasts_while_clocks_change() -> None:
    (night,) = upcoming(planned("2026-03-29", "01:30", lasts=120), ms("2026-03-28 00:00"), 1)
    assert night.ends - night.starts == 2 * HOUR


# --- what repeats -----------------------------------------------------------------------------------------


def test_every_other_week_and_without_some() -> None:
    some = planned("2026-01-06", repeat="fortnightly", but=["2026-02-03", "2026-02-04"], until="2026-03-17")
    days = [each.day.isoformat() for each in upcoming(some, ms("2026-01-01 00:00"), 10)]
    assert days == ["2026-01-06", "2026-01-20", "2026-02-17", "2026-03-03", "2026-03-17"]


def test_the_second_tuesday_and_the_last_friday() -> None:
    second = planned("2026-01-13", repeat="monthly", nth=2)
    last = planned("2026-01-30", repeat="monthly", nth=-1)
    assert [each.day.day for each in upcoming(second, ms("2026-01-01 00:00"))] == [13, 10, 10, 14]
    assert [each.day.isoformat() for each in upcoming(last, ms("2026-01-01 00:00"))] == [
        "2026-01-30", "2026-02-27", "2026-03-27", "2026-04-24",
    ]  # fmt: skip


def test_once_is_once() -> None:
    once = planned("2026-01-13", repeat="once")
    assert starts(once, "2026-01-01 00:00") == ["2026-01-13 18:00"]
    assert starts(once, "2026-01-13 19:29") == ["2026-01-13 18:00"]
    assert starts(once, "2026-01-13 19:30") == []


# --- what cannot be ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"first": "2026-02-30"}, "schedule.bad_date"),
        ({"first": "2025-02-29"}, "schedule.bad_date"),
        ({"first": "20260301"}, "schedule.bad_date"),
        ({"first": "2026-W10-1"}, "schedule.bad_date"),
        ({"first": "1999-12-31"}, "schedule.bad_date"),
        ({"first": "9999-12-31"}, "schedule.bad_date"),
        ({"first": ""}, "schedule.bad_date"),
        ({"first": "٢٠٢٦-٠٣-٠١"}, "schedule.bad_date"),
        ({"first": "2026-03-01\n"}, "schedule.bad_date"),
        ({"until": "2026-13-01"}, "schedule.bad_date"),
        ({"but": ["tomorrow"]}, "schedule.bad_date"),
        ({"but": ["2026-03-01"] * 201}, "schedule.too_many_exceptions"),
        ({"but": ["nonsense"] * 10_000}, "schedule.too_many_exceptions"),
        ({"zone": "Europe/Atlantis"}, "schedule.unknown_zone"),
        ({"zone": "Europe"}, "schedule.unknown_zone"),
        ({"zone": "../../etc/passwd"}, "schedule.unknown_zone"),
        ({"zone": "/etc/localtime"}, "schedule.unknown_zone"),
        ({"zone": ""}, "schedule.unknown_zone"),
        ({"zone": "Europe/Berlin\0"}, "schedule.unknown_zone"),
        ({"zone": "A" * 100_000}, "schedule.unknown_zone"),
        ({"at": "24:00"}, "schedule.bad_time"),
        ({"at": "7:00"}, "schedule.bad_time"),
        ({"at": "19:60"}, "schedule.bad_time"),
        ({"at": "19:00 "}, "schedule.bad_time"),
        ({"lasts": 14}, "schedule.bad_length"),
        ({"lasts": 721}, "schedule.bad_length"),
        ({"until": "2026-03-02"}, "schedule.never"),
        ({"until": "2026-03-04", "but": ["2026-03-03"]}, "schedule.never"),
        ({"repeat": "once", "but": ["2026-03-03"]}, "schedule.never"),
        ({"repeat": "monthly", "nth": 2}, "schedule.not_that_day"),
        ({"repeat": "monthly", "nth": -1}, "schedule.not_that_day"),
    ],
)
def test_what_cannot_be_is_refused(changed: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        planned(**{"first": "2026-03-03", **changed})
    assert refusal.value.code == code


def test_two_hundred_exceptions_are_possible() -> None:
    day = date(2026, 3, 3)
    many = [(day + timedelta(weeks=week)).isoformat() for week in range(200)]
    (found,) = upcoming(planned("2026-03-03", but=many), ms("2026-03-01 00:00"), 1)
    assert found.day == day + timedelta(weeks=200)


# --- against another way to find the same -----------------------------------------------------------------


def shown(at: int, zone: ZoneInfo) -> datetime:
    """What a clock on the wall shows at a moment (s)."""
    return datetime.fromtimestamp(at, zone).replace(tzinfo=None)


def moment(wall: datetime, zone: ZoneInfo) -> int:
    """The first moment (s) at which the clock shows that; where it never does, by the offset before the gap.

    Found by looking at the clock from two days before, and never by asking for the time of a wall clock.
    """
    guess = round((wall - EPOCH).total_seconds())
    early, late = guess - 2 * 86_400, guess + 2 * 86_400
    offsets = {shown(at, zone) - (EPOCH + timedelta(seconds=at)) for at in range(early, late, 900)}
    exact = [guess - round(each.total_seconds()) for each in offsets]
    exact = [at for at in exact if shown(at, zone) == wall]
    if exact:
        return min(exact)
    before = next(at for at in range(early, late, 60) if shown(at, zone) > wall) - 60
    return guess - round((shown(before, zone) - (EPOCH + timedelta(seconds=before))).total_seconds())


def midnight_of(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time())


def days_of(schedule: Schedule, most: int) -> list[date]:
    """Its first days, found by looking at every day."""
    found: list[date] = []
    day = schedule.first
    while len(found) < most and day.year < 2199 and (schedule.until is None or day <= schedule.until):
        weeks, rest = divmod((day - schedule.first).days, 7)
        month_ends = (day + timedelta(7)).month != day.month
        right = {
            "once": day == schedule.first,
            "weekly": rest == 0,
            "fortnightly": rest == 0 and weeks % 2 == 0,
            "monthly": rest == 0 and (month_ends if schedule.nth == -1 else (day.day + 6) // 7 == schedule.nth),
        }[schedule.repeat]
        if right and day not in schedule.but:
            found.append(day)
        if schedule.repeat == "once":
            break
        day += timedelta(1)
    return found


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    first = draw(DAYS)
    repeat = draw(st.sampled_from(("once", "weekly", "fortnightly", "monthly")))
    week = (first.day + 6) // 7
    nth = draw(st.sampled_from((week, -1))) if (first + timedelta(7)).month != first.month and week < 5 else week
    return Schedule(
        zone=draw(st.sampled_from(PLACES)),
        first=first,
        minute=draw(st.one_of(st.integers(0, 1_439), st.integers(0, 240))),
        lasts=draw(st.integers(times.LASTS_LEAST, times.LASTS_MOST)),
        repeat=repeat,  # type: ignore[arg-type]
        nth=-1 if week == 5 else nth,  # type: ignore[arg-type]
        until=draw(st.none() | st.integers(0, 200).map(lambda days: first + timedelta(days))),
        but=draw(st.frozensets(st.integers(0, 12).map(lambda weeks: first + timedelta(weeks=weeks)), max_size=4)),
    )


@given(schedule=schedules(), ahead=st.integers(-10 * 86_400_000, 120 * 86_400_000))
@settings(max_examples=60, deadline=None)
@example(Schedule("Pacific/Apia", date(2011, 12, 2), 1_140, 90), 0)
@example(Schedule("America/Asuncion", date(2024, 9, 29), 15, 60), 0)
def test_the_next_are_those_that_looking_at_every_day_finds(schedule: Schedule, ahead: int) -> None:
    zone = ZoneInfo(schedule.zone)
    now = round((midnight_of(schedule.first) - EPOCH).total_seconds()) * 1_000 + ahead
    found = upcoming(schedule, now)
    walls = [(midnight_of(day) + timedelta(minutes=schedule.minute), day) for day in days_of(schedule, 40)]
    near = [(wall, day) for wall, day in walls if wall > EPOCH + timedelta(milliseconds=now, days=-3)]
    expected = [(moment(wall, zone), day) for wall, day in near[: times.SHOWN + 6]]
    expected = [each for each in expected if each[0] * 1_000 + schedule.lasts * MINUTE > now][: times.SHOWN]
    assert [(each.starts // 1_000, each.day) for each in found] == expected
    assert all(each.ends - each.starts == schedule.lasts * MINUTE for each in found)


@given(schedule=schedules(), moments=st.lists(st.integers(0, 400 * 86_400_000), min_size=2, max_size=2))
@settings(max_examples=60, deadline=None)
def test_later_one_sees_what_one_saw_coming(schedule: Schedule, moments: list[int]) -> None:
    start = round((midnight_of(schedule.first) - EPOCH).total_seconds()) * 1_000
    early, late = sorted(moments)
    seen = upcoming(schedule, start + early, 80)
    assert list(seen) == sorted(seen)
    later = [each for each in seen if each.ends > start + late]
    assert list(upcoming(schedule, start + late, 80))[: len(later)] == later


@given(first=DAYS, zone=st.sampled_from(PLACES), repeat=st.sampled_from(("weekly", "fortnightly")))
@settings(max_examples=40, deadline=None)
def test_what_was_planned_is_what_was_said(first: date, zone: str, repeat: Any) -> None:
    schedule = planned(first.isoformat(), "19:30", zone, repeat=repeat)
    assert (schedule.first, schedule.minute, schedule.zone) == (first, 1_170, zone)
    assert times.on(schedule, first) == upcoming(schedule, times.on(schedule, first).starts, 1)[0]
