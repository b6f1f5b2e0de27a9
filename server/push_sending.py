"""One empty message to one browser, over the only way that leads out of here: https to a listed host at a public address.

RFC 8030 (push), RFC 8292 (who sends it). There is nothing in it: that it came is all it says.
"""

import asyncio
import ssl
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

import h11

WITHIN = 10.0
"""Seconds for one message, from looking the host up to the first line of the answer."""
KEPT_FOR = 3_600
"""Seconds for which a browser that cannot be reached is told later; after that it would be old news."""
ANSWER_MOST = 16_384
"""Bytes of an answer that are read."""
ENDPOINT_MOST = 1_024
GONE: Final = (404, 410)


class NotSent(Exception):
    """Why, as one word that holds nothing of anybody: ``address``, ``host``, ``private``, ``unreachable``, ``answer``."""


def checked(endpoint: str, hosts: Iterable[str], *, loopback: bool = False) -> SplitResult:
    """The address taken apart, if it is one that messages may be sent to. Raises `NotSent`.

    ``hosts`` are names that match themselves and what ends with them. ``loopback``: any port, for tests.
    """
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        raise NotSent("address") from None
    plain = len(endpoint) <= ENDPOINT_MOST and endpoint.isascii() and endpoint.isprintable() and " " not in endpoint
    if not plain or parts.scheme != "https" or "@" in parts.netloc or (port not in (None, 443) and not loopback):
        raise NotSent("address")
    host = parts.hostname or ""
    if not any(host == each or host.endswith(f".{each}") for each in hosts):
        raise NotSent("host")
    return parts


class Sender:
    """Sends; knows which hosts it may. ``loopback``: this machine may be one of them, for tests."""

    def __init__(self, hosts: Iterable[str], *, loopback: bool = False) -> None:
        self.hosts = tuple(hosts)
        self.loopback = loopback
        self._tls: ssl.SSLContext | None = None

    async def send(self, endpoint: str, authorization: str) -> int:
        """The status of the answer, wherever it would lead. Raises `NotSent`."""
        parts = checked(endpoint, self.hosts, loopback=self.loopback)
        try:
            async with asyncio.timeout(WITHIN):
                return await self._ask(parts, authorization)
        except (OSError, TimeoutError, EOFError):
            raise NotSent("unreachable") from None
        except h11.ProtocolError:
            raise NotSent("answer") from None

    async def _ask(self, parts: SplitResult, authorization: str) -> int:
        host, port = parts.hostname or "", parts.port or 443
        address = await self._address(host, port)
        if self._tls is None:
            self._tls = await asyncio.to_thread(ssl.create_default_context)
        # To the very address that was looked at: looked up anew, the name could mean another.
        reader, writer = await asyncio.open_connection(
            address, port, ssl=self._tls, server_hostname=host, limit=ANSWER_MOST
        )
        try:
            wire = h11.Connection(h11.CLIENT, max_incomplete_event_size=ANSWER_MOST)
            headers = [
                ("Host", parts.netloc), ("TTL", str(KEPT_FOR)), ("Urgency", "normal"), ("Topic", "opened"),
                ("Content-Length", "0"), ("Authorization", authorization), ("Connection", "close"),
            ]  # fmt: skip
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            asked = h11.Request(method="POST", target=target, headers=headers)
            writer.write((wire.send(asked) or b"") + (wire.send(h11.EndOfMessage()) or b""))
            await writer.drain()
            while True:
                event = wire.next_event()
                if isinstance(event, h11.Response):
                    return event.status_code
                if event is h11.NEED_DATA:
                    wire.receive_data(await reader.read(ANSWER_MOST))
                elif isinstance(event, h11.ConnectionClosed):
                    raise NotSent("answer")
        finally:
            # Nothing more of the answer is of use.
            writer.transport.abort()

    async def _address(self, host: str, port: int) -> str:
        """One public address of the host. A name that also leads somewhere else is not asked at all."""
        found = await asyncio.get_running_loop().getaddrinfo(host, port, proto=6)
        addresses = [str(each[4][0]) for each in found]
        if not addresses or not all(_public(each) or (self.loopback and _here(each)) for each in addresses):
            raise NotSent("private")
        return addresses[0]


def _here(address: str) -> bool:
    return ip_address(address).is_loopback


def _public(address: str) -> bool:
    judged = ip_address(address.partition("%")[0])
    mapped = getattr(judged, "ipv4_mapped", None) or judged
    return bool(mapped.is_global and not mapped.is_multicast)
