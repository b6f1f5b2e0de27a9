"""What everybody in a circle sees of it, read for several circles together."""

from collections.abc import Collection

from sqlalchemy import Connection

from rooms import bulk, bulk_entering, rules
from rooms.wire_views import CircleView, Participant

_CIRCLES = bulk.both(
    "SELECT c.id, c.topic, c.about, c.state, c.capacity, c.entry, g.text, c.agreement_version, c.keep_for,"
    " c.history_open, c.panels, c.opens_at, c.closes_at, h.name,"
    " c.listening, c.late_for, c.sister_of"
    " FROM {texts} CROSS JOIN circle AS c CROSS JOIN agreement AS g"
    " LEFT JOIN participant AS h ON h.id = c.host_id AND c.host_shown"
    " WHERE c.id = j.a AND g.circle_id = c.id AND g.version = c.agreement_version"
)
_WHO = bulk.both(
    "SELECT p.circle_id, p.id, p.name FROM {texts} CROSS JOIN participant AS p"
    " WHERE p.circle_id = j.a AND p.inside ORDER BY p.entered_at, p.id"
)


def circle_views(conn: Connection, circle_ids: Collection[str], *, now: int, seat_held: int) -> dict[str, CircleView]:
    """Several circles as somebody who is in them sees them, by id."""
    inside = bulk_entering.taken(conn, [(each, now - seat_held) for each in circle_ids])
    found = {}
    for row in bulk.of_texts(conn, _CIRCLES, circle_ids):
        circle, topic, about, state, capacity, entry, text, version, keep_for, history, panels, opens, closes = row[:13]
        host, listening, late_for, sister_of = row[13:]
        found[circle] = CircleView(
            id=circle,
            topic=topic,
            about=about,
            state=state,
            fullness=rules.fullness(inside=inside.get(circle, 0), capacity=capacity),
            entry=entry,
            agreement=text,
            agreement_version=version,
            keep_for=keep_for,
            history_open=bool(history),
            panels=bool(panels),
            opens_at=opens,
            closes_at=closes,
            seats=capacity,
            sister=sister_of is not None,
            listening=bool(listening),
            last_entry=rules.last_entry(opens, late_for),
            host=host,
            mine=True,
            news=False,
        )
    return found


def participants_of(conn: Connection, circle_ids: Collection[str]) -> dict[str, tuple[Participant, ...]]:
    """`views.participants` of several circles, by id."""
    found: dict[str, list[Participant]] = {}
    for circle, participant, name in bulk.of_texts(conn, _WHO, circle_ids):
        found.setdefault(circle, []).append(Participant(id=participant, name=name))
    return {circle: tuple(who) for circle, who in found.items()}
