"""What a history says about how fast and how often."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from typing import NamedTuple

from tests.faults.history import Answered, Applied, Began, Closed, Fault, History, Opened, Pressed


class Delays(NamedTuple):
    """Seconds from pressing send until each other person has it, sorted. ``calm`` are those of them during which sender
    and receiver stayed connected and nothing was broken."""

    every: list[float]
    calm: list[float]


def delays(history: History) -> Delays:
    pressed: dict[str, Pressed] = {}
    answered: dict[str, float] = {}
    moves: dict[str, list[float]] = defaultdict(list)
    """When each person's connection came, went or caught up."""
    away: dict[str, list[tuple[float, float]]] = defaultdict(list)
    faults = sorted((each.t, each.until) for each in history.entries if isinstance(each, Fault))
    for entry in history.entries:
        match entry:
            case Pressed():
                pressed.setdefault(entry.key, entry)
            case Answered():
                answered.setdefault(entry.key, entry.t)
            case Opened() | Began():
                moves[entry.who].append(entry.t)
                if away[entry.who] and away[entry.who][-1][1] == float("inf"):
                    away[entry.who][-1] = away[entry.who][-1][0], entry.t
            case Closed():
                moves[entry.who].append(entry.t)
                away[entry.who].append((entry.t, float("inf")))
            case _:
                pass

    def stayed(who: str, start: float, end: float) -> bool:
        moved = moves[who]
        gone = away[who]
        before = bisect_right(gone, (start, float("inf"))) - 1
        return bisect_left(moved, start) == bisect_right(moved, end) and (before < 0 or gone[before][1] <= start)

    every: list[float] = []
    calm: list[float] = []
    for entry in history.entries:
        if isinstance(entry, Applied) and entry.key in pressed and pressed[entry.key].who != entry.who:
            sent = pressed[entry.key]
            every.append(entry.t - sent.t)
            near = bisect_right(faults, (entry.t, float("inf"))) - 1
            broken = near >= 0 and faults[near][1] >= sent.t
            until = max(entry.t, answered.get(entry.key, entry.t))
            if not broken and stayed(entry.who, sent.t, entry.t) and stayed(sent.who, sent.t, until):
                calm.append(entry.t - sent.t)
    return Delays(sorted(every), sorted(calm))


def milliseconds(values: list[float]) -> str:
    """p50, p99 and the largest."""
    return " / ".join(f"{at(values, quantile) * 1000:,.0f}" for quantile in (0.5, 0.99, 1)) + " ms"


def at(values: list[float], quantile: float) -> float:
    """The value below which so much of the sorted values lies; 0 where there are none."""
    return values[min(len(values) - 1, int(quantile * len(values)))] if values else 0.0
