"""Statements of waiting at doors: all who wait at the doors of a batch, and what became of them, each in one execution."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete
from sqlmodel import col

from rooms import bulk, bulk_entering, statements
from rooms.line import Waits
from rooms.models_door import Waiter
from rooms.statements import Row

_WAITERS = bulk.both(
    "SELECT w.circle_id, w.person_id, w.id, w.name, w.seen_at, w.seat_until, w.sister_until, w.sister_id,"
    " p.id IS NOT NULL"
    " FROM {texts} CROSS JOIN waiter AS w"
    " LEFT JOIN participant AS p ON p.circle_id = w.circle_id AND p.person_id = w.person_id"
    " WHERE w.circle_id = j.a ORDER BY w.id"
)
_SISTERS = bulk.both(
    "SELECT c.sister_of, c.id, c.capacity FROM {texts} CROSS JOIN circle AS c"
    " WHERE c.sister_of = j.a AND c.state = 'open' ORDER BY c.opens_at"
)
_JOIN = statements.marked("INSERT INTO waiter (circle_id, person_id, name, seen_at, seat_until) VALUES (?, ?, ?, ?, ?)")
_RENEW = statements.marked("UPDATE waiter SET seen_at = ?, seat_until = ? WHERE id = ?")


def waiters(conn: Connection, circles: Collection[str]) -> dict[str, list[Waits]]:
    """Everybody who has a place in the line of these circles, in order, also who is not here any more; by circle."""
    found: dict[str, list[Waits]] = {}
    for row in bulk.of_texts(conn, _WAITERS, circles):
        found.setdefault(row[0], []).append(Waits._make(row))
    return found


def with_room(conn: Connection, circles: Collection[str], since: int) -> dict[str, str]:
    """A sister circle that is open and has a seat free, the first opened first; by the circle at whose door it began.

    A seat is taken whose screen was here after ``since`` (ms).
    """
    found = bulk.of_texts(conn, _SISTERS, circles)
    taken = bulk_entering.taken(conn, [(circle, since) for _, circle, _ in found])
    there: dict[str, str] = {}
    for mother, circle, capacity in found:
        if taken.get(circle, 0) < capacity:
            there.setdefault(mother, circle)
    return there


def join(conn: Connection, several: Sequence[Row]) -> None:
    """Put people at the end of the line: circle, person, name, seen at, seat until."""
    if several:
        statements.many(conn, _JOIN, several)


def renew(conn: Connection, several: Sequence[Row]) -> None:
    """Seen at, seat until, and the waiter."""
    if several:
        statements.many(conn, _RENEW, several)


def gone(conn: Connection, waiters: Collection[int]) -> None:
    if waiters:
        conn.execute(delete(Waiter).where(col(Waiter.id).in_(waiters)))
