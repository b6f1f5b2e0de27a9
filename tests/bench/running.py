"""Runs one contestant under load: builds the C programs, starts a server on its core and the load on the other."""

import asyncio
import contextlib
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from tests.bench import installed, people
from tests.bench.contestants import Contestant
from tests.bench.machine import Cannot, descendants, pinned
from tests.keeper import Keeper

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 30
"""Seconds within which a program that was asked to end must have ended."""
BODY = 120
"""Bytes of words in a post."""
FILES = 65_536
"""Open files that a server and a load of twenty thousand connections get by with."""
SETTINGS = {
    "PORT": "0",
    "PROCESSES": "1",
    "SENDS_PER_10S": "100000000",
    "FRAMES_PER_10S": "100000000",
    "ENTRIES_PER_MINUTE": "10000000",
    "LOOKS_PER_MINUTE": "10000000",
    "OPEN_ROOMS_EACH": "1000000",
    "ROOMS_PER_HOUR": "1000000",
    "CAPACITY_MOST": "1000000",
    "LOG_LEVEL": "warning",
}
"""Limits are for people; here one network sends everything."""


@dataclass(frozen=True)
class Bench:
    """What every run needs: who cleans up after a crash, where to put things, and the two cores."""

    keeper: Keeper
    folder: Path
    server_core: int
    load_core: int


@dataclass(frozen=True)
class Running:
    contestant: Contestant
    port: int
    pids: list[int]
    folder: Path


@dataclass(frozen=True, kw_only=True)
class Shape:
    """So many circles with so many people; in each, so many posters keep so many posts in flight."""

    circles: int
    each: int
    posters: int
    in_flight: int = 1

    @property
    def name(self) -> str:
        name = f"{self.circles} × {self.each}"
        return name if self.in_flight == 1 else f"{name}, {self.in_flight} posting at once"


def build(folder: Path) -> str:
    """Compile the floor and the loader; returns the compiler's version. Raises `Cannot` without a C compiler."""
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise Cannot("A C compiler is needed for the floor and the load (Debian: the package gcc).")
    for name in ("floor", "loader"):
        source = Path(__file__).with_name(f"{name}.c")
        done = subprocess.run(
            [compiler, "-O2", "-o", folder / name, source, "-lm"], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Cannot(f"{name}.c does not compile here: {done.stderr.strip()[:300]}")
    return subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True).stdout.split("\n")[0]


def raise_limits() -> None:
    """As many open files as the system allows; what is started inherits it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most < FILES:
        with contextlib.suppress(ValueError, OSError):  # only root may raise what the system allows
            resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
            return
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def most_connections() -> int:
    """How many a server may hold here, besides the few files it has open anyway."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 500


@contextlib.contextmanager
def running(
    bench: Bench,
    contestant: Contestant,
    data: Path | None = None,
    *,
    settings: Mapping[str, str] | None = None,
    without: Collection[str] = (),
    anywhere: bool = False,
) -> Iterator[Running]:
    """The contestant on the server's core, ended and its folder removed afterwards; ``data`` is kept for the next.

    ``settings`` are this server's own, before those of every measurement; ``without``: which of those it does not get.
    ``anywhere``: on no core of its own.
    """
    folder = bench.keeper.new_folder("bench-run", inside=bench.folder)
    environment = {
        name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH") if name in os.environ
    }
    environment["NODE_PATH"] = installed.environment()["NODE_PATH"]
    if contestant.own:
        environment |= {name: value for name, value in SETTINGS.items() if name not in without}
        environment |= {"DATA_DIR": str(data or folder / "data"), **(settings or {})}
    with (folder / "log").open("wb") as log, pinned(None if anywhere else bench.server_core):
        process = subprocess.Popen(
            contestant.command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        )
    bench.keeper.watch(process)
    try:
        assert process.stdout is not None
        lines = (re.search(r"(?:^port |localhost:)(\d+)\s*$", line) for line in process.stdout)
        found = next(filter(None, lines), None)
        if found is None:
            raise Cannot(f"{contestant.name} did not start: {(folder / 'log').read_text()[-300:]}")
        yield Running(contestant, int(found[1]), descendants(process.pid), folder)
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        bench.keeper.forget(process)
        bench.keeper.remove_folder(folder)


def planned(running: Running, shape: Shape, circles: Sequence[people.Circle] | None = None) -> Path:
    """The file that tells the loader who connects where and says what; makes the people first where they are needed."""
    if running.contestant.own:
        if circles is None:
            circles = asyncio.run(people.furnish(running.port, shape.circles, shape.each))
        text = people.plan(running.port, circles)
    else:
        text = running.contestant.plan(running.port, shape.circles, shape.each)
    path = running.folder / "plan"
    path.write_text(text, encoding="utf-8")
    return path


def load(
    bench: Bench,
    running: Running,
    shape: Shape,
    warm: float,
    seconds: float,
    *,
    plan: Path | None = None,
    pids: Sequence[int] = (),
) -> dict[str, Any]:
    """What the loader counted between its marks. Raises RuntimeError where it could not do its work."""
    plan = plan or planned(running, shape)
    with loader(bench, running, shape, plan, warm=warm, seconds=seconds, pids=pids) as process:
        said(process, "ready", running)
        return said(process, "done", running)


def said(process: "subprocess.Popen[str]", word: str, running: Running) -> dict[str, Any]:
    """What the loader tells under this word, which it says next. Raises RuntimeError where it ends instead."""
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line.startswith(f"{word} "):
        log = (running.folder / "log").read_text(encoding="utf-8", errors="replace")
        raise RuntimeError(f"the load on {running.contestant.name} broke off {log[-500:].strip()}".strip())
    told: dict[str, Any] = msgspec.json.decode(line.removeprefix(f"{word} "))
    return told


@contextlib.contextmanager
def loader(
    bench: Bench,
    running: Running,
    shape: Shape,
    plan: Path,
    *,
    warm: float = 0,
    seconds: float = 0,
    pids: Sequence[int] = (),
) -> Iterator["subprocess.Popen[str]"]:
    """The loader on its core. With ``seconds`` 0 it only holds its connections, until its standard input is closed.

    ``pids``: whose processor time it reads; else that of ``running`` and all it has started.
    """
    numbers = [shape.in_flight, shape.posters, BODY, round(warm * 1000), round(seconds * 1000)]
    words = [bench.folder / "loader", running.port, plan, *numbers, *(pids or descendants(running.pids[0]))]
    with pinned(bench.load_core):
        process = subprocess.Popen(
            list(map(str, words)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=sys.stderr, text=True
        )
    bench.keeper.watch(process)
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
        process.kill()
        process.wait()
        bench.keeper.forget(process)
