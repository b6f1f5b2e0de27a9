"""The listening sockets: for one process, or for each of several on one port."""

import errno
import socket
import sys
import time
from collections.abc import Sequence

from server.settings import Settings

BACKLOG = 4096
BALANCED = sys.platform == "linux"
"""Whether the system spreads connections over sockets that share a port; elsewhere processes share one socket."""
LEFTOVERS = 4.0
"""Seconds for which a port that is taken is tried again."""
Address = tuple[socket.AddressFamily, str, int]


class CannotListen(Exception):
    """One plain sentence."""


def listen(settings: Settings) -> list[socket.socket]:
    """Listening sockets: this machine only, unless ``ORIGIN`` names an address for others."""
    hosts = ("127.0.0.1", "::1") if settings.loopback else ("::", "0.0.0.0")  # noqa: S104 - ORIGIN asks for it
    opened: list[socket.socket] = []
    port = settings.port
    for host in hosts:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            each = _socket(family)
        except OSError:
            continue
        try:
            each.bind((host, port))
            each.listen(BACKLOG)
        except OSError as error:
            each.close()
            taken = error.errno == errno.EADDRINUSE and (settings.port != 0 or not opened)
            if family == socket.AF_INET6 and not taken:
                # Not every machine has IPv6. But where a stranger has the port, "localhost" may lead to them.
                continue
            raise CannotListen(f"Port {port} cannot be used ({error.strerror}). Set PORT to another.") from None
        port = each.getsockname()[1]
        opened.append(each)
    if not opened:
        raise CannotListen("No network address could be opened.")
    return opened


class SharedPort:
    """Gives every process its own sockets on one port; a new set can be had for one whose process does not come back.

    A socket takes connections from the moment its process says so (`listen`), and keeps those that wait while that
    process is replaced by another. Where the system does not balance, all get the same sockets.
    """

    def __init__(self, settings: Settings) -> None:
        # Alone on the port first: sharing is only with oneself, not with whoever of this account came before.
        self._first = self._alone(settings)
        self._addresses: list[Address] = [(each.family, *each.getsockname()[:2]) for each in self._first]
        self.port: int = self._addresses[0][2]
        if BALANCED:
            close(self._first)

    def _alone(self, settings: Settings) -> list[socket.socket]:
        """Waits a little: what a killed supervisor has left running takes a moment to end."""
        until = time.monotonic() + LEFTOVERS
        while True:
            try:
                return listen(settings)
            except CannotListen:
                if time.monotonic() > until:
                    raise
            time.sleep(0.02)

    def sockets(self) -> list[socket.socket]:
        if not BALANCED:
            return self._first
        made: list[socket.socket] = []
        try:
            for family, host, port in self._addresses:
                each = _socket(family)
                made.append(each)
                each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                each.bind((host, port))
        except OSError as error:
            close(made)
            raise CannotListen(f"Port {self.port} cannot be used ({error.strerror}). Set PORT to another.") from None
        return made

    def renewed(self, old: Sequence[socket.socket]) -> list[socket.socket]:
        """Sockets for the next try of a process that ended before it listened; the others get its connections."""
        if not BALANCED:
            return self._first
        try:
            fresh = self.sockets()
        except (CannotListen, OSError):
            return list(old)
        close(old)
        return fresh


def close(sockets: Sequence[socket.socket]) -> None:
    for each in sockets:
        each.close()


def _socket(family: socket.AddressFamily) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    return made
