"""Tables of panels: seats, what is put before them, what they decided about a person, and for how long.

A case's own course is one value in `CaseRow.review`; the rows here are what has to be found by person or by time, and
the words. All of them go when the case is erased; words go earlier where their writer takes them back.
"""

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from rooms.models import Table

Big = BigInteger


class SeatRow(Table, table=True):
    """One person's seat on one panel, from the offer to its end; kept a day longer, for the daily bounds."""

    __tablename__ = "seat"
    __table_args__ = (Index("seat_person", "person_id", "ended_at"),)

    id: str = Field(primary_key=True, max_length=16)
    case_id: int = Field(index=True)
    panel: int
    person_id: str | None = Field(default=None, max_length=16)
    """None once they are forgotten."""
    hard: bool = False
    offered_at: int = Field(sa_type=Big)
    taken_at: int | None = Field(default=None, sa_type=Big)
    """When what was flagged was put before them; counts towards their day."""
    ended_at: int | None = Field(default=None, sa_type=Big, index=True)
    state: str = Field(max_length=8)
    """As its holder was last told."""


class SealedRow(Table, table=True):
    """A line as it was when the first flag came: the flagged message, or one of those around it."""

    __tablename__ = "sealed"

    case_id: int = Field(primary_key=True)
    seq: int = Field(primary_key=True, sa_type=Big)
    log_id: int
    sender: str | None = Field(default=None, max_length=16)
    """A participant."""
    body: str | None = None
    """None once its writer took it back."""

    __table_args__ = (Index("sealed_at", "log_id", "seq"),)


class CaseWordsRow(Table, table=True):
    """What was said about a case: the author's side, an objection, talk at the table, a juror's sentence."""

    __tablename__ = "case_words"

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(index=True)
    panel: int
    kind: str = Field(max_length=9)
    """side, objection, said or sentence."""
    by: str = Field(default="", max_length=2)
    """A juror's letter, or the side that objects."""
    body: str
    at: int = Field(sa_type=Big)


class ConductRow(Table, table=True):
    """That a panel decided something about a person; lives until nobody can contest it any more."""

    __tablename__ = "conduct"
    __table_args__ = (Index("conduct_person", "person_id", "at"),)

    case_id: int = Field(primary_key=True)
    person_id: str | None = Field(default=None, max_length=16)
    circle_id: str = Field(max_length=16)
    level: int
    at: int = Field(sa_type=Big)


class FaithRow(Table, table=True):
    """All of a panel called somebody's flags in a case an attack; counts for a month."""

    __tablename__ = "faith"

    case_id: int = Field(primary_key=True)
    person_id: str = Field(primary_key=True, max_length=16, index=True)
    at: int = Field(sa_type=Big)
    held: bool = False
    quiet_until: int = Field(sa_type=Big)
    """Until then their flags hide and ask for a look, and count for nothing."""


class HoldRow(Table, table=True):
    """That somebody covered a message, for the bounds of what one person may cover."""

    __tablename__ = "hold"
    __table_args__ = (Index("hold_person", "person_id", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(index=True)
    seq: int = Field(sa_type=Big)
    person_id: str | None = Field(default=None, max_length=16)
    own: bool = False
    """It shows their own private data."""
    at: int = Field(sa_type=Big)


class PauseRow(Table, table=True):
    """Somebody does not post for a while, in one circle or (without one) anywhere."""

    __tablename__ = "pause"
    __table_args__ = (Index("pause_person", "person_id"),)

    case_id: int = Field(primary_key=True)
    level: int = Field(primary_key=True)
    person_id: str | None = Field(default=None, max_length=16)
    circle_id: str | None = Field(default=None, max_length=16)
    until: int = Field(sa_type=Big, index=True)


WORDS = ((SealedRow, "body"), (CaseWordsRow, "body"))
"""Columns that hold what people wrote; tests of erasure walk them."""
