"""Telling browsers whose page is closed that something opened. Beside everything else: nobody waits for it."""

import asyncio
import logging
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from rooms.wire_events import OpeningTold
from rooms.work import Announcement, Refusal
from server import push_places
from server.push_keys import PushKeys
from server.push_places import DropPushPlaces
from server.push_sending import GONE, NotSent, Sender, checked

if TYPE_CHECKING:
    from server.parts import Parts

log = logging.getLogger("server.push")
AT_ONCE = 8
"""Messages on their way at once."""
WAITING_MOST = 5_000
"""Messages that wait; beyond it they are dropped, and people see it when they look."""


class Push:
    """Turned off where no hosts are listed."""

    def __init__(self, parts: "Parts") -> None:
        settings = parts.settings
        self.parts = parts
        contact = settings.push_contact or (settings.origin if settings.secure else "https://localhost")
        self.sender = Sender(settings.push_hosts, loopback=settings.push_loopback)
        self.keys = PushKeys(parts.keys, contact)
        self._free = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    @property
    def key(self) -> str | None:
        return self.keys.public if self.sender.hosts else None

    def refuse_bad(self, endpoint: str) -> None:
        """Raises ``push.not_allowed`` for what is no address of a listed host."""
        try:
            checked(endpoint, self.sender.hosts, loopback=self.sender.loopback)
        except NotSent:
            raise Refusal("push.not_allowed") from None

    def notice(self, announcements: Sequence[Announcement]) -> None:
        """Among what was just stored: people who asked to be told."""
        people = {each.address.removeprefix("person/") for each in announcements if type(each.event) is OpeningTold}
        if people and self.sender.hosts:
            self.parts.spawn(self._tell(people))

    async def _tell(self, people: Collection[str]) -> None:
        try:
            some = sorted(people)
            places = await self.parts.store.read(lambda conn: push_places.of_people(conn, some))
        except Refusal as refusal:
            log.warning("browsers were not told", extra={"cause": refusal.code})
            return
        room = max(0, WAITING_MOST - self._waiting)
        if len(places) > room:
            log.warning("more browsers than can be told at once", extra={"cause": "waiting"})
        told = [self._one(session, endpoint) for session, endpoint in places[:room]]
        gone = [each for each in await asyncio.gather(*told) if each is not None]
        if gone:
            await self.parts.door.submit(None, DropPushPlaces(tuple(gone)))

    async def _one(self, session: str, endpoint: str) -> str | None:
        """The session, if its browser is there no more."""
        self._waiting += 1
        try:
            async with self._free:
                status = await self.sender.send(endpoint, self.keys.authorization(endpoint))
        except NotSent as failed:
            log.warning("a browser was not told", extra={"cause": str(failed)})
            return session if str(failed) in ("address", "host") else None
        finally:
            self._waiting -= 1
        if status in GONE:
            return session
        if not 200 <= status < 300:
            log.warning("a browser was not told", extra={"cause": str(status)})
        return None
