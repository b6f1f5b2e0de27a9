"""A change to what a circle agrees on, from the proposal to the review of its trial. Pure: no clock, no chance, no words.

`step` takes the matter that is before a circle and an event, and gives the matter that follows with what has to be told;
before the event, everything is done that was due. An event that may not be raises a `Refusal`, and nothing has changed.

- Anybody proposes; one matter at a time. It passes when its time has ended, nobody holds an objection, and at least two
  who are inside are for it, its proposer among them; or all there are, where somebody is alone.
- What passes is a trial. At the trial's end everybody is asked; where an objection is held then, the version before
  comes back, otherwise it stays.
- An objection is held until its objector takes it back or leaves: new words do not wipe it away. The waits were fixed
  with the proposal, and no time for objecting is ever shortened: new words, a clock that was set, or a server that was
  down when it should have ended begin it anew.
"""

from dataclasses import replace

from rooms.agreement_state import (
    Clear,
    Consent,
    Event,
    Left,
    Matter,
    Object,
    Objection,
    Outcome,
    Propose,
    Reword,
    TakeBack,
    Tick,
    Told,
)
from rooms.work import Refusal

ENOUGH = 2
"""So many have to be for a change, where so many are inside."""
LATE = 10
"""Noticed later than this part of its wait: nobody could be heard meanwhile, so the wait begins anew."""

Step = tuple[Matter | None, tuple[Told, ...]]


def step(state: Matter | None, event: Event, *, now: int, inside: int) -> Step:
    """``inside``: how many people are in the circle. Refusals are ``agreement.*``."""
    state, due = caught_up(state, now=now, inside=inside)
    after, told = _happens(state, event, now)
    return after, (*due, *told)


def caught_up(state: Matter | None, *, now: int, inside: int) -> Step:
    """With everything done that is due by ``now``."""
    if state is None:
        return None, ()
    wait = _wait(state)
    late = state.phase in ("open", "review") and now - state.until > wait // LATE
    if state.since > now or late:
        return replace(state, since=now, until=now + wait), ()
    return _due(state, now, inside) if state.until <= now else (state, ())


def _wait(state: Matter) -> int:
    waits = state.waits
    return {"open": waits.ask, "trial": waits.trial, "review": waits.review, "over": waits.told}[state.phase]


def _due(state: Matter, now: int, inside: int) -> Step:
    match state.phase:
        case "open" if state.objections:
            return _over(state, "stopped", now)
        case "open" if len(state.consents) < max(1, min(ENOUGH, inside)):
            return _over(state, "lapsed", now)
        case "open":
            tried = replace(state, phase="trial", since=now, until=now + state.waits.trial, consents=())
            return tried, (Told("trial"),)
        case "trial":
            return replace(state, phase="review", since=now, until=now + state.waits.review), (Told("review"),)
        case "review":
            return _over(state, "returned" if state.objections else "kept", now)
        case "over":
            return None, ()


def _over(state: Matter, outcome: Outcome, now: int) -> Step:
    over = replace(state, phase="over", outcome=outcome, since=now, until=now + state.waits.told, consents=())
    return over, (Told(outcome),)


def _happens(state: Matter | None, event: Event, now: int) -> Step:
    match event:
        case Tick():
            return state, ()
        case Propose():
            return _propose(state, event, now)
        case Left(who):
            if state is None or state.phase == "over":
                return state, ()
            return _without(state, who)
    if state is None or state.id != event.matter or state.phase == "over":
        raise Refusal("agreement.over")
    match event:
        case Reword() | TakeBack():
            return _own(state, event, now)
        case Clear(_, by):
            return _without(state, by)
        case Object() | Consent():
            return _answer(state, event)


def _propose(state: Matter | None, event: Propose, now: int) -> Step:
    if state is not None and state.phase != "over":
        raise Refusal("agreement.busy", until=state.until)
    waits = event.waits
    made = Matter(event.matter, event.by, event.base, waits, since=now, until=now + waits.ask, consents=(event.by,))
    return made, (Told("proposed", event.by),)


def _own(state: Matter, event: Reword | TakeBack, now: int) -> Step:
    if state.by != event.by:
        raise Refusal("agreement.not_yours")
    if state.phase != "open":
        raise Refusal("agreement.on_trial")
    if isinstance(event, TakeBack):
        return _over(state, "withdrawn", now)
    if state.revision >= event.most:
        raise Refusal("agreement.reworded_often", most=event.most)
    again = replace(state, revision=state.revision + 1, since=now, until=now + state.waits.ask, consents=(event.by,))
    return again, (Told("reworded", event.by),)


def _answer(state: Matter, event: Object | Consent) -> Step:
    if event.revision != state.revision:
        raise Refusal("agreement.reworded", revision=state.revision)
    held = state.objects(event.by)
    others = tuple(each for each in state.consents if each != event.by)
    if isinstance(event, Object):
        if held is not None and held.revision == event.revision:
            raise Refusal("agreement.objected")
        rest = tuple(each for each in state.objections if each.who != event.by)
        objected = replace(state, consents=others, objections=(*rest, Objection(event.by, event.revision)))
        return objected, (Told("objected", event.by),)
    if event.by in state.consents:
        return state, ()
    state, told = _cleared(state, event.by)
    agreed = replace(state, consents=(*state.consents, event.by))
    seconded = agreed.seconded and not state.seconded and state.phase == "open"
    return agreed, (*told, *((Told("seconded"),) if seconded else ()))


def _without(state: Matter, who: str) -> Step:
    after, told = _cleared(state, who)
    after = replace(after, consents=tuple(each for each in after.consents if each != who))
    if state.seconded and not after.seconded and not told:
        told = (Told("cleared"),)
    return after, told


def _cleared(state: Matter, who: str) -> tuple[Matter, tuple[Told, ...]]:
    if state.objects(who) is None:
        return state, ()
    rest = tuple(each for each in state.objections if each.who != who)
    return replace(state, objections=rest), (Told("cleared", who),)
