"""What a decision means for the author's posting, and what repeated attacks by flags mean for flags. Pure.

Pauses of several cases run at the same time; somebody may post again when the last of them ends, never after their sum.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from moderation.state import Case, Conduct, Decision, Sanction
from rooms.limits import Limits

PAUSE = 3
"""Levels from here on keep the author from posting."""
ENDED_BY_REPAIR = (3, 4)


@dataclass(frozen=True, slots=True)
class Quiet:
    """What follows from an attack by flags: a private note, or flags that do not count for a while."""

    kind: Literal["note", "quiet"]
    until: int


def length(level: int, conduct: Sequence[Conduct], *, now: int, limits: Limits) -> int:
    """How long a pause of this level takes; repeated ones in the same circle take longer. 0 below `PAUSE`."""
    recent = [each.level for each in conduct if each.at > now - limits.record and each.here]
    if level < PAUSE:
        return 0
    if level == 3:
        return limits.pause_again if any(each >= 3 for each in recent) else limits.pause_short
    if level == 4:
        return limits.pause_longer if any(each >= 4 for each in recent) else limits.pause_long
    return limits.step_away


def after(case: Case, decision: Decision, *, now: int, limits: Limits) -> tuple[Sanction, ...]:
    """The pauses as the decision leaves them. A second panel never begins one: it confirms, shortens or ends."""
    if decision.instance == 1:
        if decision.person < PAUSE:
            return case.review.sanctions
        until = now + length(decision.person, case.conduct, now=now, limits=limits)
        return (*case.review.sanctions, Sanction(decision.person, now, until, until))
    kept = []
    for each in case.review.sanctions:
        if decision.person >= each.level:
            # What was left of it when the appeal came goes on, up to its first end.
            kept.append(replace(each, until=each.full_until, over=each.over and each.full_until <= now))
            continue
        kept.append(replace(each, over=True))
        until = min(each.full_until, each.start + length(decision.person, case.conduct, now=now, limits=limits))
        if decision.person >= PAUSE and until > now:
            kept.append(Sanction(decision.person, each.start, until, until))
    return tuple(kept)


def stayed(sanctions: Iterable[Sanction], *, now: int, limits: Limits) -> tuple[Sanction, ...]:
    """While an author's appeal waits, a longer pause ends after its first hour, or now where that is past."""
    return tuple(replace(each, until=min(each.until, max(now, each.start + limits.stay_after))) for each in sanctions)


def time_over(sanctions: Iterable[Sanction], *, now: int) -> tuple[Sanction, ...]:
    return tuple(replace(each, over=each.over or each.until <= now) for each in sanctions)


def ended(sanctions: Iterable[Sanction], levels: Sequence[int] = (3, 4, 5)) -> tuple[Sanction, ...]:
    """Over for good: no later decision brings them back."""
    return tuple(
        replace(each, over=True, full_until=min(each.full_until, each.start)) if each.level in levels else each
        for each in sanctions
    )


def paused_until(sanctions: Iterable[Sanction], *, now: int) -> int | None:
    """When the last of the pauses ends that are in force; None where there is none."""
    return max((each.until for each in sanctions if not each.over and each.until > now), default=None)


def quiet(marks: Sequence[int], *, now: int, limits: Limits) -> Quiet:
    """``marks``: when panels, all of each, called flags of one person an attack, the newest among them."""
    recent = sum(at > now - limits.record for at in marks)
    if recent < 2:
        return Quiet("note", now)
    return Quiet("quiet", now + (limits.quiet_short if recent == 2 else limits.quiet_long))
