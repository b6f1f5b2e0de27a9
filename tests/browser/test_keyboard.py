"""Keyboard, screen readers and perception: all of it by keys, told once, in sight at any size."""

import asyncio
import itertools
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Comes
from tests.browser.people import PHONE, Person
from tests.guests import Guest

pytestmark = pytest.mark.browser
Guests = Callable[[str], Awaitable[Guest]]


RECORD = """() => {
    window.said = [];
    window.writes = [];
    new MutationObserver(records => {
        for (const { addedNodes } of records) for (const node of addedNodes) {
            window.said.push(node.textContent);
            window.writes.push(performance.now());
        }
    }).observe(document.getElementById('news'), { childList: true });
}"""
"""Keeps what is put into the hidden log, and when, since each of it is gone after a second."""


async def with_words(
    somebody: Comes, guest: Guests, count: int = 6, *, own_clock: bool = False, **like: Any
) -> tuple[Guest, Person, str]:
    """With a clock of its own, time passes on Bo's page when the test says so, from here on."""
    ana, bo = await guest("Ana"), await somebody(**like)
    if own_clock:
        await bo.page.clock.install()
    circle = await ana.opens(history_open=True)
    for n in range(count):
        await ana.says(f"Line {n}")
    await bo.sits_in(circle)
    await bo.sees(f"Line {count - 1}")
    if own_clock:
        await bo.page.clock.pause_at(await bo.page.evaluate("() => Date.now() / 1000 + 1"))
    return ana, bo, circle


async def hears(person: Person, words: str) -> None:
    """These words have come, and the page, whose time stands still, takes them in."""
    await person.until(lambda: any(words in frame for frame in person.heard), f"hears {words}")
    await person.page.clock.run_for(200)


async def test_the_list_is_one_tab_stop_with_arrows_inside(somebody: Comes, guest: Guests) -> None:
    _, bo, _ = await with_words(somebody, guest)
    keys = bo.page.keyboard
    await expect(bo.page.locator("#rows [tabindex='0']")).to_have_count(1)
    await bo.message("Line 5").focus()
    await keys.press("ArrowUp")
    await expect(bo.message("Line 4")).to_be_focused()
    await keys.press("Home")
    await expect(bo.message("Line 0")).to_be_focused()
    await keys.press("End")
    await expect(bo.message("Line 5")).to_be_focused()
    await keys.press("ArrowUp")
    await keys.press("Enter")
    more = bo.message("Line 4").locator(".msg-more")
    await expect(more).to_be_focused()
    await expect(more).to_have_css("opacity", "1")
    await keys.press("Escape")
    await expect(bo.message("Line 4")).to_be_focused()
    await expect(bo.page.locator("#rows [tabindex='0']")).to_have_count(1)
    await keys.press("Escape")
    await expect(bo.box).to_be_focused()
    await keys.press("Shift+Tab")
    await expect(bo.page.locator("#rows :focus, #rows:focus-within")).not_to_have_count(0)


async def test_only_what_arrives_live_from_others_is_read_out(somebody: Comes, guest: Guests) -> None:
    ana, bo, circle = await with_words(somebody, guest, own_clock=True)
    await bo.page.evaluate(RECORD)
    log = bo.page.locator("#news")
    await expect(log).to_have_attribute("role", "log")
    seq = await ana.says("I am *glad*.")
    await hears(bo, "I am *glad*.")
    assert await bo.page.evaluate("() => window.said") == ["Ana: I am glad."]
    # It is there for a second only, so that nobody comes upon it later.
    await bo.page.clock.run_for(1_000)
    await expect(log).to_have_text("")
    await bo.says("So am I.")
    await ana.hears("So am I.")
    await ana.asks("message.take_back", circle=circle, target=seq)
    await hears(bo, '"message.taken_back"')
    await expect(bo.messages.filter(has_text="Taken back")).to_have_count(1)
    await asyncio.gather(*(ana.says(f"Quick {n}") for n in range(8)))
    await hears(bo, "Quick 7")
    await bo.sees("Quick 7")
    assert await bo.page.evaluate("() => window.said.at(-1)") == "8 new messages"
    # What comes within the same second waits for the next.
    for words in ("Once more.", "And once more."):
        await ana.says(words)
        await hears(bo, words)
    assert await bo.page.evaluate("() => window.said.length") == 2
    await bo.page.clock.run_for(1_000)
    said = await bo.page.evaluate("() => window.said")
    assert said[1:] == ["8 new messages", "Ana: Once more.", "Ana: And once more."]
    assert not [each for each in said if "So am I" in each or "Line" in each or "Taken" in each]
    writes = await bo.page.evaluate("() => [...new Set(window.writes.map(Math.round))]")
    assert len(writes) == 3
    assert all(later - earlier >= 1_000 for earlier, later in itertools.pairwise(writes))
    rows = bo.page.locator("#rows")
    assert await rows.get_attribute("aria-live") is None
    await expect(rows).to_have_attribute("role", "list")
    await expect(rows).to_have_accessible_name("Conversation")


