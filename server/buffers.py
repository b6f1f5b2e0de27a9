"""Options of a TCP socket: what may lie unsent, and for how long nobody acknowledges it."""

import asyncio
import contextlib
import socket

from server.frames import Limits


def bound_buffers(transport: asyncio.Transport, limits: Limits) -> None:
    """Bound what may lie unsent, here and in the kernel, and for how long nobody acknowledges it."""
    transport.set_write_buffer_limits(high=limits.high_water, low=limits.low_water)
    set_option(transport, socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    set_option(transport, socket.SOL_SOCKET, socket.SO_SNDBUF, limits.send_buffer)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        set_option(transport, socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(limits.unacknowledged * 1000))


def set_option(transport: asyncio.Transport, level: int, name: int, value: int) -> None:
    """Set an option of a TCP socket; other sockets are left alone."""
    own = transport.get_extra_info("socket")
    if own is not None and own.family in (socket.AF_INET, socket.AF_INET6):
        with contextlib.suppress(OSError):  # gone in this moment: the transport finds out by itself
            own.setsockopt(level, name, value)
