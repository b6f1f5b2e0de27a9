"""Tables of flags, the cases they make, and the letters that follow.

Nothing a person can ask for joins these to the circle: a flag knows its flagger and its case, and only that flagger's
own view is ever made from it. No table here holds words or names, and none holds how many flagged.
"""

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from rooms.models import Table

Big = BigInteger


class CaseRow(Table, table=True):
    """What was flagged of one author in one circle within one day."""

    __tablename__ = "flag_case"
    __table_args__ = (
        Index("flag_case_author", "author_id", "opened_at"),
        Index("flag_case_draw", "draw_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    circle_id: str = Field(max_length=16)
    log_id: int
    author_id: str | None = Field(default=None, max_length=16)
    """A participant; None once they are forgotten."""
    writer_id: str | None = Field(default=None, max_length=16, index=True)
    """The same as a person: a circle that is over keeps no link to its people, and a case may be contested longer."""
    hosts: str = ""
    """People who held or opened the circle then, separated by spaces."""
    kept_out: str = ""
    """People whom something lay between them and a side when lots were drawn; they stay out of every later draw."""
    opened_at: int = Field(sa_type=Big)
    lapses_at: int = Field(sa_type=Big)
    due_at: int | None = Field(default=None, sa_type=Big, index=True)
    """When the clock has something to do here: let it lapse, or erase it once its words are gone."""
    closed: str | None = Field(default=None, max_length=9)
    closed_at: int | None = Field(default=None, sa_type=Big)
    stage: str = Field(default="triage", max_length=11)
    draw_at: int | None = Field(default=None, sa_type=Big)
    """When the next draw may be tried; set only while a panel waits to be drawn."""
    urgency: int = 0
    """Of those waiting: 2 held, 1 folded, 0 flagged."""
    review: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Everything else of its course: panels, ballots, decisions, as `moderation.case` reads them. No words, no names."""
    salt: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Makes the pseudonym under which the public record knows the case; gone with it."""


class CaseMessageRow(Table, table=True):
    """One flagged message of a case. New words in its place are a new row, of another case."""

    __tablename__ = "case_message"
    __table_args__ = (Index("case_message_at", "log_id", "seq"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="flag_case.id", index=True)
    log_id: int
    seq: int = Field(sa_type=Big)
    rephrased: bool = False
    """These flags are about the words that came after the author said it differently."""
    witnesses: int
    view: str = Field(max_length=10)
    salt: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Makes `FlagRow.invite` and `FlagRow.network` comparable here and nowhere else; gone once the case is closed."""


class FlagRow(Table, table=True):
    __tablename__ = "flag"
    __table_args__ = (
        UniqueConstraint("case_message_id", "person_id"),
        Index("flag_person", "person_id", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_message_id: int = Field(foreign_key="case_message.id")
    person_id: str | None = Field(default=None, max_length=16)
    """None once they are forgotten."""
    at: int = Field(sa_type=Big)
    category: str = Field(max_length=10)
    standing: int
    """A `moderation.fold.Standing`."""
    invite: bytes | None = Field(default=None, sa_type=LargeBinary)
    network: bytes | None = Field(default=None, sa_type=LargeBinary)
    withdrawn: bool = False


class LetterRow(Table, table=True):
    """To somebody about a message, theirs or one they flagged; at most one a person and message."""

    __tablename__ = "letter"
    __table_args__ = (UniqueConstraint("person_id", "circle_id", "target"),)

    id: str = Field(primary_key=True, max_length=16)
    person_id: str = Field(max_length=16)
    circle_id: str = Field(max_length=16)
    target: int = Field(sa_type=Big)
    case_id: int | None = Field(default=None, index=True)
    about: str = Field(max_length=8)
    mine: bool = True
    """About the reader's own message."""
    statement: bytes | None = Field(default=None, sa_type=LargeBinary)
    """The reasons of a panel as JSON, with the sentences of its jurors."""
    side_until: int | None = Field(default=None, sa_type=Big)
    appeal_until: int | None = Field(default=None, sa_type=Big)
    until: int | None = Field(default=None, sa_type=Big)
    felt: str = ""
    """Categories, separated by spaces; filled in when the letter goes out."""
    due_at: int | None = Field(default=None, sa_type=Big, index=True)
    """None once it has gone out."""
    sent_at: int | None = Field(default=None, sa_type=Big)


class ReviewerRow(Table, table=True):
    """Somebody on whom lots may fall."""

    __tablename__ = "reviewer"

    person_id: str = Field(primary_key=True, max_length=16)
    role: str = Field(default="reviewer", max_length=9)
    """reviewer or moderator."""
    since: int = Field(sa_type=Big)
    until: int | None = Field(default=None, sa_type=Big)
    """When being a moderator ends."""
    skips: str = ""
    """Categories they do not read, separated by spaces."""
    rest_until: int = Field(default=0, sa_type=Big)


class ModeratorInviteRow(Table, table=True):
    """A code with which one person comes as a moderator."""

    __tablename__ = "moderator_invite"

    code_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    ends_at: int = Field(sa_type=Big)


class ActivityRow(Table, table=True):
    """On which of the last thirty days somebody was here: one bit a day, sent to nobody."""

    __tablename__ = "activity"

    person_id: str = Field(primary_key=True, max_length=16)
    day: int = Field(sa_type=Big)
    """Whole days since 1970, as days pass here."""
    days: int
    """Bit n: they were here n days before ``day``."""


WORDS = ((LetterRow, "statement"),)
"""Columns that hold what people wrote; tests of erasure walk them."""
