"""What the hub owes those who follow a log when what they missed cannot be read any more."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from secrets import randbelow
from typing import Any

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from rooms import due
from rooms.models import EventRow, Log
from rooms.units import HOUR
from rooms.work import Work
from server.broker import Prepared
from server.models import PersonSession
from tests.guests import Guest
from tests.house import House, house


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "data") as place:
        yield place


async def test_a_session_whose_end_was_never_heard_of_loses_its_socket(place: House) -> None:
    ana = await Guest(place.url, "Ana").comes_in()
    feed = place.parts.hub.feeds[ana.me]

    def elsewhere(conn: Any) -> None:
        """Another process ends the session, and its log is cut before this one has heard."""
        head = feed.delivered + 3
        conn.execute(delete(PersonSession))
        conn.execute(delete(EventRow).where(col(EventRow.log_id) == feed.log_id))
        conn.execute(update(Log).where(col(Log.id) == feed.log_id).values(head_seq=head, floor_seq=head))

    await place.parts.store.write(elsewhere)
    place.parts.hub.arrived([Prepared(ana.me, feed.epoch, feed.delivered + 3, b"", None, None, None, 0)])
    await ana.until(lambda: ana.closed_with == 4501, "the socket closes")


async def test_a_log_nobody_reads_any_more_is_not_asked_for(place: House) -> None:
    ana = await Guest(place.url, "Ana").comes_in()
    hub, feed = place.parts.hub, place.parts.hub.feeds[ana.me]
    await ana.leaves_the_page()
    while ana.me in hub.feeds:
        await place.parts.store.answers()
    feed.missing(feed, feed.delivered + 1)
    assert (hub._wanted, hub._filling) == ({}, {})


async def test_who_gives_up_waiting_for_a_log_takes_it_from_nobody_else(place: House) -> None:
    ana = await Guest(place.url, "Ana").comes_in()
    hub = place.parts.hub
    await ana.leaves_the_page()
    while ana.me in hub.feeds:
        await place.parts.store.answers()
    first, second, third = [asyncio.create_task(hub.open(ana.me)) for _ in range(3)]
    await asyncio.sleep(0)  # one turn of the loop, in which all three begin to wait
    assert list(hub._opening) == [ana.me]
    first.cancel()
    feed = await second
    assert feed is not None
    assert feed is await third is hub.feeds[ana.me]
    assert first.cancelled()
    assert feed.delivered >= 0
    assert hub._opening == {}
    hub.release(feed)
    assert ana.me not in hub.feeds


async def test_a_log_that_cannot_be_opened_is_not_followed(place: House) -> None:
    hub, nobody = place.parts.hub, f"person/{'A' * 16}"
    assert [await each for each in (hub.open(nobody), hub.open(nobody))] == [None, None]
    await place.parts.store.write(lambda conn: conn.execute(text("ALTER TABLE log RENAME TO lost")))
    failed = await asyncio.gather(hub.open(nobody), hub.open(nobody), return_exceptions=True)
    assert [isinstance(each, DBAPIError) for each in failed] == [True, True]
    assert nobody not in hub.feeds
    await place.parts.store.write(lambda conn: conn.execute(text("ALTER TABLE lost RENAME TO log")))
    assert await hub.open(nobody) is None


async def test_the_end_of_a_circle_that_is_only_read_back_ends_the_reading_of_it(place: House) -> None:
    ana = await Guest(place.url, "Ana").comes_in()
    circle = await ana.opens(keep_for=HOUR)
    await ana.says("Good night.")
    await ana.asks("circle.close", circle=circle)
    await place.clock.passes(minutes=10)
    await ana.sees(f"circle/{circle}", lambda event: event["kind"] == "circle.closed", "the closing")
    await place.parts.clock.close()

    def elsewhere(conn: Any) -> int:
        """Another process lets the words fade."""
        limits = place.parts.settings.limits
        work = Work(conn, who=None, now=place.parts.now() + HOUR, limits=limits, pick=randbelow)
        due.perform(work, circle)
        work.finish()
        return max(each.seq for each in work.announcements)

    feed = place.parts.hub.feeds[f"circle/{circle}"]
    feed.missing(feed, await place.parts.store.write(elsewhere))
    await ana.notices(lambda note: note.get("reset") == "left", "the end")
