"""Looking for words in what one may read: some messages of one circle at a time, from the newest back.

There is no index. What faded, was taken back or lies covered is not in what is looked through, so nothing of it can be
found, and nothing has to be kept in step with it.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlmodel import col, select

from rooms import folding, history, rules, statements, text
from rooms.history import Reader
from rooms.limits import Limits
from rooms.models import Aside, Circle, EventRow, Log, ParticipantRow
from rooms.trails import Hit, Looked, Trail
from rooms.wire_search import Before
from rooms.work import Refusal

EVENTS = 1_000
"""Events looked through in one read."""
CHARACTERS = 60_000
"""Characters of messages looked through in one read, but for those of the last; some milliseconds' work."""
EVENTS_MOST = 20_000
CHARACTERS_MOST = 1_000_000
"""Events and characters looked through for one answer, found or not."""
WORDS_MOST = 8
_PLACE: tuple[Any, ...] = (
    col(ParticipantRow.circle_id),
    col(ParticipantRow.from_seq),
    col(Log.id),
    col(Log.head_seq),
    col(Log.floor_seq),
)
_SAID_TEXT = (
    "SELECT e.seq, e.at, e.data, e.body FROM event AS e WHERE e.log_id = {0} AND e.seq >= {0} AND e.seq < {0}"
    " AND e.kind = 'message.posted' AND e.body IS NOT NULL AND e.cover IS NULL ORDER BY e.seq DESC"
)
_SAID = {"sqlite": _SAID_TEXT.format("?"), "postgresql": _SAID_TEXT.format("%s")}


def asked(words: str, limits: Limits) -> tuple[str, ...]:
    """What to look for. Refuses as ``words.empty``, ``words.too_long`` and ``words.bad_unicode``."""
    found = folding.wanted(text.line(words, limits.search_length, "words"))
    if not found:
        raise Refusal("words.empty")
    if len(found) > WORDS_MOST:
        raise Refusal("words.too_long", most=limits.search_length)
    return found


def begin(conn: Connection, person_id: str, circle_id: str | None, further: Sequence[Before]) -> list[Trail]:
    """Where to look, of circles this person is in now, and how new what is there may be.

    Refuses as ``circle.not_found`` a circle they are not in; circles of ``further`` that they have left are left out.
    """
    mine = (
        select(*_PLACE)
        .select_from(ParticipantRow)
        .join(Circle, col(Circle.id) == col(ParticipantRow.circle_id))
        .join(Log, col(Log.id) == col(Circle.log_id))
        .where(ParticipantRow.person_id == person_id, col(ParticipantRow.inside))
    )
    if circle_id is not None:
        mine = mine.where(ParticipantRow.circle_id == circle_id)
    places = conn.execute(mine).all()
    if circle_id is not None and not places:
        raise Refusal("circle.not_found")
    left = {each.circle: each.before for each in further}
    trails = []
    for circle, base, log_id, head, floor in places:
        if further and circle not in left:
            continue
        before = min(left.get(circle, head + 1), head + 1)
        at = _at(conn, log_id, before - 1, rules.readable_from(base=base, floor=floor))
        if at is not None:
            trails.append(Trail(circle, before, at))
    return trails


def look(
    conn: Connection,
    person_id: str,
    circle_id: str,
    words: Sequence[str],
    before: int,
    hidden: Callable[[], Collection[int]],
) -> Looked | None:
    """The next read's worth, going back from ``before``; None once they may not read there.

    ``hidden`` is asked, where something was found, for the seqs of messages that they have hidden from themselves.
    """
    reader = history.circle_reader(conn, circle_id, person_id)
    if reader is None:
        return None
    top = min(before, reader.head + 1)
    low = max(reader.base, top - EVENTS)
    hits = []
    characters = 0
    for seq, at, data, body in statements.rows(conn, _SAID, reader.log_id, low, top):
        if characters >= CHARACTERS:
            low = seq + 1
            break
        characters += len(body)
        if folding.holds(body, words):
            # As the circle sees it: what was given without a name stays so, also to who looks for it.
            event = history.decode(data)
            hits.append(Hit(seq, at, event.by, body, event.carried))
    if hits:
        aside, own = _aside(conn, reader), hidden()
        hits = [each for each in hits if each.by not in aside and each.seq not in own]
    names = _names(conn, {each.by for each in hits if not each.carried})
    return Looked(
        tuple(hits), names, low, _at(conn, reader.log_id, low - 1, reader.base), max(0, top - low), characters
    )


def _aside(conn: Connection, reader: Reader) -> frozenset[str]:
    """Whom they do not see."""
    rows = conn.execute(select(Aside.other_id).where(Aside.participant_id == reader.participant))
    return frozenset(rows.scalars())


def _names(conn: Connection, participants: Collection[str]) -> dict[str, str]:
    if not participants:
        return {}
    rows = conn.execute(
        select(ParticipantRow.id, ParticipantRow.name).where(col(ParticipantRow.id).in_(sorted(participants)))
    )
    return {row[0]: row[1] for row in rows}


def _at(conn: Connection, log_id: int, seq: int, base: int) -> int | None:
    """When the newest event up to ``seq`` happened; None where there is none that they may read."""
    found: int | None = conn.execute(
        select(EventRow.at)
        .where(EventRow.log_id == log_id, EventRow.seq <= seq, EventRow.seq >= base)
        .order_by(col(EventRow.seq).desc())
        .limit(1)
    ).scalar_one_or_none()
    return found
