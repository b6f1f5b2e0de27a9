"""The one door: everything that changes state goes through here, many commands to a commit.

A batch is whatever arrived while the last commit ran. It is run on the writer in one transaction, each command in a
savepoint of its own, committed once, and only then answered and announced.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from rooms.limits import Limits
from rooms.work import Announcement, Answered, Refusal, Work
from server.logs import bug_id
from server.protocol import Done
from server.store import OWN_FAULT, Store, trouble

log = logging.getLogger("server.door")
BATCH_MOST = 512
TRIES = 4  # of a batch, after a deadlock or a lock that took too long


class Actor(NamedTuple):
    """Who asks, and by which session; the session is looked at again inside the transaction."""

    person: str
    session: str


Handler = Callable[[Work, Any], Answered | None]
BatchHandler = Callable[[Sequence[tuple[Work, Any]]], list[Answered | Refusal]]
"""Takes many commands of one type at once and answers or refuses each by itself; what it refuses, it has not written."""


Guard = Callable[[Connection, Sequence[str], int], frozenset[str]]
"""Those of some sessions that are still good at a moment."""
Prepare = Callable[[Connection, Sequence[Any]], None]
"""Locks what commands will touch, in one order, before the first of them runs."""


@dataclass(slots=True)
class Result:
    """What became of a command: an answer, or the refusal of it."""

    answer: Any = None
    refusal: Refusal | None = None


@dataclass(slots=True)
class Waiting:
    actor: Actor | None
    command: Any
    answered: Callable[[Result], None]


class AtFault(Exception):
    """A batch failed for a fault of its own, and not of the database."""


class Door:
    """``submit`` answers with `Done` or the action's own struct, or raises `Refusal`, after the change is on disk."""

    def __init__(
        self,
        store: Store,
        handlers: Mapping[type, Handler],
        batches: Mapping[type, BatchHandler],
        *,
        limits: Limits,
        guard: Guard,
        prepare: Prepare | None = None,
        publish: Callable[[Sequence[Announcement]], None],
        now: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self.store = store
        self.handlers = handlers
        self.batches = batches
        self.limits = limits
        self.guard = guard
        self.prepare = prepare
        self.publish = publish
        self.now = now
        self.trouble: str | None = None
        """Why the last batch was not stored; None where it was."""
        self._waiting: list[Waiting] = []
        self._running: asyncio.Task[None] | None = None
        self._closed = False

    def submit(self, actor: Actor | None, command: Any) -> asyncio.Future[Any]:
        """Queue a command. ``actor`` is None for the clock and for people who are only coming in."""
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def answered(result: Result) -> None:
            if answer.done():
                return
            if result.refusal is not None:
                answer.set_exception(result.refusal)
            else:
                answer.set_result(result.answer)

        self.ask(actor, command, answered)
        return answer

    def ask(self, actor: Actor | None, command: Any, answered: Callable[[Result], None]) -> None:
        """`submit` without a future: ``answered`` is called once, on the loop, after the events have been sent."""
        if self._closed:
            answered(Result(refusal=Refusal("server.closing")))
            return
        self._waiting.append(Waiting(actor, command, answered))
        if self._running is None:
            self._running = asyncio.create_task(self._drain())

    async def close(self) -> None:
        """Take no more; finish what waits."""
        self._closed = True
        if self._running is not None:
            await self._running

    async def _drain(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:BATCH_MOST], self._waiting[BATCH_MOST:]
                results, announcements = await self._commit(batch)
                self._answer(batch, results, announcements)
        finally:
            self._running = None

    async def _commit(self, batch: list[Waiting]) -> tuple[list[Result], list[Announcement]]:
        careful, code = False, "again"
        for _ in range(TRIES):
            try:
                done = await self.store.write(partial(self._run, batch=batch, careful=careful))
            except AtFault:
                # Nothing of the batch is stored; again, each command by itself.
                careful = True
            except DBAPIError as error:
                code = trouble(error)
                if code != "again":
                    break
            except Exception:
                bug = bug_id()
                log.exception("batch failed", extra={"bug": bug})
                return [Result(refusal=Refusal("internal", bug=bug)) for _ in batch], []
            else:
                self.trouble = None
                return done
        if self.trouble != code:  # once an outage, not once a batch
            log.error("nothing can be stored", extra={"cause": code})
        self.trouble = code
        refusal = Refusal("storage.unavailable" if code == "again" else code, retry_after=1_000)
        return [Result(refusal=refusal) for _ in batch], []

    def _run(self, conn: Connection, batch: list[Waiting], *, careful: bool) -> tuple[list[Result], list[Announcement]]:
        now = self.now()
        sessions = {each.actor.session for each in batch if each.actor is not None}
        good = self.guard(conn, sorted(sessions), now) if sessions else frozenset()
        if self.prepare is not None:
            self.prepare(conn, [each.command for each in batch])
        results: list[Result] = []
        announcements: list[Announcement] = []
        for kind, run in groupby(batch, lambda each: self._kind(each, good)):
            several = list(run)
            if kind is None:  # the session is over
                results += [Result(refusal=Refusal("session.ended")) for _ in several]
                continue
            if kind in self.batches and not careful:
                done, announced = self._together(conn, several, now)
                results += done
                announcements += announced
                continue
            for each in several:
                result, announced = self._alone(conn, each, now)
                results.append(result)
                announcements += announced
        return results, announcements

    def _kind(self, each: Waiting, good: frozenset[str]) -> type | None:
        return None if each.actor is not None and each.actor.session not in good else type(each.command)

    def _together(self, conn: Connection, some: list[Waiting], now: int) -> tuple[list[Result], list[Announcement]]:
        """Run commands of one batched type, without a savepoint: such a batch writes only what it does not refuse."""
        works = [self._work(conn, each, now) for each in some]
        batch = self.batches[type(some[0].command)]
        try:
            answers = batch([(work, each.command) for work, each in zip(works, some, strict=True)])
        except Exception as error:
            if isinstance(error, DBAPIError) and not isinstance(error, OWN_FAULT):
                raise
            raise AtFault from error
        results = [Result(refusal=a) if isinstance(a, Refusal) else Result(answer=_answer(a)) for a in answers]
        return results, [announcement for work in works for announcement in work.announcements]

    def _alone(self, conn: Connection, each: Waiting, now: int) -> tuple[Result, list[Announcement]]:
        """Run one command in a savepoint of its own."""
        work = self._work(conn, each, now)
        savepoint = conn.begin_nested()
        try:
            answered = self._handle(work, each.command)
            work.finish()
            savepoint.commit()
        except Refusal as refusal:
            work.abandon()
            savepoint.rollback()
            return Result(refusal=refusal), []
        except Exception as error:
            if isinstance(error, DBAPIError) and not isinstance(error, OWN_FAULT):
                # The transaction itself may be lost; the whole batch is judged by the caller.
                raise
            work.abandon()
            savepoint.rollback()
            bug = bug_id()
            log.exception("command failed", extra={"bug": bug, "command": type(each.command).__name__})
            return Result(refusal=Refusal("internal", bug=bug)), []
        return Result(answer=_answer(answered)), work.announcements

    def _handle(self, work: Work, command: Any) -> Answered | None:
        batch = self.batches.get(type(command))
        if batch is None:
            return self.handlers[type(command)](work, command)
        (answered,) = batch([(work, command)])
        if isinstance(answered, Refusal):
            raise answered
        return answered

    def _work(self, conn: Connection, each: Waiting, now: int) -> Work:
        who = each.actor.person if each.actor is not None else None
        return Work(conn, who=who, now=now, limits=self.limits, pick=secrets.randbelow)

    def _answer(self, batch: list[Waiting], results: list[Result], announcements: list[Announcement]) -> None:
        self.publish(announcements)
        for each, result in zip(batch, results, strict=True):
            try:
                each.answered(result)
            except Exception:
                # One answer that cannot be given must not cost the others theirs.
                log.exception("an answer was lost")


def _answer(answered: Answered | None) -> Any:
    answered = answered or Answered()
    if answered.made is not None:
        return answered.made
    return Done(circle=answered.circle, epoch=answered.epoch, seq=answered.seq, dup=answered.dup)
