"""Several circles over one socket: all are followed live, and one is seen only in the one on the screen."""

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Comes
from tests.browser.people import PHONE, Person
from tests.guests import Guest

pytestmark = pytest.mark.browser
Guests = Callable[[str], Awaitable[Guest]]
NEW = "something new"


async def joins(person: Person, circle: str) -> None:
    """Be in a circle without its page."""
    await person.posts("/api/commands", {"do": "circle.enter", "circle": circle, "agreement": 1})


def coming(guest: Guest, circle: str) -> list[str]:
    """Ids of everybody whom this guest was told of as coming to the circle's screens."""
    told = [note.get("here", {}) for note in guest.notes if note.get("on") == f"circle/{circle}"]
    return [participant for here in told for participant in here.get("came", ())]


async def test_news_of_another_circle_light_a_dot_at_once_and_are_there_on_opening(
    somebody: Comes, guest: Guests
) -> None:
    ana, cleo, bo = await guest("Ana"), await guest("Cleo"), await somebody(**PHONE)
    one, two = await ana.opens("One"), await cleo.opens("Two")
    await bo.has_a_place("Bo")
    await joins(bo, two)
    await bo.sits_in(one)
    back = bo.page.get_by_role("link", name="Back")
    await expect(back).not_to_contain_text("Something new")
    await bo.page.evaluate("() => { window.isTheSamePage = true }")

    await cleo.says("Is anybody there?", two)
    await expect(back).to_contain_text("Something new in another circle")
    await back.click()
    row = bo.page.get_by_role("link", name="Two")
    await expect(row).to_contain_text(NEW)
    await expect(bo.page.get_by_role("link", name="One")).not_to_contain_text(NEW)
    await row.click()
    await bo.sees("Is anybody there?")
    await expect(bo.unread_line).to_be_visible()
    await expect(back).not_to_contain_text("Something new")

    # Also on the list itself, and with no request for it.
    async with bo.page.expect_response("**/api/circles"):
        await back.click()
    await expect(bo.page.get_by_role("link", name="One")).not_to_contain_text(NEW)
    asked = lists_asked(bo)
    await ana.says("And here?", one)
    await expect(bo.page.get_by_role("link", name="One")).to_contain_text(NEW)
    await expect(bo.page.get_by_role("link", name="One")).not_to_contain_text(re.compile(r"\d"))
    assert lists_asked(bo) == asked, "the list was asked for"
    assert await bo.page.evaluate("() => window.isTheSamePage"), "the page was loaded anew"
    assert len(bo.sockets) == 1


def lists_asked(person: Person) -> int:
    return len([path for path in person.asked if path.endswith("/api/circles")])


async def test_one_is_here_only_where_one_looks(somebody: Comes, guest: Guests) -> None:
    ana, cleo, bo = await guest("Ana"), await guest("Cleo"), await somebody()
    one, two = await ana.opens("One"), await cleo.opens("Two")
    await bo.has_a_place("Bo")
    await joins(bo, two)
    await bo.sits_in(one)
    await bo.until(lambda: f'"on":"circle/{two}"' in "".join(bo.heard), "follows the other circle")
    in_one, in_two = [seat_of(bo, circle) for circle in (one, two)]
    await ana.until(lambda: in_one in coming(ana, one), "Bo come")
    # Somebody else who comes is seen, so whoever was told of Bo would have been told by now.
    dan = await guest("Dan")
    await dan.enters(two)
    dan_there = dan.logs[f"circle/{two}"].view["mine"]["participant"]
    await cleo.until(lambda: dan_there in coming(cleo, two), "Dan come")
    assert in_two not in coming(cleo, two)

    await bo.goes_to(f"#/c/{two}")
    await expect(bo.heading("Two")).to_be_visible()
    await cleo.until(lambda: in_two in coming(cleo, two), "Bo come, once he looks")
    await bo.until(lambda: present(bo, one) is False, "is no longer in the first")
    await expect(bo.heading("3 here")).to_be_visible()


def seat_of(person: Person, circle: str) -> str:
    """One's own participant id, as the answer to watching told it."""
    (found, *_) = [
        re.search(r'"mine":\{"participant":"([\w-]+)"', frame)
        for frame in person.heard
        if f'"ok":{{"on":"circle/{circle}"' in frame
    ]
    assert found is not None
    return found[1]


def present(person: Person, circle: str) -> bool | None:
    """What was asked for last: to be seen in the circle, or not."""
    asked = [each for each in person.sent_commands("log.watch") if each["on"] == f"circle/{circle}"]
    return bool(asked[-1].get("present", True)) if asked else None


async def test_words_for_another_circle_go_while_one_is_elsewhere(somebody: Comes, guest: Guests) -> None:
    ana, cleo, bo = await guest("Ana"), await guest("Cleo"), await somebody(**PHONE)
    one, two = await ana.opens("One"), await cleo.opens("Two")
    await bo.has_a_place("Bo")
    await joins(bo, two)
    await bo.sits_in(one)
    await bo.goes_to(f"#/c/{two}")
    await expect(bo.heading("Two")).to_be_visible()
    async with bo.offline():
        await bo.says("I will be back.")
        await bo.says("Soon.")
        await bo.goes_to(f"#/c/{one}")
        await expect(bo.heading("One")).to_be_visible()
    await cleo.hears("I will be back.", two)
    await cleo.hears("Soon.", two)
    await cleo.says("We are here.", two)
    await expect(bo.page.get_by_role("link", name="Back")).to_contain_text("Something new in another circle")
    await bo.goes_to(f"#/c/{two}")
    await bo.sees("We are here.")
    assert await bo.words() == ["I will be back.", "Soon.", "We are here."]
    assert "I will be back." not in str(await bo.page.evaluate("() => JSON.stringify(sessionStorage)"))


async def test_a_circle_left_on_another_screen_is_followed_no_more(somebody: Comes, guest: Guests) -> None:
    ana, bo = await guest("Ana"), await somebody()
    one, two = await ana.opens("One"), await ana.opens("Two")
    await bo.has_a_place("Bo")
    await joins(bo, two)
    await bo.sits_in(one)
    await bo.until(lambda: present(bo, two) is False, "follows the other circle")
    await bo.posts("/api/commands", {"do": "circle.leave", "circle": two})
    await bo.until(lambda: bo.sent_commands("log.unwatch"), "stops following it")
    await ana.says("Not for Bo.", two)
    await ana.says("For Bo.", one)
    await bo.sees("For Bo.")
    assert not any("Not for Bo." in frame for frame in bo.heard)
    await joins(bo, two)
    await bo.until(lambda: len([c for c in bo.sent_commands("log.watch") if c["on"].endswith(two)]) == 2, "is back")
    await ana.says("Welcome back.", two)
    await expect(bo.page.get_by_role("link", name="Back")).to_contain_text("Something new")
