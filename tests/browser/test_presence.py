"""Presence without watching: nobody learns from the page or its socket who looks, reads, types or counts."""

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Comes
from tests.browser.people import PHONE, speaks_of
from tests.guests import Guest

pytestmark = pytest.mark.browser
Guests = Callable[[str], Awaitable[Guest]]
GESTURES = ["I hear you", "same here", "holding you", "thank you", "celebrating"]


async def test_that_someone_writes_is_told_without_a_name_and_seldom(somebody: Comes, guest: Guests) -> None:
    ana, bo = await somebody(), await somebody(**PHONE)
    circle = await ana.holds_a_room()
    await bo.page.clock.install()
    await bo.sits_in(circle)
    await ana.page.clock.install()
    await ana.page.reload()
    await ana.looks_at(circle)
    # However long the machine takes, no time passes on their pages but what is said here.
    for each in (ana, bo):
        await each.page.clock.pause_at(await each.page.evaluate("() => Date.now() / 1000 + 1"))
    for letters in ("I", "I ", "I a", "I am"):
        await ana.box.fill(letters)
    await expect(bo.status).to_have_text("Someone is writing")
    assert len(ana.sent_commands("writing.tell")) == 1
    await ana.page.clock.fast_forward(3_100)
    await ana.box.fill("I am here")
    await ana.until(lambda: len(ana.sent_commands("writing.tell")) == 2, "is still writing")
    animations = await bo.page.evaluate("() => document.getAnimations().length")
    assert animations == 0, "the line moves"
    assert await bo.status.evaluate("line => line.innerText") == "Someone is writing"
    (frame, *_) = [frame for frame in bo.heard if '"writing"' in frame]
    assert not speaks_of(frame, "Ana")
    assert set(re.findall(r'"(\w+)":', frame)) == {"on", "writing"}
    await bo.page.clock.fast_forward(5_100)
    await expect(bo.status).to_have_text("")
    # Whoever does not want it told is not told of.
    await ana.goes_to("#/safety")
    await ana.page.get_by_label("Let others know that someone is writing").uncheck()
    await ana.goes_to(f"#/c/{circle}")
    await ana.page.clock.fast_forward(10_000)
    for each in (ana, bo):
        await each.page.clock.resume()
    await ana.box.fill("I am here again")
    await ana.presses("Post")
    await bo.sees("I am here again")
    assert len(ana.sent_commands("writing.tell")) == 2


async def test_gestures_are_words_and_only_the_writer_learns_whose(somebody: Comes, guest: Guests) -> None:
    ana, bo, cleo, dan = await somebody(), await somebody(**PHONE), await somebody(), await guest("Dan")
    circle = await ana.holds_a_room()
    await bo.sits_in(circle, "Bo")
    await cleo.sits_in(circle, "Cleo")
    await dan.enters(circle)
    await ana.says("I told my sister today.")
    for each in (bo, cleo):
        await each.sees("I told my sister today.")
    dialog = await bo.opens_more("I told my sister today.")
    await expect(dialog.locator(".pills .pill")).to_have_text(GESTURES)
    await dialog.get_by_role("button", name="I hear you").click()
    await expect(dialog.get_by_role("button", name="I hear you")).to_have_attribute("aria-pressed", "true")
    await bo.page.keyboard.press("Escape")
    own = ana.message("I told my sister today.")
    await expect(own).to_contain_text("Bo: I hear you")
    seen = cleo.message("I told my sister today.").locator(".msg-answers")
    await expect(seen).to_have_text("received")
    seq = int(str(await own.get_attribute("data-seq")))
    await dan.asks("gesture.make", circle=circle, target=seq, gesture="thank_you")
    await expect(own).to_contain_text("Dan: thank you")
    await expect(seen).to_have_text("received")
    await expect(bo.message("I told my sister today.")).to_contain_text("You: I hear you")
    assert not any("hear_you" in frame or "thank_you" in frame for frame in cleo.heard)
    for each in (ana, bo, cleo):
        answers = await each.page.locator(".msg-answers").all_inner_texts()
        assert not any(re.search(r"\d", text) for text in answers), "gestures are counted"


async def test_nothing_on_page_or_socket_says_who_looked_when_or_how_often(somebody: Comes, guest: Guests) -> None:
    ana, bo = await guest("Ana"), await somebody(**PHONE)
    circle = await ana.opens()
    await bo.sits_in(circle)
    seq = await ana.says("Good evening.")
    await bo.sees("Good evening.")
    await ana.asks("writing.tell", circle=circle)
    await ana.asks("read.mark", circle=circle, seq=seq)
    hello = await bo.says("Hello.")
    await expect(hello).to_have_attribute("data-seq", re.compile(r"\d"))
    await bo.does("Reply", "Good evening.")
    await bo.says("How are you?")
    its_seq = int(str(await hello.get_attribute("data-seq")))
    await ana.asks("gesture.make", circle=circle, target=its_seq, gesture="hear_you")
    await expect(bo.message("Hello.")).to_contain_text("Ana: I hear you")
    await bo.presses("2 here")
    page = (await bo.page.locator("body").inner_text()).lower()
    for word in ("online", "last seen", "seen by", "read by", "typing", "offline", "active", "followers", "members"):
        assert word not in page, word
    others = [frame for frame in bo.heard if '"re":' not in frame]
    for word in ("last_seen", "seen_at", "read", "online", "typing", "count", "total", "person/"):
        found = [
            frame for frame in others if f'"{word}' in frame and '"on":"person/' not in frame and "hello" not in frame
        ]
        assert not found, (word, found[:1])
    titles = await bo.page.locator("[title]").count()
    assert titles == 0, "something is told on hovering"
