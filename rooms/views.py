"""Circles as somebody sees them: the list from outside, one circle, one's own part of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, func
from sqlmodel import col, select

from rooms import agreement_views, carrying, plan_views, rounds, rules, space
from rooms.history import Reader
from rooms.models import Agreement, Aside, Circle, EventRow, GestureRow, Invite, ParticipantRow, Person
from rooms.wire import Preferences
from rooms.wire_schedule import PlanView
from rooms.wire_views import (
    CircleView,
    GivenGesture,
    InviteView,
    MyCircle,
    Participant,
    ReceivedGesture,
)

GESTURES_MOST = 500
"""Gestures shown to whoever made them, and to whom they were made: those on the newest messages."""
OUTSIDE_MOST = 200
"""Circles shown to everybody, open ones and ones to come each."""
CARRIES = ("closing", "closed")
"""States of a circle in which somebody may have given a sentence."""
_preferences = msgspec.json.Decoder(Preferences).decode
_STANDING: tuple[Any, ...] = (
    col(Circle.host_id),
    col(Circle.state),
    col(Circle.space),
    col(Circle.round_id),
    col(Circle.matter),
)


def outside(conn: Connection, *, now: int, seat_held: int) -> list[CircleView]:
    """Circles that anybody may see: open now, the newest first, then those to come, the soonest first."""
    anyone = _circles().where(Circle.entry == "anyone")
    running = anyone.where(col(Circle.state).in_(("open", "closing"))).order_by(col(Circle.opens_at).desc())
    coming = anyone.where(Circle.state == "planned").order_by(col(Circle.opens_at))
    found = [*conn.execute(running.limit(OUTSIDE_MOST)), *conn.execute(coming.limit(OUTSIDE_MOST))]
    return _views(conn, found, plan_views.of(conn, found, now), now, seat_held, {})


def own(conn: Connection, person_id: str, *, now: int, seat_held: int) -> list[CircleView]:
    """Circles this person is in, the longest open first."""
    rows = conn.execute(
        select(ParticipantRow.circle_id, ParticipantRow.read_seq).where(
            ParticipantRow.person_id == person_id, col(ParticipantRow.inside)
        )
    )
    read = {row[0]: row[1] for row in rows}
    found = conn.execute(_circles().where(col(Circle.id).in_(list(read))).order_by(col(Circle.opens_at))).all()
    return _views(conn, found, plan_views.of(conn, found, now, person_id), now, seat_held, read)


def circle_view(conn: Connection, circle_id: str, *, now: int, seat_held: int, mine: bool = False) -> CircleView | None:
    """One circle from outside; None where there is none."""
    row = conn.execute(_circles().where(Circle.id == circle_id)).one_or_none()
    if row is None:
        return None
    inside = _inside(conn, [circle_id], now - seat_held)
    plan = plan_views.of(conn, [row], now).get(row.plan_id)
    host = _hosts(conn, [row]).get(row.host_id)
    return _view(row, now, inside=inside.get(circle_id, 0), host=host, plan=plan, mine=mine)


def my_circle(conn: Connection, circle_id: str, reader: Reader, now: int) -> MyCircle:
    """What only this participant sees of the circle."""
    me = reader.participant or ""
    circle = conn.execute(select(*_STANDING).where(Circle.id == circle_id)).one()
    read, entered_at = conn.execute(
        select(ParticipantRow.read_seq, ParticipantRow.entered_at).where(ParticipantRow.id == me)
    ).one()
    aside = conn.execute(select(Aside.other_id).where(Aside.participant_id == me)).scalars()
    given = conn.execute(
        select(GestureRow.target, GestureRow.gesture)
        .where(GestureRow.log_id == reader.log_id, GestureRow.participant_id == me)
        .order_by(col(GestureRow.target).desc())
        .limit(GESTURES_MOST)
    )
    received = conn.execute(
        select(GestureRow.target, GestureRow.participant_id, GestureRow.gesture, ParticipantRow.name)
        .join(EventRow, (col(EventRow.log_id) == GestureRow.log_id) & (col(EventRow.seq) == GestureRow.target))
        .join(ParticipantRow, col(ParticipantRow.id) == GestureRow.participant_id)
        .where(GestureRow.log_id == reader.log_id, EventRow.sender == me)
        .order_by(col(GestureRow.target).desc())
        .limit(GESTURES_MOST)
    )
    invites = conn.execute(
        select(Invite.id, Invite.uses_left, Invite.ends_at).where(Invite.made_by == me, Invite.ends_at > now)
    )
    return MyCircle(
        participant=me,
        read=read,
        aside=tuple(aside),
        given=tuple(GivenGesture(target=row[0], gesture=row[1]) for row in given),  # type: ignore[arg-type]
        received=tuple(
            ReceivedGesture(target=row[0], by=row[1], gesture=row[2], name=row[3])  # type: ignore[arg-type]
            for row in received
        ),
        invites=tuple(InviteView(id=row[0], uses_left=row[1], ends_at=row[2]) for row in invites),
        **held(circle.host_id, circle.state, circle.space, me, now),
        **agreement_views.mine(circle.matter, me, now),
        **(carrying.mine(conn, circle_id, me) if circle.state in CARRIES else {}),
        **({} if circle.round_id is None else rounds.view(conn, circle_id, me, entered_at=entered_at)),
    )


def held(host: str | None, state: str, kept: bytes | None, me: str, now: int) -> dict[str, Any]:
    """How a circle is held, for `MyCircle`; only what is out of the usual."""
    found = space.load(kept)
    hosting = space.holds(host, found, me)
    mine: dict[str, Any] = {
        "hosting": hosting,
        "announced_closing": hosting and state == "closing" and not found.closing_by_two,
    }
    if kept is not None or host is None:
        if found.asked == me:
            mine["asked_to_hold"] = space.ahead(found.asked_until, now)
        mine |= {"space": space.view(found, now, hosted=host is not None), "wished": space.wished(found, me, now)}
    return mine


def participants(conn: Connection, circle_id: str) -> tuple[Participant, ...]:
    """Who is in, by the time they came."""
    rows = conn.execute(
        select(ParticipantRow.id, ParticipantRow.name)
        .where(ParticipantRow.circle_id == circle_id, col(ParticipantRow.inside))
        .order_by(col(ParticipantRow.entered_at), col(ParticipantRow.id))
    )
    return tuple(Participant(id=row[0], name=row[1]) for row in rows)


def my_circles(conn: Connection, person_id: str) -> tuple[str, ...]:
    rows = conn.execute(
        select(ParticipantRow.circle_id).where(ParticipantRow.person_id == person_id, col(ParticipantRow.inside))
    )
    return tuple(rows.scalars())


def person_row(conn: Connection, person_id: str) -> tuple[str, bool, Preferences] | None:
    """(name, kept, preferences)."""
    row = conn.execute(select(Person.name, Person.kept, Person.preferences).where(Person.id == person_id)).one_or_none()
    return None if row is None else (row[0], row[1], _preferences(row[2]))


def _circles() -> Any:
    return select(Circle, Agreement.text).join(
        Agreement,
        (col(Agreement.circle_id) == col(Circle.id)) & (col(Agreement.version) == col(Circle.agreement_version)),
    )


def _views(
    conn: Connection,
    found: Sequence[Any],
    plans: Mapping[str | None, PlanView],
    now: int,
    seat_held: int,
    read: dict[str, int],
) -> list[CircleView]:
    """``read`` has the last seq read in each circle that is one's own."""
    inside = _inside(conn, [row.id for row in found], now - seat_held)
    hosts = _hosts(conn, found)
    said = _newest_words(conn, [row.log_id for row in found if row.id in read])
    return [
        _view(
            row,
            now,
            inside=inside.get(row.id, 0),
            host=hosts.get(row.host_id),
            plan=plans.get(row.plan_id),
            mine=row.id in read,
            news=row.id in read and said.get(row.log_id, 0) > read[row.id],
        )
        for row in found
    ]


