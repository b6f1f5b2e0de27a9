"""Statements of entering: what a batch of people who come in needs to know, and what it writes, each in one execution."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, or_, select
from sqlmodel import col

from rooms import statements
from rooms.bulk import both, of_pairs
from rooms.models import Invite
from rooms.statements import Row


class Found(NamedTuple):
    """A circle, somebody who wants in, and where they sat there before, if they did."""

    circle: str
    person: str
    log_id: int
    state: str
    closes_at: int | None
    entry: str
    capacity: int
    agreement_version: int
    history_open: bool
    opens_at: int
    late_for: int | None
    sister_of: str | None
    space: bytes | None
    own_log: int | None
    """The person's; None where there is no such person."""
    name: str
    invite_id: str | None
    """The one they first entered any circle by."""
    paused_until: int | None
    """Everywhere."""
    participant: str | None
    inside: bool | None
    paused_here: int | None


class Offered(NamedTuple):
    """An invite that has uses left."""

    circle: str
    id: str
    token_hash: bytes
    code_hash: bytes
    uses_left: int


_FOUND = both(
    "SELECT c.id, j.b, c.log_id, c.state, c.closes_at, c.entry, c.capacity, c.agreement_version, c.history_open, c.opens_at,"
    " c.late_for, c.sister_of, c.space,"
    " o.log_id, o.name, o.invite_id, o.paused_until, p.id, p.inside, p.paused_until"
    " FROM {pairs} CROSS JOIN circle AS c LEFT JOIN person AS o ON o.id = j.b"
    " LEFT JOIN participant AS p ON p.circle_id = c.id AND p.person_id = j.b WHERE c.id = j.a"
)
_TAKEN = both(
    "SELECT p.circle_id, COUNT(*) FROM {pairs} CROSS JOIN participant AS p"
    " WHERE p.circle_id = j.a AND p.inside AND p.seen_at > CAST(j.b AS bigint) GROUP BY p.circle_id"
)
_SITTING = both(
    "SELECT p.person_id, COUNT(*) FROM {pairs} CROSS JOIN participant AS p"
    " WHERE p.person_id = j.a AND p.inside GROUP BY p.person_id"
)
_LOOKS = {
    # The looks make a set of their own: one pass over a circle's people, however many come in.
    "sqlite": "SELECT p.circle_id, p.skeleton, p.person_id FROM (SELECT value AS a FROM json_each(?)) AS j"
    " CROSS JOIN participant AS p WHERE p.circle_id = j.a AND p.inside AND p.person_id IS NOT NULL"
    " AND p.skeleton IN (SELECT value FROM json_each(?))",
    "postgresql": "SELECT p.circle_id, p.skeleton, p.person_id"
    " FROM jsonb_array_elements_text(CAST(%s AS jsonb)) AS j(a)"
    " CROSS JOIN participant AS p WHERE p.circle_id = j.a AND p.inside AND p.person_id IS NOT NULL"
    " AND p.skeleton IN (SELECT jsonb_array_elements_text(CAST(%s AS jsonb)))",
}
_IN = (
    "name", "skeleton", "from_seq", "entered_seq", "read_seq", "entered_at", "seen_at", "agreed_version", "paused_until",
)  # fmt: skip
_NEW = ("invite_id", "circle_id", "person_id", "id")


_SIT = statements.marked(
    f"INSERT INTO participant ({', '.join((*_IN, *_NEW))}, inside)"  # noqa: S608 - constants
    f" VALUES ({', '.join('?' * len((*_IN, *_NEW)))}, TRUE)"
)
_SIT_AGAIN = statements.marked(
    f"UPDATE participant SET {', '.join(f'{column} = ?' for column in _IN)}, inside = TRUE WHERE id = ?"  # noqa: S608
)
_PRESENT = statements.marked("INSERT INTO entry (participant_id, from_seq, entered_at) VALUES (?, ?, ?)")
_USED = statements.marked("UPDATE invite SET uses_left = uses_left - 1 WHERE id = ?")
_CAME_BY = statements.marked("UPDATE person SET invite_id = ? WHERE id = ?")


def found(conn: Connection, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Found]:
    """Of (circle, person) pairs, those whose circle exists."""
    return {(row[0], row[1]): Found._make(row) for row in of_pairs(conn, _FOUND, pairs)}


def taken(conn: Connection, circles: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Of (circle, moment) pairs: how many are in whose screen was here after that moment (ms); nothing stands for none."""
    return {row[0]: row[1] for row in of_pairs(conn, _TAKEN, circles)}


def sitting(conn: Connection, people: Iterable[str]) -> dict[str, int]:
    """In how many circles people are; nothing stands for none."""
    return {row[0]: row[1] for row in of_pairs(conn, _SITTING, [(each, 0) for each in people])}


def looks(conn: Connection, circles: Iterable[str], skeletons: Iterable[str]) -> Sequence[Row]:
    """Of those who are in these circles under a name that looks like one of these: circle, skeleton, person."""
    encoded = (msgspec.json.encode(sorted(each)).decode() for each in (circles, skeletons))
    return statements.rows(conn, _LOOKS, *encoded)


def offered(conn: Connection, circles: Iterable[str], hashes: Iterable[tuple[bytes, bytes]], now: int) -> list[Offered]:
    """Invites to these circles that one of these (token hash, code hash) pairs may open, still good at ``now`` (ms)."""
    tokens, codes = zip(*hashes, strict=True)
    wanted = select(
        col(Invite.circle_id), col(Invite.id), col(Invite.token_hash), col(Invite.code_hash), col(Invite.uses_left)
    ).where(
        col(Invite.circle_id).in_(circles),
        or_(col(Invite.token_hash).in_(tokens), col(Invite.code_hash).in_(codes)),
        col(Invite.uses_left) > 0,
        col(Invite.ends_at) > now,
    )
    return [Offered._make(row) for row in conn.execute(wanted)]


def sit(conn: Connection, fresh: Sequence[Row], again: Sequence[Row]) -> None:
    """Put people in: the columns `_IN`, and then `_NEW` for who was never here, or the participant for who comes back."""
    _each(conn, _SIT, fresh)
    _each(conn, _SIT_AGAIN, again)


def present(conn: Connection, entries: Sequence[Row]) -> None:
    """Begin intervals of presence: participant, seq, moment."""
    _each(conn, _PRESENT, entries)


def used(conn: Connection, invites: Sequence[str], came_by: Sequence[tuple[str, str]]) -> None:
    """Take one use of each invite named, as often as it is named; (invite, person) pairs are remembered."""
    _each(conn, _USED, [(each,) for each in invites])
    _each(conn, _CAME_BY, came_by)


def _each(conn: Connection, texts: statements.Texts, several: Sequence[Row]) -> None:
    if several:
        statements.many(conn, texts, several)
