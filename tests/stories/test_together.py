"""What takes two: a breath, doors that rest, another pace; and the bell, which anyone may ring. The host included."""

import asyncio
from typing import Any

import msgspec
import pytest

from tests.guests import Guest, Refused, new_key
from tests.house import House


async def a_circle(place: House, *names: str, **choices: Any) -> tuple[str, list[Guest]]:
    """The first opens it, the others come in."""
    people = [await Guest(place.url, name).comes_in() for name in names]
    circle = await people[0].opens(**choices)
    for each in people[1:]:
        await each.enters(circle)
    return circle, people


async def breathe(circle: str, first: Guest, second: Guest) -> Any:
    await first.asks("breath.ask", circle=circle)
    return await second.asks("breath.ask", circle=circle)


async def standing(guest: Guest, circle: str) -> Any:
    """How the circle is held, as it is told to somebody who comes to look, and what they wished for themselves."""
    await guest.asks("log.unwatch", on=f"circle/{circle}")
    mine = (await guest.watches(f"circle/{circle}"))["mine"]
    return mine.get("space"), mine.get("wished", [])


def wish(act: str, until: int) -> dict[str, Any]:
    return {"wishes": [{"act": act, "until": until}]}


async def told(guest: Guest, circle: str, what: str) -> Any:
    """How the circle is held since that has happened."""
    event = await guest.sees(f"circle/{circle}", lambda e: e["kind"] == "space.changed" and e["what"] == what, what)
    return event["space"]


async def test_one_asks_and_a_second_makes_it_a_breath_for_everybody(place: House) -> None:
    circle, (ana, bo, cleo) = await a_circle(place, "Ana", "Bo", "Cleo")
    for each in (ana, bo, cleo):
        await each.says(f"{each.name} before.")
    first = await bo.asks("breath.ask", circle=circle)
    assert first["began"] is False
    asked = wish("breath", first["until"])
    again = await bo.asks("breath.ask", circle=circle)
    assert again == first, "asking twice is not two people"
    assert await told(ana, circle, "wished") == asked
    assert await standing(bo, circle) == (asked, ["breath"])
    assert await standing(ana, circle) == (asked, [])
    second = await cleo.asks("breath.ask", circle=circle)
    assert second["began"] is True
    assert await told(ana, circle, "breath") == {"breath_until": second["until"]}
    assert await standing(bo, circle) == ({"breath_until": second["until"]}, [])
    # The host, those who asked and those who did not: each may say one thing, and waits with the next.
    for each in (ana, bo, cleo):
        await each.says(f"{each.name} in the breath.")
        with pytest.raises(Refused, match="circle.waiting") as waits:
            await each.says(f"{each.name} at once.")
        assert waits.value.facts["why"] == "breath"
        assert 0 < waits.value.facts["retry_after"] <= 20_000
    await place.clock.passes(seconds=20)
    await ana.says("After a while.")
    await place.clock.passes(seconds=40)
    await ana.says("It is over.")
    await ana.says("Truly over.")
    assert await standing(bo, circle) == ({}, [])
    assert not any("at once" in str(body) for body in bo.bodies(circle)), "what waited was stored"


async def test_words_that_waited_go_with_the_key_they_had_and_once(place: House) -> None:
    circle, (ana, bo) = await a_circle(place, "Ana", "Bo")
    await breathe(circle, ana, bo)
    said, waits = new_key(), new_key()
    seq = await ana.says("One.", key=said)
    for _ in range(3):
        with pytest.raises(Refused, match="circle.waiting"):
            await ana.says("Two.", key=waits)
    assert await ana.says("One.", key=said) == seq, "what is stored already is answered as it was"
    await place.clock.passes(minutes=1)
    later = await ana.says("Two.", key=waits)
    assert await ana.says("Two.", key=waits) == later
    await bo.hears("Two.")
    assert ana.bodies(circle) == ["One.", "Two."]


