"""Asking gently: one note without a name to the writer of a message, however many ask. No case, no flag, no count.

Whoever asks second, or asks about somebody who wants no such notes, is answered just as the first is.
"""

import msgspec
from sqlalchemy import delete
from sqlmodel import col, select

from moderation import fold, letters, witnesses
from moderation.models import LetterRow
from moderation.models_care import GentleNote
from moderation.wire_care import AskGently
from rooms import rules
from rooms.circles import seat
from rooms.messages import message
from rooms.models import Circle, EventRow, ParticipantRow, Person
from rooms.wire import Preferences
from rooms.work import Refusal, Work

_preferences = msgspec.json.Decoder(Preferences).decode


def ask(work: Work, command: AskGently) -> None:
    """Raises ``message.not_found``, ``message.taken_back``, ``gentle.own_words`` or ``gentle.not_witness``, which all
    follow from what the asker sees and knows of themselves."""
    circle, mine = seat(work, command.circle)
    rules.may_talk(circle.state)
    row = message(work, circle, command.target)
    if row.sender == mine.id:
        raise Refusal("gentle.own_words")
    if row.body is None or row.sender is None:
        raise Refusal("message.taken_back")
    if not _is_witness(work, mine, row):
        raise Refusal("gentle.not_witness")
    author = work.db.get_one(ParticipantRow, row.sender).person_id
    # The door holds the circle's log, so that of two who ask at once one is the second.
    if author is None or work.db.get(GentleNote, (row.log_id, row.seq)) is not None:
        return
    work.db.add(GentleNote(log_id=row.log_id, seq=row.seq, author_id=author))
    work.db.flush()
    if _is_welcome(work, author, circle, row):
        limits = work.limits
        delay = limits.gentle_least + work.pick(limits.gentle_most - limits.gentle_least + 1)
        letters.write(work, author, circle.id, row.seq, "gentle", due_at=work.now + delay)


def none_for(work: Work) -> None:
    """The asker wants no such notes any more: those on their way do not arrive."""
    work.conn.execute(
        delete(LetterRow).where(
            col(LetterRow.person_id) == work.person,
            col(LetterRow.about) == "gentle",
            col(LetterRow.sent_at).is_(None),
        )
    )


def hush(work: Work, circle: Circle, seq: int) -> None:
    """The words are gone or others; a note about them says nothing any more."""
    note = work.db.get(GentleNote, (circle.log_id, seq))
    if note is not None:
        letters.take_away(work, note.author_id, circle.id, seq, ("gentle",))


def faded(work: Work, log_id: int, floor: int) -> None:
    """Everything in a circle's log up to and including ``floor`` is deleted."""
    gone = work.db.exec(select(GentleNote).where(GentleNote.log_id == log_id, GentleNote.seq <= floor)).all()
    if not gone:
        return
    circle = work.db.exec(select(Circle).where(Circle.log_id == log_id)).one()
    for note in gone:
        letters.take_away(work, note.author_id, circle.id, note.seq, ("gentle",))
        work.db.delete(note)


def forgotten(work: Work, person_id: str) -> None:
    work.conn.execute(delete(GentleNote).where(col(GentleNote.author_id) == person_id))


def _is_witness(work: Work, mine: ParticipantRow, row: EventRow) -> bool:
    made_at = work.db.get_one(Person, work.person).created_at
    entered_at = witnesses.entered_at(work, mine, row.seq)
    return fold.standing(witnesses.bars(work, row), made_at=made_at, entered_at=entered_at) is not fold.Standing.NONE


def _is_welcome(work: Work, author: str, circle: Circle, row: EventRow) -> bool:
    """The author takes such notes, and nothing weightier is said to them about this message already."""
    if row.cover is not None or not _preferences(work.db.get_one(Person, author).preferences).gentle_notes:
        return False
    told = select(LetterRow.id).where(
        LetterRow.person_id == author, LetterRow.circle_id == circle.id, LetterRow.target == row.seq
    )
    return work.conn.execute(told).first() is None