@pytest.mark.parametrize(("choice", "told"), [("Only the name", "New from Ana"), ("Only how many", "1 new message")])
async def test_how_much_is_read_out_is_a_choice(somebody: Comes, guest: Guests, choice: str, told: str) -> None:
    ana, bo, circle = await with_words(somebody, guest, 1)
    await bo.goes_to("#/safety")
    await bo.page.get_by_label(choice).check()
    await bo.comes_back_to(circle)
    await bo.page.evaluate(RECORD)
    await ana.says("Something.")
    await bo.page.wait_for_function("() => window.said.length === 1")
    assert await bo.page.evaluate("() => window.said") == [told]


async def test_the_focus_never_moves_by_itself(somebody: Comes, guest: Guests) -> None:
    ana, bo, circle = await with_words(somebody, guest)
    await bo.box.focus()
    await bo.page.evaluate(
        """() => {
            window.moves = 0;
            for (const type of ['focusin', 'focusout']) addEventListener(type, () => window.moves++, true);
        }"""
    )
    for start in range(0, 50, 10):
        await asyncio.gather(*(ana.says(f"More {n}") for n in range(start, start + 10)))
    await ana.asks("message.take_back", circle=circle, target=await ana.says("Gone."))
    await bo.sees("More 49")
    async with bo.offline():
        await ana.says("Away.")
    await bo.sees("Away.")
    assert await bo.page.evaluate("() => window.moves") == 0
    await expect(bo.box).to_be_focused()


async def test_f6_goes_round_and_dialogs_give_the_focus_back(somebody: Comes, guest: Guests) -> None:
    _, bo, _ = await with_words(somebody, guest)
    keys = bo.page.keyboard
    await bo.box.focus()
    places = []
    for _ in range(4):
        await keys.press("F6")
        places.append(
            await bo.page.evaluate(
                "() => document.activeElement.closest('[data-region]')?.className.split(' ')[0] ?? 'nowhere'"
            )
        )
    assert places == ["side", "top", "talk", "under"]
    await keys.press("Shift+F6")
    assert await bo.page.evaluate("() => document.activeElement.closest('.talk') !== null")
    await bo.message("Line 3").focus()
    await keys.press("Enter")
    more = bo.message("Line 3").locator(".msg-more")
    await expect(more).to_be_focused()
    await keys.press("Enter")
    await expect(bo.dialog).to_be_visible()
    assert await bo.dialog.evaluate("dialog => dialog.tagName === 'DIALOG' && dialog.matches(':modal')")
    await expect(bo.dialog.get_by_role("link", name="Quick exit")).to_be_visible()
    await keys.press("Escape")
    await expect(bo.dialog).to_have_count(0)
    await expect(more).to_be_focused()


async def test_a_dialog_that_is_closed_the_moment_it_opens_opens_again(somebody: Comes, guest: Guests) -> None:
    """Escape can come before anything was painted, and a browser may then close the dialog without asking."""
    _, bo, _ = await with_words(somebody, guest)
    more = bo.message("Line 4").locator(".msg-more")
    for how in ("dialog.dispatchEvent(new Event('cancel', {cancelable: true}))", "dialog.close()"):
        closed = f"""button => new Promise(done => {{
            new MutationObserver((_, watching) => {{
                const dialog = document.querySelector('dialog[open]');
                if (!dialog) return;
                watching.disconnect();
                {how};
                done();
            }}).observe(document.body, {{childList: true, subtree: true, attributes: true}});
            button.click();
        }})"""
        await more.evaluate(closed)
        await expect(bo.dialog).to_have_count(0)
        await more.click()
        await expect(bo.dialog).to_be_visible()
        await bo.page.keyboard.press("Escape")
        await expect(bo.dialog).to_have_count(0)


