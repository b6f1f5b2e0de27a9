"""Leaving a circle: an interval ends, what one held passes on, and the last one out closes the door."""

from sqlalchemy import delete, func
from sqlmodel import col, select

from rooms import agreements, hosting, rounds, space
from rooms.circles import seat
from rooms.entrance import minute
from rooms.log import append, tell
from rooms.models import Circle, Entry, Invite, ParticipantRow, Person
from rooms.round_events import Left
from rooms.wire import LeaveCircle
from rooms.wire_events import CircleParted, ParticipantLeft
from rooms.work import Answered, Work


def leave(work: Work, command: LeaveCircle) -> Answered:
    circle, mine = seat(work, command.circle)
    return go(work, circle, mine)


def go(work: Work, circle: Circle, mine: ParticipantRow) -> Answered:
    """End a participant's interval. The last one out of an open room closes it."""
    told = append(
        work, circle.log_id, ParticipantLeft(participant=mine.id, at=minute(work.now)), ends=mine.id, sender=mine.id
    )
    mine.inside = False
    work.conn.execute(delete(Invite).where(col(Invite.made_by) == mine.id))
    entry = work.db.get_one(Entry, (mine.id, mine.entered_seq))
    entry.to_seq = told.seq + 1
    work.db.add_all((mine, entry))
    if mine.person_id is not None:
        tell(work, work.db.get_one(Person, mine.person_id).log_id, CircleParted(circle=circle.id))
    work.db.flush()
    rounds.act(work, circle, Left(mine.id))
    agreements.left(work, circle, mine.id)
    left = work.db.exec(
        select(func.count())
        .select_from(ParticipantRow)
        .where(ParticipantRow.circle_id == circle.id, col(ParticipantRow.inside))
    ).one()
    held = space.load(circle.space)
    if left == 0:
        circle.host_id = None
        space.keep(circle, space.USUAL)
        if circle.state != "closed":
            circle.state, circle.closes_at = "closing", work.now
    elif circle.state != "closed" and (space.holds(circle.host_id, held, mine.id) or held.willing == mine.id):
        hosting.let_go(work, circle, held, mine.id)
    work.db.add(circle)
    return Answered(circle=circle.id, epoch=told.epoch, seq=told.seq)
