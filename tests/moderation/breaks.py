"""Rules broken on purpose: each break changes one thing in the core, and the law of its invariant has to find it."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from moderation import (
    appeal,
    ballots,
    chain,
    deadlines,
    deciding,
    draw,
    flagging,
    fold,
    holds,
    pool,
    rounds,
    sanctions,
    seating,
    seats,
    steps,
    tally,
)
from moderation import case as core
from moderation.flagged import Message, Ruling
from moderation.fold import Standing
from moderation.follows import Journal, Seated, Tell
from moderation.state import Case, Sanction
from moderation.tally import Adopted, Caps
from rooms.work import Refusal
from tests.moderation.world import AUTHOR, HOST, PEOPLE
from tests.moderation.world_walks import Bias, Mood

Made = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Change:
    owner: Any
    """A module or a class."""
    name: str
    instead: Made
    """From what is there to what is there instead."""


@dataclass(frozen=True, slots=True)
class Break:
    number: int
    what: str
    changes: tuple[Change, ...]
    bias: Bias

    @contextmanager
    def made(self) -> Iterator[None]:
        """The core is broken in this way inside."""
        undo: list[tuple[Any, str, Any]] = []
        try:
            for change in self.changes:
                found = change.owner.__dict__[change.name]
                broken = change.instead(found)
                for place in (change.owner, *_modules()):
                    if vars(place).get(change.name) is found:
                        undo.append((place, change.name, found))
                        setattr(place, change.name, broken)
            yield
        finally:
            for place, name, found in undo:
                setattr(place, name, found)


BREAKS: list[Break] = []


def breaks(number: int, what: str, owner: Any, name: str, instead: Made, bias: Bias | None = None) -> None:
    BREAKS.append(Break(number, what, (Change(owner, name, instead),), ANY if bias is None else bias))


def _modules() -> list[Any]:
    return [module for name, module in sys.modules.items() if name.startswith("moderation.")]


ANY = Bias()
MANY = Bias(steady=True, pool=(20, 24), moderators=0.2, standing=Standing.ESTABLISHED, witnesses=7, live=True)
"""Straight to a panel of many."""
FOLD = replace(MANY, mood=Mood(1, 2, "disrespect", 1.0, willing=1.0))
SPLIT = replace(MANY, mood=Mood(2, 4, "threat", 0.6, willing=1.0))
PAUSE = replace(MANY, mood=Mood(1, 3, "disrespect", 1.0, willing=1.0), live=False)
LONGER = replace(MANY, mood=Mood(2, 5, "threat", 1.0, willing=1.0))
KEEP = replace(MANY, mood=Mood(0, 0, "disrespect", 1.0, willing=1.0))
FEW = replace(FOLD, pool=(8, 9))
HELD = replace(MANY, steady=False, mood=Mood(2, 2, "threat", 0.9, hold=True, willing=1.0), category="threat")
OWN = replace(HELD, own=True, pool=(9, 20), mood=Mood(2, 2, "privacy", willing=0.1))
CARELESS = replace(FOLD, careful=False, pool=(20, 24))


def longer(**fields: Any) -> Made:
    """A function whose limits are others."""

    def made(found: Callable[..., Any]) -> Callable[..., Any]:
        def broken(*args: Any, limits: Any, **named: Any) -> Any:
            longer = {name: getattr(limits, name) * times for name, times in fields.items()}
            return found(*args, limits=replace(limits, **longer), **named)

        return broken

    return made


def without(*names: str) -> Made:
    """Deadlines of which some are never due."""

    def made(found: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
        def broken(case: Case, limits: Any) -> Iterator[Any]:
            return (due for due in found(case, limits) if not any(name in due.act.__qualname__ for name in names))

        return broken

    return made


def always(value: Any) -> Made:
    return lambda found: lambda *args, **named: value


def value(other: Any) -> Made:
    return lambda found: other


def tweaked(tweak: Callable[..., Any]) -> Made:
    """What a function gives, changed: ``tweak(given, *args, **named)``."""
    return lambda found: lambda *args, **named: tweak(found(*args, **named), *args, **named)


def instead(other: Callable[..., Any]) -> Made:
    """``other(found, *args, **named)`` in place of a function."""
    return lambda found: lambda *args, **named: other(found, *args, **named)


def as_property(other: Callable[..., Any]) -> Made:
    """``other(found, self)`` in place of a property."""
    return lambda found: property(lambda self: other(found.__get__(self), self))


def _seat_removed(case: Case) -> Case:
    panel = case.review.panel
    if panel is None or panel.round == 0 or not panel.seated:
        return case
    return case.with_panel(panel.swapped(panel.seated[0], replace(panel.seated[0], state="left")))


# --- 1 to 3: nobody alone, enough flags, enough ballots ---------------------------------------------------

breaks(1, "one flag folds", fold, "threshold", always(1))
breaks(1, "one ballot carries a level", tally, "needed", always(1), replace(FOLD, mood=Mood(1, 3, agree=0.4)))
breaks(1, "a hold by one lasts for hours", holds, "hold", longer(hold_alone=60), HELD)
breaks(2, "one flag too few folds", fold, "threshold", tweaked(lambda c, _: max(1, c - 1)))
breaks(
    2,
    "flags of one invite all count",
    fold,
    "counted",
    instead(lambda _, flags, needed: min(needed, sum(each > 0 for each, _ in list(flags)))),
)
breaks(
    2,
    "quiet flags count",
    fold,
    "counted",
    instead(lambda _, flags, needed: min(needed, sum(each is not Standing.NONE for each, _ in list(flags)))),
)
breaks(2, "folds do not end", deadlines, "deadlines", without("_folds_over"), replace(ANY, pool=(0, 1)))
breaks(3, "two of three pause", tally, "needed", instead(lambda _, axis, level, n: n // 2 + 1), SPLIT)
breaks(
    3,
    "the highest mark is adopted",
    tally,
    "adopted",
    instead(lambda _, marks, n, axis, most: Adopted(min(max(marks, default=0), most), 1)),
    SPLIT,
)
breaks(
    3,
    "messages get one level more than was decided",
    deciding,
    "_ruled",
    tweaked(lambda message, *_: replace(message, ruling=Ruling(1, "spam", None)) if message.ruling else message),
    KEEP,
)

# --- 4 to 6: who votes ------------------------------------------------------------------------------------


def _any_seat(found: Any, case: Case, juror: str) -> Any:
    panel = case.review.panel
    seat = None if panel is None else panel.seat(juror)
    if panel is None or seat is None or panel.round == 0:
        raise Refusal("seat.none")
    return panel, seat


def _votes_again(found: Any, case: Case, juror: str, ballot: Any, *, now: int) -> Any:
    panel = case.review.panel
    seat = None if panel is None else panel.seat(juror)
    if panel is not None and seat is not None and seat.state == "seated" and panel.round > 0:
        before = panel.ballot(seat)
        if before is not None and before.marks != ballot.marks:
            case = ballots._voted(case, panel, seat, None)
    return found(case, juror, ballot, now=now)


def _nobody_skipped(found: Any, case: Case, candidates: Any, **named: Any) -> Any:
    return found(case, [replace(each, skip=None) for each in candidates], **named)


def _parties(leave_out: Callable[[Case], set[str | None]]) -> Made:
    return instead(lambda found, case: iter([each for each in found(case) if each not in leave_out(case)]))


breaks(4, "whoever was asked votes", ballots, "_sitting", instead(_any_seat), replace(SPLIT, steady=False))
breaks(4, "a ballot replaces one that is in", ballots, "cast", instead(_votes_again), replace(SPLIT, steady=False))
breaks(4, "the recused are drawn", pool, "draw", instead(_nobody_skipped), CARELESS)
breaks(
    5,
    "whoever took a flag back may vote",
    Case,
    "parties",
    _parties(lambda case: {flag.by for each in case.messages for flag in each.flags if flag.withdrawn}),
    replace(CARELESS, fickle=True),
)
breaks(
    5,
    "co-signers may vote",
    Case,
    "parties",
    _parties(lambda case: {held.cosigner for each in case.messages for held in each.holds}),
    replace(HELD, careful=False),
)
breaks(
    5,
    "flaggers may vote",
    Case,
    "parties",
    _parties(lambda case: {flag.by for each in case.messages for flag in each.flags}),
    CARELESS,
)


def _flagged_while_seated(found: Any, case: Case, seq: int, given: Any) -> Any:
    message = case.message(seq)
    if message is None or given.by not in set(case.sat()) or not case.undecided or not message.live:
        return found(case, seq, given)
    if any(each.by == given.by for each in message.flags):
        return case, ()
    return steps.with_message(case, replace(message, flags=(*message.flags, given))), ()


breaks(
    5,
    "jurors may flag what they read",
    flagging,
    "flag",
    instead(_flagged_while_seated),
    replace(SPLIT, steady=False),
)


def _only_now(found: Any, case: Case) -> Iterator[str]:
    panel = case.review.panel
    return iter([seat.juror for seat in panel.seats if seat.letter and seat.juror] if panel else [])


breaks(6, "jurors of earlier panels sit again", Case, "sat", instead(_only_now), CARELESS)
breaks(6, "whoever sat may be asked again", Case, "sat", always(()), CARELESS)

# --- 7 to 9: the mix, and what so few may decide ----------------------------------------------------------

MODERATED = replace(MANY, moderators=0.8, mood=Mood(2, 3, "threat", 1.0, willing=1.0))
ALL_MODERATORS = replace(MODERATED, moderators=1.0)


def unmixed(found: Any, panel: Any, n: int, many: int, *, mixed: bool) -> Any:
    return found(panel, n, many, mixed=False)


def _keeps_no_peers(found: Any, panel: Any, n: int, many: int, *, mixed: bool) -> Any:
    willing = [seat for seat in panel.seats if seat.state == "yes"]
    return tuple(sorted(willing, key=lambda seat: (not seat.moderator, seat.rank))[:many])


breaks(7, "moderators fill any seat", seating, "_choose", instead(unmixed), MODERATED)
breaks(7, "a panel of moderators alone may pause", deciding, "FALLBACK", value(Caps(2, 5)), ALL_MODERATORS)
breaks(7, "moderators are seated first", seating, "_choose", instead(_keeps_no_peers), MODERATED)
breaks(8, "moderators fill any seat", seating, "_choose", instead(unmixed), MODERATED)
breaks(8, "a panel of moderators alone decides as any", deciding, "FALLBACK", value(Caps(2, 5)), ALL_MODERATORS)
breaks(8, "half is a majority", tally, "more_than_half", instead(lambda _, n: max(1, n // 2)))
breaks(9, "as if many could be drawn", tally, "possible", always(Caps(2, 5)), replace(PAUSE, pool=(8, 9)))
breaks(9, "three decide anything", tally, "competence", always(Caps(2, 5)), LONGER)
breaks(
    9,
    "withholding for any reason",
    tally,
    "content_mark",
    instead(lambda _, ballot, seq: max((mark.content for mark in ballot.marks if mark.seq == seq), default=0)),
    replace(LONGER, mood=Mood(2, 0, "disrespect", 1.0, willing=1.0)),
)
breaks(
    9,
    "longer pauses without a record",
    tally,
    "person_mark",
    instead(lambda _, ballot, conduct, since: ballot.person),
    replace(LONGER, mood=Mood(1, 4, "disrespect", 1.0, willing=1.0), repeated=False),
)
breaks(
    9,
    "those who are skipped are counted",
    pool,
    "draw",
    tweaked(
        lambda done, case, *_, **__: (
            done[0].with_panel(replace(done[0].review.panel, e=done[0].review.panel.e + 4))
            if done[0].review.panel
            else done[0],
            done[1],
        )
    ),
    FEW,
)

# --- 10 to 12: monotone, heard first, with an end ---------------------------------------------------------


def _of_those_cast(found: Any, marks: Any, n: int, axis: Any, most: int) -> Any:
    return found(marks, max(1, len(marks)), axis, most)


def _mean(found: Any, marks: Any, n: int, axis: Any, most: int) -> Any:
    return Adopted(min(most, round(sum(marks) / max(1, len(marks)))), len(marks))


def _commonest(found: Any, marks: Any, n: int, axis: Any, most: int) -> Any:
    marks = list(marks)
    return Adopted(min(most, max(sorted(set(marks)), key=marks.count, default=0)), len(marks))


breaks(10, "missing ballots are not counted", tally, "adopted", instead(_of_those_cast))
breaks(10, "the mean of the ballots", tally, "adopted", instead(_mean))
breaks(10, "the commonest mark", tally, "adopted", instead(_commonest))


def _heard(found: Any, moment: Callable[[Any, int], int]) -> Any:
    def broken(case: Case, *, now: int, limits: Any) -> Any:
        begun, effects = found(case, now=now, limits=limits)
        panel = begun.review.panel
        return begun.with_panel(replace(panel, hear_until=moment(panel, now), heard=True)), effects

    return broken


breaks(11, "nobody waits for an answer", rounds, "begin", lambda found: _heard(found, lambda _, now: now), PAUSE)
breaks(
    11,
    "the wait begins with the draw",
    rounds,
    "begin",
    lambda found: _heard(found, lambda panel, _: panel.drawn_at + 300_000),
    replace(PAUSE, mood=Mood(1, 3, "disrespect", 1.0, willing=0.5)),
)
breaks(12, "pauses are twice as long", sanctions, "length", tweaked(lambda long, *_, **__: 2 * long), PAUSE)
breaks(
    12,
    "pauses add up",
    sanctions,
    "paused_until",
    instead(lambda _, all_, now: now + sum(max(0, each.until - now) for each in all_) or None),
)
breaks(
    12,
    "every pause is as long as a repeated one",
    sanctions,
    "length",
    instead(
        lambda found, level, conduct, **named: found(level, (core.Conduct(4, named["now"] - 1, here=True),), **named)
    ),
    replace(PAUSE, repeated=False),
)

# --- 13 to 16: while paused, appeals ----------------------------------------------------------------------


def _refused_while_paused(found: Any, case: Case, *args: Any, **named: Any) -> Any:
    if case.paused:
        raise Refusal("person.paused")
    return found(case, *args, **named)


breaks(13, "whoever is paused may not appeal", appeal, "may", instead(_refused_while_paused), PAUSE)
breaks(13, "whoever is paused may not take back", flagging, "end", instead(_refused_while_paused), PAUSE)
breaks(13, "mending ends no pause", sanctions, "ended", instead(lambda _, all_, *levels: tuple(all_)), PAUSE)


def _uncapped(axis: Any, top: int) -> Made:
    def made(found: Any) -> Any:
        def content(case: Case, panel: Any, message: Any, given: Any, most: Any) -> Any:
            if case.review.decisions:
                return tally.adopted(
                    [tally.content_mark(each, message.seq) for each in given.ballots], panel.size, axis, top
                )
            return found(case, panel, message, given, most)

        def person(case: Case, panel: Any, given: Any, most: Any) -> Any:
            if case.review.decisions:
                return tally.adopted(given.people, panel.size, axis, top)
            return found(case, panel, given, most)

        return content if axis == "content" else person

    return made


WORSE = replace(FOLD, later=Mood(2, 4, "threat", 1.0, willing=1.0))
breaks(14, "an author's appeal may fold more", deciding, "_content", _uncapped("content", 2), WORSE)
breaks(14, "an author's appeal may pause", deciding, "_person", _uncapped("person", 5), WORSE)
breaks(
    14,
    "a flagger's appeal may withhold and pause",
    deciding,
    "RAISED",
    value(Caps(2, 5)),
    replace(KEEP, later=WORSE.later),
)
breaks(
    14,
    "appeals without end",
    appeal,
    "may",
    instead(lambda _, case, by, side, now: None if case.review.stage == "decided" and by == case.author else _no()),
    FOLD,
)


def _no() -> None:
    raise Refusal("appeal.none")


breaks(15, "appeals leave pauses as they are", sanctions, "stayed", instead(lambda _, all_, **__: tuple(all_)), LONGER)
breaks(15, "pauses go on for ten hours", sanctions, "stayed", longer(stay_after=10), LONGER)


def _as_flagger(found: Any, case: Case, **named: Any) -> Any:
    waiting = deciding.appeal(case.review)
    assert waiting is not None
    appeals = tuple(replace(each, side="flagger") if each is waiting else each for each in case.review.appeals)
    done, effects = found(replace(case, review=replace(case.review, appeals=appeals)), **named)
    decisions = (*done.review.decisions[:-1], replace(done.review.decisions[-1], side=waiting.side))
    told = tuple(replace(each, decision=decisions[-1]) if hasattr(each, "decision") else each for each in effects)
    return replace(done, review=replace(done.review, decisions=decisions)), told


UNHEARD = replace(PAUSE, pool=(9, 12), mood=Mood(1, 3, "disrespect", 1.0, willing=0.6))
breaks(16, "what nobody heard stays as it was", appeal, "unheard", instead(_as_flagger), UNHEARD)
breaks(16, "folds that nobody heard about stay", appeal, "_ends", instead(lambda _, message, last: message), UNHEARD)
breaks(
    16,
    "appeals wait forever",
    deadlines,
    "deadlines",
    without("deadlines.<locals>.<lambda>", "deadlines.<lambda>"),
    UNHEARD,
)

# --- 17, 18: what was kept, holds -------------------------------------------------------------------------


def _refolded(view: Any, case: Case, message: Message) -> Any:
    return "folded" if view == "kept" and message.enough else view


breaks(17, "flags fold what a panel left", steps, "view", tweaked(_refolded), KEEP)
breaks(
    17,
    "what a panel left can be held",
    holds,
    "_open",
    instead(lambda _, case, seq, by: case.message(seq) if case.message(seq) and by != case.author else _no()),
    replace(KEEP, steady=False, category="threat"),
)
breaks(18, "holds do not end", deadlines, "_of_messages", always(()), HELD)
breaks(18, "the panel's hold lasts for a week", holds, "panel_hold", longer(hold_panel=7), HELD)
breaks(18, "a co-signed hold lasts for hours", holds, "cosign", longer(hold_cosigned=4), HELD)
breaks(18, "holds without a budget", holds, "may_hold", always(None))
breaks(18, "two holds for one's own data are not the most", holds, "may_hold_own", always(None))
breaks(18, "holds for one's own data wait for people anyway", holds, "_too_few", always(True), OWN)

# --- 19 to 22: an end, no trace, idle flags, frozen parties -----------------------------------------------

breaks(19, "the first instance has no end", deadlines, "deadlines", without("_never_decided", "_folds_over"))
breaks(19, "nothing is ever final", deadlines, "final_at", always(None), FOLD)
breaks(19, "rounds do not end", deadlines, "deadlines", without("_round_over"), SPLIT)
breaks(12, "pauses are never over", deadlines, "deadlines", without("_pauses_over"), PAUSE)


def still_covered(found: Any, case: Case) -> Any:
    review = replace(case.review, stage="closed", panel=None, folds_over=False)
    return replace(case, closed="lapsed", review=review), ()


def _remembered(found: Any, case: Case, how: Any) -> Any:
    done, effects = found(case, how)
    paused = Sanction(3, case.opened_at, case.opened_at + 1, case.opened_at + 1, over=True)
    return replace(done, review=replace(done.review, sanctions=(paused,))), effects


breaks(
    20,
    "what was covered stays covered",
    deadlines,
    "lapse",
    instead(still_covered),
    replace(ANY, standing=Standing.ESTABLISHED, witnesses=3),
)
breaks(20, "a lapsed case is remembered", steps, "close", instead(_remembered), replace(ANY, pool=(0, 4)))


def _counts(found: Any, case: Case, seq: int, given: Any) -> Any:
    return found(case, seq, replace(given, standing=Standing.ESTABLISHED))


def _twice(found: Any, case: Case, seq: int, given: Any) -> Any:
    message = case.message(seq)
    if message is not None and message.live and any(each.by == given.by for each in message.flags):
        return steps.with_message(case, replace(message, flags=(*message.flags, replace(given, by=None)))), ()
    return found(case, seq, given)


def _own(found: Any, case: Case, seq: int, given: Any) -> Any:
    message = case.message(seq)
    if given.by != AUTHOR or message is None or not message.live or any(each.by == AUTHOR for each in message.flags):
        return found(case, seq, given)
    return steps.with_message(case, replace(message, flags=(*message.flags, given))), ()


breaks(21, "flags of people who were not there count", flagging, "flag", instead(_counts), replace(ANY, witnesses=3))
breaks(21, "a second flag of one person counts", flagging, "flag", instead(_twice))
breaks(21, "authors may flag themselves", flagging, "flag", instead(_own))
breaks(21, "flags without a budget", fold, "may_open_another", always(None))
breaks(21, "one counts towards every case of an author", fold, "weighed", instead(lambda _, standing, **__: standing))


def unseats(found: Any, case: Case, *args: Any, **named: Any) -> Any:
    done, effects = found(case, *args, **named)
    return (done if done is case else _seat_removed(done)), effects


def _unseats_more(found: Any, case: Case, rank: int) -> Any:
    done, effects = found(case, rank)
    return _seat_removed(done), effects


LATE_FLAGS = replace(SPLIT, steady=False)
breaks(22, "a late flag unseats a juror", flagging, "flag", instead(unseats), LATE_FLAGS)
breaks(22, "a flag taken back unseats a juror", flagging, "withdraw", instead(unseats), LATE_FLAGS)
breaks(
    22,
    "one juror's delay costs another's seat",
    seating,
    "lease_over",
    instead(_unseats_more),
    replace(SPLIT, steady=False, mood=Mood(1, 1, agree=0.8, willing=0.9)),
)

# --- 23 to 25: who cannot be told, care, quiet flags ------------------------------------------------------


def _lettered(found: Any, case: Case, *args: Any, **named: Any) -> Any:
    done, effects = found(case, *args, **named)
    told = tuple(
        Seated(each.juror, "Z" if each.juror < PEOPLE[12] else "Y") if isinstance(each, Seated) else each
        for each in effects
    )
    return done, told


def _told_others(found: Any, *args: Any, **named: Any) -> Any:
    told = found(*args, **named)
    return told + tuple(replace(each, by=PEOPLE[0]) for each in told if isinstance(each, Tell))


def named_in_it(found: Any, before: Case, after: Case) -> Any:
    by = next((flag.by for message in after.messages for flag in message.flags), None)
    return tuple(Journal(each.kind, {**each.facts, "by": by}) for each in found(before, after))


def favourite(enough: bool, message: Message) -> bool:
    return enough or any(flag.by == PEOPLE[0] for flag in message.standing_flags)


breaks(23, "letters follow names", seating, "_take", instead(_lettered), FOLD)
breaks(23, "one person is told of all flags", steps, "_told", instead(_told_others))
breaks(23, "the record names a flagger", steps, "_journal", instead(named_in_it))
breaks(23, "one person's flag folds", Message, "enough", as_property(favourite))


METHOD = replace(MANY, category="safety", mood=Mood(2, 3, "threat", 1.0, willing=1.0))
breaks(24, "method detail is judged like anything", rounds, "_method_only", always(False), METHOD)
breaks(
    24,
    "ballots about method detail count against the person",
    tally,
    "person_mark",
    instead(lambda _, ballot, conduct, since: min(ballot.person, 3)),
    replace(METHOD, category="disrespect", mood=Mood(1, 2, "safety", 1.0, willing=1.0)),
)


def _dropped(found: Any, case: Case, seq: int, given: Any) -> Any:
    return (case, ()) if given.standing is Standing.ASKS else found(case, seq, given)


def _no_quiet_hold(found: Any, *args: Any, standing: Standing, **named: Any) -> Any:
    return found(*args, standing=Standing.NONE if standing is Standing.ASKS else standing, **named)


def _unasked(asked: bool, message: Message) -> bool:
    return bool(message.holds) or any(flag.standing > 0 for flag in message.standing_flags)


breaks(25, "quiet flags ask nobody", Message, "asked", as_property(_unasked))
breaks(25, "quiet witnesses may not hold", holds, "hold", instead(_no_quiet_hold), replace(HELD, standing=None))
breaks(25, "quiet flags are as nothing", fold, "quieted", always(Standing.NONE))

# --- 26 to 28: the record, the draw, roles ----------------------------------------------------------------

breaks(26, "the last entry of a step is left out", steps, "_journal", tweaked(lambda found, *_: found[:-1]))
breaks(26, "each entry is made twice", steps, "_journal", tweaked(lambda found, *_: (*found, *found)))
breaks(
    26,
    "pauses are not recorded",
    steps,
    "_journal",
    tweaked(lambda found, *_: tuple(each for each in found if each.kind != "pause")),
    PAUSE,
)
breaks(26, "the chain does not chain", chain, "digest", instead(lambda found, entry, prev: found(entry, chain.BEGIN)))


def unchecked(_: Any, entries: Iterable[dict[str, Any]], after: chain.Head | None = None) -> chain.Head:
    last = list(entries)[-1:]
    return chain.Head(int(last[0]["seq"]), str(last[0]["hash"])) if last else chain.Head(0, chain.BEGIN)


breaks(26, "nobody checks hashes", chain, "verify", instead(unchecked))


def _moderators_first(found: Any, case: Case, candidates: Any, **named: Any) -> Any:
    return found(case, sorted(candidates, key=lambda each: not each.moderator), **named)


breaks(27, "the nonce does not matter", draw, "order", instead(lambda found, nonce, case, them: found(b"", case, them)))
breaks(27, "nobody checks a draw", draw, "verify", always(()))
breaks(27, "pools are published as they are", draw, "padded", instead(lambda _, count: count))
breaks(
    27, "moderators are asked before others", pool, "draw", instead(_moderators_first), replace(FOLD, moderators=0.5)
)


def _host_sits(found: Any, case: Case, juror: str) -> Any:
    panel = case.review.panel
    if juror == HOST and panel is not None and panel.seated and panel.round > 0:
        return panel, panel.seated[0]
    return found(case, juror)


def _moderators_sit(found: Any, case: Case, juror: str) -> Any:
    panel = case.review.panel
    if panel is not None and panel.seated and panel.round > 0 and panel.seat(juror) is None:
        return panel, panel.seated[-1]
    return found(case, juror)


def _anyone_holds(found: Any, *args: Any, standing: Standing, **named: Any) -> Any:
    return found(*args, standing=Standing.ESTABLISHED, **named)


breaks(28, "the host votes on a juror's seat", ballots, "_sitting", instead(_host_sits), replace(SPLIT, steady=False))
breaks(
    28, "anybody votes on a juror's seat", ballots, "_sitting", instead(_moderators_sit), replace(SPLIT, steady=False)
)
breaks(28, "anybody may hold", holds, "hold", instead(_anyone_holds), replace(HELD, standing=Standing.NONE))
breaks(28, "anybody may co-sign", holds, "cosign", instead(_anyone_holds), replace(HELD, standing=None))

# --- 29 to 31: load, order, what was judged ---------------------------------------------------------------

breaks(29, "nobody is ever busy", seats, "busy", always(frozenset()))
breaks(
    29,
    "hard cases are counted like others",
    seats,
    "busy",
    instead(lambda found, work, people, hard, **named: found(work, people, hard=False, **named)),
)
breaks(29, "the busy are asked too", pool, "draw", instead(_nobody_skipped), replace(FOLD, busy=0.3))
breaks(30, "whoever answers first is seated", seating, "_certain", always(True))
breaks(30, "a second flag of one person counts", flagging, "flag", instead(_twice))


def _toggles(found: Any, case: Case, juror: str, ballot: Any, *, now: int) -> Any:
    panel = case.review.panel
    seat = None if panel is None else panel.seat(juror)
    if panel is not None and seat is not None and seat.state == "seated" and panel.round > 0 and panel.ballot(seat):
        return ballots.undo(case, juror)
    return found(case, juror, ballot, now=now)


def _forgets(found: Any, case: Case, seq: int, how: Any) -> Any:
    done, effects = found(case, seq, how)
    if done is case or not done.review.decisions:
        return done, effects
    return replace(done, review=replace(done.review, past=())), effects


def _unruled(found: Any, case: Case, seq: int, how: Any) -> Any:
    done, effects = found(case, seq, how)
    message = done.message(seq)
    return (done if message is None else steps.with_message(done, replace(message, ruling=None))), effects


MENDED = replace(FOLD, steady=False)
breaks(30, "casting a ballot again takes it back", ballots, "cast", instead(_toggles), replace(SPLIT, steady=False))
breaks(31, "mended words take their ballots with them", flagging, "end", instead(_forgets), MENDED)
breaks(31, "mended words take their ruling with them", flagging, "end", instead(_unruled), MENDED)
