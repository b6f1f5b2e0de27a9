"""Tables of those who come in: sessions, and what a kept place is opened with. Times are milliseconds since 1970 UTC."""

from sqlalchemy import BigInteger, LargeBinary
from sqlmodel import Field

from rooms.models import Table

Big = BigInteger


class PersonSession(Table, table=True):
    """One browser of one person. The cookie's token is kept only as its SHA-256."""

    __tablename__ = "session"

    id: str = Field(primary_key=True, max_length=16)
    token_hash: bytes = Field(sa_type=LargeBinary, unique=True)
    person_id: str = Field(foreign_key="person.id", max_length=16, index=True)
    remember: bool = False
    began_at: int = Field(sa_type=Big)
    seen_at: int = Field(sa_type=Big)
    """To the hour; nobody is shown more than that."""
    ends_at: int = Field(sa_type=Big)
    """Whatever happens, it is over then."""
    due_at: int = Field(sa_type=Big, index=True)
    """When it ends if it is not used before; once ended, when the row is deleted."""
    ended: bool = False
    """Ended for want of use. Until the row is deleted, its cookie still tells a device that the person knows."""


class Credential(Table, table=True):
    """What opens a kept place. Passphrase and recovery words are kept only as argon2id hashes."""

    person_id: str = Field(primary_key=True, foreign_key="person.id", max_length=16)
    sign_in_name: str
    folded: str = Field(unique=True)
    """The sign-in name as it is compared."""
    passphrase_hash: str
    recovery_hash: str
    made_at: int = Field(sa_type=Big)


WORDS = ((Credential, "sign_in_name"), (Credential, "folded"))
"""Columns that hold what people wrote; tests of erasure walk them."""
