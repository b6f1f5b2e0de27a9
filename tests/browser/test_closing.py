"""How a circle ends, on phones: soft lines, a last round, what is carried on, one's own words, and then nothing is left."""

import asyncio
from pathlib import Path

from playwright.async_api import expect

from tests.browser.conftest import Comes
from tests.browser.people import PHONE
from tests.browser.test_axe import look
from tests.browser.test_care import bar, open_people
from tests.browser.test_door import shot
from tests.house import House


async def test_a_circle_closes_softly_and_what_is_carried_is_read_by_all(somebody: Comes, place: House) -> None:
    with place.clock.standing_still():
        ana, bo = await somebody(**PHONE), await somebody(**PHONE)
        circle = await ana.holds_a_room(keep_for=3_600_000)
        await bo.sits_in(circle, "Bo")
        await open_people(ana)
        await ana.dialog.get_by_role("button", name="Tend the circle").click()
        await ana.dialog.get_by_role("button", name="Read the agreement together").click()
        await expect(bo.page.get_by_role("region", name="What we agreed on")).to_be_visible()
        await open_people(ana)
        await ana.dialog.get_by_role("button", name="Tend the circle").click()
        await ana.dialog.get_by_role("button", name="Welcome those who came").click()
        await expect(bo.page.get_by_text("Welcome, Bo.")).to_be_visible()
        await shot(bo, "tended")
        await bo.says("I will sleep better.")
        await ana.holds_the_room()
        await ana.dialog.get_by_role("button", name="Closing").click()
        await ana.dialog.get_by_role("button", name="Close in 10 minutes").click()
        await ana.page.keyboard.press("Escape")
        ends = bar(bo, "This circle closes")
        # By keyboard alone.
        await ends.get_by_role("button", name="Leave a sentence").focus()
        await bo.page.keyboard.press("Enter")
        await expect(bo.dialog).to_be_visible()
        await bo.dialog.get_by_label("One sentence").focus()
        await bo.page.keyboard.type("Somebody listened.")
        await bo.dialog.get_by_role("button", name="Give this sentence").focus()
        await bo.page.keyboard.press("Enter")
        await expect(ends.get_by_role("button", name="Change my sentence")).to_be_visible()
        objections: dict[str, list[str]] = {}
        await look(bo, "closing", objections)
        assert not objections
        await shot(bo, "closing")
        await ana.page.get_by_role("button", name="Offer a last round").click()
        await expect(bo.page.get_by_text("What do you take with you?").first).to_be_visible()
        await place.clock.passes(minutes=6)
        # The moments are the server's, so whoever comes back reads the same as whoever stayed.
        await bo.page.reload()
        await expect(bo.page.get_by_text("Five minutes are left.")).to_be_visible()
        await place.clock.passes(minutes=4, seconds=30)
        await expect(bo.page.get_by_text("The circle closes when the round has ended.")).to_be_visible()
        for _ in range(6):
            await place.clock.passes(seconds=61)
        for each in (ana, bo):
            await expect(each.page.get_by_text("This circle has closed.")).to_be_visible()
            await each.sees("Somebody listened.")
        shown = ana.message("Somebody listened.")
        await expect(shown).to_contain_text("What we carry")
        await expect(shown).not_to_contain_text("Bo")
        await expect(ana.page.get_by_text("Thank you for holding.")).to_be_visible()
        await shot(ana, "closed")
        await bo.presses("Keep my words")
        await expect(bo.page.locator("#own-words")).to_contain_text("I will sleep better.")
        await shot(bo, "keep-words")
        async with bo.page.expect_download() as coming:
            await bo.dialog.get_by_role("button", name="Keep them as a file").click()
        kept = await coming.value
        assert kept.suggested_filename == "words.txt"
        assert (
            await asyncio.to_thread(Path(await kept.path()).read_text) == "I will sleep better.\n\nSomebody listened."
        )
        await place.clock.passes(minutes=70)
        for each in (ana, bo):
            await expect(each.message("Somebody listened.")).to_have_count(0)
            await expect(each.page.get_by_text("You are not in this circle any more.").first).to_be_visible()
