"""The words of a change that is proposed to an agreement. They go some time after it is decided, and with their writers."""

from sqlalchemy import BigInteger
from sqlmodel import Field

from rooms.models import Table

Big = BigInteger


class ProposalRow(Table, table=True):
    """What would be agreed on; `rooms.agreement.Matter`, in the circle's row, says how it stands."""

    __tablename__ = "proposal"

    circle_id: str = Field(primary_key=True, foreign_key="circle.id", max_length=16)
    text: str
    keep_for: int = Field(sa_type=Big)


class ObjectionRow(Table, table=True):
    __tablename__ = "objection"

    circle_id: str = Field(primary_key=True, foreign_key="circle.id", max_length=16)
    participant_id: str = Field(primary_key=True, max_length=16)
    reason: str


AGREEMENT_WORDS = ((ProposalRow, "text"), (ObjectionRow, "reason"))
