"""Migrations make exactly the tables the code has, on both databases, once."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from server.migrate import TABLES, migrate
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
