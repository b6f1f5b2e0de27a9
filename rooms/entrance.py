"""Somebody who comes into a circle: what is known of them, and how what became of all who came at once is written."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from rooms import bulk, bulk_entering, bulk_waiting
from rooms.bulk_entering import Found
from rooms.log import kept, tell
from rooms.units import MINUTE
from rooms.wire_events import CircleJoined, ParticipantEntered
from rooms.work import Announcement, Answered, Refusal, Work


@dataclass(slots=True)
class Entrance:
    """Somebody who wants in: what was asked, what is known of them there, and what became of it."""

    work: Work
    circle: str
    wanted: str | None
    """The name they want; None for the one they have."""
    agreed: int
    shown: str | None = None
    """An invite, as it was typed or followed."""
    base: int | None = None
    """The earliest seq they may read, where the circle does not decide it."""
    found: Found = None  # type: ignore[assignment]  # known of everybody who is not refused
    name: str = ""
    look: str = ""
    misnamed: Refusal | None = None
    """Why they cannot be called so; said in its turn, after what weighs more."""
    invite: str | None = None
    waited: int | None = None
    """Their place in the line at the door, which they give up with this."""
    participant: str = ""
    seq: int = 0
    epoch: str = ""
    result: Answered | Refusal | None = None

    @property
    def place(self) -> tuple[str, str]:
        return self.circle, self.work.person


def minute(now: int) -> int:
    """The minute in which it is. Who leaves several circles at once is not to be matched by the same millisecond."""
    return now - now % MINUTE


def store(conn: Connection, coming: Sequence[Entrance]) -> None:
    """Give each entering its place in the log, write all of it, and announce each to its own work."""
    events = []
    for each, log_id, address, epoch, seq in bulk.numbered(conn, ((each.found.log_id, each) for each in coming)):
        now = each.work.now
        each.seq, each.epoch = seq, epoch
        entered = ParticipantEntered(participant=each.participant, name=each.name, at=minute(now))
        each.work.announce(Announcement(address, epoch, seq, entered))
        # The name lives in the participant's row only.
        held = kept(ParticipantEntered(participant=each.participant, name="", at=minute(now)))
        events.append((log_id, seq, held["kind"], now, each.participant, None, None, None, held["data"]))
    if events:
        bulk.insert(conn, events)
        _seat(conn, coming)


def _seat(conn: Connection, coming: Sequence[Entrance]) -> None:
    fresh, again, entries = [], [], []
    came_by: dict[str, str] = {}
    for each in coming:
        there, now = each.found, each.work.now
        base = each.base if each.base is not None else 1 if there.history_open else each.seq
        paused = there.paused_here
        if (there.paused_until or 0) > max(now, paused or 0):
            paused = there.paused_until
        row = (each.name, each.look, base, each.seq, each.seq, now, now, each.agreed, paused)
        if there.participant is None:
            fresh.append((*row, each.invite, each.circle, there.person, each.participant))
        else:
            again.append((*row, each.participant))
        # Where history is open one reads further back than one was here; a witness is who was here.
        entries.append((each.participant, each.seq, now))
        if each.invite is not None and there.invite_id is None:
            came_by.setdefault(there.person, each.invite)
        assert there.own_log is not None
        tell(each.work, there.own_log, CircleJoined(circle=each.circle, participant=each.participant))
    bulk_entering.sit(conn, fresh, again)
    bulk_entering.present(conn, entries)
    invited = [each.invite for each in coming if each.invite is not None]
    bulk_waiting.gone(conn, [each.waited for each in coming if each.waited is not None])
    bulk_entering.used(conn, invited, [(invite, person) for person, invite in came_by.items()])


def done(each: Entrance) -> Answered:
    return Answered(circle=each.circle, epoch=each.epoch, seq=each.seq)
