"""Words that could not go because their circle had gone: in plain sight, until the person decides."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import Comes
from tests.browser.people import PHONE, Person
from tests.browser.test_axe import look
from tests.guests import Guest
from tests.house import House
from tests.http import ask

pytestmark = pytest.mark.browser
Guests = Callable[[str], Awaitable[Guest]]
TITLE = "Words that did not go"
GONE = "Not posted. The circle has closed, or you are not in it any more."


def unsent(person: Person, words: str) -> Locator:
    """These words, with what one can do about them."""
    return person.page.locator(".unsent li").filter(has_text=words)


def why(person: Person, words: str) -> Locator:
    """All of their circle, with what it was about and why they did not go."""
    return person.page.locator(".unsent-of").filter(has_text=words)


async def stored(person: Person) -> str:
    return str(await person.page.evaluate("() => JSON.stringify(sessionStorage)"))


async def writes_to_a_circle_that_goes(bo: Person, ana: Guest, place: House) -> str:
    """Two messages, written offline while their circle closed and its words faded; returns the circle."""
    circle = await ana.opens("Quiet evenings", keep_for=0)
    await bo.sits_in(circle)
    await ana.says("Good evening.")
    await bo.sees("Good evening.")
    async with bo.offline():
        await bo.says("It was long.\nI am tired.")
        await bo.says("And this.")
        await ana.asks("circle.close", circle=circle)
        await place.clock.passes(minutes=10)
        await ana.notices(lambda note: note.get("reset") == "left", "the end")
    return circle


async def test_words_for_a_circle_that_has_gone_are_in_sight_until_one_decides(
    somebody: Comes, place: House, guest: Guests
) -> None:
    ana, bo = await guest("Ana"), await somebody(**PHONE)
    circle = await writes_to_a_circle_that_goes(bo, ana, place)
    # Where one was when it went.
    await expect(bo.heading("You are not in this circle any more.")).to_be_visible()
    await expect(why(bo, "I am tired.")).to_contain_text(GONE)
    objections: dict[str, list[str]] = {}
    await look(bo, "where it was", objections)
    await bo.page.get_by_role("link", name="To the circles").click()
    await expect(bo.heading(TITLE)).to_be_in_viewport()
    await look(bo, "circles", objections)
    assert not objections
    for words in ("I am tired.", "And this."):
        await expect(why(bo, words)).to_contain_text("Quiet evenings")
        await expect(why(bo, words)).to_contain_text(GONE)
        await expect(unsent(bo, words).get_by_role("button", name="Try again")).to_have_count(0)
        await expect(why(bo, words).get_by_role("link", name="Go in again")).to_have_count(0)
    await bo.page.reload()
    await expect(why(bo, "And this.")).to_contain_text(GONE)
    await expect(why(bo, "And this.")).to_contain_text("Quiet evenings")

    await unsent(bo, "And this.").get_by_role("button", name="Copy").click()
    await expect(bo.page.get_by_text("Copied")).to_be_visible()
    await bo.page.get_by_text("I have a code").click()
    await bo.page.get_by_label("Your code, or the whole link").press("ControlOrMeta+V")
    await expect(bo.page.get_by_label("Your code, or the whole link")).to_have_value("And this.")
    await unsent(bo, "I am tired.").get_by_role("button", name="Remove").click()
    await expect(unsent(bo, "I am tired.")).to_have_count(0)
    await expect(bo.page.locator(":focus")).to_contain_text("And this.")
    assert "I am tired." not in await stored(bo)
    await unsent(bo, "And this.").get_by_role("button", name="Remove").click()
    await expect(bo.heading(TITLE)).to_have_count(0)
    assert await stored(bo) == "{}"
    assert circle not in bo.page.url


async def leaves_elsewhere(bo: Person, circle: str) -> None:
    """On another screen of the same person, which has a network."""
    cookie = "; ".join(f"{each['name']}={each['value']}" for each in await bo.context.cookies())
    headers = {"Origin": bo.place.url, "Cookie": cookie}
    left = {"do": "circle.leave", "circle": circle}
    assert (await ask("POST", bo.place.url + "/api/commands", json=left, headers=headers)).status == 200


async def test_words_for_a_circle_one_left_go_when_one_is_back_in_it(somebody: Comes, guest: Guests) -> None:
    ana, bo = await guest("Ana"), await somebody(**PHONE)
    circle = await ana.opens("Quiet evenings")
    await bo.sits_in(circle)
    async with bo.offline():
        await bo.says("Wait for me.")
        await bo.box.fill("Half a thought")
        await leaves_elsewhere(bo, circle)
    await bo.goes_to("#/")
    await expect(why(bo, "Wait for me.")).to_contain_text(GONE)
    await expect(why(bo, "Half a thought")).to_contain_text("A draft. The circle has closed")
    await why(bo, "Wait for me.").get_by_role("link", name="Go in again").click()
    await bo.page.get_by_label("I'll try to keep to this").check()
    await bo.presses("Go in")
    await expect(bo.box).to_have_value("Half a thought")
    late = bo.message("Wait for me.")
    await expect(late).to_contain_text("Not posted.")
    await bo.goes_to("#/")
    await expect(bo.page.get_by_role("link", name="Quiet evenings")).to_contain_text("some of your words did not go")
    await expect(bo.heading(TITLE)).to_have_count(0)
    await bo.goes_to(f"#/c/{circle}")
    await late.get_by_role("button", name="Try again").click()
    await ana.hears("Wait for me.")
    assert ana.bodies() == ["Wait for me."]


async def test_words_whose_circle_is_out_of_reach_say_that_they_will_go(somebody: Comes, guest: Guests) -> None:
    ana, bo = await guest("Ana"), await somebody(**PHONE)
    circle = await ana.opens("Quiet evenings")
    await bo.sits_in(circle)
    bo.is_cut_off()
    bo.road.mend()
    bo.road.bars_sockets = True
    await bo.says("Is it evening there?")
    await bo.box.fill("Half a thought")
    await bo.page.reload()
    for _ in range(2):
        await expect(why(bo, "Is it evening there?")).to_contain_text("It will go when you are back.")
        await expect(why(bo, "Half a thought")).to_contain_text("It waits in its circle until you are back.")
        await bo.goes_to("#/")
        await expect(bo.heading("Circles")).to_be_visible()
    bo.road.mend()
    await ana.hears("Is it evening there?")
    await expect(bo.heading(TITLE)).to_have_count(0)
    await bo.goes_to(f"#/c/{circle}")
    await expect(bo.box).to_have_value("Half a thought")
    assert await bo.words() == ["Is it evening there?"]


@pytest.mark.parametrize("way", ["Quick exit", "Sign out here"])
async def test_leaving_the_place_takes_such_words_along(somebody: Comes, place: House, guest: Guests, way: str) -> None:
    ana, bo = await guest("Ana"), await somebody()
    await writes_to_a_circle_that_goes(bo, ana, place)
    await bo.goes_to("#/")
    await expect(unsent(bo, "And this.")).to_be_visible()
    if way == "Quick exit":
        await bo.page.get_by_role("link", name=way).click()
        await bo.page.wait_for_url("**/goodbye")
        await bo.opens()
    else:
        await bo.goes_to("#/safety")
        await bo.presses(way)
    await expect(bo.heading("You can come in as you are.")).to_be_visible()
    assert "And this." not in await stored(bo)
    await bo.page.get_by_label("What shall we call you?").fill("Wren")
    await bo.presses("Come in")
    await bo.presses("I know the way out")
    await expect(bo.heading("Circles")).to_be_visible()
    await expect(bo.page.get_by_text("And this.")).to_have_count(0)
