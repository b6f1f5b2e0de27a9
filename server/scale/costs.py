"""What one of each thing costs, and where each figure comes from. Replaced by `--from` and `--cost` with newer ones."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

BACKENDS = "python -m tests.bench.backends, 2026-11-22, 2 busy cores"
REDIS_PATH = "python -m tests.bench.redis_path, 2026-11-22, 2 busy cores"


class Cost(NamedTuple):
    value: float
    unit: str
    meaning: str
    source: str


COSTS: Final[dict[str, Cost]] = {
    "post_us": Cost(169.0, "µs", "a process takes, stores (PostgreSQL) and answers one post", BACKENDS),
    "delivery_us": Cost(10.4, "µs", "a process writes one event to one socket", "bin/bench fanout, 2026-11-22: 100 × 10 and 1 × 1000"),
    "delivery_bytes": Cost(306.0, "bytes", "a frame on a socket, for a body of 120 bytes", "bin/bench fanout, 2026-11-22"),
    "published_alone_us": Cost(33.3, "µs", "a process passes one message on, alone", REDIS_PATH),
    "published_together_us": Cost(11.4, "µs", "the same, among others", REDIS_PATH),
    "received_alone_us": Cost(8.9, "µs", "a process hears one message of another, for it or not, alone", REDIS_PATH),
    "received_together_us": Cost(5.8, "µs", "the same, among others", REDIS_PATH),
    "head_us": Cost(0.12, "µs", "a process looks whether one log has moved", BACKENDS),
    "connection_kb": Cost(11.3, "kB", "an idle socket in a circle", "bin/bench idle, 2026-11-22, before this figure was kept"),
    "ring_bytes": Cost(476.0, "bytes", "an event kept for resuming", BACKENDS),
    "process_mb": Cost(125.0, "MB", "a process without anybody", "circles process_resident_memory_bytes, 2026-11-22"),
    "socket_kb": Cost(4.0, "kB", "the kernel's part of an idle socket", "assumed"),
    "database_post_us": Cost(85.7, "µs", "PostgreSQL stores one post", BACKENDS),
    "database_head_us": Cost(0.7, "µs", "PostgreSQL looks whether one log has moved", BACKENDS),
    "wal_bytes": Cost(822.0, "bytes", "PostgreSQL's log for one post, without whole pages after checkpoints", BACKENDS),
    "redis_publish_us": Cost(13.0, "µs", "Redis takes one message", BACKENDS),
    "redis_subscriber_us": Cost(4.2, "µs", "Redis passes it to one process", BACKENDS),
    "redis_presence_us": Cost(7.9, "µs", "Redis compares one circle's presence with one process", BACKENDS),
}  # fmt: skip


class NoCost(Exception):
    """One plain sentence."""


class Costs:
    """``values`` by name; ``sources`` say where each came from."""

    def __init__(self, found: Mapping[str, float] | None = None, source: str = "given") -> None:
        self.values = {name: each.value for name, each in COSTS.items()}
        self.sources = {name: each.source for name, each in COSTS.items()}
        self.replace(found or {}, source)

    def __getitem__(self, name: str) -> float:
        return self.values[name]

    def replace(self, found: Mapping[str, float], source: str) -> None:
        """Raises `NoCost` for a name that there is not and for a value that is no cost."""
        for name, value in found.items():
            if name not in COSTS:
                raise NoCost(f"There is no cost {name!r}; there are {', '.join(COSTS)}.")
            if not 0 < value < 1e12:
                raise NoCost(f"The cost {name} must be a number above 0.")
            self.values[name], self.sources[name] = float(value), source


def read_results(path: Path) -> dict[str, float]:
    """Costs from what `bin/bench` (results.json) or `python -m tests.bench.backends` wrote. Raises `NoCost`."""
    try:
        held = json.loads(path.read_text())
    except (OSError, ValueError):
        raise NoCost(f"{path} cannot be read as JSON.") from None
    if not isinstance(held, dict):
        raise NoCost(f"{path} holds no measurements.")
    try:
        found = {name: float(value) for name, value in held.items() if name in COSTS}
        if "fanout" in held:
            found |= of_fanout(held["fanout"]["runs"])
        if "idle" in held:
            kilobytes = [run["kilobytes"] for run in held["idle"]["runs"] if run["name"] == "this server"]
            found |= {"connection_kb": median(kilobytes)} if kilobytes else {}
    except (KeyError, TypeError, ValueError):
        raise NoCost(f"{path} holds measurements in a form that is not known here.") from None
    if not found:
        raise NoCost(f"{path} holds no cost that is known here.")
    return found


def of_fanout(runs: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """A straight line through processor time by readers: what a post costs, and what each delivery adds to it.

    The line goes through two shapes of one poster a circle, that of the fewest readers and that of the most. What comes
    of it for a post holds on SQLite; it is taken only if it is more than what is known for PostgreSQL.
    """
    by_readers: dict[int, list[float]] = {}
    sizes: list[float] = []
    for run in runs:
        if run["name"] != "this server" or "," in run["shape"] or not run["frames"]:
            continue
        readers = int(run["shape"].replace(" ", "").split("×")[1])
        by_readers.setdefault(readers, []).append(1e6 * run["server_cpu"] / run["posts"])
        sizes.append(run["bytes"] / run["frames"])
    if len(by_readers) < 2:
        return {}
    few, many = min(by_readers), max(by_readers)
    low, high = median(by_readers[few]), median(by_readers[many])
    delivery = (high - low) / (many - few)
    found = {"delivery_us": delivery, "delivery_bytes": median(sizes)}
    if low - few * delivery > COSTS["post_us"].value:
        found["post_us"] = low - few * delivery
    return found
