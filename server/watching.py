"""Opens watches, those of several people together: one snapshot, and what is the same for all is read once."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from moderation import flags, own_words
from rooms import bulk_views, history
from rooms.history import Reader
from rooms.limits import Limits
from rooms.newest import Newest, newest
from rooms.places import Place, places
from rooms.wire_views import CircleView, Participant
from rooms.work import Refusal
from server.broker import Prepared
from server.prepare import prepared
from server.protocol import Watching, WatchLog
from server.reading import FAR, FIRST_PAGE, begin, person_view


class Asked(NamedTuple):
    """One person's wish to follow a log."""

    command: WatchLog
    person: str
    session: str
    full: bool
    """Whether the newest events are to be read too, because no memory has them."""

    @property
    def circle(self) -> str:
        """Empty for a person's log."""
        kind, _, name = self.command.on.partition("/")
        return name if kind == "circle" else ""


class Opened(NamedTuple):
    """The answer to a watch, where the pushing begins, and a circle's newest events, if they were read: also those from
    before this reader's time, for the memory that all its readers share."""

    answer: Watching
    reader: Reader
    newest: Sequence[Prepared]


class Shared(NamedTuple):
    """What is read for several at once. ``flagged`` are people, ``cases`` participants: only they need further looks."""

    places: dict[tuple[str, str], Place]
    views: dict[str, CircleView]
    participants: dict[str, tuple[Participant, ...]]
    flagged: set[str]
    cases: set[str]
    newest: Newest
    """Of circles that no memory has it of, also from before their readers' time."""
    prepared: dict[str, list[Prepared]]
    """The same, of those that were looked at already."""


def watches(
    conn: Connection, asked: Sequence[Asked], good: Collection[str], *, now: int, limits: Limits
) -> list[Opened | Exception]:
    """One answer for each. Those whose session is not ``good`` are refused as ``session.ended``, logs that one may not
    read as ``log.not_found``, whether they exist or not."""
    shared = _shared(conn, asked, now, limits)
    return [_opened(conn, each, good, shared, now, limits) for each in asked]


def _shared(conn: Connection, asked: Sequence[Asked], now: int, limits: Limits) -> Shared:
    found = places(conn, sorted({(each.circle, each.person) for each in asked if each.circle}), now)
    if not found:
        return Shared({}, {}, {}, set(), set(), Newest({}, {}, {}), {})
    ids = sorted({circle for circle, _ in found})
    return Shared(
        found,
        bulk_views.circle_views(conn, ids, now=now, seat_held=limits.seat_held),
        bulk_views.participants_of(conn, ids),
        flags.have_flagged(conn, [person for _, person in found]),
        own_words.have_cases(conn, [place.mine.participant for place in found.values()]),
        _newest(conn, {each.circle for each in asked if each.full}, found),
        {},
    )


def _newest(conn: Connection, circles: Collection[str], found: dict[tuple[str, str], Place]) -> Newest:
    readers = {place.reader.log_id: place.reader for (circle, _), place in found.items() if circle in circles}
    return newest(conn, {log_id: max(each.floor, each.head - FIRST_PAGE) for log_id, each in readers.items()})


def _opened(
    conn: Connection, asked: Asked, good: Collection[str], shared: Shared, now: int, limits: Limits
) -> Opened | Exception:
    """What goes wrong with one wish is its asker's alone, unless it is the database's."""
    try:
        if asked.session not in good:
            raise Refusal("session.ended")
        return _circle(conn, asked, shared) if asked.circle else _person(conn, asked, now, limits)
    except DBAPIError:
        raise
    except Exception as error:
        return error


def _circle(conn: Connection, asked: Asked, shared: Shared) -> Opened:
    command, circle = asked.command, asked.circle
    place = shared.places.get((circle, asked.person))
    if place is None or circle not in shared.views:
        raise Refusal("log.not_found")
    reader = place.reader
    start, reason = begin(reader, command, far=FAR)
    answer = Watching(
        on=command.on,
        epoch=reader.epoch,
        head=reader.head,
        base=reader.base,
        start=start,
        reason=reason,
        circle=shared.views[circle],
        mine=place.mine,
        flags=flags.my_flags(conn, asked.person, circle) if asked.person in shared.flagged else (),
        own=own_words.covered(conn, reader, reader.base, reader.head) if reader.participant in shared.cases else (),
        participants=shared.participants.get(circle, ()),
    )
    if asked.full and circle not in shared.prepared:
        shared.prepared[circle] = prepared(command.on, reader.epoch, shared.newest.of(reader.log_id))
    return Opened(answer, reader, shared.prepared[circle] if asked.full else ())


def _person(conn: Connection, asked: Asked, now: int, limits: Limits) -> Opened:
    command, person = asked.command, asked.person
    kind, _, name = command.on.partition("/")
    reader = history.person_reader(conn, person) if kind == "person" and name == person else None
    if reader is None:
        raise Refusal("log.not_found")
    start, reason = begin(reader, command, far=FIRST_PAGE)
    answer = Watching(
        on=command.on, epoch=reader.epoch, head=reader.head, base=reader.base, start=start,
        reason=reason, person=person_view(conn, person, now=now, limits=limits),
    )  # fmt: skip
    return Opened(answer, reader, ())
