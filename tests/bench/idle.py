"""Memory of connections that do nothing: this server's are signed in and sit in a circle each; the others know nobody."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from tests.bench.contestants import Contestant
from tests.bench.machine import resident, say
from tests.bench.people import furnish
from tests.bench.results import number, spread, table
from tests.bench.running import Bench, Shape, loader, planned, running, said

EACH = 10
SETTLE = 3.0
"""Seconds between the last connection and the look at the memory."""


def measure(bench: Bench, here: Sequence[Contestant], clients: int, rounds: int) -> dict[str, Any]:
    shape = Shape(circles=max(1, clients // EACH), each=EACH, posters=1)
    runs = []
    for turn in range(rounds):
        for contestant in here:
            kilobytes = grown(bench, contestant, shape) / 1024 / (shape.circles * shape.each)
            runs.append({"round": turn, "name": contestant.name, "kilobytes": kilobytes})
            say(f"round {turn + 1} of {rounds}, {contestant.name}: {kilobytes:.1f} kB a connection")
    return {"rounds": rounds, "clients": shape.circles * shape.each, "runs": runs}


def grown(bench: Bench, contestant: Contestant, shape: Shape) -> int:
    """Bytes by which the server grows while they connect.

    This server's people are made by an earlier run of it: what that left free would hide what connections take.
    """
    data = bench.keeper.new_folder("bench-idle", inside=bench.folder)
    try:
        circles = None
        if contestant.own:
            with running(bench, contestant, data) as server:
                circles = asyncio.run(furnish(server.port, shape.circles, shape.each))
        with running(bench, contestant, data) as server:
            plan = planned(server, shape, circles)
            before = resident(server.pids)
            with loader(bench, server, shape, plan) as load:
                said(load, "ready", server)
                time.sleep(SETTLE)
                return resident(server.pids) - before
    finally:
        bench.keeper.remove_folder(data)


def markdown(measured: dict[str, Any]) -> str:
    names = list(dict.fromkeys(run["name"] for run in measured["runs"]))
    rows = [(name, spread([run["kilobytes"] for run in measured["runs"] if run["name"] == name])) for name in names]
    return (
        f"Growth of the server's resident memory by {number(measured['clients'])} connections, divided by them, {number(SETTLE)} s after the last;"
        f" {EACH} in each circle. The kernel's part of a socket is not in it. {measured['rounds']} rounds.\n\n"
        + table(("", "kB a connection"), rows)
    )
