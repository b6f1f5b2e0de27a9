"""A process that dies in the middle of anything leaves a case as it was, and whoever asks again gets to the same end."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert

from moderation.models_ledger import NonceRow
from moderation.models_panels import SeatRow
from moderation.wire import FlagMessage
from moderation.wire_panels import (
    AddSide,
    CastBallot,
    HoldMessage,
    LeaveSeat,
    MakeAppeal,
    MarkBadFaith,
    MessageMark,
    ReadyToVote,
    SayToPanel,
    TakeSeat,
)
from rooms.log import deliver
from rooms.models import Table
from rooms.units import DAY, HOUR, MINUTE, SECOND
from rooms.wire import ForgetMe
from rooms.work import Work
from server import errands
from server.handlers import HANDLERS
from server.store import Store
from tests.moderation.bench_of import REVIEWERS, Bench
from tests.moderation.place import CIRCLE, Place, named

EVERY = 7
"""A command is cut off at every so-manieth of its statements; at all of them with ``--full``."""
UNLIKE = {"case_message": ("salt",)}
"""Made by chance and compared with nothing."""


class Died(Exception):
    """What a killed process does instead of a statement."""


class Script:
    """A case from its first flag to the end of an appeal, one transaction a step. Dice fall alike in every run."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.url = f"sqlite:///{folder / 'circles.db'}"
        self.place = place = Place(self.url)
        self.bench = Bench(place)
        place.people("Ana", "Bo", "Fern", "Otter", age=3 * DAY)
        self.bench.people(*REVIEWERS)
        place.run(None, lambda work: work.conn.execute(insert(NonceRow), self._nonces()))
        self.words = place.says("Ana", "something hurtful")
        self.more = place.says("Ana", "and more")
        self.done = 0
        self.cut = 0

    def close(self) -> None:
        self.place.close()

    def _nonces(self) -> list[dict[str, Any]]:
        """For days to come, so that none has to be made meanwhile."""
        began = self.place.now - DAY
        made = {"committed_at": began, "nonce": b"n" * 32}
        return [{"id": number + 1, "usable_from": began + number * DAY, **made} for number in range(9)]

    # --- the steps

    def steps(self) -> Iterator[tuple[str | None, Any]]:
        """Who asks what; what is asked is looked up only when its turn has come."""
        seat = self.seat
        flag = {"circle": CIRCLE, "category": "threat"}
        yield "Bo", FlagMessage(target=self.words, **flag)  # type: ignore[arg-type]
        yield "Fern", FlagMessage(target=self.words, **flag)  # type: ignore[arg-type]
        yield "Otter", HoldMessage(circle=CIRCLE, target=self.more, category="threat")
        yield from self.time(MINUTE)
        for name in list(self.bench.seats("offered")):
            if name in self.bench.seats("offered"):
                yield name, TakeSeat(seat=seat(name))
        one, *_ = sorted(self.bench.seats("reading"))
        yield one, LeaveSeat(seat=seat(one))
        yield from self.time(SECOND)
        for name in list(self.bench.seats("offered")):
            if name in self.bench.seats("offered"):
                yield name, TakeSeat(seat=seat(name))
        letter = next(each for each in self.place.letters("Ana") if each.side_until is not None)
        yield "Ana", AddSide(letter=letter.id, body="I was tired.")
        for number, name in enumerate(sorted(self.bench.seats("reading"))):
            yield name, self.ballot(name, number % 2, items=2)
        yield from self.time(6 * MINUTE)
        for name in sorted(self.bench.seats("talk")):
            yield name, SayToPanel(seat=seat(name), body="I read it twice.")
            yield name, ReadyToVote(seat=seat(name))
        for name in sorted(self.bench.seats("again")):
            yield name, self.ballot(name, 1, person=3, items=2)
        yield from self.time(6 * MINUTE)
        letter = next(each for each in self.place.letters("Ana") if each.appeal_until is not None)
        yield "Ana", MakeAppeal(letter=letter.id, body="Please read it again.")
        yield from self.time(HOUR)
        for name in list(self.bench.seats("offered")):
            if name in self.bench.seats("offered"):
                yield name, TakeSeat(seat=seat(name))
        sitting = sorted(self.bench.seats("reading"))
        for name in sitting:
            yield name, self.ballot(name, 0, items=2)
        yield from self.time(MINUTE)
        seats = {row.person_id.rstrip("-"): row.id for row in self.place.rows(SeatRow) if row.person_id is not None}
        for name in sitting:
            yield name, MarkBadFaith(seat=seats[name], flags=(0,))
        yield "Fern", ForgetMe(sure=True)
        yield "Ana", ForgetMe(sure=True)
        yield from self.time(DAY)

    def time(self, passes: int) -> Iterator[tuple[None, Any]]:
        self.place.now += passes
        while waiting := self.place.read(lambda conn: errands.waiting(conn, self.place.now, self.place.limits)):
            yield None, waiting[0]

    def seat(self, name: str) -> str:
        return str(self.bench.seats()[name].id)

    def ballot(self, name: str, content: int, *, person: int = 0, items: int) -> CastBallot:
        marks = tuple(MessageMark(item=item, content=content) for item in range(items))
        reason: dict[str, Any] = {"code": "threat", "sentence": "It threatens."} if content or person else {}
        return CastBallot(seat=self.seat(name), messages=marks, person=person, **reason)

    # --- running them

    def runs(self, cut_off: Callable[[int], list[int]]) -> None:
        """Each step dies at some of its statements, is asked again by the next process, and is done in the end."""
        for who, command in self.steps():
            statements = self._tries(who, command, None)
            before = self.stored()
            for at in cut_off(statements):
                self._tries(who, command, at)
                self.cut += 1
            assert self.stored() == before
            self.place.store.close()
            self.place.store = Store(self.url)
            self.place.store.write_now(partial(self._do, who=who, command=command))
            self.done += 1

    def stored(self) -> dict[str, list[Any]]:
        def read(conn: Connection) -> dict[str, list[Any]]:
            found = {}
            for table in Table.metadata.sorted_tables:
                rows = [row._asdict() for row in conn.execute(table.select())]
                for row in rows:
                    for name in UNLIKE.get(table.name, ()):
                        row.pop(name)
                found[table.name] = sorted(rows, key=repr)
            return found

        return self.place.read(read)

    def _tries(self, who: str | None, command: Any, dies_at: int | None) -> int:
        """Run the step and let its transaction die, at a statement or with the commit; returns how many there were."""
        engine = self.place.store.writer
        seen = 0

        def counts(*_: Any) -> None:
            nonlocal seen
            seen += 1
            if seen == dies_at:
                raise Died

        def dies(conn: Connection) -> None:
            self._do(conn, who=who, command=command)
            raise Died

        event.listen(engine, "before_cursor_execute", counts)
        try:
            with pytest.raises(Died):
                self.place.store.write_now(dies)
        finally:
            event.remove(engine, "before_cursor_execute", counts)
        return seen

    def _do(self, conn: Connection, *, who: str | None, command: Any) -> None:
        """As the door does it; the dice of each step are its own."""
        dice = Random(self.done).randrange
        work = Work(
            conn, who=None if who is None else named(who), now=self.place.now, limits=self.place.limits, pick=dice
        )
        HANDLERS[type(command)](work, command)
        work.finish()
        deliver([work])


def test_a_case_that_is_cut_off_anywhere_ends_as_one_that_is_not(tmp_path: Path, full: bool) -> None:
    every = 1 if full else EVERY
    whole, broken = Script(tmp_path / "whole"), Script(tmp_path / "broken")
    whole.runs(lambda _: [])
    # Each step begins to be cut off at another statement, so that over all of them every place has its turn.
    broken.runs(lambda statements: list(range(1 + broken.done % every, statements + 1, every)))
    assert broken.done == whole.done > 40
    assert broken.cut > 3 * whole.done
    assert broken.stored() == whole.stored()
    for each in (whole, broken):
        each.close()
