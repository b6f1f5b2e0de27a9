"""What the hub owes those who follow a log when what they missed cannot be read any more."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlmodel import col

from rooms.models import EventRow, Log
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
