"""Too many cases for too few readers, and fresh identities among those who read; asked of real tables in memory."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, create_engine, insert

from moderation import case as core
from moderation import fold, reviewers, seats
from moderation.flagged import HARD
from moderation.fold import Standing
from moderation.models import ActivityRow, ReviewerRow
from moderation.models_panels import PauseRow, SeatRow
from moderation.simulation.course import BEGAN, KEEP, SEQ, Course
from moderation.simulation.table import Chance, Row
from moderation.wire import Category
from rooms.limits import Limits
from rooms.models import Person
from rooms.units import DAY, MINUTE
from rooms.work import Refusal, Work

LIMITS = Limits()
TABLES: tuple[Any, ...] = (Person, ReviewerRow, ActivityRow, SeatRow, PauseRow)
READERS = 6
FLOODERS = 10


@contextmanager
def tables() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as conn:
            for table in TABLES:
                table.__table__.create(conn)
            yield conn
    finally:
        engine.dispose()


def fresh_reviewers(chance: Chance) -> Iterator[Row]:
    """Sybil joiners again: what fresh identities add to E."""
    with tables() as conn:
        old = [(f"old {n}", BEGAN - 90 * DAY, 30) for n in range(9)]
        young = [(f"fresh {n}", BEGAN - 13 * DAY, 13) for n in range(30)]
        idle = [(f"idle {n}", BEGAN - 30 * DAY, 4) for n in range(30)]
        for number, (person, made_at, days) in enumerate((*old, *young, *idle), 1):
            row = {"id": person, "log_id": number, "name": "", "preferences": b"{}", "created_at": made_at}
            conn.execute(insert(Person).values(row))
            conn.execute(insert(ReviewerRow).values(person_id=person, since=made_at))
            conn.execute(insert(ActivityRow).values(person_id=person, day=BEGAN // DAY, days=(1 << days) - 1))
        found = len(reviewers.eligible(_work(conn, BEGAN, chance), ()))
    setup = "30 reviewers of 13 days, 30 of 30 days with 4 active ones, beside 9 others"
    yield Row("", setup, f"E = {found}", "E stays 9", found == 9)


class Desk:
    """Cases that wait and people who read, with the bounds of a day asked of the tables."""

    def __init__(self, conn: Connection, chance: Chance) -> None:
        self.conn = conn
        self.chance = chance
        self.now = BEGAN
        self.readers = [f"reader {n}" for n in range(READERS)]
        self.cases: dict[int, Course] = {}
        self.rows: dict[tuple[int, str], str] = {}
        """Seats that are open: the row of each, by case and person."""
        self.read: dict[tuple[int, str], tuple[int, bool]] = {}
        """When a case was put before somebody, and whether it was a hard one."""
        self.at_once = 0
        self.out_of_order = 0

    def opens(self, flooders: int) -> None:
        """Everybody flags as much as they may; some cases are folded, some held."""
        for flooder in range(flooders):
            flagged: list[int] = []
            for _ in range(2 * LIMITS.cases_a_day):
                try:
                    fold.may_open_another(flagged, now=BEGAN, most=LIMITS.cases_a_day, within=LIMITS.day)
                except Refusal:
                    continue
                flagged.append(BEGAN)
                number = len(self.cases)
                category: Category = "threat" if number % 4 == 0 else "disrespect"
                course = self.cases[number] = Course(self.chance.random)
                course.flagged([f"flooder {flooder}"], category=category)
                if number % 3:
                    course.flagged([f"flooder {flooder}'s friend"], category=category)
                if number % 4 == 0:
                    course.does(core.hold, SEQ, f"holder {number}", "threat", standing=Standing.ESTABLISHED)

    def turns(self) -> None:
        """The next ten minutes: what is due, draws for whoever waits, answers and ballots."""
        self.now += 10 * MINUTE
        waiting = []
        for number, course in self.cases.items():
            if course.case.closed is None and course.case.decision is None:
                before = course.case
                course.passes(self.now - course.now)
                if course.case is not before:
                    self._writes(number)
                due = core.draw_at(course.case)
                if due is not None and due <= self.now:
                    waiting.append(number)
        self._draws(sorted(waiting, key=lambda number: -core.urgency(self.cases[number].case)))
        for number, course in self.cases.items():
            if course.case.review.panel is not None:
                course.answered(lambda _: self.chance.random.random() < 0.8)
                for who in course.waited_for:
                    course.does(core.cast, who, KEEP)
                self._writes(number)

    def _draws(self, waiting: list[int]) -> None:
        served: list[int] = []
        for number in waiting:
            course = self.cases[number]
            busy = seats.busy(_work(self.conn, self.now, self.chance), self.readers, hard=_hard(course))
            course.draws(course.lots(self.readers), skips=dict.fromkeys(busy, "busy"))
            self._writes(number)
            if course.case.review.panel is not None:
                served.append(("visible", "folded", "held").index(course.view()))
        self.out_of_order += served != sorted(served, reverse=True)

    def _writes(self, number: int) -> None:
        """Offers, seats and their ends as the case has them."""
        course, work = self.cases[number], _work(self.conn, self.now, self.chance)
        asked, seated = set(course.asked), set(course.seated)
        for who in sorted(asked | seated):
            if (number, who) not in self.rows:
                self.rows[number, who] = seats.offer(work, number, 1, who, hard=_hard(course))
            if who in seated and (number, who) not in self.read:
                seats.move(work, self.rows[number, who], "reading", taken=True)
                self.read[number, who] = (self.now, _hard(course))
        for (of, who), seat in list(self.rows.items()):
            if of == number and who not in asked | seated:
                seats.move(work, seat, "done")
                del self.rows[of, who]
        self.at_once = max([self.at_once, *Counter(who for _, who in self.rows).values()])


def panel_flooding(chance: Chance) -> Iterator[Row]:
    with tables() as conn:
        desk = Desk(conn, chance)
        desk.opens(FLOODERS)
        while desk.now < BEGAN + 4 * DAY and any(each.case.closed is None for each in desk.cases.values()):
            desk.turns()
    busiest = max(_most_in_a_day(desk, who, hard=False) for who in desk.readers)
    hardest = max(_most_in_a_day(desk, who, hard=True) for who in desk.readers)
    lapsed = [each for each in desk.cases.values() if each.case.closed == "lapsed"]
    covered = [each for each in lapsed if each.view() in ("folded", "held")]
    read, opened = sum(each.case.decision is not None for each in desk.cases.values()), len(desk.cases)
    setup = f"{FLOODERS} accounts flag all they can, {READERS} readers"
    yield Row("Panel flooding", setup, f"{opened} cases a day", f"at most {5 * FLOODERS}", opened <= 5 * FLOODERS)
    yield Row(
        "",
        "the same, four days of draws",
        f"{busiest} cases a day for one reader, {hardest} hard ones, {desk.at_once} at once",
        "at most 5, 2 and 1",
        busiest <= 5 and hardest <= 2 and desk.at_once <= 1,
    )
    out = desk.out_of_order
    yield Row("", "held before folded before flagged", f"{out} draws out of order", "0", out == 0)
    yield Row(
        "",
        "what nobody reads in time",
        f"{read} read, {len(lapsed)} lapsed, {len(covered)} of them still covered",
        "lapses to visible within 96 h",
        not covered and len(lapsed) + read == opened,
    )


def _most_in_a_day(desk: Desk, person: str, *, hard: bool) -> int:
    """In any 24 hours."""
    at = [when for (_, who), (when, was_hard) in desk.read.items() if who == person and (was_hard or not hard)]
    return max((sum(first <= when < first + DAY for when in at) for first in at), default=0)


def _hard(course: Course) -> bool:
    return any(flag.category in HARD for each in course.case.messages for flag in each.flags)


def _work(conn: Connection, now: int, chance: Chance) -> Work:
    return Work(conn, who=None, now=now, limits=LIMITS, pick=chance.random.randrange)
