"""Folding what nobody would: with numbers, with fresh identities, by blowing up the circle, out of spite, as a host."""

from collections import Counter
from collections.abc import Iterator, Sequence

from moderation import case as core
from moderation import fold
from moderation.case import Flag, Standing
from moderation.fold import Origin
from moderation.follows import BadFaith, Fold
from moderation.powers import POWERS
from moderation.sanctions import quiet
from moderation.simulation.course import AUTHOR, BEGAN, KEEP, SEQ, Course
from moderation.simulation.table import Chance, Row
from rooms.limits import Limits
from rooms.units import DAY, HOUR, MINUTE
from rooms.work import Refusal

LIMITS = Limits()
BRIGADES = ((50, 5, 4, 5 * 5 // 4, 2 * 5 // 4), (500, 20, 12, 5 * 20 // 12, 2 * 20 // 12))
"""People in the circle, colluders, c, and the most cases a day they fold: of all authors, and of one."""
NEVER = 10**12


class Brigade:
    """Colluders of one mind, each with what one identity may do in a day."""

    def __init__(self, chance: Chance, many: int, witnesses: int) -> None:
        self.chance = chance
        self.people = [f"colluder {n}" for n in range(many)]
        self.witnesses = witnesses
        self.flagged: dict[str, list[int]] = {who: [] for who in self.people}
        self.counted: Counter[tuple[str, str]] = Counter()
        """How many cases of an author somebody's flags counted in."""

    def folds(self, authors: Sequence[str]) -> list[Course]:
        """As many as they can fold in a day, one case each in turn.

        Whoever has the most left flags first, which wastes the least, or whoever comes."""
        done = []
        plan = self.chance.random.choice((1, 1, 0))
        for author in authors:
            course = Course(self.chance.random, witnesses=self.witnesses)
            willing = sorted(self.people, key=lambda who: (plan * len(self.flagged[who]), self.chance.random.random()))
            for who in willing:
                if self._may(who):
                    other = self.counted[who, author]
                    standing = fold.weighed(Standing.ESTABLISHED, other_cases=other, most=LIMITS.same_author_cases)
                    if standing is not Standing.ESTABLISHED:
                        continue
                    course.flagged([who], standing=standing)
                    self.flagged[who].append(course.now)
                    self.counted[who, author] += 1
                if course.case.messages and course.view() == "folded":
                    break
            done.append(course)
        return [each for each in done if each.case.messages and each.view() == "folded"]

    def _may(self, who: str) -> bool:
        try:
            fold.may_open_another(self.flagged[who], now=BEGAN, most=LIMITS.cases_a_day, within=LIMITS.day)
        except Refusal:
            return False
        return True


def brigade_folds(chance: Chance) -> Iterator[Row]:
    for n, m, c, most, most_of_one in BRIGADES:
        everywhere = of_one = seats = 0
        longest = person = 0
        for _ in chance.tries(0.03):
            everywhere = max(everywhere, len(Brigade(chance, m, n - 1).folds([f"author {k}" for k in range(5 * m)])))
            folded = Brigade(chance, m, n - 1).folds(["one author"] * 5 * m)
            of_one = max(of_one, len(folded))
            course = folded[0]
            flaggers = {flag.by for flag in course.case.messages[0].flags if flag.by is not None}
            course.draws(course.lots([*flaggers, *(f"reader {k}" for k in range(6))]))
            course.decided(lambda _: KEEP)
            seats += len(flaggers & set(course.case.sat()))
            person = max(person, course.level()[1])
            longest = max(longest, _fold_lasts(folded[-1]))
        setup = f"{m} of {n} collude, c = {c}, benign messages of many authors"
        yield Row("Brigade folds", setup, f"{everywhere} cases a day", f"at most {most}", everywhere <= most)
        yield Row("", "the same, one author", f"{of_one} cases a day", f"at most {most_of_one}", of_one <= most_of_one)
        measured = f"{longest / HOUR:.0f} h, {seats} seats, person level {person}"
        holds = longest <= 72 * HOUR and seats == 0 and person == 0
        yield Row("", "the same, each fold", measured, "72 h, no seat for its flaggers, person level 0", holds)
    fewer = len(Brigade(chance, 11, 499).folds(["one author"] * 20))
    yield Row("", "11 of 500 collude, c = 12", f"{fewer} folds", "0", fewer == 0)
    course = Course(chance.random).flagged(("Ana", "Bo"), 1)
    span, most = course.limits.case_span, course.limits.case_messages
    for seq in range(2, 30):
        if core.takes(course.case, seq, now=course.now, span=span, most=most):
            course.flagged(("Ana", "Bo"), seq)
    messages = len(course.case.messages)
    yield Row("", "everything one author says is flagged", f"{messages} messages a case", "at most 10", messages <= 10)


def threshold_inflation(chance: Chance) -> Iterator[Row]:
    course = Course(chance.random, witnesses=16).flagged(["Ana"])
    before = fold.threshold(16)
    asked = [fold.standing(_bars(), made_at=BEGAN - HOUR, entered_at=BEGAN - MINUTE) for _ in range(100)]
    late = 16 + sum(each is not Standing.NONE for each in asked)
    yield Row(
        "Threshold inflation",
        "100 friends enter a circle of 17 shortly before the message",
        f"c = {before}, then {fold.threshold(late)}",
        "c stays 2",
        fold.threshold(late) == before,
    )
    yield Row(
        "",
        "100 established friends, there in time",
        f"c = {before}, then {fold.threshold(116)}",
        "from 2 to 6 at most",
        fold.threshold(116) <= 6,
    )
    course.does(core.flag, SEQ, Flag("Bo", "disrespect", Standing.ESTABLISHED))
    yield Row(
        "", "they come after the first flag", f"message {course.view()}", "folded by 2 of 16", course.view() == "folded"
    )


def retaliatory_flags(chance: Chance) -> Iterator[Row]:
    flagged: list[int] = []
    folds = pauses = 0
    for _ in range(12):
        try:
            fold.may_open_another(flagged, now=BEGAN, most=LIMITS.cases_a_day, within=LIMITS.day)
        except Refusal:
            continue
        flagged.append(BEGAN)
        course = Course(chance.random).flagged([AUTHOR + " of another case"])
        course.passes(4 * DAY)
        folds += any(isinstance(each, Fold) for each in course.effects)
        pauses += len(course.case.review.sanctions)
    yield Row(
        "Retaliatory flags",
        "one flags 12 critics in a day",
        f"{len(flagged)} cases, {folds} folds, {pauses} pauses",
        "at most 5 cases, none folds or pauses",
        len(flagged) <= 5 and folds == pauses == 0,
    )
    marks = []
    for number, sure in enumerate((2, 3, 3, 3)):
        course = Course(chance.random).flagged(["Ana"])
        course.draws(course.lots([f"reader {k}" for k in range(6)]))
        course.decided(lambda _: KEEP)
        for place, juror in enumerate(sorted(course.case.sat())):
            course.does(core.mark_faith, juror, (0,) if place < sure else ())
        if any(isinstance(each, BadFaith) for each in course.effects):
            marks.append(BEGAN + number * DAY)
    found = [quiet(marks[: n + 1], now=mark, limits=LIMITS) for n, mark in enumerate(marks)]
    days = [round((each.until - mark) / DAY) for each, mark in zip(found, marks, strict=True)]
    counts = fold.quieted(Standing.ESTABLISHED) > 0
    yield Row(
        "",
        "panels call it an attack: 2 of 3 once, then 3 of 3 three times",
        f"{len(marks)} marks; flags quiet for {days} days",
        "only all of a panel mark: a note, 7 days, 30 days",
        days == [0, 7, 30] and not counts,
    )


def host_capture(chance: Chance) -> Iterator[Row]:
    friends = ["the host", *(f"friend {n}" for n in range(3))]
    outside = [f"reader {n}" for n in range(10)]
    seats = kept = tried = longest = 0
    for _ in chance.tries(0.1):
        tried += 1
        course = Course(chance.random, hosts=("the host",), witnesses=7).flagged(friends[:3])
        longest = max(longest, _fold_lasts(course))
        course = Course(chance.random, hosts=("the host",), witnesses=7).flagged(friends[1:])
        course.draws(course.lots([*friends, *outside]))
        course.decided(lambda who: core.Ballot((core.Mark(SEQ, 1),), 3, "disrespect") if who in friends else KEEP)
        seats += len(set(friends) & set(course.case.sat()))
        kept += course.level() == (0, 0)
    own = [each.letter for each in POWERS if each.holder == "host" and each.reach in ("author", "message")]
    setup = "the host and 3 friends flag in their own room of 8; 10 reviewers outside"
    yield Row("Host capture", setup, f"{seats} seats in {tried} panels", "0 seats", seats == 0)
    yield Row("", "the same, panels leave it", f"undone in {kept} of {tried}", "all", kept == tried)
    yield Row("", "the same, nobody is drawn", f"folded for {longest / HOUR:.0f} h", "72 h", longest <= 72 * HOUR)
    yield Row("", "powers of a host over messages or people", f"{len(own)}", "0", not own)


def sybil_flags(chance: Chance) -> Iterator[Row]:
    """Fresh identities: what their flags and presence are worth."""
    counted = 0
    course = Course(chance.random, witnesses=8)
    for n in range(30):
        standing = fold.standing(_bars(), made_at=BEGAN - HOUR, entered_at=BEGAN - MINUTE)
        counted += standing > 0
        course.flagged([f"fresh {n}"], standing=standing)
    yield Row(
        "Sybil joiners",
        "30 identities of one hour flag at once",
        f"{counted} flags count, message {course.view()}",
        "0 flags count",
        counted == 0 and course.view() == "visible",
    )
    most = 0
    for witnesses in (17, 99, 499):
        needed = fold.threshold(witnesses)
        young = [(Standing.PRESENT, Origin(b"one invite", bytes([n]))) for n in range(30)]
        most = max(most, fold.counted(young, needed) - needed // 2)
    yield Row(
        "",
        "the same, there for ten minutes, all by one invite (A = 17, 99, 499)",
        f"{most} more than half of c",
        "half of c at most",
        most <= 0,
    )


def _bars() -> fold.Bars:
    return fold.bars(
        posted_at=BEGAN,
        server_since=BEGAN - 90 * DAY,
        established_age=LIMITS.established_age,
        established_presence=LIMITS.established_presence,
    )


def _fold_lasts(course: Course) -> int:
    """How long a fold stays that nobody reads."""
    began = course.now
    while course.view() == "folded" and course.passes_to_next():
        pass
    return NEVER if course.view() == "folded" else course.now - began
