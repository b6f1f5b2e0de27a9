"""The one door: everything that changes state goes through here, many commands to a commit.

A batch is whatever arrived while the last commit ran. It is run on the writer in one transaction, each command in a
savepoint of its own, committed once, and only then answered and announced.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy.exc import DBAPIError

from rooms.limits import Limits
from rooms.work import Announcement, Refusal
from server.batch import Actor, AtFault, BatchHandler, Guard, Handler, Prepare, Result, Runner, Waiting
from server.logs import bug_id
from server.store import Store, trouble
from server.tally import Tally

__all__ = ["Actor", "BatchHandler", "Door", "Handler", "Result"]

log = logging.getLogger("server.door")
BATCH_MOST = 512
TRIES = 4  # of a batch, after a deadlock or a lock that took too long


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
        tally: Tally | None = None,
    ) -> None:
        self.store = store
        self.limits = limits
        self.runner = Runner(handlers, batches, limits=limits, guard=guard, prepare=prepare)
        self.publish = publish
        self.now = now
        self.tally = tally or Tally()
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
        self.tally.commands[type(command)] += 1
        self._waiting.append(Waiting(actor, command, answered))
        if self._running is None:
            self._running = asyncio.create_task(self._drain())

    @property
    def queued(self) -> int:
        """Commands that wait for the transaction under way."""
        return len(self._waiting)

    async def close(self) -> None:
        """Take no more; finish what waits."""
        self._closed = True
        if self._running is not None:
            await self._running

    async def _drain(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:BATCH_MOST], self._waiting[BATCH_MOST:]
                began = time.monotonic()
                results, announcements = await self._commit(batch)
                self.tally.batches.add(len(batch))
                self.tally.commits.add(time.monotonic() - began)
                self._answer(batch, results, announcements)
        finally:
            self._running = None

    async def _commit(self, batch: list[Waiting]) -> tuple[list[Result], list[Announcement]]:
        careful, code = False, "again"
        for _ in range(TRIES):
            try:
                done = await self.store.write(partial(self.runner.run, batch=batch, now=self.now(), careful=careful))
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

    def _answer(self, batch: list[Waiting], results: list[Result], announcements: list[Announcement]) -> None:
        try:
            self.publish(announcements)
        except Exception:
            # It is stored, so it must be answered; readers find the gap with the next event.
            log.exception("news of a commit were lost")
        for each, result in zip(batch, results, strict=True):
            try:
                each.answered(result)
            except Exception:
                # One answer that cannot be given must not cost the others theirs.
                log.exception("an answer was lost")
