"""Statements of the hot path: one execution for a whole batch, the same text every time, on SQLite and on PostgreSQL.

Lists travel as one JSON parameter, because a list of placeholders makes a new statement of every batch size. The texts go
to the driver as they are, which costs half of what compiled statements do.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

_PAIRS = {
    # json_each stands first, so that it drives the lookups; its order is the order given.
    "sqlite": "(SELECT json_extract(value, '$[0]') AS a, json_extract(value, '$[1]') AS b FROM json_each(?)) AS j",
    "postgresql": "(SELECT value->>0 AS a, value->>1 AS b FROM jsonb_array_elements(CAST(%s AS jsonb))) AS j",
}
_COLUMNS = ("log_id", "seq", "kind", "at", "sender", "key", "body_hash", "body", "data")
_INSERT = {
    dialect: f"INSERT INTO event ({', '.join(_COLUMNS)}) VALUES ({', '.join([mark] * len(_COLUMNS))})"  # noqa: S608 - constants
    for dialect, mark in (("sqlite", "?"), ("postgresql", "%s"))
}


def _both(template: str) -> Mapping[str, str]:
    return {dialect: template.replace("{pairs}", pairs) for dialect, pairs in _PAIRS.items()}


_SEATS = _both(
    "SELECT c.id AS circle, c.log_id, c.state, c.keep_for, c.fades_at, p.person_id, p.id, p.name, p.from_seq,"
    " p.paused_until, c.breath_until, c.breath_seq"
    " FROM {pairs} CROSS JOIN participant AS p CROSS JOIN circle AS c"
    " WHERE p.circle_id = j.a AND p.person_id = j.b AND p.inside AND c.id = p.circle_id"
)
_STORED = _both(
    "SELECT e.sender, e.key, e.seq, e.body_hash, l.epoch"
    " FROM {pairs} CROSS JOIN event AS e CROSS JOIN log AS l"
    " WHERE e.sender = j.a AND e.key = j.b AND l.id = e.log_id"
)
_SAID_SINCE = _both(
    "SELECT e.sender, MAX(e.at) FROM {pairs} CROSS JOIN event AS e"
    " WHERE e.log_id = CAST(j.a AS bigint) AND e.seq > CAST(j.b AS bigint) AND e.kind = 'message.posted'"
    " GROUP BY e.sender"
)
_PLACES = _both(
    "SELECT c.id, p.person_id, l.id, l.epoch, l.head_seq, l.floor_seq, p.id, p.from_seq, p.entered_seq, p.read_seq,"
    " c.host_id, c.state, c.breath_until, c.breath_asked_until, c.breath_by,"
    " EXISTS (SELECT 1 FROM aside AS a WHERE a.participant_id = p.id)"
    " OR EXISTS (SELECT 1 FROM invite AS i WHERE i.circle_id = c.id AND i.made_by = p.id)"
    " OR EXISTS (SELECT 1 FROM gesture AS g WHERE g.log_id = l.id AND g.participant_id = p.id)"
    " OR EXISTS (SELECT 1 FROM gesture AS g CROSS JOIN event AS e"
    " WHERE g.log_id = l.id AND e.log_id = g.log_id AND e.seq = g.target AND e.sender = p.id)"
    " FROM {pairs} CROSS JOIN participant AS p CROSS JOIN circle AS c CROSS JOIN log AS l"
    " WHERE p.circle_id = j.a AND p.person_id = j.b AND p.inside AND c.id = p.circle_id AND l.id = c.log_id"
)
_ADVANCE = _both(
    "UPDATE log SET head_seq = head_seq + CAST(j.b AS bigint) FROM {pairs} WHERE log.id = CAST(j.a AS bigint)"
    " RETURNING log.id, log.address, log.epoch, log.head_seq"
)


def seats(conn: Connection, places: Iterable[tuple[str, str]]) -> Sequence[Any]:
    """Of (circle, person) pairs, those that are inside: the circle's state and the participant's row."""
    return _run(conn, _SEATS, list(places))


def places(conn: Connection, pairs: Iterable[tuple[str, str]]) -> Sequence[Any]:
    """Of (circle, person) pairs, those that are inside: the log, the participant, the circle's moments, and whether there
    is anything of theirs that has rows of its own (people set aside, gestures, invites)."""
    return _run(conn, _PLACES, list(pairs))


def stored(conn: Connection, keys: Iterable[tuple[str, str]]) -> Sequence[Any]:
    """Of (sender, key) pairs, those that have a row: its seq, its fingerprint and its log's epoch."""
    return _run(conn, _STORED, list(keys))


def said_since(conn: Connection, places: Iterable[tuple[int, int]]) -> dict[str, int]:
    """Of (log, seq) pairs: when each participant last posted after that seq of that log, for those who did."""
    return {row[0]: row[1] for row in _run(conn, _SAID_SINCE, list(places))}


def advance(conn: Connection, counts: Mapping[int, int]) -> dict[int, tuple[str, str, int]]:
    """Take so many seqs of each log (by row number); returns address, epoch and the last seq of each."""
    rows = _run(conn, _ADVANCE, sorted(counts.items()))
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def insert(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write events of messages; ``rows`` hold the nine columns of a post."""
    values = [tuple(row[column] for column in _COLUMNS) for row in rows]
    conn.exec_driver_sql(_INSERT[conn.dialect.name], values)


def _run(conn: Connection, statements: Mapping[str, str], pairs: Sequence[tuple[Any, Any]]) -> Sequence[Any]:
    if not pairs:
        return ()
    return conn.exec_driver_sql(statements[conn.dialect.name], (msgspec.json.encode(pairs).decode(),)).all()
