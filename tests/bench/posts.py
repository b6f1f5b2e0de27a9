"""Durable posts a second: this server with many posters, beside one commit for each post in the same kind of file."""

import sqlite3
import statistics
import time
from pathlib import Path
from typing import Any

from tests.bench.contestants import Contestant
from tests.bench.machine import load_average, pinned, say
from tests.bench.results import number, spread, table
from tests.bench.running import BODY, Bench, Shape, load, running

POSTERS = 64
SHAPE = Shape(circles=POSTERS, each=1, posters=1)


def measure(bench: Bench, own: Contestant, rounds: int, warm: float, seconds: float) -> dict[str, Any]:
    runs = []
    for turn in range(rounds):
        alone = one_commit_each(bench, seconds)
        with running(bench, own) as server:
            counted = load(bench, server, SHAPE, warm, seconds)
        grouped = counted["posts"] / counted["seconds"]
        run = {"round": turn, "alone": alone, "grouped": grouped, "load_average": load_average(), **counted}
        runs.append(run)
        say(f"round {turn + 1} of {rounds}: one commit each {alone:.0f}, this server {grouped:.0f} posts a second")
    return {"rounds": rounds, "seconds": seconds, "runs": runs}


def one_commit_each(bench: Bench, seconds: float) -> float:
    """Rows a second when each is inserted and committed by itself: write-ahead log, synchronous=FULL, nothing else."""
    folder = bench.keeper.new_folder("bench-commits", inside=bench.folder)
    try:
        with pinned(bench.server_core):
            return commits(folder / "alone.db", seconds)
    finally:
        bench.keeper.remove_folder(folder)


def commits(path: Path, seconds: float) -> float:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE post (circle INTEGER, seq INTEGER, body TEXT, PRIMARY KEY (circle, seq)) WITHOUT ROWID")
    count, began = 0, time.monotonic()
    while time.monotonic() < began + seconds:
        db.execute("INSERT INTO post VALUES (?, ?, ?)", (count % POSTERS, count, "w" * BODY))
        count += 1
    took = time.monotonic() - began
    db.close()
    return count / took


def markdown(measured: dict[str, Any]) -> str:
    runs = measured["runs"]
    alone, grouped = ([run[which] for run in runs] for which in ("alone", "grouped"))
    ratio = [run["grouped"] / run["alone"] for run in runs]
    cpu = [1e6 * run["server_cpu"] / max(1, run["posts"]) for run in runs]
    rows = [
        ("one commit for each row, SQLite alone", spread(alone, digits=0), "1", ""),
        (f"this server, {POSTERS} posters", spread(grouped, digits=0), spread(ratio, digits=1), spread(cpu, digits=0)),
    ]
    return (
        f"Posts stored by a commit that has reached the disk (SQLite, write-ahead log, synchronous=FULL). {POSTERS} people in as many"
        f" circles, each posting again when the last post has come back; {number(measured['seconds'])} s, {measured['rounds']} rounds in turn"
        f" on the same disk; median latency of a post {statistics.median(run['p50_us'] for run in runs) / 1000:.1f} ms.\n\n"
        + table(("", "posts a second", "× alone", "µs of CPU a post"), rows)
    )
