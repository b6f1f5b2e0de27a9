"""Tending the circle: at once by who holds it, by anybody else with a second person; and asking somebody to hold it too."""

from typing import Any

import pytest

from tests.guests import Guest, Refused
from tests.house import House
from tests.stories.test_closing import mine
from tests.stories.test_hosting import hosting, seats
from tests.stories.test_together import a_circle, told


async def tended(guest: Guest, circle: str, act: str) -> Any:
    return await guest.sees(f"circle/{circle}", lambda e: e["kind"] == "circle.tended" and e["act"] == act, act)


async def test_a_welcome_is_for_those_who_came_since_the_last(place: House) -> None:
    circle, (ana, bo, cleo) = await a_circle(place, "Ana", "Bo", "Cleo")
    ids = await seats(ana, circle)
    assert (await ana.asks("tend.greet", circle=circle))["began"] is True
    assert set((await tended(cleo, circle, "greet"))["to"]) == {ids["Bo"], ids["Cleo"]}
    await place.clock.passes(minutes=1)
    dee = await Guest(place.url, "Dee").comes_in()
    await dee.enters(circle)
    assert (await bo.asks("tend.greet", circle=circle))["began"] is False
    assert (await bo.asks("tend.greet", circle=circle))["began"] is False, "one person is not two"
    assert (await mine(bo, circle))["wished"] == ["greet"]
    assert (await cleo.asks("tend.greet", circle=circle))["began"] is True
    assert (await tended(dee, circle, "greet"))["to"] == [(await seats(ana, circle))["Dee"]]
    assert "wishes" not in await told(dee, circle, "tended")


async def test_the_agreement_is_read_when_two_would_like_it(quick: House) -> None:
    circle, (ana, bo, cleo) = await a_circle(quick, "Ana", "Bo", "Cleo")
    await bo.asks("tend.agreement", circle=circle)
    await cleo.asks("tend.agreement", circle=circle)
    assert (await tended(ana, circle, "agreement"))["version"] == 1


async def test_a_prompt_stays_in_view_when_a_second_person_takes_it_up(place: House) -> None:
    circle, (ana, bo, cleo) = await a_circle(place, "Ana", "Bo", "Cleo")
    plain = await bo.says("Only words.")
    prompt = await bo.says("What helped?", prompt=True)
    with pytest.raises(Refused, match="prompt.none"):
        await cleo.asks("tend.prompt", circle=circle, target=plain)
    with pytest.raises(Refused, match="prompt.needs_another"):
        await bo.asks("tend.prompt", circle=circle, target=prompt)
    await cleo.asks("tend.prompt", circle=circle, target=prompt)
    assert (await told(ana, circle, "prompt"))["prompt"] == prompt
    own = await ana.says("What would you like?", prompt=True)
    await ana.asks("tend.prompt", circle=circle, target=own)
    assert (await mine(bo, circle))["space"]["prompt"] == own
    await place.clock.passes(minutes=31)
    assert "prompt" not in (await mine(bo, circle)).get("space", {})


async def test_who_is_asked_to_hold_it_too_owes_no_answer_and_nobody_else_learns_of_it(quick: House) -> None:
    circle, (ana, bo, cleo) = await a_circle(quick, "Ana", "Bo", "Cleo")
    ids = await seats(ana, circle)
    with pytest.raises(Refused, match="circle.not_host"):
        await bo.asks("host.ask", circle=circle, participant=ids["Cleo"])
    heard = cleo.heard
    await ana.asks("host.ask", circle=circle, participant=ids["Bo"])
    assert (await mine(bo, circle))["asked_to_hold"] > quick.parts.now()
    assert "asked_to_hold" not in await mine(cleo, circle)
    await bo.asks("host.stop", circle=circle)
    assert "asked_to_hold" not in await mine(bo, circle)
    assert not await hosting(bo, circle)
    assert cleo.heard == heard, "somebody else heard of it"
    await ana.asks("host.ask", circle=circle, participant=ids["Cleo"])
    await cleo.asks("host.offer", circle=circle)
    await told(bo, circle, "beside")
    assert await hosting(cleo, circle)
