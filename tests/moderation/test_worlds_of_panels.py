"""Two worlds that differ only in who flagged look the same to everybody else, panels, the desk and the record included.

Whatever chance gives comes from the worlds' own dice, thrown alike in both: so every byte can be compared.
"""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert
from sqlmodel import select

from moderation import cases, desk, draws, letters, publishing, report
from moderation.models import CaseRow
from moderation.models_ledger import DrawRow, JournalRow, LedgerRow, MonthRow, NonceRow
from moderation.models_panels import SeatRow
from moderation.wire_panels import MakeAppeal
from rooms import history, views
from rooms.models import Agreement, EventRow, Log, Person
from rooms.units import DAY, HOUR, MINUTE, SECOND
from rooms.work import Refusal, Work
from server import reading
from server.errands import KeepRecord
from server.handlers import HANDLERS
from server.protocol import ReadPage
from tests.moderation.bench_of import REVIEWERS, Bench
from tests.moderation.place import CIRCLE, Place, named
from tests.moderation.sight import watched

OLD = ("Bo", "Fern", "Wren", "Lark")
YOUNG = ("Robin", "Swift", "Finch")
MODERATORS = ("Moss", "Mink")
WATCHING = ("Ana", "Heron", "Otter", "Dee", *REVIEWERS, *MODERATORS)
"""The author, the host, somebody who sits there and flags nothing, somebody outside, and everybody who may be drawn."""
Step = tuple[Any, ...]


class Dice:
    """Thrown anew for each command: who is erased gets no letters, and must not move the dice for others."""

    thrown = 0

    @property
    def randrange(self) -> Callable[[int], int]:
        self.thrown += 1
        return random.Random(self.thrown).randrange


