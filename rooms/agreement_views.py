"""What is read of a circle's agreement: by those who are in it all of it, by those who were what has changed since."""

from typing import Any

from sqlalchemy import Connection, Row
from sqlmodel import col, select

from rooms.agreement_state import Matter, unpack
from rooms.models import Agreement, Circle, ParticipantRow
from rooms.models_agreement import ObjectionRow, ProposalRow
from rooms.wire_agreement import AgreementBook, AgreementVersion, MatterView, ObjectionView, Proposed
from rooms.work import Refusal

VERSIONS_MOST = 10
"""So many of the versions before are shown."""
_VERSION: tuple[Any, ...] = (
    col(Agreement.version), col(Agreement.text), col(Agreement.keep_for), col(Agreement.agreed_at), col(Agreement.how),
)  # fmt: skip


def view(matter: Matter) -> MatterView:
    return MatterView(
        id=matter.id,
        by=matter.by,
        phase=matter.phase,
        until=matter.until,
        revision=matter.revision,
        seconded=matter.seconded,
        objections=tuple(each.who for each in matter.objections),
        outcome=matter.outcome,
    )


def mine(kept: bytes | None, me: str, now: int) -> dict[str, Any]:
    """The matter that is before a circle, for `MyCircle`."""
    matter = unpack(kept)
    if matter is None or (matter.phase == "over" and matter.until <= now):
        return {}
    return {"matter": view(matter), "consented": me in matter.consents}


def book(conn: Connection, circle_id: str, person_id: str) -> AgreementBook:
    """Raises ``circle.not_found`` for whoever never was there, whether the circle exists or not."""
    there = conn.execute(
        select(ParticipantRow.id, ParticipantRow.inside, ParticipantRow.agreed_version).where(
            ParticipantRow.circle_id == circle_id, ParticipantRow.person_id == person_id
        )
    ).one_or_none()
    if there is None:
        raise Refusal("circle.not_found")
    held: tuple[Any, ...] = (col(Circle.agreement_version), col(Circle.keep_for), col(Circle.matter))
    version, keep_for, kept = conn.execute(select(*held).where(Circle.id == circle_id)).one()
    me, inside, agreed = there
    rows = conn.execute(select(*_VERSION).where(Agreement.circle_id == circle_id, col(Agreement.version) <= version))
    found = {row.version: _version(row, keep_for) for row in rows}
    since = found.get(agreed) if agreed != version else None
    if not inside:
        return AgreementBook(now=found[version], agreed=since)
    before = sorted((each for each in found if each != version), reverse=True)[:VERSIONS_MOST]
    return AgreementBook(
        now=found[version], agreed=since, versions=tuple(found[each] for each in before),
        **_matter(conn, circle_id, unpack(kept), me, found),
    )  # fmt: skip


def _matter(
    conn: Connection, circle_id: str, matter: Matter | None, me: str, found: dict[int, AgreementVersion]
) -> dict[str, Any]:
    if matter is None:
        return {}
    proposed = conn.execute(
        select(ProposalRow.text, ProposalRow.keep_for).where(ProposalRow.circle_id == circle_id)
    ).one_or_none()
    reasons = conn.execute(
        select(ObjectionRow.participant_id, ObjectionRow.reason).where(ObjectionRow.circle_id == circle_id)
    )
    held = {each.who: each.revision for each in matter.objections}
    words = None
    if proposed is not None:
        words = Proposed(matter=matter.id, revision=matter.revision, text=proposed[0], keep_for=proposed[1])
    return {
        "matter": view(matter),
        "proposed": words,
        "former": found[matter.base] if matter.phase in ("trial", "review") else None,
        "objections": tuple(
            ObjectionView(by=who, reason=reason, revision=held[who]) for who, reason in reasons if who in held
        ),
        "consented": me in matter.consents,
    }


def _version(row: Row[Any], keep_for: int) -> AgreementVersion:
    """Versions from before they could change hold no length of their own: it was the circle's all the time."""
    return AgreementVersion(
        version=row.version,
        text=row.text,
        keep_for=keep_for if row.keep_for is None else row.keep_for,
        agreed_at=row.agreed_at,
        how=row.how or "opened",
    )
