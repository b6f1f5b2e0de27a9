"""Rounds in the browser: an offer, shares, words that wait, coming back, passing in silence, coming late, dropping out."""

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import Comes
from tests.browser.people import PHONE, Person
from tests.browser.test_axe import look
from tests.guests import Guest, new_key
from tests.house import House

pytestmark = pytest.mark.browser
Guests = Callable[[str], Awaitable[Guest]]
QUESTION = "What helped you this week?"
WITH_YOU = "The piece is with you. Take your time."
HEARS = """() => {
    window.heard = [];
    const news = document.getElementById('round-news');
    new MutationObserver(() => news.textContent && window.heard.push(news.textContent)).observe(
        news, { childList: true, characterData: true, subtree: true });
}"""


def strip(person: Person, says: str) -> Locator:
    """The round above the box, as it is called for those who hear the page."""
    return person.page.get_by_role("region", name=says, exact=True)


async def focused(person: Person) -> str:
    return str(await person.page.evaluate("() => document.activeElement.id || document.activeElement.className"))


async def offers_by_keys(person: Person, question: str) -> None:
    """From the page to an offered round without a mouse."""
    await person.button("Offer a round").focus()
    await person.page.keyboard.press("Enter")
    await expect(person.page.get_by_label("A question to speak about")).to_be_visible()
    await person.page.get_by_label("A question to speak about").focus()
    await person.page.keyboard.type(question)
    for _ in range(2):
        await person.page.keyboard.press("Tab")
    await expect(person.page.get_by_label("Talk about it afterwards")).to_be_focused()
    await person.page.keyboard.press("Tab")
    await expect(person.button("Offer this round")).to_be_focused()
    await person.page.keyboard.press("Enter")
    await expect(person.dialog).to_have_count(0)


async def test_a_round_from_the_offer_to_the_end(somebody: Comes, guest: Guests) -> None:
    ana, bo, cleo = await somebody(), await somebody(**PHONE), await somebody()
    objections: dict[str, list[str]] = {}
    circle = await ana.holds_a_room()
    for each, name in ((bo, "Bo"), (cleo, "Cleo")):
        await each.sits_in(circle, name)
    # Somebody who does not answer, so that it begins by a word.
    await (await guest("Eli")).enters(circle)
    # Whoever is writing is left to write.
    await cleo.box.fill("A draft of mine")
    await cleo.box.focus()
    await expect(cleo.page.locator("#round-news")).to_be_attached()
    await cleo.page.evaluate(HEARS)

    await offers_by_keys(ana, QUESTION)
    # What changes soon is read out as it stands then; so the offer is heard before anything else is done.
    await cleo.page.wait_for_function("() => window.heard.length === 1")
    offer = strip(bo, "Ana offers a round.")
    await expect(offer).to_contain_text(QUESTION)
    await expect(offer).to_contain_text("Joined: Ana.")
    await look(bo, "an offer", objections)
    await offer.get_by_role("button", name="Join").click()
    await expect(offer).to_contain_text("Joined: Ana and you.")
    assert "turn" in await focused(bo), "the button that was pressed is gone, and the focus with it"
    await expect(offer.get_by_role("button", name="Begin")).to_be_visible()
    await strip(cleo, "Ana offers a round.").get_by_role("button", name="I would rather listen").click()
    await expect(strip(cleo, "Ana offers a round.")).to_contain_text("You listen. That is fine")
    await ana.button("Begin").focus()
    await ana.page.keyboard.press("Enter")
    await expect(strip(ana, WITH_YOU)).to_be_visible()
    await cleo.box.focus()
    for each in (bo, cleo):
        await expect(strip(each, "Ana has the piece.")).to_be_visible()
        await expect(each.page.locator(".ring .seat.lit").first).to_be_attached()
    await expect(bo.box).to_have_accessible_description(re.compile("Ana has the piece"))
    await bo.says("I know that well.")
    await expect(bo.message("I know that well.")).to_contain_text("Will go when the piece comes to you")
    await cleo.says("Thank you all.")
    await expect(cleo.message("Thank you all.")).to_contain_text("Will go when the round ends.")
    await expect(cleo.message("Thank you all.").get_by_role("button", name="Keep as draft")).to_be_attached()
    await cleo.box.fill("A draft of mine")

    await ana.box.fill("My sister came by with soup.")
    await ana.presses("How to meet these words")
    await ana.presses("Just listen")
    await ana.presses("Back to writing")
    await ana.presses("Post")
    share = await bo.sees("My sister came by with soup.")
    await expect(share).to_contain_text("Share")
    await expect(share).to_contain_text("Just listen")
    await bo.does("Reply", "My sister came by with soup.")
    await expect(bo.page.locator(".answering")).to_contain_text("Just listen")
    await bo.presses("Do not answer this")

    await strip(ana, WITH_YOU).get_by_role("button", name="Come back to me").click()
    await expect(strip(bo, WITH_YOU)).to_be_visible()
    said = await ana.sees("I know that well.")
    await expect(said).to_contain_text("Share")
    assert len(bo.sent_commands("message.post")) == 2, "words that wait asked again and again"
    await look(bo, "one's own turn", objections)

    dan = await somebody(**PHONE)
    await dan.sits_in(circle, "Dan")
    card = strip(dan, "Bo has the piece.")
    await expect(card).to_contain_text(QUESTION)
    await expect(card).to_contain_text("Listening is fine.")
    await look(dan, "coming late", objections)
    await card.get_by_role("button", name="I listen").click()
    await expect(card).not_to_contain_text(QUESTION)

    # Who drops out has the piece still when they are back.
    before = bo.answers_to_watching(circle)
    async with bo.offline():
        await expect(bo.status).to_have_text("Reconnecting. Your words are kept.")
    await bo.has_read(circle, before)
    await strip(bo, WITH_YOU).get_by_role("button", name="Pass", exact=True).click()
    again = strip(ana, "The piece is with you once more. Take your time.")
    await expect(again.get_by_role("button", name="Pass", exact=True)).to_be_visible()
    await expect(again.get_by_role("button", name="Come back to me")).to_have_count(0)
    await again.get_by_role("button", name="Pass without words").click()

    for each in (ana, bo, cleo, dan):
        await expect(each.page.get_by_text("The round is over. Everyone who wanted to")).to_be_visible()
        await expect(each.page.locator(".turn")).to_have_count(0)
        await each.sees("Thank you all.")
    assert len(cleo.sent_commands("message.post")) == 2, "words that wait asked again and again"
    assert await focused(cleo) == "box", "the focus was taken"
    await expect(cleo.box).to_have_value("A draft of mine")
    await cleo.page.wait_for_function("() => window.heard.at(-1) === 'The round is over.'")
    heard: list[str] = await cleo.page.evaluate("() => window.heard")
    assert heard[0] == f"Ana offers a round. {QUESTION}"
    assert len(heard) <= 5, f"said more than once: {heard}"
    assert not objections


