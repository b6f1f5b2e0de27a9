"""A house for every story: on SQLite, on PostgreSQL with Redis, and over plain ASGI."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.house import House, house


@pytest.fixture(params=["sqlite", "plain_asgi", "postgres_redis"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    """A running server of each kind. Stories that are about something else take `quick`."""
    settings: dict[str, object] = {}
    if request.param == "plain_asgi":
        settings["plain_asgi"] = True
    if request.param == "postgres_redis":
        settings["database_url"] = request.getfixturevalue("database_url")
        settings["redis_url"] = request.getfixturevalue("redis_url")
    async with house(tmp_path / "data", **settings) as opened:
        yield opened


@pytest.fixture
async def quick(tmp_path: Path) -> AsyncIterator[House]:
    """The default server: one process, SQLite."""
    async with house(tmp_path / "data") as opened:
        yield opened