class World:
    """Ana has said three things that seven people heard; ``flaggers`` says which of them does what any of them does."""

    def __init__(self, folder: Path, flaggers: tuple[str, ...]) -> None:
        self.place = Place(f"sqlite:///{folder / 'circles.db'}")
        self.place._picks = Dice()  # type: ignore[assignment]
        self.bench = Bench(self.place)
        self.flaggers = flaggers
        self.place.people("Ana", "Otter", *OLD, age=3 * DAY)
        for name in YOUNG:
            self.place.person(name, age=HOUR, invite="one link", network=f"network of {name}")
        self.place.enters(*YOUNG, ago=HOUR)
        self.place.person("Dee")
        self.bench.people(*REVIEWERS)
        self.bench.people(*MODERATORS, role="moderator")
        self.place.run(None, self._furnish)
        self.seqs = [self.place.says("Ana", f"words {n}") for n in range(3)]
        self.read: list[Any] = []

    def _furnish(self, work: Work) -> None:
        agreement = {"circle_id": CIRCLE, "version": 1, "text": "I listen.\nI am kind.", "agreed_at": work.now}
        work.conn.execute(insert(Agreement).values(**agreement))
        began = work.now - 3 * DAY
        for number in range(100):
            made = {"id": number + 1, "nonce": bytes([number]) * 32, "committed_at": began}
            work.conn.execute(insert(NonceRow).values(**made, usable_from=began + number * DAY))

    # --- what happens

    def take(self, step: Step) -> Any:
        """What the others see come back of it: done, or refused and why."""
        what, *given = step
        try:
            getattr(self, f"_{what}")(*given)
        except Refusal as refusal:
            return refusal.code
        if what in ("convene", "cast", "talk", "appeal", "mark"):
            self.read.append(self.place.read(self._reads))
        return "done"

    def _flag(self, who: int, which: int, category: Any) -> None:
        self.place.flags(self.flaggers[who], self.seqs[which], category)

    def _withdraw(self, who: int, which: int) -> None:
        self.place.withdraws(self.flaggers[who], self.seqs[which])

    def _hold(self, who: int, which: int, category: Any, mine: bool) -> None:
        self.bench.holds(self.flaggers[who], self.seqs[which], category, mine=mine)

    def _cosign(self, who: int, which: int) -> None:
        self.bench.cosigns(self.flaggers[who], self.seqs[which])

    def _convene(self) -> None:
        self.bench.convene()

    def _cast(self, levels: tuple[tuple[int, int], ...]) -> None:
        """Those who read cast their ballots, the first of them the first, and so on."""
        for state in ("reading", "again"):
            for number, name in enumerate(self.bench.seats(state)):
                content, person = levels[number % len(levels)]
                items = len(self.bench.reads(name).messages)
                self.bench.casts(name, content, person, items=items)
        self.bench.passes(11 * SECOND)

    def _talk(self) -> None:
        for name in self.bench.seats("talk"):
            self.bench.says(name, "I read it twice.")
            self.bench.ready(name)

    def _leave_seat(self) -> None:
        for name in list(self.bench.seats("reading"))[:1]:
            self.bench.leave(name)

    def _heavy(self) -> None:
        for name in list(self.bench.seats("offered"))[:1]:
            self.bench.heavy(name)

    def _side(self) -> None:
        if any(each.side_until is not None for each in self.place.letters("Ana")):
            self.bench.side("Ana", "I was tired.")

    def _appeal(self, who: int | None) -> None:
        name = "Ana" if who is None else self.flaggers[who]
        letter = next((each for each in self.place.letters(name) if each.appeal_until is not None), None)
        if letter is None:
            raise Refusal("appeal.not_now")
        command = MakeAppeal(letter=letter.id, body="Please read it again." if who is None else "")
        self.place.does(name, HANDLERS[MakeAppeal], command)

    def _mark(self, flags: tuple[int, ...]) -> None:
        """All who decided call some flags an attack."""
        done = [row for row in self.place.rows(SeatRow) if row.state == "done" and row.person_id is not None]
        for row in sorted(done, key=lambda row: row.id):
            self.bench.marks(row.person_id.rstrip("-"), row.id, *flags)

    def _rephrase(self, which: int) -> None:
        self.place.rephrases("Ana", self.seqs[which], "other words")

    def _take_back(self, which: int) -> None:
        self.place.takes_back("Ana", self.seqs[which])

    def _forget(self, name: str) -> None:
        """The same person in both worlds: who had flagged in one of them."""
        self.place.is_forgotten(name)

    def _pass(self, time: int) -> None:
        self.bench.passes(time)
        self.place.does(None, HANDLERS[KeepRecord], KeepRecord())

    # --- what is seen

    def seen(self) -> dict[str, Any]:
        """Every byte that was announced to the watchers, stands in their logs, or is given to them when they ask."""
        place = self.place
        addresses = [f"circle/{CIRCLE}", *(f"person/{named(name)}" for name in WATCHING)]
        logs = {each.id: each.address for each in place.rows(Log) if each.address in addresses}
        tables = (JournalRow, LedgerRow, DrawRow, NonceRow, MonthRow)
        return {
            "announced": {each: place.stream(each) for each in addresses},
            "logs": [tuple(each) for each in place.rows(EventRow) if each.log_id in logs],
            "record": {table.__tablename__: [tuple(each) for each in place.rows(table)] for table in tables},
            "read": self.read,
            "reads": place.read(self._reads),
        }

    def _reads(self, conn: Connection) -> dict[str, Any]:
        now, limits = self.place.now, self.place.limits
        found: dict[str, Any] = {}
        for name in WATCHING:
            me = named(name)
            work = Work(conn, who=me, now=now, limits=limits, pick=lambda _: 0)
            start = desk.desk(work)
            own = [watched(conn, f"person/{me}", me, now, limits), start]
            own += [desk.case_to_read(work, each.id) for each in start.seats if each.state in desk.OPEN]
            if history.circle_reader(conn, CIRCLE, me) is not None:
                own.append(watched(conn, f"circle/{CIRCLE}", me, now, limits))
                own.append(reading.page(conn, ReadPage(circle=CIRCLE, before=2**40, limit=200), me))
            found[name] = [msgspec.json.encode(each) for each in own]
        found["outside"] = msgspec.json.encode(views.outside(conn, now=now, seat_held=limits.seat_held))
        found["ledger"] = publishing.page(conn, 0, 500)
        found["draws"] = [
            msgspec.json.encode(draws.shown(conn, each)) for each in conn.execute(select(DrawRow.id)).scalars()
        ]
        found["book"] = msgspec.json.encode(
            (report.recent(conn, now, limits), report.months(conn, now, limits), report.pool(conn))
        )
        return found


