"""What the entries of the record come to: every view, stage and pause of every case, from the entries alone. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Standing:
    """A case as its entries leave it."""

    views: dict[str, str] = field(default_factory=dict)
    """By the message's pseudonym; a message of which nothing was said is visible."""
    stage: str = "triage"
    """That is where every case begins."""
    pauses: set[int] = field(default_factory=set)
    """Levels of those in force."""


def replay(entries: Iterable[Mapping[str, Any]]) -> dict[str, Standing]:
    """Entries (``type``, ``case``, ``facts`` with ``step``) in any order across cases and within an hour."""
    cases: dict[str, Standing] = {}
    of_cases = [each for each in entries if each["case"] is not None]
    for entry in sorted(of_cases, key=lambda each: each["facts"]["step"]):
        case, facts = cases.setdefault(entry["case"], Standing()), entry["facts"]
        if "view" in facts:
            case.views[facts["item"]] = facts["view"]
        if "stage" in facts:
            case.stage = facts["stage"]
        if entry["type"] == "pause":
            case.pauses.add(facts["person"])
        if entry["type"] == "pause_end":
            case.pauses.discard(facts["person"])
    return cases
