"""Tables of the door: who waits for a seat, and who listens. Both forget within the hour."""

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from rooms.models import Big, Table


class Waiter(Table, table=True):
    """Somebody who waits for a seat, behind all with a smaller id; nobody inside learns who they are."""

    __tablename__ = "waiter"
    __table_args__ = (UniqueConstraint("circle_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    circle_id: str = Field(foreign_key="circle.id", max_length=16)
    person_id: str = Field(max_length=16)
    name: str | None = None
    """By which they want to be called inside; None: as everywhere."""
    seen_at: int = Field(sa_type=Big, index=True)
    """When their page was last here; who is not here any more waits no longer."""
    seat_until: int | None = Field(default=None, sa_type=Big)
    """So long a seat is held for them."""
    sister_until: int | None = Field(default=None, sa_type=Big)
    """So long they would open a sister circle with somebody else who waits."""
    sister_id: str | None = Field(default=None, max_length=16)
    """The one that they opened; then they wait no longer."""


class Listener(Table, table=True):
    """Somebody who listens at the door, or did a short while ago."""

    __tablename__ = "listener"

    circle_id: str = Field(primary_key=True, foreign_key="circle.id", max_length=16)
    person_id: str = Field(primary_key=True, max_length=16)
    from_seq: int = Field(sa_type=Big)
    """The earliest seq they hear."""
    until: int = Field(sa_type=Big)
    again_at: int = Field(sa_type=Big, index=True)
    """Not before then another time."""
