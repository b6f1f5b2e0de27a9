"""What is left on the disk of words that are gone."""

import asyncio
from pathlib import Path

from tests.house import House


async def nothing_is_left(place: House, folder: Path, *markers: str) -> None:
    """The database's files come to hold none of these, by what the clock does.

    Somebody who reads just then keeps an older state of the file, so the clock may need another look.
    """
    found: list[tuple[str, str]] = []
    try:
        async with asyncio.timeout(30):
            while found := _found(folder, markers):
                await place.parts.clock.perform()
    except TimeoutError:
        raise AssertionError(f"still on the disk: {found}") from None


def _found(folder: Path, markers: tuple[str, ...]) -> list[tuple[str, str]]:
    files = {path.name: path.read_bytes() for path in folder.glob("circles.db*")}
    return [(marker, name) for name, content in files.items() for marker in markers if marker.encode() in content]
