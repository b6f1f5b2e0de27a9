"""What a connection must not miss, whatever else fails at that moment."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from server.connection import Connection
from tests.guests import Guest
from tests.house import House, house


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "data") as place:
        yield place


async def test_a_session_that_ends_while_the_database_is_away_still_loses_its_socket(
    place: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = await Guest(place.url, "Ana").comes_in()
    looks = place.parts.auth.good
    away = [OperationalError("", {}, Exception()), OperationalError("", {}, Exception())]

    async def good(session: str) -> bool:
        if away:
            raise away.pop()
        return await looks(session)

    monkeypatch.setattr(place.parts.auth, "good", good)
    await ana.posts("/api/sign-out", {})
    await ana.until(lambda: ana.closed_with == 4501, "the socket closes")
    assert not away


async def test_a_connection_that_cannot_be_swept_keeps_nobody_else_from_signs_of_life(
    place: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await Guest(place.url, "Ana").comes_in()
    bo = await Guest(place.url, "Bo").comes_in()
    first, second = place.parts.all_connections()
    sweep = Connection.sweep

    def breaks(connection: Connection, now: float) -> None:
        if connection is first:
            raise RuntimeError("what somebody wrote")
        sweep(connection, now)

    monkeypatch.setattr(Connection, "sweep", breaks)
    for _ in range(2):
        bo.notes.clear()
        second._beat_due = 0.0
        await bo.notices(lambda note: "heads" in note, "a sign of life")
