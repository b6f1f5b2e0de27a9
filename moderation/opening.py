"""Opening a case, and taking messages and flags into it."""

import hashlib
import secrets
from dataclasses import replace

from sqlalchemy import insert, update
from sqlmodel import col, select

from moderation.case import Case, Flag, add, takes
from moderation.cases import Kept, author_and_hosts
from moderation.fold import Origin
from moderation.models import CaseMessageRow, CaseRow, FlagRow
from rooms.models import Circle
from rooms.work import Work

FOLD_BLUR = 24
"""A fold ends up to so small a part of its life early: three hours of 72."""


def which_takes(work: Work, found: list[Kept], seq: int) -> Kept | None:
    """The first of them that a flag on the message belongs to now."""
    limits = work.limits
    return next(
        (
            each
            for each in found
            if takes(each.case, seq, now=work.now, span=limits.case_span, most=limits.case_messages)
        ),
        None,
    )


def open_case(work: Work, circle: Circle, author_id: str) -> Kept:
    lapses_at = _lapses_at(work)
    writer, hosts = author_and_hosts(work, author_id, circle.id)
    salt = work.pick(2**256).to_bytes(32, "big")
    made = work.conn.execute(
        insert(CaseRow)
        .values(
            circle_id=circle.id,
            log_id=circle.log_id,
            author_id=author_id,
            writer_id=writer,
            hosts=" ".join(hosts),
            opened_at=work.now,
            lapses_at=lapses_at,
            due_at=lapses_at,
            salt=salt,
        )
        .returning(CaseRow.id)  # type: ignore[call-overload]
    )
    case = Case(work.now, lapses_at, author=writer, hosts=hosts)
    return Kept(int(made.scalar_one()), circle.id, circle.log_id, author_id, case, {}, salt)


def begin_now(work: Work, kept: Kept) -> None:
    """Nobody who was there has asked for anything yet: whatever time the case has begins with the first who does."""
    if kept.case.closed is not None or kept.case.review.stage != "triage":
        return
    if any(each.asking or each.holds for each in kept.case.messages):
        return
    lapses_at = _lapses_at(work)
    kept.case = replace(kept.case, opened_at=work.now, lapses_at=lapses_at)
    change = update(CaseRow).where(col(CaseRow.id) == kept.id)
    work.conn.execute(change.values(opened_at=work.now, lapses_at=lapses_at, due_at=lapses_at))


def _lapses_at(work: Work) -> int:
    # Everybody is told until when a fold lasts. A part of it that nobody knows keeps them from reckoning back to the
    # moment of the first flag, and from there to whose screen was here.
    return work.now + work.limits.fold_life - work.pick(work.limits.fold_life // FOLD_BLUR + 1)


def add_message(work: Work, kept: Kept, seq: int, witnesses: int, *, rephrased: bool) -> None:
    made = work.conn.execute(
        insert(CaseMessageRow)
        .values(
            case_id=kept.id,
            log_id=kept.log_id,
            seq=seq,
            rephrased=rephrased,
            witnesses=witnesses,
            view="visible",
            salt=secrets.token_bytes(16),
        )
        .returning(CaseMessageRow.id)  # type: ignore[call-overload]
    )
    kept.rows[seq] = int(made.scalar_one())
    kept.case = add(kept.case, seq, witnesses)


def add_flag(work: Work, kept: Kept, seq: int, given: Flag) -> None:
    """Write a flag; what follows from it is for `carry_out`."""
    work.conn.execute(
        insert(FlagRow).values(
            case_message_id=kept.rows[seq],
            person_id=given.by,
            at=work.now,
            category=given.category,
            standing=int(given.standing),
            invite=given.origin.invite,
            network=given.origin.network,
        )
    )


def marks(work: Work, kept: Kept, seq: int, *, invite: str | None, network: str | None) -> Origin:
    """Where a young identity came from, to be compared with other flags on this message and with nothing else."""
    salt = work.conn.execute(select(CaseMessageRow.salt).where(CaseMessageRow.id == kept.rows[seq])).scalar_one()
    if salt is None:
        return Origin()

    def mark(what: str | None) -> bytes | None:
        return None if what is None else hashlib.blake2b(what.encode(), key=salt, digest_size=12).digest()

    return Origin(mark(invite), mark(network))
