"""What is not needed any more: done now and then by the clock, a bounded part at a time."""

from sqlalchemy import ColumnElement, delete, update
from sqlmodel import col, select

from rooms.models import EventRow, Log, ParticipantRow, Person
from rooms.work import Work

AT_ONCE = 200


def forget_networks(work: Work) -> None:
    """Where somebody came from is kept only while it caps what a young identity can do."""
    old = work.now - work.limits.established_age
    work.conn.execute(
        update(Person).where(col(Person.network).is_not(None), col(Person.created_at) <= old).values(network=None)
    )


def people_without_places(work: Work, *, gone: ColumnElement[bool]) -> list[str]:
    """People who have kept no place and whose every circle is over, of those who are ``gone``: ids, a part at a time."""
    placed = select(ParticipantRow.person_id).where(ParticipantRow.person_id == Person.id)
    found = select(Person.id).where(~col(Person.kept), ~placed.exists(), gone)
    return list(work.conn.execute(found.limit(AT_ONCE)).scalars())


def erase_people(work: Work, people: list[str]) -> None:
    """Delete people and their logs; nothing of theirs is left that anybody could read."""
    logs = list(work.conn.execute(select(Person.log_id).where(col(Person.id).in_(people))).scalars())
    work.conn.execute(delete(Person).where(col(Person.id).in_(people)))
    work.conn.execute(delete(EventRow).where(col(EventRow.log_id).in_(logs)))
    work.conn.execute(delete(Log).where(col(Log.id).in_(logs)))
