"""Running a batch: many commands in one transaction, each answered or refused by itself, each at its own cost only."""

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from rooms.limits import Limits
from rooms.log import deliver
from rooms.wire_events import SessionEnded
from rooms.work import Announcement, Answered, Refusal, Work
from server.frames import Sink
from server.logs import bug_id
from server.protocol import Done
from server.store import OWN_FAULT

log = logging.getLogger("server.batch")


class Actor(NamedTuple):
    """Who asks, and by which session; the session is looked at again inside the transaction."""

    person: str
    session: str


Handler = Callable[[Work, Any], Answered | None]
BatchHandler = Callable[[Sequence[tuple[Work, Any]]], list[Answered | Refusal]]
"""Takes many commands of one type at once and answers or refuses each by itself; what it refuses, it has not written."""


Guard = Callable[[Connection, Sequence[str], int], frozenset[str]]
"""Those of some sessions that are still good at a moment."""
Prepare = Callable[[Connection, Sequence[tuple[str | None, Any]], int], None]
"""Locks what commands, each with the person who asks, will touch at a moment; in one order, before the first runs."""


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
    sink: Sink | None = None
    """Where the answer goes to, together with the events that go there too."""

    def may(self, good: frozenset[str]) -> bool:
        return self.actor is None or self.actor.session in good


class AtFault(Exception):
    """A batch failed for a fault of its own, and not of the database."""


class Runner:
    """What a batch is run with. ``guard`` and ``prepare`` are called inside its transaction."""

    def __init__(
        self,
        handlers: Mapping[type, Handler],
        batches: Mapping[type, BatchHandler],
        *,
        limits: Limits,
        guard: Guard,
        prepare: Prepare | None,
    ) -> None:
        self.handlers = handlers
        self.batches = batches
        self.limits = limits
        self.guard = guard
        self.prepare = prepare

    def run(
        self, conn: Connection, batch: list[Waiting], *, now: int, careful: bool
    ) -> tuple[list[Result], list[Announcement]]:
        """What became of each command, and the news of all. ``careful``: each by itself. Raises `AtFault`."""
        sessions = {each.actor.session for each in batch if each.actor is not None}
        good = self.guard(conn, sorted(sessions), now) if sessions else frozenset()
        if self.prepare is not None:
            self.prepare(conn, [(each.actor and each.actor.person, each.command) for each in batch], now)
        results: list[Result] = []
        works: list[Work] = []
        for kind, run in groupby(batch, lambda each: type(each.command)):
            several = list(run)
            if kind in self.batches and not careful:
                done, ran = self._together(conn, several, good, now)
                results += done
                works += ran
                continue
            for each in several:
                result, work = self._alone(conn, each, good, now)
                results.append(result)
                works.append(work)
                if any(isinstance(told.event, SessionEnded) for told in work.told):
                    # What this batch still holds of a session that ended in it must not be done either.
                    good = self.guard(conn, sorted(sessions), now)
        announcements = [each for work in works for each in work.announcements]
        return results, announcements + deliver(works)

    def _together(
        self, conn: Connection, some: list[Waiting], good: frozenset[str], now: int
    ) -> tuple[list[Result], list[Work]]:
        """Run commands of one batched type, without a savepoint: such a batch writes only what it does not refuse."""
        asked = [(self._work(conn, each, now), each.command) for each in some if each.may(good)]
        try:
            answers = iter(self.batches[type(some[0].command)](asked) if asked else ())
        except Exception as error:
            if isinstance(error, DBAPIError) and not isinstance(error, OWN_FAULT):
                raise
            raise AtFault from error
        results = [_result(next(answers)) if each.may(good) else _over() for each in some]
        return results, [work for work, _ in asked]

    def _alone(self, conn: Connection, each: Waiting, good: frozenset[str], now: int) -> tuple[Result, Work]:
        """Run one command in a savepoint of its own."""
        work = self._work(conn, each, now)
        if not each.may(good):
            return _over(), work
        savepoint = conn.begin_nested()
        try:
            answered = self._handle(work, each.command)
            work.finish()
            savepoint.commit()
        except Refusal as refusal:
            work.abandon()
            savepoint.rollback()
            return _result(refusal), work
        except Exception as error:
            if isinstance(error, DBAPIError) and not isinstance(error, OWN_FAULT):
                # The transaction itself may be lost; the whole batch is judged by the caller.
                raise
            work.abandon()
            savepoint.rollback()
            bug = bug_id()
            log.exception("command failed", extra={"bug": bug, "command": type(each.command).__name__})
            return Result(refusal=Refusal("internal", bug=bug)), work
        return _result(answered), work

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


def _over() -> Result:
    return Result(refusal=Refusal("session.ended"))


def _result(answered: Answered | Refusal | None) -> Result:
    if isinstance(answered, Refusal):
        return Result(refusal=answered)
    answered = answered or Answered()
    done = Done(circle=answered.circle, epoch=answered.epoch, seq=answered.seq, dup=answered.dup)
    return Result(answer=done if answered.made is None else answered.made)
