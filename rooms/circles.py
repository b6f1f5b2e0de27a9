"""Circles themselves: opening, entering, leaving."""

from sqlalchemy import delete, func
from sqlmodel import col, select

from rooms import invites, rules
from rooms.limits import MINUTE
from rooms.log import append, new_id, new_log, tell
from rooms.models import Agreement, Circle, Entry, Invite, ParticipantRow, Person
from rooms.names import name as clean_name
from rooms.names import refuse_reserved, skeleton
from rooms.text import paragraphs
from rooms.wire import (
    EnterCircle,
    LeaveCircle,
    OpenCircle,
)
from rooms.wire_events import (
    CircleJoined,
    CircleOpened,
    CircleParted,
    CircleStaysOpen,
    ParticipantEntered,
    ParticipantLeft,
)
from rooms.work import Answered, Refusal, Work


def seat(work: Work, circle_id: str) -> tuple[Circle, ParticipantRow]:
    """The circle and the asker's own row in it, inside now; otherwise ``circle.not_found``, whether it exists or not."""
    found = work.db.exec(
        select(Circle, ParticipantRow)
        .join(ParticipantRow, col(ParticipantRow.circle_id) == col(Circle.id))
        .where(Circle.id == circle_id, ParticipantRow.person_id == work.person, col(ParticipantRow.inside))
    ).one_or_none()
    if found is None:
        raise Refusal("circle.not_found")
    return found


def open_circle(work: Work, command: OpenCircle) -> Answered:
    limits = work.limits
    person = work.db.get_one(Person, work.person)
    topic = paragraphs(command.topic, limits.topic_length, "topic").replace("\n", " ")
    about = paragraphs(command.about, limits.about_length, "about") if command.about.strip() else ""
    agreement = paragraphs(command.agreement, limits.agreement_length, "agreement")
    keep_for = limits.keep_default if command.keep_for is None else command.keep_for
    before = work.db.exec(select(Circle).where(Circle.opener_id == person.id, Circle.key == command.key)).one_or_none()
    if before is not None:
        asked = (topic, about, command.entry, command.capacity, keep_for)
        if asked != (before.topic, before.about, before.entry, before.capacity, before.keep_for):
            raise Refusal("key.reused")
        return Answered(circle=before.id, dup=True)
    rules.may_plan(limits, now=work.now, opens_at=command.opens_at, capacity=command.capacity, keep_for=keep_for)
    held = work.db.exec(
        select(func.count()).select_from(Circle).where(Circle.opener_id == person.id, Circle.state != "closed")
    ).one()
    rules.may_open(limits, open_now=held, kept=person.kept, invited=person.invite_id is not None)
    later = command.opens_at is not None and command.opens_at > work.now
    circle = Circle(
        id=new_id(),
        log_id=0,
        topic=topic,
        about=about,
        state="planned" if later else "open",
        entry=command.entry,
        capacity=command.capacity,
        keep_for=keep_for,
        opens_at=command.opens_at if later and command.opens_at is not None else work.now,
        history_open=command.history_open,
        panels=command.panels,
        host_shown=command.host_shown,
        opener_id=person.id,
        key=command.key,
    )
    circle.log_id = new_log(work, f"circle/{circle.id}")
    work.db.add(circle)
    work.db.flush()
    work.db.add(Agreement(circle_id=circle.id, version=1, text=agreement, agreed_at=work.now))
    if not later:
        append(work, circle.log_id, CircleOpened(at=work.now))
    mine, answered = _come_in(work, circle, person, command.name, agreed=1, invite_id=None, base=1)
    circle.host_id = mine.id
    return answered


def enter(work: Work, command: EnterCircle) -> Answered:
    circle = work.db.get(Circle, command.circle)
    if circle is None:
        raise Refusal("circle.not_found")
    person = work.db.get_one(Person, work.person)
    mine = _mine(work, circle, person.id)
    if mine is not None and mine.inside:
        return Answered(circle=circle.id, dup=True)
    invited = mine is not None
    invite_id = None
    if not invited and command.invite is not None:
        invite_id = invites.redeem(work, circle, command.invite)
        invited = True
    rules.may_enter(
        state=circle.state,  # type: ignore[arg-type]
        closes_at=circle.closes_at,
        now=work.now,
        entry=circle.entry,
        invited=invited,
        inside=seats_taken(work, circle.id),
        capacity=circle.capacity,
        agreed=command.agreement,
        version=circle.agreement_version,
    )
    return _come_in(work, circle, person, command.name, agreed=command.agreement, invite_id=invite_id)[1]


