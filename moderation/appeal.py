"""Asking other people: once for the author, once for those who flagged, and nobody after the author. Pure.

An author's appeal only ever lowers. Where no other panel can be found, the gentler side wins.
"""

from collections.abc import Iterator
from dataclasses import replace

from moderation import deciding
from moderation.flagged import ENDED, Message
from moderation.follows import AppealBegan, Effect, FaithRestored
from moderation.pool import Moved
from moderation.sanctions import stayed, time_over
from moderation.state import Appeal, Case, Side
from moderation.steps import release
from rooms.limits import Limits
from rooms.work import Refusal


def may(case: Case, by: str, side: Side, *, now: int) -> None:
    """Raises ``appeal.none`` (not theirs, or nothing is decided), ``.nothing``, ``.once`` or ``.late``."""
    decision = case.decision
    if decision is None or case.closed is not None or not _party(case, by, side):
        raise Refusal("appeal.none")
    if any(each.side in (side, "author") for each in case.review.appeals):
        raise Refusal("appeal.once")
    if side == "author" and decision.person == 0 and not any(_restricted(case)):
        raise Refusal("appeal.nothing")
    if side == "flagger" and not any(_flagged_and_kept(case, by)):
        raise Refusal("appeal.nothing")
    if now >= decision.appeal_until:
        raise Refusal("appeal.late")
    if case.review.stage != "decided":
        raise Refusal("appeal.once")


def begin(case: Case, by: str, side: Side, *, now: int, limits: Limits) -> Moved:
    """Longer pauses end after their first hour until it is decided; marks of bad faith are lifted until then."""
    waiting = deciding.appeal(case.review)
    if waiting is not None and waiting.side == side and (waiting.by == by or _joins(case, by, side, now)):
        return case, ()
    may(case, by, side, now=now)
    made = Appeal(side, by, now, now + limits.appeal_wait)
    review = replace(case.review, stage="appeal_wait", appeals=(*case.review.appeals, made), draw_after=now)
    effects: tuple[Effect, ...] = (AppealBegan(side, made.until),)
    if side == "author":
        review = replace(review, sanctions=time_over(stayed(review.sanctions, now=now, limits=limits), now=now))
    else:
        marked = [case.review.accused[place] for place in case.review.marked]
        effects += tuple(FaithRestored(each) for each in marked if each is not None)
        review = replace(review, accused=(), faith=(), marked=())
    return replace(case, review=review), effects


def _joins(case: Case, by: str, side: Side, now: int) -> bool:
    """Of several who flagged, each asks as if alone: what is under way is theirs too, or a refusal would tell of others."""
    decision = case.decision
    if side == "author" or decision is None or now >= decision.appeal_until:
        return False
    return any(_flagged_and_kept(case, by))


def unheard(case: Case, *, now: int, limits: Limits) -> Moved:
    """Nobody could be seated, or too few voted: an author's pause ends and folds do soon; a flagger's stays as it was."""
    waiting, earlier = deciding.appeal(case.review), case.decision
    assert waiting is not None
    assert earlier is not None
    person, outcomes, messages = earlier.person, earlier.outcomes, case.messages
    if waiting.side == "author":
        last = now + limits.unheard_fold
        person = min(person, 2)
        messages = tuple(_ends(each, last) for each in messages)
        outcomes = tuple(
            replace(each, until=last if each.until is None else min(each.until, last)) if each.level > 0 else each
            for each in outcomes
        )
    decision = replace(
        earlier,
        instance=len(case.review.decisions) + 1,
        at=now,
        outcomes=outcomes,
        person=person,
        heard=False,
        side=waiting.side,
    )
    panel = case.review.panel
    return deciding.settle(replace(case, messages=messages), decision, panel, now=now, limits=limits)


def moot(case: Case) -> Moved:
    """The words that it was about are gone: what is decided stays, unless it is about a person too."""
    waiting, decision = deciding.appeal(case.review), case.decision
    if waiting is None or decision is None or (waiting.side == "author" and decision.person > 0):
        return case, ()
    if any(_restricted(case)) if waiting.side == "author" else any(_kept(case)):
        return case, ()
    panel = case.review.panel
    past = case.review.past if panel is None else (*case.review.past, panel.put_away())
    appeals = tuple(replace(each, open=False) for each in case.review.appeals)
    review = replace(case.review, stage="decided", panel=None, past=past, appeals=appeals)
    return replace(case, review=review), release(panel, "over")


def _party(case: Case, by: str, side: Side) -> bool:
    if side == "author":
        return by == case.author
    return any(
        flag.by == by and not flag.withdrawn and (message.seq, by) not in case.review.late
        for message in case.messages
        for flag in message.flags
    )


def _restricted(case: Case) -> Iterator[Message]:
    return (each for each in case.messages if each.view not in ENDED and each.ruling is not None and each.ruling.level)


def _kept(case: Case) -> Iterator[Message]:
    return (each for each in case.messages if each.view not in ENDED and each.cleared)


def _flagged_and_kept(case: Case, by: str) -> Iterator[Message]:
    return (
        each
        for each in _kept(case)
        if (each.seq, by) not in case.review.late and any(flag.by == by for flag in each.standing_flags)
    )


def _ends(message: Message, last: int) -> Message:
    ruled = message.ruling
    if ruled is None or ruled.level == 0:
        return message
    until = last if ruled.until is None else min(ruled.until, last)
    return replace(message, ruling=replace(ruled, until=until))