async def test_many_at_once_in_a_breath_are_one_each(place: House) -> None:
    circle, people = await a_circle(place, "Ana", "Bo", "Cleo")
    await breathe(circle, people[0], people[1])
    key = new_key()
    asked = [each.says(f"{each.name} {n}") for each in people for n in range(5)]
    twice = [people[0].says("Ana again", key=key) for _ in range(2)]
    results = await asyncio.gather(*asked, *twice, return_exceptions=True)
    went = {each for each in results if isinstance(each, int)}
    assert len(went) == len(people)
    waits = {each.code if isinstance(each, Refused) else each for each in results} - went
    assert waits == {"circle.waiting"}
    await people[2].until(lambda: len(people[2].bodies(circle)) == len(people), "one message of each")


async def test_a_wish_ends_by_itself_and_nobody_keeps_whose_it_was(place: House) -> None:
    circle, (ana, bo, cleo) = await a_circle(place, "Ana", "Bo", "Cleo")
    await ana.asks("breath.ask", circle=circle)
    await place.clock.passes(minutes=5)
    assert await standing(ana, circle) == (None, [])
    kept = await place.parts.store.read(lambda conn: conn.exec_driver_sql("SELECT space, space_due FROM circle").one())
    assert tuple(kept) == (None, None)
    answer = await bo.asks("breath.ask", circle=circle)
    assert answer["began"] is False, "the wish of somebody who asked long ago still counted"
    await bo.asks("circle.leave", circle=circle)
    answer = await cleo.asks("breath.ask", circle=circle)
    assert answer["began"] is False, "the wish of somebody who left still counted"
    assert (await ana.asks("breath.ask", circle=circle))["began"] is True


async def test_once_in_a_quarter_of_an_hour(place: House) -> None:
    circle, (ana, bo, _) = await a_circle(place, "Ana", "Bo", "Cleo")
    until = (await breathe(circle, ana, bo))["until"]
    assert (await ana.asks("breath.ask", circle=circle)) == {"began": True, "until": until}
    await place.clock.passes(minutes=14)
    with pytest.raises(Refused, match="breath.too_soon") as refused:
        await ana.asks("breath.ask", circle=circle)
    assert 0 < refused.value.facts["retry_after"] <= 60_000
    await place.clock.passes(minutes=1)
    assert (await breathe(circle, ana, bo))["began"] is True


async def test_nothing_told_says_who_asked(place: House) -> None:
    circle, (ana, bo, cleo) = await a_circle(place, "Ana", "Bo", "Cleo")
    await cleo.asks("log.unwatch", on=f"circle/{circle}")
    ids = {each["name"]: each["id"] for each in (await cleo.watches(f"circle/{circle}"))["participants"]}
    heard = len(cleo.frames)
    await breathe(circle, ana, bo)
    await told(cleo, circle, "breath")
    page = (await cleo.gets(f"/api/circles/{circle}/events")).json()
    heard_of = [event for event in page["events"] if event["event"]["kind"] == "space.changed"]
    assert len(heard_of) == 2
    # Frames of whose screen is here name people too, and come when they like.
    live = [frame for frame in cleo.frames[heard:] if b"breath" in frame]
    assert len(live) == 2
    for frame in (*live, msgspec.json.encode(heard_of)):
        assert not any(ids[name].encode() in frame for name in ("Ana", "Bo"))


async def test_strangers_and_closed_circles_have_no_breath(quick: House) -> None:
    circle, (ana, _) = await a_circle(quick, "Ana", "Bo")
    stranger = await Guest(quick.url, "Dan").comes_in()
    for other in (circle, "AAAAAAAAAAAAAAAA"):
        with pytest.raises(Refused, match="circle.not_found"):
            await stranger.asks("breath.ask", circle=other)
    await ana.says("Good night.")
    await ana.asks("circle.close", circle=circle)
    await quick.clock.passes(minutes=10)
    with pytest.raises(Refused, match="circle.closed"):
        await ana.asks("breath.ask", circle=circle)


