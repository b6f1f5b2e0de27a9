"""What a connection and its socket say to each other: ready frames out, whole messages in.

Server frames are unmasked, so one byte string made once serves every peer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

TEXT: Final = 0x81
ATTACH: Final = "peer_circles.attach"
"""Key of an `Attach` in the ASGI scope's `extensions`; absent where only plain ASGI is to be had."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one peer may cost. Sizes in bytes, times in seconds."""

    message: int = 64 * 1024
    """Largest message, also when it comes in fragments; beyond it the socket closes with 1009."""
    binary: bool = False
    """Binary messages are handed to the receiver's `received_binary`; else the socket closes with 1003."""
    frames: int = 200
    """Control and continuation frames in `frames_every`; beyond it the socket closes with 1008."""
    frames_every: float = 10.0
    high_water: int = 64 * 1024
    """More than this unsent: nothing more is read from the peer until `low_water` is reached."""
    low_water: int = 16 * 1024
    send_buffer: int = 128 * 1024
    """The kernel's share of what is unsent."""
    unacknowledged: float = 18.0
    """The kernel gives up a peer that acknowledges nothing for this long (where the platform can)."""
    stall: float = 9.5
    """Above the high-water mark and no byte taken for this long: aborted, a little before ten seconds."""
    close: float = 4.5
    """From the close frame to the abort, a little before five seconds."""
    drain: float = 15.0
    """From the server's shutdown to the abort of peers that the application has not closed."""


class Sink(Protocol):
    """One peer's outgoing side. Called on the loop's thread only; nothing here ever blocks."""

    def write(self, frames: bytes) -> None:
        """Send ready frames, one or several joined. Ignored after close or abort."""

    def hold(self) -> None:
        """Keep what is written until `release`, which comes in the same turn of the loop; then it leaves in one piece."""

    def release(self) -> None:
        """Send what was held. Harmless where nothing is."""

    def buffered(self) -> int:
        """Bytes that the kernel has not taken yet. More than the high-water mark: `drained` will follow, or `lost`."""

    def close(self, code: int, reason: str = "") -> None:
        """Send a close frame after what was written; abort if the peer does not answer within five seconds."""

    def abort(self) -> None:
        """End at once; what is unsent is dropped."""


class Receiver(Protocol):
    """What a connection implements. Called on the loop's thread, synchronously, and never from inside a call to its sink."""

    def received(self, message: bytes) -> None:
        """One whole text message, checked to be UTF-8, at most `Limits.message` bytes."""

    def clogged(self) -> None:
        """The unsent bytes passed the high-water mark: write nothing more until `drained`. Told a moment after."""

    def drained(self) -> None:
        """The unsent bytes fell to the low-water mark after they had passed the high-water mark."""

    def shown_out(self) -> None:
        """What it sent broke a rule or a bound, and the socket is about to be closed for it."""

    def lost(self) -> None:
        """The connection is gone, whoever ended it. Called exactly once, and nothing is called afterwards."""


class BinaryReceiver(Receiver, Protocol):
    """What `Limits.binary` asks for."""

    def received_binary(self, message: bytes) -> None:
        """One whole binary message, at most `Limits.message` bytes."""


class Attach(Protocol):
    """Takes a connection over from ASGI; the application calls it once, after `websocket.accept`, and returns.

    ``limits`` stand in place of the server's for this one connection.
    """

    def __call__(self, receiver: Receiver, limits: Limits | None = None) -> Sink: ...


def frame(payload: bytes) -> bytes:
    """One unmasked text frame around UTF-8, ready to write to any peer."""
    size = len(payload)
    if size < 126:
        return bytes((TEXT, size)) + payload
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


def payloads(frames: bytes) -> Iterator[bytes]:
    """The payloads of joined frames, in order: the inverse of `frame`.

    Raises ValueError where the bytes are not whole frames made by `frame`.
    """
    at = 0
    while at < len(frames):
        first, size = frames[at : at + 2].ljust(2, b"\0")
        at += 2
        if size > 125:
            extra = 2 if size == 126 else 8
            size = int.from_bytes(frames[at : at + extra], "big")
            at += extra
        if first != TEXT or at + size > len(frames):
            raise ValueError("not whole text frames")
        yield frames[at : at + size]
        at += size
