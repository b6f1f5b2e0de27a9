"""Migrations make exactly the tables the code has, on both databases, once."""

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Boolean, Column, Connection, LargeBinary, MetaData, String, inspect, select, text

from server.migrate import TABLES, configuration, migrate
from server.store import Store, StoreUnavailable


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "sqlite":
        return Store(f"sqlite:///{tmp_path / 'new.db'}")
    return Store(request.getfixturevalue("database_url"))


def test_an_empty_database_gets_the_tables_of_the_code(store: Store) -> None:
    try:
        assert migrate(store)
        assert not migrate(store), "a second time there was something to do"
        with store.writer.connect() as conn:
            assert compare_metadata(MigrationContext.configure(conn), TABLES) == []
    finally:
        store.close()


def test_a_database_from_the_future_is_left_alone(store: Store) -> None:
    try:
        migrate(store)
        store.write_now(lambda conn: conn.execute(text("UPDATE alembic_version SET version_num = '9999'")))
        with pytest.raises(StoreUnavailable, match="newer version"):
            migrate(store)
    finally:
        store.close()


FILLED = ("log", "person", "circle", "agreement", "participant", "event")
KEYS = {"log_id": 1, "circle_id": "c1", "person_id": "p1"}


def test_what_a_database_in_use_holds_is_there_afterwards(store: Store) -> None:
    def fill(conn: Connection) -> None:
        command.upgrade(configuration(conn), "0001")
        tables = _tables(conn)
        conn.execute(tables["log"].insert(), [_row(tables["log"].columns, id=log, address=str(log)) for log in (1, 2)])
        for name, own in (("person", {"id": "p1"}), ("circle", {"id": "c1", "log_id": 2}), ("agreement", {})):
            conn.execute(tables[name].insert(), _row(tables[name].columns, **own))
        conn.execute(tables["participant"].insert(), _row(tables["participant"].columns, id="s1"))
        conn.execute(tables["event"].insert(), [_row(tables["event"].columns, seq=seq, key=str(seq)) for seq in (1, 2)])

    def kept(conn: Connection) -> dict[str, list[dict[str, Any]]]:
        tables = _tables(conn)
        return {name: [dict(row) for row in conn.execute(select(tables[name])).mappings()] for name in FILLED}

    def foreign(conn: Connection) -> list[Any]:
        found = inspect(conn)
        return [(name, found.get_foreign_keys(name), found.get_unique_constraints(name)) for name in FILLED]

    try:
        store.write_now(fill)
        before, keys = store.read_now(kept), store.read_now(foreign)
        assert migrate(store)
        after = store.read_now(kept)
        for name, rows in before.items():
            now = [{each: row[each] for each in row if each in rows[0]} for row in after[name]]
            gone = rows[0].keys() - now[0].keys()
            assert gone == ({each for each in rows[0] if each.startswith("breath_")} if name == "circle" else set())
            assert now == [{each: row[each] for each in row if each not in gone} for row in rows]
        assert store.read_now(foreign) == keys
        with store.writer.connect() as conn:
            assert compare_metadata(MigrationContext.configure(conn), TABLES) == []
            if store.sqlite:
                assert conn.execute(text("PRAGMA foreign_key_check")).all() == []
    finally:
        store.close()


def _tables(conn: Connection) -> Any:
    found = MetaData()
    found.reflect(conn)
    return found.tables


def _row(columns: Any, **own: Any) -> dict[str, Any]:
    return {each.name: own.get(each.name, KEYS.get(each.name, _some(each))) for each in columns}


def _some(column: Column[Any]) -> Any:
    if isinstance(column.type, String):
        return "some"
    if isinstance(column.type, LargeBinary):
        return b"some"
    return True if isinstance(column.type, Boolean) else 1
