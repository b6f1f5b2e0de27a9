"""The servers that other tests lean on: they start, die and come back under the same address, and leave nothing behind."""

import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis
import sqlalchemy
from playwright.async_api import Browser

from tests.keeper import Keeper, is_alive
from tests.servers import PostgresServer, RedisServer, Unavailable, wheel_postgres

RUN_THAT_IS_KILLED = """
import os, signal
from tests.keeper import Keeper
from tests.servers import RedisServer
keeper = Keeper()
server = RedisServer(keeper)
server.start()
print(server.pid, server.folder, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_redis_is_new_enough_and_empty(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert int(client.info("server")["redis_version"].split(".")[0]) >= 7
        assert client.dbsize() == 0


def test_redis_comes_back_on_the_same_port_after_a_kill(redis_server: RedisServer, redis_url: str) -> None:
    redis_server.kill()
    with redis.Redis.from_url(redis_url, retry=None) as client, pytest.raises(redis.ConnectionError):
        client.ping()
    redis_server.start()
    with redis.Redis.from_url(redis_url) as client:
        assert client.ping()


def test_a_suspended_redis_accepts_and_does_not_answer(redis_server: RedisServer, redis_url: str) -> None:
    redis_server.suspend()
    with (
        redis.Redis.from_url(redis_url, socket_timeout=0.2, retry=None) as client,
        pytest.raises(redis.TimeoutError),
    ):
        client.ping()
    redis_server.resume()
    with redis.Redis.from_url(redis_url) as client:
        assert client.ping()


def test_each_test_has_its_own_postgres_database(database_url: str, postgres_server: PostgresServer) -> None:
    other = postgres_server.create_database()
    for url in (database_url, other):
        engine = sqlalchemy.create_engine(url)
        with engine.begin() as connection:
            connection.execute(sqlalchemy.text("CREATE TABLE here (n int)"))
        engine.dispose()
    postgres_server.drop_database(other)


def test_postgres_keeps_what_was_committed_before_a_kill(database_url: str, postgres_server: PostgresServer) -> None:
    dsn = database_url.replace("+psycopg", "")
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (7)")
    postgres_server.kill()
    postgres_server.start()
    with psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT n FROM kept").fetchall() == [(7,)]


def test_the_wheel_carries_a_postgres_that_runs_here(keeper: Keeper) -> None:
    try:
        binaries = wheel_postgres()
    except Unavailable as missing:
        pytest.skip(str(missing))
    with PostgresServer(keeper, binaries) as server:
        dsn = server.create_database().replace("+psycopg", "")
        with psycopg.connect(dsn) as connection:
            assert connection.info.server_version >= 140000


def test_a_run_that_is_killed_leaves_no_server_and_no_folder() -> None:
    run = subprocess.run([sys.executable, "-c", RUN_THAT_IS_KILLED], capture_output=True, text=True, check=False)
    assert run.returncode == -signal.SIGKILL, run.stderr
    # The keeper writes to the same pipe as the run, so the pipe's end says that the keeper has finished too.
    server, folder = run.stdout.split()
    assert not is_alive(int(server))
    assert not Path(folder).exists()


@pytest.mark.browser
async def test_the_browser_opens_a_page(browser: Browser) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await page.set_content("<h1>Peer Circles</h1>")
    assert await page.inner_text("h1") == "Peer Circles"
    await context.close()
