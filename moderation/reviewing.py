"""Beginning and ending to review, and coming as a moderator: everybody for themselves, moderators by a code."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import get_args

from sqlalchemy import Connection, delete, func, union_all
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from moderation import case as core
from moderation import cases, effects, ledger, reviewers
from moderation.models import ActivityRow, CaseRow, ModeratorInviteRow, ReviewerRow
from moderation.models_panels import SeatRow
from moderation.operating import InviteModerator, ModeratorInvite
from moderation.wire import Category
from moderation.wire_reviewing import (
    BeginReviewing,
    ComeAsModerator,
    EndReviewing,
    GiveUpModerator,
    SetReviewing,
)
from rooms.invites import LETTERS
from rooms.models import Person
from rooms.work import Answered, Refusal, Work

CODE_LENGTH = 16
"""Letters of a moderator's code: 77 random bits."""
GROUP = 4


def begin(work: Work, command: BeginReviewing) -> None:
    _skip(work, work.db.get(ReviewerRow, work.person) or _new(work), command.skips)


def set_skips(work: Work, command: SetReviewing) -> None:
    row = work.db.get(ReviewerRow, work.person)
    if row is None:
        raise Refusal("reviewing.not_begun")
    _skip(work, row, command.skips)


def end(work: Work, _command: EndReviewing) -> None:
    row = work.db.get(ReviewerRow, work.person)
    if row is None:
        return
    _gone(work, row)
    work.db.flush()
    _leave_seats(work)
    reviewers.tell_gone(work, work.person)


def invite_moderator(work: Work, _command: InviteModerator) -> Answered:
    """A code for one person, told to whoever runs the machine, who hands it on. Only its hash is kept."""
    code = "".join(LETTERS[work.pick(len(LETTERS))] for _ in range(CODE_LENGTH))
    made = ModeratorInviteRow(code_hash=_hash(code), ends_at=work.now + work.limits.moderator_invite)
    work.db.add(made)
    shown = "-".join(code[start : start + GROUP] for start in range(0, CODE_LENGTH, GROUP))
    return Answered(made=ModeratorInvite(code=shown, ends_at=made.ends_at))


def come_as_moderator(work: Work, command: ComeAsModerator) -> None:
    """Use a code up. Whoever is a moderator already begins another term, and the record tells of both."""
    invite = delete(ModeratorInviteRow).where(
        col(ModeratorInviteRow.code_hash) == _hash(command.code), col(ModeratorInviteRow.ends_at) > work.now
    )
    if work.conn.execute(invite).rowcount != 1:
        raise Refusal("moderator.no_invite")
    row = work.db.get(ReviewerRow, work.person) or _new(work)
    if row.role == "moderator":
        _note(work, "ended")
    row.role, row.since, row.until = "moderator", work.now, work.now + work.limits.moderator_lasts
    work.db.add(row)
    _note(work, "came")
    reviewers.tell_changed(work, row)


def give_up_moderator(work: Work, _command: GiveUpModerator) -> None:
    row = work.db.get(ReviewerRow, work.person)
    if row is not None and row.role == "moderator":
        _as_reviewer(work, row, "gave_up")


def due(work: Work) -> None:
    """Half a year is over: they go on as reviewers like others. Codes nobody used are over too."""
    over = select(ReviewerRow).where(col(ReviewerRow.until) <= work.now).order_by(col(ReviewerRow.person_id))
    for row in work.db.exec(over.with_for_update(skip_locked=True)).all():
        _as_reviewer(work, row, "ended")
    work.conn.execute(delete(ModeratorInviteRow).where(col(ModeratorInviteRow.ends_at) <= work.now))


def next_due(conn: Connection) -> int | None:
    """When the next term or code ends (ms); None where none does."""
    ends = union_all(
        select(func.min(ReviewerRow.until).label("at")), select(func.min(ModeratorInviteRow.ends_at))
    ).subquery()
    found = conn.execute(select(func.min(ends.c.at))).scalar_one()
    return None if found is None else int(found)


def seen(work: Work, people: Iterable[str]) -> None:
    """They are here today: one bit a day for thirty days, that nobody is ever sent. Harmless to repeat."""
    today = work.now // work.limits.day
    there = work.conn.execute(select(Person.id).where(col(Person.id).in_(people))).scalars()
    known = [{"person_id": person, "day": today, "days": 0} for person in sorted(there)]
    if not known:
        return
    # Another process may note them at the same moment.
    if_new = sqlite.insert if work.conn.dialect.name == "sqlite" else postgresql.insert
    work.conn.execute(if_new(ActivityRow).on_conflict_do_nothing(), known)
    mine = select(ActivityRow).where(col(ActivityRow.person_id).in_([each["person_id"] for each in known]))
    for row in work.db.exec(mine.order_by(col(ActivityRow.person_id)).with_for_update()).all():
        row.days, row.day = reviewers.with_today(row.days, row.day, today)
        work.db.add(row)


def forgotten(work: Work, people: Sequence[str]) -> None:
    """Erase that these people reviewed, and were here. Called before their own rows are erased."""
    for row in work.db.exec(select(ReviewerRow).where(col(ReviewerRow.person_id).in_(people))).all():
        _gone(work, row)
    work.db.flush()
    work.conn.execute(delete(ActivityRow).where(col(ActivityRow.person_id).in_(people)))


def tidy(work: Work) -> None:
    """Days that count no more are nobody's business."""
    old = work.now // work.limits.day - reviewers.DAYS_KEPT
    work.conn.execute(delete(ActivityRow).where(col(ActivityRow.day) <= old))


def _new(work: Work) -> ReviewerRow:
    return ReviewerRow(person_id=work.person, since=work.now)


def _skip(work: Work, row: ReviewerRow, skips: Sequence[Category]) -> None:
    row.skips = " ".join(each for each in get_args(Category) if each in skips)
    work.db.add(row)
    reviewers.tell_changed(work, row)


def _as_reviewer(work: Work, row: ReviewerRow, change: str) -> None:
    row.role, row.since, row.until = "reviewer", work.now, None
    work.db.add(row)
    _note(work, change)
    reviewers.tell_changed(work, row)


def _gone(work: Work, row: ReviewerRow) -> None:
    if row.role == "moderator":
        _note(work, "gave_up")
    work.db.delete(row)


def _note(work: Work, change: str) -> None:
    ledger.note(work, None, "moderator", {"change": change})


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


def _hash(code: str) -> bytes:
    return hashlib.sha256(("".join(letter for letter in code.upper() if letter.isalnum())).encode()).digest()
