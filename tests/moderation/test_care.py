"""The care route: asked first, told only after a yes, at least two, and nothing of it left after an hour."""

from contextlib import AbstractContextManager
from typing import Any

import msgspec
import pytest
from sqlalchemy import update
from sqlmodel import col

from moderation import care, care_standing
from moderation.wire_care import AnswerCare, CareNow, CareOffer, CareWanted, ReachOut, WorryAbout
from rooms import personal
from rooms.models import Circle, ParticipantRow
from rooms.units import HOUR, MINUTE
from rooms.wire import Preferences, SetAside, SetPreferences
from rooms.work import Refusal, Work
from tests.moderation.place import CIRCLE, OTHER, Place, named

CARE_TABLES = ("care_offer", "care_call")


def refused(code: str) -> AbstractContextManager[Any]:
    return pytest.raises(Refusal, match=code)


def willing(place: Place, *names: str, company: bool = True) -> None:
    for name in names:
        place.does(name, personal.set_preferences, SetPreferences(preferences=Preferences(company=company)))
    here(place, *names)


def here(place: Place, *names: str) -> None:
    """Their screens are here."""
    seats = tuple(place.seat(name) for name in names)
    place.run(None, lambda work: personal.still_here(work, seats))


def asked(place: Place, name: str, action: Any, command: Any) -> tuple[Any, list[Any]]:
    """The answer, and what became known by it as (address, event)."""
    before = len(place.heard)
    answered = place.run(name, lambda work: action(work, command))
    return answered.made, [(each.address, each.event) for each in place.heard[before:]]


def worries(place: Place, name: str, about: str | int, circle: str = CIRCLE) -> tuple[bool, list[Any]]:
    """About the writer of a message, by its seq, or about somebody by their name."""
    meant: dict[str, Any] = {"target": about} if isinstance(about, int) else {"participant": place.seat(about, circle)}
    made, heard = asked(place, name, care.worry, WorryAbout(circle=circle, **meant))
    return made.company, heard


def answers(place: Place, name: str, offer: str, *, yes: bool) -> tuple[bool, list[Any]]:
    made, heard = asked(place, name, care.answer, AnswerCare(offer=offer, yes=yes))
    return made.told, heard


def reaches_out(place: Place, name: str) -> tuple[bool, list[Any]]:
    made, heard = asked(place, name, care.reach_out, ReachOut(circle=CIRCLE))
    return made.told, heard


def offers(place: Place, name: str) -> list[CareOffer]:
    return list(place.read(lambda conn: care_standing.now(conn, named(name))).offers)


def wanted(place: Place, name: str) -> list[CareWanted]:
    return list(place.read(lambda conn: care_standing.now(conn, named(name))).wanted)


def log(name: str) -> str:
    return f"person/{named(name)}"


def test_the_person_is_asked_first_and_those_willing_are_told_after_a_yes(place: Place) -> None:
    place.people("Ana", "Bo", "Fern", "Wren", "Lark")
    willing(place, "Fern", "Wren")
    seq = place.says("Ana")
    company, heard = worries(place, "Bo", seq)
    assert company
    (offer,) = offers(place, "Ana")
    assert heard == [(log("Ana"), CareNow(offers=(offer,)))]
    assert (offer.circle, offer.company, offer.until) == (CIRCLE, True, place.now + HOUR)
    assert "target" not in offer.__struct_fields__
    encoded = msgspec.json.encode(heard)
    assert not any(each.encode() in encoded for each in (named("Bo"), place.seat("Bo")))
    told, heard = answers(place, "Ana", offer.offer, yes=True)
    assert told
    wish = CareWanted(circle=CIRCLE, participant=place.seat("Ana"), until=offer.until)
    assert sorted(heard, key=str) == sorted(
        [(log("Ana"), CareNow()), *((log(name), CareNow(wanted=(wish,))) for name in ("Fern", "Wren"))], key=str
    )
    assert answers(place, "Ana", offer.offer, yes=True) == (True, []), "told twice"
    assert offers(place, "Ana") == []
    assert wanted(place, "Fern") == wanted(place, "Wren") == [wish]
    assert wanted(place, "Lark") == wanted(place, "Bo") == []


