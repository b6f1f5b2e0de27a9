"""The ways to the desk and out of it: orientation, what one does not read, stopping, codes, keys, and everybody's eyes."""

import re

import pytest
from playwright.async_api import expect

from moderation.operating import InviteModerator
from tests.browser.conftest import Comes
from tests.browser.panels import UNKIND, Guests, a_panel, folds, leaves_it
from tests.browser.people import PHONE
from tests.browser.test_axe import look
from tests.house import House

pytestmark = pytest.mark.browser


async def test_five_calm_steps_and_one_may_be_drawn_or_stop(place: House, somebody: Comes) -> None:
    bo = await somebody(**PHONE)
    await bo.has_a_place("Bo")
    await bo.opens("/#/safety")
    await bo.page.get_by_role("link", name="To the panels").click()
    await expect(bo.heading("Reading with others")).to_be_visible()
    for step in (
        "Nobody decides alone",
        "What you will see",
        "What you answer",
        "How to read",
        "Take care of yourself",
    ):
        await bo.presses("Go on")
        await expect(bo.heading(step)).to_be_visible()
    await bo.page.get_by_label("It threatens someone").check()
    await bo.presses("You may draw me")
    await expect(bo.heading("Panels")).to_be_visible()
    assert bo.sent_commands("reviewing.begin")[0]["skips"] == ["threat"]
    await expect(bo.page.get_by_text("There is nothing to look through here. Cases come by lot.")).to_be_visible()
    await expect(bo.page.get_by_label("It threatens someone")).to_be_checked()
    await bo.page.get_by_label("It sells or floods").check()
    await bo.opens("/#/desk")
    await expect(bo.page.get_by_label("It sells or floods")).to_be_checked()
    await bo.presses("Do not draw me any more")
    await expect(bo.heading("Reading with others")).to_be_visible()


async def test_a_moderator_comes_by_a_code_and_sees_counts_without_a_word(
    place: House, somebody: Comes, guest: Guests
) -> None:
    panel = await a_panel(place, somebody, guest)
    # Counts are those at the turn of the hour, so that they do not move with a flag.
    await place.clock.passes(hours=1)
    # Counts stand as they were at the turn of the hour.
    await place.clock.passes(hours=1)
    made = await place.parts.door.submit(None, InviteModerator())
    bo = await somebody()
    await bo.has_a_place("Bo")
    await bo.opens("/#/desk")
    await bo.page.get_by_text("I have a moderator code").click()
    await bo.page.get_by_label("The code you were given").fill("not this")
    await bo.presses("Use the code")
    await expect(bo.page.get_by_role("alert").filter(has_text=re.compile("."))).to_be_visible()
    await bo.page.get_by_label("The code you were given").fill(made.code)
    await bo.presses("Use the code")
    await expect(bo.heading("You are a moderator")).to_be_visible()
    await bo.opens("/#/desk")
    await expect(bo.heading("How it goes")).to_be_visible()
    await expect(bo.page.get_by_text("1 case is open")).to_be_visible()
    assert not any(UNKIND in frame for frame in bo.heard)
    await bo.presses("Give it up")
    await expect(bo.heading("You are a moderator")).to_have_count(0)
    assert panel.circle


async def test_a_case_can_be_answered_by_keys_alone_where_they_were_switched_on(
    place: House, somebody: Comes, guest: Guests
) -> None:
    panel = await a_panel(place, somebody, guest)
    rook = panel.jurors[0]
    await panel.is_seated()
    # Off until switched on.
    await rook.page.keyboard.press("r")
    await expect(rook.button("Read")).to_be_visible()
    await rook.page.get_by_label("Single keys on this page").check()
    await expect(rook.page.get_by_text("R reads.")).to_be_visible()
    await rook.page.keyboard.press("r")
    await expect(rook.page.get_by_text(UNKIND)).to_be_visible()
    await rook.page.keyboard.press("2")
    await expect(rook.page.get_by_label("Keep it folded")).to_be_checked()
    await rook.page.keyboard.press("1")
    await expect(rook.page.get_by_label("Nothing", exact=True)).to_be_checked()
    sentence = rook.page.get_by_label("One sentence for them")
    await sentence.focus()
    await rook.page.keyboard.type("12 r")
    await expect(sentence).to_have_value("12 r")
    await expect(rook.page.get_by_label("Keep it folded")).to_be_checked()
    # How one likes to read is kept with one's place, not with the tab.
    quieter = rook.page.get_by_label("Quieter letters")
    await quieter.check()
    await expect(rook.page.get_by_text("What was said is set in softer ink.")).to_be_visible()
    await rook.until(lambda: sum('"preferences.changed"' in frame for frame in rook.heard) >= 2, "that it is kept")
    await rook.page.reload()
    await expect(rook.page.get_by_label("Single keys on this page")).to_be_checked()
    # How one likes it comes with one's place, the seat a moment later.
    await expect(rook.button("Read")).to_be_visible()
    await rook.page.keyboard.press("r")
    await expect(quieter).to_be_checked()


