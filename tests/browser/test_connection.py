"""Connection: a short loss is not worth a word, a long one loses nothing, and coming back is quick."""

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Route, expect

from tests.browser.conftest import Comes
from tests.browser.people import PHONE, Person
from tests.guests import Guest
from tests.house import House

pytestmark = pytest.mark.browser
Guests = Callable[[str], Awaitable[Guest]]
RECONNECTING = "Reconnecting. Your words are kept."


async def is_seen(person: Person, state: str) -> None:
    """Make the page believe that its tab went behind others (``hidden``) or came back (``visible``)."""
    await person.page.evaluate(
        """state => {
            Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
            Object.defineProperty(document, 'hidden', { value: state === 'hidden', configurable: true });
            document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
        }""",
        state,
    )


async def test_a_loss_is_told_after_two_seconds_calmly_and_leaves_silently(somebody: Comes, guest: Guests) -> None:
    ana, bo = await guest("Ana"), await somebody(**PHONE)
    circle = await ana.opens()
    await bo.page.clock.install()
    await bo.sits_in(circle)
    await bo.page.clock.pause_at(await bo.page.evaluate("() => Date.now() / 1000 + 60"))
    bo.is_cut_off()
    await bo.until(bo.sockets[-1].is_closed, "loses the connection")
    await bo.page.clock.run_for(1_800)
    await expect(bo.status).to_have_text("")
    await bo.page.clock.run_for(400)
    told = bo.status.get_by_role("status")
    await expect(told).to_have_text(RECONNECTING)
    await expect(bo.dialog).to_have_count(0)
    assert await bo.box.evaluate(
        "box => { const { x, y } = box.getBoundingClientRect(); return document.elementFromPoint(x + 9, y + 9) === box }"
    ), "something lies over the box"
    red, green, blue = map(int, re.findall(r"\d+", await told.evaluate("line => getComputedStyle(line).color"))[:3])
    assert red <= max(green, blue), "it is told in red"
    bo.road.mend()
    await bo.page.clock.resume()
    await expect(bo.status).to_have_text("")
    await ana.says("Welcome back.")
    await bo.sees("Welcome back.")


async def test_three_cuts_during_two_hundred_messages_lose_and_double_nothing(somebody: Comes, guest: Guests) -> None:
    ana, bo = await guest("Ana"), await somebody()
    circle = await ana.opens()
    await bo.sits_in(circle)
    words = [f"Line {n}" for n in range(200)]
    for n, each in enumerate(words):
        await ana.says(each)
        if n in (30, 90, 150):
            await bo.sees(words[n - 10])
            bo.is_cut_off()
        if n in (60, 120, 180):
            bo.road.mend()
            await bo.sees(words[n - 31])
    await bo.sees(words[-1])
    assert await bo.words() == words
    assert len(bo.sockets) >= 4


@pytest.mark.parametrize("sign", ["online", "visible", "shown again"])
async def test_the_connection_is_back_at_once_when_network_or_person_are(
    somebody: Comes, guest: Guests, sign: str
) -> None:
    ana, bo = await guest("Ana"), await somebody(**PHONE)
    circle = await ana.opens()
    await bo.page.clock.install()
    await bo.sits_in(circle)
    if sign == "visible":
        await is_seen(bo, "hidden")
    # From here on no timer of the page fires by itself, so nothing but the sign brings it back.
    await bo.page.clock.pause_at(await bo.page.evaluate("() => Date.now() / 1000 + 61"))
    opened = len(bo.sockets)
    await bo.loses_the_network()
    await bo.until(lambda: all(socket.is_closed() for socket in bo.sockets), "loses the connection")
    await ana.says("Said meanwhile.")
    bo.road.mend()
    if sign == "online":
        await bo.has_network_again()
    else:
        # The browser's word that the network is back is kept from the page.
        await bo.page.evaluate("() => addEventListener('online', event => event.stopImmediatePropagation(), true)")
        await bo.page.evaluate("() => window.addEventListener('online', event => event.stopImmediatePropagation())")
        await bo.has_network_again()
        if sign == "visible":
            await is_seen(bo, "visible")
        else:
            await bo.page.evaluate("() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    await bo.until(lambda: len(bo.sockets) > opened, "connects again")
    await bo.page.clock.resume()
    await bo.sees("Said meanwhile.")
    assert await bo.words() == ["Said meanwhile."]


async def test_much_that_was_missed_is_said_and_can_be_read_from_where_one_was(somebody: Comes, guest: Guests) -> None:
    ana, bo = await guest("Ana"), await somebody(**PHONE)
    circle = await ana.opens()
    await bo.sits_in(circle)
    await ana.says("Before.")
    await bo.sees("Before.")
    async with bo.offline():
        for start in range(0, 620, 31):
            await asyncio.gather(*(ana.says(f"Missed {n}") for n in range(start, start + 31)))
    bar = bo.page.get_by_text("While you were away: 620 messages")
    await expect(bar).to_be_visible()
    await bo.sees("Missed 619")
    await bo.presses("From where I was")
    await expect(bo.message("Missed 0")).to_be_in_viewport()
    await expect(bar).to_have_count(0)
    words = await bo.words()
    first = words.index("Missed 0")
    assert words[first:] == [f"Missed {n}" for n in range(len(words) - first)]


async def test_a_newer_version_is_offered_and_never_forced(somebody: Comes, place: House, guest: Guests) -> None:
    ana, bo = await guest("Ana"), await somebody()
    circle = await ana.opens()
    # This page was built before the server's present version.
    await bo.page.route(re.compile(r"/$"), older)
    await bo.sits_in(circle)
    await bo.box.fill("Not finished yet")
    await expect(bo.page.get_by_text("A new version is ready, when you are.")).to_be_visible()
    await expect(bo.box).to_have_value("Not finished yet")
    await bo.page.unroute_all()
    await bo.presses("Use it")
    await expect(bo.page.get_by_text("A new version is ready, when you are.")).to_have_count(0)
    await expect(bo.box).to_have_value("Not finished yet")


async def older(route: Route) -> None:
    answer = await route.fetch()
    page = re.sub(r'name="version" content="\w+"', 'name="version" content="older"', await answer.text())
    await route.fulfill(response=answer, body=page)
