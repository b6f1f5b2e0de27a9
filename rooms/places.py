"""What several people see of circles they are in, read together: one execution for all of them, the same text each time.

Most have set nobody aside, given and received no gesture and made no invite; what only few have is read one by one.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from rooms import agreement_views, bulk, rules, views
from rooms.history import Reader
from rooms.wire_views import MyCircle


class Place(NamedTuple):
    """One person in one circle."""

    circle: str
    reader: Reader
    mine: MyCircle


def places(conn: Connection, asked: Sequence[tuple[str, str]], now: int) -> dict[tuple[str, str], Place]:
    """By (circle, person), for those who are in that circle now."""
    found = {}
    for row in bulk.places(conn, asked):
        circle, person, log_id, epoch, head, floor, me, base, entered, read, *standing, more = row
        host, state, kept, round_id, matter = standing
        readable = rules.readable_from(base=base, floor=floor)
        reader = Reader(log_id, epoch, head, readable, floor, me, entered)
        if more or round_id is not None or state in views.CARRIES:
            mine = views.my_circle(conn, circle, reader, now)
        else:
            mine = MyCircle(
                participant=me,
                read=read,
                aside=(),
                given=(),
                received=(),
                invites=(),
                **views.held(host, state, kept, me, now),
                **agreement_views.mine(matter, me, now),
            )
        found[circle, person] = Place(circle, reader, mine)
    return found