def seats_taken(work: Work, circle_id: str) -> int:
    """People who are in and whose screen was here lately; somebody who only went away holds no seat for ever."""
    return work.db.exec(
        select(func.count())
        .select_from(ParticipantRow)
        .where(
            ParticipantRow.circle_id == circle_id,
            col(ParticipantRow.inside),
            ParticipantRow.seen_at > work.now - work.limits.seat_held,
        )
    ).one()


def leave(work: Work, command: LeaveCircle) -> Answered:
    circle, mine = seat(work, command.circle)
    return go(work, circle, mine)


def go(work: Work, circle: Circle, mine: ParticipantRow) -> Answered:
    """End a participant's interval. The last one out of an open room closes it."""
    told = append(
        work, circle.log_id, ParticipantLeft(participant=mine.id, at=_minute(work)), ends=mine.id, sender=mine.id
    )
    mine.inside = False
    work.conn.execute(delete(Invite).where(col(Invite.made_by) == mine.id))
    entry = work.db.get_one(Entry, (mine.id, mine.entered_seq))
    entry.to_seq = told.seq + 1
    work.db.add_all((mine, entry))
    if mine.person_id is not None:
        tell(work, work.db.get_one(Person, mine.person_id).log_id, CircleParted(circle=circle.id))
    work.db.flush()
    if circle.host_id == mine.id:
        circle.host_id = None
        if circle.state == "open":
            append(work, circle.log_id, CircleStaysOpen(hosted=False))
    left = work.db.exec(
        select(func.count())
        .select_from(ParticipantRow)
        .where(ParticipantRow.circle_id == circle.id, col(ParticipantRow.inside))
    ).one()
    if left == 0 and circle.state != "closed":
        circle.state, circle.closes_at = "closing", work.now
    work.db.add(circle)
    return Answered(circle=circle.id, epoch=told.epoch, seq=told.seq)


def _minute(work: Work) -> int:
    """The minute in which it is. Who leaves several circles at once is not to be matched by the same millisecond."""
    return work.now - work.now % MINUTE


def _mine(work: Work, circle: Circle, person_id: str) -> ParticipantRow | None:
    return work.db.exec(
        select(ParticipantRow).where(ParticipantRow.circle_id == circle.id, ParticipantRow.person_id == person_id)
    ).one_or_none()


def _come_in(
    work: Work,
    circle: Circle,
    person: Person,
    wanted: str | None,
    *,
    agreed: int,
    invite_id: str | None,
    base: int | None = None,
) -> tuple[ParticipantRow, Answered]:
    name = clean_name(wanted if wanted is not None else person.name, work.limits)
    refuse_reserved(name, work.limits)
    mine = _mine(work, circle, person.id)
    look = skeleton(name)
    sitting = work.db.exec(
        select(func.count())
        .select_from(ParticipantRow)
        .where(ParticipantRow.person_id == person.id, col(ParticipantRow.inside))
    ).one()
    if sitting >= work.limits.circles_each:
        raise Refusal("circle.too_many", most=work.limits.circles_each)
    alike = work.db.exec(
        select(ParticipantRow.id).where(
            ParticipantRow.circle_id == circle.id,
            ParticipantRow.skeleton == look,
            col(ParticipantRow.inside),
            ParticipantRow.person_id != person.id,
        )
    ).first()
    if alike is not None:
        raise Refusal("name.taken")
    if mine is None:
        mine = ParticipantRow(
            id=new_id(), circle_id=circle.id, person_id=person.id, name=name, skeleton=look,
            from_seq=0, entered_at=work.now, seen_at=work.now, agreed_version=agreed, invite_id=invite_id,
        )  # fmt: skip
    work.db.add(mine)
    work.db.flush()
    told = append(
        work,
        circle.log_id,
        ParticipantEntered(participant=mine.id, name=name, at=_minute(work)),
        stored=ParticipantEntered(participant=mine.id, name="", at=_minute(work)),
        sender=mine.id,
    )
    if base is None:
        base = 1 if circle.history_open else told.seq
    mine.name, mine.skeleton, mine.inside, mine.agreed_version = name, look, True, agreed
    mine.from_seq, mine.entered_seq, mine.entered_at = base, told.seq, work.now
    mine.seen_at, mine.read_seq = work.now, told.seq
    if (person.paused_until or 0) > max(work.now, mine.paused_until or 0):
        mine.paused_until = person.paused_until
    # Where history is open one reads further back than one was here; a witness is who was here.
    work.db.add(Entry(participant_id=mine.id, from_seq=told.seq, to_seq=None, entered_at=work.now))
    if person.invite_id is None and invite_id is not None:
        person.invite_id = invite_id
        work.db.add(person)
    tell(work, person.log_id, CircleJoined(circle=circle.id, participant=mine.id))
    work.db.flush()
    return mine, Answered(circle=circle.id, epoch=told.epoch, seq=told.seq)
