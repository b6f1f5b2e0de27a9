"""Somebody who keeps a record in a real database, for tests of the record alone, with a clock that tests turn."""

import json
import random
from collections.abc import Callable
from typing import Any, TypeVar

from sqlmodel import select

from moderation import ledger, publishing
from moderation.models_ledger import JournalRow
from rooms.limits import Limits
from rooms.models import Table
from rooms.units import HOUR
from rooms.work import Work
from server.store import Store

T = TypeVar("T")


class Scribe:
    def __init__(self, url: str, limits: Limits | None = None, *, seed: int = 1) -> None:
        self.url = url
        self.store = Store(url)
        Table.metadata.create_all(self.store.writer)
        self.limits = limits or Limits()
        self.now = 1_800_000_000_000 - 1_800_000_000_000 % self.limits.month + 7 * HOUR + 5 * 60_000
        self._picks = random.Random(seed)

    def close(self) -> None:
        self.store.close()

    def run(self, action: Callable[[Work], T]) -> T:
        def write(conn: Any) -> T:
            work = Work(conn, who=None, now=self.now, limits=self.limits, pick=self._picks.randrange)
            result = action(work)
            work.finish()
            return result

        return self.store.write_now(write)

    def notes(self, key: bytes | None, kind: str, *, public: bool = True, **facts: Any) -> None:
        self.run(lambda work: ledger.note(work, key, kind, facts, public=public))

    def due(self) -> int:
        return self.store.read_now(lambda conn: publishing.next_due(conn, self.limits))

    def keeps(self) -> None:
        """Do what is due now, until nothing is."""
        while self.due() <= self.now:
            self.run(publishing.perform)

    def passes(self, time: int) -> None:
        """The clock goes on, and what falls due in between is done at its moment."""
        until = self.now + time
        while (moment := self.due()) <= until:
            self.now = max(self.now, moment)
            self.run(publishing.perform)
        self.now = until

    def chain(self) -> list[dict[str, Any]]:
        """All that is published."""
        found: list[dict[str, Any]] = []
        while page := self._page(len(found)):
            found += page
        return found

    def journal(self) -> list[Any]:
        return self.store.read_now(lambda conn: list(conn.execute(select(JournalRow).order_by(JournalRow.id))))  # type: ignore[arg-type]

    def _page(self, after: int) -> list[dict[str, Any]]:
        return [json.loads(each) for each in self.store.read_now(lambda conn: publishing.page(conn, after, 500))]
