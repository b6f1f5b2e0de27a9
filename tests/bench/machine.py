"""The machine a measurement runs on: its cores, what is worth writing down about it, and how fast its disk is."""

import contextlib
import importlib.metadata
import os
import platform
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

PACKAGES = (
    "uvicorn",
    "uvloop",
    "starlette",
    "websockets",
    "msgspec",
    "sqlalchemy",
    "sqlmodel",
)
SYNCS = 100


class Cannot(Exception):
    """Nothing can be measured here; the text is the one sentence that says why."""


def two_cores() -> tuple[int, int]:
    """A core for the server and another for the load. Raises `Cannot` where there is only one."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(cores) < 2:
        raise Cannot("Two cores are needed (on Linux): one for the server, one for the load.")
    return cores[0], cores[1]


@contextlib.contextmanager
def pinned(core: int | None) -> Iterator[None]:
    """What is started meanwhile runs on this core only; None: where the system likes."""
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def facts() -> dict[str, str]:
    """What a reader needs to know of the machine and the programs; nothing that tells whose machine it is."""
    kernel = ".".join(platform.release().split(".")[:2])
    found = {
        "processor": f"{processor()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {kernel}, {platform.machine()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }
    for name in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(": ")[2]
    return platform.processor() or "unknown"


def first_line(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).partition("\n")[0].strip()


def sync_time(folder: Path) -> float:
    """Median milliseconds of one fdatasync of 4 kB in ``folder``."""
    took = []
    with (folder / "sync").open("wb", buffering=0) as file:
        for _ in range(SYNCS):
            file.write(bytes(4096))
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append((time.perf_counter() - began) * 1000)
    (folder / "sync").unlink()
    return round(statistics.median(took), 2)


def processor_time(pids: list[int]) -> float:
    """Seconds of processor time, user and system, that these processes have had."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def load_average() -> float:
    return round(os.getloadavg()[0], 1)


def descendants(pid: int) -> list[int]:
    """A process and all it has started, as they are now."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parent = (entry / "stat").read_text().rpartition(") ")[2].split()[1]
                parents.setdefault(int(parent), []).append(int(entry.name))
    found = [pid]
    for each in found:
        found += parents.get(each, [])
    return found


def resident(pids: list[int]) -> int:
    """Resident memory of these processes, in bytes."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return pages * os.sysconf("SC_PAGE_SIZE")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
