"""Keeping where a browser is told, and forgetting it."""

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct
from sqlalchemy import Connection, delete, select
from sqlmodel import col

from rooms.wire import Discreet
from rooms.work import Work
from server.door import Handler
from server.models import PersonSession
from server.models_push import PushPlace


class KeepPushPlace(Discreet, frozen=True):
    session: str
    endpoint: str | None
    """None: this browser is told no more."""


class DropPushPlaces(Struct, frozen=True):
    """Browsers that want to hear no more, as their makers say."""

    sessions: tuple[str, ...]


def keep(work: Work, command: KeepPushPlace) -> None:
    drop(work, DropPushPlaces((command.session,)))
    if command.endpoint is not None:
        work.db.add(PushPlace(session_id=command.session, person_id=work.person, endpoint=command.endpoint))


def drop(work: Work, command: DropPushPlaces) -> None:
    work.conn.execute(delete(PushPlace).where(col(PushPlace.session_id).in_(command.sessions)))


def ended(work: Work, person: str) -> None:
    """Forget those of sessions that are not in use any more."""
    used = select(col(PersonSession.id)).where(col(PersonSession.person_id) == person, ~col(PersonSession.ended))
    theirs = delete(PushPlace).where(col(PushPlace.person_id) == person)
    work.conn.execute(theirs.where(col(PushPlace.session_id).not_in(used)))


def of_people(conn: Connection, people: Collection[str]) -> Sequence[tuple[str, str]]:
    """Session and endpoint of each browser of theirs."""
    wanted = select(col(PushPlace.session_id), col(PushPlace.endpoint)).where(col(PushPlace.person_id).in_(people))
    return [(row[0], row[1]) for row in conn.execute(wanted)]


HANDLERS: Mapping[type, Handler] = {KeepPushPlace: keep, DropPushPlaces: drop}
