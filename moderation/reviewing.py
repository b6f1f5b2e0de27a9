"""Beginning and ending to review, and coming as a moderator: everybody for themselves, moderators by a code."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, func, insert, update
from sqlmodel import col, select

from moderation import case as core
from moderation import cases, effects, ledger
from moderation.models import ActivityRow, CaseRow, ModeratorInviteRow, ReviewerRow
from moderation.models_panels import SeatRow
from moderation.reviewers import DAYS_KEPT
from moderation.wire import Category
from moderation.wire_reviewing import (
    BeginReviewing,
    ComeAsModerator,
    EndReviewing,
    GiveUpModerator,
    Reviewing,
    ReviewingChanged,
    SetReviewing,
)
from rooms.log import tell
from rooms.models import Person
from rooms.work import Refusal, Work


def begin(work: Work, command: BeginReviewing) -> None:
    if work.db.get(ReviewerRow, work.person) is None:
        work.db.add(ReviewerRow(person_id=work.person, since=work.now, skips=" ".join(sorted(set(command.skips)))))
        _changed(work, work.person)
    else:
        _skip(work, command.skips)


def set_skips(work: Work, command: SetReviewing) -> None:
    if work.db.get(ReviewerRow, work.person) is None:
        raise Refusal("reviewing.not_begun")
    _skip(work, command.skips)


def end(work: Work, _command: EndReviewing) -> None:
    row = work.db.get(ReviewerRow, work.person)
    if row is None:
        return
    if row.role == "moderator":
        ledger.note(work, None, "moderator", {"change": "gave_up"})
    work.db.delete(row)
    work.db.flush()
    _leave_seats(work)
    _changed(work, work.person)


def invite_moderator(work: Work) -> str:
    """A code for one person, told to whoever runs the machine, who hands it on. Only its hash is kept."""
    code = secrets.token_urlsafe(16)
    ends_at = work.now + work.limits.moderator_invite
    work.conn.execute(insert(ModeratorInviteRow).values(code_hash=_hash(code), ends_at=ends_at))
    return code


def come_as_moderator(work: Work, command: ComeAsModerator) -> None:
    invite = delete(ModeratorInviteRow).where(
        col(ModeratorInviteRow.code_hash) == _hash(command.code.strip()), col(ModeratorInviteRow.ends_at) > work.now
    )
    if work.conn.execute(invite).rowcount != 1:
        raise Refusal("moderator.no_invite")
    row = work.db.get(ReviewerRow, work.person) or ReviewerRow(person_id=work.person, since=work.now)
    row.role, row.until = "moderator", work.now + work.limits.moderator_lasts
    work.db.add(row)
    ledger.note(work, None, "moderator", {"change": "came"})
    _changed(work, work.person)


def give_up_moderator(work: Work, _command: GiveUpModerator) -> None:
    row = work.db.get(ReviewerRow, work.person)
    if row is None or row.role != "moderator":
        return
    row.role, row.until = "reviewer", None
    work.db.add(row)
    ledger.note(work, None, "moderator", {"change": "gave_up"})
    _changed(work, work.person)


def due(work: Work) -> None:
    """Half a year is over: they go on as reviewers like others."""
    over = (
        update(ReviewerRow)
        .where(col(ReviewerRow.until) <= work.now)
        .values(role="reviewer", until=None)
        .returning(col(ReviewerRow.person_id))
    )
    for person in work.conn.execute(over).scalars().all():
        ledger.note(work, None, "moderator", {"change": "ended"})
        _changed(work, person)
    work.conn.execute(delete(ModeratorInviteRow).where(col(ModeratorInviteRow.ends_at) <= work.now))


def next_due(conn: Connection) -> int | None:
    found = conn.execute(select(func.min(ReviewerRow.until))).scalar_one()
    return None if found is None else int(found)


def seen(work: Work, people: Iterable[str]) -> None:
    """They are here today. One bit a day for thirty days, that nobody is ever sent."""
    today = work.now // work.limits.day
    everybody = sorted(set(people))
    known = dict(
        work.conn.execute(
            select(ActivityRow.person_id, ActivityRow.day).where(col(ActivityRow.person_id).in_(everybody))
        ).all()
    )
    there = set(work.conn.execute(select(Person.id).where(col(Person.id).in_(everybody))).scalars())
    for person in everybody:
        if person not in there or known.get(person) == today:
            continue
        if person not in known:
            work.conn.execute(insert(ActivityRow).values(person_id=person, day=today, days=1))
            continue
        row = work.db.get_one(ActivityRow, person)
        shift = min(max(0, today - row.day), DAYS_KEPT)
        row.days = ((row.days << shift) | 1) & ((1 << DAYS_KEPT) - 1)
        row.day = max(row.day, today)
        work.db.add(row)


def view(conn: Connection, person: str) -> Reviewing | None:
    row = conn.execute(select(ReviewerRow).where(ReviewerRow.person_id == person)).one_or_none()
    if row is None:
        return None
    return Reviewing(
        role=row.role,
        since=row.since,
        until=row.until,
        skips=tuple(row.skips.split()),
        rest_until=row.rest_until or None,
    )


def _skip(work: Work, skips: Sequence[Category]) -> None:
    row = work.db.get_one(ReviewerRow, work.person)
    row.skips = " ".join(sorted(set(skips)))
    work.db.add(row)
    _changed(work, work.person)


def _leave_seats(work: Work) -> None:
    rows = work.conn.execute(
        select(SeatRow.case_id, CaseRow.log_id)
        .join(CaseRow, col(CaseRow.id) == col(SeatRow.case_id))
        .where(SeatRow.person_id == work.person, col(SeatRow.ended_at).is_(None))
    ).all()
    cases.lock(work, {log_id for _, log_id in rows})
    for case_id, _ in rows:
        kept = cases.load(work, case_id)
        try:
            step = core.decline(kept.case, work.person, now=work.now, limits=work.limits)
        except Refusal:
            continue  # who has voted stays until it is decided
        effects.carry_out(work, kept, step)


def _changed(work: Work, person: str) -> None:
    work.db.flush()
    log_id = work.conn.execute(select(Person.log_id).where(Person.id == person)).scalar_one_or_none()
    if log_id is not None:
        tell(work, log_id, ReviewingChanged(reviewing=view(work.conn, person)))


def _hash(code: str) -> bytes:
    return hashlib.sha256(b"moderator:" + code.encode()).digest()