async def test_the_bell_rests_everybody_for_a_minute(place: House) -> None:
    circle, (ana, bo) = await a_circle(place, "Ana", "Bo")
    rung = await bo.asks("bell.ring", circle=circle)
    assert rung["began"] is True
    assert await told(ana, circle, "bell") == {"rest_until": rung["until"]}
    assert await ana.asks("bell.ring", circle=circle) == rung, "while it rings, ringing changes nothing"
    key = new_key()
    for each in (ana, bo):
        with pytest.raises(Refused, match="circle.waiting") as waits:
            await each.says(f"{each.name} in the rest.", key=key)
        assert (waits.value.facts["why"], waits.value.facts["until"]) == ("rest", rung["until"])
    await place.clock.passes(minutes=1)
    await ana.says("Ana in the rest.", key=key)
    await bo.hears("Ana in the rest.")
    with pytest.raises(Refused, match="bell.too_soon") as refused:
        await ana.asks("bell.ring", circle=circle)
    assert 0 < refused.value.facts["retry_after"] <= 14 * 60_000
    await place.clock.passes(minutes=14)
    assert (await ana.asks("bell.ring", circle=circle))["began"] is True


async def test_doors_that_two_close_let_in_who_was_here_before(place: House) -> None:
    circle, (ana, bo) = await a_circle(place, "Ana", "Bo")
    await bo.asks("circle.leave", circle=circle)
    cleo, dan = [await Guest(place.url, name).comes_in() for name in ("Cleo", "Dan")]
    await cleo.enters(circle)
    await ana.asks("doors.rest", circle=circle)
    closed = await cleo.asks("doors.rest", circle=circle)
    assert closed["began"] is True
    with pytest.raises(Refused, match="doors.rest") as refused:
        await dan.enters(circle)
    assert 0 < refused.value.facts["retry_after"] <= 10 * 60_000
    await bo.enters(circle)
    await place.clock.passes(minutes=10)
    await dan.enters(circle)
    with pytest.raises(Refused, match="doors.too_soon"):
        await ana.asks("doors.rest", circle=circle)


async def test_at_a_gentle_pace_each_waits_for_oneself(place: House) -> None:
    circle, (ana, bo) = await a_circle(place, "Ana", "Bo")
    chosen = [await each.asks("pace.choose", circle=circle, pace="gentle") for each in (ana, bo)]
    assert [each["began"] for each in chosen] == [False, True]
    assert await told(ana, circle, "pace") == {"pace": "gentle"}
    await ana.says("One.")
    await bo.says("Two.")
    with pytest.raises(Refused, match="circle.waiting") as waits:
        await ana.says("Three.")
    assert waits.value.facts["why"] == "gentle"
    await place.clock.passes(seconds=30)
    await ana.says("Three.")


async def test_one_at_a_time_each_waits_for_the_others(place: House) -> None:
    circle, (ana, bo) = await a_circle(place, "Ana", "Bo")
    for each in (bo, ana):
        await each.asks("pace.choose", circle=circle, pace="one_at_a_time")
    await ana.says("One.")
    for each in (ana, bo):
        with pytest.raises(Refused, match="circle.waiting") as waits:
            await each.says("Two.")
        assert waits.value.facts["why"] == "one_at_a_time"
    # Nobody speaks on and on: the others come first.
    await place.clock.passes(seconds=10)
    with pytest.raises(Refused, match="circle.waiting"):
        await ana.says("And one more of mine.")
    await bo.says("Two.")
    for each in (ana, bo):
        await each.asks("pace.choose", circle=circle, pace="usual")
    await ana.says("As we like.")
    assert await standing(ana, circle) == (None, [])


async def test_a_wish_for_one_pace_is_no_wish_for_another(place: House) -> None:
    circle, (ana, bo) = await a_circle(place, "Ana", "Bo")
    await ana.asks("pace.choose", circle=circle, pace="gentle")
    other = await bo.asks("pace.choose", circle=circle, pace="one_at_a_time")
    assert other["began"] is False
    space, _ = await standing(ana, circle)
    assert [each["act"] for each in space["wishes"]] == ["pace_gentle", "pace_one_at_a_time"]
    assert (await bo.asks("pace.choose", circle=circle, pace="gentle"))["began"] is True
    assert await standing(bo, circle) == ({"pace": "gentle"}, []), "wishes for other paces end with the choice"
