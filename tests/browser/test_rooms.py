"""Rooms: opened by anybody, found by their topic, entered after a yes, shared by invite, closed with notice."""

import datetime
import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Comes
from tests.browser.people import PHONE
from tests.guests import Guest
from tests.house import House

pytestmark = pytest.mark.browser
Guests = Callable[[str], Awaitable[Guest]]


async def test_a_room_is_opened_found_and_entered_by_another_name(somebody: Comes) -> None:
    ana, bo = await somebody(), await somebody(**PHONE)
    await ana.comes_in("Ana")
    await expect(ana.page.get_by_text("Nothing is open right now.")).to_be_visible()
    await ana.page.get_by_role("link", name="Open the first circle").click()
    await ana.opens_a_room("Quiet evenings")
    await bo.comes_in("Bo")
    row = bo.page.get_by_role("link", name="Quiet evenings")
    await expect(row).to_contain_text("room")
    await expect(row).not_to_contain_text("Ana")
    await row.click()
    await bo.presses("Go in")
    await expect(bo.page.get_by_text("Please say yes to the agreement first.")).to_be_visible()
    await bo.page.get_by_label("Your name in this circle").fill("Ana")
    await bo.page.get_by_label("I'll try to keep to this").check()
    bo.may_be_refused = True
    await bo.presses("Go in")
    await expect(bo.page.get_by_text("Someone here has a name like that.")).to_be_visible()
    await bo.page.get_by_label("Your name in this circle").fill("Wren")
    await bo.presses("Go in")
    await expect(bo.box).to_be_visible()
    await expect(ana.page.get_by_text("Wren came in")).to_be_visible()
    await bo.says("Good evening.")
    await expect(await ana.sees("Good evening.")).to_contain_text("Wren")
    await bo.presses("2 here")
    await bo.dialog.get_by_role("button", name="Leave this circle").click()
    await bo.dialog.get_by_role("button", name="Leave", exact=True).click()
    await expect(bo.heading("Circles")).to_be_visible()
    await expect(ana.heading("1 here")).to_be_visible()


@pytest.mark.parametrize("by", ["link", "code"])
async def test_an_invite_leads_to_the_door_and_can_be_ended(somebody: Comes, by: str) -> None:
    ana, bo = await somebody(), await somebody(**PHONE)
    circle = await ana.holds_a_room(entry="invited")
    await ana.holds_the_room()
    await ana.presses("Make an invite")
    picture = ana.dialog.get_by_role("img", name="The link as a picture to scan")
    await expect(picture).to_have_attribute("src", re.compile(r"^data:image/svg\+xml,"))
    assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth > 50)")
    code = (await ana.dialog.locator(".code").inner_text()).strip()
    link = (await ana.dialog.locator("#invite-link").inner_text()).strip()
    assert re.fullmatch(r"[A-HJ-NP-Z2-9]{6}", code), "a code of six signs without look-alikes"
    await expect(ana.dialog).to_contain_text(re.compile(r"8 uses left, ends .*\d:\d\d"))
    if by == "link":
        await bo.page.goto(link)
    else:
        await bo.opens()
        await bo.page.get_by_text("I have a code").click()
        await bo.page.get_by_label("Your code, or the whole link").fill(code.lower())
        await bo.presses("Look at the circle")
    await expect(bo.heading("Quiet evenings")).to_be_visible()
    await expect(bo.page.get_by_text("I listen.")).to_be_visible()
    # An invite does not stay in the address.
    await expect(bo.page).not_to_have_url(re.compile(re.escape(link.rsplit("/", 1)[1])))
    await bo.page.get_by_label("What shall we call you?").fill("Bo")
    await bo.page.get_by_label("I'll try to keep to this").check()
    await bo.presses("Go in")
    await bo.presses("I know the way out")
    await expect(bo.box).to_be_visible()
    await expect(bo.page).to_have_url(re.compile(re.escape(circle)))
    await ana.presses("End this invite")
    await expect(ana.page.get_by_text("No invite is in use.")).to_be_visible()
    late = await somebody()
    late.may_be_refused = True
    await late.page.goto(link)
    await expect(late.page.get_by_text("This code or link opens no circle. It may have ended.")).to_be_visible()


