"""Tables of circles that meet again: what each sitting opens as and when, and who would like to hear of it."""

from sqlalchemy import BigInteger, LargeBinary, UniqueConstraint
from sqlmodel import Field

from rooms.models import Table

Big = BigInteger


class PlanRow(Table, table=True):
    """A drop-in that opens again and again. Its next sitting is prepared as a circle of its own."""

    __tablename__ = "plan"
    __table_args__ = (UniqueConstraint("planner_id", "key"),)

    id: str = Field(primary_key=True, max_length=16)
    planner_id: str = Field(max_length=16)
    """The person whose plan it is: host of what opens, and goes with them unless somebody else holds it then."""
    key: str = Field(max_length=22)
    topic: str
    about: str
    agreement: str
    entry: str = Field(max_length=8)
    history_open: bool
    panels: bool
    host_shown: bool
    listening: bool
    late_for: int | None = Field(default=None, sa_type=Big)
    capacity: int
    keep_for: int = Field(sa_type=Big)
    zone: str = Field(max_length=64)
    first: str = Field(max_length=10)
    minute: int
    lasts: int
    """Minutes."""
    repeat: str = Field(max_length=11)
    nth: int
    until: str | None = Field(default=None, max_length=10)
    exceptions: bytes = Field(sa_type=LargeBinary)
    """`rooms.sittings.pack`."""
    circle_id: str | None = Field(default=None, max_length=16, index=True)
    """The next sitting's, as long as it has not opened."""
    opened: str | None = Field(default=None, max_length=10)
    """The day of the sitting that opened last, or was passed over: it does not open again."""
    day: str | None = Field(default=None, max_length=10)
    """The day by which that sitting is named."""


class OpeningWish(Table, table=True):
    """Somebody would like to be told when a plan's circle opens, or one that is to open once."""

    __tablename__ = "opening_wish"

    of_id: str = Field(primary_key=True, max_length=16)
    """A plan or a circle."""
    person_id: str = Field(primary_key=True, max_length=16, index=True)


class CalendarFeed(Table, table=True):
    """An address that a calendar reads. Whoever has it reads times and nothing else; kept only as a hash."""

    __tablename__ = "calendar_feed"
    __table_args__ = (UniqueConstraint("person_id", "of_id"),)

    token_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    person_id: str = Field(max_length=16)
    of_id: str = Field(max_length=16)
    """A plan or a circle; ``mine``: everything of the person's."""


WORDS = ((PlanRow, "topic"), (PlanRow, "about"), (PlanRow, "agreement"))
"""Columns that hold what people wrote; tests of erasure walk them."""
