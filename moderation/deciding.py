"""What a panel's ballots do to a case: rulings on messages, pauses, and how long each lasts. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from moderation import holds, sanctions
from moderation.flagged import ENDED, Held, Message, Ruling
from moderation.follows import Decided
from moderation.panel import Ballot, Panel
from moderation.pool import Moved
from moderation.state import Appeal, Case, Decision, Outcome, Review
from moderation.steps import release
from moderation.tally import (
    FALLBACK,
    NO_PAUSE,
    Adopted,
    Caps,
    adopted,
    competence,
    content_mark,
    person_mark,
    possible,
    reason,
)
from rooms.limits import Limits

CARE = Caps(1, 0)
"""Where only method detail was flagged."""
RAISED = Caps(1, 2)
"""The most that an appeal of a flagger leads to, where less was decided."""


class Read(NamedTuple):
    """Ballots of a round, as far as each counts."""

    ballots: tuple[Ballot, ...]
    people: tuple[int, ...]


def read(case: Case, panel: Panel, ballots: Sequence[Ballot], *, now: int, limits: Limits) -> Read:
    since = now - limits.record
    return Read(tuple(ballots), tuple(person_mark(each, case.conduct, since=since) for each in ballots))


def appeal(review: Review) -> Appeal | None:
    """The one that waits for its decision."""
    return next((each for each in review.appeals if each.open), None)


def caps(case: Case, panel: Panel, *, now: int) -> Caps:
    """The highest levels this panel may adopt; `_bounded` adds what an appeal may lead to."""
    most = competence(panel.size)
    if not case.review.decisions:
        most = most.within(possible(panel.e))
    if panel.fallback:
        most = most.within(FALLBACK)
    if panel.care:
        most = most.within(CARE)
    return most.within(NO_PAUSE) if now < panel.hear_until else most


def items(case: Case, panel: Panel) -> tuple[Message, ...]:
    """The messages it reads that are still there to be decided."""
    found = (case.message(seq) for seq in panel.items)
    first = not case.review.decisions
    return tuple(each for each in found if each is not None and (each.live if first else each.view not in ENDED))


def decide(case: Case, ballots: Sequence[Ballot], *, now: int, limits: Limits, short: bool = False) -> Moved:
    """Adopt what enough ballots support. ``short``: folds end by themselves in any case."""
    panel = case.review.panel
    assert panel is not None
    given = read(case, panel, ballots, now=now, limits=limits)
    most = caps(case, panel, now=now)
    rulings = {each.seq: _content(case, panel, each, given, most) for each in items(case, panel)}
    until = _until(case, panel, now=now, limits=limits, short=short)
    decision = _decision(case, panel, given, rulings, _person(case, panel, given, most), until, now=now, limits=limits)
    messages = tuple(_ruled(case, each, decision, rulings) for each in case.messages)
    return settle(replace(case, messages=messages), decision, panel, now=now, limits=limits)


def settle(case: Case, decision: Decision, panel: Panel | None, *, now: int, limits: Limits) -> Moved:
    """Put a decision into force; the messages have their rulings already."""
    pauses = sanctions.after(case, decision, now=now, limits=limits)
    if decision.instance == 1 and decision.person >= sanctions.PAUSE:
        decision = replace(decision, person_until=pauses[-1].until)
    elif decision.person >= sanctions.PAUSE:
        decision = replace(decision, person_until=sanctions.paused_until(pauses, now=now))
    review = case.review
    kept = () if panel is None else (panel.put_away(),)
    nothing = decision.person == 0 and all(each.level == 0 for each in decision.outcomes)
    review = replace(
        review,
        stage="decided",
        panel=None,
        past=(*review.past, *kept),
        decisions=(*review.decisions, decision),
        sanctions=sanctions.time_over(pauses, now=now),
        appeals=tuple(replace(each, open=False) for each in review.appeals),
        accused=_accused(case) if nothing and decision.heard else (),
        faith=(),
        marked=(),
    )
    return replace(case, review=review), (Decided(decision), *release(panel, "decided"))


def _content(case: Case, panel: Panel, message: Message, given: Read, most: Caps) -> Adopted:
    marks = [content_mark(each, message.seq) for each in given.ballots]
    waiting = appeal(case.review)
    if waiting is None or message.ruling is None:
        return adopted(marks, panel.size, "content", most.content)
    highest = message.ruling.level if waiting.side == "author" else max(message.ruling.level, RAISED.content)
    return adopted(marks, panel.size, "content", min(most.content, highest))


def _person(case: Case, panel: Panel, given: Read, most: Caps) -> Adopted:
    waiting, first = appeal(case.review), case.decision
    if waiting is None or first is None:
        return adopted(given.people, panel.size, "person", most.person)
    if waiting.side == "author":
        return adopted(given.people, panel.size, "person", min(most.person, first.person))
    found = adopted(given.people, panel.size, "person", min(most.person, RAISED.person))
    return found if found.level >= first.person else Adopted(first.person, first.person_agreed)


def _until(case: Case, panel: Panel, *, now: int, limits: Limits, short: bool) -> int | None:
    """When a fold ends by itself: where nobody could hear an appeal, and never later than an appealed one would."""
    alone = not case.review.decisions and (panel.size == 2 or (panel.e < 6 and not panel.further))
    # A fold that an appeal of a flagger led to can be appealed by the author in turn.
    alone = alone or bool(case.review.decisions and not panel.further)
    return now + limits.unheard_fold if alone or short else None


def _decision(
    case: Case,
    panel: Panel,
    given: Read,
    rulings: dict[int, Adopted],
    person: Adopted,
    until: int | None,
    *,
    now: int,
    limits: Limits,
) -> Decision:
    outcomes = []
    carrying: list[Ballot] = []
    for seq, found in rulings.items():
        support = [each for each in given.ballots if content_mark(each, seq) >= found.level > 0]
        carrying += support
        before = case.message(seq)
        ends = until if found.level > 0 else None
        if before is not None and before.ruling is not None and before.ruling.level > 0 and found.level > 0:
            ends = before.ruling.until
        outcomes.append(Outcome(seq, found.level, found.agreed, reason(support)[0], ends))
    for_person = [each for each, mark in zip(given.ballots, given.people, strict=True) if mark >= person.level > 0]
    code, clause = reason(for_person or carrying)
    waiting, earlier = appeal(case.review), case.decision
    appeal_until = now + limits.appeal_window
    if waiting is not None and earlier is not None:
        rulings_before = {each.seq: each for each in earlier.outcomes}
        outcomes += [each for seq, each in rulings_before.items() if seq not in rulings]
        raised = person.level + sum(each.level for each in rulings.values()) > 0
        if waiting.side == "author" or not raised:
            appeal_until = earlier.appeal_until
        if person.level > 0 and not for_person:
            code, clause = earlier.code, earlier.clause
    return Decision(
        instance=panel.instance,
        size=panel.size,
        e=panel.e,
        at=now,
        outcomes=tuple(sorted(outcomes, key=lambda each: each.seq)),
        person=person.level,
        person_agreed=person.agreed,
        person_until=None,
        code=code,
        clause=clause,
        appeal_until=appeal_until,
        fallback=panel.fallback,
        side=waiting.side if waiting else None,
    )


def _ruled(case: Case, message: Message, decision: Decision, rulings: dict[int, Adopted]) -> Message:
    if message.seq not in rulings:
        if message.live and not case.review.decisions:
            # It was not before the panel: nobody asks for it any more.
            return replace(message, view="lapsed" if message.standing_flags else "withdrawn", holds=_over(message))
        return message
    outcome = next(each for each in decision.outcomes if each.seq == message.seq)
    return replace(holds.decided(message), ruling=Ruling(outcome.level, outcome.code, outcome.until))


def _over(message: Message) -> tuple[Held, ...]:
    return tuple(replace(each, over=True) for each in message.holds)


def _accused(case: Case) -> tuple[str | None, ...]:
    """Sorted by their ids, which say nothing, so that places tell nothing of when or what anybody flagged."""
    flagged = {flag.by for message in case.messages for flag in message.standing_flags}
    held = {hold.by for message in case.messages for hold in message.holds if hold.kind == "alone"}
    return tuple(sorted(each for each in flagged | held if each is not None))
