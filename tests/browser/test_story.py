"""One evening from the first visit on: two browsers and three guests, talk, a fold, a letter, other words."""

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Comes
from tests.browser.people import PHONE, Person
from tests.browser.test_writing import STORED
from tests.guests import Guest
from tests.house import House

pytestmark = pytest.mark.browser
UNKIND = "You only want attention, all of you."
KIND = "I felt left out just now."


async def test_an_evening_in_a_circle(somebody: Comes, place: House, guest: Callable[[str], Awaitable[Guest]]) -> None:
    ana, bo = await somebody(service_workers="allow"), await somebody(service_workers="allow", **PHONE)
    await ana.comes_in("Ana")
    circle = await ana.opens_a_room("Quiet evenings")
    await bo.comes_in("Bo")
    await bo.enters("Quiet evenings")
    others = [await guest(name) for name in ("Cleo", "Dan", "Eve")]
    for each in others:
        await each.enters(circle)
    await place.clock.passes(seconds=1)

    await ana.says("Good evening, everybody.")
    await bo.sees("Good evening, everybody.")
    await bo.says("Hello Ana.")
    await ana.does("Reply", "Hello Ana.")
    await ana.says("How was your day?")
    await expect(await bo.sees("How was your day?")).to_contain_text("Hello Ana.")
    await bo.does("Set aside Cleo", (await someone_says(others[0], bo)))
    await bo.page.get_by_role("button", name="Undo").click()
    async with bo.offline():
        await bo.says("Long, and a little lonely.")
        await others[1].says("I know evenings like this.")
    await ana.sees("Long, and a little lonely.")
    await bo.sees("I know evenings like this.")

    await bo.says(UNKIND)
    row = await ana.sees(UNKIND)
    await expect(row).to_have_attribute("data-seq", re.compile(r"\d"))
    seq = int(str(await row.get_attribute("data-seq")))
    await asyncio.gather(
        *(each.asks("message.flag", circle=circle, target=seq, category="disrespect") for each in others)
    )
    folded = ana.page.locator(f'[data-seq="{seq}"]')
    await expect(folded).to_contain_text("This message is folded. You can open it.")
    await folded.get_by_role("button", name="Open").click()
    await expect(folded).to_contain_text(UNKIND)
    await place.clock.passes(hours=2)
    await expect(bo.page.get_by_text("About one of your messages")).to_be_visible()
    await bo.page.locator(".bar").get_by_role("button", name="Open").click()
    await expect(bo.dialog).to_contain_text("What was felt: disrespect.")
    await bo.dialog.get_by_role("button", name="Say it differently").click()
    await bo.box.fill(KIND)
    await bo.presses("Save")
    await ana.sees(KIND)
    for each in others:
        address = f"circle/{circle}"
        await each.sees(address, lambda event: event["kind"] == "message.rephrased", "the other words")
    await ana.does("Take back", "Good evening, everybody.")
    await ana.dialog.get_by_role("button", name="Take back", exact=True).click()
    for person in (ana, bo):
        await expect(person.page.get_by_text("Good evening, everybody.")).to_have_count(0)
        await person.sees(KIND)

    await ana.box.fill("a draft of marmalade")
    await bo.box.fill("a draft of elderflower")
    said = ["Hello Ana.", "How was your day?", UNKIND, KIND, "lonely", "marmalade", "elderflower", "evenings like this"]
    for person in (ana, bo):
        await person.is_painted()
        assert keeps(await person.page.evaluate(STORED), said) == []
    last = [await words_of(person) for person in (ana, bo)]
    assert last[0] == last[1]
    await bo.page.get_by_role("link", name="Quick exit").click()
    await bo.page.wait_for_url("**/goodbye")
    await others[2].says("Good night.")
    await ana.sees("Good night.")
    # That no page complained, that no policy was broken and that nothing was asked elsewhere is looked at as they leave.


def keeps(stored: str, said: list[str]) -> list[str]:
    return [words for words in said if words in stored]


async def someone_says(guest: Guest, hearer: Person) -> str:
    words = f"{guest.name} is listening."
    await guest.says(words)
    await hearer.sees(words)
    return words


async def words_of(person: Person) -> list[str]:
    return await person.words()