async def test_a_whole_ballot_by_tab_and_space(place: House, somebody: Comes, guest: Guests) -> None:
    panel = await a_panel(place, somebody, guest)
    rook = panel.jurors[0]
    await panel.is_seated()
    keys = rook.page.keyboard

    async def tab_to(what: str) -> None:
        for _ in range(60):
            await keys.press("Tab")
            here = await rook.page.evaluate(
                "() => { const at = document.activeElement; const label = at.labels?.[0]; "
                "return (label ?? at).textContent.trim() }"
            )
            if here.startswith(what):
                return
        raise AssertionError(f"Tab never came to {what}")

    await tab_to("Read")
    await keys.press("Enter")
    await expect(rook.page.get_by_text(UNKIND)).to_be_visible()
    await tab_to("Leave it as it is")
    await keys.press("ArrowDown")
    await tab_to("Nothing")
    await keys.press("Space")
    await tab_to("disrespect")
    await tab_to("1. I listen.")
    await keys.press("Space")
    await keys.press("Tab")
    await keys.type("It puts somebody down.")
    await tab_to("Cast")
    await keys.press("Enter")
    await expect(rook.heading("Your answer is sealed")).to_be_visible()


@pytest.mark.parametrize("size", ["phone", "wide"])
async def test_nothing_at_the_desk_or_in_a_letter_is_in_anybodys_way(
    place: House, somebody: Comes, guest: Guests, size: str
) -> None:
    objections: dict[str, list[str]] = {}
    panel = await a_panel(place, somebody, guest)
    juror = panel.jurors[1 if size == "phone" else 0]
    await look(juror, "a seat in a bar", objections)
    await juror.goes_to("#/desk")
    await expect(juror.button("Take the seat")).to_be_visible()
    await look(juror, "a seat that is offered", objections)
    await panel.is_seated()
    await look(juror, "before reading", objections)
    await panel.reads()
    # As tall as it needs, so that nothing lies under what stays in place as one scrolls.
    await juror.page.set_viewport_size({"width": 360 if size == "phone" else 1280, "height": 4_000})
    await look(juror, "a case", objections)
    await juror.page.get_by_label("Keep it folded").check()
    await look(juror, "a ballot", objections)
    for each in panel.jurors[:2]:
        await folds(each)
    await leaves_it(panel.jurors[2])
    await look(juror, "a ballot that is cast", objections)
    await place.clock.passes(seconds=11)
    await expect(juror.heading("You see it differently")).to_be_visible()
    await look(juror, "a talk", objections)
    assert not objections


async def test_longer_words_fit_a_narrow_phone_both_ways_round(place: House, somebody: Comes, guest: Guests) -> None:
    panel = await a_panel(place, somebody, guest)
    reed = panel.jurors[1]
    await reed.goes_to("#/desk")
    await panel.is_seated()
    await panel.reads()
    await reed.page.get_by_label("Keep it folded").check()
    await reed.page.get_by_label("1. I listen.").check()
    await reed.page.get_by_label("One sentence for them").fill("Word " * 50)
    for way in ("ltr", "rtl"):
        await reed.page.evaluate("way => document.dispatchEvent(new CustomEvent('words-pseudo', { detail: way }))", way)
        await reed.page.set_viewport_size({"width": 320, "height": 640})
        await expect(reed.page.locator("html")).to_have_attribute("dir", way)
        await reed.is_painted()
        assert await reed.page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
        bare = await reed.page.evaluate(
            "() => [...document.querySelectorAll('main h1, main h2, main h3, main legend, main button, main .small')]"
            ".map(each => each.textContent.trim()).filter(text => text !== '' && !text.startsWith('['))"
        )
        assert not bare
