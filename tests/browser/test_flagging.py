"""Covering a message for everybody, seeing it too, asking gently, a breath, and where one's own flag stands."""

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Comes
from tests.browser.people import PHONE, Person, speaks_of
from tests.browser.test_care import calmer
from tests.guests import Guest
from tests.house import House

pytestmark = pytest.mark.browser
Guests = Callable[[str], Awaitable[Guest]]
THREAT = "I know where you live."


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


async def seq_of(person: Person, words: str) -> int:
    message = await person.sees(words)
    await expect(message).to_have_attribute("data-seq", re.compile(r"\d"))
    return int(str(await message.get_attribute("data-seq")))


async def test_a_threat_is_covered_for_everybody_and_comes_back_when_nobody_sees_it_too(
    place: House, somebody: Comes, guest: Guests
) -> None:
    ana, bo, _, circle = await a_circle(place, somebody, guest, "Cleo", "Dan", "Eve")
    await ana.says(THREAT)
    seq = await seq_of(ana, THREAT)
    await bo.sees(THREAT)
    heard = len(ana.heard)
    await bo.does("This goes against", THREAT)
    await bo.dialog.get_by_role("button", name="It threatens someone").click()
    await expect(bo.dialog).to_contain_text("more of them together may also withhold it")
    await bo.dialog.get_by_label("Yes, for 10 minutes").check()
    await expect(bo.dialog).to_contain_text("Nobody learns who covered it.")
    await bo.dialog.get_by_role("button", name="Flag and cover it").click()
    await expect(bo.dialog).to_have_count(0)
    covered = bo.page.locator(f'[data-seq="{seq}"]')
    await expect(covered).to_contain_text("Covered for now: a threat. Nobody can open it while it is looked at.")
    await expect(covered.get_by_role("button", name="Open")).to_have_count(0)
    await expect(bo.page.get_by_text(THREAT)).to_have_count(0)
    own = ana.page.locator(f'[data-seq="{seq}"]')
    await expect(own).to_contain_text("Your message is covered for now. Nobody else can read it.")
    await expect(own).to_contain_text(THREAT)
    # Nothing the writer hears says who, and later comers are not sent the words.
    fern = await somebody()
    await fern.sits_in(circle, name="Fern")
    assert not any(THREAT in frame for frame in fern.heard)
    assert not any(speaks_of(frame, "Bo") for frame in ana.heard[heard:])
    await place.clock.passes(minutes=11)
    await expect(own).not_to_contain_text("covered")
    await bo.page.locator(f'[data-seq="{seq}"]').get_by_role("button", name="Open").click()
    await bo.sees(THREAT)


async def test_somebody_else_sees_it_too_and_it_stays_covered(place: House, somebody: Comes, guest: Guests) -> None:
    ana, bo, (cleo, *_), circle = await a_circle(place, somebody, guest, "Cleo", "Dan")
    await ana.says(THREAT)
    seq = await seq_of(ana, THREAT)
    await bo.sees(THREAT)
    await cleo.asks("message.hold", circle=circle, target=seq, category="threat")
    covered = bo.page.locator(f'[data-seq="{seq}"]')
    await expect(covered).to_contain_text("Covered for now")
    await covered.hover()
    await covered.locator(".msg-more").click()
    for gone in ("Reply", "Copy", "Fold for me", "This goes against"):
        await expect(bo.dialog.get_by_role("button", name=re.compile(f"^{gone}"))).to_have_count(0)
    await bo.dialog.get_by_role("button", name=re.compile("^I see it too")).click()
    await expect(bo.page.get_by_text("Thank you. It stays covered for longer.")).to_be_visible()
    await place.clock.passes(minutes=15)
    await cleo.says("Are we all right?")
    await bo.sees("Are we all right?")
    await expect(covered).to_contain_text("Covered for now")
    await place.clock.passes(minutes=50)
    await expect(covered).to_contain_text(THREAT)


async def test_what_shows_something_private_of_ones_own_may_stay_covered_for_days(
    place: House, somebody: Comes, guest: Guests
) -> None:
    ana, bo, _, _ = await a_circle(place, somebody, guest, "Cleo")
    await ana.says("Bo lives above the bakery.")
    seq = await seq_of(ana, "Bo lives above the bakery.")
    await bo.does("This goes against", "Bo lives above the bakery.")
    await bo.dialog.get_by_role("button", name="It shows private things about someone").click()
    await bo.dialog.get_by_label("Yes, it is about me: for 3 days at most").check()
    await bo.dialog.get_by_role("button", name="Flag and cover it").click()
    covered = bo.page.locator(f'[data-seq="{seq}"]')
    await expect(covered).to_contain_text("Covered for now: private things shown.")
    await place.clock.passes(hours=20)
    await expect(covered).to_contain_text("Covered for now: private things shown.")
    assert bo.sent_commands("message.hold")[0]["mine"] is True


