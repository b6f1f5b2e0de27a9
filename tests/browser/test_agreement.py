"""Changing together what a circle agrees on, in the browser: proposed, objected to, worded anew, tried, read at the door."""

import re

from playwright.async_api import expect

from tests.browser.conftest import Comes
from tests.browser.people import PHONE, Person
from tests.browser.test_care import bar
from tests.house import House


async def opens_the_agreement(person: Person, said: str) -> None:
    await bar(person, said).get_by_role("button", name="Look").click()
    await expect(person.dialog).to_be_visible()


async def test_a_change_is_proposed_objected_to_worded_anew_and_tried(somebody: Comes, place: House) -> None:
    ana, bo, cleo = await somebody(**PHONE), await somebody(), await somebody(**PHONE)
    circle = await ana.holds_a_room(agreement="I listen.\nI speak for myself.")
    for each, name in ((bo, "Bo"), (cleo, "Cleo")):
        await each.sits_in(circle, name)
    with place.clock.standing_still():
        # Bo writes it on the wide screen, with what stands there now to begin with.
        await bo.button("Read it, or propose a change").click()
        await bo.dialog.get_by_role("button", name="Propose a change").click()
        box = bo.dialog.get_by_label("What we would agree on")
        await expect(box).to_have_value("I listen.\nI speak for myself.")
        await box.fill("I listen without fixing.\nI speak for myself.")
        await expect(bo.dialog.locator("ins")).to_have_text(re.compile(r"^new:\s+without fixing$"))
        await bo.dialog.get_by_role("button", name="Propose it").click()
        await expect(bo.dialog.get_by_text("You proposed a change")).to_be_visible()
        await bo.page.keyboard.press("Escape")
        await expect(ana.page.get_by_text("Bo proposes a change to what you agree on.", exact=True)).to_be_visible()
        await opens_the_agreement(cleo, "Bo proposes a change")
        await cleo.dialog.get_by_role("button", name="I object").click()
        await cleo.dialog.get_by_role("button", name="Say that I object").click()
        await expect(cleo.dialog.get_by_text("Please say why, in a few words.")).to_be_visible()
        await cleo.dialog.get_by_label("Why?").fill("Sometimes I wish for ideas.")
        await cleo.dialog.get_by_role("button", name="Say that I object").click()
        await expect(cleo.dialog.get_by_text("You hold an objection.")).to_be_visible()
        await opens_the_agreement(bo, "You proposed a change")
        await expect(bo.dialog.get_by_text("Cleo: Sometimes I wish for ideas.")).to_be_visible()
        await bo.dialog.get_by_role("button", name="Say it differently").click()
        await box.fill("I listen, and ask before I offer ideas.\nI speak for myself.")
        await bo.dialog.get_by_role("button", name="Ask with these words").click()
        await expect(bo.dialog.get_by_text("about the wording before")).to_be_visible()
        await expect(cleo.dialog.get_by_text("and ask before I offer ideas.")).to_be_visible()
        await cleo.dialog.get_by_role("button", name="Take it back").click()
        await cleo.dialog.get_by_role("button", name="I am for it").click()
        await expect(cleo.dialog.get_by_text("You are for it.")).to_be_visible()
        await place.clock.passes(minutes=10)
        for each in (ana, bo, cleo):
            await expect(each.page.get_by_text("What you agree on has changed, on trial.", exact=True)).to_be_visible()
        await expect(bo.dialog.get_by_role("heading", name="A change on trial")).to_be_visible()
        await bo.page.keyboard.press("Escape")
        await expect(bo.page.locator("#side").get_by_text("I listen, and ask before I offer ideas.")).to_be_visible()
        # Who leaves and comes back reads at the door what has changed since.
        await ana.posts("/api/commands", {"do": "circle.leave", "circle": circle})
        await ana.opens(f"/#/w/{circle}")
        since = ana.page.get_by_role("region", name="Since you said yes, this has changed")
        await expect(since.locator("ins")).to_have_text(re.compile("and ask before I offer ideas"))
        await ana.page.get_by_label("I'll try to keep to this").check()
        await ana.presses("Go in")
        await expect(ana.box).to_be_visible()
        await place.clock.passes(hours=1)
        await opens_the_agreement(ana, "The change was on trial. Does it stay?")
        await ana.dialog.get_by_role("button", name="Keep it").click()
        await expect(ana.dialog.get_by_text("You are for it.")).to_be_visible()
        await place.clock.passes(minutes=10)
        await expect(bo.page.get_by_text("The change of what you agree on stays.", exact=True)).to_be_visible()
