"""The board of presence in Redis: for each circle a sorted set of ``participant|process``, scored by when it ends.

A process that dies stops renewing its entries, and they end by themselves. Times are those of the Redis server, so that
wrong clocks elsewhere do no harm. Nothing else is kept there, and nothing is missing when it is gone.
"""

import secrets
from collections.abc import Sequence
from typing import Any

from server.presence_board import BoardSilent, Change, Waits
from server.presence_shared import Tell
from server.presence_sure import SurePresence
from server.redis.node import Node, parse
from server.redis.scripts import Call, Script, Scripts
from server.redis.wire import WireBroken

KEY = "peer_circles:here:"
SYNC = Script("""
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local process, life, leaving = '|' .. ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
for i = 4, 3 + leaving do redis.call('ZREM', KEYS[1], ARGV[i] .. process) end
for i = 4 + leaving, #ARGV do redis.call('ZADD', KEYS[1], now + life, ARGV[i] .. process) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if #ARGV > 3 + leaving then redis.call('PEXPIRE', KEYS[1], life) end
return redis.call('ZRANGE', KEYS[1], 0, -1)
""")
"""One circle, in one step: what this process says, whose time is over, who is there."""


class RedisBoard:
    """Used by one task. ``life`` and ``patience`` are seconds."""

    def __init__(self, node: Node, origin: str, *, life: float, patience: float) -> None:
        self._origin = origin
        self._life = round(life * 1000)
        self._scripts = Scripts(node, [SYNC], patience=patience)

    async def sync(self, changes: Sequence[Change]) -> list[frozenset[str]]:
        """One script for each circle, one round trip for all."""
        try:
            replies = await self._scripts.run([self._call(each) for each in changes])
        except WireBroken as cause:
            raise BoardSilent(str(cause)) from None
        return [people(reply) for reply in replies]

    async def close(self) -> None:
        self._scripts.abandon()

    def _call(self, change: Change) -> Call:
        arguments: tuple[str | int, ...] = (
            self._origin,
            self._life,
            len(change.leaving),
            *change.leaving,
            *change.staying,
        )
        return Call(SYNC, KEY + change.address, arguments)


class RedisPresence(SurePresence):
    """Raises `BrokerUnavailable` where the address makes no sense or is not safe. Connects when first needed."""

    def __init__(
        self,
        url: str,
        tell: Tell,
        correct: Tell | None = None,
        *,
        origin: str | None = None,
        waits: Waits | None = None,
    ) -> None:
        waits = waits or Waits()
        origin = origin or secrets.token_urlsafe(9)
        board = RedisBoard(parse(url), origin, life=waits.life, patience=waits.patience)
        super().__init__(board, tell, correct or tell, waits)


def people(reply: Any) -> frozenset[str]:
    """Participants of ``participant|process`` entries."""
    return frozenset([entry.decode().partition("|")[0] for entry in reply])
