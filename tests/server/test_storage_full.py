"""A disk without room: words are refused in so many words and kept nowhere, reading goes on, and room ends it without a restart."""

import asyncio
import resource
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection

from tests.guests import Guest, Refused, new_key
from tests.house import House, Process, house
from tests.http import ask
from tests.keeper import Keeper
from tests.server.bystander import commands

LONG = "Words that need room. " * 150


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "data") as opened:
        yield opened


async def let_grow(place: House, pages: int) -> None:
    """Let the database grow by so many pages and no more."""

    def limit(conn: Connection) -> None:
        count = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
        conn.exec_driver_sql(f"PRAGMA max_page_count = {count + pages}")

    await place.parts.store.write(limit)


async def fill(guest: Guest) -> dict[str, Any]:
    """Speak until there is no room; returns what the refusal said."""
    for _ in range(2_000):
        try:
            await guest.says(LONG)
        except Refused as refused:
            return refused.facts
    raise AssertionError("there was always room")


async def test_without_room_words_are_refused_and_reading_goes_on(place: House) -> None:
    ana, bo = await Guest(place.url, "Ana").comes_in(), await Guest(place.url, "Bo").comes_in()
    circle = await ana.opens()
    await bo.enters(circle)
    await ana.says("Before.")
    await let_grow(place, 6)
    refused = await fill(ana)
    assert refused["code"] == "storage.full"
    assert refused["retry_after"] > 0
    said = ana.bodies()
    key = new_key()
    for _ in range(3):
        with pytest.raises(Refused, match=r"storage\.full"):
            await ana.says(LONG, key=key)
    posting = {"do": "message.post", "circle": circle, "key": key, "body": LONG}
    answer = await commands(ana, msgspec.json.encode(posting))
    assert (answer.status, answer.json()["code"]) == (507, "storage.full")
    assert "retry-after" in answer.headers
    coming = await Guest(place.url, "Fern " + "F" * 30).posts("/api/come-in", {"name": "Fern"})
    assert coming.status in (200, 507)
    # Nothing of what was refused is there; what was said before is, for all, by every way of reading.
    await bo.until(lambda: bo.bodies() == said, "all that was kept")
    page = await bo.asks("history.page", circle=circle, before=2**40, limit=200)
    assert [each["event"]["body"] for each in page["events"] if each["event"]["kind"] == "message.posted"] == said
    seqs = [each["seq"] for each in page["events"]]
    assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
    async with bo.offline():
        pass
    assert bo.bodies() == said
    assert (await ask("GET", place.url + "/health/live")).status == 200
    # Room again: the same key, once, and the next seq.
    await let_grow(place, 10_000)
    seq = await ana.says(LONG, key=key)
    assert seq == seqs[-1] + 1
    assert (await bo.sees(f"circle/{circle}", lambda event: event.get("key") == key, "what had waited"))["seq"] == seq
    await bo.says("After.")
    await ana.hears("After.")
    for each in (ana, bo):
        await each.leaves_the_page()


async def test_many_at_once_without_room_are_all_answered(place: House) -> None:
    ana = await Guest(place.url, "Ana").comes_in()
    await ana.opens()
    await let_grow(place, 4)
    answers = await asyncio.gather(*(ana.says(LONG) for _ in range(300)), return_exceptions=True)
    kept = [each for each in answers if isinstance(each, int)]
    codes = {each.code for each in answers if isinstance(each, Refused)}
    assert codes == {"storage.full"}
    assert sorted(kept) == list(range(3, 3 + len(kept)))
    await let_grow(place, 10_000)
    assert await ana.says("After.") == 3 + len(kept)
    await ana.until(lambda: len(ana.bodies()) == len(kept) + 1, "all that was kept, and no more")
    await ana.leaves_the_page()


@pytest.mark.skipif(sys.platform != "linux", reason="limits of another process can be set on Linux only")
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits of another process can be set on Linux only")
async def test_a_file_that_may_not_grow_is_a_disk_without_room(tmp_path: Path, keeper: Keeper) -> None:
    """The system itself refuses to write: a process of its own, whose files may grow no further."""
    server = Process(keeper, tmp_path / "data")
    await server.start()
    ana = await Guest(server.url, "Ana").comes_in()
    circle = await ana.opens()
    await ana.says("Before.")
    await ana.hears("Before.")
    before = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    largest = max(each.stat().st_size for each in (tmp_path / "data").iterdir())
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (largest + 20_000, before[1]))
    refused = await fill(ana)
    assert refused["code"] == "storage.full"
    said = ana.bodies()
    assert (await ana.gets(f"/api/circles/{circle}/events?limit=1")).status == 200
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, before)
    await ana.says("After.")
    await ana.hears("After.")
    assert ana.bodies() == [*said, "After."]
    pid = server.pid
    await server.stop()
    await server.start()
    assert server.pid != pid
    await ana.leaves_the_page()
    await ana.opens_a_socket()
    page = await ana.asks("history.page", circle=circle, before=2**40, limit=200)
    kept = [each["event"]["body"] for each in page["events"] if each["event"]["kind"] == "message.posted"]
    assert kept == [*said, "After."][-len(kept) :]
    await ana.leaves_the_page()
    await server.stop()
