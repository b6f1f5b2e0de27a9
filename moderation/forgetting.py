"""Leaving no link between a person who is erased and any case: their flags, holds, seats, letters, or what was about them.

What their flags and ballots did stays until it ends by itself: otherwise everybody would see by their leaving what
they had flagged.
"""

from sqlalchemy import ColumnElement, Connection, delete, update
from sqlmodel import col, select

from moderation import case as core
from moderation import cases, desk, effects, reviewing, sealed
from moderation.cases import Kept
from moderation.models import CaseMessageRow, CaseRow, FlagRow, LetterRow
from moderation.models_panels import ConductRow, FaithRow, HoldRow, PauseRow, SealedRow, SeatRow
from rooms.models import ParticipantRow, Person
from rooms.work import Work


def forgotten(work: Work, person_id: str) -> None:
    """Called before the person's own rows are erased."""
    work.conn.execute(delete(LetterRow).where(col(LetterRow.person_id) == person_id))
    theirs = select(ParticipantRow.id).where(ParticipantRow.person_id == person_id).scalar_subquery()
    # Also where the line itself has faded: a copy may live longer, beside somebody else's words.
    work.conn.execute(update(SealedRow).where(col(SealedRow.sender).in_(theirs)).values(body=None, sender=None))
    about = _about(work.conn, person_id)
    named = _named(work.conn, person_id)
    cases.lock(work, set(about.values()) | set(named.values()))
    for case_id in sorted(about):
        kept = cases.load(work, case_id)
        effects.carry_out(work, kept, core.author_forgotten(kept.case, now=work.now, limits=work.limits))
        sealed.erase(work, case_id)
    work.conn.execute(update(CaseRow).where(col(CaseRow.id).in_(list(about))).values(author_id=None, writer_id=None))
    for case_id in sorted(named):
        row = work.db.get_one(CaseRow, case_id)
        row.hosts, row.kept_out = _without(row.hosts, person_id), _without(row.kept_out, person_id)
        work.db.add(row)
        work.db.flush()
        kept = cases.load(work, case_id)
        _drop_objection(work, kept, person_id)
        for panel, _ in desk.panels(kept.case):
            if (seat := panel.seat(person_id)) is not None and seat.letter:
                sealed.unsay(work, case_id, panel.instance, seat.letter, "said")
        effects.carry_out(work, kept, core.forget(kept.case, person_id, now=work.now, limits=work.limits))
    for table in (FlagRow, HoldRow, SeatRow):
        work.conn.execute(update(table).where(col(table.person_id) == person_id).values(person_id=None))
    reviewing.forgotten(work, [person_id])
    for own in (FaithRow, ConductRow, PauseRow):
        work.conn.execute(delete(own).where(col(own.person_id) == person_id))
    _drop_flags_of_nobody(work)


def _drop_objection(work: Work, kept: Kept, person_id: str) -> None:
    """Of those who flagged: theirs, or all where several objected, because whose is whose is not kept."""
    several = len(sealed.written(work, kept.id, "objection", by=sealed.SIDES["flagger"])) > 1
    flagged = any(flag.by == person_id for message in kept.case.messages for flag in message.flags)
    if (several and flagged) or any(each.by == person_id for each in kept.case.review.appeals):
        sealed.unsay(work, kept.id, 0, sealed.SIDES["flagger"], "objection")


def circles(conn: Connection, person_id: str) -> set[int]:
    """Logs of circles to which their being forgotten may write, besides those they are in."""
    return {*_about(conn, person_id).values(), *_named(conn, person_id).values()}


def has_open_seat() -> ColumnElement[bool]:
    """Of a `Person` in a query: they sit on a panel, or are asked to. Who does is let go of once that seat is over."""
    sits = select(SeatRow.id).where(SeatRow.person_id == Person.id, col(SeatRow.ended_at).is_(None))
    return sits.exists()


def tidy(work: Work, people: list[str]) -> None:
    """People of whom nobody can come back leave nothing for which they would be found. What their flags did goes on."""
    reviewing.forgotten(work, people)
    work.conn.execute(delete(LetterRow).where(col(LetterRow.person_id).in_(people)))
    for table in (FlagRow, HoldRow, SeatRow):
        work.conn.execute(update(table).where(col(table.person_id).in_(people)).values(person_id=None))
    _drop_flags_of_nobody(work)
    for own in (FaithRow, PauseRow):
        work.conn.execute(delete(own).where(col(own.person_id).in_(people)))


def _drop_flags_of_nobody(work: Work) -> None:
    """In cases that are over they count towards nothing."""
    closed = (
        select(CaseMessageRow.id)
        .join(CaseRow, col(CaseRow.id) == col(CaseMessageRow.case_id))
        .where(col(CaseRow.closed).is_not(None))
    )
    work.conn.execute(delete(FlagRow).where(col(FlagRow.person_id).is_(None), col(FlagRow.case_message_id).in_(closed)))


def _about(conn: Connection, person_id: str) -> dict[int, int]:
    """Cases whose author they are, with the circle's log."""
    rows = conn.execute(select(CaseRow.id, CaseRow.log_id).where(CaseRow.writer_id == person_id)).all()
    return {case_id: log_id for case_id, log_id in rows if case_id is not None}


def _named(conn: Connection, person_id: str) -> dict[int, int]:
    """Cases that know them otherwise."""
    flagged = (
        select(CaseMessageRow.case_id)
        .join(FlagRow, col(FlagRow.case_message_id) == col(CaseMessageRow.id))
        .where(FlagRow.person_id == person_id)
    )
    theirs = set(conn.execute(flagged).scalars())
    # Their course names everybody who was drawn, so each is looked at; there are only as many as words have not faded.
    every = conn.execute(select(CaseRow)).yield_per(500)
    wanted = person_id.encode()
    found: dict[int, int] = {}
    for row in every:
        beside = {*row.hosts.split(), *row.kept_out.split()}
        if row.id in theirs or person_id in beside or wanted in (row.review or b""):
            found[row.id] = row.log_id
    return found


def _without(names: str, person_id: str) -> str:
    return " ".join(each for each in names.split() if each != person_id)
