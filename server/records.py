"""What anybody may read of the public record and of the open book, read at most once a second, however many ask."""

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import msgspec
from sqlalchemy import Connection

from moderation import draws, publishing, report
from moderation.wire_ledger import LedgerHead, OpenBook

if TYPE_CHECKING:
    from server.parts import Parts

T = TypeVar("T")
PAGE_MOST: Final = 500
EVERY: Final = 1.0
KEPT_MOST: Final = 32


class Records:
    """Holds the answers of the last second, as bytes. One thing is read at a time: floods of questions cost one reader."""

    def __init__(self, parts: "Parts") -> None:
        self.parts = parts
        self._kept: dict[Any, tuple[float, Any]] = {}
        self._reading = asyncio.Lock()

    async def head(self) -> bytes:
        return await self._lately("head", lambda conn: msgspec.json.encode(head_of(conn)))

    async def page(self, after: int) -> bytes:
        """At most `PAGE_MOST` entries after number ``after``."""

        def read(conn: Connection) -> bytes:
            return f'{{"entries":[{",".join(publishing.page(conn, after, PAGE_MOST))}]}}'.encode()

        return await self._lately(("page", after), read)

    async def draw(self, draw_id: str) -> bytes | None:
        """The proof of a draw, as far as it may be seen; None where there is no such draw."""

        def read(conn: Connection) -> bytes | None:
            found = draws.shown(conn, draw_id)
            return None if found is None else msgspec.json.encode(found)

        return await self._lately(("draw", draw_id), read)

    async def book(self) -> OpenBook:
        now, limits, operator = self.parts.now(), self.parts.door.limits, self.parts.settings.operator

        def read(conn: Connection) -> OpenBook:
            return OpenBook(
                operator=operator or None,
                since=now - report.MONTHS * limits.month,
                recent=report.recent(conn, now, limits),
                months=report.months(conn, now, limits),
                pool=report.pool(conn),
                head=head_of(conn),
            )

        return await self._lately("book", read)

    async def _lately(self, key: Any, read: Callable[[Connection], T]) -> T:
        async with self._reading:
            read_at, kept = self._kept.get(key, (float("-inf"), None))
            if time.monotonic() - read_at <= EVERY:
                return cast(T, kept)
            answer = await self.parts.store.read(read)
            self._kept.pop(key, None)
            while len(self._kept) >= KEPT_MOST:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = time.monotonic(), answer
            return answer


def head_of(conn: Connection) -> LedgerHead:
    last = publishing.head(conn)
    return LedgerHead(seq=last.seq, hash=last.hash)
