"""Waiting at a full door: a lease that the page renews, and a seat that is held for whoever comes first in the line.

As many as one commit holds are answered in the same few statements; what changes nothing writes nothing.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, select
from sqlmodel import col

from rooms import bulk_entering, bulk_waiting, invites, line, rules, space
from rooms.bulk_entering import Found
from rooms.line import Waits
from rooms.models_door import Listener, Waiter
from rooms.names import name as clean_name
from rooms.wire_door import LeaveDoor, WaitAtDoor, WaitView
from rooms.work import Answered, Refusal, Work

RENEW = 4
"""A lease is written anew when so much of it, as a part, has passed."""
NEW = 2**62
"""In place of an id, where the place in the line has not been written yet: behind everybody."""


def wait_all(asked: Sequence[tuple[Work, WaitAtDoor]]) -> list[Answered | Refusal]:
    """Put people in line, or renew their places, in the order asked; each is answered or refused by itself.

    All works share one connection, moment and limits, and hold the circles. Nothing is written for what is refused.
    """
    doors = Doors(asked)
    done: list[Refusal | None] = []
    for work, command in asked:
        try:
            doors.judge(work, command)
            done.append(None)
        except Refusal as refusal:
            done.append(refusal)
    doors.call()
    doors.store()
    return [
        refusal or Answered(made=doors.view(command.circle, work.person))
        for refusal, (work, command) in zip(done, asked, strict=True)
    ]


def leave(work: Work, command: LeaveDoor) -> Answered:
    mine = (col(Waiter.circle_id) == command.circle) & (col(Waiter.person_id) == work.person)
    work.conn.execute(delete(Waiter).where(mine))
    return Answered()


def forget(work: Work, *people: str) -> None:
    """Nothing at any door is left of these people."""
    work.conn.execute(delete(Waiter).where(col(Waiter.person_id).in_(people)))
    work.conn.execute(delete(Listener).where(col(Listener.person_id).in_(people)))


def next_due(conn: Connection, lease: int) -> int | None:
    """When somebody may be forgotten who waited or listened, in ms."""
    waited = conn.execute(select(func.min(col(Waiter.seen_at)))).scalar()
    listened = conn.execute(select(func.min(col(Listener.again_at)))).scalar()
    ends = [each for each in (None if waited is None else waited + lease, listened) if each is not None]
    return min(ends, default=None)


def tidy(work: Work) -> None:
    """Forget who waits no longer, and who may listen again."""
    work.conn.execute(delete(Waiter).where(col(Waiter.seen_at) <= work.now - work.limits.wait_lease))
    work.conn.execute(delete(Listener).where(col(Listener.again_at) <= work.now))


class Doors:
    """What is known of several doors and of everybody in line there; keeps up with those it puts there."""

    def __init__(self, asked: Sequence[tuple[Work, WaitAtDoor]]) -> None:
        self.conn, self.now, self.limits = asked[0][0].conn, asked[0][0].now, asked[0][0].limits
        conn, now = self.conn, self.now
        self.found = bulk_entering.found(conn, {(command.circle, work.person) for work, command in asked})
        circles = sorted({circle for circle, _ in self.found})
        self.there: dict[str, Found] = {circle: there for (circle, _), there in self.found.items()}
        self.all = bulk_waiting.waiters(conn, circles)
        self.lines = {
            circle: line.standing(self.all.get(circle, ()), now, self.limits.wait_lease) for circle in circles
        }
        since = now - self.limits.seat_held
        self.taken = bulk_entering.taken(conn, [(each, since) for each in circles])
        self.sisters = bulk_waiting.with_room(conn, circles, since)
        shown = {command.invite for _, command in asked if command.invite is not None}
        offers = bulk_entering.offered(conn, circles, [invites.hashes(each) for each in shown], now) if shown else ()
        self.offers = {(each.circle, mark) for each in offers for mark in (each.token_hash, each.code_hash)}
        self._kept = {each.id: each for several in self.all.values() for each in several}
        self._over: list[int] = []

    def judge(self, work: Work, command: WaitAtDoor) -> None:
        """Raises the refusal."""
        circle, person = command.circle, work.person
        there = self.found.get((circle, person))
        if there is None:
            raise Refusal("circle.not_found")
        queue = self.lines[circle]
        own = next((each for each in queue if each.person == person), None)
        earlier = next((each for each in self.all.get(circle, ()) if each.person == person), None)
        known = own is not None or earlier is not None or there.participant is not None
        rules.may_knock(
            state=there.state,  # type: ignore[arg-type]
            closes_at=there.closes_at,
            now=self.now,
            entry=there.entry,
            invited=known or self._invited(command),
            agreed=command.agreement,
            version=there.agreement_version,
        )
        if command.name is not None:
            clean_name(command.name, work.limits)
        if there.inside or (earlier is not None and earlier.sister_id is not None and own is None):
            return
        if own is not None:
            if self.now - own.seen_at >= self.limits.wait_lease // RENEW:
                queue[queue.index(own)] = own._replace(seen_at=self.now)
            return
        if len(queue) >= self.limits.waiting_most:
            raise Refusal("door.crowded")
        if earlier is not None:
            # Their seat passed, or they were away for too long: they stand behind all others now.
            self._over.append(earlier.id)
            self.all[circle].remove(earlier)
        before = there.participant is not None
        queue.append(Waits(circle, person, NEW, command.name, self.now, None, None, None, before))

    def call(self) -> None:
        """Hold free seats for those who come first."""
        for circle, queue in self.lines.items():
            free = self.there[circle].capacity - self.taken.get(circle, 0)
            for each in line.called(queue, free, shut=self._shut(circle)):
                if each.seat_until is None:
                    queue[queue.index(each)] = each._replace(seat_until=self.now + self.limits.wait_seat)

    def store(self) -> None:
        """Write what is new. Who came later has a greater id, also among those who are written together."""
        bulk_waiting.gone(self.conn, self._over)
        several = [each for queue in self.lines.values() for each in queue]
        new = [each for each in several if each.id == NEW]
        bulk_waiting.join(
            self.conn, [(each.circle, each.person, each.name, each.seen_at, each.seat_until) for each in new]
        )
        moved = [each for each in several if each.id != NEW and each is not self._kept.get(each.id)]
        bulk_waiting.renew(self.conn, [(each.seen_at, each.seat_until, each.id) for each in moved])

    def view(self, circle: str, person: str) -> WaitView:
        there = self.there[circle]
        queue = self.lines[circle]
        own = next((each for each in queue if each.person == person), None)
        sister = self.sisters.get(circle)
        if own is None:
            mine = next((each.sister_id for each in self.all.get(circle, ()) if each.person == person), None)
            inside = self.found[circle, person].inside
            until = self.now + self.limits.wait_seat if inside else None
            return WaitView(waiting=len(queue), seat_until=until, sister=mine or sister)
        late_from = rules.last_entry(there.opens_at, there.late_for)
        asking = {each.person for each in queue if each.sister_until is not None and self.now < each.sister_until}
        return WaitView(
            waiting=len(queue),
            seat_until=own.seat_until,
            doors_until=None if own.before else space.ahead(space.load(there.space).doors_until, self.now),
            late=late_from is not None and late_from <= self.now and not own.before,
            sister_asked=bool(asking - {person}),
            sister_mine=person in asking,
            sister=sister,
        )

    def _shut(self, circle: str) -> bool:
        there = self.there[circle]
        late_from = rules.last_entry(there.opens_at, there.late_for)
        return rules.shut(doors_until=space.load(there.space).doors_until, late_from=late_from, now=self.now)

    def _invited(self, command: WaitAtDoor) -> bool:
        if command.invite is None:
            return False
        if not any((command.circle, mark) in self.offers for mark in invites.hashes(command.invite)):
            raise Refusal("invite.not_valid")
        return True
