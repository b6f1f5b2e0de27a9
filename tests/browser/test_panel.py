"""A panel in browsers: a seat is offered, words show by choice, ballots are sealed, the letter is shown before it goes."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Comes
from tests.browser.panels import SENTENCE, UNKIND, Guests, a_panel, folds, leaves_it
from tests.browser.people import speaks_of
from tests.house import House

pytestmark = pytest.mark.browser


async def test_a_seat_is_offered_on_every_screen_and_words_show_only_when_one_reads(
    place: House, somebody: Comes, guest: Guests
) -> None:
    panel = await a_panel(place, somebody, guest)
    rook, reed, rush = panel.jurors
    offer = "You were drawn for a panel of three. It takes about two minutes."
    for where in ("#/", "#/safety", "#/open", "#/desk"):
        await reed.goes_to(where)
        await expect(reed.page.get_by_text(offer)).to_be_visible()
        await expect(reed.page.get_by_text("What was felt: disrespect.")).to_be_visible()
    await panel.is_seated()
    assert not any(UNKIND in frame for juror in panel.jurors for frame in juror.heard)
    await expect(reed.page.get_by_text(UNKIND)).to_have_count(0)
    await expect(reed.page.get_by_text("Opening them is recorded.")).to_be_visible()
    await reed.presses("Read")
    await expect(reed.page.get_by_text(UNKIND)).to_be_visible()
    case = await reed.page.locator("main").inner_text()
    assert not [name for name in ("Ana", "Cleo", "Dan", "Eve", "Quiet evenings") if name in case]
    assert "Opening this was recorded." in case
    for juror in (rook, rush):
        await expect(juror.page.get_by_text(UNKIND)).to_have_count(0)


async def test_ballots_are_sealed_and_the_letter_is_shown_before_it_goes(
    place: House, somebody: Comes, guest: Guests
) -> None:
    panel = await a_panel(place, somebody, guest)
    rook, reed, rush = panel.jurors
    await panel.is_seated()
    await panel.reads()
    heard = len(reed.heard)
    # Nothing can be cast that restricts somebody without its reason.
    await rook.page.get_by_label("Keep it folded").check()
    await rook.presses("Cast")
    await expect(rook.page.get_by_role("alert").filter(has_text="whether anything is asked")).to_be_visible()
    await rook.page.get_by_label("Nothing", exact=True).check()
    await rook.presses("Cast")
    await expect(rook.page.get_by_role("alert").filter(has_text="choose a line")).to_be_visible()
    await rook.page.get_by_label("1. I listen.").check()
    await rook.presses("Cast")
    await expect(rook.page.get_by_role("alert").filter(has_text="write one sentence")).to_be_visible()
    assert not rook.sent_commands("ballot.cast")
    await rook.page.get_by_label("One sentence for them").fill(SENTENCE)
    preview = rook.page.get_by_role("region", name="The letter this would be")
    for part in (
        "The message stays folded. Anyone can open it.",
        "They read it as: disrespect.",
        SENTENCE,
        "I listen.",
        "At least 2 of 3 people drawn by lot decide this.",
        "No machine read the words.",
        "You can ask another panel.",
    ):
        await expect(preview).to_contain_text(part)
    await rook.presses("Cast")
    await expect(rook.heading("Your answer is sealed")).to_be_visible()
    await rook.presses("Take it back")
    await expect(rook.heading("What was said")).to_be_visible()
    await expect(rook.page.get_by_label("One sentence for them")).to_have_value(SENTENCE)
    await rook.presses("Cast")
    await expect(rook.heading("Your answer is sealed")).to_be_visible()
    await place.clock.passes(seconds=11)
    await expect(rook.page.get_by_text("1 of 3 seats have answered.")).to_be_visible()
    await reed.until(
        lambda: any('"answered":1' in frame for frame in reed.heard[heard:]), "hears that one has answered"
    )
    assert not any(SENTENCE in frame or '"content"' in frame for frame in reed.heard[heard:])
    for juror in (reed, rush):
        await folds(juror)
    await panel.has_decided()
    await (
        panel.ana.page.get_by_text("About one of your messages")
        .locator("..")
        .get_by_role("button", name="Open")
        .click()
    )
    letter = panel.ana.dialog
    for part in (
        "The message stays folded",
        "They read it as: disrespect.",
        SENTENCE,
        "I listen.",
        "3 of 3 people drawn by lot decided this.",
        "You can say it differently or take it back.",
        "You can ask another panel until",
    ):
        await expect(letter).to_contain_text(part)
    said = await letter.inner_text()
    assert not [name for name in ("Rook", "Reed", "Rush", "Dan", "Eve") if name in said]
    await rook.presses("Back to the start")
    await expect(rook.page.get_by_text("4 more today at most")).to_be_visible()
    await expect(rook.page.get_by_text("There is nothing to look through here.")).to_be_visible()
    await expect(rook.page.get_by_text(UNKIND)).to_have_count(0)


async def test_a_panel_that_sees_it_differently_talks_and_answers_once_more(
    place: House, somebody: Comes, guest: Guests
) -> None:
    panel = await a_panel(place, somebody, guest)
    rook, reed, rush = panel.jurors
    await panel.is_seated()
    await panel.reads()
    await folds(rook, "A kind note")
    await folds(reed)
    await leaves_it(rush)
    await place.clock.passes(seconds=11)
    for juror in panel.jurors:
        await expect(juror.heading("You see it differently")).to_be_visible()
    await rook.page.get_by_label("Say something to the others").fill("It was cold, and meant to be.")
    await rook.presses("Say it")
    for juror in (reed, rush):
        await expect(juror.page.get_by_text("It was cold, and meant to be.")).to_be_visible()
        await expect(juror.page.get_by_text(re.compile("^Seat [A-Z]$"))).to_be_visible()
        assert not any(speaks_of(frame, "Rook") for frame in juror.heard)
    for juror in panel.jurors:
        await juror.presses("Enough said")
    for juror in panel.jurors:
        await expect(juror.page.get_by_text("Now each answers once more, as they see it now.")).to_be_visible()
        await folds(juror)
    await panel.has_decided()


async def test_a_seat_can_be_left_without_a_reason_and_what_was_heavy_is_handed_over(
    place: House, somebody: Comes, guest: Guests
) -> None:
    panel = await a_panel(place, somebody, guest, "Rill", "Rain")
    rook, reed, rush = panel.jurors
    await rook.presses("Not this one")
    await expect(rook.page.get_by_text("You were drawn for a panel")).to_have_count(0)
    assert list(rook.sent_commands("seat.leave")[0]) == ["do", "seat", "ref"]
    for juror in (reed, rush):
        await juror.presses("Take the seat")
        await expect(juror.heading("Your seat is kept")).to_be_visible()
    await rush.presses("Not this one")
    await expect(rush.page.get_by_text("This case goes on without you.")).to_be_visible()
