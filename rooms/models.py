"""Tables of circles: logs and their events, people and the circles they sit in.

Ids are 96 random bits in base64url unless they are row numbers; times are milliseconds since 1970 UTC.
Columns that hold what people wrote are named in `WORDS`, which tests of fading and erasure walk.
"""

from typing import Any

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

Big = BigInteger


class Table(SQLModel, registry=registry()):
    """Base of every table. What people wrote must not show in a repr, so rows show only their type and key."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        return []

    __str__ = __repr__


class Log(Table, table=True):
    """A gapless sequence of events at one address (``circle/<id>`` or ``person/<id>``)."""

    id: int | None = Field(default=None, primary_key=True)
    address: str = Field(unique=True, max_length=24)
    epoch: str = Field(max_length=8)
    head_seq: int = Field(default=0, sa_type=Big)
    floor_seq: int = Field(default=0, sa_type=Big)
    """Everything up to and including it has been deleted."""


class EventRow(Table, table=True):
    """One event. A message lives in its ``message.posted`` row: words, and what was done to it since."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("sender", "key"),
        {"sqlite_with_rowid": False},
    )

    log_id: int = Field(primary_key=True, foreign_key="log.id")
    seq: int = Field(primary_key=True, sa_type=Big)
    kind: str = Field(max_length=32)
    at: int = Field(sa_type=Big)
    sender: str | None = Field(default=None, max_length=16)
    """The participant, never the person."""
    key: str | None = Field(default=None, max_length=22)
    body_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Keyed; tells a retry from a reused key without keeping words that were taken back."""
    body: str | None = None
    target: int | None = Field(default=None, sa_type=Big)
    data: bytes | None = Field(default=None, sa_type=LargeBinary)
    """The event's other fields as JSON; holds no words and no names."""
    edits: int | None = None
    rephrased: bool | None = None
    cover: str | None = Field(default=None, max_length=8)
    """folded, held or withheld, for everybody."""
    covered_until: int | None = Field(default=None, sa_type=Big)
    cover_reason: str | None = Field(default=None, max_length=10)
    received: bool | None = None


class Person(Table, table=True):
    __table_args__ = (
        Index(
            "person_network",
            "created_at",
            sqlite_where=text("network IS NOT NULL"),
            postgresql_where=text("network IS NOT NULL"),
        ),
    )

    id: str = Field(primary_key=True, max_length=16)
    log_id: int = Field(foreign_key="log.id", unique=True)
    name: str
    preferences: bytes = Field(sa_type=LargeBinary)
    created_at: int = Field(sa_type=Big)
    kept: bool = False
    """They made a sign-in name, to come back as the same person."""
    network: str | None = Field(default=None, max_length=22)
    """Keyed hash of the network prefix the person first came from; dropped once the identity is established."""
    invite_id: str | None = Field(default=None, max_length=16)
    """The invite they first entered a circle by."""
    paused_until: int | None = Field(default=None, sa_type=Big)
    """They step away from posting anywhere until then."""


class Circle(Table, table=True):
    __table_args__ = (UniqueConstraint("opener_id", "key"), Index("circle_state", "state"))

    id: str = Field(primary_key=True, max_length=16)
    log_id: int = Field(foreign_key="log.id", unique=True)
    topic: str
    about: str
    state: str = Field(max_length=8)
    entry: str = Field(max_length=8)
    history_open: bool = False
    """Newcomers may read what was said before they came."""
    panels: bool = True
    """Who enters agrees that people drawn by lot may read what is flagged and the lines around it."""
    capacity: int
    keep_for: int = Field(sa_type=Big)
    opens_at: int = Field(sa_type=Big)
    closes_at: int | None = Field(default=None, sa_type=Big)
    """Set once the closing is announced."""
    closed_at: int | None = Field(default=None, sa_type=Big)
    host_id: str | None = Field(default=None, max_length=16)
    """A participant; None once the circle goes on without a host."""
    host_shown: bool = False
    listening: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    """One may listen at its door for some minutes without coming in."""
    late_for: int | None = Field(default=None, sa_type=Big)
    """So long after the opening one may still come in for the first time; None: at any time."""
    sister_of: str | None = Field(default=None, max_length=16, index=True)
    """The full circle at whose door two people opened this one."""
    go_on_by: str | None = Field(default=None, max_length=16)
    """The first of the two who answered the closing with "we go on"."""
    agreement_version: int = 1
    opener_id: str | None = Field(default=None, max_length=16)
    key: str = Field(max_length=22)
    space: bytes | None = Field(default=None, sa_type=LargeBinary)
    """How it is held just now, as JSON of `rooms.space.Space`; None where nothing of it is out of the usual. No words."""
    space_due: int | None = Field(default=None, sa_type=Big, index=True)
    """When something of that falls due."""
    round_id: str | None = Field(default=None, max_length=16)
    """The round that is on."""
    piece_with: str | None = Field(default=None, max_length=16)
    """Who holds the piece: meanwhile nobody else's words are taken."""
    plan_id: str | None = Field(default=None, max_length=16, index=True)
    """The plan it is a sitting of."""
    ends_at: int | None = Field(default=None, sa_type=Big, index=True)
    """When time itself announces the closing of a sitting: the notice ahead of its end."""
    matter: bytes | None = Field(default=None, sa_type=LargeBinary)
    """The change of the agreement that is before the circle: `rooms.agreement.Matter` as JSON. No words."""
    matter_due: int | None = Field(default=None, sa_type=Big, index=True)
    fades_at: int | None = Field(default=None, sa_type=Big, index=True)
    """When its oldest words are due to fade; None while there is nothing to fade."""


