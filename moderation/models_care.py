"""Tables of kindness. None says who asked for anything, and none is read by flags, cases or the ledger."""

from sqlalchemy import BigInteger
from sqlmodel import Field

from rooms.models import Table

Big = BigInteger


class GentleNote(Table, table=True):
    """Somebody asked gently about this message, so nobody's asking brings another note. Goes with the words."""

    __tablename__ = "gentle_note"

    log_id: int = Field(primary_key=True)
    seq: int = Field(primary_key=True, sa_type=Big)
    author_id: str = Field(max_length=16, index=True)
    """The person who wrote the message."""


class CareOffer(Table, table=True):
    """Somebody is being asked, or was within the hour, whether they would like company. Not who thought of them."""

    __tablename__ = "care_offer"

    person_id: str = Field(primary_key=True, max_length=16)
    circle_id: str = Field(primary_key=True, max_length=16)
    offer: str = Field(max_length=16)
    company: bool
    """Enough were willing when they were asked."""
    said: str = Field(max_length=5)
    """asked, no, alone (too few were free) or told."""
    ends_at: int = Field(sa_type=Big, index=True)


class CareCall(Table, table=True):
    """Somebody who is willing was told that a participant would like company."""

    __tablename__ = "care_call"

    helper_id: str = Field(primary_key=True, max_length=16)
    participant_id: str = Field(primary_key=True, max_length=16)
    circle_id: str = Field(max_length=16)
    about_id: str = Field(max_length=16, index=True)
    """The person who would like company."""
    ends_at: int = Field(sa_type=Big, index=True)