async def test_a_long_press_opens_what_more_opens(somebody: Comes, guest: Guests) -> None:
    _, bo, _ = await with_words(somebody, guest, **PHONE)
    message = bo.message("Line 3")
    box = await message.locator(".msg-body").bounding_box()
    assert box is not None
    spot = {"x": box["x"] + 10, "y": box["y"] + 5}
    cdp = await bo.cdp()
    await cdp.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [spot]})
    await expect(bo.dialog).to_be_visible()
    await cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await expect(bo.dialog.get_by_role("button", name="Reply")).to_be_visible()
    await bo.page.keyboard.press("Escape")
    await expect(bo.dialog).to_have_count(0)
    assert await bo.page.locator("[draggable=true]").count() == 0
    # Letters alone do nothing outside of a text field.
    await message.focus()
    for letter in "refdgq/?":
        await bo.page.keyboard.press(letter)
    await expect(bo.dialog).to_have_count(0)
    await expect(message).to_be_focused()


async def test_controls_are_large_enough_and_the_focus_ring_is_in_sight(somebody: Comes, guest: Guests) -> None:
    _, bo, circle = await with_words(somebody, guest, 30, **PHONE)
    for where in ("#/", f"#/c/{circle}", "#/open", "#/safety"):
        await bo.goes_to(where)
        await expect(bo.page.locator("h1")).to_be_visible()
        small = await bo.page.evaluate(
            """() => [...document.querySelectorAll('button, a[href], input, select, textarea, summary')]
                .map(control => control.closest('label.pick') ?? control)
                .filter(control => control.checkVisibility() && !control.matches('.skip, .msg-body a'))
                .map(control => [control.outerHTML.slice(0, 80), control.getBoundingClientRect()])
                .filter(([, box]) => Math.min(box.width, box.height) < (window.least ?? 43.5))
                .map(([html, box]) => `${html} ${Math.round(box.width)}x${Math.round(box.height)}`)"""
        )
        assert not small, (where, small)
    await bo.comes_back_to(circle)
    await bo.box.press("Shift+Tab")
    await expect(bo.message("Line 29")).to_be_focused()
    await bo.page.keyboard.press("Home")
    for _ in range(8):
        await bo.page.keyboard.press("ArrowDown")
        ring = await bo.page.evaluate(
            """() => {
                const row = document.activeElement, { top, bottom } = row.getBoundingClientRect();
                const view = document.getElementById('messages').getBoundingClientRect();
                const style = getComputedStyle(row);
                return [parseFloat(style.outlineWidth), top >= view.top - 4, bottom <= view.bottom + 4];
            }"""
        )
        assert ring == [3, True, True]


async def test_at_320_px_nothing_is_cut_or_scrolls_sideways(somebody: Comes, guest: Guests) -> None:
    _, bo, circle = await with_words(somebody, guest, 8, viewport={"width": 320, "height": 640})
    await bo.box.fill("\n".join(["many words"] * 10))
    compose = await bo.page.locator(".compose").bounding_box()
    assert compose is not None
    assert compose["height"] <= 0.4 * 640 + 1
    for pseudo in (False, True):
        if pseudo:
            await bo.page.evaluate("() => document.dispatchEvent(new CustomEvent('words-pseudo'))")
            await expect(bo.page.locator("#quick-exit")).to_contain_text("[")
        for where in ("#/", f"#/c/{circle}", "#/open", "#/safety"):
            await bo.goes_to(where)
            await expect(bo.page.locator("h1")).to_be_visible()
            await bo.page.evaluate("() => { document.documentElement.style.setProperty('font-size', '200%') }")
            await bo.is_painted()
            wide = await bo.page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, f"{where} scrolls sideways, pseudo words: {pseudo}"
            await bo.page.evaluate("() => { document.documentElement.style.removeProperty('font-size') }")


