"""Tables of the public record: what happened, the chain it is published in, nonces and draws that can be checked.

No person, circle, message or name is in any of them, and nothing here points at a row that knows one. A case appears
as a pseudonym made with its own salt; once the salt is gone nobody can tell which case it was.
"""

from sqlalchemy import BigInteger, Index, LargeBinary
from sqlmodel import Field

from rooms.models import Table

Big = BigInteger


class JournalRow(Table, table=True):
    """Something happened. Written in the transaction in which it happens, published later or never."""

    __tablename__ = "journal"
    __table_args__ = (
        Index("journal_case", "case_name", "step", unique=True),
        Index("journal_at", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    at: int = Field(sa_type=Big)
    kind: str = Field(max_length=16)
    case_name: str | None = Field(default=None, max_length=32)
    step: int | None = None
    """Of the entries of a case that are published, from 1. What is not published has none, so that no gap tells of it."""
    facts: str
    """Canonical JSON."""
    commitment: str | None = Field(default=None, max_length=64)
    waiting_at: int | None = Field(default=None, sa_type=Big, index=True)
    """``at``, for as long as it waits to be published."""


class LedgerRow(Table, table=True):
    """A link of the chain. Never changed and never deleted."""

    __tablename__ = "ledger"

    seq: int = Field(primary_key=True, sa_type=Big)
    hour: int = Field(sa_type=Big, index=True)
    kind: str = Field(max_length=16)
    counted: str
    """Those facts of it that many entries share, as canonical JSON: grouped, they can be counted."""
    entry: str
    """Canonical JSON, the bytes that were hashed."""
    hash: str = Field(max_length=64)


class NonceRow(Table, table=True):
    """What orders the draws of a day: committed to before, shown after."""

    __tablename__ = "nonce"

    id: int = Field(primary_key=True)
    nonce: bytes = Field(sa_type=LargeBinary)
    committed_at: int = Field(sa_type=Big)
    usable_from: int = Field(sa_type=Big)
    revealed_at: int | None = Field(default=None, sa_type=Big)


class DrawRow(Table, table=True):
    """One draw, so that anybody can repeat it. People are pseudonyms made with the case's salt, beside decoys."""

    __tablename__ = "draw"

    id: str = Field(primary_key=True, max_length=16)
    lot: str = Field(max_length=40)
    """The case's pseudonym and the instance: what is drawn for."""
    nonce_id: int = Field(foreign_key="nonce.id")
    at: int = Field(sa_type=Big)
    pool: str
    """Pseudonyms, people's and decoys', in the order of the alphabet, separated by blanks."""
    seated: str = ""
    """Those of them who have a seat, likewise."""


class MonthRow(Table, table=True):
    """The public report of a month, made once and never changed: numbers under five are not in it."""

    __tablename__ = "month"

    began_at: int = Field(primary_key=True, sa_type=Big)
    ended_at: int = Field(sa_type=Big)
    numbers: bytes = Field(sa_type=LargeBinary)
    """JSON."""
