"""Two worlds that differ only in who flagged look the same to everybody who did not."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation.wire import Category
from rooms.models import EventRow, Log
from rooms.units import DAY, HOUR, MINUTE
from rooms.work import Refusal
from tests.moderation.place import CIRCLE, Place, named

OLD = ["Bo", "Fern", "Wren", "Lark"]
YOUNG = ["Robin", "Swift", "Finch", "Rook"]
WITNESSES = OLD + YOUNG
WATCHING = [f"circle/{CIRCLE}", *(f"person/{named(name)}" for name in ("Ana", "Heron", "Otter"))]
"""The circle's log, and those of the author, the host and somebody who sits there and flags nothing."""

WHO = st.integers(0, len(WITNESSES) - 1)
WHICH = st.integers(0, 3)
STEPS = st.one_of(
    st.tuples(st.just("flag"), WHO, WHICH, st.sampled_from(get_args(Category))),
    st.tuples(st.just("flag"), WHO, WHICH, st.just("disrespect")),
    st.tuples(st.just("flag"), WHO, WHICH, st.just("pressure")),
    st.tuples(st.just("withdraw"), WHO, WHICH),
    st.tuples(st.just("rephrase"), WHICH),
    st.tuples(st.just("take_back"), WHICH),
    st.tuples(st.just("forget"), WHO),
    st.tuples(st.just("leave"), WHO),
    st.tuples(st.just("pass"), st.sampled_from([MINUTE, HOUR, DAY, 3 * DAY])),
)


class World:
    """A place in which Ana has said four things and eight people have heard them."""

    def __init__(self, folder: Path, flaggers: list[str]) -> None:
        self.place = Place(f"sqlite:///{folder / 'circles.db'}")
        self.flaggers = flaggers
        self.place.people("Ana", "Otter", *OLD)
        for name in YOUNG:
            self.place.person(name, age=HOUR, invite="one link", network=f"network of {name}")
        self.place.enters(*YOUNG, ago=HOUR)
        self.seqs = [self.place.says("Ana", f"words {n}") for n in range(4)]

    def take(self, step: tuple[Any, ...]) -> Any:
        """What the author, the host and the others who only watch see come back; flaggers' own answers stay theirs."""
        match step:
            case ("flag", who, which, category):
                return self.quietly(self.place.flags, self.flaggers[who], self.seqs[which], category)
            case ("withdraw", who, which):
                return self.quietly(self.place.withdraws, self.flaggers[who], self.seqs[which])
            case ("rephrase", which):
                return self.quietly(self.place.rephrases, "Ana", self.seqs[which], "other words")
            case ("take_back", which):
                return self.quietly(self.place.takes_back, "Ana", self.seqs[which])
            case ("forget", who):
                return self.quietly(self.place.is_forgotten, WITNESSES[who])
            case ("leave", who):
                return self.quietly(self.place.leaves, WITNESSES[who])
            case ("pass", time):
                self.place.passes(time)
        return None

    def quietly(self, action: Any, *what: Any) -> str:
        try:
            action(*what)
        except Refusal as refusal:
            return refusal.code
        return "done"

    def seen(self) -> list[Any]:
        """Every byte that was announced to the watchers, stands in their logs, or is given to them when they ask."""
        place = self.place
        logs = {each.id for each in place.rows(Log) if each.address in WATCHING}
        return [
            [place.stream(address) for address in WATCHING],
            [tuple(each) for each in place.rows(EventRow) if each.log_id in logs],
            [msgspec.json.encode((place.my_flags(name), place.letters(name))) for name in ("Ana", "Heron", "Otter")],
        ]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.permutations(OLD), st.permutations(YOUNG), st.lists(STEPS, min_size=5, max_size=25))
def test_who_flagged_shows_in_no_byte(old: list[str], young: list[str], steps: list[tuple[Any, ...]]) -> None:
    with TemporaryDirectory() as one, TemporaryDirectory() as two:
        worlds = [World(Path(one), WITNESSES), World(Path(two), old + young)]
        gone: set[str] = set()
        for step in steps:
            if step[0] in ("flag", "withdraw") and {world.flaggers[step[1]] for world in worlds} & gone:
                continue
            if step[0] in ("forget", "leave"):
                if WITNESSES[step[1]] in gone:
                    continue
                gone.add(WITNESSES[step[1]])
            answers = [world.take(step) for world in worlds]
            assert answers[0] == answers[1], step
        views = [world.seen() for world in worlds]
        for world in worlds:
            world.place.close()
        assert views[0] == views[1]


def test_the_comparison_would_see_a_name(tmp_path: Path) -> None:
    """The same two worlds differ in the flaggers' own logs, so equal views are not an accident of looking away."""
    streams = []
    for flagger in ("Bo", "Fern"):
        (tmp_path / flagger).mkdir()
        world = World(tmp_path / flagger, WITNESSES)
        world.place.flags(flagger, world.seqs[0])
        streams.append([world.place.stream(f"person/{named(name)}") for name in ("Bo", "Fern")])
        world.place.close()
    assert streams[0] == streams[1][::-1] != streams[1]
