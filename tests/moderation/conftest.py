"""Flags are tried on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.moderation.place import Place


@pytest.fixture(params=["sqlite", "postgresql"])
def database_or_file(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'circles.db'}"
    url: str = request.getfixturevalue("database_url")
    return url


@pytest.fixture
def place(database_or_file: str) -> Iterator[Place]:
    place = Place(database_or_file)
    yield place
    place.close()
