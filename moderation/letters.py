"""Letters: to an author what was felt and what was decided, to those who flagged what became of it; never by whom.

One person has at most one letter about one message: a later one takes the place of the earlier. A letter about a fold
goes out after a random part of the delay, so that its time says little about any flag.
"""

import base64
from collections.abc import Iterable, Sequence
from typing import Any, get_args

import msgspec
from sqlalchemy import Connection, delete, insert, update
from sqlmodel import col, select

from moderation.fold import threshold
from moderation.models import CaseMessageRow, FlagRow, LetterRow
from moderation.wire import (
    Category,
    DismissLetter,
    Letter,
    LetterAbout,
    LetterCame,
    LetterDismissed,
    Statement,
)
from rooms.log import tell
from rooms.models import Person
from rooms.work import Refusal, Work

OF_A_COVER = ("folded", "held", "reading", "lapsed", "gentle")
"""Letters with nothing more to say once the words are others, or gone."""
_statement = msgspec.json.Decoder(Statement).decode


def write(
    work: Work,
    person: str,
    circle: str,
    target: int,
    about: LetterAbout,
    *,
    case_id: int | None = None,
    mine: bool = True,
    due_at: int | None = None,
    until: int | None = None,
    statement: Statement | None = None,
    side_until: int | None = None,
    appeal_until: int | None = None,
) -> None:
    """A letter about a message, at once or (``due_at``, ms) by the clock. It replaces the person's earlier one."""
    take_away(work, person, circle, target)
    letter_id = base64.urlsafe_b64encode(work.pick(2**96).to_bytes(12, "big")).decode()
    work.conn.execute(
        insert(LetterRow).values(
            id=letter_id,
            person_id=person,
            circle_id=circle,
            target=target,
            case_id=case_id,
            about=about,
            mine=mine,
            until=until,
            felt="",
            statement=None if statement is None else msgspec.json.encode(statement),
            side_until=side_until,
            appeal_until=appeal_until,
            due_at=work.now if due_at is None else due_at,
        )
    )
    if due_at is None:
        _send(work, letter_id)


def folded(work: Work, case_id: int, author: str, circle: str, target: int, until: int) -> None:
    """Have the author told soon that several people asked for a pause on their message."""
    due_at = work.now + work.pick(work.limits.letter_delay + 1)
    write(work, author, circle, target, "folded", case_id=case_id, until=until, due_at=due_at)


def unfolded(work: Work, case_id: int, author: str, circle: str, target: int) -> None:
    """The cover is over and nothing stays on record. Who was never told of it is not told of its end."""
    had = take_away(work, author, circle, target)
    if had is not None and had != "waiting":
        write(work, author, circle, target, "lapsed", case_id=case_id)


def take_away(work: Work, person: str, circle: str, target: int, about: Iterable[str] | None = None) -> str | None:
    """Drop the person's letter about a message; returns ``waiting``, what it was about, or None where there was none."""
    gone = delete(LetterRow).where(
        col(LetterRow.person_id) == person, col(LetterRow.circle_id) == circle, col(LetterRow.target) == target
    )
    if about is not None:
        gone = gone.where(col(LetterRow.about).in_(list(about)))
    row = work.conn.execute(gone.returning(LetterRow.id, LetterRow.about, LetterRow.sent_at)).one_or_none()  # type: ignore[call-overload]
    if row is None:
        return None
    if row.sent_at is None:
        return "waiting"
    _tell(work, person, LetterDismissed(letter=row.id))
    return str(row.about)


def hush(work: Work, author: str, circle: str, target: int) -> None:
    """Nothing more is to be said about a cover on this message: what waits is dropped, what was sent is put away."""
    take_away(work, author, circle, target, OF_A_COVER)


def end(work: Work, case_id: int) -> None:
    """The case is erased, and with it every letter of it."""
    gone = delete(LetterRow).where(col(LetterRow.case_id) == case_id)
    rows = work.conn.execute(gone.returning(LetterRow.id, LetterRow.person_id, LetterRow.sent_at)).all()  # type: ignore[call-overload]
    for letter_id, person, sent_at in rows:
        if sent_at is not None:
            _tell(work, person, LetterDismissed(letter=letter_id))


