"""Flags and clocks of several processes at the same moment, on PostgreSQL."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from secrets import randbelow
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Connection

from moderation import due, flags
from moderation.models import CaseMessageRow, CaseRow, FlagRow, LetterRow
from moderation.wire import FlagMessage
from rooms.log import deliver
from rooms.models import EventRow
from rooms.work import Work
from server.locks import lock
from server.store import Store
from tests.moderation.place import CIRCLE, Place, named

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
