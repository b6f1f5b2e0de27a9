"""Which network somebody comes from: a keyed hash of the address's prefix, never the address."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from starlette.requests import HTTPConnection

from server.keys import Keys
from server.settings import Settings

Address = IPv4Address | IPv6Address
PREFIX: Final = {4: 24, 6: 64}
"""What one household, one shelter or one phone usually shares."""


def network_of(connection: HTTPConnection, settings: Settings, keys: Keys) -> str:
    """22 characters that stand for the /24 or /64 the connection comes from."""
    return keys.mark("network", prefix(address_of(connection, settings.trusted_proxies)))


def shared_entrance(connection: HTTPConnection, settings: Settings, keys: Keys) -> str | None:
    """`network_of`, for telling who came by the same way; None on the server's own machine, which tells nothing."""
    address = address_of(connection, settings.trusted_proxies)
    return None if address is None or address.is_loopback else keys.mark("network", prefix(address))


def address_of(connection: HTTPConnection, trusted: tuple[str, ...]) -> Address | None:
    """The address of whoever speaks: the peer, or, behind ``trusted`` proxies, the last one they did not vouch for.

    None for a Unix socket.
    """
    client = connection.scope.get("client")
    peer = _address(client[0]) if client is not None else None
    proxies = _addresses(trusted)
    if peer is None or peer not in proxies:
        return peer
    said = [part for value in connection.headers.getlist("x-forwarded-for") for part in value.split(",")]
    for part in reversed(said):
        address = _address(part)
        if address is None:
            # Everything left of it was written by somebody who is not trusted.
            return peer
        if address not in proxies:
            return address
    return peer


def prefix(address: Address | None) -> str:
    """The network's own notation, e.g. ``198.51.100.0/24``."""
    if address is None:
        return "local"
    length = PREFIX[address.version]
    own = address.max_prefixlen - length
    return f"{type(address)(int(address) >> own << own)}/{length}"


@lru_cache(maxsize=8)
def _addresses(texts: tuple[str, ...]) -> frozenset[Address | None]:
    """What the settings name; nobody else's address is kept."""
    return frozenset(_address(each) for each in texts)


def _address(text: str) -> Address | None:
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
