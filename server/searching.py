"""Searches of people who are here: a little at a time, one at a time, on the threads of readers.

What is looked for is in nobody's log, in no address and in no table; it lives as long as its answer is made.
"""

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from moderation import flags
from rooms import search
from rooms.trails import Looked, Trail, Trails
from rooms.wire_search import FoundMessages, Search
from server.door import Actor

if TYPE_CHECKING:
    from server.readers import Readers

SHOWN_AGAIN = ("withdrawn", "rephrased", "taken_back")
"""How a flag stands that no longer hides the message from whoever flagged it."""
REST = 1.0
"""How long nobody's search goes on after a read, in lengths of that read: the rest of the time is for those who talk."""
REST_MOST = 0.1


class Searching:
    """However many search, one read of theirs is under way, and they take turns."""

    def __init__(self, readers: "Readers") -> None:
        self._readers = readers
        self._turn = asyncio.Lock()

    async def answer(self, actor: Actor, asked: Search) -> FoundMessages:
        """The next of what is found, after a bounded number of messages at most. Raises the refusals of `rooms.search`."""
        words = search.asked(asked.words, self._readers.parts.door.limits)
        begun = await self._readers.look(
            actor, lambda conn: search.begin(conn, actor.person, asked.circle, asked.further)
        )
        trails = Trails(begun)
        events = characters = 0
        while events < search.EVENTS_MOST and characters < search.CHARACTERS_MOST:
            trail = trails.next()
            if trail is None:
                break
            async with self._turn:
                began = time.monotonic()
                looked = await self._readers.look(actor, _look(actor.person, trail, words))
                await asyncio.sleep(min(REST_MOST, REST * (time.monotonic() - began)))
            trail.take(looked, words)
            trails.tell()
            if looked is not None:
                events += looked.events
                characters += looked.characters
        return trails.answer()


def _look(person: str, trail: Trail, words: tuple[str, ...]) -> Callable[[Connection], Looked | None]:
    circle, before = trail.circle, trail.before

    def look(conn: Connection) -> Looked | None:
        return search.look(conn, person, circle, words, before, lambda: _hidden(conn, person, circle))

    return look


def _hidden(conn: Connection, person: str, circle: str) -> frozenset[int]:
    """Messages that a flag of one's own hides."""
    return frozenset(each.target for each in flags.my_flags(conn, person, circle) if each.status not in SHOWN_AGAIN)
