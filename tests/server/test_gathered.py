"""Questions that are asked while a read is under way are asked together in the next, and every one is answered."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Connection

from server.gathered import MOST, Gathered
from server.store import Store


class Answers:
    """Says ten times the number, refuses a negative one, and breaks at nought; the first read waits."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.reads: list[int] = []

    def __call__(self, _conn: Connection, questions: Sequence[int]) -> list[int | Exception]:
        assert self.go_on.wait(30)
        self.reads.append(len(questions))
        if 0 in questions:
            raise ZeroDivisionError
        return [each * 10 if each > 0 else LookupError() for each in questions]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'circles.db'}")
    yield store
    store.close()


async def test_those_who_come_meanwhile_are_read_together(store: Store) -> None:
    answers = Answers()
    gathered = Gathered[int, int](store, answers)
    asked = [asyncio.ensure_future(gathered.ask(number)) for number in range(1, 4)]
    await asyncio.sleep(0)
    asked += [asyncio.ensure_future(gathered.ask(number)) for number in range(4, 4 + 2 * MOST)]
    answers.go_on.set()
    assert await asyncio.gather(*asked) == [10 * number for number in range(1, 4 + 2 * MOST)]
    assert len(answers.reads) <= 4
    assert max(answers.reads) == MOST


async def test_who_asks_again_the_moment_they_are_answered_is_answered_again(store: Store) -> None:
    answers = Answers()
    answers.go_on.set()
    gathered = Gathered[int, int](store, answers)
    for number in range(1, 50):
        assert await gathered.ask(number) == number * 10


async def test_a_refusal_is_its_askers_alone_and_a_broken_read_everybodys_in_it(store: Store) -> None:
    answers = Answers()
    answers.go_on.set()
    gathered = Gathered[int, int](store, answers)
    mixed = [gathered.ask(number) for number in (1, -1, 2)]
    found = await asyncio.gather(*mixed, return_exceptions=True)
    assert [found[0], type(found[1]), found[2]] == [10, LookupError, 20]
    broken = [gathered.ask(number) for number in (1, 0)]
    assert [type(each) for each in await asyncio.gather(*broken, return_exceptions=True)] == [ZeroDivisionError] * 2
    assert await gathered.ask(3) == 30


async def test_whoever_has_gone_and_the_end_leave_nobody_waiting(store: Store) -> None:
    answers = Answers()
    gathered = Gathered[int, int](store, answers)
    first = gathered.ask(1)
    await asyncio.sleep(0)
    gone, stays = gathered.ask(2), gathered.ask(3)
    gone.cancel()
    answers.go_on.set()
    assert await first == 10
    assert await stays == 30
    answers.go_on.clear()
    late = gathered.ask(4)
    gathered.close()
    answers.go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await late
