"""Kindness in the browser: a breath, asking gently, company that is offered or asked for. By mouse, finger and keys."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import Comes
from tests.browser.people import PHONE, Person
from tests.guests import Guest
from tests.house import House, house

pytestmark = pytest.mark.browser
LINES = """
[[line]]
name = "Night line"
phone = "000 000 000"
hours = "every night"
"""


@pytest.fixture
async def caring(tmp_path: Path) -> AsyncIterator[House]:
    """A place with a help line, whose waits are a sixth of what people are given."""
    lines = tmp_path / "lines.toml"
    lines.write_text(LINES)
    settings = {"established_hours": 0, "established_minutes": 0, "guest_hours": 10_000, "time_scale": 6}
    async with house(tmp_path / "data", help_file=lines, **settings) as opened:
        opened.parts.auth.now = opened.parts.now
        yield opened


async def is_willing(person: Person) -> None:
    await person.goes_to("#/safety")
    await person.page.get_by_label("I am willing to keep company").check()
    await expect(person.page.get_by_text("you are told, never alone")).to_be_visible()


async def willing_guest(place: House, name: str, circle: str) -> Guest:
    guest = await Guest(place.url, name).comes_in()
    await guest.enters(circle)
    view = (await guest.watches(guest.me))["person"]
    await guest.asks("preferences.set", preferences={**view["preferences"], "company": True})
    return guest


def bar(person: Person, words: str) -> Locator:
    return person.page.locator(".bar").filter(has_text=words)


async def open_people(person: Person) -> None:
    """What else one can do in a circle; beside the talk where the window is wide."""
    await person.page.locator(".seats").get_by_role("button").click()
    await expect(person.dialog).to_be_visible()


async def calmer(person: Person, act: str) -> None:
    if await person.page.locator(".seats").is_visible():
        await open_people(person)
    await person.page.get_by_role("button", name="A calmer circle").locator("visible=true").click()
    await person.dialog.get_by_role("button", name=act, exact=True).click()


async def test_the_bell_rests_everybody_and_words_wait_in_the_box(place: House, somebody: Comes) -> None:
    ana, bo = await somebody(**PHONE), await somebody()
    for each in (ana, bo):
        await each.page.clock.install()
    circle = await ana.holds_a_room()
    await bo.sits_in(circle)
    with place.clock.standing_still():
        await calmer(bo, "Ring the bell")
        for each in (ana, bo):
            await expect(bar(each, "Everyone rests until")).to_be_visible()
            await expect(each.page.get_by_text("The bell was rung: a minute's rest.")).to_be_visible()
        waits = await ana.says("When we have rested.")
        await expect(waits).to_contain_text("Everyone here rests")
        await expect(bo.message("When we have rested.")).to_have_count(0)
        await place.clock.passes(seconds=61)
        for each in (ana, bo):
            await each.page.clock.fast_forward(61_000)
        await bo.sees("When we have rested.")
        for each in (ana, bo):
            await expect(bar(each, "Everyone rests until")).to_have_count(0)


async def test_two_choose_a_pace_and_the_door_rests(place: House, somebody: Comes) -> None:
    ana, bo, cleo = await somebody(**PHONE), await somebody(), await somebody()
    circle = await ana.holds_a_room()
    await bo.sits_in(circle)
    await calmer(ana, "One at a time")
    await expect(bar(ana, "It begins when somebody else says yes.")).to_be_visible()
    await bar(bo, "Somebody would like one at a time").get_by_role("button", name="Yes, this pace").click()
    for each in (ana, bo):
        await expect(bar(each, "One at a time:")).to_be_visible()
    await calmer(bo, "Let the door rest")
    await bar(ana, "Somebody would like the door to rest").get_by_role("button", name="Yes, let it rest").click()
    await expect(bar(bo, "The door rests until")).to_be_visible()
    await cleo.has_a_place("Cleo")
    await cleo.opens(f"/#/w/{circle}")
    await expect(cleo.page.get_by_text("The door rests until")).to_be_visible()
    await expect(cleo.button("Go in")).to_have_count(0)
    await cleo.page.get_by_label("I'll try to keep to this").check()
    await cleo.presses("Wait here")
    await expect(cleo.heading("You wait for a seat")).to_be_visible()


async def test_two_make_a_breath_and_words_wait_or_come_back_into_the_box(place: House, somebody: Comes) -> None:
    ana, bo = await somebody(**PHONE), await somebody()
    for each in (ana, bo):
        await each.page.clock.install()
    circle = await ana.holds_a_room()
    await bo.sits_in(circle)
    with place.clock.standing_still():
        await calmer(ana, "Ask for a breath")
        await expect(bar(ana, "It begins when somebody else says yes.")).to_be_visible()
        wish = bar(bo, "Somebody would like a breath")
        await expect(wish).not_to_contain_text("Ana")
        await wish.get_by_role("button", name="Yes, a breath").click()
        for each in (ana, bo):
            await expect(bar(each, "A breath, until")).to_be_visible()
        # The host as everybody else.
        await ana.says("One.")
        await bo.sees("One.")
        waits = await ana.says("Two.")
        await expect(waits).to_contain_text("Everyone here rests or writes slowly just now.")
        await expect(bo.message("Two.")).to_have_count(0)
        await place.clock.passes(seconds=21)
        await ana.page.clock.fast_forward(21_000)
        await bo.sees("Two.")
        await expect(waits).not_to_contain_text("slowly")
        # By keys: up to the message that waits, into it, and its words are in the box again.
        await bo.says("One of mine.")
        await ana.sees("One of mine.")
        waits = await bo.says("Another of mine.")
        await expect(waits).to_contain_text("Everyone here rests or writes slowly just now.")
        await expect(waits.get_by_role("button", name="Keep as draft")).to_be_visible()
        await bo.page.keyboard.press("Shift+Tab")
        await waits.focus()
        await bo.page.keyboard.press("Enter")
        await expect(waits.get_by_role("button", name="Keep as draft")).to_be_focused()
        await bo.page.keyboard.press("Enter")
        await expect(bo.box).to_be_focused()
        await expect(bo.box).to_have_value("Another of mine.")
        await expect(waits).to_have_count(0)
        # A minute after it began it is over, for the place and on the page.
        await place.clock.passes(seconds=40)
        await ana.says("And now?")
        await bo.page.clock.fast_forward(30_000)
        await bo.sees("And now?")
        await bo.page.clock.fast_forward(31_000)
        await expect(bar(bo, "A breath, until")).to_have_count(0)
        await expect(ana.message("Another of mine.")).to_have_count(0)
        await bo.presses("Post")
        await ana.sees("Another of mine.")
        await calmer(ana, "Ask for a breath")
        await expect(ana.dialog).to_contain_text("There was a breath a short while ago.")


async def test_asking_gently_brings_one_note_without_a_name(caring: House, somebody: Comes) -> None:
    ana, bo, cleo = await somebody(caring), await somebody(caring, **PHONE), await somebody(caring)
    circle = await ana.holds_a_room()
    for each, name in ((bo, "Bo"), (cleo, "Cleo")):
        await each.sits_in(circle, name)
    await ana.says("Get over it.")
    for each in (bo, cleo):
        await each.sees("Get over it.")
        await each.does("Ask gently", "Get over it.")
        await expect(each.page.get_by_text("Asked, without your name.")).to_be_visible()
    await caring.clock.passes(minutes=3)
    await bar(ana, "About one of your messages").get_by_role("button", name="Open").click()
    await expect(ana.dialog).to_contain_text("Someone asks you gently to look at it once more.")
    said = await ana.dialog.inner_text()
    assert not [name for name in ("Bo", "Cleo", "two", "2 ") if name in said.replace("2026", "")]
    await ana.goes_to("#/safety")
    await ana.page.get_by_label("Let others ask me gently").uncheck()
    await expect(ana.page.get_by_text("No such notes reach you. Nobody learns that.")).to_be_visible()


async def test_somebody_is_asked_and_says_yes_and_those_willing_are_told(caring: House, somebody: Comes) -> None:
    ana, bo, cleo = await somebody(caring, **PHONE), await somebody(caring), await somebody(caring)
    circle = await ana.holds_a_room()
    await cleo.sits_in(circle, "Cleo")
    await is_willing(cleo)
    dan = await willing_guest(caring, "Dan", circle)
    await bo.sits_in(circle)
    await ana.says("I cannot see a way.")
    await bo.sees("I cannot see a way.")
    heard = len(bo.heard)
    # All of it by keys: to the message, into it, down to the worry.
    await bo.message("I cannot see a way.").focus()
    await bo.page.keyboard.press("Enter")
    await bo.page.keyboard.press("Enter")
    await bo.dialog.get_by_role("button", name=re.compile("^I'm worried about someone")).focus()
    await bo.page.keyboard.press("Enter")
    await expect(bo.dialog).to_contain_text("They never learn who thought of them")
    await expect(bo.dialog).to_contain_text("In a small circle they may guess.")
    await expect(bo.dialog.get_by_role("link", name="Call 000 000 000")).to_have_attribute("href", "tel:000000000")
    await bo.dialog.get_by_role("button", name="Have Ana asked").focus()
    await bo.page.keyboard.press("Enter")
    outcome = bo.dialog.get_by_role("status")
    await expect(outcome).to_contain_text("Ana is being asked, without your name.")
    await expect(outcome).to_be_focused()
    await bo.page.keyboard.press("Escape")
    await expect(bo.message("I cannot see a way.").locator(".msg-more")).to_be_focused()
    await bar(ana, "Someone is thinking of you.").get_by_role("button", name="Open").click()
    for words in ("It is somebody in Quiet evenings.", "Would you like company?", "Night line", "every night"):
        await expect(ana.dialog).to_contain_text(words)
    await expect(bar(cleo, "would like company")).to_have_count(0)
    await ana.dialog.get_by_role("button", name="Yes, I would like company").click()
    await expect(ana.dialog.get_by_role("status")).to_contain_text("They know now.")
    await ana.page.keyboard.press("Escape")
    await expect(bar(ana, "Someone is thinking of you.")).to_have_count(0)
    await expect(bar(cleo, "Somebody in Quiet evenings would like company.")).to_be_visible()
    await bar(cleo, "would like company").get_by_role("button", name="Go there").click()
    await expect(bar(cleo, "Ana would like company.")).to_be_visible()
    await bar(cleo, "would like company").get_by_role("button", name="Write to them").click()
    await expect(cleo.box).to_be_focused()
    await cleo.says("I am here.")
    await ana.sees("I am here.")
    await bo.sees("I am here.")
    assert not any("care" in frame for frame in bo.heard[heard:] if '"re"' not in frame), (
        "who worried learns the answer"
    )
    await bar(cleo, "would like company").get_by_role("button", name="Not now").click()
    await expect(bar(cleo, "would like company")).to_have_count(0)
    await cleo.page.reload()
    await expect(bar(cleo, "Ana would like company.")).to_be_visible()
    await caring.clock.passes(minutes=10)
    await cleo.page.reload()
    await cleo.sees("I am here.")
    await expect(bar(cleo, "would like company")).to_have_count(0)
    await dan.leaves_the_page()


async def test_a_hard_time_people_here_first_and_then_whom_to_call(caring: House, somebody: Comes) -> None:
    bo = await somebody(caring, **PHONE)
    circle = await bo.holds_a_room(name="Bo")
    sent = len(bo.sent)
    await bo.button("I'm having a hard time").click()
    await expect(bo.dialog).to_contain_text("You do not have to hold this alone.")
    headings = await bo.dialog.get_by_role("heading", level=3).all_inner_texts()
    assert headings == ["People here", "People to call"]
    assert not [frame for frame in bo.sent[sent:] if "care" in frame], "somebody was told before the press"
    await bo.dialog.get_by_role("button", name="I would like company").click()
    await expect(bo.dialog.get_by_role("status")).to_contain_text("nobody was told")
    others = [await willing_guest(caring, name, circle) for name in ("Cleo", "Dan")]
    await bo.dialog.get_by_role("button", name="I would like company").click()
    await expect(bo.dialog.get_by_role("status")).to_contain_text("They know now.")
    for each in others:
        await each.sees(each.me, lambda event: bool(event.get("wanted")), "a wish for company")
    await bo.dialog.get_by_role("button", name="Say it in the circle").click()
    await expect(bo.box).to_be_focused()
    await bo.opens("/help")
    await expect(bo.page.get_by_text("Night line")).to_be_visible()
    for each in others:
        await each.leaves_the_page()


async def test_worry_about_somebody_who_says_nothing(caring: House, somebody: Comes) -> None:
    ana, bo = await somebody(caring), await somebody(caring, **PHONE)
    circle = await ana.holds_a_room()
    await bo.sits_in(circle)
    await open_people(bo)
    await bo.dialog.get_by_role("button", name="I'm worried about someone").click()
    await bo.dialog.get_by_role("button", name="Ana", exact=True).click()
    await bo.dialog.get_by_role("button", name="Have Ana asked").click()
    await expect(bo.dialog.get_by_role("status")).to_contain_text("Too few people here have offered to keep company")
    await bo.page.keyboard.press("Escape")
    await bar(ana, "Someone is thinking of you.").get_by_role("button", name="Open").click()
    await expect(ana.dialog).not_to_contain_text("Would you like company?")
    await expect(ana.dialog).to_contain_text("Night line")
    await ana.dialog.get_by_role("button", name="Thank you").click()
    await expect(bar(ana, "Someone is thinking of you.")).to_have_count(0)
    await open_people(bo)
    await bo.dialog.get_by_role("button", name="I'm worried about someone").click()
    await bo.dialog.get_by_role("button", name="Ana", exact=True).click()
    await bo.dialog.get_by_role("button", name="Ask them in the circle").click()
    await expect(bo.box).to_have_value("I am thinking of you. Would you like company?")
