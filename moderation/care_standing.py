"""How it stands with care for one person: what they are shown, what their log tells for an hour, and its end.

A log keeps only that there was something, and what it was is looked up. When the hour is over even that is gone: its
place in the log then looks like one that a change of preferences has.
"""

from typing import Any

from sqlalchemy import Connection, delete, func, or_, union_all, update
from sqlmodel import col, select

from moderation.models_care import CareCall, CareOffer
from moderation.wire_care import CareNow, CareWanted
from moderation.wire_care import CareOffer as Offer
from rooms.log import kept, tell
from rooms.models import EventRow, Person
from rooms.wire_events import PreferencesChanged
from rooms.work import Work

BARE = CareNow()
_KIND = str(CareNow.__struct_config__.tag)


def now(conn: Connection, person_id: str) -> CareNow:
    """Offers to this person that wait for an answer, and who would like their company; some may be over by now."""
    offers = conn.execute(
        select(CareOffer)
        .where(CareOffer.person_id == person_id, CareOffer.said == "asked")
        .order_by(col(CareOffer.ends_at))
    )
    calls = conn.execute(select(CareCall).where(CareCall.helper_id == person_id).order_by(col(CareCall.ends_at)))
    return CareNow(
        offers=tuple(
            Offer(offer=row.offer, circle=row.circle_id, company=row.company, until=row.ends_at) for row in offers
        ),
        wanted=tuple(
            CareWanted(circle=row.circle_id, participant=row.participant_id, until=row.ends_at) for row in calls
        ),
    )


def told(work: Work, person_id: str) -> None:
    """Something of it changed for this person: tell their screens how it stands."""
    work.db.flush()
    log_id = work.conn.execute(select(Person.log_id).where(Person.id == person_id)).scalar_one_or_none()
    if log_id is not None:
        tell(work, log_id, now(work.conn, person_id), stored=BARE)


def dressed(conn: Connection, person_id: str, event: Any) -> Any:
    """An event of this person's log, read back: with how it stands now, where it is about care."""
    return now(conn, person_id) if isinstance(event, CareNow) else event


def next_due(conn: Connection) -> int | None:
    """When the next of it ends, in ms; None where there is none."""
    ends = union_all(
        select(func.min(CareOffer.ends_at).label("at")),
        select(func.min(CareCall.ends_at)),
    ).subquery()
    found = conn.execute(select(func.min(ends.c.at))).scalar_one()
    return None if found is None else int(found)


def wipe(work: Work) -> None:
    """Whatever has ended by now. Harmless to repeat."""
    _erase(work, col(CareOffer.ends_at) <= work.now, col(CareCall.ends_at) <= work.now)


def forgotten(work: Work, person_id: str) -> None:
    """Nothing tells any more that this person was offered company, would have liked some, or gave it."""
    _erase(
        work,
        col(CareOffer.person_id) == person_id,
        or_(col(CareCall.about_id) == person_id, col(CareCall.helper_id) == person_id),
    )


def _erase(work: Work, offers: Any, calls: Any) -> None:
    asked = work.conn.execute(delete(CareOffer).where(offers).returning(col(CareOffer.person_id))).scalars().all()
    told = work.conn.execute(delete(CareCall).where(calls).returning(col(CareCall.helper_id))).scalars().all()
    for person_id in sorted({*asked, *told}):
        if now(work.conn, person_id) == BARE and not _answered_lately(work, person_id):
            _silence(work, person_id)


def _answered_lately(work: Work, person_id: str) -> bool:
    return work.conn.execute(select(CareOffer.offer).where(CareOffer.person_id == person_id)).first() is not None


def _silence(work: Work, person_id: str) -> None:
    log_id = work.conn.execute(select(Person.log_id).where(Person.id == person_id)).scalar_one_or_none()
    work.conn.execute(
        update(EventRow)
        .where(col(EventRow.log_id) == log_id, col(EventRow.kind) == _KIND)
        .values(**kept(PreferencesChanged()))
    )
