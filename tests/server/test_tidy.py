"""What is let go of now and then."""

from pathlib import Path

import pytest
from sqlmodel import col, select

from rooms import tidy
from rooms.models import Person
from server.upkeep import Tidy
from tests.guests import Guest
from tests.house import house


async def test_guests_who_are_here_do_not_stand_before_those_who_are_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidy, "AT_ONCE", 1)
    async with house(tmp_path / "data") as place:
        here, gone, also_here = [await Guest(place.url, name).comes_in() for name in ("Ana", "Bo", "Fern")]
        await gone.posts("/api/sign-out", {})
        await place.parts.door.submit(None, Tidy())
        people = await place.parts.store.read(lambda conn: set(conn.execute(select(col(Person.id))).scalars()))
        assert people == {each.me.removeprefix("person/") for each in (here, also_here)}
