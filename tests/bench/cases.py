"""What a flag costs, and what the clock's look at everything that waits costs, with few and with very many open cases."""

import hashlib
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlmodel import select

from moderation.models import CaseMessageRow, CaseRow, FlagRow
from rooms.limits import Limits
from rooms.units import DAY
from rooms.work import Work
from server import errands
from tests.bench.machine import say
from tests.bench.results import number, spread, table
from tests.bench.running import Bench
from tests.moderation.bench_of import REVIEWERS
from tests.moderation.bench_of import Bench as Reviewers
from tests.moderation.place import CIRCLE, Place

FEW, MANY = 100, 10_000
SAID = 13
"""Seq of the one message in a fresh circle: host, ten authors and the flagger came in before."""
AUTHORS = tuple(f"Ana{each}" for each in range(10))
FLAGS = 150
"""Flags, and looks of the clock, in one round."""


def measure(bench: Bench, rounds: int) -> dict[str, Any]:
    """Two databases beside each other; rounds alternate between them, so that noise meets both."""
    folder = bench.keeper.new_folder("bench-cases", inside=bench.folder)
    places: dict[int, Place] = {}
    try:
        for cases in (FEW, MANY):
            places[cases] = furnished(folder / f"{cases}.db", cases, rounds)
        runs = []
        for turn in range(rounds):
            for cases, place in places.items():
                flag, look = flags(place, turn), looks(place)
                runs.append({"round": turn, "cases": cases, "flag": flag, "look": look})
                say(f"round {turn + 1} of {rounds}, {number(cases)} cases: {flag:.2f} ms a flag, {look:.2f} ms a look")
    finally:
        for place in places.values():
            place.close()
        bench.keeper.remove_folder(folder)
    return {"rounds": rounds, "runs": runs}


class Town(Place):
    """A place with as many circles as one likes."""

    def seat(self, name: str, circle_id: str = CIRCLE) -> str:
        return hashlib.blake2b(f"{name}/{circle_id}".encode(), digest_size=8).hexdigest()


def furnished(path: Path, cases: int, rounds: int) -> Place:
    """A place with so many open cases (the first hundred flagged, the others copies of their rows), and with circles in
    which nothing is flagged yet.

    Eight people review and sit already, so that cases wait.
    """
    place = Town(f"sqlite:///{path}", replace(Limits(), cases_a_day=1_000_000, fold_life=3_000 * DAY))
    place.person("Bo", age=3 * DAY)
    for author in AUTHORS:
        place.person(author, age=3 * DAY)
    for each in range(FEW // len(AUTHORS)):
        waiting(place, f"waits-{each}")
    for copy in range(1, cases // FEW):
        place.run(None, lambda work, copy=copy: _again(work, copy * FEW))  # type: ignore[misc]
    for turn in range(rounds):
        for each in range(FLAGS):
            fresh(place, f"fresh-{turn}-{each}", f"Wren{turn}x{each}")
    reviewers = Reviewers(place)
    reviewers.people(*REVIEWERS)
    for _ in range(3):
        reviewers.draw()
    return place


def _again(work: Work, more: int) -> None:
    """The first cases once more, of other authors: as many rows and index entries as if they had been flagged."""
    for kind, key, moved in (
        (CaseRow, "id", {"id": more, "author_id": None, "writer_id": None}),
        (CaseMessageRow, "id", {"id": more, "case_id": more}),
        (FlagRow, "id", {"id": more, "case_message_id": more}),
    ):
        for row in work.conn.execute(select(kind).where(getattr(kind, key) <= FEW)).mappings().all():
            values = dict(row)
            for name, by in moved.items():
                values[name] = f"{more}-{row['id']}"[:16] if by is None else values[name] + by
            work.conn.execute(insert(kind).values(**values))


def waiting(place: Place, name: str) -> None:
    """A circle in which everybody said something that was flagged."""
    circle = f"{name:-<16}"
    place.circle(circle, host="Heron")
    place.enters(*AUTHORS, "Bo", circle_id=circle)
    for author in AUTHORS:
        place.flags("Bo", place.says(author, circle_id=circle), circle_id=circle)


def fresh(place: Place, name: str, flagger: str) -> None:
    """A circle in which somebody said something that will be flagged."""
    circle = f"{name:-<16}"
    place.person(flagger, age=3 * DAY)
    place.circle(circle, host="Heron")
    place.enters(*AUTHORS, flagger, circle_id=circle)
    place.says(AUTHORS[0], circle_id=circle)


def flags(place: Place, turn: int) -> float:
    """Milliseconds of processor time of one flag that opens a case."""
    began = time.process_time()
    for each in range(FLAGS):
        place.flags(f"Wren{turn}x{each}", SAID, circle_id=f"{f'fresh-{turn}-{each}':-<16}")
    return (time.process_time() - began) / FLAGS * 1000


def looks(place: Place) -> float:
    """Milliseconds of processor time of one look of the clock at what is due."""
    began = time.process_time()
    for _ in range(FLAGS):
        place.read(lambda conn: errands.waiting(conn, place.now, place.limits))
    return (time.process_time() - began) / FLAGS * 1000


def markdown(measured: dict[str, Any]) -> str:
    def of(cases: int, what: str) -> list[float]:
        return [run[what] for run in measured["runs"] if run["cases"] == cases]

    rows = []
    for what, said in (
        ("flag", "a flag that opens a case, to its commit"),
        ("look", "the clock's look at all that waits"),
    ):
        few, many = of(FEW, what), of(MANY, what)
        ratios = [b / a for a, b in zip(few, many, strict=True)]
        rows.append((said, spread(few), spread(many), spread(ratios)))
    return (
        f"Processor time on SQLite, in ms, with {number(FEW)} and with {number(MANY)} open cases in two databases beside each other;"
        f" {measured['rounds']} rounds in turn, median (range); the ratio is taken round by round.\n\n"
        + table(("", f"{number(FEW)} cases", f"{number(MANY)} cases", "ratio"), rows)
    )
