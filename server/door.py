"""The one door: everything that changes state goes through here, many commands to a commit.

A batch is whatever arrived while the last commit ran. It is run on the writer in one transaction, each command in a
savepoint of its own, committed once, and only then answered and announced; the next one's commit runs beside that.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy.exc import DBAPIError

from rooms.limits import Limits
from rooms.work import Announcement, Refusal
from server.batch import Actor, AtFault, BatchHandler, Guard, Handler, Prepare, Result, Runner, Waiting
from server.frames import Sink
from server.logs import bug_id
from server.store import Store, trouble
from server.tally import Tally

__all__ = ["Actor", "BatchHandler", "Door", "Handler", "Result"]

log = logging.getLogger("server.door")
BATCH_MOST = 512
TRIES = 4  # of a batch, after a deadlock or a lock that took too long


Outcome = tuple[list[Result], list[Announcement]]


@dataclass(slots=True)
class Attempt:
    """A batch on its way to the disk, since a moment of the monotonic clock."""

    batch: list[Waiting]
    began: float
    tries: int = 0
    careful: bool = False
    """Each command by itself, because a batch failed for a fault of its own."""


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
        self._idle = asyncio.Event()
        """No transaction is under way or about to begin."""
        self._idle.set()
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

    def ask(
        self, actor: Actor | None, command: Any, answered: Callable[[Result], None], sink: Sink | None = None
    ) -> None:
        """`submit` without a future: ``answered`` is called once, on the loop, after the events have been sent.

        What goes to ``sink`` meanwhile, events and answer, leaves in one piece.
        """
        if self._closed:
            answered(Result(refusal=Refusal("server.closing")))
            return
        self.tally.commands[type(command)] += 1
        self._waiting.append(Waiting(actor, command, answered, sink))
        if self._idle.is_set():
            self._idle.clear()
            # A moment later, so that all who were read in this turn of the loop come together.
            asyncio.get_running_loop().call_soon(self._begin)

    @property
    def queued(self) -> int:
        """Commands that wait for the transaction under way."""
        return len(self._waiting)

    async def close(self) -> None:
        """Take no more; finish what waits."""
        self._closed = True
        await self._idle.wait()

    def _begin(self) -> None:
        """The next transaction, if anything waits for one."""
        if not self._waiting:
            self._idle.set()
            return
        batch, self._waiting = self._waiting[:BATCH_MOST], self._waiting[BATCH_MOST:]
        self._try(Attempt(batch, time.monotonic()))

    def _try(self, attempt: Attempt) -> None:
        attempt.tries += 1
        work = partial(self.runner.run, batch=attempt.batch, now=self.now(), careful=attempt.careful)
        try:
            self.store.write_then(work, partial(self._tried, attempt))
        except Exception as error:  # there is no writer any more
            asyncio.get_running_loop().call_soon(self._tried, attempt, None, error)

    def _tried(self, attempt: Attempt, done: Outcome | None, error: BaseException | None) -> None:
        if done is not None:
            self.trouble = None
        else:
            refusal = self._refusal(attempt, error)
            if refusal is None:
                self._try(attempt)
                return
            done = [Result(refusal=refusal) for _ in attempt.batch], []
        # First, so that the disk is at work while the loop tells of this one.
        self._begin()
        self.tally.batches.add(len(attempt.batch))
        self.tally.commits.add(time.monotonic() - attempt.began)
        self._answer(attempt.batch, *done)

    def _refusal(self, attempt: Attempt, error: BaseException | None) -> Refusal | None:
        """What to say to everybody of a batch of which nothing is stored; None where it is to be tried again."""
        code = "again"
        if isinstance(error, AtFault):
            attempt.careful = True
        elif isinstance(error, DBAPIError):
            code = trouble(error)
        else:
            bug = bug_id()
            log.error("batch failed", extra={"bug": bug}, exc_info=error)
            return Refusal("internal", bug=bug)
        if code == "again" and attempt.tries < TRIES:
            return None
        if self.trouble != code:  # once an outage, not once a batch
            log.error("nothing can be stored", extra={"cause": code})
        self.trouble = code
        return Refusal("storage.unavailable" if code == "again" else code, retry_after=1_000)

    def _answer(self, batch: list[Waiting], results: list[Result], announcements: list[Announcement]) -> None:
        sinks = [each.sink for each in batch if each.sink is not None]
        for sink in sinks:
            sink.hold()
        try:
            self._tell(batch, results, announcements)
        finally:
            for sink in sinks:
                sink.release()

    def _tell(self, batch: list[Waiting], results: list[Result], announcements: list[Announcement]) -> None:
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
