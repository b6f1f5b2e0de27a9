"""Options of a TCP socket: what may lie unsent, and for how long nobody acknowledges it."""

import asyncio
import contextlib
import socket

from server.frames import Limits

Option = tuple[int, int, int]
"""Level, name, value."""


def bound_buffers(transport: asyncio.Transport, limits: Limits) -> None:
    """Bound what may lie unsent, here and in the kernel, and for how long nobody acknowledges it."""
    transport.set_write_buffer_limits(high=limits.high_water, low=limits.low_water)
    set_options(
        transport,
        (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
        (socket.SOL_SOCKET, socket.SO_SNDBUF, limits.send_buffer),
        *bound_unacknowledged(limits.unacknowledged),
    )


def bound_unacknowledged(seconds: float) -> tuple[Option, ...]:
    """The option for how long what was sent may stay unacknowledged, where the system has one."""
    if not hasattr(socket, "TCP_USER_TIMEOUT"):
        return ()
    return ((socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(seconds * 1000)),)


def set_options(transport: asyncio.Transport, *options: Option) -> None:
    """Set options of a TCP socket; other sockets are left alone."""
    own = transport.get_extra_info("socket")
    if own is None or own.family not in (socket.AF_INET, socket.AF_INET6):
        return
    with contextlib.suppress(OSError):  # gone in this moment: the transport finds out by itself
        # The event loop's own stand-in makes a socket of every call, and asks the system what kind it is.
        straight = socket.SocketType(own.family, socket.SOCK_STREAM, 0, own.fileno())
        try:
            for option in options:
                straight.setsockopt(*option)
        finally:
            straight.detach()
