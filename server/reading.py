"""Composes what one person may read: answers to ``log.watch`` and ``history.page``, with access looked at each time."""

from typing import Any

from sqlalchemy import Connection

from moderation import (
    care_standing,
    desk,
    letters,
    own_words,
    pauses,
    reviewers,
    verdicts,
)
from moderation.wire import LetterCame
from moderation.wire_panels import SeatMoved
from rooms import history, views
from rooms.history import Found, Reader
from rooms.limits import Limits
from rooms.work import Refusal, Work
from server.protocol import Logged, Page, PersonView, ReadPage, Reason, WatchLog, decode_event

FIRST_PAGE = 50
"""Events a new watch begins with; older ones are paged."""
FAR = 500
"""Missing more than this, a reader is asked where they want to begin."""


def begin(reader: Reader, command: WatchLog, *, far: int) -> tuple[int, Reason]:
    """Where pushing starts, and why. Pure."""
    newest = max(reader.base, reader.head - FIRST_PAGE + 1)
    if command.after is None or command.epoch is None:
        return newest, "first"
    if command.epoch != reader.epoch or command.after > reader.head:
        return newest, "history"
    if command.after < reader.floor:
        return newest, "faded"
    if command.after + 1 < reader.base:
        return newest, "entry"
    if reader.head - command.after > far:
        return newest, "far"
    return command.after + 1, "resumed"


def page(conn: Connection, command: ReadPage, person: str) -> Page:
    reader = history.circle_reader(conn, command.circle, person)
    if reader is None:
        raise Refusal("circle.not_found")
    found = history.page_before(conn, reader, command.before, command.limit)
    return _page(conn, reader, found)


def since(conn: Connection, circle: str, person: str, after: int, limit: int) -> Page:
    """Events after a seq, over HTTP, for programs that keep their own cursor."""
    reader = history.circle_reader(conn, circle, person)
    if reader is None:
        raise Refusal("circle.not_found")
    if after > reader.head:
        raise Refusal("request.bad_value", field="after", most=reader.head)
    found = history.events(conn, reader.log_id, max(after, reader.base - 1), limit=limit)
    return _page(conn, reader, [history.bare(each, reader.base) for each in found])


def _page(conn: Connection, reader: Reader, found: list[Found]) -> Page:
    own = own_words.covered(conn, reader, found[0].seq, found[-1].seq) if found else ()
    return Page(epoch=reader.epoch, base=reader.base, events=tuple(_logged(each) for each in found), own=own)


def still(conn: Connection, address: str, person: str) -> Reader | None:
    """Access, looked at again before a range is read."""
    kind, _, name = address.partition("/")
    if kind == "person":
        return history.person_reader(conn, person) if name == person else None
    return history.circle_reader(conn, name, person)


def span(conn: Connection, address: str, person: str, after: int, upto: int) -> tuple[Reader, list[Found]] | None:
    """Events in (after, upto] for one reader; None once they may not read it any more."""
    reader = still(conn, address, person)
    if reader is None:
        return None
    found = history.events(conn, reader.log_id, after, upto=upto, others=decode_event)
    if address.startswith("person/"):
        events = [each.event for each in found]
        now = {**letters.dressed(conn, events), **verdicts.dressed(conn, person, events)}
        found = [
            each._replace(event=care_standing.dressed(conn, person, now.get(_kept_with(each.event), each.event)))
            for each in found
        ]
    return reader, found


def person_view(conn: Connection, person: str, *, now: int, limits: Limits) -> PersonView:
    row = views.person_row(conn, person)
    if row is None:
        raise Refusal("session.ended")
    name, kept, preferences = row
    care = care_standing.now(conn, person)
    return PersonView(
        name=name,
        kept=kept,
        preferences=preferences,
        circles=views.my_circles(conn, person),
        letters=letters.letters(conn, person),
        seats=desk.open_seats(Work(conn, who=person, now=now, limits=limits, pick=lambda _: 0), person),
        pauses=pauses.paused(conn, person, now),
        reviewing=reviewers.view(conn, person),
        care=None if care == care_standing.BARE else care,
    )


def _kept_with(event: Any) -> str:
    """Id of the letter or the seat that has what the event does not say."""
    match event:
        case LetterCame(letter=letter):
            return letter.id
        case SeatMoved(seat=seat) if seat.state == "done":
            return seat.id
        case _:
            return ""


def _logged(found: Found) -> Logged:
    return Logged(seq=found.seq, event=found.event)
