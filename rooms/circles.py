"""Circles themselves: finding one's seat in one, and opening one."""

from sqlalchemy import func
from sqlmodel import col, select

from rooms import rules
from rooms.beginning import begin
from rooms.entering import enter_first
from rooms.log import append, new_id
from rooms.models import Circle, ParticipantRow, Person
from rooms.text import paragraphs
from rooms.wire import (
    OpenCircle,
)
from rooms.wire_events import (
    CircleOpened,
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
        asked = (topic, about, command.entry, command.capacity, keep_for, command.listening, command.late_for)
        told = (before.topic, before.about, before.entry, before.capacity, before.keep_for)
        if asked != (*told, before.listening, before.late_for):
            raise Refusal("key.reused")
        return Answered(circle=before.id, dup=True)
    rules.may_plan(
        limits,
        now=work.now,
        opens_at=command.opens_at,
        capacity=command.capacity,
        keep_for=keep_for,
        late_for=command.late_for,
    )
    held = work.db.exec(
        select(func.count())
        .select_from(Circle)
        .where(Circle.opener_id == person.id, Circle.state != "closed", col(Circle.plan_id).is_(None))
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
        listening=command.listening,
        late_for=command.late_for,
        opener_id=person.id,
        key=command.key,
    )
    begin(work, circle, agreement)
    if not later:
        append(work, circle.log_id, CircleOpened(at=work.now))
    circle.host_id, answered = enter_first(work, circle.id, command.name)
    return answered
