"""Whether a delivery costs the same however much there is: circles, history, people in a circle, connections, processes."""

import asyncio
import contextlib
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.bench import people
from tests.bench.contestants import Contestant
from tests.bench.fanout import WRONG, wrong
from tests.bench.machine import Cannot, say
from tests.bench.results import number, spread, table
from tests.bench.running import Bench, Running, Shape, load, loader, most_connections, planned, running, said
from tests.bench.synthetic import add_circles, add_history
from tests.bench.two import two_servers

CIRCLES, EACH = 100, 10
PEOPLE = 1_000
CONNECTIONS_A_PERSON = "1000"


@dataclass(frozen=True)
class Sizes:
    """What grows from what to what; the first of each is what the others are compared with."""

    circles: tuple[int, ...] = (CIRCLES, 100_000)
    history: tuple[int, ...] = (1_000, 10_000_000)
    members: tuple[int, ...] = (10, 5, 50, 100, 1_000)
    connections: tuple[int, ...] = (PEOPLE, 20_000)
    processes: tuple[int, ...] = (1, 2)


QUICK = Sizes((CIRCLES, 10_000), (1_000, 300_000), (10, 100), (PEOPLE, 5_000))
TINY = Sizes((10, 50), (50, 500), (10, 5), (CIRCLES, 200), (1,))
SAID = {
    "circles": "circles in the database",
    "history": "messages in the database",
    "members": "people in a circle",
    "connections": "connections, all but the first thousand idle",
    "processes": "processes, on PostgreSQL and Redis",
}


@dataclass(frozen=True)
class Place:
    """A server that can be started, with people in it; ``circles`` they sit in."""

    data: Path
    circles: list[people.Circle]


