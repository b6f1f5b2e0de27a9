"""Beginning a panel: who may be asked at all, and how many read. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from moderation.follows import Effect
from moderation.panel import Candidate, Panel
from moderation.state import Case
from rooms.limits import Limits

Moved = tuple[Case, tuple[Effect, ...]]
"""A case whose views and record are still to be brought up to date by `steps.step`."""
ORDER_MOST = 120
"""So many of the drawn are remembered: more than can be asked in any case's time."""
LARGEST = 9


def draw(case: Case, candidates: Sequence[Candidate], *, live: bool, now: int, limits: Limits) -> Moved:
    """Begin a panel with those on whom lots fell, in order; where too few may sit, only how many is noted."""
    kept_out = barred(case)
    eligible: dict[str, Candidate] = {}
    for each in candidates:
        if each.person is not None and each.skip is None and each.person not in kept_out:
            eligible.setdefault(each.person, each)
    e = len(eligible)
    review = replace(case.review, pool=e, draw_after=now + limits.fallback_after)
    size = size_for(case, e)
    if size == 0:
        return replace(case, review=review), ()
    others = {each.person for each in candidates if each.skip == "busy" and each.person not in kept_out} - {None}
    panel = Panel(
        instance=len(case.review.decisions) + 1,
        size=size,
        e=e,
        live=live,
        drawn_at=now,
        further=e + len(others - set(eligible)) - size >= 3,
        order=tuple(eligible.values())[:ORDER_MOST],
        patient=not case.review.decisions,
    )
    stage = case.review.stage if case.review.decisions else "seating"
    return replace(case, review=replace(review, stage=stage, panel=panel)), ()


def barred(case: Case) -> set[str]:
    return {*case.parties(), *case.review.declined, *case.sat()}


def sizes(case: Case) -> list[int]:
    """Sizes a panel may have, the best first. Appeals are never heard by a pair."""
    if case.decision is None:
        return [3, 2]
    n = case.decision.size
    return sorted({size for size in (min(LARGEST, n + 2), n, 3) if size % 2}, reverse=True)


def size_for(case: Case, e: int) -> int:
    """0: too few. A pair only where there are two, never because only two of more came."""
    return next((size for size in sizes(case) if size <= e), 0)
