"""Everybody comes at once: for the first time, again with nothing missed, and again after things were said meanwhile."""

import asyncio
import time
from typing import Any

from tests.bench import people
from tests.bench.contestants import Contestant
from tests.bench.fanout import WRONG, wrong
from tests.bench.machine import say
from tests.bench.results import number, spread, table
from tests.bench.running import Bench, Running, Shape, loader, running, said

EACH = 10
MISSED = 10
AT_ONCE = 1_000
"""Handshakes under way at a time; the listening queue of Linux holds 4096."""
LATER = 0.5
"""Seconds after the last has everything, in which something might still come twice."""
FLOOR, FIRST, AGAIN, RESUME = "floor", "first", "again", "resume"
SAID = {
    FLOOR: "floor: connect, no more",
    FIRST: "connect, authenticate, enter for the first time, watch",
    AGAIN: "dropped, connect, authenticate, watch; nothing missed",
    RESUME: f"dropped, connect, authenticate, watch; {MISSED} messages missed each",
}


def measure(bench: Bench, floor: Contestant, own: Contestant, connections: int, rounds: int) -> dict[str, Any]:
    shape = Shape(circles=max(1, connections // EACH), each=min(EACH, connections), posters=1)
    runs = []
    for turn in range(rounds):
        with running(bench, floor) as server:
            found = {FLOOR: stormed(bench, server, shape, floor.plan(server.port, shape.circles, shape.each))}
        with running(bench, own) as server:
            found |= storms(bench, server, shape)
        for kind, counted in found.items():
            runs.append({"round": turn, "kind": kind, **counted})
            say(
                f"round {turn + 1} of {rounds}, {SAID[kind]}: {counted['in_seconds']:.2f} s, {counted['in_cpu']:.2f} s of CPU;"
                f" wrong: {wrong(counted)}"
            )
    return {"rounds": rounds, "connections": shape.circles * shape.each, "runs": runs}


def storms(bench: Bench, server: Running, shape: Shape) -> dict[str, dict[str, Any]]:
    """The three storms of one server, one after the other. Each ends with all connections cut at once."""
    port = server.port
    say(f"{shape.circles * shape.each} people come in")
    circles = asyncio.run(people.furnish(port, shape.circles, shape.each, seated=False))
    found = {FIRST: stormed(bench, server, shape, people.plan(port, circles, enter=True))}
    held = asyncio.run(people.speak(port, circles, 1))
    nothing = [people.Left(each.epoch, each.seq + each.count, 0) for each in held]
    found[AGAIN] = stormed(bench, server, shape, people.plan(port, circles, left=nothing))
    missed = asyncio.run(people.speak(port, circles, MISSED))
    found[RESUME] = stormed(bench, server, shape, people.plan(port, circles, left=missed))
    return found


def stormed(bench: Bench, server: Running, shape: Shape, plan: str) -> dict[str, Any]:
    """All connect; then the program that holds them ends, and with it every connection, unannounced."""
    path = server.folder / "plan"
    path.write_text(f"O\tat_once\t{AT_ONCE}\n{plan}", encoding="utf-8")
    with loader(bench, server, shape, path) as process:
        entered = said(process, "ready", server)
        time.sleep(LATER)
        assert process.stdin is not None
        process.stdin.close()
        counted = said(process, "done", server)
    return counted | {"in_seconds": entered["seconds"], "in_cpu": entered["server_cpu"], "load": entered["loader_cpu"]}


def went_wrong(measured: dict[str, Any]) -> bool:
    return any(run[each] for run in measured["runs"] if run["kind"] != FLOOR for each in WRONG)


def markdown(measured: dict[str, Any]) -> str:
    rows = []
    for kind, what in SAID.items():
        runs = [run for run in measured["runs"] if run["kind"] == kind]
        each = [1e6 * run["in_cpu"] / measured["connections"] for run in runs]
        busy = [100 * run["load"] / run["in_seconds"] for run in runs]
        most = {name: max(run[name] for run in runs) for name in WRONG}
        rows.append((
            what, spread([run["in_seconds"] for run in runs]), spread([run["in_cpu"] for run in runs]),
            spread(each, digits=0), f"{min(busy):.0f}–{max(busy):.0f}%", wrong(most),
        ))  # fmt: skip
    return (
        f"{number(measured['connections'])} connections, {EACH} in each circle, {number(AT_ONCE)} handshakes under way at a time, until the last"
        f" has all that is theirs (the circle as it stands, and every message missed); server on one core, SQLite, synchronous=FULL."
        f" wrong: what was lost (missing, gaps), doubled or refused, looked at until {LATER:g} s after. {measured['rounds']} rounds,"
        " median (range).\n\n"
        + table(("", "seconds", "seconds of CPU", "µs of CPU a connection", "load busy", "wrong"), rows)
    )
