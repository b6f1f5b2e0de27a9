"""Getting hold of a panel: by numbers, by speed, by sitting and saying nothing, or as moderators together."""

from collections.abc import Iterator

from moderation import case as core
from moderation.simulation.course import AUTHOR, KEEP, Course, Opinion, ballot
from moderation.simulation.table import Chance, Row, at_most, share
from rooms.units import HOUR

POOL = 40
FOLD = ballot(1)
PAUSE = ballot(1, 3)
WITHHOLD = ballot(2, 4, "threat")

CAPTURED = {(0.1, 1.0): 0.02, (0.1, 0.5): 0.08, (0.2, 1.0): 0.10, (0.2, 0.5): 0.26}
"""Two of three colluders, by their share of the pool and how many of the others accept."""
AFTER_APPEAL = {1.0: 0.002, 0.5: 0.03}
PAUSED = {1.0: 0.006, 0.5: 0.03}
WITHHELD = {1.0: 0.004, 0.5: 0.03}


def panel_capture(chance: Chance) -> Iterator[Row]:
    for (part, acceptance), bound in CAPTURED.items():
        tried = folded = upheld = paused = 0
        for _ in chance.tries():
            course, colluders = _drawn(chance, part)
            _judged(course, colluders, acceptance, PAUSE)
            tried += 1
            paused += course.level()[1] == 3
            if course.level()[0] == 0:
                continue
            folded += 1
            if part == 0.2:
                course.does(core.appeal, AUTHOR, "author")
                course.draws(course.lots(_pool()))
                _judged(course, colluders, acceptance, FOLD)
                upheld += course.level()[0] > 0 and all(each.heard for each in course.case.review.decisions)
        setup = f"{part:.0%} of a pool of {POOL} collude, {acceptance:.0%} of others accept"
        yield _row("Panel capture", f"{setup}; fold by 2 of 3", folded, tried, bound)
        if part == 0.2:
            yield _row("", "the same, upheld by 3 of 5 on appeal", upheld, tried, AFTER_APPEAL[acceptance])
            yield _row("", "the same, pause by 3 of 3", paused, tried, PAUSED[acceptance])
    for acceptance, bound in WITHHELD.items():
        tried = withheld = 0
        for _ in chance.tries():
            course, colluders = _drawn(chance, 0.2, hard=True)
            _judged(course, colluders, acceptance, WITHHOLD)
            tried += 1
            withheld += course.level()[0] == 2 or course.level()[1] >= 4
        yield _row("", f"20% collude, {acceptance:.0%} of others accept; withhold by 4 of 5", withheld, tried, bound)


def fast_claimers(chance: Chance) -> Iterator[Row]:
    for part, bound, claimed in ((0.1, 0.08, ".56-.66"), (0.2, 0.26, ".82")):
        tried = lottery = first_come = 0
        for _ in chance.tries():
            course, colluders = _drawn(chance, part)
            _answered_in_time(course, colluders)
            _judged(course, colluders, 0.5, FOLD)
            tried += 1
            lottery += course.level()[0] > 0
            first, colluders = _drawn(chance, part, fell=False)
            first.draws(_claimed(first, colluders))
            first.decided(_alike(colluders, FOLD))
            first_come += first.level()[0] > 0
        setup = f"{part:.0%} collude and answer in the first fifth of the time, 50% of others accept"
        yield _row("Fast claimers", f"{setup}; seats by lot", lottery, tried, bound)
        measured = f"{share(first_come, tried)}; by lot {share(lottery, tried)}"
        worse = first_come > lottery
        yield Row("", "the same, seats to whoever answers first", measured, f"for comparison: {claimed}", worse)


