"""Two processes that write for the same people and circles, on PostgreSQL: neither ever waits for the other in a ring."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, text
from sqlmodel import select

from moderation.models import CaseRow, LetterRow
from moderation.models_panels import SeatRow
from moderation.wire import DismissLetter
from moderation.wire_panels import TakeSeat
from moderation.wire_reviewing import EndReviewing
from rooms.models import Circle
from rooms.wire import (
    EnterCircle,
    ForgetMe,
    LeaveCircle,
    MakeGesture,
    OpenCircle,
    PostMessage,
    Preferences,
    SetPreferences,
)
from server.batch import Runner, Waiting
from server.door import Actor
from server.errands import DrawLots, PerformDue, TendCase
from server.handlers import BATCHES, HANDLERS
from server.identity import ComeIn
from server.locks import lock
from server.sessions import EndSessions, Opening
from server.store import Store
from tests.house import House, house

HOUR = 3_600_000
_waiting = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


@pytest.fixture
async def place(tmp_path: Path, database_url: str) -> AsyncIterator[House]:
    """The server that makes people and circles; the batches of these tests run beside it, on stores of their own."""
    async with house(tmp_path / "data", database_url=database_url) as opened:
        await opened.parts.clock.close()
        yield opened


class Process:
    """Runs one batch as another process would: on its own connection, once, without trying again."""

    def __init__(self, place: House) -> None:
        self.place = place
        self.store = Store(place.parts.settings.database)
        self.thread = ThreadPoolExecutor(1)
        limits = place.parts.settings.limits
        self.runner = Runner(HANDLERS, BATCHES, limits=limits, guard=place.parts.auth.guard, prepare=lock)

    def begins(self, *asked: tuple[Actor | None, Any]) -> "asyncio.Future[list[str | None]]":
        """Codes of what was refused, None for what was not; raises what PostgreSQL says where it finds a ring."""
        batch = [Waiting(actor, command, lambda _: None) for actor, command in asked]
        work = partial(self.runner.run, batch=batch, now=self.place.parts.now(), careful=False)

        def run() -> list[str | None]:
            results, _ = self.store.write_now(work)
            return [None if each.refusal is None else each.refusal.code for each in results]

        return asyncio.wrap_future(self.thread.submit(run))

    def close(self) -> None:
        self.thread.shutdown()
        self.store.close()


@pytest.fixture
def processes(place: House) -> Iterator[tuple[Process, Process]]:
    both = Process(place), Process(place)
    yield both
    for each in both:
        each.close()


async def comes_in(place: House, name: str) -> Actor:
    opening = Opening(secrets.token_bytes(32), remember=False, idle=HOUR, lasts=HOUR)
    came = await place.parts.door.submit(None, ComeIn(name, None, opening))
    return Actor(came.person, came.session)


def key() -> str:
    return secrets.token_urlsafe(16)


async def sits(place: House, host: Actor, *others: Actor) -> str:
    made = await place.parts.door.submit(host, OpenCircle(key=key(), topic="Quiet evenings", agreement="I listen."))
    for each in others:
        await place.parts.door.submit(each, EnterCircle(circle=made.circle, agreement=1))
    return str(made.circle)


async def says(place: House, who: Actor, circle: str) -> int:
    return int((await place.parts.door.submit(who, PostMessage(circle=circle, key=key(), body="Hello."))).seq)


@contextmanager
def held(place: House, *addresses: str) -> Iterator[Callable[[], None]]:
    """Logs that somebody else holds until told to let go."""
    with place.parts.store.readers.connect() as conn:
        for each in addresses:
            conn.execute(text("SELECT id FROM log WHERE address = :address FOR UPDATE"), {"address": each})
        yield conn.rollback


async def waits(place: House, count: int) -> None:
    """Until so many transactions wait for a lock."""

    def look(conn: Connection) -> int:
        return int(conn.execute(_waiting).scalar_one())

    async with asyncio.timeout(60):
        while await place.parts.store.read(look) != count:
            pass


@pytest.mark.parametrize("how", ["signs out", "is forgotten", "is ended by time"])
async def test_who_goes_and_who_answers_them_do_not_wait_in_a_ring(
    place: House, processes: tuple[Process, Process], how: str
) -> None:
    """One process writes to the circle and then to the person who goes; the other has to do with both as well."""
    goes, stays = await comes_in(place, "Ana"), await comes_in(place, "Bo")
    circle = await sits(place, stays, goes)
    answers = MakeGesture(circle=circle, target=await says(place, goes, circle), gesture="hear_you")
    theirs = (goes, SetPreferences(preferences=Preferences()))
    going: dict[str, list[tuple[Actor | None, Any]]] = {
        "signs out": [theirs, (goes, EndSessions(None))],
        "is forgotten": [theirs, (goes, ForgetMe(sure=True))],
        "is ended by time": [(None, PerformDue())],
    }
    if how == "is ended by time":
        over = text("UPDATE session SET due_at = 0 WHERE id = :session")
        await place.parts.store.write(lambda conn: conn.execute(over, {"session": goes.session}))
    one, other = processes
    with held(place, f"circle/{circle}") as let_go:
        first = one.begins((stays, answers))
        await waits(place, 1)
        second = other.begins(*going[how])
        await waits(place, 2)
        let_go()
        assert await first == [None]
        assert set(await second) == {None}


async def test_two_who_answer_each_other_in_two_circles_do_not_wait_in_a_ring(
    place: House, processes: tuple[Process, Process]
) -> None:
    ana, bo = await comes_in(place, "Ana"), await comes_in(place, "Bo")
    one_room, other_room = await sits(place, ana, bo), await sits(place, bo, ana)
    by_bo, by_ana = await says(place, bo, one_room), await says(place, ana, other_room)
    one, other = processes
    with held(place, f"person/{ana.person}", f"person/{bo.person}") as let_go:
        first = one.begins((ana, MakeGesture(circle=one_room, target=by_bo, gesture="hear_you")))
        await waits(place, 1)
        second = other.begins((bo, MakeGesture(circle=other_room, target=by_ana, gesture="hear_you")))
        await waits(place, 2)
        let_go()
        assert [await first, await second] == [[None], [None]]


async def test_many_of_all_kinds_at_once_never_wait_in_a_ring(place: House, processes: tuple[Process, Process]) -> None:
    """Rounds of posts, gestures, goings and ends of sessions over the same circles, by two processes."""
    hosts = [await comes_in(place, f"Host {number}") for number in range(2)]
    for number in range(12):
        guests = [await comes_in(place, f"Guest {number} {each}") for each in range(4)]
        rooms = [await sits(place, host, *guests) for host in hosts]
        said = [await says(place, each, room) for each, room in zip(guests, [*rooms, *rooms], strict=True)]
        ana, bo, cleo, dana = guests
        asked: list[list[tuple[Actor | None, Any]]] = [
            [
                (hosts[0], MakeGesture(circle=rooms[0], target=said[0], gesture="hear_you")),
                (ana, LeaveCircle(circle=rooms[1])),
                (cleo, EndSessions(None)),
                (hosts[1], PostMessage(circle=rooms[0], key=key(), body="…")),
            ],
            [
                (hosts[1], MakeGesture(circle=rooms[1], target=said[1], gesture="hear_you")),
                (bo, LeaveCircle(circle=rooms[0])),
                (dana, ForgetMe(sure=True)),
                (hosts[0], PostMessage(circle=rooms[1], key=key(), body="…")),
            ],
        ]
        await asyncio.gather(*(each.begins(*some) for each, some in zip(processes, asked, strict=True)))


async def test_a_batch_holds_the_circles_it_may_write_to_and_no_others(place: House) -> None:
    ana, bo = await comes_in(place, "Ana"), await comes_in(place, "Bo")
    first, second, third = [await sits(place, bo) for _ in range(3)]
    await place.parts.door.submit(ana, EnterCircle(circle=first, agreement=1))
    over = text("UPDATE session SET due_at = 0 WHERE id = :session")

    def with_a_case(conn: Connection) -> None:
        """About words of the second circle: Ana has a seat and a letter, and time has something to do in the third."""
        logs = {row.id: row.log_id for row in conn.execute(select(Circle.id, Circle.log_id))}
        made = {"opened_at": 1, "lapses_at": 2**50, "due_at": 2**50}
        conn.execute(insert(CaseRow).values(id=7, circle_id=second, log_id=logs[second], **made))
        conn.execute(insert(CaseRow).values(id=8, circle_id=third, log_id=logs[third], **made, draw_at=1))
        seat = {"id": "s" * 16, "case_id": 7, "panel": 1, "offered_at": 1, "state": "offered"}
        conn.execute(insert(SeatRow).values(**seat, person_id=ana.person))
        letter = {"id": "l" * 16, "case_id": 7, "circle_id": second, "target": 1, "about": "folded"}
        conn.execute(insert(LetterRow).values(**letter, person_id=ana.person))
        conn.execute(over, {"session": ana.session})

    await place.parts.store.write(with_a_case)

    def held_by(*asked: tuple[str | None, Any]) -> set[str]:
        with place.parts.store.writer.begin() as conn, place.parts.store.readers.begin() as other:
            lock(conn, asked, place.parts.now())
            free = set(other.execute(text("SELECT address FROM log FOR UPDATE SKIP LOCKED")).scalars())
        return {f"circle/{each}" for each in (first, second, third)} - free

    def are(*circles: str) -> set[str]:
        return {f"circle/{each}" for each in circles}

    assert held_by((bo.person, LeaveCircle(circle=second)), (bo.person, LeaveCircle(circle=first))) == are(
        first, second
    )
    assert held_by((ana.person, EndSessions(None))) == are(first)
    assert held_by((ana.person, TakeSeat(seat="s" * 16))) == are(second)
    assert held_by((ana.person, DismissLetter(letter="l" * 16))) == are(second)
    assert held_by((ana.person, EndReviewing())) == are(second)
    assert held_by((None, PerformDue())) == are(first)
    assert held_by((None, TendCase(7)), (None, DrawLots(8))) == are(second, third)
    assert held_by((None, PerformDue(of=first)), (bo.person, SetPreferences(preferences=Preferences()))) == set()
