"""What a supervisor goes by: how many processes, which SQLite, whose port, how long until the next try."""

import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server import sqlite
from server.data_folder import DataFolder, FolderUnusable
from server.processes import listening, private_redis, starting
from server.processes.listening import BALANCED, CannotListen, SharedPort, close
from server.processes.place import HOPELESS, PAUSES
from server.processes.private_redis import NoRedis, PrivateRedis
from server.processes.starting import processes, safe_for_several, serve
from server.settings import Settings
from server.store import StoreUnavailable

POSTGRESQL, REDIS = "postgresql://localhost/circles", "redis://localhost"


def test_there_is_one_process_unless_more_is_asked_for_or_all_is_there_for_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "cores", lambda: 6)
    assert processes(Settings()) == 1
    assert processes(Settings(database_url=POSTGRESQL)) == 1
    assert processes(Settings(redis_url=REDIS)) == 1
    assert processes(Settings(database_url=POSTGRESQL, redis_url=REDIS)) == 6
    assert processes(Settings(database_url=POSTGRESQL, redis_url=REDIS, processes=1)) == 1
    assert processes(Settings(database_url=POSTGRESQL, processes=3)) == 3


@pytest.mark.parametrize(("quota", "cores"), [("max 100000", 8), ("250000 100000", 2), ("50000 100000", 1), ("?", 8)])
def test_a_container_keeps_as_many_cores_busy_as_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quota: str, cores: int
) -> None:
    (tmp_path / "cpu.max").write_text(quota)
    monkeypatch.setattr(starting, "QUOTA", tmp_path / "cpu.max")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    assert starting.cores() == cores


def test_several_processes_share_a_file_only_with_a_sqlite_that_does_not_lose_commits() -> None:
    safe = [(3, 44, 6), (3, 44, 7), (3, 50, 7), (3, 51, 3), (3, 52, 0), (3, 53, 1), (4, 0, 0)]
    unsafe = [(3, 40, 1), (3, 44, 5), (3, 45, 9), (3, 49, 9), (3, 50, 6), (3, 51, 2)]
    assert all(safe_for_several(each) for each in safe)
    assert not any(safe_for_several(each) for each in unsafe)


def test_an_older_sqlite_is_refused_before_anything_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "VERSION_INFO", (3, 51, 2))
    with pytest.raises(
        StoreUnavailable, match=r"^Several processes need PostgreSQL \(DATABASE_URL\), or SQLite 3\.51\.3"
    ):
        serve(Settings(data_dir=tmp_path / "data", processes=2), demo=False)
    assert not (tmp_path / "data").exists()


def test_without_a_redis_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(private_redis, "find_spec", lambda _: None)
    with pytest.raises(NoRedis, match="none was found"):
        serve(Settings(data_dir=tmp_path / "data", processes=2, database_url=POSTGRESQL), demo=False)


def test_a_redis_that_is_too_old_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "redis-server"
    old.write_text("#!/bin/sh\necho 'Redis server v=6.2.7 sha=00000000:0'\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setattr(private_redis, "NAMES", ("redis-server",))
    monkeypatch.setattr(private_redis, "find_spec", lambda _: None)
    with pytest.raises(NoRedis):
        private_redis.find()
    old.write_text("#!/bin/sh\necho 'Redis server v=7.0.15 sha=00000000:0'\n")
    assert private_redis.find() == old


def test_a_redis_left_behind_is_ended_and_a_long_path_is_no_hindrance(tmp_path: Path) -> None:
    """Its keeper was killed together with the supervisor."""
    folder = tmp_path / ("a-long-name-" * 8)
    folder.mkdir()
    first = PrivateRedis(folder)
    first.start()
    assert first._process is not None
    first._process.kill()
    assert first._answers()
    second = PrivateRedis(folder)
    second.start()
    number = second._ask(b"CLIENT ID")
    second.stop()
    assert number.startswith(b":")
    assert not second._answers()
    first.stop()


def test_a_stranger_on_the_port_is_not_shared_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "LEFTOVERS", 0.0)
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        with pytest.raises(CannotListen):
            SharedPort(Settings(port=stranger.getsockname()[1]))


@pytest.mark.skipif(not BALANCED, reason="this system does not spread connections over sockets")
def test_connections_wait_for_the_next_process_unless_it_does_not_come() -> None:
    port = SharedPort(Settings(port=0))
    [here, *others] = port.sockets()
    waiting = socket.socket()
    here.listen()
    waiting.connect(("127.0.0.1", port.port))
    # Its process dies, another inherits the socket: the connection is still there to be taken.
    with here.dup() as inherited:
        taken, _ = inherited.accept()
        taken.close()
    renewed = port.renewed([here, *others])
    with pytest.raises(ConnectionRefusedError), socket.socket() as late:
        late.connect(("127.0.0.1", port.port))
    close([*renewed, waiting])


def test_where_the_system_does_not_spread_them_processes_share_their_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "BALANCED", False)
    port = SharedPort(Settings(port=0))
    first, second = port.sockets(), port.sockets()
    assert first is second is port.renewed(first)
    with socket.socket() as somebody:
        somebody.connect(("127.0.0.1", port.port))
    close(first)


def test_a_folder_whose_owner_was_killed_is_had_as_soon_as_what_it_left_has_ended(tmp_path: Path) -> None:
    left, comes = DataFolder(tmp_path / "data"), DataFolder(tmp_path / "data")
    left.own()
    with pytest.raises(FolderUnusable):
        comes.own()
    child = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    holder = subprocess.Popen(child, stdin=subprocess.PIPE, pass_fds=[left.held])
    assert holder.stdin is not None
    killed = subprocess.Popen([sys.executable, "-c", ""])
    killed.wait()
    (tmp_path / "data" / "lock").write_text(str(killed.pid))
    left.close()
    with ThreadPoolExecutor(1) as beside:
        owned = beside.submit(comes.own)
        holder.stdin.close()
        holder.wait()
        owned.result()
    comes.close()


def test_tries_come_later_and_later_and_end_only_where_nobody_serves() -> None:
    assert list(PAUSES) == sorted(PAUSES)
    assert len(PAUSES) <= HOPELESS


def test_every_process_needs_a_port_for_its_figures(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", processes=2, database_url=POSTGRESQL, metrics_port=65_535)
    with pytest.raises(CannotListen, match="METRICS_PORT"):
        serve(settings, demo=False)
