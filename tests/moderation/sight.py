"""What people can read at one moment, piece by piece: each from the functions that answer them, and nothing else.

Ids that chance gives (of letters, seats, offers) and moments are left out of what is compared, for they differ between
two runs in which the same happened.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, text

from moderation import desk, draws, publishing
from rooms import views
from rooms.limits import Limits
from rooms.work import Refusal, Work
from server import reading
from server.protocol import Watching, WatchLog
from server.watching import Asked, watches

_SENDERS = text("SELECT seq, sender FROM event JOIN log ON log.id = event.log_id WHERE address = :address")
PUBLIC = "*"
"""In place of a person: what anybody may read."""
CHANCE = frozenset({"id", "offer", "at", "until", "undo_until", "side_until", "appeal_until", "ends_at", "draw"})


class Piece(NamedTuple):
    """One thing that somebody can read. ``about``: the message it is about, 0 where it is about none."""

    who: str
    kind: str
    where: str
    about: int
    sort: str
    """What of that kind it is: the kind of an event, the field of a view."""


Sight = Counter[tuple[Piece, bytes]]


def changes(before: Sight, after: Sight) -> list[tuple[Piece, bytes, str]]:
    """What somebody reads that they did not read before, or reads no more."""
    return [(*each, "new") for each in after - before] + [(*each, "gone") for each in before - after]


def look(conn: Connection, people: Iterable[str], now: int, limits: Limits) -> Sight:
    seen: Sight = Counter()

    def note(who: str, kind: str, value: Any, *, where: str = "", about: int = 0, sort: str = "") -> None:
        seen[Piece(who, kind, where, about, sort), _plain(value)] += 1

    for person in people:
        try:
            _person(conn, person, now, limits, note)
        except Refusal:
            continue  # nobody any more
    for circle in views.outside(conn, now=now, seat_held=limits.seat_held):
        note(PUBLIC, "outside", circle, where=circle.id)
    for entry in publishing.page(conn, 0, 500):
        note(PUBLIC, "record", entry)
    for draw_id in conn.execute(text("SELECT id FROM draw")).scalars():
        note(PUBLIC, "draw", draws.shown(conn, draw_id))
    return seen


def watched(conn: Connection, address: str, person: str, now: int, limits: Limits) -> Watching:
    """The answer to whoever begins to follow a log. Raises its refusal."""
    asked = Asked(WatchLog(on=address), person, session="theirs", full=False)
    (opened,) = watches(conn, [asked], {"theirs"}, now=now, limits=limits)
    if isinstance(opened, Exception):
        raise opened
    return opened.answer


def _person(conn: Connection, person: str, now: int, limits: Limits, note: Any) -> None:
    own = watched(conn, f"person/{person}", person, now, limits)
    view = own.person
    assert view is not None
    for name in view.__struct_fields__:
        value = getattr(view, name)
        if name == "letters":
            for each in value:
                note(person, "letter", each, where=each.circle, about=each.target, sort=each.about)
        else:
            note(person, "me", value, sort=name)
    _events(conn, person, own, note)
    for each in view.circles:
        circle = watched(conn, f"circle/{each}", person, now, limits)
        _events(conn, person, circle, note)
        for part in (circle.circle, circle.mine):
            for name in part.__struct_fields__ if part is not None else ():
                note(person, "circle", getattr(part, name), where=each, sort=name)
        for flag in circle.flags:
            note(person, "flag", flag, where=each, about=flag.target, sort=flag.status)
        for there in circle.participants:
            note(person, "there", there, where=each, sort=there.id)
    work = Work(conn, who=person, now=now, limits=limits, pick=lambda _: 0)
    start = desk.desk(work)
    note(person, "desk", start.left_today, sort="left_today")
    note(person, "desk", start.counts, sort="counts")
    for seat in start.seats:
        note(person, "seat", seat, sort=seat.state)
        if seat.state in desk.OPEN:
            case = desk.case_to_read(work, seat.id)
            for name in case.__struct_fields__:
                note(person, "case", getattr(case, name), sort=name)


def _events(conn: Connection, person: str, log: Watching, note: Any) -> None:
    senders: dict[int, str | None] = {}
    if log.circle is not None:
        senders = {row.seq: row.sender for row in conn.execute(_SENDERS, {"address": log.on})}
    after = log.base - 1
    while after < log.head and (found := reading.span(conn, log.on, person, after, log.head)) is not None:
        after = found[1][-1].seq
        for each in found[1]:
            told = each.event
            whose = senders.get(each.seq) or getattr(told, "participant", "")
            letter = getattr(told, "letter", None)
            about = each.target or getattr(told, "target", 0) or getattr(letter, "target", 0)
            if not about and senders:
                about = each.seq
            note(person, "event", told, where=whose, about=about, sort=told.__struct_config__.tag)


def _plain(value: Any) -> bytes:
    built = msgspec.to_builtins(value) if not isinstance(value, str) else value
    return msgspec.json.encode(_stripped(built), order="sorted")


def _stripped(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get("kind") == "letter.dismissed":
            return {"kind": "letter.dismissed"}
        return {key: _stripped(each) for key, each in value.items() if key not in CHANCE}
    if isinstance(value, (list, tuple)):
        return [_stripped(each) for each in value]
    return value
