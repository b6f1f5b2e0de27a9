"""Who somebody is, by their cookie: sessions looked up, cached for a moment, and judged inside the door's transaction."""

import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from sqlalchemy import Connection, update
from sqlmodel import col
from starlette.requests import HTTPConnection
from starlette.responses import Response

from rooms.units import DAY, HOUR
from rooms.wire_events import SessionEnded
from rooms.work import Announcement
from server import session_rows
from server.door import Actor
from server.gathered import Gathered
from server.keys import Keys
from server.models import PersonSession
from server.passphrases import Hasher
from server.session_rows import Seen
from server.settings import Settings
from server.store import Store

CACHED: Final = 2.0
"""Seconds for which a session that ended in another process may still be taken for good here, for reading only."""
CACHE_MOST = 4_096
TOKEN_LENGTH = 43
"""256 bits in base64url."""
PLAIN_TOKEN: Final = re.compile(rb"[A-Za-z0-9_-]{%d}" % TOKEN_LENGTH)
SLACK = 2 * HOUR
"""How far the clock may jump without ending sessions that are in use, or carrying others on for ever."""
SEEN_EVERY = HOUR


class Token(NamedTuple):
    """A new cookie's value and what is kept of it."""

    value: str
    hash: bytes


def good(session: Seen, now: int) -> bool:
    """Whether a session may be used at ``now`` (ms). One from the future, beyond `SLACK`, is not believed."""
    return not session.ended and now < session.due_at and session.seen_at <= now + SLACK


class Auth:
    """Answers who asks. Argon2 is its `hasher`'s; nothing here computes one."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        keys: Keys,
        *,
        now: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        hasher: Hasher | None = None,
    ) -> None:
        self.settings = settings
        self.store = store
        self.keys = keys
        self.now = now
        self.hasher = hasher or Hasher(settings.hashes_at_once)
        self.cookie = "__Host-sid" if settings.secure else "sid"
        self._says = f"{self.cookie}=".encode()
        self.idle = round(settings.session_idle_days * DAY)
        self.guest_idle = round(settings.guest_hours * HOUR)
        self.lasts = round(settings.session_days * DAY)
        self._cache: OrderedDict[bytes, tuple[Seen, float]] = OrderedDict()
        self._ended = 0
        self._looks: Gathered[bytes, Seen | None] = Gathered(store, session_rows.by_tokens)

    async def who(self, connection: HTTPConnection) -> Actor | None:
        """The person behind a request or a handshake, or None. Costs at most one read, mostly none."""
        session = await self.session(connection)
        return Actor(session.person, session.id) if session is not None else None

    async def session(self, connection: HTTPConnection) -> Seen | None:
        """The good session of a request's cookie, at most `CACHED` seconds old."""
        hashed = self._hash_of(connection)
        if hashed is None:
            return None
        found, until = self._cache.get(hashed, (None, 0.0))
        while found is None or time.monotonic() >= until:
            ended = self._ended
            found = await self._looks.ask(hashed)
            if found is None:
                return None
            until = time.monotonic() + CACHED
            if ended == self._ended:
                self._keep(hashed, found, until)
                break
            # Sessions ended while this was read: it may be older than their end.
            found = None
        return found if good(found, self.now()) else None

    async def device(self, connection: HTTPConnection) -> Seen | None:
        """The session a cookie was given for, even if it ended for want of use."""
        hashed = self._hash_of(connection)
        return await self.store.read(lambda conn: session_rows.by_token(conn, hashed)) if hashed is not None else None

    async def good(self, session: str) -> bool:
        """Whether the session with this id is good, from the database."""
        return await self.store.read(lambda conn: self.stands(conn, session))

    def stands(self, conn: Connection, session: str) -> bool:
        """`good`, as of a transaction that goes on to read for that session."""
        return session in self.standing(conn, [session])

    def standing(self, conn: Connection, sessions: Sequence[str]) -> frozenset[str]:
        """`stands`, for several."""
        now = self.now()
        found = session_rows.by_ids(conn, sessions)
        return frozenset(session.id for session in found if good(session, now))

    def guard(self, conn: Connection, sessions: Sequence[str], now: int) -> frozenset[str]:
        """Those of ``sessions`` that are good, inside the transaction that acts on it. Notes, to the hour, their use."""
        found = session_rows.guarded(conn, sessions)
        fresh = [session for session in found if good(session, now)]
        for session in fresh:
            if now - session.seen_at >= SEEN_EVERY:
                conn.execute(
                    update(PersonSession)
                    .where(col(PersonSession.id) == session.id)
                    .values(seen_at=now, due_at=self.due(now, session.ends_at, remember=session.remember))
                )
        return frozenset(session.id for session in fresh)

    def due(self, now: int, ends_at: int, *, remember: bool) -> int:
        """When a session used at ``now`` ends if it is not used again."""
        return min(ends_at, now + (self.idle if remember else self.guest_idle) + SLACK)

    def notice(self, announcements: Iterable[Announcement]) -> None:
        """Told of what was committed: a session that ended is unknown here from now on."""
        for each in announcements:
            if isinstance(each.event, SessionEnded):
                self.drop(each.address.removeprefix("person/"))

    def drop(self, person: str) -> None:
        """Forget what is cached of a person's sessions."""
        self._ended += 1
        for hashed in [hashed for hashed, (session, _) in self._cache.items() if session.person == person]:
            del self._cache[hashed]

    @staticmethod
    def new_token() -> Token:
        value = secrets.token_urlsafe(32)
        return Token(value, sha256(value.encode()).digest())

    def give(self, response: Response, token: Token, *, remember: bool) -> None:
        """Set the cookie. Without ``remember`` it ends with the browser."""
        response.set_cookie(
            self.cookie,
            token.value,
            max_age=self.lasts // 1_000 if remember else None,
            secure=self.settings.secure,
            httponly=True,
            samesite="lax",
        )

    def take(self, response: Response) -> None:
        """Clear the cookie."""
        response.delete_cookie(self.cookie, secure=self.settings.secure, httponly=True, samesite="lax")

    def close(self) -> None:
        self._looks.close()
        self.hasher.close()

    def _hash_of(self, connection: HTTPConnection) -> bytes | None:
        said = [value for name, value in connection.scope["headers"] if name == b"cookie"]
        if len(said) == 1 and PLAIN_TOKEN.fullmatch(said[0], len(self.cookie) + 1) and said[0].startswith(self._says):
            # The cookie alone, as browsers send it where there is no other: nothing is to be parsed.
            return sha256(said[0][len(self._says) :]).digest()
        token = connection.cookies.get(self.cookie, "")
        return sha256(token.encode()).digest() if len(token) == TOKEN_LENGTH and token.isascii() else None

    def _keep(self, hashed: bytes, session: Seen, until: float) -> None:
        self._cache[hashed] = (session, until)
        self._cache.move_to_end(hashed)
        # Kept in the order in which they go out of date.
        now = time.monotonic()
        while len(self._cache) > CACHE_MOST or next(iter(self._cache.values()))[1] <= now:
            self._cache.popitem(last=False)
