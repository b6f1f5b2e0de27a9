"""Who may not sit on a panel about somebody, because of what lies between people. Read afresh at each draw, and kept."""

import unicodedata

import msgspec
from sqlalchemy import func, or_, update
from sqlmodel import col, select

from moderation.models import CaseMessageRow, CaseRow, FlagRow
from moderation.models_panels import SeatRow
from rooms import space
from rooms.models import Aside, Circle, EventRow, Invite, ParticipantRow
from rooms.work import Work

MUTUAL = 2
"""So many flags between two people within `Limits.record`, both ways, keep each from judging the other."""

ENDED_FROM = 4
ENDING = 3
"""A name of so many letters may carry an ending of so many."""
WITHOUT_BLANKS = frozenset(
    {"CJK", "HIRAGANA", "KATAKANA", "BOPOMOFO", "YI", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN"}
)


def recused(work: Work, case_id: int, circle_id: str, author: str | None, parties: set[str]) -> set[str]:
    """Person ids of everybody who may not read this case. ``parties`` flagged, held or co-signed, also in the past."""
    sides = parties | ({author} if author is not None else set())
    before = work.conn.execute(select(CaseRow.kept_out).where(CaseRow.id == case_id)).scalar_one()
    found = (
        sides
        | _hosts(work, circle_id)
        | _addressed(work, case_id, circle_id)
        | _set_aside(work, sides)
        | _invited(work, sides)
        | _sat_before(work, case_id)
        | _mutual(work, author)
        | set(before.split())
    )
    # What lies between people may be gone with the circle when an appeal is drawn.
    work.conn.execute(update(CaseRow).where(col(CaseRow.id) == case_id).values(kept_out=" ".join(sorted(found))))
    return found


def _hosts(work: Work, circle_id: str) -> set[str]:
    circle = work.db.get(Circle, circle_id)
    if circle is None:
        return set()
    holding = {circle.host_id, *space.load(circle.space).beside}
    host = _people(work, select(ParticipantRow.person_id).where(col(ParticipantRow.id).in_(holding)))
    return host | ({circle.opener_id} if circle.opener_id is not None else set())


def _addressed(work: Work, case_id: int, circle_id: str) -> set[str]:
    """Those whose words were quoted, and those whose name in this circle stands in the flagged words."""
    flagged = work.db.exec(
        select(EventRow)
        .join(
            CaseMessageRow, (col(CaseMessageRow.log_id) == EventRow.log_id) & (col(CaseMessageRow.seq) == EventRow.seq)
        )
        .where(CaseMessageRow.case_id == case_id)
    ).all()
    writers: set[str] = set()
    for each in flagged:
        quoted = msgspec.json.decode(each.data or b"{}").get("reply_to")
        row = None if quoted is None else work.db.get(EventRow, (each.log_id, quoted))
        if row is not None and row.sender is not None:
            writers.add(row.sender)
    said = _folded(" ".join(each.body or "" for each in flagged))
    rows = work.conn.execute(
        select(ParticipantRow.id, ParticipantRow.person_id, ParticipantRow.name).where(
            ParticipantRow.circle_id == circle_id, col(ParticipantRow.person_id).is_not(None)
        )
    ).all()
    return {row.person_id for row in rows if row.id in writers or _stands_in(_folded(row.name), said)}


def is_named(name: str, said: str) -> bool:
    """Whether somebody's name stands in words as a word of its own, in any case of letters.

    A longer name may have an ending (Anna, Annas), and scripts that set no blanks have no words to stand apart in.
    """
    return _stands_in(_folded(name), _folded(said))


def _stands_in(name: str, said: str) -> bool:
    """`is_named`, for what is folded. Looks at few letters around each place: words may be one letter said for ever."""
    at = said.find(name) if name else -1
    while at >= 0:
        end = at + len(name)
        begins = at == 0 or not _joins(said[at - 1], name[0])
        if begins and _ends_soon(said, end, ENDING if len(name) >= ENDED_FROM else 0):
            return True
        at = said.find(name, at + 1)
    return False


def _ends_soon(said: str, end: int, most: int) -> bool:
    """No more than ``most`` letters after ``end`` belong to the word before it."""
    last = min(end + most, len(said))
    return any(at == len(said) or not _joins(said[at - 1], said[at]) for at in range(end, last + 1))


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return folded.replace("i\N{COMBINING DOT ABOVE}", "i").replace("\N{LATIN SMALL LETTER DOTLESS I}", "i")


def _joins(one: str, other: str) -> bool:
    """Both belong to one word."""
    return all(unicodedata.category(each)[0] in "LMN" and not _stands_alone(each) for each in (one, other))


def _stands_alone(char: str) -> bool:
    return unicodedata.name(char, "").split(" ")[0] in WITHOUT_BLANKS


def _set_aside(work: Work, sides: set[str]) -> set[str]:
    """Set aside, either way, in any circle."""
    mine = select(ParticipantRow.id).where(col(ParticipantRow.person_id).in_(sides)).scalar_subquery()
    pairs = work.conn.execute(
        select(Aside.participant_id, Aside.other_id).where(
            or_(col(Aside.participant_id).in_(mine), col(Aside.other_id).in_(mine))
        )
    ).all()
    both = {each for pair in pairs for each in pair}
    if not both:
        return set()
    return _people(work, select(ParticipantRow.person_id).where(col(ParticipantRow.id).in_(both)))


def _invited(work: Work, sides: set[str]) -> set[str]:
    """Who invited one of the sides, and whom they invited, as far as the invites are still there."""
    theirs = select(ParticipantRow.id).where(col(ParticipantRow.person_id).in_(sides)).scalar_subquery()
    made = select(Invite.id).where(col(Invite.made_by).in_(theirs)).scalar_subquery()
    came_by = select(ParticipantRow.invite_id).where(
        col(ParticipantRow.person_id).in_(sides), col(ParticipantRow.invite_id).is_not(None)
    )
    makers = select(Invite.made_by).where(col(Invite.id).in_(came_by.scalar_subquery())).scalar_subquery()
    return _people(
        work,
        select(ParticipantRow.person_id).where(
            or_(col(ParticipantRow.id).in_(makers), col(ParticipantRow.invite_id).in_(made))
        ),
    )


def _sat_before(work: Work, case_id: int) -> set[str]:
    """Everybody to whom the case was ever shown."""
    return _people(
        work, select(SeatRow.person_id).where(SeatRow.case_id == case_id, col(SeatRow.taken_at).is_not(None))
    )


def _mutual(work: Work, author: str | None) -> set[str]:
    if author is None:
        return set()
    since = work.now - work.limits.record

    def flags(by: object, of: object) -> dict[str, int]:
        rows = work.conn.execute(
            select(FlagRow.person_id, CaseRow.writer_id, func.count())
            .join(CaseMessageRow, col(CaseMessageRow.id) == col(FlagRow.case_message_id))
            .join(CaseRow, col(CaseRow.id) == col(CaseMessageRow.case_id))
            .where(FlagRow.at > since, by, of)  # type: ignore[arg-type]
            .group_by(col(FlagRow.person_id), col(CaseRow.writer_id))
        ).all()
        return {(row[1] if row[0] == author else row[0]): row[2] for row in rows}

    anything = col(FlagRow.person_id).is_not(None)
    by_author = flags(FlagRow.person_id == author, anything)
    of_author = flags(anything, CaseRow.writer_id == author)
    return {who for who in by_author if who in of_author and by_author[who] + of_author[who] >= MUTUAL}


def _people(work: Work, query: object) -> set[str]:
    return {each for each in work.conn.execute(query).scalars() if each is not None}  # type: ignore[call-overload]
