"""Where browsers are told that something opened. Goes with its session."""

from sqlmodel import Field

from rooms.models import Table


class PushPlace(Table, table=True):
    """The address that a browser's maker gave it. Whoever has it can reach that browser, and nobody learns whose it is."""

    __tablename__ = "push_place"

    session_id: str = Field(primary_key=True, max_length=16)
    person_id: str = Field(max_length=16, index=True)
    endpoint: str