def test_a_no_tells_nobody_anything_and_looks_the_same_from_outside(place: Place) -> None:
    place.people("Ana", "Bo", "Fern", "Wren")
    willing(place, "Fern", "Wren")
    assert worries(place, "Bo", "Ana")[0]
    (offer,) = offers(place, "Ana")
    told, heard = answers(place, "Ana", offer.offer, yes=False)
    assert not told
    assert heard == [(log("Ana"), CareNow())]
    # Another worry, before and after the answer, is answered alike and asks nothing more.
    assert worries(place, "Fern", "Ana") == (True, [])
    assert answers(place, "Ana", offer.offer, yes=True) == (False, [])
    assert wanted(place, "Fern") == wanted(place, "Wren") == []


def test_one_willing_person_is_not_enough_to_be_told(place: Place) -> None:
    place.people("Ana", "Bo", "Fern", "Wren")
    willing(place, "Fern")
    company, heard = worries(place, "Bo", "Ana")
    assert not company
    (offer,) = offers(place, "Ana")
    assert not offer.company
    assert heard == [(log("Ana"), CareNow(offers=(offer,)))]
    assert answers(place, "Ana", offer.offer, yes=True) == (False, [(log("Ana"), CareNow())])
    assert wanted(place, "Fern") == []


def test_whoever_worried_is_told_only_beside_somebody_else(place: Place) -> None:
    place.people("Ana", "Bo", "Fern")
    willing(place, "Bo")
    assert worries(place, "Bo", "Ana")[0] is False
    place.passes(HOUR)
    willing(place, "Bo", "Fern")
    assert worries(place, "Bo", "Ana")[0] is True
    (offer,) = offers(place, "Ana")
    told, heard = answers(place, "Ana", offer.offer, yes=True)
    assert told
    assert {address for address, event in heard if event.wanted} == {log("Bo"), log("Fern")}


def test_only_those_are_told_who_are_here_free_and_not_set_aside(place: Place) -> None:
    names = ["Fern", "Wren", "Lark", "Finch", "Rook", "Swift"]
    place.people("Ana", *names)
    willing(place, *names)
    place.now += HOUR
    here(place, "Ana", *names[1:])  # Fern's screen is gone
    place.leaves("Wren")
    place.does("Ana", personal.set_aside, SetAside(circle=CIRCLE, participant=place.seat("Lark")))
    place.does("Finch", personal.set_aside, SetAside(circle=CIRCLE, participant=place.seat("Ana")))
    assert reaches_out(place, "Ana")[0] is True
    assert [name for name in names if wanted(place, name)] == ["Rook", "Swift"]
    place.passes(HOUR)
    here(place, *names[1:])

    def pause(work: Work) -> None:
        rook = col(ParticipantRow.id) == place.seat("Rook")
        work.conn.execute(update(ParticipantRow).where(rook).values(paused_until=place.now + HOUR))

    place.run(None, pause)
    assert reaches_out(place, "Ana")[0] is False
    assert not any(wanted(place, name) for name in names), "one alone was told"


def test_of_many_only_some_are_told(place: Place) -> None:
    names = [f"Helper{n}" for n in range(9)]
    place.people("Ana", *names)
    willing(place, *names)
    assert reaches_out(place, "Ana")[0] is True
    assert sum(bool(wanted(place, name)) for name in names) == care.MOST


def test_one_offer_at_a_time_whoever_worries_and_wherever(place: Place) -> None:
    place.people("Ana", "Bo", "Fern", "Wren")
    willing(place, "Fern", "Wren")
    place.circle(OTHER, host="Heron")
    place.enters("Ana", "Bo", circle_id=OTHER)
    for name in ("Bo", "Fern", "Bo"):
        assert worries(place, name, "Ana")[0]
    assert worries(place, "Bo", "Ana", OTHER) == (False, [])
    assert len(offers(place, "Ana")) == 1
    place.passes(HOUR)
    assert offers(place, "Ana") == []
    assert len(worries(place, "Bo", "Ana")[1]) == 1


def test_reaching_out_tells_at_once_answers_an_offer_and_tells_nobody_twice(place: Place) -> None:
    place.people("Ana", "Bo", "Fern", "Wren")
    assert reaches_out(place, "Ana") == (False, [])
    willing(place, "Fern", "Wren")
    told, heard = reaches_out(place, "Ana")
    assert told
    assert {address for address, _ in heard} == {log("Fern"), log("Wren")}
    assert reaches_out(place, "Ana") == (True, [])
    assert worries(place, "Bo", "Ana") == (True, []), "asked although she had said so herself"
    place.passes(HOUR)
    here(place, "Fern", "Wren")
    worries(place, "Bo", "Ana")
    (offer,) = offers(place, "Ana")
    assert reaches_out(place, "Ana")[0] is True
    assert offers(place, "Ana") == []
    assert answers(place, "Ana", offer.offer, yes=False) == (True, [])


