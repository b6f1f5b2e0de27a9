"""Several processes on one machine: what dies is replaced, what is exchanged loses nothing, and the end is orderly."""

import asyncio
import os
import pty
import signal
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from moderation.operating import InviteModerator
from server import sqlite
from server.commands_operator import submit
from server.processes.starting import safe_for_several
from server.settings import Settings
from tests.faults.proxy import Proxy, Target
from tests.guests import Guest
from tests.house import ROOT, Process
from tests.keeper import Keeper
from tests.server.several import PATIENCE, Several, gone, talk
from tests.servers import PostgresServer

pytestmark = [pytest.mark.timeout(600), pytest.mark.faults]


@pytest.fixture(scope="module")
async def place(
    keeper: Keeper, postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Several]:
    """Two processes on PostgreSQL, with a private Redis. Every test leaves it whole."""
    postgres_server.start()
    database = postgres_server.create_database()
    several = Several(keeper, tmp_path_factory.mktemp("several") / "data", processes=2, database_url=database)
    await several.start()
    yield several
    await several.stop()
    postgres_server.drop_database(database)


async def test_a_killed_process_is_replaced_and_nobody_loses_a_word(place: Several) -> None:
    settings = Settings(data_dir=place.folder, database_url=str(place.settings["database_url"]))
    before = place.processes()
    assert len(before) == 2
    assert b'"ok"' in await asyncio.to_thread(submit, settings, InviteModerator())
    async with talk(place) as talking:
        await talking.goes_on()
        killed = min(before)
        os.kill(killed, signal.SIGKILL)
        await place.gets_red()
        # Commands on the machine reach the one that is left, or the one that comes.
        assert b'"ok"' in await asyncio.to_thread(submit, settings, InviteModerator())
        await place.gets_green()
        await talking.goes_on()
    after = place.processes()
    assert len(after) == 2
    assert before - after == {killed}


async def test_a_killed_redis_is_replaced_and_news_go_on(place: Several) -> None:
    processes, redis = place.processes(), place.redis()
    assert redis is not None
    async with talk(place) as talking:
        await talking.goes_on()
        # It hangs before it dies: the next one is there sooner than anybody who asks now and then would see.
        os.kill(redis, signal.SIGSTOP)
        await place.gets_red()
        os.kill(redis, signal.SIGKILL)
        await place.gets_green()
        await talking.goes_on()
    assert place.redis() not in {None, redis}
    assert place.processes() == processes


async def test_the_private_redis_is_closed_to_others_and_keeps_nothing(place: Several) -> None:
    folder = place.folder / "redis"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_ISSOCK((folder / "socket").stat().st_mode)
    assert {each.name for each in folder.iterdir()} == {"socket", "log"}


async def test_processes_are_exchanged_one_by_one_while_people_talk(place: Several) -> None:
    before = place.processes()
    async with talk(place) as talking:
        await talking.goes_on()
        os.kill(place.pid, signal.SIGHUP)
        statuses: set[int] = set()
        async with asyncio.timeout(2 * PATIENCE):
            while place.processes() & before or len(place.processes()) != 2:
                statuses |= set(await place.answers())
        await talking.goes_on()
    # Those that drain say so; never was a connection refused, or cut off before its answer.
    assert statuses <= {200, 503}
    assert 200 in statuses
    await place.gets_green()


async def test_with_the_supervisor_killed_nothing_is_left_and_it_begins_again_at_once(place: Several) -> None:
    left = {*place.processes(), place.redis() or 0}
    ana = await Guest(place.url, "Ana").comes_in()
    await place.kill()
    await place.start()
    assert len(place.processes()) == 2
    await ana.until(lambda: ana.closed_with is not None, "the end")
    await gone(left)
    await ana.opens_a_socket()
    await ana.leaves_the_page()


async def test_a_client_that_reads_nothing_keeps_nobody_from_ending(place: Several) -> None:
    """The last in the place: it ends it."""
    ana, bo = [await Guest(place.url, name).comes_in() for name in ("Ana", "Bo")]
    circle = await ana.opens()
    await bo.enters(circle)
    assert bo._socket is not None
    bo._socket.transport.pause_reading()
    for _ in range(150):
        await ana.says("I have so much to say tonight. " * 120)
    processes, redis = place.processes(), place.redis()
    async with asyncio.timeout(PATIENCE):
        assert await place.stop() == 0
    await ana.until(lambda: ana.closed_with == 4012, "the goodbye")
    assert redis is not None
    await gone({*processes, redis})
    assert sorted(each.name for each in place.folder.iterdir()) == ["lock", "redis", "secret.key"]
    await bo.leaves_the_page()


