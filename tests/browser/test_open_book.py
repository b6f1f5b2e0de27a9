"""The open book for a stranger, and the public record as a browser follows it."""

import json
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Browser, expect
from sqlalchemy import text

from moderation import ledger, publishing
from moderation.chain import canonical, digest
from moderation.wire_ledger import FEW
from rooms.units import DAY
from rooms.work import Work
from tests.browser.conftest import Comes
from tests.browser.people import DESK, PHONE
from tests.browser.test_axe import look
from tests.house import House

pytestmark = pytest.mark.browser
KEPT = "() => [sessionStorage.getItem('public record'), localStorage.length]"
CHANGED = "The public record was changed: something that was published before is not there any more"


async def write(place: House, action: Callable[[Any], Any]) -> Any:
    return await place.parts.store.write(action)


async def happens(place: House, kind: str, count: int = 1, **facts: Any) -> None:
    def note(conn: Any) -> None:
        limits, now = place.parts.door.limits, place.parts.now()
        work = Work(conn, who=None, now=now, limits=limits, pick=secrets.randbelow)
        for _ in range(count):
            key = None if kind == "moderator" else secrets.token_bytes(16)
            if kind not in ("fold", "hold", "moderator", "flag", "seat"):
                ledger.note(work, key, "fold", {"item": 0, "view": "folded"})
            ledger.note(work, key, kind, facts)

    await write(place, note)


async def a_day_passes(place: House) -> None:
    """Everything that waits is published, and what was kept for a second is read anew."""
    await place.clock.passes(hours=26)
    place.parts.records._kept.clear()


async def lived_in(place: House) -> None:
    # Months are counted from a fixed day on: on its last days, what comes later here would fall into the month after next.
    month = place.parts.door.limits.month
    await place.clock.passes(seconds=(month - place.parts.now() % month) / 1000 + 3600)
    await happens(place, "flag", 40, category="disrespect")
    await happens(place, "flag", 9, category="pressure")
    for today in (1, 1, 1, 1, 1, 1, 2, 2, 3):
        await happens(place, "seat", today=today)
    await place.clock.passes(hours=31 * 24)
    decided = {"stage": "decided", "n": 3, "instance": 1, "person": 0}
    await happens(place, "decided", 12, content=1, hours=3, **decided)
    await happens(place, "decided", 6, content=0, hours=9, **decided)
    await happens(place, "unfold", 8, item=0, view="kept")
    await happens(place, "hold", 5, item=0, view="held", category="privacy", holder="one", minutes=10)
    await happens(place, "moderator", change="came")
    await a_day_passes(place)


async def test_a_stranger_finds_what_can_happen_who_decides_and_how_to_object_first(
    browser: Browser, place: House
) -> None:
    async with await browser.new_context(java_script_enabled=False, **PHONE) as context:
        page = await context.new_page()
        answer = await page.goto(place.url + "/open-book")
        assert answer is not None
        assert len(await answer.body()) < 30_000
        headings = await page.get_by_role("heading", level=2).all_inner_texts()
        assert headings[:3] == ["What can happen to me here?", "Who decides?", "How do I object?"]
        for said in ("Nobody can throw you out", "Nobody alone.", "Ask another panel"):
            await expect(page.get_by_text(said).first).to_be_visible()


@pytest.mark.parametrize("size", ["phone", "wide"])
async def test_it_can_be_read_by_day_and_night_with_numbers_and_without(
    somebody: Comes, place: House, size: str
) -> None:
    bo = await somebody(**(PHONE if size == "phone" else DESK))
    objections: dict[str, list[str]] = {}
    await bo.opens("/open-book")
    await look(bo, "a new place", objections)
    await lived_in(place)
    await bo.opens("/open-book")
    await expect(bo.page.get_by_role("row", name="Panels that folded")).to_contain_text("12")
    await expect(bo.page.get_by_role("row", name="Flags: disrespect")).to_contain_text("40")
    await look(bo, "a lived-in place", objections)
    assert not objections
    for width in (320, 360, 768, 1280):
        await bo.page.set_viewport_size({"width": width, "height": 800})
        wide = await bo.page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= width


