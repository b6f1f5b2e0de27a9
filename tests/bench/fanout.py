"""Processor time per delivery, for each contestant and shape, as a ratio to the floor of the same round."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from tests.bench.contestants import Contestant
from tests.bench.machine import load_average, say
from tests.bench.results import number, spread, table
from tests.bench.running import BODY, Bench, Shape, load, running

SHAPES = (
    Shape(circles=100, each=10, posters=10),
    Shape(circles=10, each=100, posters=20),
    Shape(circles=1, each=1000, posters=20),
    Shape(circles=1, each=1000, posters=20, in_flight=20),
)
WRONG = ("gaps", "doubles", "strange", "refused", "closed", "missing", "differing", "stalled", "overrun")
"""What the loader counts that should not be: all 0 where everybody has everything once, in one order."""
NOTHING = "nothing"
BUSY = 0.9
"""Share of its core above which the load itself may be what holds a run back."""


def measure(
    bench: Bench,
    here: Sequence[Contestant],
    shapes: Sequence[Shape],
    rounds: int,
    warm: float,
    seconds: float,
    *,
    peers_once: bool = False,
) -> dict[str, Any]:
    """Every contestant in every shape, in turn, so many rounds: what is slow for a while is slow for all.

    ``peers_once``: after the first round only the floor and this server.
    """
    runs = []
    for turn in range(rounds):
        for shape in shapes:
            for contestant in here:
                peer = not contestant.own and contestant is not here[0]
                if 0 < contestant.most < shape.each or (peer and peers_once and turn > 0):
                    continue
                try:
                    with running(bench, contestant) as server:
                        counted = load(bench, server, shape, warm, seconds)
                except RuntimeError as error:
                    if not peer:
                        raise
                    say(f"round {turn + 1} of {rounds}, {shape.name}: {error}; it is left out")
                    continue
                run = {"round": turn, "shape": shape.name, "name": contestant.name, "load_average": load_average()}
                run |= counted | {"us": 1e6 * counted["server_cpu"] / max(1, counted["frames"])}
                runs.append(run)
                say(f"round {turn + 1} of {rounds}, {shape.name}, {contestant.name}: {run['us']:.2f} µs a delivery")
                if wrong(counted) != NOTHING:
                    say(f"  wrong: {wrong(counted)}")
    return {"rounds": rounds, "warm": warm, "seconds": seconds, "peers_once": peers_once, "runs": runs}


def went_wrong(measured: dict[str, Any], name: str) -> bool:
    return any(run[each] for run in measured["runs"] if run["name"] == name for each in WRONG)


def wrong(counted: Mapping[str, int]) -> str:
    """What the loader found wrong, in words."""
    return ", ".join(f"{each} {counted[each]}" for each in WRONG if counted[each]) or NOTHING


def markdown(measured: dict[str, Any], lacks: dict[str, str]) -> str:
    runs = measured["runs"]
    shapes = list(dict.fromkeys(run["shape"] for run in runs))
    names = list(dict.fromkeys(run["name"] for run in runs))
    parts = [
        f"Processor time (user and system, all processes of the server, from /proc) between two marks {number(measured['seconds'])} s"
        f" apart, divided by the frames that all clients received between them. Bodies of {BODY} bytes; every frame is checked for"
        " order and gaps. A post is done when everybody in its circle has it; unless said otherwise each circle has one post in flight."
        f" {measured['rounds']} rounds, in which all took turns{' (the peers once)' if measured['peers_once'] else ''}: medians, and in brackets the range. × floor is the ratio to the floor"
        " in the same round.\n"
    ]
    for shape in shapes:
        floors = {run["round"]: run["us"] for run in runs if run["shape"] == shape and run["name"] == names[0]}
        rows = [row([run for run in runs if (run["shape"], run["name"]) == (shape, name)], floors) for name in names]
        head = (
            "",
            "µs of CPU a delivery",
            "× floor",
            "deliveries a second",
            "server busy",
            "load busy",
            "bytes",
            "wrong",
        )
        parts.append(f"### {shape}\n\n{table(head, [each for each in rows if each])}")
    parts.append("What the others do not do:\n\n" + "".join(f"- {n}: {lacks[n]}.\n" for n in names if lacks.get(n)))
    return "\n".join(parts)


def row(runs: Sequence[dict[str, Any]], floors: dict[int, float]) -> tuple[str, ...]:
    if not runs:
        return ()
    busy = statistics.median(run["loader_cpu"] / run["seconds"] for run in runs)
    return (
        runs[0]["name"],
        spread([run["us"] for run in runs]),
        spread([run["us"] / floors[run["round"]] for run in runs if floors.get(run["round"])]),
        number(statistics.median(run["frames"] / run["seconds"] for run in runs)),
        f"{statistics.median(run['server_cpu'] / run['seconds'] for run in runs):.0%}",
        f"{busy:.0%}" + (" (held back by the load)" if busy > BUSY else ""),
        number(statistics.median(run["bytes"] / max(1, run["frames"]) for run in runs)),
        wrong({each: max(run[each] for run in runs) for each in WRONG}),
    )