@pytest.mark.full
async def test_two_machines_need_the_same_redis_and_postgresql_and_nothing_more(
    keeper: Keeper, tmp_path: Path, database_url: str, redis_url: str
) -> None:
    first, second = [
        Several(keeper, tmp_path / name, processes=2, database_url=database_url, redis_url=redis_url)
        for name in ("first", "second")
    ]
    (tmp_path / "second").mkdir(mode=0o700)
    await first.start()
    (tmp_path / "second" / "secret.key").write_bytes((tmp_path / "first" / "secret.key").read_bytes())
    await second.start()
    assert first.redis() is second.redis() is None
    async with talk(first, second) as talking:
        await talking.goes_on(60)
        await first.kill()
        await first.start()
        await talking.goes_on(60)
    assert [await each.stop() for each in (first, second)] == [0, 0]


async def test_a_single_process_begins_again_on_the_same_sockets(keeper: Keeper, tmp_path: Path) -> None:
    alone = Process(keeper, tmp_path / "data")
    await alone.start()
    ana = await Guest(alone.url, "Ana").comes_in()
    circle = await ana.opens()
    await ana.says("Good evening.", circle)
    assert alone.process is not None
    assert alone.process.stdout is not None
    for said in ("Still here.", "And still."):
        os.kill(alone.pid, signal.SIGHUP)
        await ana.until(lambda: ana.closed_with == 4012, "the goodbye")
        # Not refused: whoever comes now waits until it is back.
        await ana.opens_a_socket()
        await ana.says(said, circle)
        assert b"is open at" in await alone.process.stdout.readline()
    assert ana.bodies() == ["Good evening.", "Still here.", "And still."]
    assert await alone.stop() == 0


@pytest.mark.full
async def test_what_cannot_open_is_tried_again_and_takes_nobodys_place(
    keeper: Keeper, tmp_path: Path, postgres_server: PostgresServer, database_url: str
) -> None:
    place = Several(keeper, tmp_path / "data", processes=2, database_url=database_url)
    await place.start()
    stays, killed = place.processes()
    await asyncio.to_thread(postgres_server.kill)
    os.kill(place.pid, signal.SIGHUP)
    await place.notes("the processes are not exchanged")
    os.kill(killed, signal.SIGKILL)
    await place.notes('"was_open": false', times=3)
    await asyncio.to_thread(postgres_server.start)
    await place.gets_green()
    processes = place.processes()
    assert stays in processes
    assert killed not in processes
    assert await place.stop() == 0


@pytest.mark.full
async def test_a_database_that_hangs_keeps_nobody_from_ending(
    keeper: Keeper, tmp_path: Path, database_url: str
) -> None:
    address = urlsplit(database_url)
    proxy = await Proxy(Target("127.0.0.1", address.port or 0)).start()
    url = database_url.replace(f":{address.port}", f":{proxy.port}")
    place = Several(keeper, tmp_path / "data", processes=2, database_url=url)
    await place.start()
    ana = await Guest(place.url, "Ana").comes_in()
    processes = place.processes()
    proxy.blackhole()
    opening = asyncio.create_task(ana.asks("circle.open", topic="Evening", agreement="I listen.", key="k" * 22))
    async with asyncio.timeout(PATIENCE):
        assert await place.stop() == 0
    await ana.until(lambda: ana.closed_with == 4012, "the goodbye")
    await gone(processes)
    opening.cancel()
    await asyncio.gather(opening, return_exceptions=True)
    await proxy.close()


async def test_a_first_start_that_cannot_be_ends_with_its_sentence(
    keeper: Keeper, tmp_path: Path, database_url: str
) -> None:
    place = Several(keeper, tmp_path / "data", processes=2, database_url=database_url, redis_url="unix:///nowhere")
    with pytest.raises(RuntimeError, match="the server did not open: 2"):
        await place.start()
    said = [line for line in (tmp_path / "data.log").read_text().splitlines() if not line.startswith("{")]
    assert said == ["Redis does not answer; check REDIS_URL and that it runs."]


async def test_a_terminal_that_closes_ends_what_was_started_from_it(keeper: Keeper, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    server = await asyncio.create_subprocess_exec(
        # The first terminal that the leader of a session opens is its own.
        "sh", "-c", f"exec {sys.executable} -m server serve <{os.ttyname(theirs)}",
        cwd=ROOT, env={**kept, "DATA_DIR": str(tmp_path / "data"), "PORT": "0"},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    keeper.watch(server)
    assert server.stdout is not None
    assert b"is open at" in await server.stdout.readline()
    os.close(theirs)
    os.close(ours)
    assert await server.wait() == 0
    assert await server.stdout.read() == b""
    keeper.forget(server)


@pytest.mark.skipif(not safe_for_several(sqlite.VERSION_INFO), reason="this SQLite could lose commits of several")
async def test_two_processes_on_one_file(keeper: Keeper, tmp_path: Path) -> None:
    file = f"sqlite:///{tmp_path / 'data' / 'circles.db'}"
    place = Several(keeper, tmp_path / "data", processes=2, database_url=file)
    await place.start()
    async with talk(place) as talking:
        await talking.goes_on()
        os.kill(min(place.processes()), signal.SIGKILL)
        await place.gets_red()
        await place.gets_green()
        await talking.goes_on()
    assert await place.stop() == 0
