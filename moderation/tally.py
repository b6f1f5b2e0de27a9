"""What a panel's ballots come to: two axes, cumulative thresholds, no ties. Pure.

The level adopted on an axis is the highest one that enough ballots support at or above. A missing ballot is 0.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeVar, get_args

from moderation.flagged import HARD
from moderation.panel import Ballot
from moderation.state import Conduct
from moderation.wire import Category

T = TypeVar("T")
Axis = Literal["content", "person"]


class Caps(NamedTuple):
    """The highest levels that may be adopted."""

    content: int
    person: int

    def within(self, other: "Caps") -> "Caps":
        return Caps(min(self.content, other.content), min(self.person, other.person))


class Adopted(NamedTuple):
    level: int
    agreed: int
    """Ballots at or above it; at level 0 those that did not ask for more, missing ones among them."""


NOTHING = Caps(0, 0)
FALLBACK = Caps(1, 2)
"""Of a panel in which moderators fill more seats than a mixed one has for them."""
NO_PAUSE = Caps(2, 2)


def more_than_half(n: int) -> int:
    """k_c: for content and for notes."""
    return n // 2 + 1


def two_thirds(n: int) -> int:
    """k_s: more than two thirds, for withholding and for pauses."""
    return 2 * n // 3 + 1


def needed(axis: Axis, level: int, n: int) -> int:
    """How many of n ballots adopt a level."""
    strict = level >= 2 if axis == "content" else level >= 3
    return two_thirds(n) if strict else more_than_half(n)


def competence(n: int) -> Caps:
    """What a panel of n may decide."""
    if n < 2:
        return NOTHING
    if n == 2:
        return Caps(1, 1)
    if n < 5:
        return Caps(1, 3)
    return Caps(2, 4) if n < 7 else Caps(2, 5)


def possible(e: int) -> Caps:
    """What may be decided where E people could be drawn: whatever is, others are left to hear an appeal."""
    if e < 2:
        return NOTHING
    if e < 3:
        return Caps(1, 1)
    if e < 6:
        return Caps(1, 2)
    if e < 10:
        return Caps(1, 3)
    return Caps(2, 4) if e < 14 else Caps(2, 5)


def adopted(marks: Sequence[int], n: int, axis: Axis, most: int) -> Adopted:
    """Of at most n marks on one axis; marks above ``most`` support it and what is below it."""
    for level in range(most, 0, -1):
        agreed = sum(mark >= level for mark in marks)
        if agreed >= needed(axis, level, n):
            return Adopted(level, agreed)
    return Adopted(0, n - sum(mark > 0 for mark in marks))


def content_mark(ballot: Ballot, seq: int) -> int:
    """What a ballot supports for a message: withholding only for a hard reason, and a hold mark is a fold at least."""
    mark = next((each for each in ballot.marks if each.seq == seq), None)
    if mark is None:
        return 0
    hard = ballot.code in HARD
    return min(max(mark.content, 1 if mark.hold and hard else 0), 2 if hard else 1)


def person_mark(ballot: Ballot, conduct: Sequence[Conduct], *, since: int) -> int:
    """What a ballot supports for the person, after what a longer pause needs: a record since then, or a hard reason."""
    if ballot.code == "safety":
        return 0
    if ballot.code in HARD:
        return ballot.person
    recent = [each for each in conduct if each.at > since]
    if sum(each.level >= 4 for each in recent) >= 2:
        return ballot.person
    repeated = any(each.level >= 3 and each.here for each in recent)
    return min(ballot.person, 4 if repeated else 3)


def wants_hold(ballot: Ballot, seq: int) -> bool:
    return ballot.code in HARD and any(mark.seq == seq and mark.hold for mark in ballot.marks)


def reason(carrying: Sequence[Ballot]) -> tuple[Category | None, int]:
    """The code most of those named who carried a decision, and the line of the agreement most of these named."""
    code = _most([each.code for each in carrying if each.code is not None], get_args(Category))
    lines = [each.clause for each in carrying if each.code == code and each.clause > 0]
    return code, _most(lines, sorted(lines)) or 0


def _most(named: Sequence[T], among: Sequence[T]) -> T | None:
    """The one named most often; of several the first in the given order."""
    counts = Counter(named)
    return max(among, key=lambda each: counts[each], default=None) if counts else None
