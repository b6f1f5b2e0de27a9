"""Letters to a writer and to whoever flagged: the five parts, one's side, another panel, and a rest that keeps drafts."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Comes
from tests.browser.panels import SENTENCE, UNKIND, Guests, a_panel, folds, leaves_it, opens_a_letter
from tests.browser.people import PHONE
from tests.house import House

pytestmark = pytest.mark.browser
SPARE = ("Rill", "Rain", "Rose", "Rune", "Rye")


async def test_a_writer_adds_their_side_and_the_panel_reads_it(place: House, somebody: Comes, guest: Guests) -> None:
    panel = await a_panel(place, somebody, guest)
    await panel.is_seated()
    await panel.reads()
    letter = await opens_a_letter(panel.ana)
    await expect(letter).to_contain_text("People drawn by lot are reading it. They see letters in place of names.")
    await letter.get_by_role("button", name="Add my side").click()
    await letter.get_by_label("Your side").fill("I was angry about something else.")
    # What was written stays, also where one looks at something else meanwhile.
    await letter.get_by_role("button", name="Close").click()
    letter = await opens_a_letter(panel.ana)
    await letter.get_by_role("button", name="Add my side").click()
    await expect(letter.get_by_label("Your side")).to_have_value("I was angry about something else.")
    await letter.get_by_role("button", name="Give it to the panel").click()
    await expect(panel.ana.page.get_by_text("Your side is with the panel.")).to_be_visible()
    for juror in panel.jurors:
        await expect(juror.page.get_by_text("I was angry about something else.")).to_be_visible()
    letter = await opens_a_letter(panel.ana)
    await expect(letter.get_by_role("button", name="Take back")).to_be_visible()
    await expect(letter.get_by_role("button", name="Add my side")).to_have_count(0)


async def test_a_letter_of_reasons_leads_to_other_words(place: House, somebody: Comes, guest: Guests) -> None:
    panel = await a_panel(place, somebody, guest)
    await panel.is_seated()
    await panel.reads()
    for juror in panel.jurors:
        await folds(juror, "Ask them to say it differently")
    await panel.has_decided()
    await expect(panel.message).to_contain_text("Your message stays folded. Others can open it.")
    letter = await opens_a_letter(panel.ana)
    for part in ("What is done", "What happened", "The line of the agreement", "Who decided", "What you can do"):
        await expect(letter.get_by_role("heading", name=part)).to_be_visible()
    await expect(letter).to_contain_text("They ask you to say it differently.")
    await letter.get_by_role("button", name="Say it differently").click()
    await expect(panel.ana.box).to_be_focused()
    await panel.ana.box.fill("I would like to listen better.")
    await panel.ana.presses("Save")

    def kinder(event: dict[str, Any]) -> bool:
        return (event["kind"], event.get("body")) == ("message.rephrased", "I would like to listen better.")

    await panel.others[0].sees(f"circle/{panel.circle}", kinder, "other words")
    await expect(panel.message).not_to_contain_text("folded")
    await expect(panel.ana.page.get_by_text(UNKIND)).to_have_count(0)


async def test_whoever_flagged_what_was_left_as_it_is_may_ask_another_panel(
    place: House, somebody: Comes, guest: Guests
) -> None:
    dan = await somebody(**PHONE)
    panel = await a_panel(place, somebody, guest, *SPARE, flagger=dan)
    await panel.is_seated()
    await panel.reads()
    await expect(dan.page.get_by_text("People drawn by lot are reading it.")).to_be_visible()
    for juror in panel.jurors:
        await leaves_it(juror)
    await panel.has_decided()
    await expect(panel.message).not_to_contain_text("folded")
    own = await opens_a_letter(panel.ana)
    await expect(own).to_contain_text("The message stands as it was.")
    await expect(own.get_by_role("button", name="Ask another panel")).to_have_count(0)
    await expect(dan.page.get_by_text("People drawn by lot left it as it is.")).to_be_visible()
    letter = await opens_a_letter(dan, "About a message you flagged")
    await expect(letter).to_contain_text("For you it stays hidden. You can open it.")
    await expect(letter).to_contain_text("3 of 3 people drawn by lot decided this.")
    await letter.get_by_role("button", name="Ask another panel").click()
    await letter.get_by_label("What they should know").fill("Please read what came before.")
    await letter.get_by_role("button", name="Ask another panel").click()
    await expect(dan.page.get_by_text("Another panel is being drawn. You will hear from it.")).to_be_visible()
    await place.clock.passes(seconds=1)
    again = [(await each.gets("/api/desk")).json().get("seats", []) for each in panel.spare]
    assert [seat for seats in again for seat in seats if seat["appeal"]]
    letter = await opens_a_letter(dan, "About a message you flagged")
    await expect(letter.get_by_role("button", name="Ask another panel")).to_have_count(0)


async def test_a_rest_from_posting_keeps_the_draft_and_ends_with_other_words(
    place: House, somebody: Comes, guest: Guests
) -> None:
    panel = await a_panel(place, somebody, guest, *SPARE)
    ana = panel.ana
    await ana.box.fill("Something I was writing.")
    # Of many who may be drawn, those who are not on a page say no.
    for juror in panel.jurors:
        await expect(juror.page.get_by_text("You were drawn for a panel of three.")).to_be_visible()
    await panel.is_seated()
    await panel.reads()
    for juror in panel.jurors:
        await folds(juror, "A pause in this circle")
    await place.clock.passes(seconds=11)
    await place.clock.passes(minutes=6)
    rest = ana.page.get_by_text(re.compile("^You rest from posting in this circle until"))
    await expect(rest).to_be_visible()
    await expect(ana.box).to_have_value("Something I was writing.")
    await ana.box.press("Control+Enter")
    await expect(ana.box).to_have_value("Something I was writing.")
    assert not [each for each in ana.sent_commands("message.post") if "was writing" in each["body"]]
    await rest.click()
    await expect(ana.page.get_by_text("Your draft is kept until you can post it.")).to_be_visible()
    await panel.others[0].says("We are still here.")
    await ana.sees("We are still here.")
    letter = await opens_a_letter(ana)
    await expect(letter).to_contain_text("You rest from posting in this circle until")
    await expect(letter).to_contain_text("Say it differently or take it back, and your rest from posting ends at once.")
    await expect(letter).to_contain_text(SENTENCE)
    await letter.get_by_role("button", name="Take back").click()
    await expect(rest).to_have_count(0)
    await ana.presses("Post")
    await expect(ana.message("Something I was writing.")).to_have_attribute("data-seq", re.compile(r"\d"))
