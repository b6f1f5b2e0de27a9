"""Scripts run on Redis where their keys live: many in one round trip to each node, all within a given time or not at all."""

import asyncio
from collections.abc import Sequence
from hashlib import sha1
from typing import Any, NamedTuple

from server.broker import BrokerUnavailable
from server.redis.layout import Layout, layout_seen_from
from server.redis.node import Node
from server.redis.wire import Command, Refused, Wire, WireBroken, broken

ELSEWHERE = ("MOVED", "ASK", "READONLY", "NOSCRIPT")
"""What a server answers that does not have the key or the script any more, or is not the primary any more."""


class Script:
    """A text in Redis's language, about one key. Run twice it must do no harm that matters."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.name = sha1(text.encode(), usedforsecurity=False).hexdigest()


class Call(NamedTuple):
    script: Script
    key: str
    arguments: tuple[str | int, ...]

    @property
    def command(self) -> Command:
        return ("EVALSHA", self.script.name, 1, self.key, *self.arguments)


class Scripts:
    """Used by one task. Connects when first needed; ``patience`` is in seconds."""

    def __init__(self, seed: Node, scripts: Sequence[Script], *, patience: float) -> None:
        self._seed = seed
        self._scripts = scripts
        self._patience = patience
        self._layout: Layout | None = None
        self._wires: dict[tuple[str, int], Wire] = {}

    async def run(self, calls: Sequence[Call]) -> list[Any]:
        """Replies in order. Raises `WireBroken` if any of them is not to be had; then some may have run."""
        try:
            async with asyncio.timeout(self._patience):
                try:
                    return await self._run(calls)
                except WireBroken as cause:
                    if str(cause) not in ELSEWHERE:
                        raise
                    self.abandon()
                    return await self._run(calls)
        except WireBroken:
            self.abandon()
            raise
        except (TimeoutError, BrokerUnavailable) as cause:
            self.abandon()
            raise WireBroken(type(cause).__name__) from None
        except BaseException:
            self.abandon()
            raise

    def abandon(self) -> None:
        """End all connections; the next `run` makes new ones."""
        for wire in self._wires.values():
            wire.abandon()
        self._wires.clear()
        self._layout = None

    async def _run(self, calls: Sequence[Call]) -> list[Any]:
        if self._layout is None:
            self._layout = await layout_seen_from(self._seed)
        by_place: dict[tuple[str, int], list[int]] = {}
        nodes: dict[tuple[str, int], Node] = {}
        for number, call in enumerate(calls):
            node = self._layout.node_of(call.key)
            nodes[node.place] = node
            by_place.setdefault(node.place, []).append(number)
        found: list[Any] = [None] * len(calls)
        for place, numbers in by_place.items():
            wire = await self._wire(nodes[place])
            for number, reply in zip(
                numbers, await wire.ask([calls[each].command for each in numbers], self._patience), strict=True
            ):
                if isinstance(reply, Refused):
                    raise broken(reply)
                found[number] = reply
        return found

    async def _wire(self, node: Node) -> Wire:
        wire = self._wires.get(node.place)
        if wire is None:
            wire = self._wires[node.place] = await Wire.open(node)
            for reply in await wire.ask([("SCRIPT", "LOAD", each.text) for each in self._scripts]):
                if isinstance(reply, Refused):
                    raise broken(reply)
        return wire
