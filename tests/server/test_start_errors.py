"""A start that cannot be: one plain sentence on standard error, status 2, no traceback, nothing of any address repeated."""

import fcntl
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

import pytest

from tests.house import ROOT
from tests.keeper import Keeper

SECRETS: Final = ("hunter2", "db.example.net", "ana-the-operator")
"""What the addresses below hold and no sentence may repeat."""
SECRET_URL = "ana-the-operator:hunter2@db.example.net"


class Starter:
    """The program, started again and again with an environment of its own and nothing else."""

    def __init__(self, keeper: Keeper) -> None:
        self.keeper = keeper
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.server.starter"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        keeper.watch(self.process)

    def __call__(self, *arguments: str, **environment: str) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        asked = {"arguments": arguments or ["serve"], "environment": kept | {"PROCESSES": "1"} | environment}
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        ended: dict[str, Any] = json.loads(self.process.stdout.readline())
        return ended

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.keeper.forget(self.process)


@pytest.fixture(scope="module")
def starts(keeper: Keeper) -> Iterator[Starter]:
    starter = Starter(keeper)
    yield starter
    starter.close()


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def rude_port() -> Iterator[int]:
    """A port where something else answers: neither a database nor Redis."""
    listening = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection:
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    thread = threading.Thread(target=answer)
    thread.start()
    yield listening.getsockname()[1]
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join()


