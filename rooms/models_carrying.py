"""The table of what people would have a circle carry on, until its closing shows it."""

from sqlmodel import Field

from rooms.models import Big, Table


class Carried(Table, table=True):
    """One person's sentence while their circle is closing. At the end it becomes an event of the log, without a name."""

    circle_id: str = Field(primary_key=True, foreign_key="circle.id", max_length=16)
    participant_id: str = Field(primary_key=True, foreign_key="participant.id", max_length=16)
    words: str | None = None
    """Until it is shown."""
    shown: int | None = Field(default=None, sa_type=Big)
    """The seq of the message it became."""


WORDS = ((Carried, "words"),)
