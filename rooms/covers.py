"""How a message is covered for everybody: folded behind a line that opens, held or withheld without its words.

Covering never alters the words. Who decided it is for the moderation package; here is only what the circle sees.
"""

from typing import Any

import msgspec

from rooms.log import append
from rooms.models import Circle, EventRow
from rooms.wire import Event
from rooms.wire_messages import Cover, MessageFolded, MessageHeld, MessageUnfolded, MessageWithheld
from rooms.work import Work

WORDLESS: tuple[Cover, ...] = ("held", "withheld")
"""Covers under which the words are sent to nobody."""
AS_IT_STANDS = ""
"""In place of a body in a stored event: to be read back with the words as they are then."""


def fold(work: Work, circle: Circle, row: EventRow, until: int | None, reason: str | None = None) -> None:
    again = _words_again(row)
    _cover(work, row, "folded", until, reason)
    _about(work, circle, row, MessageFolded(target=row.seq, until=until, reason=reason), again)


def hold(work: Work, circle: Circle, row: EventRow, until: int, reason: str) -> None:
    _cover(work, row, "held", until, reason)
    _about(work, circle, row, MessageHeld(target=row.seq, until=until, reason=reason), None)


def withhold(work: Work, circle: Circle, row: EventRow, reason: str, until: int | None = None) -> None:
    _cover(work, row, "withheld", until, reason)
    _about(work, circle, row, MessageWithheld(target=row.seq, reason=reason, until=until), None)


def uncover(work: Work, circle: Circle, row: EventRow) -> None:
    """It stands as it was; harmless where nothing covers it."""
    if row.cover is None:
        return
    again = _words_again(row)
    clear(row)
    work.db.add(row)
    work.db.flush()
    _about(work, circle, row, MessageUnfolded(target=row.seq), again)


def clear(row: EventRow) -> None:
    """Forget the cover of words that are gone or new; the caller writes and tells."""
    row.cover = row.covered_until = row.cover_reason = None


def shown(row: Any) -> str | None:
    """The words as the circle may have them now, of an `EventRow` or a row with its ``body`` and ``cover``."""
    return None if row.cover in WORDLESS else row.body


def _words_again(row: EventRow) -> str | None:
    """The words, where they were not sent while the message was covered."""
    return row.body if row.cover in WORDLESS else None


def _cover(work: Work, row: EventRow, cover: Cover, until: int | None, reason: str | None) -> None:
    row.cover, row.covered_until, row.cover_reason = cover, until, reason
    work.db.add(row)
    work.db.flush()


def _about(work: Work, circle: Circle, row: EventRow, event: Event, words: str | None) -> None:
    told = kept = event
    if words is not None:
        told, kept = (msgspec.structs.replace(event, body=body) for body in (words, AS_IT_STANDS))
    append(work, circle.log_id, told, target=row.seq, stored=kept)
