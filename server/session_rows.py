"""Sessions as they are in the database: by token, by id, and held for a transaction that acts on them."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam, select
from sqlmodel import col

from rooms import statements
from server.models import PersonSession


class Seen(NamedTuple):
    """A session as it is in the database."""

    id: str
    person: str
    remember: bool
    began_at: int
    seen_at: int
    ends_at: int
    due_at: int
    ended: bool


COLUMNS: Final = (
    col(PersonSession.id),
    col(PersonSession.person_id),
    col(PersonSession.remember),
    col(PersonSession.began_at),
    col(PersonSession.seen_at),
    col(PersonSession.ends_at),
    col(PersonSession.due_at),
    col(PersonSession.ended),
)
_by_token = select(*COLUMNS).where(col(PersonSession.token_hash) == bindparam("hash"))
_NAMES = "id, person_id, remember, began_at, seen_at, ends_at, due_at, ended"
_STANDING: Final = {
    "sqlite": f"SELECT {_NAMES} FROM session WHERE id IN (SELECT value FROM json_each(?))",  # noqa: S608 - constants
    "postgresql": f"SELECT {_NAMES} FROM session"  # noqa: S608 - constants
    " WHERE id = ANY (ARRAY(SELECT jsonb_array_elements_text(CAST(%s AS jsonb))))",
}
_BY_TOKENS: Final = {
    count: {
        "sqlite": f"SELECT token_hash, {_NAMES} FROM session"  # noqa: S608 - constants
        f" WHERE token_hash IN ({', '.join('?' * count)})",
        "postgresql": f"SELECT token_hash, {_NAMES} FROM session"  # noqa: S608 - constants
        f" WHERE token_hash IN ({', '.join(['%s'] * count)})",
    }
    for count in (1, 2, 4, 8, 16, 32, 64)
}
"""By how many tokens are asked for; bytes travel in no JSON, and every text more is one more to be understood."""
_GUARDED: Final = {
    dialect: f"SELECT {_NAMES} FROM session WHERE id {those}"  # noqa: S608 - constants
    for dialect, those in (
        ("sqlite", "IN (SELECT value FROM json_each(?))"),
        # Whoever ends a session waits for the commands that are running on it, so nothing of it follows the end.
        (
            "postgresql",
            "= ANY (ARRAY(SELECT jsonb_array_elements_text(CAST(%s AS jsonb)))) ORDER BY id FOR KEY SHARE",
        ),
    )
}


def by_tokens(conn: Connection, hashes: Sequence[bytes]) -> list[Seen | None]:
    """The session of each token, by its hash."""
    found: dict[bytes, Seen] = {}
    for start in range(0, len(hashes), max(_BY_TOKENS)):
        some = hashes[start : start + max(_BY_TOKENS)]
        asked = min(count for count in _BY_TOKENS if count >= len(some))
        # The last once more, and again, until there are as many as the statement asks for.
        for row in statements.rows(conn, _BY_TOKENS[asked], *some, *[some[-1]] * (asked - len(some))):
            hashed, session, person, remember, began, seen, ends, due, ended = row
            found[hashed] = Seen(session, person, bool(remember), began, seen, ends, due, bool(ended))
    return [found.get(each) for each in hashes]


def by_ids(conn: Connection, sessions: Sequence[str]) -> list[Seen]:
    """Those of them that there are."""
    return [Seen._make(row) for row in statements.rows(conn, _STANDING, msgspec.json.encode(sessions).decode())]


def guarded(conn: Connection, sessions: Sequence[str]) -> list[Seen]:
    """`by_ids`, and none of them ends while this transaction runs."""
    return [Seen._make(row) for row in statements.rows(conn, _GUARDED, msgspec.json.encode(sessions).decode())]


def by_token(conn: Connection, hashed: bytes) -> Seen | None:
    row = conn.execute(_by_token, {"hash": hashed}).one_or_none()
    return Seen(*row) if row is not None else None
