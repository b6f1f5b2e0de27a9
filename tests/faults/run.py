"""``python -m tests.faults.run PROFILE``: one fault run by name, its figures, and with --write a place in RESULTS.md.

Profiles: smoke, smoke-sqlite, full, full-sqlite, points, points-sqlite, storm, slow, soak. What is said of a profile
stands for the posts and faults that it was run with.
"""

import argparse
import asyncio
import os
import platform
import re
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.faults import crowds
from tests.faults.crowds import Figures
from tests.faults.figures import milliseconds
from tests.faults.history import History
from tests.faults.play import Outcome
from tests.faults.profiles import PLANS, Plan, play, servers
from tests.faults.world import World
from tests.keeper import Keeper

RESULTS = Path(__file__).with_name("RESULTS.md")
CROWDS = ("storm", "slow", "soak")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.run", description=__doc__)
    parser.add_argument("profile", choices=[*PLANS, *CROWDS])
    parser.add_argument("--posts", type=int)
    parser.add_argument("--faults", type=int, help="storm: times dropped; slow: people who stall")
    parser.add_argument("--people", type=int)
    parser.add_argument("--minutes", type=float, default=60.0, help="soak only")
    parser.add_argument("--write", action="store_true", help="put the figures into RESULTS.md")
    asked = parser.parse_args()
    began = time.monotonic()
    keeper = Keeper()
    try:
        figures = run(asked, keeper)
    finally:
        keeper.close()
    lines = [f"| {name} | {value} |" for name, value in figures.table.items()]
    lines += [f"| **violations** | **{figures.violations}** |", f"| seconds in all | {time.monotonic() - began:.0f} |"]
    print("\n".join(lines))
    if asked.write:
        write(asked.profile, lines)
    return 1 if figures.violations else 0


def run(asked: argparse.Namespace, keeper: Keeper) -> Figures:
    plan = PLANS["full" if asked.profile == "soak" else "smoke" if asked.profile in CROWDS else asked.profile]
    folder = keeper.new_folder("faults")
    with servers(plan, keeper) as (redis, postgres, database):
        try:
            if asked.profile not in CROWDS:
                plan = plan.sized(posts=asked.posts, faults=asked.faults, people=asked.people)
                return of(asyncio.run(play(plan, keeper, folder, redis, postgres, database)))
            world = World(
                keeper, folder / "data", History(), processes=plan.processes, database_url=database, redis=redis,
                postgres=postgres, proxied=plan.proxied if asked.profile == "soak" else (),
            )  # fmt: skip
            return asyncio.run(crowd(asked, plan, world))
        finally:
            keeper.remove_folder(folder)


async def crowd(asked: argparse.Namespace, plan: Plan, world: World) -> Figures:
    await world.start()
    match asked.profile:
        case "storm":
            return await crowds.storm(world, asked.people or 2_000, asked.posts or 10_000, asked.faults or 5)
        case "slow":
            return await crowds.slow(world, asked.people or 100, asked.posts or 20_000, asked.faults or 50)
        case _:
            minutes = asked.minutes
            posts, faults = asked.posts or int(minutes * 3_000), asked.faults or int(minutes * 16)
            sized = plan.sized(posts=posts, faults=faults, people=100)
            return await crowds.soak(sized, world, minutes, asked.people or 500)


def of(outcome: Outcome) -> Figures:
    counts, faults = outcome.counts, sorted(outcome.faults.items())
    total = sum(outcome.faults.values())
    table = {
        "posts, all answered": f"{counts['posts']:,}" + ("" if counts["answered"] == counts["posts"] else " NOT ALL"),
        "deliveries": f"{counts['deliveries']:,}",
        "answered as doubles": f"{counts['answered as doubles']:,}",
        "repeats, gaps, resets, internal errors": ", ".join(
            str(counts[each]) for each in ("repeats", "gaps", "resets", "bugs")
        ),
        f"{total} faults": ", ".join(f"{name} ×{times}" for name, times in faults),
        "from send to each other person, p50 / p99 / most": milliseconds(outcome.delays.every),
        "of these while calm": f"{milliseconds(outcome.delays.calm)} ({len(outcome.delays.calm):,})",
        "seconds of the run": f"{outcome.seconds:.0f}",
    }
    if total and not outcome.violations:
        table["so at most this share of faults breaks a promise (95 %)"] = f"{3 / total:.1%}"
    for each in outcome.violations[:10]:
        print(each, file=sys.stderr)
    return Figures(table, len(outcome.violations))


def write(profile: str, lines: list[str]) -> None:
    """In place of what stands between the marks of this profile, or at the end."""
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    where = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load at the end {load}"
    command = " ".join(("python -m tests.faults.run", *(each for each in sys.argv[1:] if each != "--write")))
    head = [f"`{command}`, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {where}", "", "| | |", "|---|---|"]
    mark = f"<!-- {profile} -->"
    section = "\n".join([mark, f"### {profile}", *head, *lines, mark])
    text = RESULTS.read_text()
    found = re.search(f"{mark}.*?{mark}", text, re.DOTALL)
    text = text.replace(found[0], section) if found else f"{text.rstrip()}\n\n{section}\n"
    RESULTS.write_text(text)


if __name__ == "__main__":
    sys.exit(main())
