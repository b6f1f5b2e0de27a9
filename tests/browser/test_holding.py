"""Holding the space in the browser: a host who stops, somebody who offers, a second who says yes, and equals."""

from playwright.async_api import expect

from tests.browser.conftest import Comes
from tests.browser.people import PHONE
from tests.browser.test_care import bar, open_people


async def test_a_host_stops_and_another_holds_it_with_one_second(somebody: Comes) -> None:
    ana, bo, cleo = await somebody(**PHONE), await somebody(), await somebody(**PHONE)
    circle = await ana.holds_a_room()
    for each, name in ((bo, "Bo"), (cleo, "Cleo")):
        await each.sits_in(circle, name)
    await ana.holds_the_room()
    await ana.dialog.get_by_role("button", name="Hand over").click()
    await ana.dialog.get_by_role("button", name="I need to stop").click()
    await expect(ana.dialog).to_have_count(0)
    question = bar(bo, "Who would like to hold the space?")
    await question.get_by_role("button", name="I would hold it").click()
    await expect(bar(bo, "You offered to hold the space.")).to_be_visible()
    await bar(cleo, "Bo would hold the space.").get_by_role("button", name="Yes, Bo").click()
    for each in (ana, bo, cleo):
        await expect(each.page.get_by_text("Bo holds the space now.")).to_be_visible()
        await expect(bar(each, "hold the space")).to_have_count(0)
    await expect(bo.button("Holding this room").first).to_be_visible()
    await expect(ana.button("Holding this room")).to_have_count(0)


async def test_somebody_holds_it_with_the_host_and_two_suggest_to_close(somebody: Comes) -> None:
    ana, bo, cleo = await somebody(), await somebody(**PHONE), await somebody()
    circle = await ana.holds_a_room()
    for each, name in ((bo, "Bo"), (cleo, "Cleo")):
        await each.sits_in(circle, name)
    await open_people(bo)
    await bo.dialog.get_by_role("button", name="Offer to hold it too").click()
    await expect(bar(cleo, "Bo would hold")).to_have_count(0)
    await bar(ana, "Bo would hold the space with you.").get_by_role("button", name="Yes, Bo").click()
    await expect(bo.button("Holding this room").first).to_be_visible()
    await cleo.presses("Suggest to close")
    wish = bar(ana, "Somebody would like to close the circle.")
    await expect(wish).not_to_contain_text("Cleo")
    await expect(bar(ana, "The circle closes")).to_have_count(0)
    await wish.get_by_role("button", name="Yes, let us close").click()
    # Who holds it said yes, and so may take it back.
    for each in (ana, bo):
        await expect(bar(each, "This circle closes").get_by_role("button", name="Keep it open")).to_be_visible()
    await bar(cleo, "This circle closes").get_by_role("button", name="We go on").click()
    await expect(bar(cleo, "You said: we go on.")).to_be_visible()
