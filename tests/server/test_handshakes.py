"""A handshake goes straight to its endpoint, and is answered as every other request is where something is wrong."""

from pathlib import Path

import pytest
from sqlalchemy import text
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.guests import Guest
from tests.house import House, house


async def refused(guest: Guest, path: str = "/ws", **headers: str) -> InvalidStatus:
    """What a handshake of theirs is refused with."""
    given = {"Cookie": guest.cookie, "Origin": guest.url, **headers}
    with pytest.raises(InvalidStatus) as refusal:
        async with connect(guest.url.replace("http", "ws", 1) + path, additional_headers=given):
            pass
    return refusal.value


async def without_sessions(place: House) -> None:
    """The database has lost a table: every look for a session fails."""
    await place.parts.store.write(lambda conn: conn.execute(text("ALTER TABLE session RENAME TO lost")))
    place.parts.auth._cache.clear()


@pytest.mark.parametrize("plain_asgi", [False, True])
async def test_a_database_that_does_not_answer_is_told(tmp_path: Path, plain_asgi: bool) -> None:
    async with house(tmp_path / "data", plain_asgi=plain_asgi) as place:
        guest = await Guest(place.url, "Heron").comes_in()
        await without_sessions(place)
        answer = (await refused(guest)).response
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "1"
        assert answer.headers["Content-Security-Policy"]
        assert b'"storage.unavailable"' in (answer.body or b"")
        await guest.leaves_the_page()


@pytest.mark.parametrize("plain_asgi", [False, True])
async def test_only_its_own_path_leads_there(tmp_path: Path, plain_asgi: bool) -> None:
    async with house(tmp_path / "data", plain_asgi=plain_asgi) as place:
        guest = await Guest(place.url, "Heron").comes_in()
        for path in ("/ws/", "/w", "/wsx", "/api/me", "/"):
            assert (await refused(guest, path)).response.status_code == 403, path
        assert (await refused(guest, Cookie="sid=" + "A" * 43)).response.status_code == 401
        assert (await refused(guest, Origin="http://evil.example")).response.status_code == 403
        await guest.leaves_the_page()
