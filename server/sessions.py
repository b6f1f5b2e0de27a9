"""Sessions in the database: how they begin, go on under another token, and end; commands about them."""

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update
from sqlmodel import col

from rooms import personal
from rooms.log import new_id, tell
from rooms.models import Person
from rooms.wire_events import SessionEnded
from rooms.work import Answered, Refusal, Work
from server import push_places
from server.auth import SLACK
from server.models import Credential, PersonSession

DUE_AT_ONCE = 200
_begin = insert(PersonSession)


class Opening(NamedTuple):
    """What a new session, or an old one under a new token, is made of. Times are milliseconds."""

    token_hash: bytes
    remember: bool
    idle: int
    lasts: int


@dataclass(frozen=True, slots=True)
class Came:
    """The answer to whoever came in."""

    person: str
    session: str


@dataclass(frozen=True, slots=True, repr=False)
class SetRemember:
    session: str
    opening: Opening


@dataclass(frozen=True, slots=True)
class EndSessions:
    """One of the asker's sessions, or all of them."""

    session: str | None


@dataclass(frozen=True, slots=True)
class NoteUse:
    """Changes nothing by itself: the door's guard notes that the session is in use."""


def set_remember(work: Work, command: SetRemember) -> None:
    rotate(work, command.session, **_terms(work, command.opening))


def end_sessions(work: Work, command: EndSessions) -> None:
    if end(work, work.person, only=command.session) == 0:
        raise Refusal("session.not_found")


def note_use(_work: Work, _command: NoteUse) -> None:
    return


def nobody_can_come_back() -> ColumnElement[bool]:
    """Of a `Person`: no browser has a session of theirs."""
    return ~select(col(PersonSession.id)).where(col(PersonSession.person_id) == col(Person.id)).exists()


def forgotten(work: Work, person: str) -> None:
    """Erase what a forgotten person came in by. Their log has already said that sessions ended."""
    work.conn.execute(delete(PersonSession).where(col(PersonSession.person_id) == person))
    push_places.ended(work, person)
    work.conn.execute(delete(Credential).where(col(Credential.person_id) == person))


def next_due(conn: Connection) -> int | None:
    """When the next session is to be ended or deleted (ms), if any is."""
    moment: int | None = conn.execute(select(func.min(col(PersonSession.due_at)))).scalar_one()
    return moment


def due(work: Work) -> None:
    """End what was not used for long enough, and delete what ended for good."""
    # A session that some command runs on right now is in use: it is passed over until the next look.
    rows = work.conn.execute(
        select(
            col(PersonSession.id),
            col(PersonSession.person_id),
            col(PersonSession.ended),
            col(PersonSession.remember),
            col(PersonSession.ends_at),
        )
        .where(col(PersonSession.due_at) <= work.now)
        .order_by(col(PersonSession.due_at))
        .limit(DUE_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    for session, person, ended, remember, ends_at in rows:
        if ended:
            work.conn.execute(delete(PersonSession).where(col(PersonSession.id) == session))
        elif remember and ends_at > work.now:
            work.conn.execute(
                update(PersonSession).where(col(PersonSession.id) == session).values(ended=True, due_at=ends_at)
            )
            push_places.ended(work, person)
            _tell(work, person)
        else:
            end(work, person, only=session)


def begin(work: Work, person: str, opening: Opening) -> Answered:
    session = new_id()
    row = {"id": session, "person_id": person, "began_at": work.now, "ended": False, **_terms(work, opening)}
    work.conn.execute(_begin, row)
    return Answered(made=Came(person, session))


def _terms(work: Work, opening: Opening) -> dict[str, int | bytes | bool]:
    ends_at = work.now + opening.lasts
    return {
        "token_hash": opening.token_hash,
        "remember": opening.remember,
        "seen_at": work.now,
        "ends_at": ends_at,
        "due_at": min(ends_at, work.now + opening.idle + SLACK),
    }


def rotate(work: Work, session: str, **values: int | bytes | bool) -> None:
    """The session goes on, and its sockets with it, under a new token; the old one opens nothing any more."""
    work.conn.execute(update(PersonSession).where(col(PersonSession.id) == session).values(**values))


def replace(work: Work, session: str | None) -> None:
    """End the session this browser had: after signing in it is somebody else's, or the same person's older one."""
    before = work.db.get(PersonSession, session) if session is not None else None
    if before is not None:
        end(work, before.person_id, only=before.id)


def end(work: Work, person: str, *, only: str | None = None, but: str | None = None) -> int:
    """End sessions of a person and tell their sockets through the person's log; returns how many."""
    ending = delete(PersonSession).where(col(PersonSession.person_id) == person)
    if only is not None:
        ending = ending.where(col(PersonSession.id) == only)
    if but is not None:
        ending = ending.where(col(PersonSession.id) != but)
    count = work.conn.execute(ending).rowcount
    push_places.ended(work, person)
    if count:
        _tell(work, person)
        _release_guest(work, person)
    return count


def _tell(work: Work, person: str) -> None:
    tell(work, work.db.get_one(Person, person).log_id, SessionEnded())


def _release_guest(work: Work, person: str) -> None:
    """A guest without a session can never come back, so their seats are given to others."""
    left = select(func.count()).where(col(PersonSession.person_id) == person, ~col(PersonSession.ended))
    if not work.db.get_one(Person, person).kept and work.conn.execute(left).scalar_one() == 0:
        personal.release(work, person)
