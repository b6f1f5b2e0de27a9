"""What a juror is told of what their panel decided: the result and how many carried it, and nobody's ballot.

It is kept with the case alone, so that it goes with the case: a juror's log only knows that the seat is over.
"""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection
from sqlmodel import col, select

from moderation import case as core
from moderation.models import CaseRow
from moderation.models_panels import SeatRow
from moderation.panel import Panel
from moderation.state import Review
from moderation.wire_panels import SeatMoved, Verdict


def verdict(review: Review, panel: Panel) -> Verdict | None:
    """None where the panel came to nothing: too few answered, or nothing was left to decide."""
    made = next((each for each in review.decisions if each.heard and each.instance == panel.instance), None)
    # A panel that came to nothing has the number of the one that follows it.
    last = next((each for each in reversed(review.past) if each.instance == panel.instance), None)
    if made is None or last is None or last is not panel:
        return None
    return Verdict(
        contents=tuple(each.level for each in made.outcomes),
        person=made.person,
        code=made.code,
        agreed=max([made.person_agreed, *(each.agreed for each in made.outcomes)], default=0),
        size=made.size,
    )


def stored(event: SeatMoved) -> SeatMoved:
    return SeatMoved(seat=replace(event.seat, verdict=None))


def dressed(conn: Connection, person: str, events: Sequence[Any]) -> dict[str, SeatMoved]:
    """Of events of a person's log, read back, those of seats whose panel has decided a case that is still kept, by seat."""
    over = {each.seat.id: each for each in events if isinstance(each, SeatMoved) and each.seat.state == "done"}
    if not over:
        return {}
    rows = conn.execute(
        select(SeatRow.id, SeatRow.panel, CaseRow.review)
        .join(CaseRow, col(CaseRow.id) == col(SeatRow.case_id))
        .where(col(SeatRow.id).in_(over), SeatRow.person_id == person, col(CaseRow.closed).is_(None))
    ).all()
    found: dict[str, SeatMoved] = {}
    for seat_id, instance, blob in rows:
        review = core.unpack(blob, opened_at=0, lapses_at=0, messages=(), closed=None).review
        sat = [each for each in review.past if each.instance == instance and each.seat(person) is not None]
        if sat:
            seat = replace(over[seat_id].seat, verdict=verdict(review, sat[-1]))
            found[seat_id] = SeatMoved(seat=seat)
    return found
