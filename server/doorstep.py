"""Where somebody waits who was shown out again and again: an answer at once would only be asked for at once again."""

import asyncio
from collections import Counter

from starlette.websockets import WebSocket


class Doorstep:
    """Holds handshakes back, at most ``most`` of one person."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: Counter[str] = Counter()

    @property
    def waiting(self) -> int:
        """How many are held back now."""
        return self._waiting.total()

    async def waits(self, websocket: WebSocket, person: str, milliseconds: int) -> bool:
        """Return after that time, or at once for whoever is one too many; False as soon as they have gone away.

        To be asked before anything was received or sent; the handshake can only be refused afterwards.
        """
        if self._waiting[person] >= self._most:
            return True
        self._waiting[person] += 1
        try:
            async with asyncio.timeout(milliseconds / 1000):
                await websocket.receive()  # that it connects
                await websocket.receive()  # that it has gone, which is all that can come before it is accepted
                return False
        except TimeoutError:
            return True
        finally:
            self._waiting[person] -= 1
            if not self._waiting[person]:
                del self._waiting[person]
