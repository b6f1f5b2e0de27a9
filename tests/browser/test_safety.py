"""Safety: the way out is on every screen and leaves nothing; help is one press away; nothing goes elsewhere."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Comes
from tests.browser.people import PHONE, Person
from tests.guests import Guest
from tests.house import House

pytestmark = pytest.mark.browser
Guests = Callable[[str], Awaitable[Guest]]
SIZES = [(320, 640), (360, 640), (768, 1024), (1280, 800), (320, 256)]
"""CSS px; the last is 1280 by 1024 at 400 %."""
LEAST = 44


async def screens(bo: Person, circle: str, other: str) -> AsyncIterator[str]:
    """Every screen, one after the other, by its name."""
    await bo.opens()
    await expect(bo.heading("You can come in as you are.")).to_be_visible()
    yield "welcome"
    await bo.presses("Come in")
    await expect(bo.heading("First: the way out")).to_be_visible()
    yield "before"
    await bo.presses("I know the way out")
    await expect(bo.page.get_by_role("link", name="Elsewhere")).to_be_visible()
    yield "circles"
    await bo.goes_to(f"#/w/{other}")
    await expect(bo.heading("Elsewhere")).to_be_visible()
    yield "door"
    await bo.posts("/api/commands", {"do": "circle.enter", "circle": circle, "agreement": 1, "name": "Bo"})
    await bo.goes_to(f"#/c/{circle}")
    await expect(bo.box).to_be_visible()
    yield "circle"
    await bo.goes_to("#/open")
    await expect(bo.heading("Open a room")).to_be_visible()
    yield "open a room"
    await bo.goes_to("#/safety")
    await expect(bo.heading("My safety")).to_be_visible()
    yield "my safety"
    await bo.opens("/help")
    yield "help"
    await bo.opens("/open-book")
    yield "open book"


async def test_quick_exit_is_in_sight_on_every_screen_and_second_by_tab(somebody: Comes, guest: Guests) -> None:
    ana, cleo, bo = await guest("Ana"), await guest("Cleo"), await somebody()
    circle, other = await ana.opens(), await cleo.opens("Elsewhere")
    seen = 0
    async for screen in screens(bo, circle, other):
        exit_ = bo.page.get_by_role("link", name="Quick exit").first
        help_ = bo.page.get_by_role("link", name="Help now")
        for width, height in SIZES:
            await bo.page.set_viewport_size({"width": width, "height": height})
            box = await exit_.bounding_box()
            assert box is not None, (screen, width)
            assert min(box["width"], box["height"]) >= LEAST, (screen, width, box)
            assert box["x"] >= 0, (screen, width, box)
            assert box["y"] >= 0, (screen, width, box)
            assert box["x"] + box["width"] <= width, (screen, width, box)
            assert box["y"] + box["height"] <= height, (screen, width, box)
            sideways = await bo.page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
            assert sideways <= 0, f"{screen} scrolls sideways at {width}"
            if screen != "help":
                assert await help_.count() >= 1, screen
        await bo.page.set_viewport_size({"width": 1280, "height": 800})
        if screen not in ("help", "open book"):
            await bo.page.evaluate("() => { document.activeElement?.blur(); getSelection()?.removeAllRanges() }")
            await bo.page.evaluate("() => { document.body.tabIndex = -1; document.body.focus() }")
            await bo.page.keyboard.press("Tab")
            skip = bo.page.locator(":focus")
            await expect(skip).to_have_text("Skip to writing" if screen == "circle" else "Skip to the page")
            await bo.page.keyboard.press("Tab")
            await expect(bo.page.locator(":focus")).to_have_text("Quick exit")
        seen += 1
    assert seen == 9


WATCH = """() => {
    const exit = document.querySelector('a[href="/exit"]');
    exit.click();
    // Still in the same turn: nothing was waited for.
    return [getComputedStyle(document.body).display, document.body.childElementCount, document.title,
            sessionStorage.length];
}"""


async def test_quick_exit_blanks_wipes_and_goes_and_back_shows_nothing(somebody: Comes, guest: Guests) -> None:
    ana, bo = await guest("Ana"), await somebody(service_workers="allow")
    circle = await ana.opens()
    await bo.opens("/goodbye")
    await bo.sits_in(circle)
    await ana.says("Something private.")
    await bo.sees("Something private.")
    await bo.box.fill("a draft about marmalade")
    await bo.page.wait_for_function("async () => (await caches.keys()).length > 0")
    await bo.page.evaluate("() => { localStorage.setItem('left', 'behind') }")
    arrived = bo.page.wait_for_url("**/goodbye")
    assert await bo.page.evaluate(WATCH) == ["none", 0, "New tab", 0]
    await arrived
    assert await bo.page.evaluate(
        "async () => [sessionStorage.length, localStorage.length, (await caches.keys()).length,"
        " (await navigator.serviceWorker.getRegistrations()).length, (await indexedDB.databases()).length]"
    ) == [0, 0, 0, 0, 0]
    assert await bo.context.cookies() == []
    assert "circle" not in (await bo.page.locator("body").inner_text()).lower()
    assert await bo.page.title() in ("New tab", "New page")
    await bo.page.go_back()
    shown = await bo.page.locator("body").inner_text()
    for trace in ("Something private.", "marmalade", "Quiet evenings"):
        assert trace not in shown
    assert circle not in bo.page.url
    answer = await bo.context.request.get(bo.place.url + "/exit", max_redirects=0)
    assert (answer.status, answer.headers["clear-site-data"]) == (303, '"cache", "cookies", "storage"')


async def test_a_page_kept_for_going_back_holds_no_words(somebody: Comes, guest: Guests) -> None:
    ana, bo = await guest("Ana"), await somebody()
    circle = await ana.opens()
    await bo.sits_in(circle)
    await ana.says("Something private.")
    await bo.sees("Something private.")
    await bo.page.evaluate("() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    assert await bo.page.evaluate("() => document.getElementById('app').childElementCount") == 0
    await expect(bo.page.locator("body")).to_be_hidden()
    await bo.page.evaluate("() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    await bo.sees("Something private.")


async def test_offline_it_stays_blank_until_it_can_go(somebody: Comes, guest: Guests) -> None:
    ana, bo = await guest("Ana"), await somebody()
    circle = await ana.opens()
    await bo.sits_in(circle)
    await bo.loses_the_network()
    assert await bo.page.evaluate(WATCH) == ["none", 0, "New tab", 0]
    await bo.page.wait_for_function("() => location.hash === ''")
    await expect(bo.page.locator("body")).to_be_hidden()
    await bo.has_network_again()
    await bo.page.wait_for_url("**/goodbye")


async def test_without_scripts_it_is_a_plain_link(somebody: Comes) -> None:
    bo = await somebody(java_script_enabled=False)
    await bo.opens()
    await bo.page.get_by_role("link", name="Help now").click()
    await expect(bo.heading("Help now")).to_be_visible()
    await bo.page.get_by_role("link", name="Quick exit").click()
    await bo.page.wait_for_url("**/goodbye")


async def test_shift_three_times_leaves_and_as_a_modifier_does_not(somebody: Comes, guest: Guests) -> None:
    ana, bo = await guest("Ana"), await somebody()
    circle = await ana.opens()
    await bo.sits_in(circle)
    await bo.box.focus()
    for letter in "ABCD":
        await bo.page.keyboard.press(f"Shift+{letter}")
    await expect(bo.box).to_have_value("ABCD")
    await expect(bo.page.locator(".shift-dots")).to_have_count(0)
    cdp = await bo.cdp()
    await cdp.send("Input.imeSetComposition", {"text": "に", "selectionStart": 1, "selectionEnd": 1})
    for _ in range(3):
        await bo.page.evaluate(
            """() => { for (const type of ['keydown', 'keyup']) document.getElementById('box').dispatchEvent(
                new KeyboardEvent(type, { key: 'Shift', keyCode: 229, isComposing: true, bubbles: true })); }"""
        )
    await cdp.send("Input.insertText", {"text": ""})
    await expect(bo.page.locator(".shift-dots")).to_have_count(0)
    for presses in (1, 2):
        await bo.page.keyboard.press("Shift")
        await expect(bo.page.locator(".shift-dots .on")).to_have_count(presses)
        await expect(bo.page.locator(".shift-dots .unseen")).to_contain_text(re.compile(r"Press Shift .*more"))
    await bo.page.keyboard.press("Shift")
    await bo.page.wait_for_url("**/goodbye")


async def test_shift_can_be_switched_off_and_presses_far_apart_do_not_count(somebody: Comes) -> None:
    bo = await somebody()
    await bo.page.clock.install()
    await bo.comes_in("Bo")
    for _ in range(4):
        await bo.page.keyboard.press("Shift")
        await expect(bo.page.locator(".shift-dots .on")).to_have_count(1)
        await bo.page.clock.fast_forward(5_100)
        await expect(bo.page.locator(".shift-dots")).to_have_count(0)
    await bo.goes_to("#/safety")
    await bo.page.get_by_label("Press Shift three times to leave").uncheck()
    await expect(bo.page.get_by_text("Only the button works.")).to_be_visible()
    for _ in range(4):
        await bo.page.keyboard.press("Shift")
    await expect(bo.heading("My safety")).to_be_visible()
    await expect(bo.page.locator(".shift-dots")).to_have_count(0)


async def test_the_way_out_is_shown_once_before_coming_in_and_stays_in_settings(somebody: Comes) -> None:
    bo = await somebody(**PHONE)
    await bo.opens()
    await bo.presses("Come in")
    for words in (
        "It cannot clear the list of pages in your browser.",
        "It cannot stop software that watches this phone.",
    ):
        await expect(bo.page.get_by_text(words)).to_be_visible()
    await bo.page.clock.install()
    await bo.presses("Try it")
    await expect(bo.page.locator("body")).to_be_hidden()
    await bo.page.clock.fast_forward(1_600)
    await expect(bo.heading("First: the way out")).to_be_visible()
    await bo.presses("I know the way out")
    await expect(bo.heading("Circles")).to_be_visible()
    await bo.goes_to("#/safety")
    await bo.page.get_by_text("What it does and cannot do").click()
    await expect(bo.page.get_by_text("It cannot stop software that watches this phone.")).to_be_visible()
    await bo.page.reload()
    await expect(bo.heading("My safety")).to_be_visible()


async def test_help_opens_without_a_network_and_says_people_first(somebody: Comes) -> None:
    bo = await somebody(service_workers="allow")
    await bo.comes_in("Bo")
    await bo.page.wait_for_function("async () => (await navigator.serviceWorker.ready).active.state === 'activated'")
    await bo.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    await bo.loses_the_network()
    await bo.page.get_by_role("link", name="Help now").click()
    await expect(bo.heading("Help now")).to_be_visible()
    headings = await bo.page.get_by_role("heading").all_inner_texts()
    assert headings.index("People here") < headings.index("People to call")
    assert await bo.page.locator("script").count() == 0
    await expect(bo.page.locator("main")).to_contain_text("has not added any help lines")
    await bo.has_network_again()


async def test_links_say_where_they_lead_and_fetch_nothing(somebody: Comes, guest: Guests) -> None:
    ana, bo = await guest("Ana"), await somebody()
    circle = await ana.opens()
    await bo.sits_in(circle)
    await ana.says("See https://example.org/some/page?x=1 and javascript:alert(1) and <img src=https://example.com/x>")
    link = bo.page.locator(".msg-body a").first
    await expect(bo.page.locator(".msg-body a")).to_have_count(2)
    await expect(link).to_have_attribute("href", "https://example.org/some/page?x=1")
    await expect(bo.messages.last).to_contain_text("example.org")
    rel = str(await link.get_attribute("rel")).split()
    assert {"noopener", "noreferrer"} <= set(rel)
    await expect(link).to_have_attribute("target", "_blank")
    assert await bo.page.locator(".msg img").count() == 0
    assert (
        await bo.page.evaluate(
            "() => { try { document.body.innerHTML = '<b>x</b>'; return 'taken' } catch (error) { return error.name } }"
        )
        == "TypeError"
    ), "markup from strings is possible"
    bo.complaints = [each for each in bo.complaints if "TrustedHTML" not in each]


async def test_title_address_and_history_are_neutral(somebody: Comes, place: House) -> None:
    bo = await somebody()
    await bo.opens("/goodbye")
    before = await bo.page.evaluate("() => history.length")
    await bo.comes_in("Bo")
    circle = await bo.opens_a_room("About something private")
    assert await bo.page.title() == place.parts.settings.page_title
    assert re.fullmatch(r".*/#/c/[\w-]{16}", bo.page.url)
    await bo.says("Hello.")
    await bo.goes_to("#/")
    await bo.page.get_by_role("link", name="About something private").click()
    await bo.page.get_by_role("link", name="Back").click()
    await expect(bo.heading("Circles")).to_be_visible()
    assert await bo.page.title() == place.parts.settings.page_title
    manifest = await (await bo.context.request.get(bo.place.url + "/manifest.webmanifest")).json()
    assert "ircle" not in manifest["name"] + manifest["short_name"]
    assert await bo.page.evaluate("() => history.length") <= before + 3
    assert circle
