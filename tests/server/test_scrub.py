"""Words that were deleted are nowhere on the disk: neither after a crash, nor because somebody was reading."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, text

from moderation.models_panels import SealedRow
from server import control
from server.store import Store
from tests.guests import Guest
from tests.house import house
from tests.servers import PostgresServer

MARKER = "a marker that must not be found afterwards"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'words.db'}")
    store.write_now(lambda conn: conn.execute(text("CREATE TABLE words (said TEXT)")))
    yield store
    store.close()


def found(folder: Path) -> list[str]:
    return [path.name for path in folder.glob("*.db*") if MARKER.encode() in path.read_bytes()]


async def test_a_reader_in_the_way_makes_it_undone_and_not_forgotten(store: Store, tmp_path: Path) -> None:
    await store.write(lambda conn: conn.execute(text("INSERT INTO words VALUES (:said)"), {"said": MARKER}))
    with store.readers.begin() as reading:
        reading.execute(text("SELECT count(*) FROM words"))
        await store.write(lambda conn: conn.execute(text("DELETE FROM words")))
        assert not await store.scrub()
        assert found(tmp_path)
    assert await store.scrub()
    assert not found(tmp_path)


async def test_what_goes_without_an_event_is_nowhere_after_a_round(tmp_path: Path) -> None:
    async with house(tmp_path) as place:
        await place.parts.clock.close()
        await place.parts.clock.perform()
        row = {"case_id": 7, "seq": 1, "log_id": 1, "body": MARKER}
        await place.parts.store.write(lambda conn: conn.execute(insert(SealedRow).values(**row)))
        await place.parts.store.write(lambda conn: conn.execute(delete(SealedRow)))
        assert found(tmp_path)
        await place.parts.clock.keep_seats()
        await place.parts.clock.perform()
        assert not found(tmp_path)


async def test_a_start_after_a_crash_clears_what_the_crash_left(tmp_path: Path) -> None:
    left, crashed = tmp_path / "left", tmp_path / "crashed"
    async with house(left) as place:
        ana = await Guest(place.url, "Ana").comes_in()
        circle = await ana.opens()
        seq = await ana.says(MARKER)
        await place.parts.clock.close()
        await ana.asks("message.take_back", circle=circle, target=seq)
        sockets = shutil.ignore_patterns(control.FILE)
        shutil.copytree(
            left, crashed, ignore=sockets
        )  # what a killed server leaves: taken back, and still in the write-ahead log
        assert found(crashed)
    async with house(crashed) as place:
        await place.parts.clock.close()  # its own first look may be under way
        await place.parts.clock.perform()
        assert not found(crashed)


async def test_postgresql_keeps_no_dead_rows_of_words(postgres_server: PostgresServer, database_url: str) -> None:
    store = Store(database_url)
    assert store.vacuum is not None
    store.vacuum.every = 0
    database = database_url.rpartition("/")[2]

    def found() -> list[str]:
        postgres_server.run("CHECKPOINT")
        with store.readers.connect() as conn:
            number = conn.execute(
                text("SELECT oid FROM pg_database WHERE datname = :name"), {"name": database}
            ).scalar_one()
        folder = postgres_server.folder / "data" / "base" / str(number)
        return [path.name for path in folder.iterdir() if MARKER.encode() in path.read_bytes()]

    try:
        await store.write(lambda conn: conn.execute(text("CREATE TABLE words (said TEXT)")))
        several = [{"said": f"{MARKER} {number}"} for number in range(400)]
        await store.write(lambda conn: conn.execute(text("INSERT INTO words VALUES (:said)"), several))
        await store.write(lambda conn: conn.execute(text("DELETE FROM words WHERE said NOT LIKE '% 399'")))
        await store.write(lambda conn: conn.execute(text("UPDATE words SET said = 'other words'")))
        assert found(), "nothing was there to be let go of"
        with store.readers.begin() as reading:
            reading.execute(text("SELECT count(*) FROM words"))
            assert not await store.scrub(), "somebody reads"
            await store.write(lambda conn: conn.execute(text("INSERT INTO words VALUES ('and on it goes')")))
        assert await store.scrub()
        assert not found()
        assert await store.read(lambda conn: conn.execute(text("SELECT count(*) FROM words")).scalar_one()) == 2
    finally:
        store.close()
