"""What a writer may still read of their own words while the circle is not sent them.

An event of a circle is the same for everybody, so it cannot say more to its writer than to others: their own words come
beside the events, in the answer to whoever asks for them.
"""

from collections.abc import Collection

from sqlalchemy import Connection
from sqlmodel import col, select

from moderation.models import CaseMessageRow, CaseRow
from moderation.wire import OwnWords
from rooms import bulk
from rooms.covers import WORDLESS
from rooms.history import PAGE_BYTES, Reader
from rooms.models import EventRow

_HAVE_CASES = bulk.both("SELECT DISTINCT c.author_id FROM {texts} CROSS JOIN flag_case AS c WHERE c.author_id = j.a")


def have_cases(conn: Connection, participants: Collection[str]) -> set[str]:
    """Of these participants, those whose words are or were in a case: for all others `covered` is empty."""
    return {row[0] for row in bulk.of_texts(conn, _HAVE_CASES, participants)}


def covered(conn: Connection, reader: Reader, first: int, last: int) -> tuple[OwnWords, ...]:
    """The reader's own held and withheld messages in ``[first, last]``, in order; the newest, up to `PAGE_BYTES`.

    Found by the cases of their writer, so that it costs nothing where there are none.
    """
    of_mine = (
        select(EventRow.seq, EventRow.body)
        .join(
            CaseMessageRow,
            (col(CaseMessageRow.log_id) == col(EventRow.log_id)) & (col(CaseMessageRow.seq) == col(EventRow.seq)),
        )
        .join(CaseRow, col(CaseRow.id) == col(CaseMessageRow.case_id))
        .where(
            CaseRow.author_id == reader.participant,
            EventRow.sender == reader.participant,
            EventRow.log_id == reader.log_id,
            EventRow.seq >= max(first, reader.base),
            EventRow.seq <= last,
            col(EventRow.cover).in_(WORDLESS),
            col(EventRow.body).is_not(None),
        )
        .distinct()
        .order_by(col(EventRow.seq).desc())
    )
    found: list[OwnWords] = []
    size = 0
    for seq, body in conn.execute(of_mine):
        size += len(body.encode())
        if size > PAGE_BYTES and found:
            break
        found.append(OwnWords(target=seq, body=body))
    return tuple(found[::-1])
