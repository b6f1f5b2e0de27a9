"""Numbers that the public may see: of the last 90 days from the chain, and a report a month of what is never published.

Cells under five are not told, nor can they be worked out: no total is told beside its parts, and no share unless both
what it is of and the rest are told. What is never published is counted in months that do not overlap and do not
change, because the difference of two counts of flags would tell of the flags between them.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, get_args

import msgspec
from sqlalchemy import Connection, delete, func, insert
from sqlmodel import col, select

from moderation.models_ledger import JournalRow, LedgerRow, MonthRow
from moderation.wire import Category
from moderation.wire_ledger import FEW, Cell, MonthNumbers, RecentNumbers
from rooms.limits import Limits
from rooms.work import Work

LEAST: Final = 5
MONTHS: Final = 3
"""Of the open book: 90 days."""
COUNTED: Final = frozenset({"how", "holder", "content", "person", "instance", "result", "hours", "change", "band"})
"""Facts that the numbers are made of."""

Group = tuple[str, Mapping[str, Any], int]
"""A kind, the facts that some entries share, and how many they are."""


def cell(count: int) -> Cell:
    """The number, or that it is fewer than five."""
    return count if count >= LEAST else FEW


def share(part: int, whole: int) -> int | None:
    """Per cent, where neither the part nor the rest is under five; None otherwise."""
    return round(100 * part / whole) if min(part, whole - part) >= LEAST else None


def recent(conn: Connection, now: int, limits: Limits) -> RecentNumbers:
    """What was published in the last 90 days, counted."""
    since = now - MONTHS * limits.month
    rows = conn.execute(
        select(LedgerRow.kind, LedgerRow.counted, func.count())
        .where(col(LedgerRow.hour) >= since)
        .group_by(col(LedgerRow.kind), col(LedgerRow.counted))
    )
    return recent_of((row[0], json.loads(row[1]), row[2]) for row in rows)


def recent_of(groups: Iterable[Group]) -> RecentNumbers:
    found = list(groups)

    def count(kind: str, **facts: Any) -> int:
        return sum(n for k, said, n in found if k == kind and all(said.get(name) == v for name, v in facts.items()))

    first = [(said, n) for kind, said, n in found if kind == "decided" and said.get("instance") == 1]
    folds, unfolds = count("fold"), count("unfold")
    holds = count("hold", holder="one") + count("hold", holder="subject")
    confirmed = count("hold", holder="panel")
    heard = sum(n for kind, said, n in found if kind == "decided" and said.get("instance", 1) > 1)
    same = count("decided", result="same")
    return RecentNumbers(
        folds=cell(folds),
        unfolded_percent=share(min(unfolds, folds), folds),
        content=tuple(cell(sum(n for said, n in first if said["content"] == level)) for level in range(3)),
        person=tuple(cell(sum(n for said, n in first if said["person"] == level)) for level in range(6)),
        median_hours=median(_hours(first)),
        appeals_changed=cell(heard - same),
        appeals_same=cell(same),
        overturned_percent=share(heard - same, heard),
        lapsed=cell(count("lapse")),
        holds=cell(holds),
        holds_confirmed_percent=share(min(confirmed, holds), holds),
        legal_holds=cell(count("legal_hold")),
        moderators_came=count("moderator", change="came"),
        moderators_left=count("moderator", change="gave_up") + count("moderator", change="ended"),
    )


def pool(conn: Connection) -> str | None:
    """The band of how many could be drawn for the latest panel; None before the first draw."""
    latest = conn.execute(
        select(LedgerRow.counted).where(LedgerRow.kind == "draw").order_by(col(LedgerRow.seq).desc()).limit(1)
    ).scalar_one_or_none()
    return None if latest is None else str(json.loads(latest)["band"])


def months(conn: Connection, now: int, limits: Limits) -> tuple[MonthNumbers, ...]:
    """The reports of the last 90 days, the latest first."""
    rows = conn.execute(
        select(MonthRow.numbers)
        .where(col(MonthRow.ended_at) > now - MONTHS * limits.month)
        .order_by(col(MonthRow.ended_at).desc())
    )
    return tuple(msgspec.json.decode(numbers, type=MonthNumbers) for numbers in rows.scalars())


def month_of(began_at: int, ended_at: int, groups: Iterable[Group]) -> MonthNumbers:
    """The report of a month from what was not published in it."""
    found = list(groups)

    def count(kind: str, **facts: Any) -> int:
        return sum(n for k, said, n in found if k == kind and all(said.get(name) == v for name, v in facts.items()))

    # Who reads their second case of a day has read a first: so many have read exactly that many.
    read = [count("seat", today=place) for place in range(1, 100)]
    loads = {place + 1: read[place] - read[place + 1] for place in range(98)}
    enough = read[0] >= LEAST
    return MonthNumbers(
        began_at=began_at,
        ended_at=ended_at,
        flags={category: cell(count("flag", category=category)) for category in get_args(Category)},
        lapsed_unseen=cell(count("lapse")),
        quiet_flags=cell(count("quiet")),
        load_median=median(loads),
        load_most=max((place for place, people in loads.items() if people > 0), default=None) if enough else None,
    )


def median(counts: Mapping[int, int]) -> int | None:
    """The lower median of values that were counted; None for fewer than five."""
    total, passed = sum(counts.values()), 0
    if total < LEAST:
        return None
    for value in sorted(counts):
        passed += counts[value]
        if 2 * passed >= total:
            return value
    return None


def next_due(conn: Connection, limits: Limits) -> int | None:
    """When the report of the earliest month that has none is due, in ms; None where there is nothing to report."""
    found = _unreported(conn, limits)
    return None if found is None else found[1]


def perform(work: Work) -> None:
    """Make the report of the earliest month that is over and has none. Harmless to repeat.

    What is not published is erased once it is reported and nobody can contest anything about it any more.
    """
    found = _unreported(work.conn, work.limits)
    if found is None or found[1] > work.now:
        return
    began, ended = found
    unpublished = col(JournalRow.step).is_(None) & col(JournalRow.case_name).is_not(None)
    rows = work.conn.execute(
        select(JournalRow.kind, JournalRow.facts, func.count())
        .where(
            unpublished,
            col(JournalRow.at) >= began,
            col(JournalRow.at) < ended,
            col(JournalRow.kind).in_(("flag", "seat", "quiet", "lapse")),
        )
        .group_by(col(JournalRow.kind), col(JournalRow.facts))
    )
    numbers = month_of(began, ended, [(row[0], json.loads(row[1]), row[2]) for row in rows])
    work.conn.execute(insert(MonthRow).values(began_at=began, ended_at=ended, numbers=msgspec.json.encode(numbers)))
    past = min(ended, work.now - work.limits.appeal_window)
    work.conn.execute(delete(JournalRow).where(unpublished, col(JournalRow.at) < past))


def _unreported(conn: Connection, limits: Limits) -> tuple[int, int] | None:
    """Beginning and end of the earliest month of which there is something to report, and no report."""
    last: int = conn.execute(select(func.coalesce(func.max(col(MonthRow.ended_at)), 0))).scalar_one()
    first: int | None = conn.execute(
        select(func.min(col(JournalRow.at))).where(col(JournalRow.at) >= last)
    ).scalar_one()
    if first is None:
        return None
    began = first - first % limits.month
    # Months are shorter or longer after the scale of time was changed; none is counted twice.
    return max(began, last), began + limits.month


def _hours(first: Iterable[tuple[Mapping[str, Any], int]]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for said, n in first:
        counts[said["hours"]] = counts.get(said["hours"], 0) + n
    return counts
