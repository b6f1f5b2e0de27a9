"""What clients that never read, and clients that flood with pings, cost everybody else; and the memory they take."""

import asyncio
import contextlib
import statistics
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench import people
from tests.bench.contestants import Contestant
from tests.bench.fanout import WRONG, wrong
from tests.bench.machine import resident, say
from tests.bench.results import number, spread, table
from tests.bench.running import Bench, Running, Shape, load, loader, running, said

CIRCLES, EACH = 50, 20
RATE = 100
"""Posts a second over all circles: far from what the server can do, so that what disturbs them shows."""
SHARE = 100
"""One in so many is hostile, in addition."""
PINGS = 1_000
"""A second, from each of those who flood; they come back as soon as they are shown out."""
WORDS, PAGES = 100, 20
"""Messages in each circle where somebody hostile sits, and how often those who never read ask for all of them first: about
six times what the buffers between two sockets take."""
LOOK_EVERY = 0.1
ALONE, STALLED, FLOODED = "alone", "stalled", "flooded"
SAID = {
    ALONE: "nobody hostile",
    STALLED: "1 % ask for much and never read",
    FLOODED: f"1 % send {number(PINGS)} pings a second each",
}
AS_SHIPPED = ("FRAMES_PER_10S",)
"""Settings that guard against floods stay as they are."""


class Memory:
    """The most memory the server had while something else ran, in bytes."""

    def __init__(self, server: Running) -> None:
        self.most = 0
        self._pids = server.pids
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while True:
            self.most = max(self.most, resident(self._pids))
            if self._over.wait(LOOK_EVERY):
                return


def measure(
    bench: Bench, own: Contestant, rounds: int, warm: float, seconds: float, share: int = SHARE
) -> dict[str, Any]:
    runs = []
    for turn in range(rounds):
        for kind, what in SAID.items():
            with running(bench, own, without=AS_SHIPPED) as server:
                found = disturbed(bench, server, kind, warm, seconds, share)
            runs.append({"round": turn, "kind": kind, **found})
            say(
                f"round {turn + 1} of {rounds}, {what}: p99 {found['p99_us'] / 1000:.2f} ms, memory {found['memory'] / 2**20:.1f} MB,"
                f" shown out {found['shown_out']}; wrong: {wrong(found)}"
            )
    return {"rounds": rounds, "seconds": seconds, "hostile": max(1, CIRCLES * EACH // share), "runs": runs}


def disturbed(bench: Bench, server: Running, kind: str, warm: float, seconds: float, share: int) -> dict[str, Any]:
    """What the healthy clients saw while the hostile ones of this kind were there."""
    hostile = min(CIRCLES, max(1, CIRCLES * EACH // share))
    circles = asyncio.run(people.furnish(server.port, CIRCLES, EACH + 1))
    left = asyncio.run(people.speak(server.port, circles[:hostile], WORDS))
    healthy = [people.Circle(each.id, each.people[:EACH]) for each in circles]
    plan = server.folder / "plan"
    plan.write_text(people.plan(server.port, healthy, options=f"O\trate\t{RATE}"), encoding="utf-8")
    shape = Shape(circles=CIRCLES, each=EACH, posters=EACH)
    with contextlib.ExitStack() as stack:
        bad = stack.enter_context(among(bench, server, kind, circles, left)) if kind != ALONE else None
        memory = stack.enter_context(Memory(server))
        found = load(bench, server, shape, warm, seconds, plan=plan)
        shown_out = 0
        if bad is not None:
            assert bad.stdin is not None
            bad.stdin.close()
            shown_out = said(bad, "done", server)["closed"]
    return found | {"memory": memory.most, "shown_out": shown_out}


@contextlib.contextmanager
def among(
    bench: Bench, server: Running, kind: str, circles: list[people.Circle], left: list[people.Left]
) -> Iterator[Any]:
    """One in each circle where something was ``left`` who is hostile, in a program of their own."""
    guests = [people.Circle(each.id, each.people[EACH:]) for each in circles[: len(left)]]
    lines = people.plan(server.port, guests, pages=PAGES if kind == STALLED else 0, left=left).splitlines()
    letter = "S" if kind == STALLED else "F"
    lines = [letter + line[1:] if line.startswith("C\t") else line for line in lines]
    lines = [line for line in lines if not line.startswith(("R\t", "E\t"))]
    path: Path = server.folder / "hostile"
    path.write_text("\n".join([f"O\tpings\t{PINGS if kind == FLOODED else 0}", *lines]) + "\n", encoding="utf-8")
    with loader(bench, server, Shape(circles=len(left), each=1, posters=1), path) as process:
        said(process, "ready", server)
        yield process


def went_wrong(measured: dict[str, Any]) -> bool:
    return any(run[each] for run in measured["runs"] for each in WRONG)


def markdown(measured: dict[str, Any]) -> str:
    rows = []
    alone = {run["round"]: run for run in measured["runs"] if run["kind"] == ALONE}
    for kind, what in SAID.items():
        runs = [run for run in measured["runs"] if run["kind"] == kind]
        more = [(run["memory"] - alone[run["round"]]["memory"]) / 2**20 for run in runs]
        rows.append((
            what, spread([run["p50_us"] / 1000 for run in runs]), spread([run["p99_us"] / 1000 for run in runs]),
            spread([run["p99_us"] / max(1, alone[run["round"]]["p99_us"]) for run in runs]),
            spread([run["server_cpu"] / run["seconds"] for run in runs]), spread([run["memory"] / 2**20 for run in runs], digits=1),
            spread(more, digits=1), number(statistics.median(run["shown_out"] for run in runs)),
            wrong({each: max(run[each] for run in runs) for each in WRONG}),
        ))  # fmt: skip
    head = (
        "", "healthy p50, ms", "healthy p99, ms", "p99 × nobody hostile", "share of a core", "most memory, MB", "more than without, MB",
        "shown out", "wrong",
    )  # fmt: skip
    return (
        f"{CIRCLES} circles of {EACH} in which {number(RATE)} posts a second are due at random times; beside them {number(measured['hostile'])}"
        f" who sit in the same circles and are hostile, in a program of their own on the load's core. Those who flood come back as soon as they"
        f" are shown out. {number(measured['seconds'])} s, {measured['rounds']} rounds: medians (range).\n\n"
        + table(head, rows)
    )
