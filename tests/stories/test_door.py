"""The door: a full room and its line, sister circles by two, listening, coming late, and doors that rest."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from rooms.models_door import Listener, Waiter
from tests.guests import Guest, Refused, new_key
from tests.house import House


async def people(place: House, *names: str) -> list[Guest]:
    return [await Guest(place.url, name).comes_in() for name in names]


async def waits(guest: Guest, circle: str, **more: Any) -> Any:
    return await guest.asks("door.wait", circle=circle, agreement=1, **more)


async def refused(code: str, asking: Any) -> dict[str, Any]:
    with pytest.raises(Refused, match=f"^{code}$") as no:
        await asking
    return no.value.facts


async def listeners(guest: Guest, circle: str, number: int) -> list[int]:
    """Until when that many people listen, once somebody inside is told so."""
    found: list[int] = []

    def told() -> bool:
        events = guest.logs[f"circle/{circle}"].events.values()
        last = [each for each in events if each["kind"] == "space.changed" and each["what"] == "listening"][-1:]
        found[:] = last[0]["space"].get("listening", []) if last else []
        return bool(last) and len(found) == number

    await guest.until(told, f"{number} listening")
    return found


async def seen_at_the_door(guest: Guest, circle: str) -> dict[str, Any]:
    shown = (await guest.gets("/api/circles")).json()["circles"]
    found: dict[str, Any] = next(each for each in shown if each["id"] == circle)
    return found


async def test_seats_go_to_those_who_wait_in_the_order_in_which_they_came(place: House) -> None:
    ana, bo, cleo, dee, eve = await people(place, "Ana", "Bo", "Cleo", "Dee", "Eve")
    circle = await ana.opens(capacity=2)
    await bo.enters(circle)
    await refused("circle.full", cleo.enters(circle))
    assert await waits(cleo, circle) == {"waiting": 1}
    assert await waits(dee, circle) == {"waiting": 2}
    async with cleo.offline():
        pass
    assert await waits(cleo, circle) == {"waiting": 2}, "a reconnect cost the place in the line"
    await bo.asks("circle.leave", circle=circle)
    await refused("circle.full", eve.enters(circle))
    await refused("circle.full", dee.enters(circle))
    assert "seat_until" not in await waits(dee, circle)
    assert (await waits(cleo, circle))["seat_until"] > place.parts.now()
    await cleo.enters(circle)
    assert await waits(dee, circle) == {"waiting": 1}
    await ana.asks("circle.leave", circle=circle)
    assert (await waits(dee, circle))["seat_until"] > 0
    await place.clock.passes(seconds=61)
    answer = await waits(eve, circle)
    assert answer["seat_until"] > place.parts.now(), "a seat that was not taken stayed held"
    await eve.enters(circle)
    assert "seat_until" not in await waits(dee, circle)
    assert await dee.asks("door.leave", circle=circle) == {}
    assert await dee.asks("door.leave", circle=circle) == {}
    assert await place.parts.store.read(lambda conn: conn.execute(select(col(Waiter.id))).all()) == []


async def test_who_is_not_at_the_door_any_more_holds_up_nobody(quick: House) -> None:
    ana, bo, cleo, dee = await people(quick, "Ana", "Bo", "Cleo", "Dee")
    circle = await ana.opens(capacity=2)
    await bo.enters(circle)
    await waits(cleo, circle)
    await waits(dee, circle)
    await bo.asks("circle.leave", circle=circle)
    await quick.clock.passes(seconds=50)
    assert await waits(dee, circle) == {"waiting": 2}
    await quick.clock.passes(seconds=26)
    assert (await waits(dee, circle))["waiting"] == 1
    await dee.enters(circle)
    assert await waits(cleo, circle) == {"waiting": 1}, "coming back is waiting anew"


async def test_many_who_wait_at_once_get_exactly_the_seats_there_are(place: House) -> None:
    ana, *others = await people(place, "Ana", *(f"Reed {n}" for n in range(6)))
    circle = await ana.opens(capacity=3)
    answers = await asyncio.gather(*(waits(each, circle) for each in others))
    assert sum("seat_until" in each for each in answers) == 2
    went = await asyncio.gather(*(each.enters(circle) for each in others), return_exceptions=True)
    assert [isinstance(each, Refused) for each in went] == ["seat_until" not in each for each in answers]


async def test_two_who_wait_open_a_sister_circle_together(place: House) -> None:
    ana, bo, cleo, dee, eve = await people(place, "Ana", "Bo", "Cleo", "Dee", "Eve")
    choices: dict[str, Any] = {"topic": "Slow mornings", "about": "Tea.", "agreement": "I listen.", "capacity": 2}
    more: dict[str, Any] = {
        "entry": "invited",
        "listening": True,
        "late_for": 600_000,
        "panels": False,
        "keep_for": 3_600_000,
    }
    circle = await ana.opens(**choices, **more)
    invite = await ana.asks("invite.make", circle=circle, uses=5)
    code = invite["code"]
    await bo.enters(circle, invite=code)
    key = new_key()
    await refused("door.not_waiting", cleo.asks("door.sister", circle=circle, key=key))
    await refused("invite.needed", waits(cleo, circle))
    await refused("invite.not_valid", waits(cleo, circle, invite="AAAAAA"))
    for each in (cleo, dee, eve):
        await waits(each, circle, invite=code)
    first = await cleo.asks("door.sister", circle=circle, key=key)
    assert first["until"] > 0
    assert await cleo.asks("door.sister", circle=circle, key=key) == first, "pressing twice is not two people"
    assert (await waits(cleo, circle))["sister_mine"]
    assert (await waits(dee, circle))["sister_asked"]
    again = new_key()
    pressed = await asyncio.gather(*(dee.asks("door.sister", circle=circle, key=again) for _ in range(3)))
    (sister,) = {each["circle"] for each in pressed}
    assert await cleo.asks("door.sister", circle=circle, key=key) == {"circle": sister}
    assert (await waits(cleo, circle))["sister"] == sister
    seen = [(await each.watches(f"circle/{sister}")) for each in (cleo, dee)]
    view = seen[0]["circle"]
    assert [view["topic"], view["about"], view["agreement"], view["seats"]] == ["Slow mornings", "Tea.", "I listen.", 2]
    assert [view["entry"], view["listening"], view["panels"], view["keep_for"]] == ["invited", True, False, 3_600_000]
    assert all(each["mine"]["space"] == {"hosted": False} for each in seen), "they are equals"
    assert sorted(each["name"] for each in seen[0]["participants"]) == ["Cleo", "Dee"]
    # The third has waited at the mother's door, and the sister circle is full; then it is not.
    assert "sister" not in await waits(eve, circle)
    await dee.asks("circle.leave", circle=sister)
    assert (await waits(eve, circle))["sister"] == sister
    await refused("sister.there", eve.asks("door.sister", circle=circle, key=new_key()))
    await eve.enters(sister)
    stranger = (await people(place, "Fern"))[0]
    await refused("invite.needed", stranger.enters(sister))


async def test_listening_is_counted_not_named_hears_nothing_from_before_and_ends(place: House) -> None:
    ana, bo, cleo = await people(place, "Ana", "Bo", "Cleo")
    circle = await ana.opens(listening=True)
    closed = await bo.opens("Without listening")
    assert (await seen_at_the_door(cleo, circle))["listening"] is True
    await refused("listen.not_here", cleo.asks("door.listen", circle=closed, agreement=1))
    await refused("agreement.changed", cleo.asks("door.listen", circle=circle, agreement=2))
    await refused("circle.not_found", cleo.asks("door.listen", circle="A" * 16, agreement=1))
    await refused("listen.over", cleo.asks("door.hear", circle=circle))
    await ana.says("Before.")
    until = (await cleo.asks("door.listen", circle=circle, agreement=1))["until"]
    assert await cleo.asks("door.listen", circle=circle, agreement=1) == {"until": until}
    assert await listeners(ana, circle, 1) == [until]
    assert await listeners_named(ana, circle) == []
    seq = await ana.says("Since then.")
    folded = await ana.says("Held back.")
    await ana.asks("message.take_back", circle=circle, target=folded)
    heard = await cleo.asks("door.hear", circle=circle)
    lines = [(each["seq"], each["name"], each.get("body")) for each in heard["lines"]]
    assert lines == [(seq, "Ana", "Since then."), (folded, "Ana", None)]
    assert (await cleo.asks("door.hear", circle=circle, head=heard["head"]))["same"] is True
    # A listener can do nothing else, and is nowhere to be seen.
    for do, more in (
        ("message.post", {"key": new_key(), "body": "Hello"}),
        ("gesture.make", {"target": seq, "gesture": "hear_you"}),
        ("message.flag", {"target": seq, "category": "disrespect"}),
        ("writing.tell", {}),
        ("history.page", {"before": 100}),
    ):
        await refused("circle.not_found", cleo.asks(do, circle=circle, **more))
    await refused("log.not_found", cleo.asks("log.watch", on=f"circle/{circle}"))
    await refused("listen.inside", ana.asks("door.listen", circle=circle, agreement=1))
    assert not any(b"Cleo" in frame or cleo.me.encode() in frame for frame in ana.frames)
    async with cleo.offline():
        pass
    assert (await cleo.asks("door.hear", circle=circle))["until"] == until
    await place.clock.passes(minutes=5)
    await refused("listen.over", cleo.asks("door.hear", circle=circle))
    await refused("listen.again", cleo.asks("door.listen", circle=circle, agreement=1))
    await place.clock.passes(minutes=60)
    await cleo.asks("door.listen", circle=circle, agreement=1)
    await cleo.asks("door.stop", circle=circle)
    await refused("listen.over", cleo.asks("door.hear", circle=circle))
    await listeners(ana, circle, 0)
    await place.clock.passes(minutes=66)
    assert await place.parts.store.read(lambda conn: conn.execute(select(col(Listener.until))).all()) == []


async def listeners_named(guest: Guest, circle: str) -> list[str]:
    """Who is here beside oneself."""
    await guest.asks("log.unwatch", on=f"circle/{circle}")
    seen = await guest.watches(f"circle/{circle}")
    return [each for each in seen["here"] if each != seen["mine"]["participant"]]


async def test_few_listen_at_one_door_and_none_while_it_rests_or_once_it_has_closed(quick: House) -> None:
    ana, bo, *ears = await people(quick, "Ana", "Bo", "Cleo", "Dee", "Eve", "Fern")
    circle = await ana.opens(listening=True)
    await bo.enters(circle)
    for each in ears[:3]:
        await each.asks("door.listen", circle=circle, agreement=1)
    await refused("listen.full", ears[3].asks("door.listen", circle=circle, agreement=1))
    await listeners(ana, circle, 3)
    await ana.asks("doors.rest", circle=circle)
    await bo.asks("doors.rest", circle=circle)
    for each in ears[:3]:
        await refused("listen.over", each.asks("door.hear", circle=circle))
    await refused("doors.rest", ears[3].asks("door.listen", circle=circle, agreement=1))
    await quick.clock.passes(minutes=10)
    await ears[3].asks("door.listen", circle=circle, agreement=1)
    await ana.asks("circle.close", circle=circle)
    await quick.clock.passes(minutes=4)
    assert (await ears[3].asks("door.hear", circle=circle))["until"] > 0
    for each in (ana, bo):
        await each.asks("circle.leave", circle=circle)
    await refused("listen.over", ears[3].asks("door.hear", circle=circle))


async def test_a_circle_that_has_begun_is_closed_to_who_comes_late_but_not_to_who_was_there(quick: House) -> None:
    ana, bo, cleo, dee = await people(quick, "Ana", "Bo", "Cleo", "Dee")
    await refused("request.bad_field", ana.opens(late_for=10 * 3_600_000))
    circle = await ana.opens(late_for=20 * 60_000, listening=True)
    opened = (await seen_at_the_door(bo, circle))["opens_at"]
    assert (await seen_at_the_door(bo, circle))["last_entry"] == opened + 20 * 60_000
    await bo.enters(circle)
    await bo.asks("circle.leave", circle=circle)
    await quick.clock.passes(minutes=20)
    assert (await refused("circle.late", cleo.enters(circle)))["since"] == opened + 20 * 60_000
    await refused("circle.late", cleo.asks("door.listen", circle=circle, agreement=1))
    for each in (cleo, dee):
        assert (await waits(each, circle))["late"] is True
    await bo.enters(circle)
    await cleo.asks("door.sister", circle=circle, key=new_key())
    sister = (await dee.asks("door.sister", circle=circle, key=new_key()))["circle"]
    assert (await cleo.watches(f"circle/{sister}"))["circle"]["topic"] == "Quiet evenings"


async def test_who_waits_while_the_doors_rest_comes_first_when_they_open(quick: House) -> None:
    ana, bo, cleo, dee = await people(quick, "Ana", "Bo", "Cleo", "Dee")
    circle = await ana.opens(capacity=3)
    await bo.enters(circle)
    await ana.asks("doors.rest", circle=circle)
    await bo.asks("doors.rest", circle=circle)
    rests = (await seen_at_the_door(cleo, circle))["doors_until"]
    assert await waits(cleo, circle) == {"waiting": 1, "doors_until": rests}
    # Who was there before comes back past the line.
    await bo.asks("circle.leave", circle=circle)
    await bo.enters(circle)
    for _ in range(10):
        await quick.clock.passes(minutes=1)
        await waits(cleo, circle)
    await refused("circle.full", dee.enters(circle))
    assert (await waits(cleo, circle))["seat_until"] > 0
    await cleo.enters(circle)


async def test_a_raid_does_not_fill_the_line(quick: House) -> None:
    ana, *crowd = await people(quick, "Ana", *(f"Reed {n}" for n in range(32)))
    circle = await ana.opens(capacity=2)
    answers = await asyncio.gather(*(waits(each, circle) for each in crowd), return_exceptions=True)
    turned = [each for each in answers if isinstance(each, Refused)]
    assert {each.code for each in turned} == {"door.crowded"}
    assert len(turned) == 2


async def test_nothing_at_the_door_is_left_of_somebody_who_is_forgotten(quick: House) -> None:
    ana, cleo = await people(quick, "Ana", "Cleo")
    circle = await ana.opens(capacity=2, listening=True)
    await waits(cleo, circle, name="Wandering Reed")
    await cleo.asks("door.listen", circle=circle, agreement=1)
    await cleo.asks("person.forget", sure=True)
    kept = await quick.parts.store.read(
        lambda conn: [*conn.execute(select(col(Waiter.id))).all(), *conn.execute(select(col(Listener.until))).all()]
    )
    assert kept == []
