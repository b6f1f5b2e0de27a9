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
from itertools import groupby
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection, NestedTransaction
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError

from rooms.limits import Limits
from rooms.work import Announcement, Answered, Refusal, Work
from server.protocol import Done
from server.store import Store

log = logging.getLogger("server.door")
BATCH_MOST = 512
OWN_FAULT = (DataError, IntegrityError, ProgrammingError)
"""Of database errors, those that one command brings on itself and that leave the transaction usable."""
TRIES = 4
"""How often a batch is run again after a deadlock or a lock that took too long."""


class Actor(NamedTuple):
    """Who asks, and by which session; the session is looked at again inside the transaction."""

    person: str
    session: str


Handler = Callable[[Work, Any], Answered | None]
BatchHandler = Callable[[Sequence[tuple[Work, Any]]], list[Answered | Refusal]]
"""Takes many commands of one type at once and answers or refuses each by itself; what it refuses, it has not written."""


class Guard(Protocol):
    def __call__(self, conn: Connection, sessions: Sequence[str], now: int) -> frozenset[str]:
        """Those of ``sessions`` that are still good."""


class Prepare(Protocol):
    def __call__(self, conn: Connection, commands: Sequence[Any]) -> None:
        """Lock what the commands will touch, in one order, before the first of them runs."""


@dataclass(slots=True)
class Waiting:
    actor: Actor | None
    command: Any
    answer: asyncio.Future[Any]


@dataclass(slots=True)
class Result:
    answer: Any = None
    refusal: Refusal | None = None
    bug: str | None = None


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
        self._waiting: list[Waiting] = []
        self._running: asyncio.Task[None] | None = None
        self._closed = False

    def submit(self, actor: Actor | None, command: Any) -> asyncio.Future[Any]:
        """Queue a command. ``actor`` is None for the clock and for people who are only coming in."""
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self._closed:
            answer.set_exception(Refusal("server.closing"))
            return answer
        self._waiting.append(Waiting(actor, command, answer))
        if self._running is None:
            self._running = asyncio.create_task(self._drain())
        return answer

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
        for attempt in range(TRIES):
            try:
                return await self.store.write(lambda conn: self._run(conn, batch))
            except DBAPIError as error:
                code = _storage_code(error)
                if code == "again" and attempt < TRIES - 1:
                    continue
                log.error("batch not stored", extra={"cause": code, "commands": len(batch)})
                refusal = Refusal("storage.unavailable" if code == "again" else code, retry_after=1_000)
                break
            except Exception:
                bug = _bug_id()
                log.exception("batch failed", extra={"bug": bug})
                return [Result(bug=bug) for _ in batch], []
        return [Result(refusal=refusal) for _ in batch], []

    def _run(self, conn: Connection, batch: list[Waiting]) -> tuple[list[Result], list[Announcement]]:
        now = self.now()
        sessions = {each.actor.session for each in batch if each.actor is not None}
        good = self.guard(conn, sorted(sessions), now) if sessions else frozenset()
        if self.prepare is not None:
            self.prepare(conn, [each.command for each in batch])
        results: list[Result] = []
        announcements: list[Announcement] = []
        for kind, run in groupby(batch, lambda each: self._kind(each, good)):
            several = list(run)
            if kind is None:
                results += [Result(refusal=Refusal("session.ended")) for _ in several]
                continue
            for some in [several] if kind in self.batches else [[each] for each in several]:
                done, announced = self._together(conn, some, now)
                results += done
                announcements += announced
        return results, announcements

    def _kind(self, each: Waiting, good: frozenset[str]) -> type | None:
        """The command's type, or None where its session is over."""
        return None if each.actor is not None and each.actor.session not in good else type(each.command)

    def _together(self, conn: Connection, some: list[Waiting], now: int) -> tuple[list[Result], list[Announcement]]:
        """Run one command, or several of one type that are batched, in a savepoint."""
        works = [self._work(conn, each, now) for each in some]
        savepoint = conn.begin_nested()
        try:
            results = self._handle(works, some)
            for work in works:
                work.finish()
            savepoint.commit()
        except Refusal as refusal:
            self._abandon(works, savepoint)
            return [Result(refusal=refusal)], []
        except Exception as error:
            if isinstance(error, DBAPIError) and not isinstance(error, OWN_FAULT):
                # The transaction itself may be lost; the whole batch is judged by the caller.
                raise
            self._abandon(works, savepoint)
            if len(some) > 1:
                # One of them is at fault; alone, it fails alone.
                parts = [self._together(conn, [each], now) for each in some]
                return [result for done, _ in parts for result in done], [a for _, told in parts for a in told]
            bug = _bug_id()
            log.exception("command failed", extra={"bug": bug, "command": type(some[0].command).__name__})
            return [Result(bug=bug)], []
        return results, [announcement for work in works for announcement in work.announcements]

    def _handle(self, works: list[Work], some: list[Waiting]) -> list[Result]:
        kind = type(some[0].command)
        batch = self.batches.get(kind)
        if batch is None:
            return [Result(answer=_answer(self.handlers[kind](works[0], some[0].command)))]
        answers = batch([(work, each.command) for work, each in zip(works, some, strict=True)])
        return [Result(refusal=each) if isinstance(each, Refusal) else Result(answer=_answer(each)) for each in answers]

    def _work(self, conn: Connection, each: Waiting, now: int) -> Work:
        who = each.actor.person if each.actor is not None else None
        return Work(conn, who=who, now=now, limits=self.limits, pick=secrets.randbelow)

    def _abandon(self, works: list[Work], savepoint: NestedTransaction) -> None:
        for work in works:
            work.abandon()
        savepoint.rollback()

    def _answer(self, batch: list[Waiting], results: list[Result], announcements: list[Announcement]) -> None:
        self.publish(announcements)
        for each, result in zip(batch, results, strict=True):
            if each.answer.done():
                continue
            if result.refusal is not None:
                each.answer.set_exception(result.refusal)
            elif result.bug is not None:
                each.answer.set_exception(Refusal("internal", bug=result.bug))
            else:
                each.answer.set_result(result.answer)


def _answer(answered: Answered | None) -> Any:
    if answered is None:
        return Done()
    if answered.made is not None:
        return answered.made
    return Done(circle=answered.circle, epoch=answered.epoch, seq=answered.seq, dup=answered.dup)


def _storage_code(error: DBAPIError) -> str:
    """What kind of trouble: ``again`` (deadlock, lock, lost connection before anything), ``storage.full``, …"""
    state = getattr(error.orig, "sqlstate", None)
    name = getattr(error.orig, "sqlite_errorname", "")
    if state in ("40001", "40P01", "55P03") or name in ("SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT"):
        return "again"
    if state in ("53100", "53200") or name in ("SQLITE_FULL", "SQLITE_IOERR_WRITE"):
        return "storage.full"
    return "storage.unavailable"


def _bug_id() -> str:
    return secrets.token_hex(4)