async def test_a_holder_is_asked_by_two_and_then_all_talk_until_two_end_it(
    somebody: Comes, guest: Guests, place: House
) -> None:
    ana, bo, cleo = await somebody(), await somebody(**PHONE), await guest("Cleo")
    circle = await ana.holds_a_room()
    await bo.sits_in(circle)
    await cleo.enters(circle)
    await bo.goes_to("#/safety")
    tells = bo.page.get_by_label("Let others know that someone is writing")
    await tells.click()
    # It shows what the server has of it.
    await expect(tells).not_to_be_checked()
    await bo.comes_back_to(circle)
    objections: dict[str, list[str]] = {}
    await ana.presses("Offer a round")
    await look(ana, "offering one", objections)
    await ana.page.keyboard.press("Escape")
    wish = {"do": "round.offer", "circle": circle, "key": new_key(), "question": QUESTION, "talk": True}
    await bo.posts("/api/commands", wish)
    await ana.presses("Join")
    await strip(bo, "You offered a round.").get_by_role("button", name="Begin").click()
    await expect(strip(bo, WITH_YOU)).to_be_visible()
    # Whoever writes is here, and that is told to the round alone.
    await bo.box.fill("I am")
    await bo.box.fill("I am thinking")
    await bo.until(lambda: len(bo.sent_commands("piece.stay")) == 1, "gives a sign")
    assert not bo.sent_commands("writing.tell")

    await place.clock.passes(minutes=3)
    (stay,) = bo.sent_commands("piece.stay")
    await cleo.asks("piece.ask", circle=circle, round=stay["round"])
    await strip(ana, "Bo has the piece.").get_by_role("button", name="The round").click()
    await look(ana, "what one may ask", objections)
    await ana.presses("Ask kindly: shall we go on?")
    await expect(strip(bo, WITH_YOU)).to_contain_text("Shall we go on?")
    await bo.presses("I need a while longer")
    await expect(strip(bo, WITH_YOU)).not_to_contain_text("Shall we go on?")
    await expect(bo.box).to_have_value("I am thinking")

    await bo.presses("Pass without words")
    await strip(ana, WITH_YOU).get_by_role("button", name="Pass", exact=True).click()
    for each in (ana, bo):
        talk = each.page.locator(".turn-talk")
        await expect(talk).to_contain_text(re.compile(r"Until \d+:\d\d .*everyone can talk about it"))
    await bo.says("That was good.")
    await ana.sees("That was good.")
    for each in (ana, bo):
        await each.page.locator(".turn-talk").get_by_role("button", name="The round").click()
        await each.presses("Let us end the round here")
    for each in (ana, bo):
        await expect(each.page.get_by_text("The piece was laid down. The round is over.")).to_be_visible()
        await expect(each.page.locator(".turn")).to_have_count(0)
    assert not objections
