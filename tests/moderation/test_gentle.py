"""Asking gently: one note without a name, however many ask, whoever asks, and only to those who take such notes."""

from typing import Any

import pytest

from moderation import gentle
from moderation.wire import LetterCame
from moderation.wire_care import AskGently
from rooms import personal
from rooms.limits import Limits
from rooms.units import DAY, HOUR, MINUTE, SECOND
from rooms.wire import Preferences, SetPreferences
from rooms.work import Refusal
from tests.moderation.place import CIRCLE, Place, named


def asks(place: Place, name: str, seq: int) -> list[Any]:
    return place.does(name, gentle.ask, AskGently(circle=CIRCLE, target=seq))


def wants_none(place: Place, name: str, *, gentle_notes: bool = False) -> None:
    """As the handler of preferences does it."""

    def choose(work: Any, command: SetPreferences) -> None:
        personal.set_preferences(work, command)
        if not command.preferences.gentle_notes:
            gentle.none_for(work)

    place.does(name, choose, SetPreferences(preferences=Preferences(gentle_notes=gentle_notes)))


def notes(place: Place, name: str) -> list[int]:
    """The messages about which somebody has a gentle note."""
    return [each.target for each in place.letters(name) if each.about == "gentle"]


def test_the_author_gets_one_note_after_a_while_and_nobody_else_learns_anything(place: Place) -> None:
    place.people("Ana", "Bo", "Fern")
    seq = place.says("Ana")
    assert asks(place, "Bo", seq) == []
    assert asks(place, "Fern", seq) == []
    assert asks(place, "Bo", seq) == []
    assert place.passes(30 * SECOND - 1) == []
    ((address, event),) = place.passes(3 * MINUTE)
    assert address == f"person/{named('Ana')}"
    assert isinstance(event, LetterCame)
    assert (event.letter.about, event.letter.target, event.letter.felt, event.letter.until) == ("gentle", seq, (), None)
    assert asks(place, "Fern", seq) == []
    assert place.passes(DAY) == []
    assert notes(place, "Ana") == [seq]


def test_the_delay_lies_between_half_a_minute_and_three(place: Place) -> None:
    place.people("Ana", "Bo")
    came = []
    for _ in range(30):
        seq = place.says("Ana")
        asks(place, "Bo", seq)
        began = place.now
        while seq not in notes(place, "Ana"):
            place.passes(SECOND)
        came.append(place.now - began)
    assert min(came) >= 30 * SECOND
    assert max(came) <= 180 * SECOND
    assert len(set(came)) > 15, "one delay is like another"


def test_nothing_stays_that_says_who_asked_or_how_many(place: Place) -> None:
    place.people("Ana", "Bo", "Fern")
    seq = place.says("Ana")
    before = {table: place.count(table) for table in ("flag", "flag_case", "case_message")}
    for name in ("Bo", "Fern"):
        asks(place, name, seq)
    assert place.count("gentle_note") == 1
    dump = place.read(
        lambda conn: [
            tuple(row) for table in ("gentle_note", "letter") for row in conn.exec_driver_sql(f"SELECT * FROM {table}")
        ]
    )
    assert not any(named(name) in row or place.seat(name) in row for row in dump for name in ("Bo", "Fern"))
    assert {table: place.count(table) for table in before} == before


def test_who_wants_no_such_notes_gets_none_and_nobody_can_tell(place: Place) -> None:
    place.people("Ana", "Bo", "Fern")
    wants_none(place, "Ana")
    seq = place.says("Ana")
    assert asks(place, "Bo", seq) == []
    assert place.passes(HOUR) == []
    wants_none(place, "Ana", gentle_notes=True)
    assert asks(place, "Fern", seq) == []
    assert place.passes(HOUR) == [], "asked about before, and told only now"
    later = place.says("Ana")
    asks(place, "Bo", later)
    wants_none(place, "Ana")
    assert place.passes(HOUR) == [], "it was on its way when she chose to have none"


def test_only_those_who_were_there_can_ask_and_nobody_about_themselves(place: Place) -> None:
    place.people("Ana", "Bo")
    seq = place.says("Ana")
    place.person("Wren", age=HOUR)
    place.enters("Wren", ago=MINUTE)
    fresh = place.says("Ana")
    for name, target, code in (
        ("Ana", seq, "gentle.own_words"),
        ("Wren", fresh, "gentle.not_witness"),
        ("Wren", seq, "message.not_found"),
        ("Bo", 10_000, "message.not_found"),
    ):
        with pytest.raises(Refusal) as refused:
            asks(place, name, target)
        assert refused.value.code == code
    assert place.count("gentle_note") == 0


def test_no_note_about_words_that_are_gone_or_folded(place: Place) -> None:
    place.people("Ana", "Bo", "Fern", "Lark")
    gone, folded = place.says("Ana"), place.says("Ana")
    asks(place, "Bo", gone)
    asks(place, "Bo", folded)
    place.flags("Fern", folded)
    place.flags("Lark", folded)
    assert place.folded(folded)
    place.takes_back("Ana", gone)
    place.passes(HOUR)
    assert notes(place, "Ana") == []
    with pytest.raises(Refusal) as refused:
        asks(place, "Fern", gone)
    assert refused.value.code == "message.taken_back"
    again = place.says("Ana")
    place.flags("Fern", again)
    place.flags("Lark", again)
    asks(place, "Bo", again)
    place.passes(HOUR)
    assert [each.about for each in place.letters("Ana") if each.target == again] == ["folded"]


def test_notes_go_with_the_words_and_with_their_writer(place: Place) -> None:
    place.people("Ana", "Bo", "Fern")
    for writer in ("Ana", "Fern"):
        asks(place, "Bo", place.says(writer))
    place.passes(HOUR)
    assert len(notes(place, "Fern")) == 1
    place.is_forgotten("Ana")
    assert place.count("gentle_note") == 1
    place.passes(31 * DAY)
    assert (place.count("gentle_note"), notes(place, "Fern")) == (0, [])


def test_the_times_of_notes_shrink_with_all_others(tmp_path: Any) -> None:
    place = Place(f"sqlite:///{tmp_path / 'circles.db'}", Limits(gentle_least=30, gentle_most=30))
    place.people("Ana", "Bo")
    seq = place.says("Ana")
    asks(place, "Bo", seq)
    place.passes(29)
    assert notes(place, "Ana") == []
    place.passes(1)
    assert notes(place, "Ana") == [seq]
    place.close()
