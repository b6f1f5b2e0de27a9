"""What becomes of words once they are said: editing, taking back, folding, and gestures.

The words live in one place, the ``message.posted`` row. Events about a message are kept without words and dressed
with the words of the moment when they are read again.
"""

from typing import cast

import msgspec
from sqlalchemy import delete
from sqlmodel import col

from rooms import rules
from rooms.circles import seat
from rooms.covers import clear
from rooms.log import append, tell
from rooms.models import Circle, EventRow, GestureRow, ParticipantRow, Person
from rooms.posting import POSTED
from rooms.text import body as clean_body
from rooms.wire import (
    EditMessage,
    Event,
    Gesture,
    MakeGesture,
    TakeBackMessage,
    UndoGesture,
)
from rooms.wire_events import GestureGiven, GestureMade, GestureUndone
from rooms.wire_messages import MessageEdited, MessageReceived, MessageRephrased, MessageTakenBack
from rooms.work import Answered, Refusal, Work


def edit(work: Work, command: EditMessage) -> Answered:
    circle, mine = seat(work, command.circle)
    body = clean_body(command.body, work.limits)
    row = message(work, circle, command.target)
    rules.may_talk(circle.state)
    rules.may_change(writer=row.sender, asker=mine.id, taken_back=row.body is None)
    rules.may_post(mine.paused_until, now=work.now)
    if row.cover is not None:
        # Words that were flagged are said differently in the open, never swapped quietly.
        raise Refusal("message.folded")
    if (row.edits or 0) >= work.limits.edit_most:
        raise Refusal("message.edited_often", most=work.limits.edit_most)
    if row.body == body:
        return Answered(circle=circle.id, dup=True)
    row.body = body
    row.edits = (row.edits or 0) + 1
    work.db.add(row)
    work.db.flush()
    return _about(work, circle, row, MessageEdited(target=row.seq, body=body), MessageEdited(target=row.seq))


def take_back(work: Work, command: TakeBackMessage) -> Answered:
    """For ever, by its writer, and harmless to repeat. The words are overwritten, the place in the log stays."""
    circle, mine = seat(work, command.circle)
    row = _own_message(work, circle, mine, command.target)
    if row.body is None:
        return Answered(circle=circle.id, dup=True)
    return withdraw(work, circle, row)


def _own_message(work: Work, circle: Circle, mine: ParticipantRow, target: int) -> EventRow:
    """One's own words, also from an earlier stay; others' are ``message.not_yours`` where one may read them."""
    own = work.db.get(EventRow, (circle.log_id, target))
    if own is not None and own.kind == POSTED and own.sender == mine.id:
        return own
    message(work, circle, target)
    raise Refusal("message.not_yours")


def withdraw(work: Work, circle: Circle, row: EventRow) -> Answered:
    """Overwrite a message's words and tell the circle."""
    overwrite(work, row)
    return _about(work, circle, row, MessageTakenBack(target=row.seq))


def overwrite(work: Work, row: EventRow) -> None:
    """The words are gone, and nobody is told."""
    row.body = None
    row.body_hash = None
    clear(row)
    work.db.add(row)
    work.db.flush()
    work.conn.execute(delete(GestureRow).where(col(GestureRow.log_id) == row.log_id, col(GestureRow.target) == row.seq))


def rephrase(work: Work, circle: Circle, row: EventRow, body: str) -> Answered:
    """The writer says it differently: new words in the old place, and the fold ends."""
    row.body = body
    row.rephrased = True
    clear(row)
    work.db.add(row)
    work.db.flush()
    return _about(work, circle, row, MessageRephrased(target=row.seq, body=body), MessageRephrased(target=row.seq))


def make_gesture(work: Work, command: MakeGesture) -> Answered | None:
    """The writer learns who; the circle learns only, and once, that the message was received."""
    circle, mine = seat(work, command.circle)
    row = message(work, circle, command.target)
    rules.may_talk(circle.state)
    if row.sender == mine.id or row.body is None:
        raise Refusal("gesture.not_here")
    key = (circle.log_id, row.seq, mine.id, command.gesture)
    if work.db.get(GestureRow, key) is not None:
        return Answered(circle=circle.id, dup=True)
    work.db.add(GestureRow(log_id=circle.log_id, target=row.seq, participant_id=mine.id, gesture=command.gesture))
    _tell_gesture(work, circle, row, mine, command.gesture, on=True)
    if not row.received:
        row.received = True
        work.db.add(row)
        work.db.flush()
        return _about(work, circle, row, MessageReceived(target=row.seq))
    return None


def undo_gesture(work: Work, command: UndoGesture) -> Answered | None:
    circle, mine = seat(work, command.circle)
    row = message(work, circle, command.target)
    made = work.db.get(GestureRow, (circle.log_id, row.seq, mine.id, command.gesture))
    if made is None:
        return Answered(circle=circle.id, dup=True)
    work.db.delete(made)
    _tell_gesture(work, circle, row, mine, command.gesture, on=False)
    return None


def message(work: Work, circle: Circle, target: int) -> EventRow:
    """A message the asker may read: from their time, not faded. Anything else is ``message.not_found``."""
    _, mine = seat(work, circle.id)
    return _readable_message(work, circle.log_id, mine.from_seq, target)


def _readable_message(work: Work, log_id: int, base: int, target: int) -> EventRow:
    row = work.db.get(EventRow, (log_id, target)) if target >= base else None
    if row is None or row.kind != POSTED:
        raise Refusal("message.not_found")
    return row


def _about(work: Work, circle: Circle, row: EventRow, event: Event, stored: Event | None = None) -> Answered:
    told = append(work, circle.log_id, event, target=row.seq, stored=stored)
    return Answered(circle=circle.id, epoch=told.epoch, seq=told.seq)


def _tell_gesture(
    work: Work, circle: Circle, row: EventRow, mine: ParticipantRow, gesture: Gesture, *, on: bool
) -> None:
    giver = work.db.get_one(Person, work.person)
    tell(work, giver.log_id, GestureGiven(circle=circle.id, target=row.seq, gesture=gesture, on=on))
    writer = work.db.get(ParticipantRow, row.sender)
    if writer is None or writer.person_id is None:
        return
    log_id = work.db.get_one(Person, writer.person_id).log_id
    if on:
        event: Event = GestureMade(circle=circle.id, target=row.seq, by=mine.id, name=mine.name, gesture=gesture)
        stored: Event = msgspec.structs.replace(cast(GestureMade, event), name="")
    else:
        event = stored = GestureUndone(circle=circle.id, target=row.seq, by=mine.id, gesture=gesture)
    tell(work, log_id, event, stored=stored, sender=mine.id)
