"""Somebody looks for words by keyboard alone, goes to where they were said, and leaves nothing of it behind."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Comes
from tests.browser.people import PHONE
from tests.browser.test_axe import AXE, LOOK, TAGS
from tests.guests import Guest

pytestmark = pytest.mark.browser
Guests = Callable[[str], Awaitable[Guest]]


async def test_words_are_found_gone_to_and_nothing_of_the_looking_stays(
    somebody: Comes, guest: Guests, tmp_path: Path
) -> None:
    ana, bo = await guest("Ana"), await somebody(**PHONE)
    first, second = await ana.opens("Quiet evenings", history_open=True), await ana.opens("Mornings", history_open=True)
    meant = await ana.says("The LÁNTERN by the window helped me.", first)
    for n in range(90):
        await ana.says(f"{n}. Something else that was said.", first)
    await ana.says("A lantern in the morning.", second)
    await ana.says("A marigold, and a lantern again.", second)
    await bo.sits_in(second)
    await bo.sits_in(first)
    page = bo.page
    places = await page.evaluate("() => history.length")

    await page.keyboard.press("Control+k")
    box = page.get_by_label("Words to look for")
    await expect(box).to_be_focused()
    status = page.get_by_role("dialog").get_by_role("status")
    await page.keyboard.type("unicorn")
    await page.keyboard.press("Enter")
    await expect(status).to_have_text(
        "Nothing you may read has these words. They may have faded, or were said differently."
    )
    await box.fill("lantern")
    await page.keyboard.press("Enter")
    await expect(status).to_have_text("1 message with these words")
    await expect(page.locator("mark")).to_have_text(["LÁNTERN"])
    await page.get_by_label("In all my circles").check()
    await expect(status).to_have_text("3 messages with these words")
    found = page.locator(".found-one")
    await expect(found.first).to_contain_text("Mornings")
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        await page.screenshot(path=tmp_path / f"search-{scheme}.png")
        if not await page.evaluate("() => 'axe' in window"):
            await page.evaluate(AXE.read_text())
        assert await page.evaluate(LOOK, TAGS) == []
    assert await page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")

    await found.last.focus()
    await page.keyboard.press("Enter")
    target = page.locator(f'[data-seq="{meant}"]')
    await expect(target).to_be_focused()
    await expect(target).to_be_in_viewport()
    await expect(page.get_by_role("dialog")).to_have_count(0)

    await page.get_by_role("button", name="2 here").click()
    await page.get_by_role("dialog").get_by_role("button", name="Find words").click()
    await expect(box).to_be_focused()
    await expect(box).to_have_value("")
    await page.get_by_label("In all my circles").check()
    await box.fill("lantern again")
    await page.keyboard.press("Enter")
    await found.click()
    await expect(page.get_by_role("heading", name="Mornings")).to_be_visible()
    await expect(page.locator("[data-message]:focus")).to_contain_text("a lantern again")

    await page.keyboard.press("Control+k")
    await box.fill("lantern")
    await page.keyboard.press("Enter")
    await expect(status).to_have_text("2 messages with these words")
    kept = await page.evaluate(
        "() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, location.href, history.state])"
    )
    assert "lantern" not in kept.lower()
    assert not [each for each in bo.asked if "lantern" in each.lower()]
    assert await page.evaluate("() => history.length") == places
    await page.get_by_role("dialog").get_by_role("link", name="Quick exit").click()
    await page.wait_for_url("**/goodbye")
    await page.go_back()
    await expect(page.locator("body")).not_to_contain_text("lantern")
