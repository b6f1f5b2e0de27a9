"""Flags in the browser: for oneself at once, for all when enough felt so, kind to the writer, silent about whose."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Comes
from tests.browser.people import PHONE, Person
from tests.guests import Guest
from tests.house import House

pytestmark = pytest.mark.browser
Guests = Callable[[str], Awaitable[Guest]]
UNKIND = "Nobody here should listen to you."


async def a_circle(
    place: House, somebody: Comes, guest: Guests, *names: str
) -> tuple[Person, Person, list[Guest], str]:
    """Ana holds a room with a page, Bo sits in it on a phone, and so do guests by these names."""
    ana, bo = await somebody(), await somebody(**PHONE)
    circle = await ana.holds_a_room()
    others = [await guest(name) for name in names]
    for each in others:
        await each.enters(circle)
    await bo.sits_in(circle)
    await place.clock.passes(seconds=1)
    return ana, bo, others, circle


async def test_two_doors_and_three_steps_to_a_flag_that_says_what_happens(
    place: House, somebody: Comes, guest: Guests
) -> None:
    ana, bo, (cleo, *_), _ = await a_circle(place, somebody, guest, "Cleo", "Dan", "Eve", "Fay")
    await ana.says(UNKIND)
    await bo.sees(UNKIND)
    dialog = await bo.opens_more(UNKIND)
    await expect(dialog.get_by_role("button", name=re.compile("^I'm worried about someone"))).to_be_visible()
    await dialog.get_by_role("button", name=re.compile("^This goes against our agreement")).click()
    await bo.dialog.get_by_role("button", name=re.compile("^Disrespect")).click()
    for words in (
        "hidden for you at once",
        "Three people drawn by lot read it, with five lines either side and letters for names.",
        "If too few can read it within 3 days, it opens again.",
        "Never by whom, and never by how many.",
    ):
        await expect(bo.dialog).to_contain_text(words)
    heard = len(ana.heard)
    await bo.dialog.get_by_role("button", name="Flag it").click()
    await expect(bo.dialog).to_have_count(0)
    await expect(bo.messages.last).to_contain_text(
        "You flagged this message. It is hidden for you. Your flag was received."
    )
    await expect(bo.page.get_by_text(UNKIND)).to_have_count(0)
    await cleo.says("Shall we go on?")
    await ana.sees("Shall we go on?")
    assert not any("flag" in frame for frame in ana.heard[heard:]), "the writer learns of a flag"
    await bo.page.get_by_role("button", name="Undo").click()
    await bo.sees(UNKIND)


async def test_worry_is_another_door_and_tells_nobody(place: House, somebody: Comes, guest: Guests) -> None:
    ana, bo, _, _ = await a_circle(place, somebody, guest)
    await ana.says("I cannot see a way.")
    await bo.sees("I cannot see a way.")
    sent = len(bo.sent)
    await bo.does("I'm worried about someone", "I cannot see a way.")
    await expect(bo.dialog).to_contain_text("It is no flag, changes nothing for them, and no note of it is kept.")
    await expect(bo.dialog.get_by_role("link", name="Help now").first).to_be_visible()
    await bo.dialog.get_by_role("button", name="Ask them in the circle").click()
    await expect(bo.box).to_have_value("I am thinking of you. Would you like company?")
    assert not [frame for frame in bo.sent[sent:] if "flag" in frame or "worr" in frame]
    await bo.presses("Post")
    await ana.sees("I am thinking of you. Would you like company?")


async def test_three_flags_fold_it_for_all_and_its_writer_may_say_it_differently(
    place: House, somebody: Comes, guest: Guests
) -> None:
    ana, bo, others, circle = await a_circle(place, somebody, guest, "Cleo", "Dan", "Eve")
    message = await ana.says(UNKIND)
    await expect(message).to_have_attribute("data-seq", re.compile(r"\d"))
    seq = int(str(await message.get_attribute("data-seq")))
    await bo.sees(UNKIND)
    heard = len(ana.heard)
    await flag_by_all(circle, seq, *others)
    folded = bo.page.locator(f'[data-seq="{seq}"]')
    await expect(folded).to_contain_text("This message is folded. You can open it.")
    await expect(bo.page.get_by_text(UNKIND)).to_have_count(0)
    await folded.get_by_role("button", name="Open").click()
    await expect(folded).to_contain_text(UNKIND)
    await folded.get_by_role("button", name="Fold again").click()
    await expect(bo.page.get_by_text(UNKIND)).to_have_count(0)
    await expect(message).to_contain_text("Your message is folded for a while. Others can open it.")
    # A letter goes out after a while, so that its hour says nothing about anybody's flag.
    await place.clock.passes(hours=2)
    await ana.page.get_by_text("About one of your messages").locator("..").get_by_role("button", name="Open").click()
    await expect(ana.dialog).to_contain_text("What was felt: disrespect.")
    letter = await ana.dialog.inner_text()
    assert not [name for name in ("Bo", "Cleo", "Dan", "Eve") if name in letter]
    assert not re.search(r"\b(2|3|two|three) (people|flags)", letter)
    told = [frame for frame in ana.heard[heard:] if "letter" in frame]
    assert told
    assert not any(each.me in frame for frame in told for each in others)
    await ana.dialog.get_by_role("button", name="Say it differently").click()
    await ana.box.fill("I was angry. I would like to listen better.")
    await ana.presses("Save")
    await bo.sees("I was angry. I would like to listen better.")
    await expect(folded).to_contain_text("said differently")
    await expect(folded).not_to_contain_text("folded")
    await expect(bo.page.get_by_text(UNKIND)).to_have_count(0)


async def flag_by_all(circle: str, seq: int, *others: Guest) -> None:
    facts: dict[str, Any] = {"circle": circle, "target": seq, "category": "disrespect"}
    await asyncio.gather(*(each.asks("message.flag", **facts) for each in others))


async def test_setting_somebody_aside_is_ones_own_and_can_be_undone(
    place: House, somebody: Comes, guest: Guests
) -> None:
    ana, bo, (cleo,), _ = await a_circle(place, somebody, guest, "Cleo")
    await cleo.says("One thing and another.")
    await bo.sees("One thing and another.")
    heard, frames = len(ana.heard), len(cleo.frames)
    await bo.does("Set aside Cleo", "One thing and another.")
    await expect(bo.page.get_by_text("One thing and another.")).to_have_count(0)
    await cleo.says("And a third.")
    await ana.sees("And a third.")
    await expect(bo.messages).to_have_count(2)
    await expect(bo.page.get_by_text("And a third.")).to_have_count(0)
    await expect(bo.messages.last).to_contain_text("A message from someone you set aside.")
    await expect(bo.messages.last).not_to_contain_text("Cleo")
    assert not any("aside" in frame for frame in ana.heard[heard:])
    assert not any(b"aside" in frame for frame in cleo.frames[frames:])
    await bo.page.get_by_role("button", name="Undo").click()
    await bo.sees("One thing and another.")
    await bo.does("Set aside Cleo", "And a third.")
    await bo.goes_to("#/safety")
    await bo.presses("Bring back")
    await expect(bo.page.get_by_text("You have set nobody aside.")).to_be_visible()


async def test_muted_words_and_folding_for_oneself_stay_on_this_screen(
    place: House, somebody: Comes, guest: Guests
) -> None:
    ana, bo, _, circle = await a_circle(place, somebody, guest)
    await ana.says("We talked about marmalade.")
    await bo.sees("We talked about marmalade.")
    sent = len(bo.sent)
    await bo.does("Fold for me", "We talked about marmalade.")
    await expect(bo.messages.last).to_contain_text("You folded this message.")
    assert bo.sent[sent:] == [] or not any("fold" in frame for frame in bo.sent[sent:])
    await bo.page.get_by_role("button", name="Undo").click()
    await bo.goes_to("#/safety")
    await bo.page.get_by_label("A word to mute").fill("Marmalade")
    await bo.page.get_by_role("button", name="Mute", exact=True).click()
    await expect(bo.button("Stop muting Marmalade")).to_be_visible()
    await bo.goes_to(f"#/c/{circle}")
    await expect(bo.messages.last).to_contain_text("This has a word you muted.")
    await bo.messages.last.get_by_role("button", name="Open").click()
    await bo.sees("We talked about marmalade.")


async def test_a_held_message_is_still_there_for_its_writer_after_the_page_was_loaded_anew(
    place: House, somebody: Comes, guest: Guests
) -> None:
    ana, bo, (cleo,), circle = await a_circle(place, somebody, guest, "Cleo")
    message = await ana.says("Cleo lives at the old mill.")
    await expect(message).to_have_attribute("data-seq", re.compile(r"\d"))
    seq = int(str(await message.get_attribute("data-seq")))
    await bo.sees("Cleo lives at the old mill.")
    await cleo.asks("message.hold", circle=circle, target=seq, category="privacy", mine=True)
    for each in (ana, bo):
        await each.page.reload()
        await expect(each.box).to_be_visible()
    mine, theirs = [each.page.locator(f'[data-seq="{seq}"]') for each in (ana, bo)]
    await expect(mine).to_contain_text("Cleo lives at the old mill.")
    await expect(mine).to_contain_text("Nobody else can read it.")
    await expect(theirs).not_to_contain_text("the old mill")
