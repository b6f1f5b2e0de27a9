"""What a person does for themselves: setting aside, marks, preferences, and being forgotten."""

import msgspec
from sqlalchemy import delete, update
from sqlmodel import col, select

from rooms import agreements, carrying, doorway, preparing
from rooms.circles import seat
from rooms.leaving import go
from rooms.log import tell
from rooms.messages import overwrite, withdraw
from rooms.models import Aside, Circle, EventRow, GestureRow, Invite, Log, ParticipantRow, Person, RoundRow
from rooms.posting import POSTED
from rooms.wire import Event, ForgetMe, MarkRead, SetAside, SetPreferences, UndoAside
from rooms.wire_events import AsideSet, PreferencesChanged, SessionEnded
from rooms.work import Answered, Refusal, Work


def set_aside(work: Work, command: SetAside) -> Answered:
    _, mine = seat(work, command.circle)
    other = work.db.get(ParticipantRow, command.participant)
    if other is None or other.circle_id != command.circle or other.id == mine.id:
        raise Refusal("participant.not_found")
    if work.db.get(Aside, (mine.id, other.id)) is None:
        work.db.add(Aside(participant_id=mine.id, other_id=other.id))
        _tell(work, AsideSet(circle=command.circle, participant=other.id, on=True))
    return Answered(circle=command.circle)


def undo_aside(work: Work, command: UndoAside) -> Answered:
    _, mine = seat(work, command.circle)
    found = work.db.get(Aside, (mine.id, command.participant))
    if found is not None:
        work.db.delete(found)
        _tell(work, AsideSet(circle=command.circle, participant=command.participant, on=False))
    return Answered(circle=command.circle)


def mark_read(work: Work, command: MarkRead) -> Answered:
    circle, mine = seat(work, command.circle)
    head = work.db.exec(select(Log.head_seq).where(Log.id == circle.log_id)).one()
    mine.read_seq = max(mine.read_seq, min(command.seq, head))
    work.db.add(mine)
    return Answered(circle=circle.id)


def set_preferences(work: Work, command: SetPreferences) -> None:
    person = work.db.get_one(Person, work.person)
    person.preferences = msgspec.json.encode(command.preferences)
    work.db.add(person)
    _tell(work, PreferencesChanged(preferences=command.preferences), stored=PreferencesChanged())


def still_here(work: Work, participants: tuple[str, ...]) -> None:
    """Screens of these participants are here; their seats stay taken."""
    work.conn.execute(update(ParticipantRow).where(col(ParticipantRow.id).in_(participants)).values(seen_at=work.now))


def release(work: Work, person_id: str) -> None:
    """Give up every seat of somebody who cannot come back (a guest whose sessions have all ended)."""
    preparing.without(work, person_id)
    doorway.forget(work, person_id)
    for circle, row in _places(work, person_id):
        if row.inside:
            go(work, circle, row)


def forget(work: Work, _command: ForgetMe) -> list[tuple[Circle, int]]:
    """Erase the asker: words, names, gestures, invites, preferences, places.

    Returns (circle, seq) of every message taken back. The seqs stay, so that order stays gapless for the others.
    """
    person = work.db.get_one(Person, work.person)
    gone: list[tuple[Circle, int]] = []
    preparing.without(work, person.id)
    doorway.forget(work, person.id)
    for circle, row in _places(work, person.id):
        mine = select(EventRow).where(
            EventRow.log_id == circle.log_id,
            EventRow.sender == row.id,
            EventRow.kind == POSTED,
            col(EventRow.body).is_not(None),
        )
        for message in work.db.exec(mine).all():
            if carrying.is_carried(message.data):
                # Told along with the others and with the leaving, it would be known whose this was.
                message.sender = None
                overwrite(work, message)
            else:
                withdraw(work, circle, message)
            gone.append((circle, message.seq))
        carrying.forget(work, circle.id, row.id)
        if row.inside:
            go(work, circle, row)
        agreements.forgotten(work, circle, row.id)
        row.name, row.skeleton, row.person_id, row.invite_id = "", f"-{row.id}", None, None
        work.db.add(row)
        work.conn.execute(delete(GestureRow).where(col(GestureRow.participant_id) == row.id))
        work.conn.execute(delete(Aside).where((col(Aside.participant_id) == row.id) | (col(Aside.other_id) == row.id)))
        work.conn.execute(delete(Invite).where(col(Invite.made_by) == row.id))
        work.conn.execute(update(RoundRow).where(col(RoundRow.asker) == row.id).values(question=None))
    work.conn.execute(update(Circle).where(col(Circle.opener_id) == person.id).values(opener_id=None))
    tell(work, person.log_id, SessionEnded(), last=True)
    work.db.delete(person)
    return gone


def _places(work: Work, person_id: str) -> list[tuple[Circle, ParticipantRow]]:
    """In the order of the circles' logs, which is the order in which logs are locked."""
    return list(
        work.db.exec(
            select(Circle, ParticipantRow)
            .join(ParticipantRow, col(ParticipantRow.circle_id) == col(Circle.id))
            .where(ParticipantRow.person_id == person_id)
            .order_by(col(Circle.log_id))
        ).all()
    )


def _tell(work: Work, event: Event, stored: Event | None = None) -> None:
    person = work.db.get_one(Person, work.person)
    tell(work, person.log_id, event, stored=stored)
