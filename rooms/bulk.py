"""Statements of the hot path: one execution for a whole batch, the same text every time, on SQLite and on PostgreSQL.

Lists travel as one JSON parameter, because a list of placeholders makes a new statement of every batch size.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec
from sqlalchemy import Connection

from rooms import statements
from rooms.statements import Row

_PAIRS = {
    # json_each stands first, so that it drives the lookups; its order is the order given.
    "sqlite": "(SELECT json_extract(value, '$[0]') AS a, json_extract(value, '$[1]') AS b FROM json_each(?)) AS j",
    "postgresql": "(SELECT value->>0 AS a, value->>1 AS b FROM jsonb_array_elements(CAST(%s AS jsonb))) AS j",
}
_TEXTS = {
    "sqlite": "(SELECT value AS a FROM json_each(?)) AS j",
    "postgresql": "(SELECT jsonb_array_elements_text(CAST(%s AS jsonb)) AS a) AS j",
}
COLUMNS = ("log_id", "seq", "kind", "at", "sender", "key", "body_hash", "body", "data")
_INSERT = {
    dialect: f"INSERT INTO event ({', '.join(COLUMNS)}) VALUES ({', '.join([mark] * len(COLUMNS))})"  # noqa: S608 - constants
    for dialect, mark in (("sqlite", "?"), ("postgresql", "%s"))
}


T = TypeVar("T")


class Numbered(NamedTuple, Generic[T]):
    """An event and its place in its log."""

    event: T
    log_id: int
    address: str
    epoch: str
    seq: int


class Seat(NamedTuple):
    """Somebody's place in a circle, and what of the circle decides whether they may post."""

    circle: str
    log_id: int
    state: str
    keep_for: int
    fades_at: int | None
    person: str
    id: str
    """The participant."""
    name: str
    from_seq: int
    paused_until: int | None
    space: bytes | None
    """How the circle is held, where that is out of the usual."""
    round_id: str | None
    piece_with: str | None


class Stored(NamedTuple):
    """A post that is there already."""

    sender: str
    key: str
    seq: int
    print: bytes | None
    epoch: str


def both(template: str) -> Mapping[str, str]:
    """A statement that reads ``{pairs}``, rows ``j`` of two texts ``a`` and ``b``, or ``{texts}``, rows ``j`` of one, in
    each database's words."""
    return {
        dialect: template.replace("{pairs}", pairs).replace("{texts}", _TEXTS[dialect])
        for dialect, pairs in _PAIRS.items()
    }


_SEATS = both(
    "SELECT c.id AS circle, c.log_id, c.state, c.keep_for, c.fades_at, p.person_id, p.id, p.name, p.from_seq,"
    " p.paused_until, c.space, c.round_id, c.piece_with"
    " FROM {pairs} CROSS JOIN participant AS p CROSS JOIN circle AS c"
    " WHERE p.circle_id = j.a AND p.person_id = j.b AND p.inside AND c.id = p.circle_id"
)
_STORED = both(
    "SELECT e.sender, e.key, e.seq, e.body_hash, l.epoch"
    " FROM {pairs} CROSS JOIN event AS e CROSS JOIN log AS l"
    " WHERE e.sender = j.a AND e.key = j.b AND l.id = e.log_id"
)
_SAID_SINCE = both(
    "SELECT e.log_id, e.sender, MAX(e.at) FROM {pairs} CROSS JOIN log AS l CROSS JOIN event AS e"
    " WHERE l.id = CAST(j.a AS bigint) AND e.log_id = l.id AND e.seq > l.head_seq - 1000"
    " AND e.at >= CAST(j.b AS bigint) AND e.kind = 'message.posted'"
    " GROUP BY e.log_id, e.sender"
)
_PLACES = both(
    "SELECT c.id, p.person_id, l.id, l.epoch, l.head_seq, l.floor_seq, p.id, p.from_seq, p.entered_seq, p.read_seq,"
    " c.host_id, c.state, c.space, c.round_id, c.matter,"
    " EXISTS (SELECT 1 FROM aside AS a WHERE a.participant_id = p.id)"
    " OR EXISTS (SELECT 1 FROM invite AS i WHERE i.circle_id = c.id AND i.made_by = p.id)"
    " OR EXISTS (SELECT 1 FROM gesture AS g WHERE g.log_id = l.id AND g.participant_id = p.id)"
    " OR EXISTS (SELECT 1 FROM gesture AS g CROSS JOIN event AS e"
    " WHERE g.log_id = l.id AND e.log_id = g.log_id AND e.seq = g.target AND e.sender = p.id)"
    " FROM {pairs} CROSS JOIN participant AS p CROSS JOIN circle AS c CROSS JOIN log AS l"
    " WHERE p.circle_id = j.a AND p.person_id = j.b AND p.inside AND c.id = p.circle_id AND l.id = c.log_id"
)
_MOVED = both(
    "SELECT l.id, l.head_seq FROM {pairs} CROSS JOIN log AS l"
    " WHERE l.id = CAST(j.a AS bigint) AND l.head_seq > CAST(j.b AS bigint)"
)
_ADVANCE = both(
    "UPDATE log SET head_seq = head_seq + CAST(j.b AS bigint) FROM {pairs} WHERE log.id = CAST(j.a AS bigint)"
    " RETURNING log.id, log.address, log.epoch, log.head_seq"
)


