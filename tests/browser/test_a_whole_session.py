"""A whole session of a circle in eight real browsers, half of them phones: from the form that opens it to words that are gone.

One waits at the full door and comes late, one passes, one drops out and returns, the bell rings, the host vanishes, another
holds the space with a second person's yes, and it closes with a round and what each carries on.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import Comes
from tests.browser.people import DESK, PATIENCE, PHONE, Person
from tests.browser.test_care import bar, calmer, open_people
from tests.browser.test_rounds import strip
from tests.disk import nothing_is_left
from tests.guests import Guest
from tests.house import House

pytestmark = pytest.mark.browser
Guests = Callable[[str], Awaitable[Guest]]
TOPIC = "Evenings that are long"
QUESTION = "What carried you through this week?"
SHARE = "My neighbour's dog did, kestrelmarker."
CARRIED = "That I am not the only one, kestrelmarker."
WAITING = "I would like to answer that, kestrelmarker."


async def offers(person: Person, question: str) -> None:
    if await person.page.locator(".seats").is_visible():
        await open_people(person)
    await person.page.get_by_role("button", name="Offer a round", exact=True).locator("visible=true").click()
    await person.page.get_by_label("A question to speak about").fill(question)
    await person.presses("Offer this round")
    await expect(person.dialog).to_have_count(0)


async def passes(person: Person, way: str = "Pass") -> None:
    await turn_of(person).get_by_role("button", name=way, exact=True).click()


def turn_of(person: Person) -> Locator:
    return person.page.get_by_role("region", name=re.compile("^The piece is with you"))


async def the_piece_goes_on(place: House, circle: str) -> None:
    """The server comes to know that no screen of the holder is here, and a minute later nobody waits for them."""
    address = f"circle/{circle}"
    with place.clock.standing_still():
        async with asyncio.timeout(PATIENCE):
            while True:
                await place.parts.turns.look()
                state = place.parts.turns._on[address]
                seat = state.seat(state.holder or "")
                if seat is not None and seat.away_since is not None:
                    break
        await place.clock.passes(seconds=61)


async def test_a_whole_session(place: House, somebody: Comes, guest: Guests, tmp_path: Path) -> None:
    ana, bo, cleo, dan, eve, fay, gus, hal = [await somebody(**(PHONE if at % 2 else DESK)) for at in range(8)]
    await hal.page.clock.install()
    # A volunteer opens the room from the start page, and seven come in by the list and its door.
    await ana.comes_in("Ana")
    await ana.page.get_by_role("link", name="Open the first circle").click()
    await ana.page.get_by_label("In your own words").check()
    await ana.page.get_by_label("Other words").fill(TOPIC)
    await ana.presses("Open the room")
    await expect(ana.box).to_be_visible()
    circle = ana.page.url.rsplit("/", 1)[1]
    for each, name in ((bo, "Bo"), (cleo, "Cleo"), (dan, "Dan"), (eve, "Eve"), (fay, "Fay"), (gus, "Gus")):
        await each.comes_in(name)
        await each.enters(TOPIC)
    ivy = await guest("Ivy")
    await ivy.enters(circle)
    await hal.comes_in("Hal")
    await hal.page.get_by_role("link", name=TOPIC).click()
    await hal.page.get_by_label("I'll try to keep to this").check()
    await hal.presses("Wait here")
    await expect(hal.heading("You wait for a seat")).to_be_visible()

    # A round: five join, two listen. Nobody is made to speak.
    await offers(bo, QUESTION)
    for each in (cleo, dan, eve, ana):
        await strip(each, "Bo offers a round.").get_by_role("button", name="Join").click()
        await expect(strip(each, "Bo offers a round.")).to_contain_text("you")
    for each in (fay, gus):
        await strip(each, "Bo offers a round.").get_by_role("button", name="I would rather listen").click()
    await strip(bo, "You offered a round.").get_by_role("button", name="Begin").click()
    await expect(turn_of(bo)).to_be_visible()
    await bo.says(SHARE)
    for each in (ana, cleo, gus):
        await expect(await each.sees(SHARE)).to_contain_text("Share")
    await gus.says(WAITING)
    await expect(gus.message(WAITING)).to_contain_text("Will go when the round ends.")
    await passes(bo)
    await passes(cleo, "Pass without words")

    # Dan's phone loses the network with the piece in his hand: a minute later it goes on, and waits for him at the end.
    await expect(turn_of(dan)).to_be_visible()
    await dan.box.fill("I have it half written")
    await dan.loses_the_network()
    await the_piece_goes_on(place, circle)
    await expect(turn_of(eve)).to_be_visible()

    # Ivy leaves, and Hal, who waited, is in the room and in the middle of a round.
    await ivy.asks("circle.leave", circle=circle)
    await expect(hal.box).to_be_visible()
    card = strip(hal, "Eve has the piece.")
    await expect(card).to_contain_text(QUESTION)
    await expect(card).to_contain_text("Listening is fine")
    await card.get_by_role("button", name="I listen").click()
    await passes(eve)

    # Ana, who opened the room, vanishes with the piece. It goes on without her, to Dan, who is back with his words.
    await expect(turn_of(ana)).to_be_visible()
    await dan.has_network_again()
    await expect(dan.box).to_have_value("I have it half written")
    await ana.page.close()
    await the_piece_goes_on(place, circle)
    await expect(turn_of(dan)).to_be_visible()
    await dan.presses("Post")
    await bo.sees("I have it half written")
    await passes(dan)
    over = "The round is over. Everyone who wanted to has had the piece."
    await the_piece_goes_on(place, circle)
    for each in (bo, cleo, dan, eve, fay, gus, hal):
        await expect(each.page.get_by_text(over)).to_be_visible()
        await each.sees(WAITING)

    # The bell: a minute's rest for everybody. Words wait in the box and go by themselves.
    await calmer(fay, "Ring the bell")
    for each in (bo, gus, hal):
        await expect(bar(each, "The bell was rung.")).to_be_visible()
    await hal.says("Good to be here with you.")
    with place.clock.standing_still():
        await place.clock.passes(seconds=61)
        await hal.page.clock.fast_forward(61_000)
        await eve.sees("Good to be here with you.")

    # Ana does not come back. Gus would hold the space, Fay says yes, and so it is.
    with place.clock.standing_still():
        await place.clock.passes(minutes=11)
        await place.parts.clock.keep_seats()
    await bar(gus, "Who would like to hold the space?").get_by_role("button", name="I would hold it").click()
    await bar(fay, "Gus would hold the space.").get_by_role("button", name="Yes, Gus").click()
    for each in (bo, gus, hal):
        await expect(each.page.get_by_text("Gus holds the space now.")).to_be_visible()

    # Gus announces the end. There is time for a last round, and for a sentence that others take along.
    with place.clock.standing_still():
        await gus.holds_the_room()
        await gus.dialog.get_by_role("button", name="Closing").click()
        await gus.dialog.get_by_role("button", name="Close in 10 minutes").click()
        await gus.page.keyboard.press("Escape")
        await bar(bo, "This circle closes").get_by_role("button", name="Leave a sentence").click()
        await bo.dialog.get_by_label("One sentence").fill(CARRIED)
        await bo.dialog.get_by_role("button", name="Give this sentence").click()
        await cleo.presses("Offer a last round")
        await strip(eve, "Cleo offers a round.").get_by_role("button", name="Join").click()
        await strip(cleo, "You offered a round.").get_by_role("button", name="Begin").click()
        await passes(cleo)
        await passes(eve, "Pass without words")
        await expect(cleo.page.locator(".turn")).to_have_count(0)
        await place.clock.passes(minutes=5)
        # A page that comes back reads the same moments as one that stayed.
        await hal.page.reload()
        await expect(hal.page.get_by_text("Five minutes are left.")).to_be_visible()
        await place.clock.passes(minutes=5, seconds=1)
        there = (bo, cleo, dan, eve, fay, gus, hal)
        for each in there:
            await expect(each.page.get_by_text("This circle has closed.")).to_be_visible()
            await expect(await each.sees(CARRIED)).not_to_contain_text("Bo")
        await bo.presses("Keep my words")
        await expect(bo.page.locator("#own-words")).to_contain_text(SHARE)
        await bo.page.keyboard.press("Escape")

        # A day later the words are gone: from every page, and from the disk.
        await place.clock.passes(hours=25)
        for each in there:
            for words in (SHARE, WAITING, CARRIED):
                await expect(each.page.get_by_text(words)).to_have_count(0)
        await nothing_is_left(place, tmp_path / "data", "kestrelmarker", QUESTION)
