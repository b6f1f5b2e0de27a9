"""A case and its rows: opening one, reading it, writing what a step made of it."""

from dataclasses import dataclass
from itertools import islice
from typing import cast

from sqlalchemy import update
from sqlmodel import col, select

from moderation import case as core
from moderation.case import Case, Closing, Conduct, Flag, Message, View
from moderation.flagged import ENDED
from moderation.fold import Origin, Standing
from moderation.models import CaseMessageRow, CaseRow, FlagRow
from moderation.models_panels import ConductRow
from moderation.wire import Category
from rooms.carrying import is_carried
from rooms.models import Circle, EventRow, Log, ParticipantRow
from rooms.work import Work


@dataclass(slots=True)
class Kept:
    """A case and where it is kept."""

    id: int
    circle_id: str
    log_id: int
    author_id: str | None
    case: Case
    rows: dict[int, int]
    """Row of each message, by its seq."""
    salt: bytes | None = None
    """Makes its pseudonyms in the public record."""


def lock(work: Work, log_ids: set[int]) -> None:
    """Hold these circles still, in the order in which everybody locks them. SQLite has one writer and needs none."""
    if log_ids:
        still = select(Log.id).where(col(Log.id).in_(log_ids)).order_by(col(Log.id)).with_for_update()
        work.conn.execute(still)


def load(work: Work, case_id: int) -> Kept:
    row = work.conn.execute(select(CaseRow).where(CaseRow.id == case_id)).one()
    flags: dict[int, list[Flag]] = {}
    given = (
        select(FlagRow)
        .join(CaseMessageRow, col(CaseMessageRow.id) == col(FlagRow.case_message_id))
        .where(CaseMessageRow.case_id == case_id)
        .order_by(col(FlagRow.id))
    )
    for each in work.conn.execute(given):
        flags.setdefault(each.case_message_id, []).append(
            Flag(
                by=each.person_id,
                category=cast(Category, each.category),
                standing=Standing(each.standing),
                origin=Origin(each.invite, each.network),
                withdrawn=each.withdrawn,
            )
        )
    held = work.conn.execute(
        select(CaseMessageRow).where(CaseMessageRow.case_id == case_id).order_by(col(CaseMessageRow.id))
    ).all()
    messages = tuple(
        Message(each.seq, each.witnesses, cast(View, each.view), tuple(flags.get(each.id, ()))) for each in held
    )
    writer = row.writer_id
    return Kept(
        id=case_id,
        circle_id=row.circle_id,
        log_id=row.log_id,
        author_id=row.author_id,
        case=core.unpack(
            row.review,
            opened_at=row.opened_at,
            lapses_at=row.lapses_at,
            messages=messages,
            closed=cast(Closing | None, row.closed),
            author=writer,
            hosts=tuple(row.hosts.split()),
            conduct=() if row.review is None or writer is None else _conduct(work, case_id, row.circle_id, writer),
        ),
        rows={each.seq: each.id for each in held},
        salt=row.salt,
    )


def save(work: Work, kept: Kept, before: Case) -> None:
    """Write what a step made of a case: its views, its course, and when the clock has something to do."""
    views = {each.seq: each.view for each in before.messages}
    for message in kept.case.messages:
        if views.get(message.seq, "visible") != message.view:
            change = update(CaseMessageRow).where(col(CaseMessageRow.id) == kept.rows[message.seq])
            work.conn.execute(change.values(view=message.view))
    draw_at = core.draw_at(kept.case)
    if draw_at is not None and not _panels_agreed(work, kept.circle_id):
        draw_at = None
    work.conn.execute(
        update(CaseRow)
        .where(col(CaseRow.id) == kept.id)
        .values(
            closed=kept.case.closed,
            stage=kept.case.review.stage,
            due_at=core.next_at(kept.case, work.limits),
            draw_at=draw_at,
            urgency=core.urgency(kept.case),
            review=core.pack(kept.case),
        )
    )


def holding(work: Work, log_id: int, seq: int, *, live: bool = False) -> list[Kept]:
    """The cases that hold or held a message, or only that in which it is still ``live``; oldest first."""
    held = (
        select(CaseMessageRow.case_id)
        .where(CaseMessageRow.log_id == log_id, CaseMessageRow.seq == seq)
        .order_by(col(CaseMessageRow.case_id))
    )
    if live:
        held = held.where(col(CaseMessageRow.view).not_in(ENDED))
    return [load(work, case_id) for case_id in work.conn.execute(held).scalars().all()]


def newest(work: Work, author_id: str) -> list[Kept]:
    """The latest case of an author (a participant), if it is not closed: the only one that may take another message.

    A case of a carried sentence takes no other.
    """
    rows = work.conn.execute(
        select(CaseRow.id, EventRow.data)
        .outerjoin(CaseMessageRow, col(CaseMessageRow.case_id) == col(CaseRow.id))
        .outerjoin(
            EventRow,
            (col(EventRow.log_id) == col(CaseMessageRow.log_id)) & (col(EventRow.seq) == col(CaseMessageRow.seq)),
        )
        .where(CaseRow.author_id == author_id, col(CaseRow.closed).is_(None))
        .order_by(col(CaseRow.opened_at).desc(), col(CaseRow.id).desc())
    )
    ordinary = (case_id for case_id, data in rows.all() if case_id is not None and not is_carried(data))
    return [load(work, case_id) for case_id in islice(ordinary, 1)]


def due(work: Work, case_id: int | None) -> list[Kept]:
    """The case, if the clock still has something to do in it."""
    row = work.conn.execute(select(CaseRow.id).where(CaseRow.id == case_id, col(CaseRow.due_at) <= work.now))
    return [load(work, found) for found in row.scalars().all() if found is not None]


def author(kept: Kept) -> str | None:
    """The person; None once they are forgotten."""
    return kept.case.author


def author_and_hosts(work: Work, author_id: str | None, circle_id: str) -> tuple[str | None, tuple[str, ...]]:
    """People, of a participant and of a circle."""
    return _person(work, author_id), _hosts(work, circle_id)


def _person(work: Work, participant: str | None) -> str | None:
    return work.conn.execute(
        select(ParticipantRow.person_id).where(ParticipantRow.id == participant)
    ).scalar_one_or_none()


def _hosts(work: Work, circle_id: str) -> tuple[str, ...]:
    """Who holds the room, and who opened it."""
    row = work.conn.execute(
        select(Circle.opener_id, ParticipantRow.person_id)
        .outerjoin(ParticipantRow, col(ParticipantRow.id) == col(Circle.host_id))
        .where(Circle.id == circle_id)
    ).one_or_none()
    return () if row is None else tuple(sorted({each for each in row if each is not None}))


def _conduct(work: Work, case_id: int, circle_id: str, person: str) -> tuple[Conduct, ...]:
    rows = work.conn.execute(
        select(ConductRow).where(
            ConductRow.person_id == person,
            ConductRow.at > work.now - work.limits.record,
            ConductRow.case_id != case_id,
        )
    )
    return tuple(Conduct(row.level, row.at, row.circle_id == circle_id) for row in rows)


def _panels_agreed(work: Work, circle_id: str) -> bool:
    return bool(work.conn.execute(select(Circle.panels).where(Circle.id == circle_id)).scalar_one_or_none())