class Agreement(Table, table=True):
    circle_id: str = Field(primary_key=True, foreign_key="circle.id", max_length=16)
    version: int = Field(primary_key=True)
    text: str
    agreed_at: int = Field(sa_type=Big)
    keep_for: int | None = Field(default=None, sa_type=Big)
    """None: the circle's own, for it has not changed since."""
    how: str | None = Field(default=None, max_length=8)
    """proposed or returned; None: the circle was opened with it."""


class RoundRow(Table, table=True):
    """The latest round of a circle; it stays when it is over, so that a late double press finds what it did."""

    __tablename__ = "round"

    circle_id: str = Field(primary_key=True, foreign_key="circle.id", max_length=16)
    id: str = Field(max_length=16)
    state: bytes = Field(sa_type=LargeBinary)
    """`rooms.round_state.pack`; no words and no names."""
    due_at: int | None = Field(default=None, sa_type=Big, index=True)
    question: str | None = None
    """Goes when the round is over, when words fade, and with its asker."""
    asker: str = Field(max_length=16)
    asked_at: int = Field(sa_type=Big)


class ParticipantRow(Table, table=True):
    """One person in one circle, under an id and a name that cannot be matched across circles."""

    __tablename__ = "participant"
    __table_args__ = (UniqueConstraint("circle_id", "person_id"), Index("participant_person", "person_id"))

    id: str = Field(primary_key=True, max_length=16)
    circle_id: str = Field(foreign_key="circle.id", max_length=16)
    person_id: str | None = Field(default=None, max_length=16)
    """None once the person is forgotten."""
    name: str
    skeleton: str
    """What the name looks like; no two who are in a circle share one."""
    inside: bool = True
    from_seq: int = Field(sa_type=Big)
    """The earliest seq they may read."""
    entered_seq: int = Field(default=0, sa_type=Big)
    """Where the log tells of the current entering; the base lies before it where history is open."""
    entered_at: int = Field(sa_type=Big)
    seen_at: int = Field(sa_type=Big)
    """When their screen was last here, to within some minutes; tells whether the seat is still taken."""
    agreed_version: int
    read_seq: int = Field(default=0, sa_type=Big)
    invite_id: str | None = Field(default=None, max_length=16)
    paused_until: int | None = Field(default=None, sa_type=Big)
    """They do not post here until then."""


class Entry(Table, table=True):
    """An interval of presence: the participant was in while seqs [from_seq, to_seq) were given; tells who is a witness."""

    participant_id: str = Field(primary_key=True, foreign_key="participant.id", max_length=16)
    from_seq: int = Field(primary_key=True, sa_type=Big)
    to_seq: int | None = Field(default=None, sa_type=Big)
    entered_at: int = Field(sa_type=Big)


class Invite(Table, table=True):
    id: str = Field(primary_key=True, max_length=16)
    circle_id: str = Field(foreign_key="circle.id", max_length=16, index=True)
    made_by: str = Field(max_length=16)
    token_hash: bytes = Field(sa_type=LargeBinary, unique=True)
    code_hash: bytes = Field(sa_type=LargeBinary, unique=True)
    uses_left: int
    ends_at: int = Field(sa_type=Big, index=True)


class GestureRow(Table, table=True):
    __tablename__ = "gesture"

    log_id: int = Field(primary_key=True, foreign_key="log.id")
    target: int = Field(primary_key=True, sa_type=Big)
    participant_id: str = Field(primary_key=True, max_length=16)
    gesture: str = Field(primary_key=True, max_length=12)


class Aside(Table, table=True):
    """``participant_id`` does not see ``other_id``; seen by nobody else."""

    participant_id: str = Field(primary_key=True, max_length=16)
    other_id: str = Field(primary_key=True, max_length=16)


WORDS = (
    (EventRow, "body"),
    (RoundRow, "question"),
    (Person, "name"),
    (Person, "preferences"),
    (ParticipantRow, "name"),
    (ParticipantRow, "skeleton"),
)
