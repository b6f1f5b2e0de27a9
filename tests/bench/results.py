"""Keeps what was measured, as JSON and as Markdown, beside the programs that measured it."""

import json
import statistics
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
WORDS = {
    "fanout": "Processor time per delivery",
    "posts": "Durable posts",
    "latency": "Time of a post",
    "hostile": "Hostile clients",
    "growth": "Growth",
    "idle": "Idle connections",
    "storm": "Storm and resume",
    "cross": "Across two processes",
    "cases": "Open cases",
}


def note(kind: str, measured: dict[str, Any], about: Mapping[str, Any], into: Path = HERE) -> None:
    """Put one kind of measurement in the place of the last of its kind, and write both files anew."""
    path = into / "results.json"
    held: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    held[kind] = {"when": datetime.now(UTC).strftime("%Y-%m-%d"), **about, **measured}
    held = {each: held[each] for each in WORDS if each in held}
    path.write_text(json.dumps(held, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (into / "RESULTS.md").write_text(page(held), encoding="utf-8")


def page(held: Mapping[str, Any]) -> str:
    parts = [
        "# Measurements\n",
        "Made by `bin/bench`; nothing here is written by hand. Machines are shared and noisy: compare ratios within one table, not figures"
        " between tables. What each figure means is said above its table; raw figures are in results.json.\n",
    ]
    for kind, one in held.items():
        facts = ", ".join(
            f"{name} {version}" for name, version in one["machine"].items() if name not in ("processor", "system")
        )
        parts.append(f"## {WORDS[kind]}\n")
        parts.append(f"`{one['command']}` on {one['when']}; {one['machine']['processor']}; {one['machine']['system']}.")
        parts.append(f"{facts}. {one['conditions']}\n")
        parts.append(one["text"])
        if one.get("absent"):
            parts.append("Not on this machine, so not measured: " + "; ".join(one["absent"]) + ".\n")
    return "\n".join(parts)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def spread(values: Sequence[float], *, digits: int = 2) -> str:
    """Median and range."""
    if not values:
        return "–"
    middle, least, most = statistics.median(values), min(values), max(values)
    if digits == 0:
        return f"{number(middle)} ({number(least)}–{number(most)})"
    return f"{middle:.{digits}f} ({least:.{digits}f}–{most:.{digits}f})"


def number(value: float) -> str:
    """Whole, with thousands set apart; small ones as they are."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:g}"
