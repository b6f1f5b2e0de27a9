"""Takes the pictures of the README: ``python -m tests.pictures``. A real server, a real browser, a modest size."""

import asyncio
import os
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from server.demo import furnish
from tests.chromium import QUIET, find_or_install
from tests.house import house

FOLDER = Path(__file__).resolve().parent.parent / "web_client" / "pictures"
PHONE = {"width": 360, "height": 640}


async def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        async with house(Path(data) / "data", time_scale=60) as place, async_playwright() as playwright:
            await furnish(place.parts)
            browser = await playwright.chromium.launch(
                executable_path=find_or_install(), args=QUIET, chromium_sandbox=os.geteuid() != 0
            )
            await by_day(browser, place.url)
            await by_night(browser, place.url)
            await with_the_piece(browser, place.url)
            await browser.close()


async def by_day(browser: Browser, url: str) -> None:
    page = await visit(browser, url, "light")
    await page.screenshot(path=FOLDER / "welcome.png")
    await enter(page)
    await page.get_by_role("button", name="More").nth(1).click()
    await page.locator("dialog[open]").get_by_role("button", name="This goes against our agreement").click()
    await page.get_by_role("heading", name="What did you feel?").wait_for()
    await page.screenshot(path=FOLDER / "flag.png")


async def by_night(browser: Browser, url: str) -> None:
    page = await visit(browser, url, "dark")
    await enter(page)
    await page.screenshot(path=FOLDER / "circle-night.png")


async def with_the_piece(browser: Browser, url: str) -> None:
    page, other = await visit(browser, url, "light"), await visit(browser, url, "light")
    for each in (page, other):
        await enter(each)
    await page.locator(".seats").get_by_role("button").click()
    await page.get_by_role("button", name="Offer a round").locator("visible=true").click()
    await page.get_by_label("A question to speak about").fill("What helped you this week?")
    await page.get_by_role("button", name="Offer this round").click()
    await other.get_by_role("button", name="Join", exact=True).click()
    await page.get_by_role("button", name="Begin", exact=True).click()
    await page.get_by_role("button", name="Pass", exact=True).wait_for()
    await page.screenshot(path=FOLDER / "round.png")


async def visit(browser: Browser, url: str, theme: str) -> Page:
    context = await browser.new_context(
        viewport=PHONE,  # type: ignore[arg-type]
        color_scheme=theme,  # type: ignore[arg-type]
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/Berlin",
    )
    page = await context.new_page()
    await page.goto(url)
    await page.get_by_role("heading", level=1).wait_for()
    await page.evaluate("document.fonts.ready")
    return page


async def enter(page: Page) -> None:
    await page.get_by_role("button", name="Come in").first.click()
    await page.get_by_role("button", name="I know the way out").click()
    await page.get_by_role("link", name="Grief and loss").click()
    await page.get_by_role("checkbox").first.check()
    await page.locator("form button").last.click()
    await page.locator("#box").wait_for()
    await page.get_by_text("holding a cup of tea").wait_for()


if __name__ == "__main__":
    asyncio.run(main())
