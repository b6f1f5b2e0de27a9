"""Ends servers and removes folders of a test run that was itself ended before it could: by kill, a crash, Ctrl-C twice.

One keeper process runs beside the tests and reads lines from them. When the pipe closes, whatever the reason, it ends
what is still on its list. It needs nothing but the standard library, so that it starts in a few milliseconds.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Protocol

PATIENCE = 5.0  # seconds that a server has to end before it is killed


class HasPid(Protocol):
    """A process, however it was started."""

    @property
    def pid(self) -> int: ...


class Keeper:
    """The tests' end of the pipe."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__], stdin=subprocess.PIPE, start_new_session=True
        )

    def new_folder(self, prefix: str, *, inside: Path | None = None) -> Path:
        folder = Path(tempfile.mkdtemp(prefix=f"peer-circles-{prefix}-", dir=inside))
        self._tell(f"folder {folder}")
        return folder

    def remove_folder(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self._tell(f"gone {folder}")

    def watch(self, process: HasPid, *, end: signal.Signals = signal.SIGTERM) -> None:
        """From now on ``process`` gets ``end`` when this run dies; say ``forget`` once it has been waited for."""
        self._tell(f"process {process.pid} {int(end)}")

    def forget(self, process: HasPid) -> None:
        self._tell(f"ended {process.pid}")

    def close(self) -> None:
        """Returns when everything still on the list has ended."""
        pipe = self._process.stdin
        if pipe is not None:
            pipe.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        pipe = self._process.stdin
        if pipe is not None:
            pipe.write(f"{line}\n".encode())
            pipe.flush()


def keep() -> None:
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    processes: dict[int, int] = {}
    folders: set[str] = set()
    for line in sys.stdin:
        what, _, rest = line.rstrip("\n").partition(" ")
        if what == "process":
            pid, end = rest.split()
            processes[int(pid)] = int(end)
        elif what == "ended":
            processes.pop(int(rest), None)
        elif what == "folder":
            folders.add(rest)
        elif what == "gone":
            folders.discard(rest)
    end_all(processes)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def end_all(processes: dict[int, int]) -> None:
    for pid, end in processes.items():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, end)
            os.kill(pid, signal.SIGCONT)  # a suspended process ends only when it goes on
    until = time.monotonic() + PATIENCE
    while any(is_alive(pid) for pid in processes) and time.monotonic() < until:
        time.sleep(0.02)
    for pid in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def is_alive(pid: int) -> bool:
    """Whether it still runs; one that has ended and waits for its parent to notice does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    try:
        return not state.exists() or state.read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


if __name__ == "__main__":
    keep()
