"""Flags are tried on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.moderation.place import Place


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'circles.db'}"
    else:
        url = request.getfixturevalue("database_url")
    place = Place(url)
    yield place
    place.close()
