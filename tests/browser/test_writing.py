"""Writing: words show at once, go once and in order, and only the person who wrote them throws them away."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Comes
from tests.browser.people import PHONE, Person, arrive
from tests.guests import Guest, Refused
from tests.house import House, Process
from tests.keeper import Keeper

pytestmark = pytest.mark.browser
Guests = Callable[[str], Awaitable[Guest]]
LIMIT = 4_000
STORED = """async () => {
    const kept = [JSON.stringify(localStorage)];
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
            kept.push(request.url, await (await cache.match(request)).clone().text());
        }
    }
    for (const { name } of await indexedDB.databases()) kept.push('database ' + name);
    return kept.join('\\n');
}"""
"""Everything this browser keeps beyond the tab; a database by its name, since there is to be none."""


async def test_own_words_show_before_anything_was_answered_and_stay_the_same_row(
    somebody: Comes, guest: Guests
) -> None:
    ana, bo = await guest("Ana"), await somebody(**PHONE)
    circle = await ana.opens()
    await bo.sits_in(circle)
    await (await bo.cdp()).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    await bo.box.fill("Here I am.")
    with bo.road.held_up():
        frames: int = await bo.page.evaluate(
            """() => new Promise(done => {
                let frames = 0;
                const look = () => {
                    const row = [...document.querySelectorAll('#rows > .msg')].find(row => /Here I am/.test(row.innerText));
                    if (row) { window.own = row; done(frames); } else { frames++; requestAnimationFrame(look); }
                };
                document.querySelector('.compose [type=submit]').click();
                look();
            })"""
        )
        # Six frames are a tenth of a second; the words are to be in the next one or the one after it.
        assert frames <= 2
        await expect(bo.message("Here I am.")).to_contain_text("sending")
        await ana.hears("Here I am.")
        await expect(bo.message("Here I am.")).not_to_have_attribute("data-seq", re.compile(r"\d"))
    await expect(bo.message("Here I am.")).to_have_attribute("data-seq", re.compile(r"\d"))
    await expect(bo.message("Here I am.")).not_to_contain_text("sending")
    assert await bo.page.evaluate("() => window.own.isConnected && window.own.hasAttribute('data-seq')")
    await expect(bo.message("Here I am.")).to_have_count(1)


async def test_offline_words_wait_in_sight_then_go_in_order_once(somebody: Comes, guest: Guests) -> None:
    ana, bo = await guest("Ana"), await somebody(**PHONE)
    circle = await ana.opens()
    await bo.sits_in(circle)
    words = [f"Waiting, {n}." for n in range(5)]
    async with bo.offline():
        for each in words:
            await expect(bo.box).to_be_editable()
            row = await bo.says(each)
            await expect(row).to_contain_text("It will go when you are back.")
        assert await bo.words() == words
    for each in words:
        await ana.hears(each)
        await expect(bo.message(each)).not_to_contain_text("Not sent yet")
    assert await bo.words() == words
    assert ana.bodies() == words


async def test_what_a_dying_server_took_in_without_answering_is_there_once(
    browser: Browser, keeper: Keeper, tmp_path: Path
) -> None:
    place = Process(keeper, tmp_path / "data")
    (tmp_path / "data").mkdir()
    await place.start()
    bo = await arrive(browser, place)
    ana = await Guest(place.url, "Ana").comes_in()
    try:
        circle = await ana.opens()
        await bo.sits_in(circle)
        bo.road.loses_answers = True
        await bo.says("Did you get this?")
        await bo.says("And this?")
        await ana.hears("Did you get this?")
        await place.kill()
        bo.is_cut_off()
        await ana.leaves_the_page()
        await bo.says("Said to nobody yet.")
        await place.start()
        bo.road.mend()
        await ana.opens_a_socket()
        expected = ["Did you get this?", "And this?", "Said to nobody yet."]
        await ana.hears(expected[-1])
        for words in expected:
            await expect(bo.message(words)).to_have_attribute("data-seq", re.compile(r"\d"))
        assert ana.bodies() == expected
        assert await bo.words() == expected
    finally:
        await ana.leaves_the_page()
        await bo.leaves()
        await place.stop()


async def test_refused_words_say_why_and_stay_until_their_writer_decides(
    somebody: Comes, place: House, guest: Guests
) -> None:
    ana, bo = await guest("Ana"), await somebody()
    circle = await ana.opens()
    await bo.sits_in(circle)
    await ana.says("Good evening.")
    async with bo.offline():
        await bo.says("Wait for me.")
        await bo.says("And this.")
        await ana.asks("circle.close", circle=circle)
        await place.clock.passes(minutes=10)
    late = bo.message("Wait for me.")
    await expect(late).to_contain_text("Not posted. This circle has closed.")
    for label in ("Try again", "Copy", "Remove"):
        await expect(late.get_by_role("button", name=label)).to_be_visible()
    await bo.page.reload()
    await expect(late).to_contain_text("Not posted. This circle has closed.")
    await expect(bo.message("And this.")).to_contain_text("Not posted.")
    await late.get_by_role("button", name="Try again").click()
    # It went to the end of the line and was refused again.
    await expect(bo.messages.last).to_contain_text("Wait for me.")
    await expect(late).to_contain_text("Not posted. This circle has closed.")
    await late.get_by_role("button", name="Copy").click()
    await expect(bo.page.get_by_text("Copied")).to_be_visible()
    await bo.box.focus()
    await bo.page.keyboard.press("ControlOrMeta+V")
    await expect(bo.box).to_have_value("Wait for me.")
    await late.get_by_role("button", name="Remove").click()
    await expect(late).to_have_count(0)
    await expect(bo.message("And this.")).to_be_visible()


async def test_enter_posts_on_a_keyboard_and_breaks_the_line_under_a_finger(somebody: Comes, guest: Guests) -> None:
    ana, desk, phone = await guest("Ana"), await somebody(), await somebody(**PHONE)
    circle = await ana.opens()
    await desk.sits_in(circle, "Desk")
    await phone.sits_in(circle, "Phone")
    await desk.box.press_sequentially("one")
    await desk.box.press("Shift+Enter")
    await desk.box.press_sequentially("two")
    await desk.box.press("Enter")
    await ana.hears("one\ntwo")
    await expect(desk.box).to_have_value("")
    await phone.box.press_sequentially("three")
    await phone.box.press("Enter")
    await phone.box.press_sequentially("four")
    await expect(phone.box).to_have_value("three\nfour")
    await phone.presses("Post")
    await ana.hears("three\nfour")
    await phone.box.press_sequentially("five")
    await phone.box.press("Control+Enter")
    await ana.hears("five")
    await phone.goes_to("#/safety")
    await phone.page.get_by_label("Posts", exact=True).check()
    await phone.goes_to(f"#/c/{circle}")
    await phone.box.press_sequentially("six")
    await phone.box.press("Enter")
    await ana.hears("six")
    await expect(phone.box).to_have_value("")


async def test_enter_that_ends_a_composition_never_posts(somebody: Comes, guest: Guests) -> None:
    ana, bo = await guest("Ana"), await somebody()
    circle = await ana.opens()
    await bo.sits_in(circle)
    await bo.box.focus()
    cdp = await bo.cdp()
    await cdp.send("Input.imeSetComposition", {"text": "にほん", "selectionStart": 3, "selectionEnd": 3})
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "nativeVirtualKeyCode": 13}
    await cdp.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    await cdp.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})
    await expect(bo.box).to_have_value("にほん")
    await cdp.send("Input.insertText", {"text": "日本"})
    await expect(bo.box).to_have_value("日本")
    stopped = await bo.page.evaluate(
        """() => !document.getElementById('box').dispatchEvent(new KeyboardEvent('keydown', {
            key: 'Enter', keyCode: 229, bubbles: true, cancelable: true }))"""
    )
    assert not stopped, "Safari's Enter at the end of a composition was taken"
    await expect(bo.box).to_have_value("日本")
    await expect(bo.messages).to_have_count(0)
    await bo.box.press("Enter")
    await ana.hears("日本")
    assert ana.bodies() == ["日本"]


async def test_the_box_grows_to_six_lines_and_keeps_the_end_in_view(somebody: Comes, guest: Guests) -> None:
    ana, bo = await guest("Ana"), await somebody(**PHONE)
    circle = await ana.opens(history_open=True)
    for n in range(20):
        await ana.says(f"Line {n}")
    await bo.sits_in(circle)
    heights = []
    for lines in (1, 2, 5, 6, 12):
        await bo.box.fill("\n".join(["words"] * lines))
        await bo.is_painted()
        heights.append(await bo.box.evaluate("box => box.offsetHeight"))
        assert (await bo.scroll_state())["below"] <= 1, f"the end went out of view at {lines} lines"
    one, two, five, six, twelve = heights
    assert one < two < five < six
    assert abs(twelve - six) <= 1
    assert await bo.box.evaluate("box => box.scrollHeight > box.clientHeight")
    assert await bo.box.evaluate("box => parseFloat(getComputedStyle(box).fontSize)") >= 16
    zoom = await bo.page.locator("meta[name=viewport]").get_attribute("content")
    assert "scal" not in str(zoom).replace("initial-scale", "")


async def test_a_draft_lives_in_this_tab_and_nowhere_else(somebody: Comes, guest: Guests) -> None:
    ana, bo = await guest("Ana"), await somebody(service_workers="allow")
    one, two = await ana.opens("One"), await ana.opens("Two")
    await bo.sits_in(one)
    await bo.sits_in(two)
    await bo.box.fill("marmalade in two")
    await bo.goes_to(f"#/c/{one}")
    await expect(bo.heading("One")).to_be_visible()
    await expect(bo.box).to_have_value("")
    await bo.box.fill("elderflower in one")
    await expect(bo.page.get_by_text("Draft kept in this tab only")).to_be_visible()
    await bo.page.reload()
    await expect(bo.box).to_have_value("elderflower in one")
    await bo.goes_to(f"#/c/{two}")
    await expect(bo.box).to_have_value("marmalade in two")
    await bo.page.wait_for_function("async () => (await caches.keys()).length > 0")
    kept = await bo.page.evaluate(STORED)
    assert "marmalade" not in kept
    assert "elderflower" not in kept
    await bo.presses("Post")
    await expect(bo.message("marmalade in two")).to_have_attribute("data-seq", re.compile(r"\d"))
    assert "marmalade" not in await session_storage(bo)
    assert "elderflower" in await session_storage(bo)
    await bo.goes_to("#/safety")
    await bo.presses("Sign out here")
    await expect(bo.heading("You can come in as you are.")).to_be_visible()
    assert "elderflower" not in await session_storage(bo)


async def session_storage(person: Person) -> str:
    return str(await person.page.evaluate("() => JSON.stringify(sessionStorage)"))


@pytest.mark.parametrize("shrinks", ["the window", "only what is seen of it"])
async def test_box_exit_and_help_stay_above_an_on_screen_keyboard(somebody: Comes, guest: Guests, shrinks: str) -> None:
    ana, bo = await guest("Ana"), await somebody(**PHONE)
    circle = await ana.opens()
    for n in range(20):
        await ana.says(f"Line {n}")
    await bo.sits_in(circle)
    await bo.box.focus()
    if shrinks == "the window":
        await bo.page.set_viewport_size({"width": 360, "height": 340})
    else:
        await bo.page.evaluate(
            """() => {
                Object.defineProperty(visualViewport, 'height', { value: 340, configurable: true });
                visualViewport.dispatchEvent(new Event('resize'));
            }"""
        )
    await bo.is_painted()
    for seen in (
        bo.box,
        bo.page.locator("#quick-exit"),
        bo.page.get_by_role("link", name="Help now"),
        bo.button("Post"),
    ):
        box = await seen.bounding_box()
        assert box is not None
        assert box["y"] >= 0, await seen.inner_text()
        assert box["y"] + box["height"] <= 340.5, await seen.inner_text()


async def test_words_are_taken_back_from_everybody_and_from_quotes(
    somebody: Comes, place: House, guest: Guests
) -> None:
    ana, bo = await somebody(), await somebody(**PHONE)
    await ana.page.clock.install()
    circle = await ana.holds_a_room()
    await bo.sits_in(circle)
    cleo = await guest("Cleo")
    await cleo.enters(circle)
    await ana.says("I wish I had not said this.")
    await expect(ana.message("I wish I had not said this.")).to_have_attribute("data-seq", re.compile(r"\d"))
    dialog = await ana.opens_more("I wish I had not said this.")
    await expect(dialog.locator(".act").first).to_contain_text("Take back")
    await ana.page.keyboard.press("Escape")
    await bo.does("Reply", "I wish I had not said this.")
    await bo.says("What do you mean?")
    await expect(ana.message("What do you mean?")).to_contain_text("I wish")
    await ana.page.clock.fast_forward(11_000)
    dialog = await ana.opens_more("I wish I had not said this.")
    await expect(dialog.locator(".act").first).not_to_contain_text("Take back")
    await dialog.get_by_role("button", name=re.compile("^Take back")).click()
    await ana.dialog.get_by_role("button", name="Take back", exact=True).click()
    for each in (ana, bo):
        await expect(each.page.get_by_text("I wish I had not said this.")).to_have_count(0)
        await expect(each.message("What do you mean?")).to_contain_text("These words were taken back")
    await expect(bo.messages.first).to_contain_text("Taken back by its writer")
    await expect(ana.messages.first).to_contain_text("You took this back")


async def test_two_quick_presses_post_once(somebody: Comes, guest: Guests) -> None:
    ana, bo = await guest("Ana"), await somebody()
    circle = await ana.opens()
    await bo.sits_in(circle)
    await bo.box.fill("Only once.")
    await bo.button("Post").dblclick()
    await bo.box.fill("This too.")
    cdp = await bo.cdp()
    await cdp.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    enter = {"type": "keyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
    await asyncio.gather(*(cdp.send("Input.dispatchKeyEvent", enter) for _ in range(3)))
    await ana.hears("This too.")
    await bo.says("Last.")
    await ana.hears("Last.")
    assert ana.bodies() == ["Only once.", "This too.", "Last."]


async def test_too_many_words_are_counted_and_never_cut(somebody: Comes, guest: Guests) -> None:
    ana, bo = await guest("Ana"), await somebody()
    circle = await ana.opens()
    await bo.sits_in(circle)
    await bo.page.evaluate(
        """() => {
            window.said = [];
            const box = document.querySelector('.compose');
            new MutationObserver(() => {
                for (const each of box.querySelectorAll('[role=status]')) {
                    if (each.innerText && window.said.at(-1) !== each.innerText) window.said.push(each.innerText);
                }
            }).observe(box, { subtree: true, childList: true, characterData: true });
        }"""
    )
    await bo.box.fill("x" * (LIMIT - 201))
    await expect(bo.page.locator("#box-left")).to_be_hidden()
    await bo.box.press_sequentially("yyy")
    await expect(bo.page.locator("#box-left")).to_have_text("198 letters left")
    assert await bo.page.evaluate("() => window.said") == ["200 letters left"]
    # A letter outside the first plane is one letter.
    await bo.box.fill("🙂" * LIMIT + "seven..")
    await expect(bo.page.locator("#box-left")).to_have_text("7 letters too many")
    await bo.box.press("Enter")
    await bo.presses("Post")
    assert await bo.box.input_value() == "🙂" * LIMIT + "seven.."
    await expect(bo.messages).to_have_count(0)
    await bo.box.fill("🙂" * LIMIT)
    await bo.presses("Post")
    await ana.hears("🙂" * LIMIT)
    with pytest.raises(Refused, match=r"body\.too_long"):
        await ana.says("x" * (LIMIT + 1))
