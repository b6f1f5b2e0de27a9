"""Which circles a batch may write to: held before its first command runs, in the one order in which everybody holds them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, select, union_all
from sqlmodel import col

from moderation import forgetting
from moderation.models import CaseRow, LetterRow
from moderation.models_panels import SeatRow
from moderation.wire_reviewing import EndReviewing
from rooms.models import Circle, Log, ParticipantRow
from rooms.models_plans import PlanRow
from rooms.wire import ForgetMe
from server.errands import DrawLots, PerformDue, TendCase
from server.identity import BeginSession, RecoverPlace
from server.models import PersonSession
from server.sessions import EndSessions

Logs = Select[Any]


def lock(conn: Connection, asked: Sequence[tuple[str | None, Any]], now: int) -> None:
    """Hold the logs of every circle that commands, each with the person who asks, may write to at ``now`` (ms).

    What time does in one circle is not among them: it passes over a circle that somebody holds. People's logs come
    last, in `rooms.log.deliver`. SQLite has one writer and needs none of it.
    """
    if conn.dialect.name != "postgresql":
        return
    circles: set[str] = set()
    cases: set[str] = set()
    people: set[str] = set()
    seated: set[str] = set()
    ended: set[str] = set()
    logs: set[int] = set()
    tended: set[int] = set()
    planned: set[str] = set()
    clock = False
    for person, command in asked:
        match command:
            case ForgetMe() | EndSessions() if person is not None:
                people.add(person)
                if isinstance(command, ForgetMe):
                    logs |= forgetting.circles(conn, person)
            case EndReviewing() if person is not None:
                seated.add(person)
            case BeginSession() | RecoverPlace():
                people.add(command.person)
                ended.add(command.replaces or "")
            case PerformDue(of=None):
                clock = True
            case TendCase(case) | DrawLots(case):
                tended.add(case)
            case _ if hasattr(command, "plan"):
                planned.add(command.plan)
            case _ if hasattr(command, "circle"):
                circles.add(command.circle)
            case _ if hasattr(command, "seat") or hasattr(command, "letter"):
                cases.add(getattr(command, "seat", None) or command.letter)
    wanted: list[Logs] = []
    if logs:
        wanted.append(select(col(Log.id)).where(col(Log.id).in_(logs)))
    if circles:
        wanted.append(select(col(Circle.log_id)).where(col(Circle.id).in_(circles)))
    if planned:
        waits = select(col(Circle.log_id)).join(PlanRow, col(PlanRow.circle_id) == col(Circle.id))
        wanted.append(waits.where(col(PlanRow.id).in_(planned)))
    if people:
        wanted.append(_places().where(col(ParticipantRow.person_id).in_(people)))
    if ended:
        wanted.append(_places_by_session().where(col(PersonSession.id).in_(ended)))
    if cases:
        of_case = select(col(CaseRow.log_id))
        wanted.append(of_case.join(SeatRow, col(SeatRow.case_id) == col(CaseRow.id)).where(col(SeatRow.id).in_(cases)))
        wanted.append(
            of_case.join(LetterRow, col(LetterRow.case_id) == col(CaseRow.id)).where(col(LetterRow.id).in_(cases))
        )
    if seated:
        of_seat = select(col(CaseRow.log_id)).join(SeatRow, col(SeatRow.case_id) == col(CaseRow.id))
        wanted.append(of_seat.where(col(SeatRow.person_id).in_(seated), col(SeatRow.ended_at).is_(None)))
    if clock:
        wanted.append(_places_by_session().where(col(PersonSession.due_at) <= now))
    if tended:
        wanted.append(select(col(CaseRow.log_id)).where(col(CaseRow.id).in_(tended)))
    if wanted:
        held = select(col(Log.id)).where(col(Log.id).in_(union_all(*wanted)))
        conn.execute(held.order_by(col(Log.id)).with_for_update()).all()


def _places() -> Logs:
    """Where people sit or sat: the end of a guest's last session gives up their seats, being forgotten every place."""
    return select(col(Circle.log_id)).join(ParticipantRow, col(ParticipantRow.circle_id) == col(Circle.id))


def _places_by_session() -> Logs:
    return _places().join(PersonSession, col(PersonSession.person_id) == col(ParticipantRow.person_id))
