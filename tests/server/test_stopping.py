"""An orderly end: clients are told to come back, whatever the database does, and whoever started the server is content."""

import asyncio
import signal
import threading
from pathlib import Path

import pytest

from server import parts
from tests.guests import Guest
from tests.house import Process, house
from tests.keeper import Keeper


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_ending_when_asked_to_is_no_failure(tmp_path: Path, keeper: Keeper, how: signal.Signals) -> None:
    server = Process(keeper, tmp_path / "data")
    await server.start()
    ana = await Guest(server.url, "Ana").comes_in()
    assert await server.stop(how) == 0
    await ana.until(lambda: ana.closed_with == 4012, "the goodbye")


async def test_a_database_that_hangs_keeps_nobody_from_hearing_goodbye(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "GOODBYE_WITHIN", 0.1)
    async with house(tmp_path / "data") as place:
        ana = await Guest(place.url, "Ana").comes_in()
        answers = threading.Event()
        hanging = asyncio.ensure_future(place.parts.store.write(lambda _: answers.wait()))
        asked = asyncio.ensure_future(ana.asks("preferences.set", preferences={}))
        while place.parts.door._idle.is_set():
            await place.parts.store.answers()
        leaving = asyncio.ensure_future(place.parts.say_goodbye())
        try:
            await ana.until(lambda: ana.closed_with == 4012, "the goodbye")
        finally:
            answers.set()
        await asyncio.gather(hanging, asked, leaving, return_exceptions=True)