class Measuring:
    """One measurement after the other in the same way; how long each takes is ``warm`` and ``seconds``."""

    def __init__(self, bench: Bench, own: Contestant, warm: float, seconds: float, active: int) -> None:
        self.bench = bench
        self.own = own
        self.warm = warm
        self.seconds = seconds
        self.shape = Shape(circles=active, each=EACH, posters=EACH)

    @contextlib.contextmanager
    def place(self, grow: Callable[[Path], None]) -> Iterator[Place]:
        """People who sit and have spoken; then the server is stopped and ``grow`` has its database."""
        data = self.bench.keeper.new_folder("bench-growth", inside=self.bench.folder)
        try:
            with running(self.bench, self.own, data) as server:
                circles = asyncio.run(people.furnish(server.port, self.shape.circles, EACH))
                asyncio.run(people.speak(server.port, circles, 1))
            grow(data / "circles.db")
            yield Place(data, circles)
        finally:
            self.bench.keeper.remove_folder(data)

    def at(self, place: Place) -> dict[str, Any]:
        with running(self.bench, self.own, place.data) as server:
            return self._loaded(server, planned(server, self.shape, place.circles))

    def members(self, each: int) -> dict[str, Any]:
        shape = Shape(circles=max(1, self.shape.circles * EACH // each), each=each, posters=20)
        with running(self.bench, self.own) as server:
            return load(self.bench, server, shape, self.warm, self.seconds)

    def connections(self, count: int) -> dict[str, Any]:
        """The others are of the same people, and follow nothing."""
        with running(self.bench, self.own, settings={"SOCKETS_EACH": CONNECTIONS_A_PERSON}) as server:
            circles = asyncio.run(people.furnish(server.port, self.shape.circles, EACH))
            everybody = [person for circle in circles for person in circle.people]
            more = max(0, count - len(everybody))
            headers = f"Host: localhost:{server.port}\x1fOrigin: http://localhost:{server.port}\x1fCookie: "
            lines = ['A\t{"heads"\t{"do":"beat"}', "P\t0\t"]
            lines += [f"C\t0\t/ws\t{headers}{everybody[i % len(everybody)].cookie}\t" for i in range(more)]
            path = server.folder / "idle"
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            with loader(self.bench, server, self.shape, path) as idle:
                said(idle, "ready", server)
                return self._loaded(server, planned(server, self.shape, circles))

    def processes(self, count: int) -> dict[str, Any]:
        """With two, every other person is in the other one, and every post goes to both."""
        with two_servers(self.bench, self.own) as servers:
            circles = asyncio.run(people.furnish(servers.near.port, self.shape.circles, EACH))
            ports = (servers.near.port, servers.far.port)
            plan = servers.near.folder / "plan"
            plan.write_text(
                people.plan(servers.near.port, circles, ports=lambda place: ports[place % count]), encoding="utf-8"
            )
            pids = [*servers.near.pids, *(servers.far.pids if count > 1 else ())]
            return self._loaded(servers.near, plan, pids)

    def _loaded(self, server: Running, plan: Path, pids: list[int] | None = None) -> dict[str, Any]:
        return load(self.bench, server, self.shape, self.warm, self.seconds, plan=plan, pids=pids or ())


def measure(bench: Bench, own: Contestant, rounds: int, warm: float, seconds: float, sizes: Sizes) -> dict[str, Any]:
    """Each kind by itself: all its sizes in turn, so many rounds."""
    measuring = Measuring(bench, own, warm, seconds, min(CIRCLES, *sizes.circles))
    runs: list[dict[str, Any]] = []
    spoken = measuring.shape.circles
    with contextlib.ExitStack() as stack:
        for kind, grow in (("circles", add_circles), ("history", add_history)):
            steps: dict[int, Callable[[], dict[str, Any]]] = {}
            for size in getattr(sizes, kind):
                say(f"writing {number(size)} {SAID[kind]}")
                more = max(0, size - spoken)
                place = stack.enter_context(measuring.place(partial(grow, count=more) if more else lambda _: None))
                steps[size] = partial(measuring.at, place)
            runs += in_turn(kind, steps, rounds)
            stack.close()
    for kind in ("members", "connections", "processes"):
        measured = getattr(measuring, kind)
        try:
            wanted = getattr(sizes, kind)
            if kind == "connections":
                wanted = [min(size, most_connections()) for size in wanted]
            runs += in_turn(kind, {size: partial(measured, size) for size in wanted}, rounds)
        except Cannot as reason:
            say(f"{SAID[kind]} is left out: {reason}")
    return {"rounds": rounds, "seconds": seconds, "active": spoken, "runs": runs}


def in_turn(kind: str, steps: dict[int, Callable[[], dict[str, Any]]], rounds: int) -> list[dict[str, Any]]:
    runs = []
    for turn in range(rounds):
        for size, step in steps.items():
            counted = step()
            us = 1e6 * counted["server_cpu"] / max(1, counted["frames"])
            runs.append({"round": turn, "kind": kind, "size": size, "us": us, **counted})
            say(
                f"round {turn + 1} of {rounds}, {number(size)} {SAID[kind]}: {us:.2f} µs a delivery; wrong: {wrong(counted)}"
            )
    return runs


def went_wrong(measured: dict[str, Any]) -> bool:
    return any(run[each] for run in measured["runs"] for each in WRONG)


def markdown(measured: dict[str, Any]) -> str:
    rows = []
    for kind, what in SAID.items():
        of = [run for run in measured["runs"] if run["kind"] == kind]
        if not of:
            continue
        sizes = list(dict.fromkeys(run["size"] for run in of))
        first = {run["round"]: run for run in of if run["size"] == sizes[0]}
        for size in sizes:
            runs = [run for run in of if run["size"] == size]
            posts = [1e6 * run["server_cpu"] / max(1, run["posts"]) for run in runs]
            rows.append((
                f"{what}: {number(size)}", spread([run["us"] for run in runs]),
                spread([run["us"] / first[run["round"]]["us"] for run in runs if first[run["round"]]["us"]]),
                number(round(statistics.median(posts))), wrong({each: max(run[each] for run in runs) for each in WRONG}),
            ))  # fmt: skip
    return (
        f"What posts and is measured is always the same unless it is what grows: {measured['active']} circles of {EACH}, one post in flight in each."
        " The rest of the circles and messages was written straight into the database (SQLite). × first is the ratio to the first line of"
        f" the kind in the same round. {number(measured['seconds'])} s, {measured['rounds']} rounds: medians (range).\n\n"
        + table(("", "µs of CPU a delivery", "× first", "µs of CPU a post", "wrong"), rows)
    )
