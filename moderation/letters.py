"""Letters to the author of a folded message: what was felt, never by whom, nor by how many.

A letter about a fold goes out after a random part of the delay, so that its time says little about any flag.
"""

import base64
from typing import Literal, get_args

from sqlalchemy import Connection, delete, insert, update
from sqlmodel import col, select

from moderation.models import CaseMessageRow, CaseRow, FlagRow, LetterRow
from moderation.wire import Category, DismissLetter, Letter, LetterCame, LetterDismissed
from rooms.log import append
from rooms.models import Person
from rooms.work import Refusal, Work


def folded(work: Work, message_id: int, author: str, until: int) -> None:
    """Have the author told soon. ``message_id`` is the row of the message in its case, ``author`` a person."""
    hush(work, message_id)
    due_at = work.now + work.pick(work.limits.letter_delay + 1)
    _write(work, message_id, author, "folded", until=until, due_at=due_at)


def unfolded(work: Work, message_id: int, author: str) -> None:
    """The fold is over and nothing stays on record. Who was never told of a fold is not told of its end."""
    if _take_away(work, message_id) == "waiting":
        return
    letter_id = _write(work, message_id, author, "lapsed", until=None, due_at=work.now)
    _send(work, letter_id)


def hush(work: Work, message_id: int) -> None:
    """Nothing more is to be said about this message: what waits is dropped, what was sent is put away."""
    _take_away(work, message_id)


def dismiss_letter(work: Work, command: DismissLetter) -> None:
    found = work.conn.execute(
        delete(LetterRow).where(
            col(LetterRow.id) == command.letter,
            col(LetterRow.person_id) == work.person,
            col(LetterRow.sent_at).is_not(None),
        )
    )
    if found.rowcount == 0:
        raise Refusal("letter.not_found")
    _tell(work, work.person, LetterDismissed(letter=command.letter))


def send_due(work: Work, most: int) -> None:
    """Send up to ``most`` letters whose time has come. Those another process is sending are left to it."""
    waiting = (
        select(LetterRow.id)
        .where(col(LetterRow.due_at) <= work.now)
        .order_by(col(LetterRow.due_at), col(LetterRow.id))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    for letter_id in work.conn.execute(waiting).scalars().all():
        _send(work, letter_id)


def letters(conn: Connection, person_id: str) -> tuple[Letter, ...]:
    """The person's letters that went out and were not put away, oldest first."""
    query = (
        select(LetterRow, CaseRow.circle_id, CaseMessageRow.seq)
        .join(CaseMessageRow, col(CaseMessageRow.id) == col(LetterRow.case_message_id))
        .join(CaseRow, col(CaseRow.id) == col(CaseMessageRow.case_id))
        .where(LetterRow.person_id == person_id, col(LetterRow.sent_at).is_not(None))
        .order_by(col(LetterRow.sent_at), col(LetterRow.id))
    )
    return tuple(
        Letter(
            id=row.id,
            about=row.about,
            circle=row.circle_id,
            target=row.seq,
            at=row.sent_at,
            until=row.until,
            felt=tuple(row.felt.split()),
        )
        for row in conn.execute(query)
    )


def _write(
    work: Work,
    message_id: int,
    author: str,
    about: Literal["folded", "lapsed"],
    *,
    until: int | None,
    due_at: int,
) -> str:
    letter_id = base64.urlsafe_b64encode(work.pick(2**96).to_bytes(12, "big")).decode()
    work.conn.execute(
        insert(LetterRow).values(
            id=letter_id,
            person_id=author,
            case_message_id=message_id,
            about=about,
            until=until,
            felt="",
            due_at=due_at,
        )
    )
    return letter_id


def _take_away(work: Work, message_id: int) -> Literal["none", "waiting", "sent"]:
    gone = work.conn.execute(
        delete(LetterRow)
        .where(col(LetterRow.case_message_id) == message_id)
        .returning(LetterRow.id, LetterRow.person_id, LetterRow.sent_at)  # type: ignore[call-overload]
    ).one_or_none()
    if gone is None:
        return "none"
    letter_id, person_id, sent_at = gone
    if sent_at is None:
        return "waiting"
    _tell(work, person_id, LetterDismissed(letter=letter_id))
    return "sent"


def _send(work: Work, letter_id: str) -> None:
    query = (
        select(LetterRow, CaseRow.circle_id, CaseMessageRow.seq)
        .join(CaseMessageRow, col(CaseMessageRow.id) == col(LetterRow.case_message_id))
        .join(CaseRow, col(CaseRow.id) == col(CaseMessageRow.case_id))
        .where(LetterRow.id == letter_id)
    )
    row = work.conn.execute(query).one()
    felt = _felt(work, row.case_message_id) if row.about == "folded" else ()
    work.conn.execute(
        update(LetterRow)
        .where(col(LetterRow.id) == letter_id)
        .values(due_at=None, sent_at=work.now, felt=" ".join(felt))
    )
    letter = Letter(
        id=letter_id,
        about=row.about,
        circle=row.circle_id,
        target=row.seq,
        at=work.now,
        until=row.until,
        felt=felt,
    )
    _tell(work, row.person_id, LetterCame(letter=letter))


def _felt(work: Work, message_id: int) -> tuple[Category, ...]:
    """What those who count have felt, each once and always in the same order."""
    said = work.conn.execute(
        select(FlagRow.category)
        .where(FlagRow.case_message_id == message_id, col(FlagRow.standing) > 0, ~col(FlagRow.withdrawn))
        .distinct()
    )
    found = set(said.scalars())
    return tuple(each for each in get_args(Category) if each in found)


def _tell(work: Work, person_id: str, event: LetterCame | LetterDismissed) -> None:
    log_id = work.conn.execute(select(Person.log_id).where(Person.id == person_id)).scalar_one_or_none()
    if log_id is not None:
        append(work, log_id, event)
