"""Entering many at once: the same seats, answers and events as one after another, and never more than there are seats."""

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select
from sqlmodel import col

import moderation.models  # noqa: F401 - what is locked and what is told stands in the tables of every room
import server.models  # noqa: F401
from rooms.limits import Limits
from rooms.models import Circle, Entry, EventRow, Invite, Log, ParticipantRow, Person, Table
from rooms.names import skeleton
from rooms.units import HOUR, MINUTE
from rooms.wire import EnterCircle, LeaveCircle
from rooms.work import Announcement, Refusal
from server.batch import Result, Runner, Waiting
from server.door import Actor
from server.handlers import BATCHES, HANDLERS
from server.locks import lock
from server.store import Store

NOW = 1_800_000_000_000
LIMITS = Limits(circles_each=2)
NAMES = ("Heron", "Her0n", "heron ", "Fern", "Ana", "Bo")
PEOPLE = tuple(f"person-{number}-------" for number in range(6))
CIRCLES = tuple(f"circle-{number}-------" for number in range(3))
CODES = ("ABCDEF", "GHJKLM")


class Seat(NamedTuple):
    inside: bool
    seen: int
    paused: int | None


class Room(NamedTuple):
    state: str
    closes_at: int | None
    entry: str
    capacity: int
    version: int
    history_open: bool
    uses: int
    seats: dict[str, Seat]


moments = st.sampled_from((None, NOW - HOUR, NOW + HOUR, NOW + 2 * HOUR))
seats = st.builds(Seat, st.booleans(), st.sampled_from((NOW - 31 * MINUTE, NOW - MINUTE)), moments)
rooms = st.builds(
    Room,
    st.sampled_from(("open", "open", "open", "closing", "planned", "closed")),
    moments,
    st.sampled_from(("anyone", "invited")),
    st.integers(1, 5),
    st.sampled_from((1, 1, 2)),
    st.booleans(),
    st.integers(0, 3),
    st.dictionaries(st.sampled_from(PEOPLE), seats, max_size=3),
)
enters = st.builds(
    EnterCircle,
    circle=st.sampled_from((*CIRCLES, *CIRCLES, "circle-nowhere--")),
    agreement=st.sampled_from((1, 1, 1, 2)),
    name=st.sampled_from((None, None, *NAMES, "moderator", " ")),
    invite=st.sampled_from((None, *CODES, "abc-def", "token-0", "token-1", "nothing", "token-past")),
)
asked = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.one_of(enters, enters, enters, st.builds(LeaveCircle, circle=enters.map(
        lambda each: each.circle
    )))),
    min_size=1, max_size=14,
)  # fmt: skip
people = st.lists(st.tuples(st.sampled_from(NAMES), moments, st.booleans()), min_size=6, max_size=6)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    sqlite = request.param == "sqlite"
    store = Store(f"sqlite:///{tmp_path / 'rooms.db'}" if sqlite else request.getfixturevalue("database_url"))
    Table.metadata.create_all(store.writer)
    yield store
    store.close()


def runner(limits: Limits = LIMITS) -> Runner:
    return Runner(HANDLERS, BATCHES, limits=limits, guard=lambda _, good, now: frozenset(good), prepare=lock)


def a_log(conn: Connection, address: str, head: int = 0) -> int:
    values = {"address": address, "epoch": address[-8:], "head_seq": head, "floor_seq": 0}
    return int(conn.execute(insert(Log).values(values).returning(col(Log.id))).scalar_one() or 0)


