"""How long a post takes to everybody's screen at half of what the server can do, beside what the disk alone takes."""

import asyncio
import os
import statistics
import threading
import time
from pathlib import Path
from typing import Any

from tests.bench import people
from tests.bench.contestants import Contestant
from tests.bench.fanout import WRONG, wrong
from tests.bench.machine import pinned, say
from tests.bench.results import number, spread, table
from tests.bench.running import Bench, Shape, load, running

CIRCLES, EACH = 20, 50
SHAPE = Shape(circles=CIRCLES, each=EACH, posters=EACH)
HALF = 0.5
SYNC_EVERY = 0.02
"""Seconds between two looks at the disk: often enough to know it, seldom enough not to be its load."""


class Disk:
    """Times one fdatasync of 4 kB, appended to a file, again and again while something else runs; in milliseconds."""

    def __init__(self, bench: Bench) -> None:
        self.took: list[float] = []
        self._path = bench.folder / "sync"
        self._core = bench.load_core
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "Disk":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._path.unlink()

    def part(self, share: float) -> float:
        ordered = sorted(self.took)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]

    def _look(self) -> None:
        with pinned(self._core), self._path.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
                began = time.perf_counter()
                os.fdatasync(file.fileno())
                self.took.append((time.perf_counter() - began) * 1000)
                if self._over.wait(SYNC_EVERY):
                    return


def measure(bench: Bench, own: Contestant, rounds: int, warm: float, seconds: float) -> dict[str, Any]:
    """In each round first what it can do, every circle posting as soon as its last post is everywhere; then half of it."""
    runs = []
    for turn in range(rounds):
        with running(bench, own) as server:
            circles = asyncio.run(people.furnish(server.port, CIRCLES, EACH))
            most = load(bench, server, SHAPE, warm, seconds, plan=planned(server.folder, server.port, circles, 0))
            rate = max(1, round(HALF * most["posts"] / most["seconds"]))
            plan = planned(server.folder, server.port, circles, rate)
            with Disk(bench) as disk:
                half = load(bench, server, SHAPE, warm, seconds, plan=plan)
        run = {"round": turn, "rate": rate, "most": most["posts"] / most["seconds"], **half, "looks": len(disk.took)}
        run |= {f"{name}_ms": half[f"{name}_us"] / 1000 for name in ("p50", "p99", "p999")}
        run |= {"sync_p50_ms": disk.part(0.5), "sync_p99_ms": disk.part(0.99)}
        runs.append(run)
        say(
            f"round {turn + 1} of {rounds}, {rate} posts a second: p50 {run['p50_ms']:.2f}, p99 {run['p99_ms']:.2f}, p999"
            f" {run['p999_ms']:.2f} ms; the disk {run['sync_p50_ms']:.2f} and {run['sync_p99_ms']:.2f} ms; wrong: {wrong(run)}"
        )
    return {"rounds": rounds, "seconds": seconds, "runs": runs}


def planned(folder: Path, port: int, circles: list[people.Circle], rate: int) -> Path:
    path = folder / "plan"
    path.write_text(people.plan(port, circles, options=f"O\trate\t{rate}"), encoding="utf-8")
    return path


def went_wrong(measured: dict[str, Any]) -> bool:
    return any(run[each] for run in measured["runs"] for each in WRONG)


def markdown(measured: dict[str, Any]) -> str:
    runs = measured["runs"]

    def of(name: str) -> str:
        return spread([run[name] for run in runs])

    rows = [
        ("a post, from when it was due to a client's read", of("p50_ms"), of("p99_ms"), of("p999_ms")),
        ("one fdatasync of 4 kB meanwhile", of("sync_p50_ms"), of("sync_p99_ms"), ""),
        (
            "the one less the other",
            spread([run["p50_ms"] - run["sync_p50_ms"] for run in runs]),
            spread([run["p99_ms"] - run["sync_p99_ms"] for run in runs]),
            "",
        ),
    ]
    rate, most = (statistics.median(run[name] for run in runs) for name in ("rate", "most"))
    return (
        f"{CIRCLES} circles of {EACH}, one process, SQLite, synchronous=FULL. First what it can do ({number(round(most))} posts a second with one"
        f" in flight in each circle), then half of that ({number(round(rate))} a second, due at random times in random circles). Milliseconds over"
        f" every delivery; the disk is looked at every {SYNC_EVERY * 1000:.0f} ms of the same run. {number(measured['seconds'])} s,"
        f" {measured['rounds']} rounds: medians (range). wrong: {wrong({each: max(run[each] for run in runs) for each in WRONG})}.\n\n"
        + table(("", "p50, ms", "p99, ms", "p999, ms"), rows)
    )
