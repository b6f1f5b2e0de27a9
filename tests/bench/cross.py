"""What a message costs that goes from one process to another, through Redis: time added, and processor time to receive it."""

import asyncio
import statistics
import time
from typing import Any

from tests.bench import people
from tests.bench.contestants import Contestant
from tests.bench.fanout import WRONG, wrong
from tests.bench.machine import processor_time, say
from tests.bench.results import number, spread, table
from tests.bench.running import Bench, Shape, load, loader, said
from tests.bench.two import Two, two_servers

CIRCLES = 50
FEW, MANY = 1, 10
"""Readers of each circle in the far process."""
RATES = (200, 1_000)
"""Posts a second over all circles: one by one through every stage, and several at a time."""
SETTLE, QUIET = 1.0, 2.0
"""Seconds from the last connection to the look at what a process costs when nothing happens, and of that look."""


def measure(bench: Bench, own: Contestant, rounds: int, warm: float, seconds: float) -> dict[str, Any]:
    runs = []
    for turn in range(rounds):
        with two_servers(bench, own) as servers:
            for readers in (FEW, MANY):
                circles = asyncio.run(people.furnish(servers.near.port, CIRCLES, 1 + readers))
                idle = quiet(bench, servers, circles, readers)
                for rate in RATES:
                    run = posted(bench, servers, circles, readers, rate, warm, seconds)
                    run |= {"round": turn, "readers": readers, "rate": rate, "idle": idle}
                    runs.append(run)
                    say(
                        f"round {turn + 1} of {rounds}, {rate} posts a second, {readers} far: p50 here {run['near_p50_us']} µs, there"
                        f" {run['far_p50_us']} µs; {received(run):.1f} µs of CPU a message there; wrong: {wrong(run)}"
                    )
    return {"rounds": rounds, "seconds": seconds, "runs": runs}


def quiet(bench: Bench, servers: Two, circles: list[people.Circle], readers: int) -> float:
    """Processor time a second of the far process while everybody is there and nobody says anything."""
    path = servers.near.folder / "plan"
    path.write_text(people.plan(servers.near.port, circles, ports=servers.port), encoding="utf-8")
    shape = Shape(circles=CIRCLES, each=1 + readers, posters=1)
    with loader(bench, servers.near, shape, path) as process:
        said(process, "ready", servers.near)
        time.sleep(SETTLE)
        before = processor_time(servers.far.pids)
        time.sleep(QUIET)
        return (processor_time(servers.far.pids) - before) / QUIET


def posted(
    bench: Bench, servers: Two, circles: list[people.Circle], readers: int, rate: int, warm: float, seconds: float
) -> dict[str, Any]:
    path = servers.near.folder / "plan"
    options = f"O\trate\t{rate}"
    path.write_text(people.plan(servers.near.port, circles, ports=servers.port, options=options), encoding="utf-8")
    shape = Shape(circles=CIRCLES, each=1 + readers, posters=1)
    pids = [*servers.near.pids, *servers.far.pids, *servers.redis]
    found = load(bench, servers.near, shape, warm, seconds, plan=path, pids=pids)
    near, far = len(servers.near.pids), len(servers.far.pids)
    each = found.pop("cpu_each")
    return found | {"near": sum(each[:near]), "far": sum(each[near : near + far]), "redis": sum(each[near + far :])}


def received(run: dict[str, Any]) -> float:
    """Microseconds of processor time of the far process for each message, without what it costs when nothing happens."""
    spent: float = run["far"] - run["idle"] * run["seconds"]
    posts: int = run["posts"]
    return 1e6 * max(0.0, spent) / max(1, posts)


def went_wrong(measured: dict[str, Any]) -> bool:
    return any(run[each] for run in measured["runs"] for each in WRONG)


def markdown(measured: dict[str, Any]) -> str:
    rows = []
    for rate in RATES:
        of = [[run for run in measured["runs"] if (run["rate"], run["readers"]) == (rate, n)] for n in (FEW, MANY)]
        few, many = of
        slopes = [(received(b) - received(a)) / (MANY - FEW) for a, b in zip(few, many, strict=True)]
        alone = [received(run) - FEW * slope for run, slope in zip(few, slopes, strict=True)]
        rows.append((
            number(rate),
            spread([run["near_p50_us"] / 1000 for run in few]),
            spread([run["far_p50_us"] / 1000 for run in few]),
            spread([(run["far_p50_us"] - run["near_p50_us"]) / 1000 for run in few]),
            spread([(run["far_p99_us"] - run["near_p99_us"]) / 1000 for run in few]),
            spread([received(run) for run in few], digits=1),
            spread(alone, digits=1),
            f"{statistics.median(slopes):.1f}",
            spread([1e6 * run["redis"] / max(1, run["posts"]) for run in few], digits=1),
            wrong({each: max(run[each] for run in few + many) for each in WRONG}),
        ))  # fmt: skip
    head = (
        "posts a second", "p50 in the same process, ms", "p50 in the other, ms", "added p50, ms", "added p99, ms",
        "µs of CPU a received message, its delivery to one reader in it", "without that delivery", "µs a delivery more",
        "µs of Redis a message", "wrong",
    )  # fmt: skip
    return (
        f"Two processes with one PostgreSQL and one Redis between them, on no cores of their own. {CIRCLES} circles: in each one person"
        f" posts in the first process and reads there, {FEW} or {MANY} read in the second. Posts are due at random times, and a post's time"
        f" begins when it was due. Processor time is the second process's, without what it costs when nothing happens; without delivery: the"
        f" line through {FEW} and {MANY} readers, at none. {number(measured['seconds'])} s, {measured['rounds']} rounds: medians (range)."
        " PostgreSQL here does not wait for the disk (tests' settings), which both have in common.\n\n"
        + table(head, rows)
    )
