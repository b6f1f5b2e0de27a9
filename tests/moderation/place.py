"""A small place for tests of flags: people, circles and messages in a real database, and a clock that tests turn.

Ids are made from names, so that two places built alike differ in nothing that a test did not make different.
"""

import random
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from sqlalchemy import insert, text
from sqlmodel import col, select

from moderation import care_standing, due, flags, forgetting, gentle, letters
from moderation.wire import Category, DismissLetter, FlagMessage, Letter, RephraseMessage, WithdrawFlag
from rooms import due as rooms_due
from rooms import messages, personal, posting
from rooms.limits import Limits
from rooms.log import append, deliver
from rooms.models import Circle, Entry, EventRow, Log, ParticipantRow, Person, Table
from rooms.units import DAY
from rooms.wire import ForgetMe, PostMessage, TakeBackMessage
from rooms.wire_events import ParticipantEntered, ParticipantLeft
from rooms.work import Announcement, Refusal, Work
from server.store import Store

T = TypeVar("T")
CIRCLE = "circle----------"
OTHER = "other-circle----"


def named(name: str) -> str:
    return f"{name:-<16}"


class Place:
    """A server, 30 days old unless said otherwise, with the circle `CIRCLE` hosted by Heron, the first person here."""

    def __init__(self, url: str, limits: Limits | None = None, *, seed: int = 1, age: int = 30 * DAY) -> None:
        self.store = Store(url)
        Table.metadata.create_all(self.store.writer)
        self.limits = limits or Limits()
        self.now = 1_800_000_000_000
        self.heard: list[Announcement] = []
        self._picks = random.Random(seed)
        self._keys = 0
        self.person("Heron", age=age)
        self.circle(CIRCLE, host="Heron")

    def close(self) -> None:
        self.store.close()

    # --- people and circles ---

    def person(self, name: str, *, age: int = 2 * DAY, invite: str | None = None, network: str | None = None) -> None:
        def make(work: Work) -> None:
            log_id = _log(work, f"person/{named(name)}")
            work.conn.execute(
                insert(Person).values(
                    id=named(name),
                    log_id=log_id,
                    name=name,
                    preferences=b"{}",
                    created_at=self.now - age,
                    kept=False,
                    invite_id=invite,
                    network=network,
                )
            )

        self.run(None, make)

    def circle(self, circle_id: str, *, host: str, keep_for: int = 30 * DAY) -> None:
        def make(work: Work) -> None:
            log_id = _log(work, f"circle/{circle_id}")
            work.conn.execute(
                insert(Circle).values(
                    id=circle_id, log_id=log_id, topic="Slow mornings", about="", state="open", entry="anyone",
                    capacity=500, keep_for=keep_for, opens_at=self.now, host_shown=False, agreement_version=1,
                    host_id=self.seat(host, circle_id), key=circle_id,
                )
            )  # fmt: skip

        self.run(None, make)
        self.enters(host, circle_id=circle_id, ago=30 * DAY)

    def seat(self, name: str, circle_id: str = CIRCLE) -> str:
        """The id of somebody's participant."""
        return f"{name:-<15}{'_' if circle_id == CIRCLE else '0'}"

    def enters(self, *names: str, circle_id: str = CIRCLE, ago: int = DAY) -> None:
        def enter(work: Work) -> None:
            circle = work.db.get_one(Circle, circle_id)
            for name in names:
                mine = self.seat(name, circle_id)
                told = append(
                    work,
                    circle.log_id,
                    ParticipantEntered(participant=mine, name="", at=work.now),
                    sender=mine,
                )
                seen = {"from_seq": told.seq, "entered_at": self.now - ago}
                row = work.db.get(ParticipantRow, mine)
                if row is None:
                    work.conn.execute(
                        insert(ParticipantRow).values(
                            id=mine, circle_id=circle_id, person_id=named(name), name=name, skeleton=name.lower(),
                            inside=True, seen_at=work.now, agreed_version=1, read_seq=0, entered_seq=told.seq, **seen,
                        )
                    )  # fmt: skip
                else:
                    row.inside, row.from_seq, row.entered_seq = True, told.seq, told.seq
                    row.entered_at = self.now - ago
                    work.db.add(row)
                work.conn.execute(insert(Entry).values(participant_id=mine, **seen))

        self.run(None, enter)

    def leaves(self, name: str) -> None:
        def leave(work: Work) -> None:
            row = work.db.get_one(ParticipantRow, self.seat(name))
            circle = work.db.get_one(Circle, CIRCLE)
            told = append(work, circle.log_id, ParticipantLeft(participant=row.id, at=work.now))
            work.db.get_one(Entry, (row.id, row.from_seq)).to_seq = told.seq + 1
            row.inside = False
            work.db.add(row)

        self.run(None, leave)

    def people(self, *names: str, **how: Any) -> None:
        """Make people and let them in."""
        for name in names:
            self.person(name, **how)
        self.enters(*names)

    # --- what they do ---

    def says(self, name: str, body: str = "…", circle_id: str = CIRCLE) -> int:
        """Returns the message's seq."""
        self._keys += 1
        key = f"{self._keys:-<22}"
        answered = self.run(name, lambda work: posting.post(work, PostMessage(circle=circle_id, key=key, body=body)))
        assert answered.seq is not None
        return answered.seq

    def flags(self, name: str, seq: int, category: Category = "disrespect", circle_id: str = CIRCLE) -> list[Any]:
        return self.does(name, flags.raise_flag, FlagMessage(circle=circle_id, target=seq, category=category))

    def withdraws(self, name: str, seq: int, circle_id: str = CIRCLE) -> list[Any]:
        return self.does(name, flags.withdraw_flag, WithdrawFlag(circle=circle_id, target=seq))

    def rephrases(self, name: str, seq: int, body: str) -> list[Any]:
        return self.does(name, flags.rephrase, RephraseMessage(circle=CIRCLE, target=seq, body=body))

    def dismisses(self, name: str, letter: str) -> list[Any]:
        return self.does(name, letters.dismiss_letter, DismissLetter(letter=letter))

    def takes_back(self, name: str, seq: int) -> list[Any]:
        def take_back(work: Work, command: TakeBackMessage) -> None:
            messages.take_back(work, command)
            circle = work.db.get_one(Circle, command.circle)
            flags.words_changed(work, circle, command.target, "taken_back")
            gentle.hush(work, circle, command.target)

        return self.does(name, take_back, TakeBackMessage(circle=CIRCLE, target=seq))

    def is_forgotten(self, name: str) -> list[Any]:
        def forget(work: Work, command: ForgetMe) -> None:
            forgetting.forgotten(work, work.person)
            gentle.forgotten(work, work.person)
            care_standing.forgotten(work, work.person)
            personal.forget(work, command)

        return self.does(name, forget, ForgetMe(sure=True))

    def passes(self, time: int) -> list[Any]:
        """The clock goes on, and does what has fallen due until nothing has."""
        self.now += time
        heard: list[Any] = []

        def perform(work: Work, _: None) -> None:
            for circle in rooms_due.circles(work.conn, work.now):
                faded = rooms_due.perform(work, circle)
                if faded is not None:
                    flags.faded(work, *faded)
                    gentle.faded(work, *faded)
            for case_id in due.cases_due(work.conn, work.now):
                due.tend(work, case_id)
            due.perform(work)
            care_standing.wipe(work)

        while True:
            moments = [self.read(each) for each in (due.next_due, care_standing.next_due)]
            waiting = any(moment is not None and moment <= self.now for moment in moments)
            waiting = waiting or bool(self.read(lambda conn: due.cases_due(conn, self.now)))
            if not waiting and not self.read(lambda conn: rooms_due.circles(conn, self.now)):
                return heard
            heard += self.does(None, perform, None)

    def does(self, who: str | None, action: Callable[[Work, Any], Any], command: Any) -> list[Any]:
        """What became known by it, as (address, event)."""
        before = len(self.heard)
        self.run(who, lambda work: action(work, command))
        return [(each.address, each.event) for each in self.heard[before:]]

    def run(self, who: str | None, action: Callable[[Work], T]) -> T:
        """One command in one transaction, as the door runs it."""

        def once(work: Work) -> T:
            try:
                result = action(work)
                work.finish()
                deliver([work])
            except Refusal:
                work.abandon()
                raise
            return result

        made: list[Work] = []

        def write(conn: Any) -> T:
            asker = None if who is None else named(who)
            work = Work(conn, who=asker, now=self.now, limits=self.limits, pick=self._picks.randrange)
            made.append(work)
            return once(work)

        result = self.store.write_now(write)
        self.heard += made[-1].announcements
        return result

    # --- what is to be seen ---

    def read(self, query: Callable[[Any], T]) -> T:
        return self.store.read_now(query)

    def my_flags(self, name: str, circle_id: str = CIRCLE) -> dict[int, str]:
        return {
            each.target: each.status for each in self.read(lambda conn: flags.my_flags(conn, named(name), circle_id))
        }

    def letters(self, name: str) -> tuple[Letter, ...]:
        return self.read(lambda conn: letters.letters(conn, named(name)))

    def folded(self, seq: int, circle_id: str = CIRCLE) -> bool:
        query = (
            select(EventRow.cover)
            .join(Circle, col(Circle.log_id) == col(EventRow.log_id))
            .where(Circle.id == circle_id, EventRow.seq == seq)
        )
        return self.read(lambda conn: conn.execute(query).scalar_one()) is not None

    def cover(self, seq: int) -> str | None:
        query = select(EventRow.cover).where(EventRow.kind == "message.posted", EventRow.seq == seq)
        found: str | None = self.read(lambda conn: conn.execute(query).scalar_one())
        return found

    def rows_of(self, table: Any) -> list[Any]:
        """Of a table by its metadata, in the order of their keys."""
        return self.read(lambda conn: list(conn.execute(select(table).order_by(*table.primary_key.columns)).all()))

    def rows(self, table: type[Table]) -> list[Any]:
        return self.read(lambda conn: list(conn.execute(select(table)).all()))

    def count(self, table: str) -> int:
        return self.read(lambda conn: int(conn.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()))

    def stream(self, address: str) -> list[bytes]:
        """Every byte that was announced at an address."""
        return [
            msgspec.json.encode((each.epoch, each.seq, each.event, each.target, each.ends))
            for each in self.heard
            if each.address == address
        ]


def _log(work: Work, address: str) -> int:
    made = work.conn.execute(
        insert(Log).values(address=address, epoch="epoch---", head_seq=0, floor_seq=0).returning(Log.id)  # type: ignore[call-overload]
    )
    return int(made.scalar_one())