def hashed(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def furnish(conn: Connection, who: Sequence[tuple[str, int | None, bool]], world: Sequence[Room]) -> None:
    for person, (name, paused, invited) in zip(PEOPLE, who, strict=True):
        row = {"id": person, "log_id": a_log(conn, f"person/{person}"), "name": name.strip(), "preferences": b"{}"}
        row |= {"created_at": NOW - HOUR, "kept": False, "paused_until": paused}
        conn.execute(insert(Person).values(**row, invite_id="earlier" if invited else None))
    for number, (circle, room) in enumerate(zip(CIRCLES, world, strict=False)):
        row = {"id": circle, "log_id": a_log(conn, f"circle/{circle}", head=10), "topic": "Slow mornings", "about": ""}
        row |= {"state": room.state, "closes_at": room.closes_at, "entry": room.entry, "capacity": room.capacity}
        row |= {"agreement_version": room.version, "history_open": room.history_open, "keep_for": 0, "opens_at": NOW}
        conn.execute(insert(Circle).values(**row, host_shown=False, panels=True, key=circle))
        for seated, (person, seat) in enumerate(room.seats.items()):
            name = NAMES[(seated * 3 + number) % len(NAMES)].strip()
            mine = f"seat-{number}-{person[7:9]}------"[:16]
            row = {"id": mine, "circle_id": circle, "person_id": person, "name": name, "skeleton": skeleton(name)}
            row |= {"inside": seat.inside, "seen_at": seat.seen, "paused_until": seat.paused, "agreed_version": 1}
            conn.execute(insert(ParticipantRow).values(**row, from_seq=1, entered_seq=1, read_seq=3, entered_at=NOW))
            ended = None if seat.inside else 5
            conn.execute(insert(Entry).values(participant_id=mine, from_seq=1, to_seq=ended, entered_at=NOW))
        for token, code, ends in (
            (f"token-{number}", CODES[number % 2] + "X" * (number // 2), NOW + HOUR),
            ("token-past"[: 10 - number], f"PAST{number}", NOW - 1),
        ):
            row = {
                "id": f"invite-{number}-{ends > NOW}",
                "circle_id": circle,
                "made_by": "somebody",
                "ends_at": ends,
            }
            row |= {"token_hash": hashed(token), "code_hash": hashed(code), "uses_left": room.uses}
            conn.execute(insert(Invite).values(row))


def what_became(
    conn: Connection, results: Sequence[Result], told: Sequence[Announcement]
) -> tuple[list[Any], dict[str, list[Any]], dict[str, list[Any]]]:
    """Answers, announcements by log, and every row, with ids that were drawn replaced by whose seat they are."""
    drawn = {row.id: f"{row.circle_id}/{row.person_id}" for row in conn.execute(select(ParticipantRow.__table__))}  # type: ignore[attr-defined]
    addresses = {row.id: row.address for row in conn.execute(select(Log.__table__))}  # type: ignore[attr-defined]

    def plain(value: Any) -> Any:
        if isinstance(value, bytes):
            value = value.decode(errors="replace")
        for mine, seat in drawn.items():
            value = value.replace(mine, seat) if isinstance(value, str) else value
        return value

    answers = [
        each.answer if each.refusal is None else (each.refusal.code, dict(each.refusal.facts)) for each in results
    ]
    announced: dict[str, list[Any]] = {}
    for each in told:
        event = plain(msgspec.json.encode(each.event))
        announced.setdefault(each.address, []).append((each.epoch, each.seq, event, each.target, plain(each.ends)))
    rows: dict[str, list[Any]] = {}
    tables: tuple[Any, ...] = (Log, Circle, Person, ParticipantRow, Entry, Invite, EventRow)
    for table in tables:
        columns = table.__table__.columns.keys()
        for row in conn.execute(select(table.__table__)):
            held = dict(zip(columns, map(plain, row), strict=True))
            held["log_id"] = addresses.get(held.get("log_id"))
            held.pop("id" if table is Log else "", None)
            rows.setdefault(table.__name__, []).append(sorted(held.items(), key=str))
    return answers, announced, {name: sorted(each, key=str) for name, each in rows.items()}


class Undone(Exception):
    """Ends a transaction of which nothing is to be kept."""


def test_many_at_once_is_one_after_another(store: Store, full: bool) -> None:
    @settings(
        max_examples=400 if full else 40, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
    )
    @given(people, st.lists(rooms, min_size=1, max_size=3), asked)
    def same(who: list[tuple[str, int | None, bool]], world: list[Room], commands: list[tuple[str, Any]]) -> None:
        batch = [Waiting(Actor(person, person), command, lambda _: None) for person, command in commands]

        def rehearse(sizes: Callable[[list[Waiting]], Iterator[list[Waiting]]]) -> Any:
            became: Any = None

            def work(conn: Connection) -> None:
                nonlocal became
                furnish(conn, who, world)
                results: list[Result] = []
                told: list[Announcement] = []
                for some in sizes(batch):
                    done, news = runner().run(conn, some, now=NOW, careful=False)
                    results += done
                    told += news
                became = what_became(conn, results, told)
                never_too_many(conn, world)
                raise Undone

            with pytest.raises(Undone):
                store.write_now(work)
            return became

        together = rehearse(lambda some: iter([some]))
        singly = rehearse(lambda some: iter([[each] for each in some]))
        assert together == singly

    same()


def never_too_many(conn: Connection, world: Sequence[Room]) -> None:
    """Nobody came into a circle whose seats were taken, and no two who came in look alike."""
    for circle, room in zip(CIRCLES, world, strict=False):
        held = sum(seat.inside and seat.seen > NOW - LIMITS.seat_held for seat in room.seats.values())
        rows = conn.execute(
            select(ParticipantRow.__table__).where(  # type: ignore[attr-defined]
                col(ParticipantRow.circle_id) == circle, col(ParticipantRow.inside)
            )
        ).all()
        assert sum(row.seen_at > NOW - LIMITS.seat_held for row in rows) <= max(room.capacity, held)
        came = [row.skeleton for row in rows if row.entered_seq > 10]
        assert len(came) == len(set(came))


def test_racing_for_the_last_seats_never_seats_too_many(database_url: str) -> None:
    """Two processes with connections of their own, each with batches of different sizes, for the same few seats."""
    stores = [Store(database_url) for _ in range(2)]
    Table.metadata.create_all(stores[0].writer)
    crowd = tuple(f"crowd-{number:03}-------"[:16] for number in range(60))
    room = Room("open", None, "invited", 12, 1, False, 9, {})

    def prepare(conn: Connection) -> None:
        furnish(conn, [(name, None, False) for name in NAMES], [room])
        for person in crowd:
            row = {"id": person, "log_id": a_log(conn, f"person/{person}"), "name": person[6:9], "preferences": b"{}"}
            conn.execute(insert(Person).values(**row, created_at=NOW, kept=False))

    stores[0].write_now(prepare)
    ready = threading.Barrier(2)

    def race(mine: int) -> list[Result]:
        results: list[Result] = []
        ready.wait()
        own = list(crowd[mine::2])
        while own:
            some, own = own[: 1 + len(own) // 4], own[1 + len(own) // 4 :]
            enter = EnterCircle(circle=CIRCLES[0], agreement=1, invite="token-0")
            batch = [Waiting(Actor(person, person), enter, lambda _: None) for person in some]
            results += stores[mine].write_now(partial(runner().run, batch=batch, now=NOW, careful=False))[0]
        return results

    with ThreadPoolExecutor(2) as threads:
        results = [each for some in threads.map(race, range(2)) for each in some]

    def look(conn: Connection) -> tuple[int, int, list[int]]:
        seated = conn.execute(select(ParticipantRow.__table__)).all()  # type: ignore[attr-defined]
        left = conn.execute(
            select(col(Invite.uses_left)).where(col(Invite.token_hash) == hashed("token-0"))
        ).scalar_one()
        return len(seated), left, sorted(row.entered_seq for row in seated)

    # Nine uses of the invite are fewer than the twelve seats: the tighter of the two decides.
    assert stores[0].read_now(look) == (9, 0, list(range(11, 20)))
    assert sorted(each.answer.seq for each in results if each.refusal is None) == list(range(11, 20))
    assert {each.refusal.code for each in results if isinstance(each.refusal, Refusal)} == {"invite.not_valid"}
    for store in stores:
        store.close()