def dismiss_letter(work: Work, command: DismissLetter) -> None:
    row = mine(work, command.letter)
    work.conn.execute(delete(LetterRow).where(col(LetterRow.id) == row.id))
    _tell(work, work.person, LetterDismissed(letter=command.letter))


def mine(work: Work, letter_id: str) -> Any:
    """The asker's letter, once it went out; anybody else's is ``letter.not_found`` too."""
    row = work.conn.execute(
        select(LetterRow).where(
            LetterRow.id == letter_id, LetterRow.person_id == work.person, col(LetterRow.sent_at).is_not(None)
        )
    ).one_or_none()
    if row is None:
        raise Refusal("letter.not_found")
    return row


def change(work: Work, letter_id: str, **values: int | None) -> None:
    """The letter says something else now about what its reader may do; they are told."""
    work.conn.execute(update(LetterRow).where(col(LetterRow.id) == letter_id).values(**values))
    row = work.conn.execute(select(LetterRow).where(LetterRow.id == letter_id)).one()
    _tell(work, row.person_id, LetterCame(letter=_letter(row)))


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
        select(LetterRow)
        .where(LetterRow.person_id == person_id, col(LetterRow.sent_at).is_not(None))
        .order_by(col(LetterRow.sent_at), col(LetterRow.id))
    )
    return tuple(_letter(row) for row in conn.execute(query))


def dressed(conn: Connection, events: Sequence[Any]) -> dict[str, LetterCame]:
    """Of events read back, those that tell of a letter that is still there, by its id, with its words."""
    ids = [event.letter.id for event in events if isinstance(event, LetterCame)]
    if not ids:
        return {}
    rows = conn.execute(select(LetterRow).where(col(LetterRow.id).in_(ids), col(LetterRow.sent_at).is_not(None)))
    return {row.id: LetterCame(letter=_letter(row)) for row in rows}


def _letter(row: Any) -> Letter:
    return Letter(
        id=row.id,
        about=row.about,
        mine=row.mine,
        circle=row.circle_id,
        target=row.target,
        at=row.sent_at,
        until=row.until,
        felt=tuple(row.felt.split()),
        statement=None if row.statement is None else _statement(row.statement),
        side_until=row.side_until,
        appeal_until=row.appeal_until,
    )


def _send(work: Work, letter_id: str) -> None:
    row = work.conn.execute(select(LetterRow).where(LetterRow.id == letter_id)).one()
    felt = _felt(work, row.case_id, row.target) if row.about == "folded" else ()
    work.conn.execute(
        update(LetterRow)
        .where(col(LetterRow.id) == letter_id)
        .values(due_at=None, sent_at=work.now, felt=" ".join(felt))
    )
    row = work.conn.execute(select(LetterRow).where(LetterRow.id == letter_id)).one()
    _tell(work, row.person_id, LetterCame(letter=_letter(row)))


def _felt(work: Work, case_id: int | None, target: int) -> tuple[Category, ...]:
    """What those who count have felt, each once and always in the same order; no more than that so many of them folded
    it tells anyway, so that in a small circle it does not tell how many more there were."""
    said = work.conn.execute(
        select(FlagRow.category, CaseMessageRow.witnesses)
        .join(CaseMessageRow, col(CaseMessageRow.id) == col(FlagRow.case_message_id))
        .where(
            CaseMessageRow.case_id == case_id,
            CaseMessageRow.seq == target,
            FlagRow.standing > 0,
            ~col(FlagRow.withdrawn),
        )
        .order_by(col(FlagRow.id))
    ).all()
    found = dict.fromkeys(row.category for row in said)
    found = dict.fromkeys(list(found)[: threshold(said[0].witnesses)]) if said else found
    return tuple(each for each in get_args(Category) if each in found)


def _tell(work: Work, person_id: str, event: LetterCame | LetterDismissed) -> None:
    """The letter itself is kept once, in its row: the log keeps only that there was one."""
    log_id = work.conn.execute(select(Person.log_id).where(Person.id == person_id)).scalar_one_or_none()
    if log_id is None:
        return
    stored: LetterCame | LetterDismissed = event
    if isinstance(event, LetterCame):
        stored = LetterCame(letter=msgspec.structs.replace(event.letter, statement=None))
    tell(work, log_id, event, stored=stored)
