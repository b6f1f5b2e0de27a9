"""Who could have flagged a message, and what the asker's own flag on it counts: the questions to the database."""

from typing import Any, NamedTuple

from sqlalchemy import func, or_
from sqlmodel import col, select

from moderation import cases, fold, opening
from moderation.cases import Kept
from moderation.models import CaseMessageRow, CaseRow, FlagRow
from moderation.models_panels import FaithRow
from rooms import carrying
from rooms.models import Circle, Entry, EventRow, ParticipantRow, Person
from rooms.work import Work

_PLACE: tuple[Any, ...] = (CaseMessageRow.log_id, CaseMessageRow.seq, EventRow.data)


class Recent(NamedTuple):
    """A case in which the asker's first flag is not a day old."""

    id: int
    counts: bool
    author: str | None


def entered_at(work: Work, mine: ParticipantRow, seq: int) -> int | None:
    """When the asker's interval that holds the seq began; None where none does."""
    return work.conn.execute(
        select(Entry.entered_at).where(Entry.participant_id == mine.id, _holds(seq))
    ).scalar_one_or_none()


def recent(work: Work) -> list[Recent]:
    """Cases the asker came to within the last day; their row is locked first, so that no two flags pass at once."""
    since = work.now - work.limits.day
    work.conn.execute(select(Person.id).where(Person.id == work.person).with_for_update())
    rows = work.conn.execute(
        select(
            CaseMessageRow.case_id,
            func.max(FlagRow.standing),
            CaseRow.writer_id,
        )
        .join(CaseMessageRow, col(CaseMessageRow.id) == col(FlagRow.case_message_id))
        .join(CaseRow, col(CaseRow.id) == col(CaseMessageRow.case_id))
        # No case takes flags for longer than a fold lives, so older ones need not be read.
        .where(FlagRow.person_id == work.person, FlagRow.at > since - work.limits.fold_life)
        .group_by(col(CaseMessageRow.case_id), col(CaseRow.writer_id))
        .having(func.min(FlagRow.at) > since)
    )
    return [Recent(case_id, best > 0, author) for case_id, best, author in rows]


def given_lately(work: Work) -> dict[str | None, list[int]]:
    """When the asker flagged within the last two days, by whose words it was (an author in one circle), withdrawn or
    not. What the older of them began may still be going on."""
    rows = work.conn.execute(
        select(CaseRow.author_id, FlagRow.at, *_PLACE)
        .join(CaseMessageRow, col(CaseMessageRow.case_id) == col(CaseRow.id))
        .join(FlagRow, col(FlagRow.case_message_id) == col(CaseMessageRow.id))
        .outerjoin(
            EventRow,
            (col(EventRow.log_id) == col(CaseMessageRow.log_id)) & (col(EventRow.seq) == col(CaseMessageRow.seq)),
        )
        .where(FlagRow.person_id == work.person, FlagRow.at > work.now - 2 * work.limits.day)
    )
    given: dict[str | None, list[int]] = {}
    for author, at, log_id, seq, data in rows:
        given.setdefault(counts_as(author, log_id, seq, data), []).append(at)
    return given


def counts_as(author: str | None, log_id: int, seq: int, data: bytes | None) -> str | None:
    """Whose words they are to a budget: a carried sentence has a writer of its own, or the budget would tell whose."""
    return f"carried:{log_id}:{seq}" if carrying.is_carried(data) else author


def bars(work: Work, row: EventRow) -> fold.Bars:
    # Logs are numbered in the order in which they begin, so the first person is found without reading them all.
    first = select(Person.created_at).order_by(col(Person.log_id)).limit(1)
    return fold.bars(
        posted_at=row.at,
        server_since=work.conn.execute(first).scalar_one(),
        established_age=work.limits.established_age,
        established_presence=work.limits.established_presence,
    )


def how_many(work: Work, circle: Circle, row: EventRow, bars: fold.Bars) -> int:
    """A: people other than the author whose flags on this message could count."""
    return work.conn.execute(
        select(func.count(func.distinct(ParticipantRow.id)))
        .join(Entry, col(Entry.participant_id) == col(ParticipantRow.id))
        .join(Person, col(Person.id) == col(ParticipantRow.person_id))
        .where(
            ParticipantRow.circle_id == circle.id,
            ParticipantRow.id != row.sender,
            _holds(row.seq),
            or_(col(Person.created_at) <= bars.made, col(Entry.entered_at) <= bars.entered),
        )
    ).scalar_one()


def standing(work: Work, kept: Kept, bars: fold.Bars, entered_at: int | None, recent: list[Recent]) -> fold.Standing:
    """What the asker's flag in this case counts."""
    author = cases.author(kept)
    plain = plain_standing(work, bars, entered_at)
    if _quiet(work):
        plain = fold.quieted(plain)
    return fold.weighed(
        plain,
        other_cases=sum(each.counts and each.author == author and each.id != kept.id for each in recent),
        most=work.limits.same_author_cases,
    )


def plain_standing(work: Work, bars: fold.Bars, entered_at: int | None) -> fold.Standing:
    """What the asker is to a message, whatever they did with flags before."""
    made_at = work.db.get_one(Person, work.person).created_at
    return fold.standing(bars, made_at=made_at, entered_at=entered_at)


def _quiet(work: Work) -> bool:
    """Whether whole panels called the asker's flags attacks so often that they rest for now."""
    rests = select(FaithRow.at).where(FaithRow.person_id == work.person, FaithRow.quiet_until > work.now)
    return work.conn.execute(rests.limit(1)).first() is not None


def origin(work: Work, kept: Kept, seq: int, standing: fold.Standing) -> fold.Origin:
    """Where the asker came from, kept only where it limits what the flag counts."""
    if standing is not fold.Standing.PRESENT:
        return fold.Origin()
    me = work.db.get_one(Person, work.person)
    return opening.marks(work, kept, seq, invite=me.invite_id, network=me.network)


def _holds(seq: int) -> Any:
    return (col(Entry.from_seq) <= seq) & or_(col(Entry.to_seq).is_(None), col(Entry.to_seq) > seq)
