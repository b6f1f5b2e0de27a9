"""What time asks to be done now, as commands: one for each circle and each case, so that a fault in one holds up no other."""

from msgspec import Struct
from sqlalchemy import Connection

from moderation import care_standing, drawing, publishing, reviewing
from moderation import due as flags_due
from rooms import doorway, due, rounds
from rooms.limits import Limits
from server import identity


class PerformDue(Struct, frozen=True):
    """Do what has fallen due in one circle, or outside of circles and cases."""

    of: str | None = None


class TendCase(Struct, frozen=True):
    """Do what has fallen due in one case of flags."""

    case: int


class DrawLots(Struct, frozen=True):
    """Draw a panel for one case that waits for one."""

    case: int


class TendRound(Struct, frozen=True):
    """Do what has fallen due in the round of one circle."""

    circle: str


class KeepRecord(Struct, frozen=True):
    """Publish what waits, commit to the next nonce, report a month."""


Errand = PerformDue | TendCase | TendRound | DrawLots | KeepRecord


def waiting(conn: Connection, now: int, limits: Limits) -> list[Errand]:
    """Everything that is due at ``now`` (ms), as far as one look of the clock takes it on."""
    found: list[Errand] = [PerformDue(of=circle) for circle in due.circles(conn, now)]
    found += [TendRound(circle) for circle in rounds.due(conn, now, limits)]
    found += [TendCase(case) for case in flags_due.cases_due(conn, now)]
    found += [DrawLots(case) for case in drawing.cases_due(conn, now)]
    moments = (
        due.next_invite(conn),
        doorway.next_due(conn, limits.wait_lease),
        flags_due.next_due(conn),
        reviewing.next_due(conn),
        care_standing.next_due(conn),
        identity.next_due(conn),
    )
    if any(moment is not None and moment <= now for moment in moments):
        found.append(PerformDue())
    if publishing.next_due(conn, limits) <= now:
        found.append(KeepRecord())
    return found