def juror_stalling(chance: Chance) -> Iterator[Row]:
    longest, raised, tried = 0, 0, 0
    for _ in chance.tries(0.5):
        live, silent = chance.random.random() < 0.5, chance.random.randint(1, 3)
        course = Course(chance.random).flagged(("Ana", "Bo"))
        pool = _pool()[: chance.random.randint(3, 14)]
        course.draws(course.lots(pool), live=live)
        stalls = set(chance.random.sample(pool, min(silent, len(pool))))
        said = {who: ballot(chance.random.randint(0, 1), chance.random.randint(0, 3)) for who in pool}
        while course.stage == "seating" and (course.asked or course.passes_to_next()):
            course.answered(lambda _: True)
        began = course.now
        course.decided({who: each for who, each in said.items() if who not in stalls}.get)
        rounds = 1 + sum(panel.round == 2 for panel in course.case.review.past) * 2
        longest = max(longest, (course.now - began) // rounds)
        voiced = [said[who] for who in said if who not in stalls]
        person = max((each.person for each in voiced), default=0)
        content = max((mark.content for each in voiced for mark in each.marks), default=0)
        raised += course.level()[0] > content or course.level()[1] > person
        tried += 1
    setup = "1 to 3 jurors accept, sit and never vote; pools of 3 to 14"
    yield Row("Juror stalling", setup, f"longest round {longest / HOUR:.1f} h", "24 h a round", longest <= 24 * HOUR)
    yield Row("", "the same", f"level raised in {raised} of {tried}", "a missing ballot is 0: never", raised == 0)


def moderator_collusion(chance: Chance) -> Iterator[Row]:
    tried = decided = highest_content = highest_person = alone = heard_by_peers = 0
    trained = [f"moderator {n}" for n in range(8)]
    for _ in chance.tries(0.5):
        tried += 1
        course = Course(chance.random).flagged(("Ana", "Bo"), category="threat")
        course.draws(course.lots([*trained, *_pool()[:8]]), moderators=trained)
        course.decided(_alike(set(trained), ballot(2, 5, "threat")))
        decided += course.level() != (0, 0)
        course = Course(chance.random).flagged(("Ana", "Bo"), category="threat")
        course.draws(course.lots(trained), moderators=trained)
        course.decided(lambda _: ballot(2, 5, "threat"))
        alone += course.case.decision is not None
        highest_content = max(highest_content, course.level()[0])
        highest_person = max(highest_person, course.level()[1])
        if course.case.decision is not None:
            course.does(core.appeal, AUTHOR, "author")
            course.draws(course.lots([*trained, *_pool()[:8]]), moderators=trained)
            course.decided(_alike(set(trained), ballot(2, 5, "threat")))
            heard_by_peers += course.level() == (0, 0)
    setup = "all 8 moderators agree; 8 peers leave it"
    yield Row("Moderator collusion", f"{setup}; mixed panel", f"{decided} decisions in {tried}", "0", decided == 0)
    measured = f"content {highest_content}, person {highest_person} in {alone} panels"
    low = highest_content <= 1 and highest_person <= 2
    yield Row("", "the same, no peers: panel of moderators alone", measured, "fold and a note at most", low)
    yield Row(
        "",
        "the same, on appeal to a mixed panel",
        f"undone {heard_by_peers} of {alone}",
        "can be appealed, and is undone",
        heard_by_peers == alone,
    )


def _pool() -> list[str]:
    return [f"reader {n}" for n in range(POOL)]


def _drawn(chance: Chance, part: float, *, hard: bool = False, fell: bool = True) -> tuple[Course, set[str]]:
    """A case with its lots fallen, and who in the pool colludes."""
    course = Course(chance.random).flagged(("Ana", "Bo"), category="threat" if hard else "disrespect")
    colluders = set(chance.random.sample(_pool(), round(POOL * part)))
    if fell:
        course.draws(course.lots(_pool()))
    return course, colluders


def _judged(course: Course, colluders: set[str], acceptance: float, wanted: core.Ballot) -> None:
    """Colluders always accept and all vote alike; the others accept by chance, each once for all, and leave it as it is."""
    accepts: dict[str, bool] = dict.fromkeys(colluders, True)
    course.decided(_alike(colluders, wanted), lambda who: accepts.setdefault(who, course.random.random() < acceptance))


def _alike(colluders: set[str], wanted: core.Ballot) -> Opinion:
    return lambda who: wanted if who in colluders else KEEP


def _answered_in_time(course: Course, colluders: set[str]) -> None:
    """Colluders answer within the first fifth of the time, half of the others at any moment of it, the rest never."""
    while course.stage == "seating" and course.asked:
        window = course.limits.lease_live
        answers = sorted(
            (course.random.random() * window * (0.2 if who in colluders else 1), who)
            for who in course.asked
            if who in colluders or course.random.random() < 0.5
        )
        began = course.now
        for at, who in answers:
            course.passes(began + int(at) - course.now)
            if who in course.asked:
                course.does(core.accept, who)
        if course.stage == "seating":
            course.passes(began + window - course.now)


def _claimed(course: Course, colluders: set[str]) -> list[str]:
    """The first three to answer, were everybody asked at once and seats given to whoever comes first."""
    answers = [
        (course.random.random() * (0.2 if who in colluders else 1), who)
        for who in _pool()
        if who in colluders or course.random.random() < 0.5
    ]
    return [who for _, who in sorted(answers)[:3]]


def _row(attack: str, setup: str, found: int, tried: int, bound: float) -> Row:
    return Row(attack, setup, share(found, tried), f"at most {bound:g}", at_most(found, tried, bound))