async def test_every_sentence_comes_from_the_catalog_and_switching_keeps_the_draft(
    somebody: Comes, guest: Guests
) -> None:
    _, bo, circle = await with_words(somebody, guest, 2)
    await bo.box.fill("a draft")
    await bo.page.evaluate("() => document.dispatchEvent(new CustomEvent('words-pseudo', { detail: 'rtl' }))")
    await expect(bo.page.locator("html")).to_have_attribute("dir", "rtl")
    await expect(bo.box).to_have_value("a draft")
    await bo.opens_more("Line 1")
    own = ("Ana", "Bo", "Line", "Quiet evenings", "I listen.", "a draft", "I speak", "Grief", "Living", "After", "Staying",
           "Caring", "New parents", "What is said", "I am kind", "When I need", "/", "localhost")  # fmt: skip
    for where in (f"#/c/{circle}", "#/", "#/open", "#/safety"):
        await bo.goes_to(where)
        await expect(bo.page.locator("h1").first).to_be_visible()
        await expect(bo.page.locator("#quick-exit")).to_contain_text("[")
        bare = await bo.page.evaluate(
            """() => {
                const texts = [], walk = document.createTreeWalker(document.getElementById('app'), NodeFilter.SHOW_TEXT);
                while (walk.nextNode()) if (walk.currentNode.parentElement.checkVisibility()) texts.push(walk.currentNode.data);
                return texts.map(text => text.trim()).filter(text => /[A-Za-z]{3}/.test(text) && !text.includes('['));
            }"""
        )
        english = [
            text for text in bare if not text.startswith(own) and not re.fullmatch(r"[\d:., \w]*\d[\d:., \w]*", text)
        ]
        english = [text for text in english if "·" not in text]
        assert not english, (where, english)


async def test_right_to_left_mirrors_the_page_and_each_message_has_its_own_direction(
    somebody: Comes, guest: Guests
) -> None:
    ana, bo, _ = await with_words(somebody, guest, 2, **PHONE)
    await ana.says("مرحبا بكم جميعا")
    arabic = await bo.sees("مرحبا بكم جميعا")
    assert await arabic.locator(".msg-body").evaluate("body => getComputedStyle(body).direction") == "rtl"
    assert await bo.message("Line 1").locator(".msg-body").evaluate("body => getComputedStyle(body).direction") == "ltr"
    left = await bo.page.locator("#quick-exit").bounding_box()
    await bo.page.evaluate("() => document.dispatchEvent(new CustomEvent('words-pseudo', { detail: 'rtl' }))")
    await expect(bo.page.locator("html")).to_have_attribute("dir", "rtl")
    right = await bo.page.locator("#quick-exit").bounding_box()
    assert left is not None
    assert right is not None
    assert left["x"] > 180 > right["x"] + right["width"] - 20
    assert await bo.page.locator("bdi").count() > 0
    assert await bo.box.get_attribute("dir") == "auto"


async def test_reduced_motion_moves_nothing_and_nothing_ever_loops(somebody: Comes, guest: Guests) -> None:
    _, bo, _ = await with_words(somebody, guest, 3, reduced_motion="reduce")
    await bo.opens_more("Line 1")
    slow = await bo.page.evaluate(
        """() => [...document.querySelectorAll('*')].filter(each => {
            const { transitionDuration, animationDuration, scrollBehavior } = getComputedStyle(each);
            const longest = Math.max(...`${transitionDuration}, ${animationDuration}`.split(', ').map(parseFloat));
            return longest > 0.01 || scrollBehavior === 'smooth';
        }).length"""
    )
    assert slow == 0
    await bo.page.emulate_media(reduced_motion="no-preference")
    await bo.page.keyboard.press("Escape")
    await bo.opens_more("Line 2")
    endless = await bo.page.evaluate(
        "() => document.getAnimations().filter(each => each.effect.getTiming().iterations === Infinity).length"
    )
    assert endless == 0
    rules = await bo.page.evaluate(
        "() => [...document.styleSheets].some(sheet => [...sheet.cssRules].some(rule => /infinite/.test(rule.cssText)))"
    )
    assert not rules
