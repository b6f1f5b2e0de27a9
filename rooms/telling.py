"""Being told when a circle opens, and times for one's own calendar: what one person asks for, and nobody else sees."""

import hashlib
import secrets
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, func
from sqlmodel import col, select

from rooms import preparing, sittings
from rooms.models import Circle, ParticipantRow
from rooms.models_plans import CalendarFeed, OpeningWish, PlanRow
from rooms.schedule import Sitting
from rooms.units import HOUR
from rooms.wire_schedule import EndFeed, MadeFeed, MakeFeed, TellOpening
from rooms.work import Answered, Refusal, Work

MINE = "mine"
TOKEN_BYTES = 24


def tell_opening(work: Work, command: TellOpening) -> Answered:
    """Harmless to repeat. Raises ``circle.not_found`` for what one may not see, ``opening.too_many``."""
    wish = work.db.get(OpeningWish, (command.of, work.person))
    if not command.on:
        if wish is not None:
            work.db.delete(wish)
        return Answered()
    if wish is not None:
        return Answered(dup=True)
    _refuse_unseen(work, command.of)
    own = select(func.count()).select_from(OpeningWish).where(OpeningWish.person_id == work.person)
    if work.db.exec(own).one() >= work.limits.tellings_each:
        raise Refusal("opening.too_many", most=work.limits.tellings_each)
    work.db.add(OpeningWish(of_id=command.of, person_id=work.person))
    return Answered()


def make_feed(work: Work, command: MakeFeed) -> Answered:
    """Raises ``circle.not_found`` for what one may not see, ``calendar.too_many``."""
    if command.of != MINE:
        _refuse_unseen(work, command.of)
    _end_feed(work, command.of)
    own = select(func.count()).select_from(CalendarFeed).where(CalendarFeed.person_id == work.person)
    if work.db.exec(own).one() >= work.limits.feeds_each:
        raise Refusal("calendar.too_many", most=work.limits.feeds_each)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    work.db.add(CalendarFeed(token_hash=hashed(token), person_id=work.person, of_id=command.of))
    return Answered(made=MadeFeed(path=f"/calendar/{token}.ics"))


def end_feed(work: Work, command: EndFeed) -> Answered:
    """Harmless to repeat."""
    _end_feed(work, command.of)
    return Answered()


def hashed(token: str) -> bytes:
    """As random as the token is, nothing slower than this is needed."""
    return hashlib.sha256(token.encode()).digest()


def wishes(conn: Connection, person: str) -> tuple[str, ...]:
    """Plans and circles of whose opening a person wants to be told."""
    return tuple(conn.execute(select(OpeningWish.of_id).where(OpeningWish.person_id == person)).scalars())


def calendar(conn: Connection, token: str, *, now: int, most: int) -> list[tuple[str, Sitting]] | None:
    """What the feed of that token shows: ids of plans and circles with their sittings; None where there is no such feed.

    At most ``most`` sittings of each plan.
    """
    found = conn.execute(
        select(CalendarFeed.person_id, CalendarFeed.of_id).where(CalendarFeed.token_hash == hashed(token))
    ).one_or_none()
    if found is None:
        return None
    person, of = found
    wanted = [of]
    if of == MINE:
        seats = (
            select(func.coalesce(Circle.plan_id, Circle.id))
            .join(ParticipantRow, col(ParticipantRow.circle_id) == col(Circle.id))
            .where(ParticipantRow.person_id == person, col(ParticipantRow.inside))
        )
        planned = select(PlanRow.id).where(PlanRow.planner_id == person)
        wanted = sorted({*wishes(conn, person), *conn.execute(seats).scalars(), *conn.execute(planned).scalars()})
    shown: list[tuple[str, Sitting]] = []
    for row in conn.execute(select(PlanRow.__table__).where(col(PlanRow.id).in_(wanted))):  # type: ignore[attr-defined]
        shown += [(row.id, each) for each in sittings.ahead(preparing.times_of(row), now, most)]
    once = select(Circle.id, Circle.opens_at).where(
        col(Circle.id).in_(wanted), Circle.state == "planned", col(Circle.plan_id).is_(None)
    )
    shown += [(circle, _an_hour(opens_at)) for circle, opens_at in conn.execute(once)]
    return sorted(shown, key=lambda each: (each[1].starts, each[0]))


def _an_hour(opens_at: int) -> Sitting:
    """What opens once says nothing of how long it stays."""
    return Sitting(opens_at, opens_at + HOUR, datetime.fromtimestamp(opens_at / 1_000, UTC).date())


def _end_feed(work: Work, of: str) -> None:
    theirs = col(CalendarFeed.person_id) == work.person
    work.conn.execute(delete(CalendarFeed).where(theirs, col(CalendarFeed.of_id) == of))


def _refuse_unseen(work: Work, of: str) -> None:
    """Anybody sees what anybody may enter; else one has to sit in a circle of it."""
    seats = select(ParticipantRow.id).where(
        ParticipantRow.circle_id == Circle.id, ParticipantRow.person_id == work.person, col(ParticipantRow.inside)
    )
    seen = select(Circle.id).where(
        (Circle.id == of) | (Circle.plan_id == of),
        Circle.state != "closed",
        (col(Circle.entry) == "anyone") | seats.exists(),
    )
    if work.db.exec(seen.limit(1)).first() is None:
        raise Refusal("circle.not_found")
