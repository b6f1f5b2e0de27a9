"""The care route: whoever somebody worries about is asked first, and only after their yes are willing people told.

At least two are told or nobody is, so that nobody carries it alone. Who worried is written down nowhere. What is
written down, in rows and in people's logs, is gone when the hour is over.
"""

from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
from sqlmodel import col, or_, select

from moderation import care_standing
from moderation.models_care import CareCall, CareOffer
from moderation.wire_care import AnswerCare, CareAnswered, CareAsked, ReachOut, WorryAbout
from rooms import rules
from rooms.circles import seat
from rooms.log import new_id
from rooms.messages import message
from rooms.models import Aside, Circle, ParticipantRow, Person
from rooms.wire import Preferences
from rooms.work import Answered, Refusal, Work

LEAST = 2
"""Nobody carries it alone."""
MOST = 5
"""Told at once; company of more is a crowd."""
_preferences = msgspec.json.Decoder(Preferences).decode


class Helper(NamedTuple):
    """Somebody who is in the circle, is willing, and was here lately."""

    participant: str
    person: str


def worry(work: Work, command: WorryAbout) -> Answered:
    """The same answer whether the person is asked now, was asked before, or says no.

    Raises ``participant.not_found`` for who is not in the circle, or is oneself; ``message.not_found``;
    ``request.bad_field`` unless one of message and participant is given.
    """
    circle, mine = seat(work, command.circle)
    rules.may_talk(circle.state)
    other = _meant(work, circle, command)
    if other is None or other.id == mine.id or other.circle_id != circle.id or not other.inside:
        raise Refusal("participant.not_found")
    company = len(_willing(work, circle, other)) >= LEAST
    if other.person_id is not None:
        _offer(work, circle, other.person_id, company=company)
    return Answered(made=CareAsked(company=company))


def answer(work: Work, command: AnswerCare) -> Answered:
    """Raises ``care.not_found`` once the offer is over. Answering again changes nothing."""
    _hold(work, work.person)
    offer = work.db.exec(
        select(CareOffer).where(
            CareOffer.person_id == work.person, CareOffer.offer == command.offer, CareOffer.ends_at > work.now
        )
    ).one_or_none()
    if offer is None:
        raise Refusal("care.not_found")
    if offer.said == "asked":
        offer.said = "no"
        if command.yes:
            offer.said = "told" if _tell_there(work, offer) else "alone"
        work.db.add(offer)
        care_standing.told(work, work.person)
    return Answered(made=CareAnswered(told=offer.said == "told"))


def reach_out(work: Work, command: ReachOut) -> Answered:
    """Pressing it again within the hour tells nobody twice, but tries again where too few were free."""
    circle, mine = seat(work, command.circle)
    rules.may_talk(circle.state)
    _hold(work, work.person)
    offer = work.db.get(CareOffer, (work.person, circle.id))
    ends_at = work.now + work.limits.care_life
    if offer is not None and offer.said == "told" and offer.ends_at > work.now:
        return Answered(made=CareAnswered(told=True))
    if offer is None:
        offer = CareOffer(
            person_id=work.person, circle_id=circle.id, offer=new_id(), company=False, said="no", ends_at=ends_at
        )
    was_asked = offer.said == "asked"
    offer.said, offer.ends_at = "told" if _tell(work, circle, mine, ends_at) else "alone", ends_at
    work.db.add(offer)
    if was_asked:
        care_standing.told(work, work.person)
    return Answered(made=CareAnswered(told=offer.said == "told"))


def _meant(work: Work, circle: Circle, command: WorryAbout) -> ParticipantRow | None:
    if (command.target is None) == (command.participant is None):
        raise Refusal("request.bad_field", field="target")
    found = command.participant
    if command.target is not None:
        found = message(work, circle, command.target).sender
    return None if found is None else work.db.get(ParticipantRow, found)


def _offer(work: Work, circle: Circle, person_id: str, *, company: bool) -> None:
    """Ask them, unless they were asked or asked for company themselves within the hour, in whatever circle."""
    _hold(work, person_id)
    rows = work.db.exec(select(CareOffer).where(CareOffer.person_id == person_id)).all()
    if any(row.ends_at > work.now for row in rows):
        return
    for row in rows:
        work.db.delete(row)
    work.db.flush()
    until = work.now + work.limits.care_life
    work.db.add(
        CareOffer(
            person_id=person_id, circle_id=circle.id, offer=new_id(), company=company, said="asked", ends_at=until
        )
    )
    care_standing.told(work, person_id)


def _tell_there(work: Work, offer: CareOffer) -> bool:
    circle = work.db.get_one(Circle, offer.circle_id)
    mine = work.db.exec(
        select(ParticipantRow).where(
            ParticipantRow.circle_id == circle.id,
            ParticipantRow.person_id == offer.person_id,
            col(ParticipantRow.inside),
        )
    ).one_or_none()
    return mine is not None and circle.state in rules.LOOKING_IN and _tell(work, circle, mine, offer.ends_at)


def _tell(work: Work, circle: Circle, mine: ParticipantRow, until: int) -> bool:
    """Tell willing people, some of them where there are many, or nobody where there is but one."""
    apart = _apart(work, mine.id)
    helpers = [each for each in _willing(work, circle, mine) if each.participant not in apart]
    if len(helpers) < LEAST:
        return False
    # Drawn by a fresh id: those who are always here are not always the ones.
    drawn = new_id()
    helpers.sort(key=lambda each: sha256((drawn + each.participant).encode()).digest())
    for each in helpers[:MOST]:
        call = CareCall(
            helper_id=each.person, participant_id=mine.id, circle_id=circle.id, about_id=work.person, ends_at=until
        )
        work.db.merge(call)
        care_standing.told(work, each.person)
    return True


def _willing(work: Work, circle: Circle, besides: ParticipantRow) -> list[Helper]:
    """Who may be told: in the circle, here lately, free to post, and willing by their own choice."""
    rows = work.conn.execute(
        select(ParticipantRow.id, ParticipantRow.person_id, ParticipantRow.paused_until, Person.preferences)
        .join(Person, col(Person.id) == col(ParticipantRow.person_id))
        .where(
            ParticipantRow.circle_id == circle.id,
            ParticipantRow.id != besides.id,
            col(ParticipantRow.inside),
            ParticipantRow.seen_at > work.now - work.limits.seat_held,
        )
    )
    return [
        Helper(row.id, row.person_id)
        for row in rows
        if (row.paused_until or 0) <= work.now and _preferences(row.preferences).company
    ]


def _apart(work: Work, me: str) -> set[str]:
    """Whom one set aside, and who set one aside: neither is company."""
    either: Any = or_(col(Aside.participant_id) == me, col(Aside.other_id) == me)
    rows = work.conn.execute(select(Aside.participant_id, Aside.other_id).where(either))
    return {each for row in rows for each in row}


def _hold(work: Work, person_id: str) -> None:
    """Hold the person's row, so that of two offers to one person one is the second."""
    work.conn.execute(select(Person.id).where(Person.id == person_id).with_for_update())
