"""One connection to one Redis server, with a time limit on everything, and where in a cluster a key lives.

A connection that was interrupted in the middle of anything is thrown away: a reply that comes late must never be taken
for the answer to the next question. Nothing is tried twice here.
"""

import asyncio
import math
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Any, NamedTuple, cast

from redis.asyncio.connection import AbstractConnection, Connection, UnixDomainSocketConnection, parse_url
from redis.crc import key_slot
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError, ResponseError

from server.broker import BrokerUnavailable

CONNECT_WITHIN = 1.0
ANSWER_WITHIN = 1.0
"""Seconds."""

Command = tuple[str | bytes | int, ...]

NOT_AN_ADDRESS = "REDIS_URL is not a Redis address (redis://…, rediss://… or unix://…)."
OPEN_TO_ALL = "Redis on another machine must ask for a password or be reached by rediss://; see REDIS_URL."
REFUSED = "Redis refuses the name or password in REDIS_URL."
NOT_PERMITTED = "Redis does not permit this account what the server needs; check REDIS_URL."
NO_ANSWER = "Redis does not answer; check REDIS_URL and that it runs."
POOL_ONLY = ("max_connections", "timeout")
"""What an address may say to a connection pool; there is none here."""


class WireBroken(Exception):
    """The connection is of no more use. The text is a word on the cause; never an address, a secret or a payload."""

    def __init__(self, cause: str, sentence: str = NO_ANSWER) -> None:
        super().__init__(cause)
        self.sentence = sentence


class Node(NamedTuple):
    """A Redis server, and how to reach it."""

    kind: type[AbstractConnection]
    options: Mapping[str, Any]

    @property
    def place(self) -> tuple[str, int]:
        """Tells the nodes of a cluster apart."""
        return str(self.options.get("host", "")), int(self.options.get("port", 0))

    def at(self, host: str, port: int) -> "Node":
        """Another node of the same cluster, reached with the same secrets."""
        node = Node(self.kind, {**self.options, "host": host, "port": port})
        refuse_strangers(node)
        return node


def parse(url: str) -> Node:
    """Raises `BrokerUnavailable` where the address makes no sense or is not safe."""
    try:
        options: dict[str, Any] = dict(parse_url(url))
    except ValueError:
        raise BrokerUnavailable(NOT_AN_ADDRESS) from None
    kind = options.pop("connection_class", Connection)
    for name in POOL_ONLY:
        options.pop(name, None)
    if kind is not UnixDomainSocketConnection:
        options.setdefault("host", "localhost")
        options.setdefault("port", 6379)
    # The older protocol, because the library turns each message of the newer one into text for its debug log.
    options |= {
        "protocol": 2,
        "socket_timeout": None,
        "socket_connect_timeout": CONNECT_WITHIN,
        "driver_info": None,
    }
    node = Node(kind, options)
    try:
        kind(**options)
    except (TypeError, ValueError, RedisError):
        raise BrokerUnavailable(NOT_AN_ADDRESS) from None
    refuse_strangers(node)
    return node


def refuse_strangers(node: Node) -> None:
    """Words must not cross a network in the clear to a server that lets anybody in."""
    if node.kind is not Connection or node.options.get("password"):
        return
    host = str(node.options["host"])
    try:
        loopback = ip_address(host).is_loopback
    except ValueError:
        loopback = host.lower() == "localhost"
    if not loopback:
        raise BrokerUnavailable(OPEN_TO_ALL)