async def test_only_hard_kinds_can_be_covered(place: House, somebody: Comes, guest: Guests) -> None:
    ana, bo, _, _ = await a_circle(place, somebody, guest)
    await ana.says("Oh, be quiet.")
    await bo.sees("Oh, be quiet.")
    await bo.does("This goes against", "Oh, be quiet.")
    await bo.dialog.get_by_role("button", name=re.compile("^Disrespect")).click()
    await expect(bo.dialog.get_by_role("button", name="Flag it")).to_be_visible()
    await expect(bo.dialog.get_by_text("Cover it for everyone meanwhile?")).to_have_count(0)
    await expect(bo.dialog).to_contain_text("In a small circle it may be guessed who flagged.")


async def test_the_two_doors_are_beside_each_other_also_after_choosing_one(
    place: House, somebody: Comes, guest: Guests
) -> None:
    ana, bo, _, _ = await a_circle(place, somebody, guest)
    await ana.says("I cannot go on.")
    await bo.sees("I cannot go on.")
    await bo.does("This goes against", "I cannot go on.")
    await bo.dialog.get_by_role("button", name=re.compile("^I am worried about its writer")).click()
    await expect(bo.dialog).to_contain_text("It is no flag, changes nothing for them, and no note of it is kept.")
    assert not bo.sent_commands("message.flag")


async def test_ones_own_flag_says_where_it_stands_and_can_be_withdrawn(
    place: House, somebody: Comes, guest: Guests
) -> None:
    ana, bo, others, circle = await a_circle(place, somebody, guest, "Cleo", "Dan", "Eve")
    await ana.says("Nobody here should listen to you.")
    seq = await seq_of(ana, "Nobody here should listen to you.")
    await bo.does("This goes against", "Nobody here should listen to you.")
    await bo.dialog.get_by_role("button", name=re.compile("^Disrespect")).click()
    await bo.dialog.get_by_role("button", name="Flag it").click()
    flagged = bo.page.locator(f'[data-seq="{seq}"]')
    await expect(flagged).to_contain_text("Your flag was received.")
    facts = {"circle": circle, "target": seq, "category": "disrespect"}
    await asyncio.gather(*(each.asks("message.flag", **facts) for each in others[:2]))
    await expect(flagged).to_contain_text("It is folded for everyone.")
    await flagged.get_by_role("button", name="Withdraw my flag").click()
    await expect(flagged).not_to_contain_text("You flagged this message")
    await flagged.hover()
    await flagged.locator(".msg-more").click()
    await expect(bo.dialog).to_contain_text("You withdrew your flag.")


async def test_asking_gently_reaches_the_writer_once_and_without_a_name(
    place: House, somebody: Comes, guest: Guests
) -> None:
    ana, bo, (cleo,), circle = await a_circle(place, somebody, guest, "Cleo")
    await ana.says("You always say that.")
    seq = await seq_of(ana, "You always say that.")
    await bo.does("Ask gently", "You always say that.")
    await expect(bo.page.get_by_text("Asked, without your name.")).to_be_visible()
    await cleo.asks("message.ask_gently", circle=circle, target=seq)
    await place.clock.passes(minutes=10)
    bar = ana.page.get_by_text("About one of your messages").locator("..")
    await bar.get_by_role("button", name="Open").click()
    await expect(ana.dialog).to_contain_text("Someone asks you gently to look at it once more. Nothing else follows")
    letter = await ana.dialog.inner_text()
    assert not [name for name in ("Bo", "Cleo") if name in letter]
    await ana.dialog.get_by_role("button", name="Put this letter away").click()
    await expect(ana.page.get_by_text("About one of your messages")).to_have_count(0)


async def test_a_breath_takes_two_and_ends_by_itself(place: House, somebody: Comes, guest: Guests) -> None:
    ana, bo, _, _ = await a_circle(place, somebody, guest)
    await calmer(ana, "Ask for a breath")
    await expect(ana.page.get_by_text("You asked for a breath, without your name.")).to_be_visible()
    await expect(ana.page.get_by_text("It begins when somebody else says yes.")).to_be_visible()
    await bo.presses("Yes, a breath")
    for each in (ana, bo):
        await expect(each.page.get_by_text("Everyone writes slowly, and nobody has done wrong.")).to_be_visible()
    assert not any('"breath' in frame and speaks_of(frame, "Ana") for frame in bo.heard)
