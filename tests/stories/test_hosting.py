"""Holding the space without power: handing over, shifts, a host who falls silent, two who close, and equals."""

from typing import Any

import pytest

from tests.guests import Guest, Refused
from tests.house import House
from tests.stories.test_together import a_circle, standing, told


async def hosting(guest: Guest, circle: str) -> bool:
    await guest.asks("log.unwatch", on=f"circle/{circle}")
    return bool((await guest.watches(f"circle/{circle}"))["mine"].get("hosting"))


async def seats(guest: Guest, circle: str) -> dict[str, str]:
    await guest.asks("log.unwatch", on=f"circle/{circle}")
    return {each["name"]: each["id"] for each in (await guest.watches(f"circle/{circle}"))["participants"]}


async def happened(guest: Guest, circle: str, what: str) -> Any:
    return await guest.sees(f"circle/{circle}", lambda e: e["kind"] == "space.changed" and e["what"] == what, what)


async def test_a_host_who_leaves_passes_it_on_to_the_first_who_offers_with_one_second(place: House) -> None:
    circle, (ana, bo, cleo) = await a_circle(place, "Ana", "Bo", "Cleo")
    await ana.asks("circle.leave", circle=circle)
    asked = await told(bo, circle, "handover")
    assert asked["handover_until"] > place.parts.now()
    await bo.asks("host.offer", circle=circle)
    with pytest.raises(Refused, match="host.offered"):
        await cleo.asks("host.offer", circle=circle)
    willing = (await told(cleo, circle, "willing"))["willing"]
    with pytest.raises(Refused, match="host.nobody_offers"):
        await bo.asks("host.agree", circle=circle, participant=willing)
    assert not await hosting(bo, circle), "one's own offer made one host"
    await cleo.asks("host.agree", circle=circle, participant=willing)
    made = await happened(cleo, circle, "host")
    assert made["who"] == willing == (await seats(cleo, circle))["Bo"]
    assert made["space"] == {}
    assert await hosting(bo, circle)
    assert not await hosting(cleo, circle)
    await bo.asks("circle.close", circle=circle)
    await cleo.sees(f"circle/{circle}", lambda e: e["kind"] == "circle.closing", "the notice")


async def test_where_nobody_offers_the_circle_goes_on_as_equals(place: House) -> None:
    circle, (ana, bo, cleo) = await a_circle(place, "Ana", "Bo", "Cleo")
    await ana.asks("host.stop", circle=circle)
    await told(bo, circle, "handover")
    await place.clock.passes(minutes=10)
    assert await told(bo, circle, "equals") == {"hosted": False}
    await cleo.says("We are still here.")
    # And later somebody may hold it all the same.
    await ana.asks("host.offer", circle=circle)
    await bo.asks("host.agree", circle=circle, participant=(await seats(bo, circle))["Ana"])
    assert await hosting(ana, circle)


async def test_a_host_whose_screen_is_gone_for_long_is_waited_for_no_more(place: House) -> None:
    circle, (ana, bo) = await a_circle(place, "Ana", "Bo")
    await ana.asks("log.unwatch", on=f"circle/{circle}")
    await ana.leaves_the_page()
    await place.clock.passes(minutes=5)
    await place.parts.clock.keep_seats()
    assert await standing(bo, circle) == (None, [])
    await place.clock.passes(minutes=6)
    await place.parts.clock.keep_seats()
    await told(bo, circle, "handover")
    await ana.opens_a_socket()
    assert not await hosting(ana, circle)


async def test_a_shift_ends_by_itself_and_whoever_holds_it_beside_goes_on(place: House) -> None:
    circle, (ana, bo, cleo) = await a_circle(place, "Ana", "Bo", "Cleo")
    await bo.asks("host.offer", circle=circle)
    offers = (await seats(ana, circle))["Bo"]
    with pytest.raises(Refused, match="circle.not_host"):
        await cleo.asks("host.agree", circle=circle, participant=offers)
    await ana.asks("host.agree", circle=circle, participant=offers)
    assert await hosting(bo, circle)
    assert await hosting(ana, circle)
    with pytest.raises(Refused, match="request.bad_field"):
        await ana.asks("host.shift", circle=circle, until=1)
    with pytest.raises(Refused, match="circle.not_host"):
        await bo.asks("host.shift", circle=circle, until=place.parts.now() + 60_000)
    await ana.asks("host.shift", circle=circle, until=place.parts.now() + 60_000)
    await place.clock.passes(minutes=2)
    assert (await happened(cleo, circle, "host"))["who"] == offers
    assert await hosting(bo, circle)
    assert not await hosting(ana, circle)
    await bo.asks("host.stop", circle=circle)
    await told(cleo, circle, "handover")


async def test_two_close_what_neither_holds_and_the_host_alone_cannot_undo_it(place: House) -> None:
    circle, (ana, bo, cleo) = await a_circle(place, "Ana", "Bo", "Cleo")
    first = await bo.asks("circle.close", circle=circle)
    assert first["began"] is False
    assert (await told(ana, circle, "wished"))["wishes"] == [{"act": "close", "until": first["until"]}]
    assert (await cleo.asks("circle.close", circle=circle))["began"] is True
    await ana.sees(f"circle/{circle}", lambda e: e["kind"] == "circle.closing", "the notice")
    assert await told(ana, circle, "closing") == {}
    with pytest.raises(Refused, match="circle.not_host"):
        await ana.asks("circle.keep_open", circle=circle)
    for each in (ana, bo):
        await each.asks("circle.go_on", circle=circle)
    stays = await cleo.sees(f"circle/{circle}", lambda e: e["kind"] == "circle.stays_open", "that they go on")
    assert stays["hosted"] is True
    assert await hosting(ana, circle)


async def test_going_on_without_the_host_who_closes_asks_who_would_hold_it(place: House) -> None:
    circle, (ana, bo, cleo) = await a_circle(place, "Ana", "Bo", "Cleo")
    await ana.asks("circle.close", circle=circle)
    with pytest.raises(Refused, match="circle.not_closing"):
        await ana.asks("circle.go_on", circle=circle)
    for each in (bo, cleo):
        await each.asks("circle.go_on", circle=circle)
    await told(ana, circle, "handover")
    assert not await hosting(ana, circle)


async def test_an_offer_that_is_taken_back_or_of_somebody_who_left_ends(place: House) -> None:
    circle, (ana, bo, cleo) = await a_circle(place, "Ana", "Bo", "Cleo")
    ids = await seats(cleo, circle)
    await ana.asks("host.stop", circle=circle)
    for leave in ("host.stop", "circle.leave"):
        await bo.asks("host.offer", circle=circle)
        await bo.asks(leave, circle=circle)
        with pytest.raises(Refused, match="host.nobody_offers"):
            await cleo.asks("host.agree", circle=circle, participant=ids["Bo"])
    with pytest.raises(Refused, match="circle.not_host"):
        await cleo.asks("host.stop", circle=circle)
