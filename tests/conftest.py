"""Real servers and a real browser for every test that asks for one by name.

What cannot be had on this machine skips the tests that need it, says so at the end, and fails them where ``CI=true``.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import NoReturn, Protocol, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from playwright.async_api import Browser, async_playwright

from tests.chromium import QUIET, find_or_install
from tests.keeper import Keeper
from tests.redis_sets import RedisCluster, RedisFamily
from tests.servers import PostgresServer, RedisServer, Unavailable

UNTESTED = pytest.StashKey[set[str]]()
# On top of what Hypothesis chooses by itself: on a busy machine an example takes as long as it takes.
settings.register_profile("busy", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="also run the tests marked full, and faults at length")


def pytest_configure(config: pytest.Config) -> None:
    reasons: set[str] = set()
    config.stash[UNTESTED] = reasons


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--full"):
        return
    left_out = [item for item in items if item.get_closest_marker("full")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    reasons: set[str] = config.stash[UNTESTED]
    for reason in sorted(reasons):
        terminalreporter.write_line(f"NOT TESTED: {reason}", red=True)


@pytest.fixture(scope="session")
def full(pytestconfig: pytest.Config) -> bool:
    """Whether there is time for long fault profiles."""
    return bool(pytestconfig.getoption("--full"))


@pytest.fixture(scope="session")
def keeper() -> Iterator[Keeper]:
    """Ends what a killed run leaves behind; a test that starts a process of its own tells it (``watch``, ``forget``)."""
    keeper = Keeper()
    yield keeper
    keeper.close()


@pytest.fixture(scope="session")
def redis_server(keeper: Keeper, pytestconfig: pytest.Config) -> Iterator[RedisServer]:
    """May be stopped, killed and suspended: ``redis_url`` sets it right for the next test."""
    yield from running(RedisServer, keeper, pytestconfig)


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """The URL of an empty, running Redis."""
    redis_server.empty()
    return redis_server.url


@pytest.fixture(scope="session")
def redis_cluster(keeper: Keeper, pytestconfig: pytest.Config) -> Iterator[RedisCluster]:
    """As `redis_server`, of three nodes; see ``cluster_url``."""
    yield from running(RedisCluster, keeper, pytestconfig)


@pytest.fixture
def cluster_url(redis_cluster: RedisCluster) -> str:
    redis_cluster.empty()
    return redis_cluster.url


@pytest.fixture(scope="session")
def redis_family(keeper: Keeper, pytestconfig: pytest.Config) -> Iterator[RedisFamily]:
    """A primary with a replica; a test may change their roles."""
    yield from running(RedisFamily, keeper, pytestconfig)


@pytest.fixture
def family_url(redis_family: RedisFamily) -> str:
    """The URL of the replica: what it is given is for the primary."""
    redis_family.empty()
    return redis_family.replica.url


@pytest.fixture(scope="session")
def postgres_server(keeper: Keeper, pytestconfig: pytest.Config) -> Iterator[PostgresServer]:
    """May be stopped and killed: ``database_url`` starts it again for the next test."""
    yield from running(PostgresServer, keeper, pytestconfig)


@pytest.fixture
def database_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of a fresh, empty PostgreSQL database, as SQLAlchemy reads it."""
    postgres_server.start()
    url = postgres_server.create_database()
    yield url
    postgres_server.drop_database(url)


@pytest.fixture(scope="session")
def chromium(pytestconfig: pytest.Config) -> Path:
    """The browser's binary."""
    try:
        return find_or_install()
    except Unavailable as missing:
        go_without(str(missing), pytestconfig)


@pytest.fixture(scope="session")
async def browser(chromium: Path) -> AsyncIterator[Browser]:
    """One Chromium for the whole run; a test opens a context of its own in it for each person."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=QUIET, chromium_sandbox=os.geteuid() != 0
        )
        yield browser
        await browser.close()


@pytest.fixture(autouse=True)
async def nothing_left_running(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """Fails a test that leaves a task behind, for it would go on in the middle of the next test."""
    before = asyncio.all_tasks()
    yield
    if "browser" in request.fixturenames:
        return  # the browser's own tasks come and go
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    if left:
        _, left = await asyncio.wait(left, timeout=1)
    for task in left:
        task.cancel()
    if left:
        await asyncio.wait(left, timeout=1)
        pytest.fail(f"left running: {', '.join(sorted(str(task.get_coro()) for task in left))}")


class Server(Protocol):
    """A real server for as long as the tests run; starting or making it raises Unavailable where it is not to be had."""

    def start(self) -> object: ...

    def close(self) -> None: ...


S = TypeVar("S", bound=Server)


def running(make: Callable[[Keeper], S], keeper: Keeper, config: pytest.Config) -> Iterator[S]:
    try:
        server = make(keeper)
        server.start()
    except Unavailable as missing:
        go_without(str(missing), config)
    yield server
    server.close()


def go_without(reason: str, config: pytest.Config) -> NoReturn:
    config.stash[UNTESTED].add(reason)
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