def other(flaggers: tuple[str, ...]) -> tuple[str, ...]:
    """The same classes, everybody another."""
    return (*flaggers[1:4], flaggers[0], *flaggers[5:7], flaggers[4])


@pytest.fixture
def worlds(tmp_path: Path) -> Iterator[tuple[World, World]]:
    made = []
    for number, flaggers in enumerate(((*OLD, *YOUNG), other((*OLD, *YOUNG)))):
        folder = tmp_path / str(number)
        folder.mkdir()
        made.append(World(folder, flaggers))
    yield made[0], made[1]
    for each in made:
        each.place.close()


BOTH_AGREE = ((1, 2),)
SPLIT = ((1, 3), (0, 0), (1, 0))
NOTHING = ((0, 0),)
UP = ((2, 4),)
FLAGGED = [("flag", 0, 0, "disrespect"), ("pass", MINUTE), ("flag", 1, 0, "pressure"), ("pass", 2 * MINUTE)]
COURSES: dict[str, list[Step]] = {
    "folded, heard again, and softer": [
        *FLAGGED, ("heavy",), ("convene",), ("side",), ("cast", BOTH_AGREE), ("pass", 6 * MINUTE), ("appeal", 1),
        ("appeal", None), ("pass", HOUR), ("convene",), ("cast", NOTHING), ("pass", DAY), ("appeal", 0), ("pass", 31 * DAY),
    ],
    "split, talked over, paused": [
        *FLAGGED, ("flag", 4, 0, "disrespect"), ("convene",), ("leave_seat",), ("convene",), ("cast", SPLIT), ("pass", 6 * MINUTE),
        ("talk",), ("cast", ((1, 3),)), ("pass", 6 * MINUTE), ("rephrase", 0), ("pass", DAY), ("flag", 2, 0, "spam"), ("pass", 2 * DAY),
        ("forget", "Bo"), ("pass", HOUR),
    ],
    "left as it was, marked, and asked again by who flagged": [
        ("flag", 3, 1, "disrespect"), ("flag", 5, 1, "disrespect"), ("flag", 0, 1, "threat"), ("withdraw", 0, 1),
        ("pass", MINUTE), ("convene",), ("cast", NOTHING), ("mark", (0, 1)), ("pass", HOUR), ("appeal", 2), ("appeal", 3),
        ("pass", HOUR), ("convene",), ("cast", BOTH_AGREE), ("pass", 8 * DAY), ("pass", 31 * DAY),
    ],
    "held, co-signed, withheld": [
        ("hold", 0, 2, "privacy", False), ("cosign", 0, 2), ("cosign", 2, 2), ("flag", 1, 2, "privacy"), ("convene",),
        ("cast", UP), ("pass", 6 * MINUTE), ("convene",), ("cast", UP), ("pass", 6 * MINUTE), ("hold", 3, 0, "spam", True),
        ("flag", 1, 0, "spam"), ("pass", 73 * HOUR), ("hold", 3, 1, "threat", False), ("pass", DAY), ("take_back", 2),
        ("pass", 2 * DAY),
    ],
    "who flagged is erased meanwhile": [
        *FLAGGED, ("convene",), ("forget", "Bo"), ("cast", BOTH_AGREE), ("pass", 6 * MINUTE), ("forget", "Wren"),
        ("appeal", None), ("convene",), ("cast", NOTHING), ("pass", DAY),
    ],
    "nobody comes": [*FLAGGED, ("flag", 6, 1, "disrespect"), ("flag", 4, 1, "safety"), ("pass", DAY), ("pass", 3 * DAY)],
}  # fmt: skip


REACHED: dict[str, set[str]] = {
    "folded, heard again, and softer": {"fold", "decided", "appeal", "unfold", "close"},
    "split, talked over, paused": {"talk", "decided", "pause", "pause_end"},
    "left as it was, marked, and asked again by who flagged": {"decided", "appeal", "fold"},
    "held, co-signed, withheld": {"hold", "decided", "pause", "lapse"},
    "who flagged is erased meanwhile": {"decided", "appeal", "unfold"},
    "nobody comes": {"fold", "lapse"},
}
"""What the record tells of each, so that none of them ends before it has begun."""


