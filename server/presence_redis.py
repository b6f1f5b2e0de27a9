"""The board of presence in Redis: for each circle a sorted set of ``participant|process``, scored by when it ends.

A process that dies stops renewing its entries, and they end by themselves. Times are those of the Redis server, so that
wrong clocks elsewhere do no harm. Nothing else is kept there, and nothing is missing when it is gone.
"""

import asyncio
import secrets
from collections.abc import Sequence
from typing import Any

from server.broker import BrokerUnavailable
from server.presence_board import BoardSilent, Change, Waits
from server.presence_shared import SharedPresence, Tell
from server.redis_layout import Layout, layout_seen_from
from server.redis_node import Node, parse
from server.redis_wire import Command, Refused, Wire, WireBroken, broken

KEY = "peer_circles:here:"
ELSEWHERE = ("MOVED", "ASK", "READONLY", "NOSCRIPT")
"""What a server answers that does not have the key or the script any more, or is not the primary any more."""

SYNC = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local process, life, leaving = '|' .. ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
for i = 4, 3 + leaving do redis.call('ZREM', KEYS[1], ARGV[i] .. process) end
for i = 4 + leaving, #ARGV do redis.call('ZADD', KEYS[1], now + life, ARGV[i] .. process) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if #ARGV > 3 + leaving then redis.call('PEXPIRE', KEYS[1], life) end
return redis.call('ZRANGE', KEYS[1], 0, -1)
"""
"""One circle, in one step: what this process says, whose time is over, who is there."""


class RedisBoard:
    """Used by one task. ``life`` and ``patience`` are seconds."""

    def __init__(self, node: Node, origin: str, *, life: float, patience: float) -> None:
        self._seed = node
        self._origin = origin
        self._life = round(life * 1000)
        self._patience = patience
        self._layout: Layout | None = None
        self._wires: dict[tuple[str, int], tuple[Wire, bytes]] = {}

    async def sync(self, changes: Sequence[Change]) -> list[frozenset[str]]:
        try:
            async with asyncio.timeout(self._patience):
                try:
                    return await self._sync(changes)
                except WireBroken as cause:
                    if str(cause) not in ELSEWHERE:
                        raise
                    # Writing the same twice does no harm.
                    self._abandon()
                    return await self._sync(changes)
        except WireBroken as cause:
            self._abandon()
            raise BoardSilent(str(cause)) from None
        except (TimeoutError, BrokerUnavailable) as cause:
            self._abandon()
            raise BoardSilent(type(cause).__name__) from None
        except BaseException:
            self._abandon()
            raise

    async def close(self) -> None:
        self._abandon()

    async def _sync(self, changes: Sequence[Change]) -> list[frozenset[str]]:
        if self._layout is None:
            self._layout = await layout_seen_from(self._seed)
        by_node: dict[tuple[str, int], list[Change]] = {}
        for change in changes:
            by_node.setdefault(self._layout.node_of(KEY + change.address).place, []).append(change)
        found: dict[str, frozenset[str]] = {}
        for node in self._layout.nodes:
            here = by_node.get(node.place)
            if here:
                wire, script = await self._wire(node)
                replies = await wire.ask([self._command(script, each) for each in here], self._patience)
                found |= {each.address: people(reply) for each, reply in zip(here, replies, strict=True)}
        return [found[each.address] for each in changes]

    def _command(self, script: bytes, change: Change) -> Command:
        return (
            *("EVALSHA", script, 1, KEY + change.address, self._origin, self._life, len(change.leaving)),
            *change.leaving,
            *change.staying,
        )

    async def _wire(self, node: Node) -> tuple[Wire, bytes]:
        known = self._wires.get(node.place)
        if known is None:
            wire = await Wire.open(node)
            [script] = await wire.ask([("SCRIPT", "LOAD", SYNC)])
            if isinstance(script, Refused):
                wire.abandon()
                raise broken(script)
            known = self._wires[node.place] = wire, script
        return known

    def _abandon(self) -> None:
        for wire, _ in self._wires.values():
            wire.abandon()
        self._wires.clear()
        self._layout = None


class RedisPresence(SharedPresence):
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
    if isinstance(reply, Refused):
        raise broken(reply)
    return frozenset(entry.decode().partition("|")[0] for entry in reply)