def seats(conn: Connection, places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Seat]:
    """Of (circle, person) pairs, the seats of those who are inside."""
    return {(row[0], row[5]): Seat._make(row) for row in of_pairs(conn, _SEATS, places)}


def places(conn: Connection, pairs: Iterable[tuple[str, str]]) -> Sequence[Row]:
    """Of (circle, person) pairs, those that are inside: the log, the participant, the circle's moments, and whether there
    is anything of theirs that has rows of its own (people set aside, gestures, invites)."""
    return of_pairs(conn, _PLACES, pairs)


def stored(conn: Connection, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Stored]:
    """Of (sender, key) pairs, those that have a row."""
    return {(row[0], row[1]): Stored._make(row) for row in of_pairs(conn, _STORED, keys)}


def said_since(conn: Connection, logs: Iterable[tuple[int, int]]) -> Sequence[Row]:
    """Of (log, ms) pairs: the log, who posted in it since then, and when last; as far as its newest thousand events tell."""
    return of_pairs(conn, _SAID_SINCE, logs)


def moved(conn: Connection, heads: Iterable[tuple[int, int]]) -> Sequence[Row]:
    """Of (log, seq) pairs, those with newer events: the log by row number, and its newest seq."""
    return of_pairs(conn, _MOVED, heads)


def advance(conn: Connection, counts: Mapping[int, int]) -> dict[int, tuple[str, str, int]]:
    """Take so many seqs of each log (by row number); returns address, epoch and the last seq of each."""
    rows = of_pairs(conn, _ADVANCE, sorted(counts.items()))
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def numbered(conn: Connection, events: Iterable[tuple[int, T]]) -> Iterator[Numbered[T]]:
    """Take a place for each event, given with the row number of its log, in the order given; log by log."""
    by_log: dict[int, list[T]] = {}
    for log_id, event in events:
        by_log.setdefault(log_id, []).append(event)
    heads = advance(conn, {log_id: len(own) for log_id, own in by_log.items()})
    for log_id, own in by_log.items():
        address, epoch, last = heads[log_id]
        for seq, event in enumerate(own, last - len(own) + 1):
            yield Numbered(event, log_id, address, epoch, seq)


def insert(conn: Connection, posts: Sequence[Row]) -> None:
    """Write events of messages; each holds the nine `COLUMNS`."""
    statements.many(conn, _INSERT, posts)


def of_pairs(conn: Connection, texts: Mapping[str, str], pairs: Iterable[tuple[Any, Any]]) -> Sequence[Row]:
    """What a statement made by `both` returns for these pairs."""
    return statements.rows(conn, texts, msgspec.json.encode(pairs).decode()) if pairs else ()


def of_texts(conn: Connection, texts: Mapping[str, str], given: Collection[str]) -> Sequence[Row]:
    """What a statement made by `both` returns for these texts."""
    return statements.rows(conn, texts, msgspec.json.encode(list(given)).decode()) if given else ()