@pytest.mark.parametrize("course", COURSES)
def test_who_flagged_shows_in_no_byte_of_a_whole_case(course: str, worlds: tuple[World, World]) -> None:
    done = []
    for step in COURSES[course]:
        answers = [each.take(step) for each in worlds]
        assert answers[0] == answers[1], step
        done.append(answers[0])
    same(worlds)
    assert {row.kind for row in worlds[0].place.rows(JournalRow)} >= REACHED[course], done


WHO = st.integers(0, len(OLD) + len(YOUNG) - 1)
WHICH = st.integers(0, 2)
LEVELS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5)), min_size=1, max_size=3).map(tuple)
STEPS = st.one_of(
    st.tuples(st.just("flag"), WHO, WHICH, st.sampled_from(["disrespect", "pressure", "privacy", "spam"])),
    st.tuples(st.just("flag"), WHO, st.just(0), st.just("disrespect")),
    st.tuples(st.just("withdraw"), WHO, WHICH),
    st.tuples(st.just("hold"), WHO, WHICH, st.sampled_from(["privacy", "threat"]), st.booleans()),
    st.tuples(st.just("cosign"), WHO, WHICH),
    st.just(("convene",)),
    st.just(("talk",)),
    st.just(("side",)),
    st.just(("leave_seat",)),
    st.tuples(st.just("cast"), LEVELS),
    st.tuples(st.just("appeal"), st.one_of(st.none(), WHO)),
    st.tuples(st.just("mark"), st.sampled_from([(), (0,), (0, 1)])),
    st.tuples(st.sampled_from(["rephrase", "take_back"]), WHICH),
    st.tuples(st.just("pass"), st.sampled_from([MINUTE, 6 * MINUTE, HOUR, DAY, 3 * DAY])),
)


@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(STEPS, min_size=15, max_size=30))
def test_who_flagged_shows_in_no_byte_whatever_happens(steps: list[Step]) -> None:
    with TemporaryDirectory() as one, TemporaryDirectory() as two:
        flaggers = (*OLD, *YOUNG)
        pair = World(Path(one), flaggers), World(Path(two), other(flaggers))
        for step in steps:
            answers = [each.take(step) for each in pair]
            assert answers[0] == answers[1], step
        same(pair)
        for each in pair:
            each.place.close()


def same(pair: tuple[World, World]) -> None:
    one, two = (each.seen() for each in pair)
    for part in one:
        if isinstance(one[part], dict):
            for name in one[part]:
                assert one[part][name] == two[part][name], (part, name)
        assert one[part] == two[part], part


# --- the comparison bites


def tells_a_juror(work: Work, kept: Any) -> None:
    """A sealed line that begins with who flagged."""
    flagger = next(flag.by for message in kept.case.messages for flag in message.flags)
    letters.write(work, named("Ana"), CIRCLE, 1, "gentle", until=sum(flagger.encode()))


def counts_in_the_record(work: Work, kept: Any) -> None:
    flagger = next(flag.by for message in kept.case.messages for flag in message.flags)
    row = {"at": work.now, "kind": "seat", "facts": str(sum(flagger.encode())), "case_name": None}
    work.conn.execute(insert(JournalRow).values(**row))


def changes_a_name(work: Work, kept: Any) -> None:
    flagger = next(flag.by for message in kept.case.messages for flag in message.flags)
    people = Person.__table__  # type: ignore[attr-defined]
    work.conn.execute(people.update().where(people.c.id == named("Otter")).values(name=flagger))


@pytest.mark.parametrize("leak", [tells_a_juror, counts_in_the_record, changes_a_name])
def test_a_leak_would_be_seen(leak: Callable[[Work, Any], None], worlds: tuple[World, World]) -> None:
    for each in worlds:
        for step in (*FLAGGED, ("convene",)):
            each.take(step)
    same(worlds)
    (case_id,) = (row.id for row in worlds[0].place.rows(CaseRow))
    for each in worlds:
        each.place.run(None, lambda work: leak(work, cases.load(work, case_id)))
    with pytest.raises(AssertionError):
        same(worlds)
