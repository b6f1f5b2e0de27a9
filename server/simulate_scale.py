"""`python -m server.simulate_scale`: how many machines so many people need, from measured costs, and what is full first.

Exit status 0: a plan was found; 1: no number of machines is enough for what was asked; 2: what was asked makes no sense.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Final

from server.redis.parcels import PARTITIONS
from server.scale import report
from server.scale.costs import Costs, NoCost, read_results
from server.scale.needs import Hardware, Plan, plan
from server.scale.placed import By, Dealt
from server.scale.world import Impossible, Wanted, World

GROWTH: Final = (0.01, 0.03, 0.1, 0.3, 1.0)
"""Sizes shown, as shares of the people asked for; circles grow with them."""
OPTIONS: Final = {
    "people": "people with a place",
    "circles": "circles there are",
    "each": "circles of one person, on the average",
    "spread": "of the sizes of circles: deviation of their logarithm",
    "most": "seats in a circle",
    "online": "share of people with an open socket at the busiest time",
    "messages": "that each of them writes a minute",
    "burst": "how many times that the fullest moment has",
    "whispers": "signs of writing for each message",
    "seed": "of the world",
    "cores": "of a machine for server processes",
    "memory_gb": "of such a machine",
    "network_gbit": "a second, of such a machine",
    "descriptors": "that may be open on such a machine",
    "balancer_addresses": "from which balancers connect to each process",
    "database_cores": "of a machine for PostgreSQL",
    "database_connections": "that one PostgreSQL takes",
    "disk_mb": "a second that PostgreSQL's disk writes",
    "full": "share of anything that may be used",
}


def main(arguments: Sequence[str] | None = None) -> int:
    asked = described().parse_args(arguments)
    try:
        costs = Costs()
        if asked.results is not None:
            costs.replace(read_results(asked.results), f"--from {asked.results.name}")
        for one in asked.cost:
            costs.replace(_given(one), "--cost")
        wanted = Wanted(**{each.name: getattr(asked, each.name) for each in fields(Wanted)})
        hardware = Hardware(**{each.name: getattr(asked, each.name) for each in fields(Hardware)})
        wanted.check()
        hardware.check()
        if not 1 <= asked.partitions <= 1_000_000:
            raise Impossible("There are between one and a million partitions.")
    except (Impossible, NoCost) as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command's answer
        return 2
    return run(wanted, hardware, costs, asked.place, asked.partitions)


def described() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m server.simulate_scale", description=__doc__)
    for made in (Wanted(), Hardware()):
        for each in fields(made):
            value = getattr(made, each.name)
            name = "--" + each.name.replace("_", "-")
            parser.add_argument(name, type=type(value), default=value, help=f"{OPTIONS[each.name]} ({value:g})")
    parser.add_argument("--place", choices=("connection", "circle"), default="connection", help="where sockets lie")
    parser.add_argument("--partitions", type=int, default=PARTITIONS, help=f"of Redis channels ({PARTITIONS})")
    parser.add_argument("--cost", action="append", default=[], metavar="NAME=VALUE", help="another unit cost")
    parser.add_argument(
        "--from", dest="results", type=Path, default=None, metavar="FILE",
        help="unit costs from results.json of bin/bench or from what tests.bench.backends printed",
    )  # fmt: skip
    return parser


def run(wanted: Wanted, hardware: Hardware, costs: Costs, by: By, partitions: int) -> int:
    rows: list[tuple[World, Plan]] = []
    for share in GROWTH:
        people, circles = max(1, round(wanted.people * share)), max(1, round(wanted.circles * share))
        some = replace(wanted, people=people, circles=circles)
        try:
            some.check()
        except Impossible:
            continue  # too few circles for so many each; the next size is asked for
        print(f"{people:,} people …", file=sys.stderr, flush=True)  # noqa: T201
        world = World(some)
        try:
            rows.append((world, plan(Dealt(world, by, partitions), hardware, costs)))
        except Impossible as error:
            print(f"{people:,} people: {error}", file=sys.stderr)  # noqa: T201
            return 1
    world, largest = rows[-1]
    other: By = "circle" if by == "connection" else "connection"
    why, beside = "", None
    try:
        beside = plan(Dealt(world, other, partitions), hardware, costs)
    except Impossible as error:
        why = f"By {other}: {error}"
    pair = (largest, beside) if by == "connection" else (beside, largest)
    parts = (
        ("What is assumed", report.assumed(wanted, hardware, partitions)),
        (f"Growth, placed by {by}", report.growth(rows)),
        (f"With {world.wanted.people:,} people", report.details(world, largest, costs)),
        ("Placed by connection and by circle", report.placings(pair[0], pair[1], why)),
        ("What one of each costs", report.sources(costs)),
    )
    print("\n\n".join(f"## {title}\n\n{text}" for title, text in parts))  # noqa: T201
    return 0


def _given(one: str) -> dict[str, float]:
    name, _, value = one.partition("=")
    try:
        return {name: float(value)}
    except ValueError:
        raise NoCost(f"--cost wants NAME=VALUE, as in post_us=150; {one!r} is not that.") from None


if __name__ == "__main__":
    sys.exit(main())
