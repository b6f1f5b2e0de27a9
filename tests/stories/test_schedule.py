"""Drop-ins that open again: planned, listed with their next times, opened by the clock, told of, changed and stopped."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events  # type: ignore[import-untyped]

from rooms import schedule, sittings
from rooms.calendar_feed import feed
from tests.guests import Guest, Refused, new_key
from tests.house import House, house
from tests.http import ask

ZONE = "America/Santiago"
DAY, HOUR, MINUTE = 86_400_000, 3_600_000, 60_000


def when(place: House, *, hours: float = 2, zone: str = ZONE, **more: Any) -> dict[str, Any]:
    """Weekly, the first so many hours from now."""
    first = datetime.fromtimestamp(place.parts.now() / 1_000 + hours * 3600, UTC).astimezone(ZoneInfo(zone))
    return {"zone": zone, "first": f"{first:%Y-%m-%d}", "at": f"{first:%H:%M}", "lasts": 60, **more}


async def plans(guest: Guest, place: House, times: dict[str, Any] | None = None, **more: Any) -> str:
    """Returns the circle that waits for the first sitting."""
    made = await guest.asks(
        "plan.make",
        **{"key": new_key(), "topic": "Quiet evenings", "agreement": "I listen.", "when": times or when(place), **more},
    )
    return str(made["circle"])


async def listed(guest: Guest) -> list[dict[str, Any]]:
    answer = await guest.gets("/api/circles")
    circles: list[dict[str, Any]] = answer.json()["circles"]
    return circles


async def of(guest: Guest, circle: str) -> dict[str, Any]:
    return next(each for each in await listed(guest) if each["id"] == circle)


async def test_a_planned_circle_opens_by_the_clock_and_the_next_one_waits(place: House) -> None:
    ana = await Guest(place.url, "Ana").comes_in()
    bo = await Guest(place.url, "Bo").comes_in()
    await bo.watches(bo.me)
    first = await plans(ana, place)
    shown = await of(bo, first)
    assert shown["state"] == "planned"
    starts = [each["starts"] for each in shown["plan"]["next"]]
    assert len(starts) == 4
    assert starts[0] == shown["opens_at"]
    assert (await of(ana, first))["plan"]["mine"]
    assert "mine" not in shown["plan"]
    await bo.asks("opening.tell", of=shown["plan"]["id"])
    assert (await bo.gets("/api/circles")).json()["told"] == [shown["plan"]["id"]]
    with pytest.raises(Refused, match="circle.not_open_yet"):
        await bo.asks("circle.enter", circle=first, agreement=1)
    await place.clock.passes(hours=2)
    told = await bo.sees(bo.me, lambda event: event["kind"] == "opening.told", "that it opened")
    assert told["circle"] == first
    await bo.enters(first)
    await ana.watches(f"circle/{first}")
    await bo.says("Good evening.")
    await ana.hears("Good evening.", first)
    waiting = [each for each in await listed(bo) if each["state"] == "planned"]
    assert [each["opens_at"] for each in waiting] == [starts[1]]
    # The notice comes ten minutes ahead of its end.
    await place.clock.passes(minutes=51)
    closing = await bo.sees(f"circle/{first}", lambda event: event["kind"] == "circle.closing", "the notice")
    assert closing["closes_at"] == pytest.approx(starts[0] + HOUR, abs=2 * MINUTE)


async def test_an_opening_that_was_missed_is_late_or_passed_over(quick: House) -> None:
    ana = await Guest(quick.url, "Ana").comes_in()
    late = await plans(ana, quick, when(quick, hours=2))
    starts = (await of(ana, late))["opens_at"]
    await quick.clock.passes(hours=2.5)
    assert (await of(ana, late))["state"] == "open"
    over = await plans(ana, quick, when(quick, hours=1), topic="Slow mornings")
    following = (await of(ana, over))["plan"]["next"][1]["starts"]
    await quick.clock.passes(hours=2.5)
    again = await of(ana, over)
    assert (again["state"], again["opens_at"]) == ("planned", following)
    assert starts < following


async def test_a_sitting_is_left_out_moved_and_put_back(quick: House) -> None:
    ana = await Guest(quick.url, "Ana").comes_in()
    circle = await plans(ana, quick)
    plan = (await of(ana, circle))["plan"]
    first, second, third, _ = plan["next"]
    await ana.asks("plan.leave_out", plan=plan["id"], day=first["day"])
    shown = await of(ana, circle)
    assert (shown["opens_at"], shown["plan"]["left_out"]) == (second["starts"], [first["day"]])
    await ana.asks("plan.move", plan=plan["id"], day=second["day"], to=third["day"], at="23:50")
    shown = await of(ana, circle)
    assert shown["plan"]["next"][0]["day"] in (second["day"], third["day"])
    assert {each["day"] for each in shown["plan"]["next"][:2]} == {second["day"], third["day"]}
    with pytest.raises(Refused, match="schedule.no_sitting"):
        await ana.asks("plan.leave_out", plan=plan["id"], day=first["day"])
    for day in (first["day"], second["day"]):
        await ana.asks("plan.put_back", plan=plan["id"], day=day)
    assert (await of(ana, circle))["plan"] == plan


async def test_only_who_planned_it_changes_it_and_who_holds_it_says_what_is_different_once(quick: House) -> None:
    ana = await Guest(quick.url, "Ana").comes_in()
    bo = await Guest(quick.url, "Bo").comes_in()
    circle = await plans(ana, quick)
    plan = (await of(ana, circle))["plan"]
    for do, more in {
        "plan.stop": {}, "plan.change": {"topic": "Mine"}, "plan.leave_out": {"day": plan["next"][0]["day"]},
    }.items():  # fmt: skip
        with pytest.raises(Refused, match="plan.not_found"):
            await bo.asks(do, plan=plan["id"], **more)
    await ana.asks("plan.change", plan=plan["id"], topic="Early evenings", agreement="I listen and I rest.")
    await quick.clock.passes(hours=2)
    await bo.enters(circle, agreement=2)
    await ana.watches(f"circle/{circle}")
    assert (await of(bo, circle))["topic"] == "Early evenings"
    await ana.asks("host.stop", circle=circle)
    await bo.asks("host.offer", circle=circle)
    offered = await ana.sees(f"circle/{circle}", lambda e: e.get("what") == "willing", "the offer")
    seat = offered["space"]["willing"]
    await ana.asks("host.agree", circle=circle, participant=seat)
    for do, more in {"plan.stop": {}, "plan.change": {"topic": "Mine"}}.items():
        with pytest.raises(Refused, match="plan.not_found"):
            await bo.asks(do, plan=plan["id"], **more)
    for do in ("plan.leave_out", "plan.put_back"):
        await bo.asks(do, plan=plan["id"], day=plan["next"][1]["day"])
    # With the one who planned it gone, it goes on with who holds it.
    await ana.asks("person.forget", sure=True)
    assert [each["plan"]["mine"] for each in await listed(bo) if each["id"] == circle] == [True]
    await quick.clock.passes(seconds=1)
    (waiting,) = [each for each in await listed(bo) if each["state"] == "planned"]
    assert waiting["opens_at"] == plan["next"][1]["starts"]
    await bo.asks("plan.stop", plan=plan["id"])
    await quick.clock.passes(seconds=1)
    assert [each["state"] for each in await listed(bo) if each["state"] != "closed"] == ["open"]
    with pytest.raises(Refused, match="plan.not_found"):
        await bo.asks("plan.stop", plan=plan["id"])


async def test_a_plan_goes_with_who_made_it_and_a_sitting_left_is_left_out(quick: House) -> None:
    ana = await Guest(quick.url, "Ana").comes_in()
    bo = await Guest(quick.url, "Bo").comes_in()
    circle = await plans(ana, quick)
    plan = (await of(bo, circle))["plan"]
    await ana.asks("circle.leave", circle=circle)
    await quick.clock.passes(seconds=1)
    (waiting,) = [each for each in await listed(bo) if each["state"] == "planned"]
    assert waiting["opens_at"] == plan["next"][1]["starts"]
    await ana.asks("person.forget", sure=True)
    await quick.clock.passes(seconds=1)
    assert [each for each in await listed(bo) if each["state"] == "planned"] == []


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"zone": "Mars/Olympus"}, "schedule.unknown_zone"),
    ({"first": "2027-02-30"}, "schedule.bad_date"),
    ({"first": "2150-01-01"}, "schedule.bad_date"),
    ({"at": "25:00"}, "schedule.bad_time"),
    ({"lasts": 3}, "schedule.bad_length"),
    ({"until": "2001-01-01"}, "schedule.never"),
    ({"but": [f"20{n % 90 + 10}-01-01" for n in range(4_000)]}, "schedule.too_many_exceptions"),
    ({"repeat": "hourly"}, "request.bad_field"),
)


async def test_what_cannot_be_is_refused_and_nothing_changes(quick: House) -> None:
    ana = await Guest(quick.url, "Ana").comes_in()
    await plans(ana, quick)
    was = await listed(ana)
    for wrong, code in WRONG:
        with pytest.raises(Refused, match=code):
            await plans(ana, quick, when(quick) | wrong)
        with pytest.raises(Refused, match=code):
            await ana.asks("plan.change", plan=was[0]["plan"]["id"], when=when(quick) | wrong)
    assert await listed(ana) == was


async def test_nobody_plans_or_is_told_without_end(quick: House) -> None:
    ana = await Guest(quick.url, "Ana").comes_in()
    key = new_key()
    circle = await plans(ana, quick, key=key)
    assert await plans(ana, quick, key=key) == circle, "sent again after a lost answer"
    for _ in range(quick.parts.door.limits.plans_each - 1):
        await plans(ana, quick)
    with pytest.raises(Refused, match="plan.too_many"):
        await plans(ana, quick)
    with pytest.raises(Refused, match="circle.not_found"):
        await ana.asks("opening.tell", of="AAAAAAAAAAAAAAAA")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Sydney", "America/Santiago"])
def test_another_calendar_reads_what_was_planned_across_both_changes_of_the_clock(zone: str) -> None:
    start = int(datetime(2026, 1, 5, tzinfo=UTC).timestamp() * 1_000)
    for repeat in ("weekly", "fortnightly", "monthly"):
        planned = sittings.Times(
            schedule.plan(zone=zone, first="2026-01-06", at="19:30", lasts=90, repeat=repeat, until="2026-12-31")
        )
        times = sittings.moved(planned, "2026-01-06", "2026-01-07", "02:15", start)
        ours = sittings.ahead(times, start, 100)
        read = icalendar.Calendar.from_ical(feed("Notes", [("some-circle", each) for each in ours], now=start))
        found = recurring_ical_events.of(read).between((2026, 1, 1), (2027, 1, 31))
        theirs = sorted((each["DTSTART"].dt, each["DTEND"].dt) for each in found)
        assert [(begins.timestamp() * 1_000, ends.timestamp() * 1_000) for begins, ends in theirs] == [
            (each.starts, each.ends) for each in ours
        ]
        # By the clock of the place it is always the same time of day, whatever the clock did.
        clocks = [begins.astimezone(ZoneInfo(zone)).strftime("%H:%M") for begins, _ in theirs]
        assert set(clocks[1:]) == {"19:30"}
        assert len({begins.hour for begins, _ in theirs[1:]}) == 2, "no change of the clock was in it"


async def test_a_calendar_reads_times_under_a_neutral_title_until_the_address_is_ended(quick: House) -> None:
    ana = await Guest(quick.url, "Ana").comes_in()
    bo = await Guest(quick.url, "Bo").comes_in()
    circle = await plans(ana, quick, topic="Nobody should read this", about="Nor this.")
    other = await plans(ana, quick, when(quick, hours=5), topic="Another")
    plan, another = [(await of(ana, each))["plan"] for each in (circle, other)]
    made = (await bo.asks("calendar.make", of=plan["id"]))["path"]
    read = await ask("GET", quick.url + made)
    assert (read.status, read.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert read.headers["cache-control"].startswith("private")
    for secret in ("Nobody", "Nor this", "Another", "Ana", circle, plan["id"]):
        assert secret.encode() not in read.body
    events: list[Any] = icalendar.Calendar.from_ical(read.body).walk("VEVENT")
    assert {str(each["SUMMARY"]) for each in events} == {quick.parts.settings.page_title}
    starts = [each["DTSTART"].dt.timestamp() * 1_000 for each in events]
    assert starts[:4] == [each["starts"] for each in plan["next"]]
    # Hers has all she planned; his has what he asked to be told of.
    hers = (await ana.asks("calendar.make", of="mine"))["path"]
    his = (await bo.asks("calendar.make", of="mine"))["path"]
    await bo.asks("opening.tell", of=another["id"])
    read_hers, read_his = [(await ask("GET", quick.url + each)).body for each in (hers, his)]
    assert read_hers.count(b"BEGIN:VEVENT") == 2 * read_his.count(b"BEGIN:VEVENT") > 0
    assert len({str(each["UID"]) for each in icalendar.Calendar.from_ical(read_hers).walk("VEVENT")}) == 120
    # A new one ends the one before; ended is as if it had never been.
    newer = (await bo.asks("calendar.make", of=plan["id"]))["path"]
    assert (await ask("GET", quick.url + made)).status == 404
    await bo.asks("calendar.end", of=plan["id"])
    assert (await ask("GET", quick.url + newer)).status == 404
    assert (await ask("GET", f"{quick.url}/calendar/{'A' * 32}.ics")).status == 404
    stored = quick.parts.store.read_now(lambda conn: conn.exec_driver_sql("SELECT * FROM calendar_feed").all())
    assert not [
        row for row in stored if hers.removeprefix("/calendar/").removesuffix(".ics").encode() in repr(row).encode()
    ]
    await bo.asks("person.forget", sure=True)
    assert (await ask("GET", quick.url + his)).status == 404
    with pytest.raises(Refused, match="circle.not_found"):
        await ana.asks("calendar.make", of="AAAAAAAAAAAAAAAA")


async def test_by_invite_it_is_nobody_elses(quick: House) -> None:
    ana = await Guest(quick.url, "Ana").comes_in()
    bo = await Guest(quick.url, "Bo").comes_in()
    circle = await plans(ana, quick, entry="invited")
    plan = (await of(ana, circle))["plan"]["id"]
    assert await listed(bo) == []
    for do in ("opening.tell", "calendar.make"):
        with pytest.raises(Refused, match="circle.not_found"):
            await bo.asks(do, of=plan)
    invite = await ana.asks("invite.make", circle=circle)
    await quick.clock.passes(hours=2)
    await bo.enters(circle, invite=invite["token"])
    await bo.asks("opening.tell", of=plan)


async def test_what_was_planned_opens_once_over_a_restart(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    async with house(folder) as first:
        ana = await Guest(first.url, "Ana").comes_in()
        circle = await plans(ana, first, when(first, hours=1, lasts=120))
        starts = (await of(ana, circle))["opens_at"]
        await ana.leaves_the_page()
    async with house(folder) as second:
        bo = await Guest(second.url, "Bo").comes_in()
        # No server ran at its time; it is opened late, once, whoever looks how often.
        second.clock.moved = starts - second.parts.now() + 30 * MINUTE
        await asyncio.gather(*(second.parts.clock.perform() for _ in range(4)))
        states = [each["state"] for each in await listed(bo)]
        assert sorted(states) == ["open", "planned"]
