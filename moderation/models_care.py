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
