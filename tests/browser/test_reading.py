"""Reading: nothing moves under somebody's eyes, nothing that was shown disappears, and nobody learns who read what."""

import asyncio
import datetime
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
HOUR = 3_600_000
LONG = " ".join(["Words that go on for a while, so that they need more than one line on a small phone."] * 2)


async def say_many(guest: Guest, words: list[str]) -> list[int]:
    """In order; several at a time, since commands of one socket are done in order. Returns their seqs."""
    seqs: list[int] = []
    for start in range(0, len(words), 50):
        seqs += await asyncio.gather(*(guest.says(each) for each in words[start : start + 50]))
    return seqs


def moved(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """By how many px each row that is in both has moved, where that is more than one."""
    both = before.keys() & after.keys()
    assert both
    return {row: after[row] - before[row] for row in both if abs(after[row] - before[row]) > 1}


async def test_the_end_stays_in_view_and_above_it_nothing_moves(somebody: Comes, guest: Guests) -> None:
    ana, bo = await guest("Ana"), await somebody(**PHONE)
    circle = await ana.opens(history_open=True)
    await say_many(ana, [f"{n}. {LONG[: n * 3]}" for n in range(1, 50)])
    await bo.sits_in(circle)
    await ana.says(LONG)
    await bo.sees(LONG)
    assert (await bo.scroll_state())["below"] <= 1
    await bo.scrolls_up(40)
    near = await ana.says("Near the end counts as being there.")
    await bo.sees("Near the end counts as being there.")
    await bo.is_painted()
    assert (await bo.scroll_state())["below"] <= 1
    await bo.until(lambda: [m for m in bo.sent_commands("read.mark") if m["seq"] >= near], "has read all of it")
    await bo.scrolls_up(900)
    before = await bo.tops()
    for words in (LONG, "Short.", LONG):
        await ana.says(words)
    await expect(bo.page.locator(".jump")).to_have_text("3 new")
    await bo.is_painted()
    assert not moved(before, await bo.tops())


@pytest.mark.parametrize("offset", [0, 250])
async def test_older_messages_come_in_above_without_moving_what_is_read(
    somebody: Comes, guest: Guests, offset: int
) -> None:
    ana, bo = await guest("Ana"), await somebody(**PHONE)
    circle = await ana.opens(history_open=True)
    await say_many(ana, [f"{n}. {LONG[: n % 90]}" for n in range(300)])
    await bo.sits_in(circle)
    assert (
        await bo.page.evaluate("() => getComputedStyle(document.getElementById('messages')).overflowAnchor") == "none"
    )
    mounted = await bo.rows.count()
    before: list[Any] = await bo.page.evaluate(
        """offset => {
            const view = document.getElementById('messages');
            view.scrollTop = offset;
            const edge = view.getBoundingClientRect().top;
            const rows = [...document.querySelectorAll('#rows > .msg')];
            const first = rows.find(row => row.getBoundingClientRect().bottom > edge);
            return [first.dataset.row, first.getBoundingClientRect().top];
        }""",
        offset,
    )
    await bo.page.wait_for_function("n => document.querySelectorAll('#rows > li').length > n", arg=mounted)
    await bo.is_painted()
    assert abs((await bo.tops())[before[0]] - before[1]) <= 1


async def test_latest_leads_to_the_unread_line_and_then_to_the_end(somebody: Comes, guest: Guests) -> None:
    ana, bo = await guest("Ana"), await somebody()
    circle = await ana.opens(history_open=True)
    await say_many(ana, [f"{n}. {LONG}" for n in range(60)])
    await bo.sits_in(circle)
    jump = bo.page.locator(".jump").get_by_role("button")
    await expect(jump).to_have_count(0)
    await bo.scrolls_up(250)
    await expect(jump).to_have_count(0)
    await bo.scrolls_up(1_500)
    await expect(jump).to_have_text("Latest")
    await say_many(ana, [f"New {n}. {LONG}" for n in range(20)])
    await expect(jump).to_have_text("20 new")
    await jump.focus()
    await bo.page.keyboard.press("Enter")
    await expect(bo.unread_line).to_be_in_viewport()
    assert abs(await how_far_down(bo) - 1 / 3) < 0.05
    await expect(jump).to_be_focused()
    await jump.press("Enter")
    await expect(jump).to_have_count(0)
    assert (await bo.scroll_state())["below"] <= 1
    # The button is gone; the focus follows to the newest message once that is painted.
    await expect(bo.rows.last).to_be_focused()


async def how_far_down(person: Person) -> float:
    """Where the unread line stands in the view of the messages: 0 at its top, 1 at its bottom."""
    line, view = await person.unread_line.bounding_box(), await person.page.locator("#messages").bounding_box()
    assert line is not None
    assert view is not None
    return (line["y"] - view["y"]) / view["height"]


async def test_the_unread_line_is_a_third_down_on_coming_back_and_stays(somebody: Comes, guest: Guests) -> None:
    ana, bo = await guest("Ana"), await somebody(**PHONE)
    circle = await ana.opens(history_open=True)
    await say_many(ana, [f"{n}. {LONG}" for n in range(30)])
    await bo.sits_in(circle)
    await expect(bo.unread_line).to_have_count(0)
    await bo.goes_to("#/")
    await expect(bo.heading("Circles")).to_be_visible()
    await say_many(ana, [f"Meanwhile {n}. {LONG}" for n in range(20)])
    await bo.goes_to(f"#/c/{circle}")
    await expect(bo.unread_line).to_be_in_viewport()
    await bo.is_painted()
    assert abs(await how_far_down(bo) - 1 / 3) < 0.05
    place = await bo.unread_line.evaluate("line => line.nextElementSibling.dataset.row")
    before = await bo.tops()
    await ana.says("One more.")
    await expect(bo.button(re.compile("new"))).to_be_visible()
    await bo.page.locator(".jump").get_by_role("button").click()
    await bo.sees("One more.")
    await bo.is_painted()
    assert await bo.unread_line.evaluate("line => line.nextElementSibling.dataset.row") == place
    after = await bo.tops()
    shifts = {round(after[row] - before[row]) for row in before.keys() & after.keys()}
    assert len(shifts) == 1, "rows moved against each other"


async def test_what_was_read_is_marked_by_looking_and_told_to_nobody(somebody: Comes, guest: Guests) -> None:
    ana, bo = await guest("Ana"), await somebody(**PHONE)
    circle = await ana.opens(history_open=True)
    await say_many(ana, [f"{n}. {LONG}" for n in range(30)])
    await bo.page.clock.install()
    await bo.sits_in(circle)
    await (await bo.cdp()).send("Emulation.setFocusEmulationEnabled", {"enabled": False})
    other = await bo.context.new_page()
    await other.bring_to_front()
    await bo.page.wait_for_function("() => !document.hasFocus()")
    await bo.page.clock.pause_at(await bo.page.evaluate("() => Date.now() / 1000 + 5"))
    seq = await ana.says("Not looked at yet.")
    await bo.until(lambda: any("Not looked at yet." in frame for frame in bo.heard), "hears it")
    await bo.page.clock.run_for(10_000)
    await expect(bo.message("Not looked at yet.")).to_be_in_viewport()
    assert await marks(bo) == []
    heard = len(ana.frames)
    await bo.page.bring_to_front()
    await bo.page.wait_for_function("() => document.hasFocus() && document.visibilityState === 'visible'")
    # A second of looking, and half of one in which marks are gathered.
    await bo.page.clock.run_for(1_300)
    assert await marks(bo) == [], "nobody reads so quickly"
    await bo.page.clock.run_for(1_000)
    assert await marks(bo) == [seq]
    await bo.page.evaluate("() => document.getElementById('messages').scrollBy(0, -1_500)")
    await expect(bo.page.locator(".jump")).to_have_text("Latest")
    below = await ana.says("Further down.")
    await bo.until(lambda: any("Further down." in frame for frame in bo.heard), "hears it")
    await bo.page.clock.run_for(5_000)
    assert await marks(bo) == [seq], "it had not been seen"
    await bo.page.evaluate("() => document.getElementById('messages').scrollBy(0, 9_000)")
    await expect(bo.page.locator(".jump")).to_have_text("")
    await bo.page.clock.run_for(5_000)
    assert await marks(bo) == [seq, below]
    await ana.says("After it.")
    await ana.hears_nothing()
    assert not any(b"read" in frame for frame in ana.frames[heard:])


async def marks(person: Person) -> list[int]:
    """The read marks that this person's page has told the server; all that it had to say has been said by then."""
    await person.page.evaluate("() => fetch('/api/circles').then(answer => answer.text())")
    return [mark["seq"] for mark in person.sent_commands("read.mark")]


async def test_days_change_at_the_viewers_own_midnight(somebody: Comes, place: House, guest: Guests) -> None:
    ana = await guest("Ana")
    circle = await ana.opens(keep_for=7 * 24 * HOUR, history_open=True)
    now = datetime.datetime.fromtimestamp(place.parts.now() / 1000, datetime.UTC)
    # Midnight is at 18:30 UTC in Kolkata, and in winter at 03:30, in summer at 02:30 UTC in St John's.
    ahead = (now.replace(hour=18, minute=20, second=0, microsecond=0) - now).total_seconds() % 86_400
    await place.clock.passes(seconds=ahead)
    for words, minutes in (
        ("before Kolkata", 20),
        ("after Kolkata", 7 * 60 + 40),
        ("before St John's", 80),
        ("last", 0),
    ):
        await ana.says(words)
        await place.clock.passes(minutes=minutes)
    for zone, before, after in (
        ("Asia/Kolkata", "before Kolkata", "after Kolkata"),
        ("America/St_Johns", "before St John's", "last"),
    ):
        bo = await somebody(timezone_id=zone)
        await bo.page.clock.install(time=place.parts.now() / 1000)
        await bo.sits_in(circle, f"Bo {zone[:4]}")
        await bo.sees("last")
        rows = [row for row in await bo.rows.all_inner_texts() if "came in" not in row]
        days = [n for n, row in enumerate(rows) if row.strip() in ("Yesterday", "Today")]
        assert [rows[n].strip() for n in days] == ["Yesterday", "Today"]
        assert before in rows[days[1] - 1]
        assert after in rows[days[1] + 1]


async def test_a_name_is_shown_once_for_a_group_and_heard_with_every_message(
    somebody: Comes, place: House, guest: Guests
) -> None:
    ana, cleo, bo = await guest("Ana"), await guest("Cleo"), await somebody()
    circle = await ana.opens()
    await cleo.enters(circle)
    await bo.sits_in(circle)
    await ana.says("One.")
    await ana.says("Two.")
    await cleo.says("Three.")
    await ana.says("Four.")
    await place.clock.passes(minutes=6)
    await ana.says("Five.")
    await bo.sees("Five.")
    shown = [await row.locator("bdi:visible").count() for row in await bo.messages.all()]
    assert shown == [1, 0, 1, 1, 1]
    for words, name in (("One.", "Ana"), ("Two.", "Ana"), ("Three.", "Cleo"), ("Four.", "Ana"), ("Five.", "Ana")):
        heard = re.compile(rf"{name}.*\d:\d\d.*{words}", re.DOTALL)
        await expect(bo.message(words)).to_have_accessible_name(heard)


async def test_a_long_story_never_mounts_more_than_a_window_of_it(somebody: Comes, guest: Guests, full: bool) -> None:
    many, pages = (5_000, 40) if full else (1_000, 12)
    ana, bo = await guest("Ana"), await somebody()
    circle = await ana.opens(history_open=True)
    await bo.sits_in(circle)
    await bo.page.evaluate(
        """() => {
            window.most = 0;
            const count = () => (window.most = Math.max(window.most, document.querySelectorAll('#rows > .msg').length));
            new MutationObserver(count).observe(document.getElementById('rows'), { childList: true });
        }"""
    )
    await say_many(ana, [f"Line {n}" for n in range(many)])
    await bo.sees(f"Line {many - 1}")
    for to, end in (("0", "first"), ("document.getElementById('messages').scrollHeight", "last")):
        for _ in range(pages):
            row = getattr(bo.messages, end)
            was = await row.get_attribute("data-seq")
            await bo.page.evaluate(f"() => document.getElementById('messages').scrollTo(0, {to})")
            last = await row.get_attribute("data-seq")
            if last == was and was in (await bo.page.evaluate("() => document.body.dataset.done || ''")):
                break
            await bo.is_painted()
    words = await bo.words()
    assert await bo.page.evaluate("() => window.most") <= 320
    assert await bo.messages.count() > 100
    assert await bo.page.evaluate("words => window.find(words)", words[len(words) // 2])


async def test_a_page_of_history_that_fails_says_so_in_place(somebody: Comes, guest: Guests) -> None:
    ana, bo = await guest("Ana"), await somebody()
    circle = await ana.opens(history_open=True)
    await say_many(ana, [f"Line {n}" for n in range(300)])
    await bo.sits_in(circle)
    before, asked = await bo.words(), bo.answers_to_watching(circle)
    async with bo.offline():
        await bo.page.evaluate("() => document.getElementById('messages').scrollTo(0, 0)")
        await expect(bo.page.get_by_text("Earlier messages did not come.")).to_be_visible()
        assert await bo.words() == before
    await bo.has_read(circle, asked)
    await expect(bo.status).to_have_text("")
    await bo.presses("Try again")
    await bo.page.wait_for_function("n => document.querySelectorAll('#rows > .msg').length > n", arg=len(before))
    assert (await bo.words())[-len(before) :] == before


async def test_a_quote_leads_to_its_message_and_back(somebody: Comes, guest: Guests) -> None:
    ana, bo = await guest("Ana"), await somebody()
    circle = await ana.opens(history_open=True)
    (first, *_) = await say_many(ana, ["How it began.", *(f"Line {n}" for n in range(250))])
    await ana.says("Do you remember?", reply_to=first)
    await bo.sits_in(circle)
    answer = await bo.sees("Do you remember?")
    # It stays outlined for two seconds only, which a busy machine may take to look there.
    await bo.page.evaluate(
        """() => {
            window.outlines = [];
            new MutationObserver(records => {
                for (const { target } of records) {
                    window.outlines.push(getComputedStyle(target.querySelector('.msg-in')).outlineStyle);
                }
            }).observe(document.getElementById('rows'), { subtree: true, attributeFilter: ['data-pointed'] });
        }"""
    )
    await answer.locator("button.msg-quote").click()
    original = await bo.sees("How it began.")
    await expect(original).to_be_in_viewport()
    await expect(original).to_be_focused()
    await bo.page.wait_for_function("() => window.outlines.length === 2")
    assert await bo.page.evaluate("() => window.outlines") == ["solid", "none"]
    await bo.presses("Back to where you were")
    await expect(bo.message("Line 249")).to_be_in_viewport()
    await expect(bo.button("Back to where you were")).to_have_count(0)


async def test_what_happens_to_a_message_moves_nothing_above_it(somebody: Comes, guest: Guests) -> None:
    ana, bo = await guest("Ana"), await somebody(**PHONE)
    cleo, dan = await guest("Cleo"), await guest("Dan")
    circle = await ana.opens(history_open=True)
    for each in (cleo, dan):
        await each.enters(circle)
    await say_many(ana, [f"{n}. {LONG}" for n in range(20)])
    gone = await ana.says(f"I take this back. {LONG}")
    folded = await ana.says(f"This gets folded. {LONG}")
    received = await ana.says("This is received.")
    await say_many(ana, [f"After {n}. {LONG}" for n in range(4)])
    await bo.sits_in(circle)
    before = await bo.tops()
    await ana.asks("writing.tell", circle=circle)
    await expect(bo.status).to_have_text("Someone is writing")
    assert not moved(before, await bo.tops())
    target = bo.page.locator(f'[data-seq="{gone}"]')
    await target.evaluate("row => row.scrollIntoView({ block: 'center' })")
    await bo.is_painted()
    before = await bo.tops()
    await dan.asks("gesture.make", circle=circle, target=received, gesture="hear_you")
    await expect(bo.page.locator(f'[data-seq="{received}"]')).to_contain_text("received")
    for each in (cleo, dan):
        await each.asks("message.flag", circle=circle, target=folded, category="pressure")
    await bo.posts("/api/commands", {"do": "message.flag", "circle": circle, "target": folded, "category": "pressure"})
    await expect(bo.page.locator(f'[data-seq="{folded}"]')).to_contain_text("is hidden for you")
    await ana.asks("message.take_back", circle=circle, target=gone)
    await expect(target).to_contain_text("Taken back")
    await bo.is_painted()
    after = await bo.tops()
    row = await target.get_attribute("data-row")
    above = {each: top for each, top in before.items() if top <= before[str(row)]}
    assert len(above) > 5
    assert not moved(above, after)
