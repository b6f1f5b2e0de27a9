"""The door in the browser, by keys: waiting for a seat, a sister circle by two, and listening for five minutes."""

import os
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Comes
from tests.browser.people import DESK, PHONE, Person
from tests.browser.test_axe import look
from tests.guests import Guest
from tests.house import House

pytestmark = pytest.mark.browser
Guests = Callable[[str], Awaitable[Guest]]


async def stands_at(person: Person, circle: str) -> None:
    """At a circle's door, with a yes to its agreement, by keys."""
    await person.goes_to(f"#/w/{circle}")
    await person.page.get_by_label("I'll try to keep to this").press("Space")


async def presses_key_on(person: Person, label: str) -> None:
    await person.button(label).press("Enter")


async def shot(person: Person, name: str) -> None:
    """For looking at by eye, where PICTURES names a folder."""
    folder = os.environ.get("PICTURES")
    if folder:
        for scheme in ("light", "dark"):
            await person.page.emulate_media(color_scheme=scheme)
            await person.page.screenshot(path=f"{folder}/{name}-{scheme}.png", full_page=True)


async def test_who_waits_at_a_full_door_opens_a_sister_circle_goes_in_or_listens(
    somebody: Comes, guest: Guests, place: House
) -> None:
    ana, bo = await guest("Ana"), await guest("Bo")
    circle = await ana.opens("Slow mornings", capacity=2, listening=True, late_for=1_800_000)
    await bo.enters(circle)
    cleo, dee = await somebody(**PHONE), await somebody(**DESK)
    await cleo.opens()
    await cleo.comes_in("Cleo")
    await dee.has_a_place("Dee")
    await dee.opens()
    objections: dict[str, list[str]] = {}
    # What holds here is told before one goes in.
    await stands_at(cleo, circle)
    for words in ("A circle of at most 2.", "One can come in until", "People may listen at the door", "full right now"):
        await expect(cleo.page.get_by_text(words)).to_be_visible()
    await shot(cleo, "full-360")
    await look(cleo, "a full door", objections)
    await presses_key_on(cleo, "Wait here")
    await expect(cleo.heading("You wait for a seat")).to_be_focused()
    await expect(cleo.page.get_by_text("Nobody else waits here.")).to_be_visible()
    await stands_at(dee, circle)
    await shot(dee, "full-1280")
    await presses_key_on(dee, "Wait here")
    await expect(dee.page.get_by_text("One other person waits here with you.")).to_be_visible()
    await presses_key_on(dee, "I would open one")
    await expect(cleo.page.get_by_text("Somebody who waits would open one with you.")).to_be_visible()
    await shot(cleo, "waiting-360")
    await shot(dee, "waiting-1280")
    await look(cleo, "waiting", objections)
    assert "Ana" not in await cleo.page.locator("article").inner_text(), "who is inside is nobody's business outside"
    await presses_key_on(cleo, "Yes, let us open it")
    await expect(cleo.box).to_be_visible()
    await expect(dee.box).to_be_visible()
    await dee.says("We are two.")
    await cleo.sees("We are two.")
    # A seat becomes free, and Cleo is in it without a press.
    await stands_at(cleo, circle)
    await presses_key_on(cleo, "Wait here")
    await expect(cleo.heading("You wait for a seat")).to_be_visible()
    await bo.asks("circle.leave", circle=circle)
    await expect(cleo.box).to_be_visible()
    await expect(cleo.page.get_by_text("Slow mornings").first).to_be_visible()
    # Dee listens: counted inside, and never named.
    await ana.says("Before.")
    await stands_at(dee, circle)
    await presses_key_on(dee, "Listen at the door")
    await expect(dee.heading("You listen at the door")).to_be_focused()
    await expect(dee.page.get_by_text("Nothing has been said since you came.")).to_be_visible()
    await expect(cleo.page.get_by_text("One person is listening at the door.")).to_be_visible()
    await ana.says("Since then.")
    await expect(dee.page.get_by_role("log", name="What is said inside")).to_contain_text("Since then.")
    await expect(dee.page.get_by_text("Before.")).to_have_count(0)
    await expect(dee.box).to_have_count(0)
    await shot(dee, "listening-1280")
    await shot(cleo, "listened-360")
    await look(dee, "listening", objections)
    assert "Dee" not in await cleo.page.locator("body").inner_text()
    dee.may_be_refused = True
    await place.clock.passes(minutes=5)
    await expect(dee.page.get_by_text("The time for listening is over.")).to_be_visible()
    await expect(dee.button("Go in").or_(dee.button("Wait here"))).to_be_visible()
    assert objections == {}
