"""Seats as rows: who sits where, and how much one person is asked to read in a day."""

import base64
from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, func, insert, literal, or_, update
from sqlmodel import col, select

from moderation.models import CaseRow
from moderation.models_panels import PauseRow, SeatRow
from moderation.wire_panels import SeatState
from rooms.work import Refusal, Work

OVER: tuple[SeatState, ...] = ("done", "gone")
LOCK = 0x53656174
"""PostgreSQL advisory lock."""


def offer(work: Work, case_id: int, panel: int, person: str, *, hard: bool) -> str:
    """A new row; returns the seat's id, which only its holder ever learns."""
    seat_id = base64.urlsafe_b64encode(work.pick(2**96).to_bytes(12, "big")).decode()
    work.conn.execute(
        insert(SeatRow).values(
            id=seat_id,
            case_id=case_id,
            panel=panel,
            person_id=person,
            hard=hard,
            offered_at=work.now,
            state="offered",
        )
    )
    return seat_id


def mine(work: Work, seat_id: str) -> Any:
    """The asker's row. Anybody else's, and one that is over, is ``seat.not_found``: a guess tells nothing."""
    row = work.conn.execute(
        select(SeatRow).where(SeatRow.id == seat_id, SeatRow.person_id == work.person)
    ).one_or_none()
    if row is None:
        raise Refusal("seat.not_found")
    return row


def of_case(work: Work, case_id: int) -> dict[tuple[int, str], Any]:
    """Rows of a case, by panel and person; of several the open one, else the latest. Clocks of processes may differ."""
    is_open = col(SeatRow.ended_at).is_(None)
    rows = work.conn.execute(
        select(SeatRow).where(SeatRow.case_id == case_id).order_by(is_open, col(SeatRow.offered_at))
    )
    return {(row.panel, row.person_id): row for row in rows if row.person_id is not None}


def move(work: Work, seat_id: str, state: SeatState, *, taken: bool = False) -> None:
    """Write where it stands now; ``taken``: what was flagged is put before its holder with this."""
    values: dict[str, Any] = {"state": state}
    if taken:
        values["taken_at"] = work.now
    if state in OVER:
        values["ended_at"] = work.now
    work.conn.execute(update(SeatRow).where(col(SeatRow.id) == seat_id).values(**values))


def hold(work: Work) -> None:
    """Until the commit nobody else offers seats, so that nobody is asked for two cases at once by two processes.

    Circles are held before this and people's logs after it, so that nobody waits in a ring.
    """
    if work.conn.dialect.name == "postgresql":
        work.conn.execute(select(func.pg_advisory_xact_lock(literal(LOCK))))


def busy(work: Work, people: Iterable[str], *, hard: bool, but_in: int | None = None) -> set[str]:
    """Of these people, those who may be offered nothing now: a seat is open (``but_in`` another case), the day is full, or a
    pause runs."""
    limits = work.limits
    people = list(people)
    rows = work.conn.execute(
        select(SeatRow).where(
            col(SeatRow.person_id).in_(people),
            SeatRow.case_id != (-1 if but_in is None else but_in),
            or_(col(SeatRow.ended_at).is_(None), col(SeatRow.ended_at) > work.now - limits.day),
        )
    ).all()
    sat: dict[str, int] = {}
    sat_hard: dict[str, int] = {}
    found: set[str] = set()
    for row in rows:
        if row.ended_at is None:
            found.add(row.person_id)
        if row.taken_at is None or row.taken_at <= work.now - limits.day:
            continue
        sat[row.person_id] = sat.get(row.person_id, 0) + 1
        sat_hard[row.person_id] = sat_hard.get(row.person_id, 0) + bool(row.hard)
        if row.ended_at is not None and row.ended_at > work.now - limits.seat_gap:
            found.add(row.person_id)
    found.update(who for who, many in sat.items() if many >= limits.seats_a_day)
    if hard:
        found.update(who for who, many in sat_hard.items() if many >= limits.hard_a_day)
    found.update(
        who
        for who in work.conn.execute(
            select(PauseRow.person_id).where(col(PauseRow.person_id).in_(people), PauseRow.until > work.now)
        ).scalars()
        if who is not None
    )
    return found


def read_today(conn: Any, person: str, now: int, day: int) -> int:
    """How many cases were put before somebody within a day."""
    found: int = conn.execute(
        select(func.count()).select_from(SeatRow).where(SeatRow.person_id == person, SeatRow.taken_at > now - day)  # type: ignore[operator]
    ).scalar_one()
    return found


def forget(work: Work, person: str) -> None:
    work.conn.execute(update(SeatRow).where(col(SeatRow.person_id) == person).values(person_id=None))


def tidy(work: Work) -> None:
    """Rows of cases that are gone, once they count towards nobody's day."""
    open_cases = select(CaseRow.id).scalar_subquery()
    work.conn.execute(
        delete(SeatRow).where(
            col(SeatRow.ended_at) < work.now - 2 * work.limits.day, col(SeatRow.case_id).not_in(open_cases)
        )
    )