class Wire:
    """Used by one task at a time, or by one that reads and one that sends."""

    def __init__(self, connection: AbstractConnection) -> None:
        self._connection = connection
        self._whole = True

    @classmethod
    async def open(cls, node: Node) -> "Wire":
        """Raises `WireBroken` within a second."""
        wire = cls(node.kind(**node.options))
        try:
            async with asyncio.timeout(CONNECT_WITHIN):
                await cast(Any, wire._connection).connect()
        except (RedisError, OSError) as error:
            wire.abandon()
            raise broken(error) from None
        except BaseException:
            wire.abandon()
            raise
        return wire

    async def ask(self, commands: Sequence[Command], within: float = ANSWER_WITHIN) -> list[Any]:
        """All replies, in order; a refused command's is a `ResponseError`. One write, not one transaction."""
        try:
            async with asyncio.timeout(within):
                await self._write(commands)
                return [await self._reply() for _ in commands]
        except (RedisError, OSError) as error:
            self.abandon()
            raise broken(error) from None
        except BaseException:
            self.abandon()
            raise

    async def send(self, commands: Sequence[Command], within: float = ANSWER_WITHIN) -> None:
        """For a subscribed connection, where `read` gets what comes back."""
        try:
            async with asyncio.timeout(within):
                await self._write(commands)
        except (RedisError, OSError) as error:
            self.abandon()
            raise broken(error) from None
        except BaseException:
            self.abandon()
            raise

    async def read(self) -> Any:
        """The next thing Redis says, whenever that is. The caller limits the wait."""
        try:
            reply = await self._reply()
        except (RedisError, OSError) as error:
            self.abandon()
            raise broken(error) from None
        except BaseException:
            self.abandon()
            raise
        if isinstance(reply, ResponseError):
            self.abandon()
            raise broken(reply)
        return reply

    def abandon(self) -> None:
        """End at once; what is unsent is dropped. Harmless when done twice."""
        self._whole = False
        writer = self._connection._writer
        if writer is not None:
            # A mere close would wait for a server that hangs to take what is unsent.
            writer.transport.abort()
            self._connection._writer = None
            self._connection._reader = None

    async def _write(self, commands: Sequence[Command]) -> None:
        if not self._whole:
            raise WireBroken("abandoned")  # the library would connect anew, and nobody would know of the gap
        packed = self._connection.pack_commands(commands)
        await self._connection.send_packed_command(packed, check_health=False)

    async def _reply(self) -> Any:
        try:
            return await self._connection.read_response(timeout=math.inf)
        except ResponseError as refused:
            return refused


def broken(error: Exception) -> WireBroken:
    sentence = NO_ANSWER
    if isinstance(error, AuthenticationError):
        sentence = REFUSED
    elif isinstance(error, NoPermissionError):
        sentence = NOT_PERMITTED
    return WireBroken(type(error).__name__, sentence)


class Layout(NamedTuple):
    """Where keys and channels live: on one server, or spread over a cluster by slot."""

    sharded: bool
    ranges: tuple[tuple[int, int, Node], ...]

    @property
    def nodes(self) -> list[Node]:
        return list({node.place: node for _, _, node in self.ranges}.values())

    def node_of(self, key: str) -> Node:
        """Raises `WireBroken` while no node of the cluster holds the key's slot."""
        if not self.sharded:
            return self.ranges[0][2]
        slot = key_slot(key.encode())
        for first, last, node in self.ranges:
            if first <= slot <= last:
                return node
        raise WireBroken("slot without a node")


async def layout_seen_from(seed: Node) -> Layout:
    """Ask a server for the whole it belongs to. Raises `WireBroken`, or `BrokerUnavailable` for an unsafe cluster."""
    wire = await Wire.open(seed)
    try:
        [info] = await wire.ask([("INFO", "cluster")])
        if isinstance(info, ResponseError):
            raise broken(info)
        if b"cluster_enabled:1" not in info:
            return Layout(False, ((0, 16383, seed),))
        [slots] = await wire.ask([("CLUSTER", "SLOTS")])
        if isinstance(slots, ResponseError):
            raise broken(slots)
    finally:
        wire.abandon()
    ranges = []
    for first, last, (host, port, *_), *_replicas in cast(list[Any], slots):
        # A node that knows no address of its own stands for the one that was asked.
        ranges.append((int(first), int(last), seed.at(host.decode() if host else seed.place[0], int(port))))
    return Layout(True, tuple(ranges))
