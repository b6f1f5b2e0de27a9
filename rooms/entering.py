"""Coming into circles: as many people at once as one commit holds, in the same few statements."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from rooms import bulk, bulk_entering, invites, rules, space
from rooms.bulk_entering import Found, Offered
from rooms.log import kept, new_id, tell
from rooms.names import name as clean_name
from rooms.names import refuse_reserved
from rooms.units import MINUTE
from rooms.wire import EnterCircle
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
    participant: str = ""
    seq: int = 0
    epoch: str = ""
    result: Answered | Refusal | None = None

    @property
    def place(self) -> tuple[str, str]:
        return self.circle, self.work.person


def enter_all(asked: Sequence[tuple[Work, EnterCircle]]) -> list[Answered | Refusal]:
    """Let people in in the order asked; each is answered or refused by itself, as if the ones before were in already.

    Who is in already is told so. All works share one connection, moment and limits, and hold the circles.
    Nothing is written for what is refused.
    """
    coming = [
        Entrance(work, command.circle, command.name, command.agreement, command.invite) for work, command in asked
    ]
    known = Known(asked[0][0], coming)
    for each in coming:
        try:
            known.judge(each)
        except Refusal as refusal:
            each.result = refusal
    _store(asked[0][0].conn, [each for each in coming if each.result is None])
    return [each.result or _done(each) for each in coming]


def enter_first(work: Work, circle: str, wanted: str | None) -> tuple[str, Answered]:
    """The opener takes the first seat of a circle; returns the participant. They read it from its beginning."""
    opener = Entrance(work, circle, wanted, agreed=1, base=1)
    Known(work, [opener]).let_in(opener)
    _store(work.conn, [opener])
    return opener.participant, _done(opener)


def minute(now: int) -> int:
    """The minute in which it is. Who leaves several circles at once is not to be matched by the same millisecond."""
    return now - now % MINUTE


class Known:
    """What is known of everybody who wants in and of where they want to be; keeps up with those it lets in."""

    def __init__(self, work: Work, coming: Sequence[Entrance]) -> None:
        conn, self.now, self.limits = work.conn, work.now, work.limits
        found = bulk_entering.found(conn, {each.place for each in coming})
        self._inside = {place for place, there in found.items() if there.inside}
        going = []
        for each in coming:
            if each.place in found and each.place not in self._inside:
                each.found = found[each.place]
                self._call(each)
                going.append(each)
        circles = {each.circle for each in going}
        self._known = set(found)
        self._taken = bulk_entering.taken(conn, [(each, self.now - self.limits.seat_held) for each in sorted(circles)])
        self._sitting = bulk_entering.sitting(conn, sorted({each.work.person for each in going}))
        self._looks: dict[tuple[str, str], set[str]] = {}
        for circle, look, person in bulk_entering.looks(
            conn, circles, {each.look for each in going if each.misnamed is None}
        ):
            self._looks.setdefault((circle, look), set()).add(person)
        shown = {each.shown for each in going if each.shown is not None and each.found.participant is None}
        self._offers: dict[tuple[str, bytes], Offered] = {}
        if shown:
            for offer in bulk_entering.offered(conn, circles, [invites.hashes(each) for each in shown], self.now):
                self._offers[offer.circle, offer.token_hash] = self._offers[offer.circle, offer.code_hash] = offer
        self._left = {offer.id: offer.uses_left for offer in self._offers.values()}

    def judge(self, each: Entrance) -> None:
        """Let somebody in, or answer that they are in already. Raises the refusal."""
        if each.place not in self._known:
            raise Refusal("circle.not_found")
        if each.place in self._inside:
            each.result = Answered(circle=each.circle, dup=True)
            return
        there = each.found
        invite = None
        if there.participant is None and each.shown is not None:
            invite = self._redeem(each.circle, each.shown)
        rules.may_enter(
            state=there.state,  # type: ignore[arg-type]
            closes_at=there.closes_at,
            now=self.now,
            entry=there.entry,
            invited=invite is not None or there.participant is not None,
            inside=self._taken.get(each.circle, 0),
            capacity=there.capacity,
            agreed=each.agreed,
            version=there.agreement_version,
            doors_until=None if there.participant is not None else space.load(there.space).doors_until,
        )
        each.invite = invite
        self.let_in(each)

    def let_in(self, each: Entrance) -> None:
        """Give somebody a seat under a name that nobody who is in can be taken for. Raises the refusal."""
        person = each.work.person
        if each.found.own_log is None:
            raise LookupError("who asks is not there any more")
        if each.misnamed is not None:
            raise each.misnamed
        if self._sitting.get(person, 0) >= self.limits.circles_each:
            raise Refusal("circle.too_many", most=self.limits.circles_each)
        alike = self._looks.setdefault((each.circle, each.look), set())
        if alike - {person}:
            raise Refusal("name.taken")
        alike.add(person)
        self._inside.add(each.place)
        self._taken[each.circle] = self._taken.get(each.circle, 0) + 1
        self._sitting[person] = self._sitting.get(person, 0) + 1
        if each.invite is not None:
            self._left[each.invite] -= 1
        each.participant = each.found.participant or new_id()

    def _call(self, each: Entrance) -> None:
        try:
            each.name = clean_name(each.wanted if each.wanted is not None else each.found.name or "", self.limits)
            each.look = refuse_reserved(each.name, self.limits)
        except Refusal as refusal:
            each.misnamed = refusal

    def _redeem(self, circle: str, shown: str) -> str:
        """The invite; exactly as many come in by it as it has uses."""
        for shape in invites.hashes(shown):
            offer = self._offers.get((circle, shape))
            if offer is not None and self._left[offer.id] > 0:
                return offer.id
        raise Refusal("invite.not_valid")


def _store(conn: Connection, coming: Sequence[Entrance]) -> None:
    """Give each entering its place in the log, write all of it, and announce each to its own work."""
    by_log: dict[int, list[Entrance]] = {}
    for each in coming:
        by_log.setdefault(each.found.log_id, []).append(each)
    heads = bulk.advance(conn, {log_id: len(own) for log_id, own in by_log.items()})
    events = []
    for log_id, own in by_log.items():
        address, epoch, last = heads[log_id]
        for seq, each in enumerate(own, last - len(own) + 1):
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
    bulk_entering.used(conn, invited, [(invite, person) for person, invite in came_by.items()])


def _done(each: Entrance) -> Answered:
    return Answered(circle=each.circle, epoch=each.epoch, seq=each.seq)
