"""Many askers, one read: what is asked of the database while a read is under way is asked together in the next."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from sqlalchemy import Connection

from server.store import Store

Q = TypeVar("Q")
A = TypeVar("A")
AT_ONCE = 2
"""Reads of one kind under way; more would only take turns at the interpreter."""
CROWD = 24
"""Questions waiting before a second read begins beside the first: larger reads cost each asker less."""
MOST = 64
"""Questions in one read: it takes a few milliseconds, for which nobody else's write waits."""


class Gathered(Generic[Q, A]):
    """``answer`` runs on a reader's thread in one snapshot, which begins after each of its questions was asked.

    It returns an answer for every question, in their order; an exception among them is raised to whoever asked.
    """

    def __init__(self, store: Store, answer: Callable[[Connection, Sequence[Q]], Sequence[A | Exception]]) -> None:
        self._store = store
        self._answer = answer
        self._waiting: list[tuple[Q, asyncio.Future[A]]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._under_way = 0

    def ask(self, question: Q) -> "asyncio.Future[A]":
        """Raises what the answer raises, and DBAPIError where the database does not answer."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[A] = loop.create_future()
        self._waiting.append((question, future))
        if not self._under_way or (self._under_way < AT_ONCE and len(self._waiting) >= CROWD):
            self._under_way += 1
            task = loop.create_task(self._read())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return future

    def close(self) -> None:
        """Nobody is answered any more."""
        for task in self._tasks:
            task.cancel()
        for _, future in self._waiting:
            future.cancel()
        self._waiting.clear()

    async def _read(self) -> None:
        try:
            while self._waiting:
                some, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._answer_to([each for each in some if not each[1].done()])
        finally:
            # In the same step in which nothing was left waiting: whoever asks next begins a read anew.
            self._under_way -= 1

    async def _answer_to(self, some: "list[tuple[Q, asyncio.Future[A]]]") -> None:
        questions = [question for question, _ in some]
        try:
            answers = await self._store.read(lambda conn: self._answer(conn, questions))
        except BaseException as error:
            for _, future in some:
                _tell(future, error)
            if not isinstance(error, Exception):
                raise
            return
        for (_, future), answer in zip(some, answers, strict=True):
            if isinstance(answer, Exception):
                _tell(future, answer)
            elif not future.done():
                future.set_result(answer)


def _tell(future: "asyncio.Future[A]", error: BaseException) -> None:
    if future.done():
        return
    if isinstance(error, Exception):
        future.set_exception(error)
    else:
        future.cancel()
