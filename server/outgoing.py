"""One socket's outgoing side: straight to the kernel while nothing lies in the transport, and through the transport else."""

import asyncio
import socket
from collections.abc import Callable


class Outgoing:
    """``transport`` stays the owner of its descriptor; `_let_go` must be called before the transport closes it."""

    __slots__ = ("_held", "_send", "_socket", "_stopped", "_transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._stopped = False
        self._held: list[bytes] | None = None  # kept for `release`, in the order written
        self._socket: socket.SocketType | None = None
        self._send: Callable[[bytes], int] | None = None  # set while nothing may be overtaken and nothing is held

    def write(self, frames: bytes) -> None:
        if self._send is None:
            self._write_behind(frames)
            return
        try:
            sent = self._send(frames)
        except OSError:  # the kernel takes nothing now, or the transport finds out by itself what is wrong
            sent = 0
        if sent < len(frames):
            self._to_transport(frames[sent:])

    def hold(self) -> None:
        if self._held is None:
            self._held = []
            self._send = None

    def release(self) -> None:
        held, self._held = self._held, None
        if held:
            self.write(held[0] if len(held) == 1 else b"".join(held))

    def buffered(self) -> int:
        return self._transport.get_write_buffer_size()

    def _write_behind(self, frames: bytes) -> None:
        """To the transport, unless it has sent all it had, so that the straight way is free again."""
        if self._stopped:
            return
        if self._held is not None:
            self._held.append(frames)
        elif self.buffered() or not self._straight():
            self._transport.write(frames)
        else:
            self.write(frames)

    def _straight(self) -> bool:
        """Open the way around the transport, which costs a tenth of a delivery. False where there is none."""
        if self._socket is None:
            if self._transport.is_closing() or self._transport.get_extra_info("sslcontext") is not None:
                return False
            own = self._transport.get_extra_info("socket")
            try:
                self._socket = socket.SocketType(own.family, socket.SOCK_STREAM, 0, own.fileno())
            except OSError:  # reset already, as some systems tell at once; the transport is about to find out
                return False
        self._send = self._socket.send
        return True

    def _to_transport(self, data: bytes) -> None:
        """What goes this way is not overtaken by what is written later, and overtakes nothing that is held."""
        self.release()
        self._send = None
        self._transport.write(data)

    def _stop(self) -> None:
        """From now on what is written is ignored, and what is held forgotten."""
        self._stopped = True
        self._held = None
        self._send = None

    def _let_go(self) -> None:
        """The transport is about to close its descriptor, which may soon be somebody else's."""
        self._stop()
        if self._socket is not None:
            self._socket.detach()
            self._socket = None
