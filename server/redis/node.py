"""A Redis server's address: how it is reached, and whether it is safe to send words there."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, NamedTuple

from redis.asyncio.connection import (
    AbstractConnection,
    Connection,
    SSLConnection,
    UnixDomainSocketConnection,
    parse_url,
)
from redis.exceptions import RedisError

from server.broker import BrokerUnavailable

CONNECT_WITHIN = 1.0
"""Seconds."""

NOT_AN_ADDRESS = "REDIS_URL is not a Redis address (redis://…, rediss://… or unix://…)."
OPEN_TO_ALL = "Redis on another machine must ask for a password or be reached by rediss://; see REDIS_URL."
POOL_ONLY = ("max_connections", "timeout")
"""What an address may say to a connection pool; there is none here."""


class Node(NamedTuple):
    """A Redis server, and how to reach it."""

    kind: type[AbstractConnection]
    options: Mapping[str, Any]

    @property
    def place(self) -> tuple[str, int]:
        """Tells the nodes of a cluster apart."""
        return str(self.options.get("host", "")), int(self.options.get("port", 0))

    def at(self, host: str, port: int) -> "Node":
        """Another node of the same cluster or family, reached with the same secrets."""
        kind, options = self.kind, {**self.options, "host": host, "port": port}
        if options.pop("path", None) is not None:
            kind = Connection
        node = Node(kind, options)
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
    if node.kind in (SSLConnection, UnixDomainSocketConnection) or node.options.get("password"):
        return
    host = str(node.options["host"])
    try:
        loopback = ip_address(host).is_loopback
    except ValueError:
        loopback = host.lower() == "localhost"
    if not loopback:
        raise BrokerUnavailable(OPEN_TO_ALL)
