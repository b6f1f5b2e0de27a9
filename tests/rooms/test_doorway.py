"""Waiting at a door costs as few statements for many as for one, and nothing is written where nothing changes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from rooms import doorway
from rooms.limits import Limits
from rooms.models import Circle, Log, Person
from rooms.wire_door import WaitAtDoor
from rooms.work import Refusal, Work
from server.migrate import TABLES
from server.store import Store

NOW = 1_800_000_000_000
CIRCLE = "circle----------"
PEOPLE = 24


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'rooms.db'}")
    TABLES.create_all(store.writer)

    def furnish(conn: Connection) -> None:
        logs = [{"id": n + 1, "address": f"log {n}", "epoch": "epoch---"} for n in range(PEOPLE + 1)]
        conn.execute(insert(Log), logs)
        people = [
            {"id": who(n), "log_id": n + 2, "name": f"Reed {n}", "preferences": b"{}", "created_at": 1, "kept": False}
            for n in range(PEOPLE)
        ]
        conn.execute(insert(Person), people)
        of = {"id": CIRCLE, "log_id": 1, "topic": "", "about": "", "state": "open", "entry": "anyone", "key": "k"}
        conn.execute(insert(Circle).values(**of, capacity=3, keep_for=0, opens_at=1))

    store.write_now(furnish)
    yield store
    store.close()


def who(number: int) -> str:
    return f"person-{number:-<9}"


def wait(store: Store, people: int, now: int) -> tuple[list[Any], list[str]]:
    """The answers to so many who wait in one batch, and the statements it took."""
    answers: list[Any] = []
    ran: list[str] = []

    def act(conn: Connection) -> None:
        raw: Any = conn.connection.dbapi_connection
        raw.set_trace_callback(ran.append)
        asked = [
            (
                Work(conn, who=who(n), now=now, limits=Limits(waiting_most=20), pick=lambda _: 0),
                WaitAtDoor(circle=CIRCLE, agreement=1),
            )
            for n in range(people)
        ]
        answers.extend(doorway.wait_all(asked))
        raw.set_trace_callback(None)

    store.write_now(act)
    return answers, ran


def test_many_who_wait_are_read_and_renewed_in_as_few_statements_as_one(store: Store) -> None:
    answers, _ = wait(store, PEOPLE, NOW)
    assert [isinstance(each, Refusal) for each in answers] == [False] * 20 + [True] * 4
    assert [each.made.seat_until is not None for each in answers[:20]] == [True] * 3 + [False] * 17
    assert all(each.made.waiting == 20 for each in answers[:20])
    _, alone = wait(store, 1, NOW + 5_000)
    again, together = wait(store, 20, NOW + 5_000)
    assert [each.made for each in again] == [each.made for each in answers[:20]]
    assert len(together) == len(alone) <= 5, together
    assert not any(each.startswith(("INSERT", "UPDATE", "DELETE")) for each in together), "a look wrote something"
    _, renewed = wait(store, 20, NOW + 30_000)
    assert sum(each.startswith("UPDATE") for each in renewed) == 20
