"""One WebSocket after its handshake: the transport's protocol and the application's sink, in one small object."""

import asyncio
from typing import Final, cast

from websockets.exceptions import ProtocolError
from websockets.frames import Close, CloseCode

from server.frame_reader import BINARY, CLOSE, PING, PONG, TEXT, Fault, FrameReader
from server.frames import BinaryReceiver, Limits, Receiver
from server.outgoing import Outgoing

OPEN: Final = 0
CLOSING: Final = 1
"""Our close frame is sent and the peer's is awaited."""
CLOSED: Final = 2
"""Nothing the peer sends matters any more."""


class Peer(Outgoing, asyncio.Protocol):
    """A `Sink` for the application and the source of its `Receiver`'s calls.

    An idle one holds no task, queue, timer, scope or header. Reading stops while too much is unsent, so that nobody is
    answered faster than they read.
    """

    __slots__ = (
        "_connections",
        "_full",
        "_limits",
        "_reader",
        "_receiver",
        "_since",
        "_spent",
        "_state",
        "_timer",
    )

    def __init__(
        self, transport: asyncio.Transport, receiver: Receiver, connections: set[object], limits: Limits
    ) -> None:
        super().__init__(transport)
        self._receiver: Receiver | None = receiver
        self._connections = connections
        self._limits = limits
        self._reader = FrameReader(limits.message, binary=limits.binary)
        self._state = OPEN
        self._full = False  # above the high-water mark
        self._spent = 0  # frames counted since `_since`
        self._since = float("-inf")
        self._timer: asyncio.TimerHandle | None = None  # the one thing being waited for: a stall or the end
        connections.add(self)

    # The sink, beside what `Outgoing` does

    def close(self, code: int, reason: str = "") -> None:
        if self._state != OPEN:
            return
        self.release()
        self._turn(CLOSING)
        text = reason.encode()[:123].decode(errors="ignore")
        self._control(CLOSE, Close(code, text).serialize())
        self._await_end()
        if self._full:  # the peer's own close frame may be among what was not looked at
            asyncio.get_running_loop().call_soon(self._read)

    def abort(self) -> None:
        self._turn(CLOSED)
        self._transport.abort()

    # The transport's calls

    def data_received(self, data: bytes) -> None:
        if self._state != CLOSED:
            self._reader.feed(data)
            self._read()

    def eof_received(self) -> None:
        if self._state == OPEN:
            self._await_end()
        self._turn(CLOSED)

    def pause_writing(self) -> None:
        self._full = True
        if self._state == OPEN:
            asyncio.get_running_loop().call_soon(self._tell_clogged)
            self._transport.pause_reading()
            self._wait(self._limits.stall, self.buffered())

    def _tell_clogged(self) -> None:
        if self._full and self._state == OPEN and self._receiver is not None:
            self._receiver.clogged()

    def resume_writing(self) -> None:
        self._full = False
        if self._state != OPEN:
            return
        self._stop_waiting()
        if self._receiver is not None:
            self._receiver.drained()
        self._read()
        if not self._full:
            self._transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        self._turn(CLOSED)
        self._let_go()
        self._stop_waiting()
        self._connections.discard(self)
        receiver, self._receiver = self._receiver, None
        if receiver is not None:
            receiver.lost()

    def shutdown(self) -> None:
        """uvicorn is leaving. When and how each peer is told is the application's to decide, within `Limits.drain`."""
        if self._state == OPEN:
            asyncio.get_running_loop().call_later(self._limits.drain, self.abort)

    # Reading

    def _read(self) -> None:
        try:
            while self._state == CLOSING or (self._state == OPEN and not self._full):
                part = self._reader.next()
                if part is None:
                    return
                self._take(*part)
        except Fault as fault:
            if self._state == OPEN and self._receiver is not None:
                self._receiver.shown_out()
            self._end_with(Close(fault.code, "").serialize())

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == CLOSE:
            check_close(payload)
            self._end_with(payload)
        elif self._state == OPEN:
            if opcode == TEXT:
                assert self._receiver is not None
                self._receiver.received(payload)
                return
            if opcode == BINARY:
                cast(BinaryReceiver, self._receiver).received_binary(payload)
                return
            self._spend()
            if opcode == PING:
                self._control(PONG, payload)

    def _spend(self) -> None:
        """Count a frame that brings no message of its own; messages are counted by the connection."""
        now = asyncio.get_running_loop().time()
        if now - self._since >= self._limits.frames_every:
            self._since, self._spent = now, 0
        self._spent += 1
        if self._spent > self._limits.frames:
            raise Fault(CloseCode.POLICY_VIOLATION)

    # Ending

    def _end_with(self, close: bytes) -> None:
        """Both sides are done: answer with a close frame unless one was sent, and let the peer go first.

        Only the outgoing half is closed; closing over unread bytes would reset the connection, and the close frame
        would be lost with it.
        """
        if self._state == OPEN:
            self._control(CLOSE, close)
            self._await_end()
        self._turn(CLOSED)
        self._reader = FrameReader(0)
        if self._transport.is_closing():
            return
        if self._transport.can_write_eof():
            self._transport.write_eof()
        else:
            self._transport.close()

    def _control(self, opcode: int, payload: bytes) -> None:
        self._to_transport(bytes((0x80 | opcode, len(payload))) + payload)

    def _turn(self, state: int) -> None:
        self._state = state
        self._stop()

    def _await_end(self) -> None:
        self._wait(self._limits.close)
        if self._full:  # for the peer's close frame or the end of its stream; nothing is answered any more
            self._transport.resume_reading()

    def _wait(self, seconds: float, unsent: int = 0) -> None:
        self._stop_waiting()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._waited, unsent)

    def _waited(self, unsent: int) -> None:
        """Time is up: abort, unless the wait is for a peer that reads slowly and has taken something meanwhile."""
        if self._state == OPEN and (now := self.buffered()) < unsent:
            self._wait(self._limits.stall, now)
        else:
            self.abort()

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def check_close(payload: bytes) -> None:
    """Refuse a close frame with a code or reason that may not be sent. Raises Fault."""
    try:
        Close.parse(payload)
    except ProtocolError as error:
        raise Fault(CloseCode.PROTOCOL_ERROR) from error
    except UnicodeDecodeError as error:
        raise Fault(CloseCode.INVALID_DATA) from error
