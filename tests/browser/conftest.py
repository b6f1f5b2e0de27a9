"""A server for each story, people who come to it with browsers, and what must hold in every one of their stories."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.async_api import Browser

from server.client_files import client_folder
from tests.browser.people import Person, arrive
from tests.guests import Guest
from tests.house import House, Process, house

FOLDER = Path(__file__).parent
AT_MOST = 300
"""Seconds for one story: many pages at once take long beside other tests on a small machine."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(FOLDER):
            item.add_marker(pytest.mark.timeout(AT_MOST))


class Comes(Protocol):
    async def __call__(self, at: House | Process | None = None, **like: Any) -> Person: ...


@pytest.fixture(scope="session", autouse=True)
def built() -> None:
    if not (client_folder() / "index.html").is_file():
        pytest.fail("The browser client is not built: run bin/test, or node build.mjs in web_client.", pytrace=False)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[House]:
    """The default server, where flags of people who have just come count and guests may stay while its clock is moved."""
    settings = {"established_hours": 0, "established_minutes": 0, "guest_hours": 10_000}
    async with house(tmp_path / "data", **settings) as opened:
        yield opened


@pytest.fixture
async def somebody(browser: Browser, place: House) -> AsyncIterator[Comes]:
    """Call it for each person with a browser. At the end no page of theirs may have complained or asked elsewhere."""
    came: list[Person] = []

    async def come(at: House | Process | None = None, **like: Any) -> Person:
        came.append(await arrive(browser, at or place, **like))
        return came[-1]

    yield come
    async with contextlib.AsyncExitStack() as leaving:
        for each in came:
            leaving.push_async_callback(each.leaves)


@pytest.fixture
async def guest(place: House) -> AsyncIterator[Callable[[str], Awaitable[Guest]]]:
    """Call it for each person without a page."""
    came: list[Guest] = []

    async def come(name: str) -> Guest:
        came.append(await Guest(place.url, name).comes_in())
        return came[-1]

    yield come
    for each in came:
        await each.leaves_the_page()