def test_after_an_hour_nothing_tells_of_it_and_no_place_in_a_log_is_lost(place: Place) -> None:
    place.people("Ana", "Bo", "Fern", "Wren")
    willing(place, "Fern", "Wren")
    worries(place, "Bo", "Ana")
    (offer,) = offers(place, "Ana")
    answers(place, "Ana", offer.offer, yes=True)
    assert _care_left(place)
    seqs = _person_seqs(place)
    place.passes(HOUR - MINUTE)
    assert len(wanted(place, "Fern")) == 1
    place.passes(MINUTE)
    assert not _care_left(place)
    assert _person_seqs(place) == seqs
    with refused("care.not_found"):
        answers(place, "Ana", offer.offer, yes=True)


def test_who_is_forgotten_is_forgotten_by_those_who_were_told(place: Place) -> None:
    place.people("Ana", "Bo", "Fern", "Wren")
    willing(place, "Fern", "Wren")
    assert reaches_out(place, "Ana")[0]
    place.is_forgotten("Ana")
    assert wanted(place, "Fern") == []
    assert not _care_left(place)


def test_worry_needs_somebody_else_who_is_here(place: Place) -> None:
    place.people("Ana", "Bo", "Fern")
    place.circle(OTHER, host="Heron")
    own, left = place.says("Bo"), place.says("Fern")
    place.leaves("Fern")
    for about in ("Bo", own, "Fern", left, "Nobody"):
        with refused("participant.not_found"):
            worries(place, "Bo", about)
    with refused("participant.not_found"):
        asked(place, "Bo", care.worry, WorryAbout(circle=CIRCLE, participant=place.seat("Heron", OTHER)))
    with refused("message.not_found"):
        worries(place, "Bo", 10_000)
    for both in ({}, {"target": own, "participant": place.seat("Ana")}):
        with refused("request.bad_field"):
            asked(place, "Bo", care.worry, WorryAbout(circle=CIRCLE, **both))  # type: ignore[arg-type]
    with refused("circle.not_found"):
        worries(place, "Bo", "Heron", OTHER)
    with refused("care.not_found"):
        answers(place, "Bo", "AAAAAAAAAAAAAAAA", yes=True)
    worries(place, "Bo", "Ana")
    (offer,) = offers(place, "Ana")
    with refused("care.not_found"):
        answers(place, "Bo", offer.offer, yes=True)
    assert place.count("care_offer") == 1


def test_a_yes_from_outside_the_circle_tells_nobody(place: Place) -> None:
    place.people("Ana", "Bo", "Fern", "Wren")
    willing(place, "Fern", "Wren")
    worries(place, "Bo", "Ana")
    (offer,) = offers(place, "Ana")
    place.leaves("Ana")
    assert answers(place, "Ana", offer.offer, yes=True)[0] is False
    assert wanted(place, "Fern") == []


def test_nothing_of_care_comes_near_the_circles_log(place: Place) -> None:
    place.people("Ana", "Bo", "Fern", "Wren")
    willing(place, "Fern", "Wren")
    before = place.stream(f"circle/{CIRCLE}")
    worries(place, "Bo", "Ana")
    answers(place, "Ana", offers(place, "Ana")[0].offer, yes=True)
    reaches_out(place, "Fern")
    place.passes(HOUR)
    assert place.stream(f"circle/{CIRCLE}") == before
    assert place.read(lambda conn: conn.execute(Circle.__table__.select()).all())  # type: ignore[attr-defined]


def _care_left(place: Place) -> bool:
    told = place.read(
        lambda conn: (
            conn.exec_driver_sql("SELECT count(*) FROM event WHERE kind LIKE 'care.%%'").scalar_one()
            if conn.dialect.name == "postgresql"
            else conn.exec_driver_sql("SELECT count(*) FROM event WHERE kind LIKE 'care.%'").scalar_one()
        )
    )
    return bool(told) or any(place.count(table) for table in CARE_TABLES)


def _person_seqs(place: Place) -> list[Any]:
    return place.read(
        lambda conn: [
            tuple(row)
            for row in conn.exec_driver_sql(
                "SELECT e.log_id, e.seq FROM event e JOIN log l ON l.id = e.log_id"
                " WHERE l.address >= 'person/' AND l.address < 'person0' ORDER BY 1, 2"
            )
        ]
    )
