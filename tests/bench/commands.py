"""What `bin/bench` can measure, each under its name: how it is done, and what comes of it."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.bench import cases, cross, fanout, growth, hostile, idle, latency, posts, storm
from tests.bench.contestants import Contestant
from tests.bench.running import Bench

Chosen = argparse.Namespace


@dataclass(frozen=True)
class Found:
    """``measured`` for the machine, ``text`` for people; ``wrong``: this server lost, doubled or reordered something."""

    measured: dict[str, Any]
    text: str
    wrong: bool = False


@dataclass(frozen=True)
class Field:
    """Who is measured. ``here`` are those that are installed and wanted, among them the floor and this server."""

    everybody: Sequence[Contestant]
    here: Sequence[Contestant]

    @property
    def floor(self) -> Contestant:
        return self.everybody[0]

    @property
    def own(self) -> Contestant:
        return next(each for each in self.everybody if each.own)


def fan_out(chosen: Chosen, bench: Bench, field: Field) -> Found:
    shapes = [fanout.SHAPES[int(each) - 1] for each in chosen.shapes.split(",") if each] or fanout.SHAPES
    measured = fanout.measure(
        bench, field.here, shapes, chosen.rounds, chosen.warm, chosen.seconds, peers_once=chosen.what == "all"
    )
    text = fanout.markdown(measured, {each.name: each.lacks for each in field.everybody})
    return Found(measured, text, fanout.went_wrong(measured, field.own.name))


def durable(chosen: Chosen, bench: Bench, field: Field) -> Found:
    measured = posts.measure(bench, field.own, chosen.rounds, chosen.warm, chosen.seconds)
    return Found(measured, posts.markdown(measured))


def time_of_a_post(chosen: Chosen, bench: Bench, field: Field) -> Found:
    measured = latency.measure(bench, field.own, chosen.rounds, chosen.warm, chosen.seconds)
    return Found(measured, latency.markdown(measured), latency.went_wrong(measured))


def hostility(chosen: Chosen, bench: Bench, field: Field) -> Found:
    measured = hostile.measure(bench, field.own, chosen.rounds, chosen.warm, chosen.seconds)
    return Found(measured, hostile.markdown(measured), hostile.went_wrong(measured))


def idleness(chosen: Chosen, bench: Bench, field: Field) -> Found:
    here = [field.floor, field.own] if chosen.what == "all" else field.here
    measured = idle.measure(bench, here, chosen.connections, chosen.rounds)
    return Found(measured, idle.markdown(measured))


def storms(chosen: Chosen, bench: Bench, field: Field) -> Found:
    measured = storm.measure(bench, field.floor, field.own, chosen.connections, chosen.rounds)
    return Found(measured, storm.markdown(measured), storm.went_wrong(measured))


def across(chosen: Chosen, bench: Bench, field: Field) -> Found:
    measured = cross.measure(bench, field.own, chosen.rounds, chosen.warm, chosen.seconds)
    return Found(measured, cross.markdown(measured), cross.went_wrong(measured))


def grown(chosen: Chosen, bench: Bench, field: Field) -> Found:
    sizes = growth.QUICK if chosen.quick else growth.Sizes()
    measured = growth.measure(bench, field.own, chosen.rounds, chosen.warm, chosen.seconds, sizes)
    return Found(measured, growth.markdown(measured), growth.went_wrong(measured))


def open_cases(chosen: Chosen, bench: Bench, field: Field) -> Found:
    measured = cases.measure(bench, chosen.rounds)
    return Found(measured, cases.markdown(measured))


COMMANDS: dict[str, tuple[str, Callable[[Chosen, Bench, Field], Found]]] = {
    "fanout": ("processor time per delivery (default)", fan_out),
    "posts": ("durable posts a second", durable),
    "latency": ("time of a post at half load, beside the disk's", time_of_a_post),
    "hostile": ("what stalled readers and ping floods cost the others", hostility),
    "growth": ("cost of a delivery as everything grows", grown),
    "idle": ("memory per connection", idleness),
    "storm": ("everybody comes at once, and comes back", storms),
    "cross": ("time and processor time added between two processes", across),
    "cases": ("a flag with 10,000 open cases", open_cases),
}
IN_ALL: dict[str, dict[str, Any]] = {
    "fanout": {"seconds": 2.0, "warm": 0.5},
    "posts": {"seconds": 3.0},
    "latency": {"seconds": 5.0},
    "hostile": {"seconds": 5.0},
    "cross": {"seconds": 3.0, "rounds": 1},
    "idle": {"rounds": 1},
    "storm": {"rounds": 1},
    "growth": {"seconds": 2.0, "rounds": 1, "quick": True},
}
"""What `all` measures, and how it is shortened for that."""
EVERYTHING = "all"
PEERS = "peers"
HELP = "; ".join([
    *(f"{name}: {words}" for name, (words, _) in COMMANDS.items()),
    f"{EVERYTHING}: all but the cases, shortened to a quarter of an hour",
    f"{PEERS}: who is here to be compared with; --install fetches them",
])  # fmt: skip


def asked_for(chosen: Chosen) -> dict[str, Chosen]:
    """What is to be measured, with the options of each."""
    if chosen.what != EVERYTHING:
        return {chosen.what: chosen}
    return {name: argparse.Namespace(**{**vars(chosen), **less}) for name, less in IN_ALL.items()}
