"""Using what is there to help for something else: late flags, holds, appeals, and guessing who it was."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from moderation import case as core
from moderation import holds
from moderation.case import Ballot, Flag, Standing
from moderation.follows import AppealBegan, BadFaith, Effect, FaithRestored, Offer, Release, Seated, Tell
from moderation.simulation.course import AUTHOR, KEEP, SEQ, Course, Opinion, ballot
from moderation.simulation.table import Chance, Row
from rooms.units import HOUR, MINUTE
from rooms.work import Refusal

PERSONAL = (Tell, BadFaith, FaithRestored, Offer, Seated, Release)
READERS = [f"reader {n}" for n in range(12)]


def late_flag_unseating(chance: Chance) -> Iterator[Row]:
    changed = by_jurors = tried = 0
    for _ in chance.tries(0.1):
        tried += 1
        course = Course(chance.random).flagged(("Ana", "Bo"))
        course.draws(course.lots(READERS))
        course.answered(lambda _: True)
        sat = course.seated
        for ally in [f"ally {n}" for n in range(5)]:
            course.tries(core.flag, SEQ, Flag(ally, "spam", Standing.ESTABLISHED))
            course.tries(core.hold, SEQ, ally, "spam", standing=Standing.ESTABLISHED)
            course.tries(core.cosign, SEQ, ally, standing=Standing.ESTABLISHED)
            course.tries(core.withdraw, SEQ, ally)
        by_jurors += sum(course.tries(core.flag, SEQ, Flag(who, "spam", Standing.ESTABLISHED)) for who in sat)
        changed += course.seated != sat
    setup = "5 allies of the author flag, hold and withdraw after seating"
    yield Row("Late-flag unseating", setup, f"{changed} of {tried} panels changed", "none", changed == 0)
    yield Row("", "jurors flag what they read", f"{by_jurors} flags taken", "0", by_jurors == 0)


def hold_abuse(chance: Chance) -> Iterator[Row]:
    held: list[int] = []
    covered = twice = 0
    for _ in range(20):
        course = Course(chance.random).flagged(["Ana"])
        try:
            holds.may_hold(held, now=course.now, limits=course.limits)
        except Refusal:
            continue
        course.does(core.hold, SEQ, "one person", "spam", standing=Standing.ESTABLISHED)
        held.append(course.now)
        began = course.now
        while course.view() == "held" and course.passes_to_next():
            pass
        covered += course.now - began
        twice += course.tries(core.hold, SEQ, "another", "spam", standing=Standing.ESTABLISHED)
    measured = f"{len(held)} holds, {covered / MINUTE:.0f} min in all"
    yield Row("Hold abuse", "one person holds 20 messages a day", measured, "2 holds of 10 min", covered <= 20 * MINUTE)
    yield Row("", "others hold the same messages again", f"{twice} holds", "one hold a message", twice == 0)
    course = Course(chance.random).flagged(("Ana", "Bo"), category="spam")
    course.draws(course.lots(READERS))
    course.decided(lambda _: KEEP)
    again = course.tries(core.hold, SEQ, "another", "spam", standing=Standing.ESTABLISHED)
    course.flagged([f"late {n}" for n in range(5)])
    measured = f"hold {'taken' if again else 'refused'}, message {course.view()}"
    yield Row(
        "", "words that a panel left are held and flagged", measured, "immune", not again and course.view() == "kept"
    )


def appeal_spam(chance: Chance) -> Iterator[Row]:
    appeals, served, folded = [], [], True
    for level, code in ((3, "disrespect"), (4, "threat")):
        wanted = ballot(1, level, "threat" if code == "threat" else "disrespect")
        course = Course(chance.random).flagged(("Ana", "Bo"), category="threat" if code == "threat" else "disrespect")
        course.draws(course.lots(READERS))
        course.decided(_all_say(wanted))
        began = course.now
        while course.case.paused:
            course.tries(core.appeal, AUTHOR, "author")
            folded = folded and course.view() == "confirmed"
            course.passes(MINUTE)
        served.append((course.now - began) // MINUTE)
        appeals.append(_appeals(course))
        folded = folded and course.view() == "confirmed"
    yield Row(
        "Appeal spam",
        "the author appeals every minute, pauses of 15 min and 4 h",
        f"{max(appeals)} appeal; {served[0]} and {served[1]} min served",
        "one each; a pause's first hour is served",
        appeals == [1, 1] and served == [15, 60],
    )
    yield Row("", "the same, meanwhile", "fold stays" if folded else "fold ends", "fold stays", folded)
    course = Course(chance.random).flagged(("Ana", "Bo"))
    course.draws(course.lots(READERS))
    course.decided(lambda _: KEEP)
    for _ in range(5):
        for who in ("Ana", "Bo"):
            course.tries(core.appeal, who, "flagger")
        course.passes(24 * HOUR)
    appealed = _appeals(course)
    yield Row("", "flaggers appeal in turns", f"{appealed} appeal", "one for them all", appealed == 1)


def flagger_guessing(chance: Chance) -> Iterator[Row]:
    worlds = []
    lots = Course(chance.random).lots(READERS)
    for pair in combinations(("Ana", "Bo", "Fern"), 2):
        course = Course(chance.random, witnesses=3).flagged(pair)
        course.draws(lots)
        course.decided(_all_say(ballot(1, 2)))
        course.does(core.appeal, AUTHOR, "author")
        course.passes(5 * 24 * HOUR)
        worlds.append([each for each in course.effects if not isinstance(each, PERSONAL)])
    differ = sum(_seen(each) != _seen(worlds[0]) for each in worlds)
    names = [name for name in ("Ana", "Bo", "Fern") if any(name in _seen(each) for each in worlds)]
    yield Row(
        "Flagger guessing",
        "a circle of 4; any two of the three others flag; fold, panel, appeal",
        f"{differ} of {len(worlds)} worlds differ, {len(names)} names",
        "none differ (that 2 of 3 flagged is told before flagging)",
        differ == 0 and not names,
    )


def _appeals(course: Course) -> int:
    return sum(isinstance(each, AppealBegan) for each in course.effects)


def _seen(effects: Sequence[Effect]) -> str:
    """All that the author, the circle, the panel's readers and the record get."""
    return repr(effects)


def _all_say(wanted: Ballot) -> Opinion:
    return lambda _: wanted
