"""Frames ready for everybody: an event encoded once, and what of it others must know without decoding it."""

from collections.abc import Sequence
from typing import Any

from rooms.history import Found
from rooms.wire_events import ParticipantLeft, Quiet, WordsFaded
from rooms.work import EVERYBODY
from server.broker import Prepared
from server.frames import frame
from server.protocol import EventFrame, ResetFrame, encode


def prepare(address: str, epoch: str, seq: int, event: Any, target: int | None, ends: str | None) -> Prepared:
    """Encode an event once, for everybody."""
    bare = None
    if target is not None:
        bare = frame(encode(EventFrame(address, seq, Quiet())))
    clears = event.floor if isinstance(event, WordsFaded) else target or 0
    return Prepared(address, epoch, seq, frame(encode(EventFrame(address, seq, event))), bare, target, ends, clears)


def prepared(address: str, epoch: str, found: Sequence[Found]) -> list[Prepared]:
    """The same for what was read back from a log."""
    return [prepare(address, epoch, each.seq, each.event, each.target, ends_of(each)) for each in found]


def ends_of(found: Found) -> str | None:
    """Whose reading ends with this event, read back from the log: a participant's, or `EVERYBODY`'s."""
    match found.event:
        case ParticipantLeft(participant=participant):
            return str(participant)
        case WordsFaded(over=True):
            return EVERYBODY
        case _:
            return None


def reset_frame(address: str, reason: Any) -> bytes:
    return frame(encode(ResetFrame(address, reason)))
