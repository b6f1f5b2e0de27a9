"""Flags and clocks of several processes at the same moment, on PostgreSQL."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from secrets import randbelow
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Connection

from moderation import care, due, flags, gentle
from moderation.models import CaseMessageRow, CaseRow, FlagRow, LetterRow
from moderation.models_care import CareCall, CareOffer
from moderation.wire import FlagMessage
from moderation.wire_care import AnswerCare, AskGently, WorryAbout
from rooms import personal, together
from rooms.log import deliver
from rooms.models import EventRow
from rooms.wire import Preferences, SetPreferences
from rooms.wire_space import AskBreath
from rooms.work import Work
from server.locks import lock
from server.store import Store
from tests.moderation.place import CIRCLE, OTHER, Place, named

AT_ONCE = 6


@pytest.fixture
def place(database_url: str) -> Iterator[Place]:
    place = Place(database_url)
    yield place
    place.close()


def at_once(place: Place, url: str, actions: list[Callable[[Connection], Any]]) -> None:
    """Each action on a connection of its own, as processes do, all begun before any of them ends."""
    stores = [Store(url) for _ in actions]
    ready = Barrier(len(actions))

    def act(store: Store, action: Callable[[Connection], Any]) -> None:
        def begun(conn: Connection) -> None:
            ready.wait()
            action(conn)

        store.write_now(begun)

    with ThreadPoolExecutor(len(actions)) as threads:
        for each in [threads.submit(act, *pair) for pair in zip(stores, actions, strict=True)]:
            each.result()
    for store in stores:
        store.close()


def a_flag(place: Place, name: str, seq: int) -> Callable[[Connection], None]:
    command = FlagMessage(circle=CIRCLE, target=seq, category="disrespect")

    def act(conn: Connection) -> None:
        lock(conn, [(named(name), command)], place.now)
        work = Work(conn, who=named(name), now=place.now, limits=place.limits, pick=randbelow)
        flags.raise_flag(work, command)
        work.finish()
        deliver([work])

    return act


def a_clock(place: Place) -> Callable[[Connection], None]:
    def act(conn: Connection) -> None:
        work = Work(conn, who=None, now=place.now, limits=place.limits, pick=randbelow)
        for case_id in due.cases_due(conn, place.now):
            due.tend(work, case_id)
        due.perform(work)
        work.finish()
        deliver([work])

    return act


def kinds(place: Place) -> list[str]:
    return [each.kind for each in place.rows(EventRow)]


def test_flags_at_once_make_one_case_and_fold_once(place: Place, database_url: str) -> None:
    names = [f"Person{n}" for n in range(AT_ONCE)]
    place.people("Ana", *names)
    seq = place.says("Ana")
    at_once(place, database_url, [a_flag(place, name, seq) for name in names])
    assert (len(place.rows(CaseRow)), len(place.rows(CaseMessageRow)), len(place.rows(FlagRow))) == (1, 1, AT_ONCE)
    assert kinds(place).count("message.folded") == 1
    assert len(place.rows(LetterRow)) == 1
    assert {place.my_flags(name)[seq] for name in names} == {"folded"}


def test_clocks_at_once_unfold_once_and_send_each_letter_once(place: Place, database_url: str) -> None:
    place.people("Ana", "Bo", "Fern")
    first, second = place.says("Ana"), place.says("Ana")
    for seq in (first, second):
        place.flags("Bo", seq)
        place.flags("Fern", seq)
    place.now += place.limits.letter_delay
    at_once(place, database_url, [a_clock(place) for _ in range(AT_ONCE)])
    assert kinds(place).count("letter.came") == 2
    place.now += place.limits.fold_life
    at_once(place, database_url, [a_clock(place) for _ in range(AT_ONCE)])
    assert kinds(place).count("message.unfolded") == 2
    assert kinds(place).count("letter.came") == 4
    assert [each.closed for each in place.rows(CaseRow)] == ["lapsed"]


def test_a_flag_and_the_clock_at_once_leave_no_fold_behind(place: Place, database_url: str) -> None:
    place.people("Ana", "Bo", "Fern")
    seq = place.says("Ana")
    place.flags("Bo", seq)
    place.now += place.limits.fold_life
    at_once(place, database_url, [a_flag(place, "Fern", seq), a_clock(place)])
    assert not place.folded(seq)
    assert sorted(str(each.closed) for each in place.rows(CaseRow)) == ["None", "lapsed"]
    assert place.my_flags("Bo") == {seq: "lapsed"}


def asking(place: Place, name: str, action: Callable[[Work, Any], Any], command: Any) -> Callable[[Connection], None]:
    def act(conn: Connection) -> None:
        lock(conn, [(named(name), command)], place.now)
        work = Work(conn, who=named(name), now=place.now, limits=place.limits, pick=randbelow)
        action(work, command)
        work.finish()
        deliver([work])

    return act


def test_asking_gently_at_once_brings_one_note(place: Place, database_url: str) -> None:
    names = [f"Person{n}" for n in range(AT_ONCE)]
    place.people("Ana", *names)
    command = AskGently(circle=CIRCLE, target=place.says("Ana"))
    at_once(place, database_url, [asking(place, name, gentle.ask, command) for name in names])
    assert [each.about for each in place.rows(LetterRow)] == ["gentle"]


def test_worries_at_once_in_two_circles_ask_once(place: Place, database_url: str) -> None:
    names = [f"Person{n}" for n in range(AT_ONCE)]
    place.people("Ana", *names)
    place.circle(OTHER, host="Heron")
    place.enters("Ana", *names, circle_id=OTHER)
    circles = [CIRCLE, OTHER] * (AT_ONCE // 2)
    worries = [WorryAbout(circle=circle, participant=place.seat("Ana", circle)) for circle in circles]
    at_once(
        place,
        database_url,
        [asking(place, name, care.worry, worry) for name, worry in zip(names, worries, strict=True)],
    )
    assert len(place.rows(CareOffer)) == 1
    assert kinds(place).count("care.now") == 1


def test_a_breath_asked_for_by_many_at_once_begins_once(place: Place, database_url: str) -> None:
    names = [f"Person{n}" for n in range(AT_ONCE)]
    place.people(*names)
    command = AskBreath(circle=CIRCLE)
    at_once(place, database_url, [asking(place, name, together.ask_breath, command) for name in names])
    assert kinds(place).count("space.changed") == 2


def test_a_yes_on_two_screens_at_once_tells_each_helper_once(place: Place, database_url: str) -> None:
    place.people("Ana", "Bo", "Fern", "Wren")
    for name in ("Fern", "Wren"):
        place.does(name, personal.set_preferences, SetPreferences(preferences=Preferences(company=True)))
    place.run("Bo", lambda work: care.worry(work, WorryAbout(circle=CIRCLE, participant=place.seat("Ana"))))
    (offer,) = place.rows(CareOffer)
    command = AnswerCare(offer=offer.offer, yes=True)
    at_once(place, database_url, [asking(place, "Ana", care.answer, command) for _ in range(2)])
    assert len(place.rows(CareCall)) == 2
    # One offer, its end on the person's screens, and a wish for each of the two.
    assert kinds(place).count("care.now") == 4