@pytest.fixture
def closed_port() -> int:
    """A port nobody listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port: int = listening.getsockname()[1]
    return port


def says_one_sentence(ended: dict[str, Any], about: str) -> None:
    """Judge what a start that failed has said; ``about`` is a word that tells what to set right."""
    assert ended["status"] == 2, ended
    assert ended["stdout"] == "", ended
    spoken = [line for line in ended["stderr"].splitlines() if not is_log(line)]
    assert len(spoken) == 1, ended["stderr"]
    (sentence,) = spoken
    assert re.match(r"[A-Za-z].*\.\)?$", sentence), sentence
    assert about in sentence, sentence
    assert "Traceback" not in ended["stderr"]
    for secret in SECRETS:
        assert secret not in ended["stderr"], ended["stderr"]


def is_log(line: str) -> bool:
    """Log lines below an error may come before the sentence (a warning about help lines does)."""
    with suppress(ValueError):
        return json.loads(line).get("level") in ("debug", "info", "warning")
    return False


DATABASES: Final = {
    "words": "the old database",
    "nothing but a scheme": "postgresql://",
    "a scheme nobody knows": f"nosuchdb://{SECRET_URL}/circles",
    "another database": f"mysql://{SECRET_URL}/circles",
    "another driver": f"postgresql+psycopg2://{SECRET_URL}/circles",
    "a driver for asyncio": f"postgresql+asyncpg://{SECRET_URL}/circles",
    "a driver of SQLite for asyncio": "sqlite+aiosqlite:////tmp/hunter2.db",
    "a port in letters": f"postgresql://{SECRET_URL}:port/circles",
    "a port too high": "postgresql://ana-the-operator:hunter2@127.0.0.1:99999/circles",
    "a host that is not there": "postgresql://ana-the-operator:hunter2@db.example.invalid/circles",
    "an option nobody knows": "postgresql://ana-the-operator:hunter2@127.0.0.1:1/circles?hunter2=1",
    "a web address": f"https://{SECRET_URL}/circles",
    "only in memory": "sqlite://",
    "only in memory, by name": "sqlite:///:memory:",
    "a folder that is not there": "sqlite:////nowhere/hunter2/circles.db",
}


@pytest.mark.parametrize("case", DATABASES)
@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_a_wrong_database_url(starts: Starter, tmp_path: Path, case: str, command: str) -> None:
    ended = starts(command, DATA_DIR=str(tmp_path / "data"), PORT="0", DATABASE_URL=DATABASES[case])
    says_one_sentence(ended, "SQLite" if "memory" in case else "DATABASE_URL")


def test_a_postgresql_that_is_not_there_not_one_or_refuses(
    starts: Starter, tmp_path: Path, closed_port: int, rude_port: int, database_url: str
) -> None:
    where = database_url.rpartition("@")[2]
    for address in (
        f"127.0.0.1:{closed_port}/circles",
        f"127.0.0.1:{rude_port}/circles",
        f"{where.partition('/')[0]}/none",
    ):
        url = f"postgresql://ana-the-operator:hunter2@{address}"
        says_one_sentence(starts(DATA_DIR=str(tmp_path / "data"), PORT="0", DATABASE_URL=url), "DATABASE_URL")


def test_a_database_file_that_is_none(starts: Starter, tmp_path: Path) -> None:
    (tmp_path / "words.db").write_text("hunter2 " * 1_000)
    (tmp_path / "folder.db").mkdir()
    for name in ("words.db", "folder.db"):
        ended = starts(DATA_DIR=str(tmp_path / "data"), PORT="0", DATABASE_URL=f"sqlite:///{tmp_path / name}")
        says_one_sentence(ended, "DATABASE_URL")


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_a_database_of_a_newer_version(starts: Starter, tmp_path: Path, command: str) -> None:
    folder = str(tmp_path / "data")
    assert starts("migrate", DATA_DIR=folder)["status"] == 0
    with closing(sqlite3.connect(tmp_path / "data" / "circles.db")) as database:
        database.execute("update alembic_version set version_num = 'from_later'")
        database.commit()
    says_one_sentence(starts(command, DATA_DIR=folder, PORT="0"), "newer version")


def test_a_database_of_something_else(starts: Starter, tmp_path: Path) -> None:
    """Its tables are there already, and are not ours."""
    with closing(sqlite3.connect(tmp_path / "other.db")) as database:
        database.execute("create table person (hunter2 text)")
        database.commit()
    ended = starts(DATA_DIR=str(tmp_path / "data"), PORT="0", DATABASE_URL=f"sqlite:///{tmp_path / 'other.db'}")
    says_one_sentence(ended, "database")


REDISES: Final = {
    "words": "the old redis",
    "a web address": f"https://{SECRET_URL}/0",
    "a port in letters": "redis://:hunter2@127.0.0.1:port/0",
    "a database in letters": "redis://:hunter2@127.0.0.1:1/zero",
    "an option nobody knows": "redis://:hunter2@127.0.0.1:1/0?hunter2=1",
    "far away without a password": "redis://db.example.net/0",
    "a host that is not there": "redis://:hunter2@db.example.invalid/0",
    "a socket that is not there": "unix:///nowhere/hunter2.sock",
}


@pytest.mark.parametrize("case", REDISES)
def test_a_wrong_redis_url(starts: Starter, tmp_path: Path, database_url: str, case: str) -> None:
    ended = starts(DATA_DIR=str(tmp_path / "data"), PORT="0", DATABASE_URL=database_url, REDIS_URL=REDISES[case])
    says_one_sentence(ended, "REDIS_URL")


def test_a_redis_that_is_not_there_not_one_or_refuses(
    starts: Starter,
    tmp_path: Path,
    closed_port: int,
    rude_port: int,
    silent_port: int,
    database_url: str,
    redis_url: str,
) -> None:
    real = redis_url.rpartition(":")[2]
    for port in (f"{closed_port}/0", f"{rude_port}/0", f"{silent_port}/0", real):
        url = f"redis://ana-the-operator:hunter2@127.0.0.1:{port}"
        ended = starts(DATA_DIR=str(tmp_path / "data"), PORT="0", DATABASE_URL=database_url, REDIS_URL=url)
        says_one_sentence(ended, "REDIS_URL")


def test_redis_beside_sqlite(starts: Starter, tmp_path: Path, redis_url: str) -> None:
    says_one_sentence(starts(DATA_DIR=str(tmp_path / "data"), PORT="0", REDIS_URL=redis_url), "DATABASE_URL")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_port_in_use(starts: Starter, tmp_path: Path, host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.create_server((host, 0), family=family)) as taken:
        port = str(taken.getsockname()[1])
        says_one_sentence(starts(DATA_DIR=str(tmp_path / "data"), PORT=port), "PORT")


def test_a_folder_that_cannot_be_written_to(starts: Starter, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for folder in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/hunter2")):
        for command in ("serve", "migrate"):
            says_one_sentence(starts(command, DATA_DIR=str(folder), PORT="0"), "DATA_DIR")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing keeps root from writing")
def test_a_folder_of_somebody_else(starts: Starter, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o500)
    says_one_sentence(starts(DATA_DIR=str(tmp_path / "data"), PORT="0"), "DATA_DIR")


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_a_folder_another_server_uses(starts: Starter, tmp_path: Path, command: str) -> None:
    folder = tmp_path / "data"
    assert starts("migrate", DATA_DIR=str(folder))["status"] == 0
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        says_one_sentence(starts(command, DATA_DIR=str(folder), PORT="0"), "DATA_DIR")


def test_a_secret_that_is_damaged(starts: Starter, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "secret.key").write_bytes(b"hunter2")
    says_one_sentence(starts(DATA_DIR=str(folder), PORT="0"), "secret.key")
    (folder / "secret.key").unlink()
    (folder / "secret.key").mkdir()
    says_one_sentence(starts(DATA_DIR=str(folder), PORT="0"), "secret.key")


HELP: Final[dict[str, Callable[[Path], object]]] = {
    "missing": lambda path: None,
    "a folder": lambda path: path.mkdir(),
    "not TOML": lambda path: path.write_text("hunter2: yes"),
    "no text": lambda path: path.write_bytes(b"\xff\xfe\x00"),
    "an unknown field": lambda path: path.write_text('[[line]]\nname = "A line"\nfax = "1"\n'),
    "no name": lambda path: path.write_text('[[line]]\nphone = "112"\n'),
    "a number as number": lambda path: path.write_text('[[line]]\nname = "A line"\nphone = 112\n'),
    "a number nobody can dial": lambda path: path.write_text('[[line]]\nname = "A line"\nphone = "call us"\n'),
    "an address that is none": lambda path: path.write_text('[[line]]\nname = "A"\nurl = "javascript:hunter2"\n'),
    "not a list": lambda path: path.write_text('line = "A line"\n'),
}


@pytest.mark.parametrize("case", HELP)
def test_help_lines_that_cannot_be_shown(starts: Starter, tmp_path: Path, case: str) -> None:
    path = tmp_path / "help.toml"
    HELP[case](path)
    says_one_sentence(starts(DATA_DIR=str(tmp_path / "data"), PORT="0", HELP_FILE=str(path)), "HELP_FILE")


SETTINGS: Final = (
    ("PORT", "eighty"),
    ("PORT", "-1"),
    ("PORT", "65536"),
    ("PORT", "8000.5"),
    ("TIME_SCALE", "0"),
    ("TIME_SCALE", "nan"),
    ("TIME_SCALE", "fast"),
    ("LOG_LEVEL", "everything"),
    ("OPEN_ROOMS", "nobody"),
    ("OPEN_ROOMS_EACH", "0"),
    ("KEEP_DEFAULT", "-1"),
    ("KEEP_DEFAULT", "1e9"),
    ("CAPACITY_MOST", "1"),
    ("PLAIN_ASGI", "perhaps"),
    ("ALLOW_PLAIN_HTTP", "perhaps"),
    ("TOPICS", "Grief, Sleep"),
    ("TOPICS", '{"a": 1}'),
    ("TOPICS", "[1, 2]"),
    ("TRUSTED_PROXIES", "the-proxy"),
    ("TRUSTED_PROXIES", "10.0.0.0/8"),
    ("EXIT_TO", "javascript:alert(1)"),
    ("EXIT_TO", "http://example.org"),
    ("FOLD_HOURS", "73"),
    ("SENDS_PER_10S", "0"),
    ("FRAMES_PER_10S", "none"),
    ("SESSION_DAYS", "inf"),
    ("AGREEMENT", "a" * 4_001),
    ("PAGE_TITLE", "a" * 31),
    ("ORIGIN", "circles.example.org"),
    ("ORIGIN", "ftp://circles.example.org"),
    ("ORIGIN", "https://"),
    ("ORIGIN", "https://circles.example.org/path"),
    ("ORIGIN", "https://circles.example.org?a=1"),
    ("ORIGIN", "https://circles.example.org#a"),
    ("ORIGIN", "https://circles.example.org:port"),
    ("ORIGIN", "https://circles.example.org:99999"),
    ("ORIGIN", "https://ana-the-operator:hunter2@circles.example.org"),
    ("ORIGIN", "https://[::1"),
    ("ORIGIN", "https://circles.example.org https://other.example.org"),
    ("ORIGIN", "https://*.example.org"),
    ("ORIGIN", "null"),
    ("ORIGIN", "http://192.0.2.7"),
    ("ORIGIN", "http://circles.example.org"),
)


@pytest.mark.parametrize(("name", "value"), SETTINGS)
def test_a_setting_that_will_not_do(starts: Starter, tmp_path: Path, name: str, value: str) -> None:
    for command in ("serve", "migrate"):
        ended = starts(command, **{"DATA_DIR": str(tmp_path / "data"), "PORT": "0", name: value})
        says_one_sentence(ended, name)
    assert not (tmp_path / "data").exists(), "something was made before the settings were read"


def test_two_settings_that_will_not_do_are_two_sentences(starts: Starter, tmp_path: Path) -> None:
    ended = starts(DATA_DIR=str(tmp_path / "data"), PORT="eighty", LOG_LEVEL="hunter2")
    assert ended["status"] == 2
    assert [line.partition(":")[0] for line in ended["stderr"].splitlines()] == ["PORT", "LOG_LEVEL"]
    assert "hunter2" not in ended["stderr"]


def test_as_a_command_of_its_own(tmp_path: Path) -> None:
    """Once without the warm process: what a person at a terminal sees."""
    environment = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(tmp_path / "data"),
        "DATABASE_URL": f"mysql://{SECRET_URL}/circles",
    }
    done = subprocess.run(
        [sys.executable, "-m", "server", "serve"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    says_one_sentence({"status": done.returncode, "stdout": done.stdout, "stderr": done.stderr}, "DATABASE_URL")