async def test_closing_is_announced_and_two_people_may_go_on(somebody: Comes, place: House, guest: Guests) -> None:
    ana, bo = await somebody(), await somebody(**PHONE)
    circle = await ana.holds_a_room()
    cleo = await guest("Cleo")
    await cleo.enters(circle)
    await bo.sits_in(circle)
    await bo.box.fill("A draft that nobody cuts")
    await ana.holds_the_room()
    await ana.dialog.get_by_role("button", name="Closing").click()
    await ana.presses("Close in 10 minutes")
    await ana.page.keyboard.press("Escape")
    await expect(bo.page.get_by_text('When two people say "We go on", it stays open.')).to_be_visible()
    await expect(bo.box).to_have_value("A draft that nobody cuts")
    await ana.presses("Keep it open")
    await expect(bo.button("We go on")).to_have_count(0)
    await ana.posts("/api/commands", {"do": "circle.close", "circle": circle})
    await bo.presses("We go on")
    await cleo.asks("circle.go_on", circle=circle)
    await expect(bo.page.get_by_text("The circle goes on without a host, as equals")).to_be_visible()
    await place.clock.passes(minutes=11)
    await bo.presses("Post")
    await ana.sees("A draft that nobody cuts")
    await expect(ana.button("Holding this room")).to_have_count(0)


async def test_a_planned_room_says_when_in_the_viewers_zone(somebody: Comes, place: House, guest: Guests) -> None:
    ana = await guest("Ana")
    now = datetime.datetime.fromtimestamp(place.parts.now() / 1000, datetime.UTC)
    opens = (now + datetime.timedelta(days=2)).replace(hour=12, minute=0, second=0, microsecond=0)
    await ana.opens("Later on", opens_at=round(opens.timestamp() * 1000))
    for zone, name, clock in (
        ("Asia/Kolkata", "India Standard Time", "17:30"),
        ("Asia/Tokyo", "Japan Standard Time", "21:00"),
    ):
        bo = await somebody(timezone_id=zone)
        await bo.comes_in("Bo")
        await expect(bo.page.get_by_text(f"Times are for {name}.")).to_be_visible()
        await expect(bo.page.get_by_role("link", name="Later on")).to_contain_text(clock)
        await bo.page.get_by_role("link", name="Later on").click()
        await expect(bo.page.get_by_text(re.compile(f"This circle opens .*{clock}"))).to_be_visible()
        await expect(bo.button("Go in")).to_have_count(0)


async def test_a_place_can_be_kept_and_come_back_to_from_elsewhere(somebody: Comes) -> None:
    bo, phone = await somebody(), await somebody(**PHONE)
    await bo.comes_in("Bo")
    circle = await bo.opens_a_room("Quiet evenings")
    await bo.goes_to("#/safety")
    await bo.page.get_by_text("Keep my place").first.click()
    await bo.page.get_by_label("Sign-in name").fill("somebody-quiet")
    await bo.page.get_by_label("Passphrase", exact=True).fill("four lamps by window")
    await bo.page.locator("form").get_by_role("button", name="Keep my place").click()
    await expect(bo.heading("Your recovery words")).to_be_visible()
    await bo.presses("I have written them down")
    await expect(bo.page.get_by_text("Your place is kept. Your sign-in name is somebody-quiet.")).to_be_visible()
    await phone.opens()
    await phone.page.get_by_text("I have been here before").click()
    await phone.page.get_by_label("Sign-in name").fill("somebody-quiet")
    await phone.page.get_by_label("Passphrase", exact=True).fill("four lamps by window")
    await phone.presses("Sign in")
    await phone.page.get_by_role("link", name="Quiet evenings").click()
    await expect(phone.box).to_be_visible()
    await expect(phone.page).to_have_url(re.compile(re.escape(circle)))
    await phone.says("From my phone.")
    await bo.goes_to(f"#/c/{circle}")
    await expect(await bo.sees("From my phone.")).to_have_class(re.compile("mine"))
    await phone.goes_to("#/safety")
    await phone.presses("Forget me")
    await phone.presses("Yes, forget me")
    await expect(phone.heading("You can come in as you are.")).to_be_visible()
    await expect(bo.heading("You can come in as you are.")).to_be_visible()
