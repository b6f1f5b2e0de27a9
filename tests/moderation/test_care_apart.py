"""Care and flags are two things: whatever is done about the one changes nothing of the other."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation import care, care_standing, gentle
from moderation.models_care import CareCall, CareOffer, GentleNote
from moderation.wire_care import AnswerCare, AskGently, ReachOut, WorryAbout
from rooms import personal
from rooms.limits import Limits
from rooms.models import EventRow, Log, Person, Table
from rooms.units import DAY, HOUR, MINUTE
from rooms.wire import Preferences, SetPreferences
from rooms.work import Refusal
from tests.moderation.place import CIRCLE, Place, named

PEOPLE = ["Ana", "Bo", "Fern", "Wren", "Lark", "Robin"]
OF_CARE = {each.__tablename__ for each in (CareCall, CareOffer, GentleNote)}
WHO = st.sampled_from(PEOPLE)
WHICH = st.integers(0, 3)
FLAGS = st.one_of(
    st.tuples(st.just("flag"), WHO, WHICH, st.sampled_from(["disrespect", "privacy", "safety"])),
    st.tuples(st.just("withdraw"), WHO, WHICH),
    st.tuples(st.just("rephrase"), WHICH),
    st.tuples(st.just("take_back"), WHICH),
    st.tuples(st.just("pass"), st.sampled_from([MINUTE, HOUR, DAY])),
)
CARE = st.one_of(
    st.tuples(st.just("worry"), WHO, WHO),
    st.tuples(st.just("worry_about_words"), WHO, WHICH),
    st.tuples(st.just("answer"), WHO, st.booleans()),
    st.tuples(st.just("reach_out"), WHO),
)


class World:
    """A place in which Ana has said four things, and some are willing to keep company."""

    def __init__(self, folder: Path, willing: set[str]) -> None:
        # Letters at once, so that no time in this world is drawn.
        self.place = Place(f"sqlite:///{folder / 'circles.db'}", Limits(letter_delay=0, seat_held=365 * DAY))
        self.place.people(*PEOPLE)
        for name in PEOPLE:
            chosen = Preferences(company=name in willing)
            self.place.does(name, personal.set_preferences, SetPreferences(preferences=chosen))
        self.seqs = [self.place.says("Ana", f"words {n}") for n in range(4)]
        self.offers: dict[str, str] = {}

    def take(self, step: tuple[Any, ...]) -> None:
        try:
            self._take(step)
        except Refusal:
            return

    def _take(self, step: tuple[Any, ...]) -> None:
        place, seqs = self.place, self.seqs
        match step:
            case ("flag", who, which, category):
                place.flags(who, seqs[which], category)
            case ("withdraw", who, which):
                place.withdraws(who, seqs[which])
            case ("rephrase", which):
                place.rephrases("Ana", seqs[which], "other words")
            case ("take_back", which):
                place.takes_back("Ana", seqs[which])
            case ("pass", time):
                place.passes(time)
            case ("worry", who, about):
                place.does(who, care.worry, WorryAbout(circle=CIRCLE, participant=place.seat(about)))
            case ("worry_about_words", who, which):
                place.does(who, care.worry, WorryAbout(circle=CIRCLE, target=seqs[which]))
            case ("answer", who, yes):
                for offer in place.read(lambda conn: care_standing.now(conn, named(who))).offers:
                    place.does(who, care.answer, AnswerCare(offer=offer.offer, yes=yes))
            case ("reach_out", who):
                place.does(who, care.reach_out, ReachOut(circle=CIRCLE))

    def without_care(self) -> dict[str, Any]:
        """Every table but those of care, without salts and people's logs; what the circle heard; and whose flag stands where."""
        place = self.place
        people = {each.id for each in place.rows(Log) if each.address.startswith("person/")}
        tables = {
            name: [tuple(value for key, value in row._mapping.items() if key != "salt") for row in place.rows_of(table)]
            for name, table in Table.metadata.tables.items()
            if name not in OF_CARE and table not in (EventRow.__table__, Log.__table__)  # type: ignore[attr-defined]
        }
        return {
            **tables,
            "said": [tuple(each) for each in place.rows(EventRow) if each.log_id not in people],
            "heard": place.stream(f"circle/{CIRCLE}"),
            "letters": [msgspec.json.encode(place.letters(name)) for name in PEOPLE],
            "flags": [place.my_flags(name) for name in PEOPLE],
            "people": [each.preferences for each in place.rows(Person)],
        }


@given(
    steps=st.lists(st.one_of(FLAGS, CARE, CARE), max_size=25),
    willing=st.sets(st.sampled_from(PEOPLE)),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_care_changes_no_fold_no_flag_no_letter_and_no_record(steps: list[tuple[Any, ...]], willing: set[str]) -> None:
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        caring, plain = World(Path(one), willing), World(Path(other), willing)
        try:
            for step in steps:
                caring.take(step)
                if step[0] not in ("worry", "worry_about_words", "answer", "reach_out"):
                    plain.take(step)
            assert caring.without_care() == plain.without_care()
        finally:
            caring.place.close()
            plain.place.close()


def test_the_worlds_would_differ_if_care_touched_anything(tmp_path: Path) -> None:
    """The comparison sees a fold, a flag that does not fold, and a letter."""
    found = []
    for number, flaggers in enumerate(([], ["Bo"], ["Bo", "Fern"])):
        world = World(tmp_path_of(tmp_path, number), set())
        for name in flaggers:
            world.take(("flag", name, 0, "disrespect"))
        world.take(("pass", MINUTE))
        found.append(world.without_care())
        world.place.close()
    assert found[0] != found[1] != found[2] != found[0]
    assert found[0]["heard"] == found[1]["heard"] != found[2]["heard"]


def test_asking_gently_touches_nothing_but_a_letter(tmp_path: Path) -> None:
    worlds = [World(tmp_path_of(tmp_path, number), set()) for number in range(2)]
    for name in ("Bo", "Fern", "Wren"):
        worlds[0].place.does(name, gentle.ask, AskGently(circle=CIRCLE, target=worlds[0].seqs[0]))
    found = []
    for world in worlds:
        world.take(("pass", HOUR))
        found.append({name: value for name, value in world.without_care().items() if name not in ("letter", "letters")})
        world.place.close()
    assert found[0] == found[1]


def tmp_path_of(tmp_path: Path, number: int) -> Path:
    folder = tmp_path / str(number)
    folder.mkdir()
    return folder
