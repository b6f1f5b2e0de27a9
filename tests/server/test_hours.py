"""The clock that tests move is the whole server's."""

from pathlib import Path

from tests.guests import Guest
from tests.house import house


async def test_a_session_that_time_has_ended_opens_nothing(tmp_path: Path) -> None:
    async with house(tmp_path / "data", guest_hours=1) as place:
        ana = await Guest(place.url, "Ana").comes_in()
        place.clock.moved += 4 * 3_600_000
        assert (await ana.gets("/api/sessions")).json()["code"] == "session.missing"