def _view(
    row: Any, now: int, *, inside: int, host: str | None, plan: PlanView | None, mine: bool, news: bool = False
) -> CircleView:
    return CircleView(
        id=row.id,
        topic=row.topic,
        about=row.about,
        state=row.state,
        fullness=rules.fullness(inside=inside, capacity=row.capacity),
        entry=row.entry,
        agreement=row.text,
        agreement_version=row.agreement_version,
        keep_for=row.keep_for,
        history_open=row.history_open,
        panels=row.panels,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        seats=row.capacity,
        sister=row.sister_of is not None,
        listening=row.listening,
        last_entry=rules.last_entry(row.opens_at, row.late_for),
        doors_until=None if mine else space.ahead(space.load(row.space).doors_until, now),
        host=host if row.host_shown else None,
        plan=plan,
        mine=mine,
        news=news,
    )


def _inside(conn: Connection, circle_ids: Sequence[str], since: int) -> dict[str, int]:
    rows = conn.execute(
        select(ParticipantRow.circle_id, func.count())
        .where(
            col(ParticipantRow.circle_id).in_(circle_ids),
            col(ParticipantRow.inside),
            ParticipantRow.seen_at > since,
        )
        .group_by(col(ParticipantRow.circle_id))
    )
    return {row[0]: row[1] for row in rows}


def _hosts(conn: Connection, rows: Sequence[Any]) -> dict[str, str]:
    wanted = {row.host_id for row in rows if row.host_shown and row.host_id is not None}
    if not wanted:
        return {}
    found = conn.execute(select(ParticipantRow.id, ParticipantRow.name).where(col(ParticipantRow.id).in_(wanted)))
    return {row[0]: row[1] for row in found}


def _newest_words(conn: Connection, log_ids: Sequence[int]) -> dict[int, int]:
    rows = conn.execute(
        select(EventRow.log_id, func.max(EventRow.seq))
        .where(col(EventRow.log_id).in_(log_ids), EventRow.kind == "message.posted")
        .group_by(col(EventRow.log_id))
    )
    return {row[0]: row[1] for row in rows}
