"""axe-core finds nothing to object to: on every screen, by day and night, on a phone and a wide window, both ways round."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Comes
from tests.browser.people import DESK, PHONE, Person
from tests.guests import Guest, new_key
from tests.house import House

pytestmark = pytest.mark.browser
Guests = Callable[[str], Awaitable[Guest]]
AXE = Path(__file__).resolve().parents[2] / "web_client" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOK = """async tags => {
    // Colours of a moment between day and night are nobody's.
    await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
    const { violations } = await axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html.slice(0, 120)).slice(0, 3).join(' | ')}`);
}"""


async def look(person: Person, screen: str, objections: dict[str, list[str]]) -> None:
    """By day and by night, left to right and right to left."""
    if not await person.page.evaluate("() => 'axe' in window"):
        await person.page.evaluate(AXE.read_text())
    for scheme in ("light", "dark"):
        await person.page.emulate_media(color_scheme=scheme)
        if found := await person.page.evaluate(LOOK, TAGS):
            objections[f"{screen}, {scheme}"] = found
    await person.page.evaluate("() => { document.documentElement.dir = 'rtl' }")
    if found := await person.page.evaluate(LOOK, TAGS):
        objections[f"{screen}, right to left"] = found
    await person.page.evaluate("() => { document.documentElement.dir = 'ltr' }")


async def lived_in(place: House, ana: Guest, cleo: Guest) -> str:
    """A circle with all that may stand in it."""
    circle = await ana.opens("Quiet evenings", history_open=True, about="With words or without.")
    await cleo.enters(circle)
    first = await ana.says("Good evening. https://example.org/page")
    await cleo.says("> a quote\n*softly* and **clearly**", reply_to=first)
    gone = await ana.says("Never mind.")
    await ana.asks("message.take_back", circle=circle, target=gone)
    folded = await ana.says("This is going to be folded.")
    await cleo.asks("message.flag", circle=circle, target=folded, category="pressure")
    await cleo.asks("gesture.make", circle=circle, target=first, gesture="hear_you")
    await place.clock.passes(minutes=7)
    await ana.says("And what came later. مرحبا")
    return circle


async def kindness(ana: Guest, cleo: Guest, bo: Person, circle: str) -> None:
    """Somebody would like a breath, thinks of Bo, and would like Bo's company."""
    for each in (ana, cleo):
        view = (await each.watches(each.me))["person"]
        await each.asks("preferences.set", preferences={**view["preferences"], "company": True})
    await bo.goes_to("#/safety")
    await bo.page.get_by_label("I am willing to keep company").check()
    await bo.comes_back_to(circle)
    bo_is = (await ana.watches(f"circle/{circle}"))["participants"][-1]["id"]
    await ana.asks("breath.ask", circle=circle)
    await cleo.asks("care.worry", circle=circle, participant=bo_is)
    await cleo.asks("care.reach_out", circle=circle)
    for words in ("Somebody would like a breath", "Someone is thinking of you.", "Cleo would like company."):
        await expect(bo.page.locator(".bar").filter(has_text=words)).to_be_visible()


@pytest.mark.parametrize("size", ["phone", "wide"])
async def test_no_screen_is_in_anybodys_way(somebody: Comes, place: House, guest: Guests, size: str) -> None:
    bo = await somebody(**(PHONE if size == "phone" else DESK))
    objections: dict[str, list[str]] = {}
    await bo.opens()
    await expect(bo.heading("You can come in as you are.")).to_be_visible()
    for fold in await bo.page.locator("summary").all():
        await fold.click()
    await look(bo, "welcome", objections)
    await bo.presses("Come in")
    await expect(bo.heading("First: the way out")).to_be_visible()
    await look(bo, "the way out", objections)
    await bo.presses("I know the way out")
    await expect(bo.page.get_by_text("Nothing is open right now.")).to_be_visible()
    await look(bo, "no circles", objections)
    ana, cleo = await guest("Ana"), await guest("Cleo")
    circle = await lived_in(place, ana, cleo)
    await cleo.opens("Full of life", host_shown=True)
    await bo.goes_to("#/safety")
    await expect(bo.heading("My safety")).to_be_visible()
    for fold in await bo.page.locator("summary").all():
        await fold.click()
    await look(bo, "my safety", objections)
    await bo.goes_to("#/")
    await expect(bo.page.get_by_role("link", name="Full of life")).to_be_visible()
    await look(bo, "circles", objections)
    await bo.page.get_by_role("link", name="Quiet evenings").click()
    await expect(bo.page.get_by_label("I'll try to keep to this")).to_be_visible()
    await look(bo, "door", objections)
    await bo.page.get_by_label("I'll try to keep to this").check()
    await bo.presses("Go in")
    await bo.sees("And what came later. مرحبا")
    await kindness(ana, cleo, bo, circle)
    await look(bo, "a breath, an offer and a wish", objections)
    await bo.page.locator(".bar").filter(has_text="thinking of you").get_by_role("button").click()
    await look(bo, "an offer", objections)
    await bo.page.keyboard.press("Escape")
    await bo.does("Reply", "And what came later. مرحبا")
    await bo.box.fill("x" * 3_900)
    await look(bo, "circle", objections)
    await bo.presses("Post")
    await bo.opens_more("And what came later. مرحبا")
    await look(bo, "more", objections)
    await bo.dialog.get_by_role("button", name=re.compile("^This goes against")).click()
    await look(bo, "flag", objections)
    await bo.page.keyboard.press("Escape")
    await bo.does("I'm worried about someone", "And what came later. مرحبا")
    await bo.dialog.get_by_role("button", name="Have Ana asked").click()
    await expect(bo.dialog.get_by_role("status")).to_be_visible()
    await look(bo, "worried", objections)
    await bo.page.keyboard.press("Escape")
    await bo.button("I'm having a hard time").click()
    await expect(bo.dialog.get_by_role("link", name="The help page")).to_be_visible()
    await look(bo, "a hard time", objections)
    await bo.page.keyboard.press("Escape")
    await bo.goes_to("#/open")
    await expect(bo.heading("Open a room")).to_be_visible()
    await look(bo, "open a room", objections)
    wish: dict[str, Any] = {"do": "circle.open", "topic": "Mine", "agreement": "I listen.", "key": new_key()}
    made = await bo.posts("/api/commands", wish)
    await bo.goes_to(f"#/c/{made['circle']}")
    await bo.holds_the_room()
    await bo.presses("Make an invite")
    await expect(bo.dialog.get_by_role("img")).to_be_visible()
    await look(bo, "holding a room", objections)
    assert circle
    for page in ("/help", "/open-book", "/goodbye"):
        await bo.opens(page)
        await look(bo, page, objections)
    assert not objections
