"""What an action is given: the open transaction, who asks, what time it is, and where to put announcements."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Connection
from sqlmodel import Session

from rooms.limits import Limits
from rooms.wire import Discreet, Event

EVERYBODY = "*"
"""In place of a participant: everybody's reading of the log ends."""


class Refusal(Exception):
    """A rule says no. ``code`` is a stable dotted noun; facts are plain values and never what people wrote."""

    def __init__(self, code: str, **facts: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.facts: Mapping[str, str | int] = facts


class Announcement(Discreet, frozen=True):
    """One event at its place in a log, to be published once the transaction is on disk."""

    address: str
    epoch: str
    seq: int
    event: Event
    target: int | None = None
    """Seq of the earlier message it is about: readers whose base lies past it get the bare frame."""
    ends: str | None = None
    """The participant whose reading ends with this event, or `EVERYBODY`."""


class News(NamedTuple):
    """An event for somebody's own log, to be given its place there once every command of the batch has run."""

    log_id: int
    event: Event
    stored: Event
    """What is kept of it."""
    sender: str | None
    last: bool
    """Nothing else is left of the log."""


class Work:
    """One command's share of a transaction. Actions read and write through ``conn`` or ``db`` and commit nothing.

    ``who`` is the person id, or None for the clock and for people who are not in yet.
    ``now`` is in milliseconds since 1970 UTC; ``pick(n)`` gives a random whole number in [0, n).
    """

    def __init__(
        self, conn: Connection, *, who: str | None, now: int, limits: Limits, pick: Callable[[int], int]
    ) -> None:
        self.conn = conn
        self.who = who
        self.now = now
        self.limits = limits
        self.pick = pick
        self.announcements: list[Announcement] = []
        self.told: list[News] = []

    @cached_property
    def db(self) -> Session:
        """A session on the same transaction, made when an action first wants one."""
        return Session(bind=self.conn, join_transaction_mode="create_savepoint", expire_on_commit=False)

    @property
    def person(self) -> str:
        """The person who asks; the door lets nobody else through to actions that use it."""
        if self.who is None:
            raise Refusal("session.missing")
        return self.who

    def announce(self, announcement: Announcement) -> None:
        self.announcements.append(announcement)

    def finish(self) -> None:
        """Write what the session still holds. Called by the door, inside the command's savepoint."""
        if "db" in self.__dict__:
            self.db.commit()
            self.db.close()

    def abandon(self) -> None:
        """Drop what the session still holds; the door rolls the savepoint back."""
        if "db" in self.__dict__:
            self.db.close()
        self.announcements.clear()
        self.told.clear()


@dataclass(slots=True)
class Answered:
    """What an action returns when there is more to say than that it is done."""

    circle: str | None = None
    epoch: str | None = None
    seq: int | None = None
    dup: bool = False
    made: Any = field(default=None)
    """A wire struct that replaces the whole answer (an invite shown once)."""
