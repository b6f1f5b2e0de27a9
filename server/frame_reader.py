"""What a client sends on a WebSocket, parsed frame by frame (RFC 6455, section 5); no I/O.

Written here rather than taken from the websockets library because a peer must be stoppable in the middle of a read: a
quarter of a megabyte holds forty thousand pings, and all of them would be answered before anything could refuse them.
"""

import codecs
from typing import Final

from websockets.frames import CloseCode

try:
    from websockets.speedups import apply_mask
except ImportError:  # the library is installed without its extension
    from websockets.utils import apply_mask

CONTINUATION: Final = 0x0
TEXT: Final = 0x1
BINARY: Final = 0x2
CLOSE: Final = 0x8
PING: Final = 0x9
PONG: Final = 0xA
CONTROL: Final = (CLOSE, PING, PONG)

new_decoder = codecs.getincrementaldecoder("utf-8")


class Fault(Exception):
    """The peer broke a rule; the connection fails with this close code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class FrameReader:
    """Bytes in, whole messages and control frames out, in the order of the wire.

    `most` is the largest message in bytes, over all its fragments; without `binary`, binary messages are refused with
    1003. At most one message and one read are held.
    """

    __slots__ = ("_at", "_binary", "_data", "_decoder", "_kind", "_most", "_need", "_parts", "_seen", "_size")

    def __init__(self, most: int, *, binary: bool = False) -> None:
        self._most = most
        self._binary = binary
        self._data: bytes | bytearray = b""
        self._at = 0  # what lies before is done with
        self._need = 0  # bytes from `_at` before it is worth another look
        self._seen = 0  # bytes of an unfinished frame's payload that are known to be text so far
        self._kind = 0  # TEXT or BINARY from the first fragment of a message to the last
        self._parts: list[bytes] | None = None
        self._size = 0  # of `_parts`
        self._decoder: codecs.IncrementalDecoder | None = None  # of a text that is not whole yet

    @property
    def empty(self) -> bool:
        """Nothing is held: between two messages, and between two reads."""
        return not self._data and not self._kind

    def feed(self, data: bytes) -> None:
        """Add what was read."""
        if not self._data:
            self._data = data
            return
        if not isinstance(self._data, bytearray):
            self._data = bytearray(self._data)
        self._data += data

    def next(self) -> tuple[int, bytes] | None:
        """The next (TEXT | BINARY, message), (CLOSE | PING | PONG, payload), or (CONTINUATION, b"") for a fragment that
        ends no message.

        None while more bytes are needed. Raises Fault; nothing may be asked after that.
        """
        data, at = self._data, self._at
        if len(data) - at < self._need or (head := self._head(data, at)) is None:
            if at:
                self._data, self._at = data[at:], 0
            return None
        first, start, size = head
        payload = apply_mask(data[start : start + size], data[start - 4 : start])
        self._at = start + size
        self._need = 0
        if self._at == len(data):
            self._data, self._at = b"", 0
        opcode, final = first & 0x0F, first & 0x80 != 0
        if opcode in CONTROL:
            return opcode, payload
        if final and opcode and not self._seen:
            if opcode == TEXT and not payload.isascii():
                check_utf8(new_decoder(), payload, final=True)
            return opcode, payload
        return self._fragment(opcode, payload, final=final)

    def _head(self, data: bytes | bytearray, at: int) -> tuple[int, int, int] | None:
        """First byte, start of the payload and its size; None while the frame is not whole.

        Everything that can be refused is refused here, before the rest of its payload is waited for.
        """
        self._need = 2
        if len(data) < at + 2:
            return None
        first, size = data[at], data[at + 1] & 0x7F
        self._check_head(first, data[at + 1])
        extra = 2 if size == 126 else 8 if size == 127 else 0
        if extra:
            self._need = 2 + extra
            if len(data) < at + self._need:
                return None
            size = int.from_bytes(data[at + 2 : at + 2 + extra], "big")
            if size < (126 if extra == 2 else 65_536) or size >> 63:
                raise Fault(CloseCode.PROTOCOL_ERROR)  # a length has one form, the shortest
        if self._size + size > self._most and first & 0x0F not in CONTROL:
            raise Fault(CloseCode.MESSAGE_TOO_BIG)
        start = at + 6 + extra
        if len(data) - start >= size:
            return first, start, size
        self._need = 6 + extra + size
        if first & 0x0F == TEXT or (first & 0x0F == CONTINUATION and self._kind == TEXT):
            self._check_part(data, start)
        return None

    def _check_head(self, first: int, second: int) -> None:
        opcode = first & 0x0F
        if first & 0x70 or not second & 0x80:  # no extension is ever negotiated, and clients mask
            raise Fault(CloseCode.PROTOCOL_ERROR)
        if opcode in CONTROL:
            if not first & 0x80 or second & 0x7F > 125:
                raise Fault(CloseCode.PROTOCOL_ERROR)
        elif opcode > BINARY or (opcode == CONTINUATION) != (self._kind != 0):
            raise Fault(CloseCode.PROTOCOL_ERROR)
        elif opcode == BINARY and not self._binary:
            raise Fault(CloseCode.UNSUPPORTED_DATA)

    def _check_part(self, data: bytes | bytearray, start: int) -> None:
        """Refuse a text at the first byte that cannot be in one, not only when its frame is whole."""
        seen = len(data) - start
        if seen > self._seen:
            mask, turn = data[start - 4 : start], self._seen % 4
            part = apply_mask(data[start + self._seen :], mask[turn:] + mask[:turn])
            self._decoder = self._decoder or new_decoder()
            check_utf8(self._decoder, part, final=False)
            self._seen = seen
        self._need = start - self._at + (seen + 1 if seen >= 0 else 0)

    def _fragment(self, opcode: int, payload: bytes, *, final: bool) -> tuple[int, bytes]:
        """A frame of a message that came in several, or in several reads."""
        kind = self._kind = self._kind or opcode
        if kind == TEXT:
            self._decoder = self._decoder or new_decoder()
            check_utf8(self._decoder, payload[self._seen :] if self._seen else payload, final=final)
            self._seen = 0
        if payload:
            self._parts = [] if self._parts is None else self._parts
            self._parts.append(payload)
            self._size += len(payload)
        if not final:
            return CONTINUATION, b""
        message = b"".join(self._parts or ())
        self._parts, self._size, self._decoder, self._kind = None, 0, None, 0
        return kind, message


def check_utf8(decoder: codecs.IncrementalDecoder, payload: bytes, *, final: bool) -> None:
    """Refuse a message at the fragment that makes it invalid. Raises Fault."""
    try:
        decoder.decode(payload, final)
    except UnicodeDecodeError as error:
        raise Fault(CloseCode.INVALID_DATA) from error
