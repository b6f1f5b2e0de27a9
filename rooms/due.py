"""What time itself does to circles: opening on the hour, closing after the notice, fading, ending invites."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, delete, false, func, literal, or_, update
from sqlmodel import col, select

from rooms import agreeing, agreements, carrying, closing, hosting, preparing, promises, rounds, space
from rooms.log import append, tell
from rooms.models import (
    Agreement,
    Aside,
    Circle,
    Entry,
    EventRow,
    GestureRow,
    Invite,
    Log,
    ParticipantRow,
    Person,
    RoundRow,
)
from rooms.posting import POSTED
from rooms.round_events import Close
from rooms.wire_events import CircleClosed, CircleParted, WordsFaded
from rooms.work import EVERYBODY, Work

AT_ONCE = 100
"""Circles looked up at once."""


def next_invite(conn: Connection) -> int | None:
    """When the next invite ends, in ms; None where none is out."""
    moment: int | None = conn.execute(select(func.min(Invite.ends_at))).scalar_one()
    return moment


def circles(conn: Connection, now: int) -> list[str]:
    """Ids of circles in which something is due, a part of them at a time. Each is a command of its own, so that one
    in which something is wrong does not hold up the others."""
    return list(conn.execute(select(Circle.id).where(_due(now)).limit(AT_ONCE)).scalars())


def perform(work: Work, circle_id: str) -> tuple[int, int] | None:
    """Do what is due in a circle at ``work.now``; what faded as (log row, new floor). Harmless to repeat.

    A circle that somebody else holds just now, another process's clock or a command that may yet change what is due,
    comes again at the next look.
    """
    circle = work.db.exec(
        select(Circle)
        .join(Log, col(Log.id) == col(Circle.log_id))
        .where(Circle.id == circle_id, _due(work.now))
        .with_for_update(of=[Circle, Log], skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if circle is None:
        return None
    if circle.state == "planned" and circle.opens_at <= work.now:
        preparing.open_now(work, circle)
    if circle.state == "open" and circle.ends_at is not None and circle.ends_at <= work.now:
        preparing.closing(work, circle)
    closes = circle.state == "closing" and circle.closes_at is not None and circle.closes_at <= work.now
    if closes and not closing.wait(work, circle):
        _close(work, circle)
    agreements.tick(work, circle)
    if circle.space_due is not None and circle.space_due <= work.now:
        space.keep(circle, space.forgotten(hosting.fall_due(work, circle, space.load(circle.space)), work.now))
        work.db.add(circle)
    work.db.flush()
    if circle.fades_at is not None and circle.fades_at <= work.now:
        return circle.log_id, _fade(work, circle)
    return None


def end_invites(work: Work) -> None:
    work.conn.execute(delete(Invite).where(col(Invite.ends_at) <= work.now))


def _due(now: int) -> ColumnElement[bool]:
    return or_(
        (col(Circle.state) == "planned") & (col(Circle.opens_at) <= now),
        (col(Circle.state) == "open") & (col(Circle.ends_at) <= now),
        (col(Circle.state) == "closing") & (col(Circle.closes_at) <= now),
        col(Circle.fades_at) <= now,
        col(Circle.space_due) <= now,
        col(Circle.matter_due) <= now,
    )


def _close(work: Work, circle: Circle) -> None:
    rounds.act(work, circle, Close())
    # Where words go with the closing, only what was given to be read then stays for a moment.
    carrying.show(work, circle)
    circle.state, circle.closed_at, circle.host_id = "closed", work.now, None
    space.keep(circle, space.USUAL)
    agreements.ended(work, circle)
    append(work, circle.log_id, CircleClosed(at=work.now))
    if circle.fades_at is None or agreeing.promised(work, circle)[0].closing:
        # Nothing was said, or some words stay only until now.
        circle.fades_at = work.now
    work.db.add(circle)
    work.conn.execute(delete(Invite).where(col(Invite.circle_id) == circle.id))
    preparing.closed(work, circle)


def _fade(work: Work, circle: Circle) -> int:
    """Delete everything older than the agreement lets it stay; returns the new floor."""
    log = work.db.get_one(Log, circle.log_id)
    head = log.head_seq
    promised = agreeing.promised(work, circle)
    staying = _staying(promised, work.now, closed=circle.state == "closed")
    given = carrying.staying(work, circle, promised[-1])
    if given is not None:
        staying = or_(staying, col(EventRow.seq) >= given)
    staying_from = select(func.min(EventRow.seq)).where(EventRow.log_id == log.id, staying)
    young: int | None = work.db.exec(staying_from).one()
    floor = head if young is None else young - 1
    work.conn.execute(delete(EventRow).where(col(EventRow.log_id) == log.id, col(EventRow.seq) <= floor))
    work.conn.execute(delete(GestureRow).where(col(GestureRow.log_id) == log.id, col(GestureRow.target) <= floor))
    work.conn.execute(update(Log).where(col(Log.id) == log.id).values(floor_seq=floor))
    asked = update(RoundRow).where(col(RoundRow.circle_id) == circle.id).values(question=None)
    work.conn.execute(asked.where(col(RoundRow.asked_at) <= work.now - circle.keep_for))
    said = select(func.min(EventRow.at)).where(EventRow.log_id == log.id, EventRow.kind == POSTED)
    oldest: int | None = work.db.exec(said).one()
    first = work.db.exec(select(func.min(EventRow.seq)).where(EventRow.log_id == log.id)).one()
    if oldest is not None:
        # Where the clock was set back, older words stand behind younger ones and go with them.
        oldest = max(oldest, work.db.get_one(EventRow, (log.id, first)).at)
    ends = None if oldest is None else promises.of(promised, oldest).ends(oldest, circle.closed_at)
    circle.fades_at = ends if given is None or oldest is None else oldest + work.limits.carried_stay
    over = circle.state == "closed" and oldest is None
    append(work, circle.log_id, WordsFaded(floor=floor, over=over), ends=EVERYBODY if over else None)
    work.db.add(circle)
    if over:
        _put_away(work, circle)
    return floor


def _staying(promised: Sequence[promises.Promise], now: int, *, closed: bool) -> ColumnElement[bool]:
    """Of which events none of the promises has ended."""
    parts: list[ColumnElement[bool]] = []
    after = 0
    for each in promised:
        if not (each.closing and closed):
            since = after if each.keep_for is None else max(after, now - each.keep_for)
            within = col(EventRow.at) > since
            parts.append(within if each.upto is None else within & (col(EventRow.at) <= each.upto))
        after = each.upto or after
    return or_(false(), *parts)


def _put_away(work: Work, circle: Circle) -> None:
    """A closed circle with nothing left to read: everybody's place in it ends, and names and topic go too."""
    inside = select(ParticipantRow).where(ParticipantRow.circle_id == circle.id, col(ParticipantRow.inside))
    head = work.db.exec(select(Log.head_seq).where(Log.id == circle.log_id)).one()
    for row in work.db.exec(inside).all():
        row.inside = False
        entry = work.db.get_one(Entry, (row.id, row.entered_seq))
        entry.to_seq = head + 1
        work.db.add_all((row, entry))
        if row.person_id is not None:
            tell(work, work.db.get_one(Person, row.person_id).log_id, CircleParted(circle=circle.id))
    work.db.flush()
    of_circle = col(ParticipantRow.circle_id) == circle.id
    ids = select(ParticipantRow.id).where(of_circle)
    work.conn.execute(delete(Aside).where(col(Aside.participant_id).in_(ids)))
    work.conn.execute(
        update(ParticipantRow)
        .where(of_circle)
        .values(name="", skeleton=literal("-") + col(ParticipantRow.id), person_id=None, invite_id=None)
    )
    work.conn.execute(update(Agreement).where(col(Agreement.circle_id) == circle.id).values(text=""))
    work.conn.execute(delete(RoundRow).where(col(RoundRow.circle_id) == circle.id))
    carrying.forget(work, circle.id)
    circle.topic, circle.about, circle.opener_id = "", "", None
    space.keep(circle, space.USUAL)
