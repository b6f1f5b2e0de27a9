"""A room that opens again and again: planned in the form that opens any, shown by two clocks, told of when it opens."""

import datetime
import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Comes
from tests.browser.people import DESK, PHONE
from tests.house import House

pytestmark = pytest.mark.browser


async def test_a_room_is_planned_listed_by_both_clocks_and_told_of_when_it_opens(somebody: Comes, place: House) -> None:
    ana = await somebody(**PHONE, timezone_id="America/Santiago")
    bo = await somebody(**DESK, timezone_id="Australia/Sydney")
    await ana.comes_in("Ana")
    await ana.page.get_by_role("link", name="Open the first circle").click()
    await ana.page.get_by_label("In your own words").check()
    await ana.page.get_by_label("Other words").fill("Early mornings")
    await ana.page.get_by_label("At times that repeat").check()
    first = await ana.page.evaluate(
        """() => { const at = new Date(Date.now() + 7_200_000 - new Date().getTimezoneOffset() * 60_000);
        return at.toISOString().slice(0, 16); }"""
    )
    await ana.page.get_by_label(re.compile("The first time")).fill(first)
    await ana.page.get_by_label("For how long?").select_option(label="1 hour 30 minutes")
    await ana.presses("Plan the room")
    times = ana.page.get_by_role("region", name="When it meets").get_by_role("listitem")
    await expect(times).to_have_count(4)
    await expect(times.first).to_contain_text(first[11:].lstrip("0"))
    await expect(times.first).not_to_contain_text("(")

    await bo.comes_in("Bo")
    row = bo.page.get_by_role("link", name="Early mornings")
    await expect(row).to_contain_text("Every week")
    hour = datetime.datetime.fromisoformat(first).strftime("%-I:%M")
    await expect(row).to_contain_text(re.compile(rf"opens .*\(.*{hour}"))
    await row.click()
    theirs = bo.page.get_by_role("region", name="When it meets")
    await expect(theirs.get_by_role("listitem")).to_have_count(4)
    await expect(theirs.get_by_role("listitem").first).to_contain_text("in Santiago)")
    await bo.presses("Tell me when it opens")
    await expect(bo.page.get_by_text("You will be told here when it opens")).to_be_visible()
    await bo.page.get_by_role("link", name="My safety").click()

    await ana.page.get_by_text("Change these times").click()
    gone = await times.nth(1).inner_text()
    await ana.page.get_by_role("button", name=re.compile("Not this time")).nth(1).click()
    await expect(ana.page.get_by_text("Changed.")).to_be_visible()
    await expect(times.filter(has_text=gone)).to_have_count(0)
    await ana.page.get_by_role("button", name=re.compile("Put it back")).click()
    await expect(times.nth(1)).to_have_text(gone)

    await place.clock.passes(hours=2)
    await expect(bo.page.get_by_text("Early mornings is open now.")).to_be_visible()
    await bo.presses("Look in")
    await bo.page.get_by_label("I'll try to keep to this").check()
    await bo.presses("Go in")
    await bo.says("Good morning.")


async def test_what_a_closed_page_shows_says_nothing_of_anybody(somebody: Comes, place: House) -> None:
    bo = await somebody(service_workers="allow")
    await bo.comes_in("Bo")
    await bo.page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    (worker,) = bo.context.service_workers
    # A browser without a screen shows no notices, so what it is asked to show is looked at.
    shown = await worker.evaluate(
        """() => new Promise((resolve) => {
          self.registration.showNotification = async (title, { body, tag }) => resolve({ title, body, tag });
          self.dispatchEvent(new PushEvent("push"));
        })"""
    )
    assert shown == {"title": place.parts.settings.page_title, "body": "Something new", "tag": "news"}
