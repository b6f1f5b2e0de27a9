"""Two circles with a case each, whose panels sit, behind a real door: for tests of what may not be asked of them."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection

from rooms.models import Table
from rooms.units import DAY
from server.models import PersonSession
from tests.guests import Guest
from tests.house import House, house
from tests.http import Answer
from tests.server.bystander import commands
from tests.stories.test_panels import convene, letter, seat, those_who_review

REVIEWERS = ("Rook", "Reed", "Rush", "Rye", "Rose", "Rune", "Rill", "Rain")
HURTFUL = "Nobody wants to hear your sad stories."


@dataclass
class PanelScene:
    """Ana said what Bo and Fern flagged; Otter only listens; Heron hosts. Lark said what Wren flagged, elsewhere."""

    house: House
    people: dict[str, Guest]
    circle: str
    elsewhere: str
    words: int
    words_elsewhere: int
    sitting: list[Guest]
    sitting_elsewhere: list[Guest]

    def __getattr__(self, name: str) -> Guest:
        return self.people[name.capitalize()]  # so that a test reads like a sentence

    async def seat(self, guest: Guest, state: str = "reading") -> str:
        found = await seat(guest, state)
        assert found is not None
        return found

    async def letter(self, guest: Guest, about: str) -> str:
        return str((await letter(guest, about))["id"])

    async def settles(self) -> None:
        """Everything is done that is due, and what that makes due: lots, letters, words that fade."""
        for _ in range(5):
            await self.house.clock.passes(seconds=30)

    def stored(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, but for when sessions were last used."""

        def read(conn: Connection) -> dict[str, list[tuple[Any, ...]]]:
            tables = [each for each in Table.metadata.sorted_tables if each.name != PersonSession.__tablename__]
            return {each.name: sorted(map(tuple, conn.execute(each.select())), key=repr) for each in tables}

        return self.house.parts.store.read_now(read)


async def asks(guest: Guest, do: str, **fields: Any) -> Answer:
    """A command over HTTP, refused or not."""
    return await commands(guest, msgspec.json.encode({"do": do, **fields}))


@contextlib.asynccontextmanager
async def opened(folder: Path, **settings: Any) -> AsyncIterator[PanelScene]:
    async with house(folder, sockets_each=100, **settings) as place:
        names = ("Heron", "Ana", "Bo", "Fern", "Otter", "Dee", "Lark", "Wren", "Finch")
        people = {name: await Guest(place.url, name).comes_in() for name in names}
        for each in people.values():
            await each.watches(each.me)
        reviewers = await those_who_review(place, *REVIEWERS)
        circle = await people["Heron"].opens(agreement="I listen.\nI am kind.", keep_for=90 * DAY)
        elsewhere = await people["Finch"].opens(topic="Elsewhere", keep_for=90 * DAY)
        for name in ("Ana", "Bo", "Fern", "Otter"):
            await people[name].enters(circle)
        for name in ("Lark", "Wren"):
            await people[name].enters(elsewhere)
        await place.clock.passes(hours=20)
        words = await people["Ana"].says(HURTFUL, circle)
        others = await people["Lark"].says("Go away.", elsewhere)
        for name in ("Bo", "Fern"):
            await people[name].asks("message.flag", circle=circle, target=words, category="disrespect")
        sitting = await convene(place, reviewers)
        await people["Wren"].asks("message.flag", circle=elsewhere, target=others, category="pressure")
        free = [each for each in reviewers if each not in sitting]
        sitting_elsewhere = await convene(place, free)
        await place.clock.passes(minutes=2)
        people |= {each.name: each for each in reviewers}
        yield PanelScene(place, people, circle, elsewhere, words, others, sitting, sitting_elsewhere)
        for each in people.values():
            await each.leaves_the_page()