async def test_the_numbers_as_data_say_the_same_as_the_page(somebody: Comes, place: House) -> None:
    await lived_in(place)
    bo = await somebody()
    await bo.opens("/open-book")
    book = await bo.page.evaluate("async () => (await fetch('/api/open-book')).json()")
    assert book["recent"]["content"] == [6, 12, FEW]
    assert book["recent"]["median_hours"] == 3
    assert book["months"][0]["flags"]["disrespect"] == 40
    shown = await bo.page.locator("main").inner_text()
    assert "Half of the decisions came within: 3 hours." in shown
    assert f"It has {book['head']['seq']} entries." in shown
    assert book["head"]["hash"] in shown


async def test_every_circle_shows_how_far_the_record_goes_and_the_browser_keeps_no_more_than_that(
    somebody: Comes, place: House
) -> None:
    await happens(place, "fold", 6, item=0, view="folded")
    await a_day_passes(place)
    head = await place.parts.store.read(publishing.head)
    ana = await somebody(**DESK)
    await ana.holds_a_room()
    line = ana.page.get_by_role("link", name="Public record")
    await expect(line.first).to_have_text(f"Public record {head.seq}, {head.hash[:8]}")
    assert await ana.page.evaluate(KEPT) == [f"{head.seq}:{head.hash}", 0]
    await happens(place, "fold", 900, item=0, view="folded")
    await a_day_passes(place)
    later = await place.parts.store.read(publishing.head)
    assert later.seq > head.seq + 500
    await ana.page.reload()
    await expect(line.first).to_have_text(f"Public record {later.seq}, {later.hash[:8]}")
    await expect(ana.page.get_by_text(CHANGED)).to_have_count(0)
    pages = [asked for asked in ana.asked if "/api/ledger?after=" in asked]
    assert pages[0].endswith(f"={head.seq - 1}")
    assert len(pages) == 2, "a page holds five hundred"


def fork(conn: Any) -> None:
    """All from the second entry on is written anew, each fitting the one before it."""
    before = conn.execute(text("SELECT hash FROM ledger WHERE seq = 1")).scalar_one()
    for seq, entry in conn.execute(text("SELECT seq, entry FROM ledger WHERE seq > 1 ORDER BY seq")).all():
        said = json.loads(entry) | {"prev": before}
        said["hour"] += DAY
        bare = canonical(said)
        before = digest(bare, before)
        conn.execute(
            text("UPDATE ledger SET entry = :entry, hash = :hash WHERE seq = :seq"),
            {"entry": bare, "hash": before, "seq": seq},
        )


def shorten(conn: Any) -> None:
    conn.execute(text("DELETE FROM ledger WHERE seq > 2"))


@pytest.mark.parametrize("change", ["forked", "forked and grown", "shorter"])
async def test_somebody_who_was_here_before_is_told_that_the_record_was_changed(
    somebody: Comes, place: House, change: str
) -> None:
    await happens(place, "fold", 6, item=0, view="folded")
    await a_day_passes(place)
    ana = await somebody(**DESK)
    await ana.holds_a_room()
    await expect(ana.page.get_by_role("link", name="Public record").first).to_be_visible()
    await write(place, shorten if change == "shorter" else fork)
    if change == "forked and grown":
        await happens(place, "fold", 6, item=0, view="folded")
        await a_day_passes(place)
    place.parts.records._kept.clear()
    await ana.page.reload()
    told = ana.page.get_by_text(CHANGED)
    await expect(told.first).to_be_visible()
    await expect(ana.page.get_by_role("link", name="What that can mean").first).to_have_attribute(
        "href", "/open-book#record"
    )
    await ana.page.reload()
    await expect(told.first).to_be_visible()
    await ana.page.get_by_role("button", name="I have seen it").first.click()
    await expect(told).to_have_count(0)
    await expect(ana.page.get_by_role("link", name="Public record").first).to_be_visible()
    await ana.page.reload()
    await expect(ana.page.get_by_role("link", name="Public record").first).to_be_visible()
    await expect(told).to_have_count(0)
