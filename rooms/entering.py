"""Coming into circles: as many people at once as one commit holds, in the same few statements."""

from collections.abc import Sequence

from rooms import bulk_entering, bulk_waiting, invites, line, rules, space
from rooms.bulk_entering import Offered
from rooms.entrance import Entrance, done, store
from rooms.log import new_id
from rooms.names import name as clean_name
from rooms.names import refuse_reserved
from rooms.wire import EnterCircle
from rooms.work import Answered, Refusal, Work


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
    store(asked[0][0].conn, [each for each in coming if each.result is None])
    return [each.result or done(each) for each in coming]


def enter_first(work: Work, circle: str, wanted: str | None) -> tuple[str, Answered]:
    """The opener takes the first seat of a circle; returns the participant. They read it from its beginning."""
    opener = Entrance(work, circle, wanted, agreed=1, base=1)
    Known(work, [opener]).let_in(opener)
    store(work.conn, [opener])
    return opener.participant, done(opener)


def enter_together(work: Work, circle: str, people: Sequence[tuple[str, str | None]]) -> list[Answered]:
    """The openers take the first seats of a circle, each (person, wanted name); they read it from its beginning.

    Raises the refusal that one of them would get alone.
    """
    works = [
        work if person == work.who else Work(work.conn, who=person, now=work.now, limits=work.limits, pick=work.pick)
        for person, _ in people
    ]
    coming = [Entrance(each, circle, wanted, agreed=1, base=1) for each, (_, wanted) in zip(works, people, strict=True)]
    known = Known(work, coming)
    for each in coming:
        known.let_in(each)
    store(work.conn, coming)
    for beside in works:
        if beside is not work:
            work.announcements += beside.announcements
            work.told += beside.told
    return [done(each) for each in coming]


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
        mothers = {each.found.sister_of for each in going if each.found.sister_of is not None}
        self._lines = {
            circle: line.standing(several, self.now, self.limits.wait_lease)
            for circle, several in bulk_waiting.waiters(conn, sorted(circles | mothers)).items()
        }
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
        before = there.participant is not None
        doors_until = space.load(there.space).doors_until
        late_from = rules.last_entry(there.opens_at, there.late_for)
        shut = rules.shut(doors_until=doors_until, late_from=late_from, now=self.now)
        waiting = self._lines.get(each.circle, [])
        rules.may_enter(
            state=there.state,  # type: ignore[arg-type]
            closes_at=there.closes_at,
            now=self.now,
            entry=there.entry,
            invited=invite is not None or before or self._waited_beside(each),
            inside=self._taken.get(each.circle, 0) + line.ahead(waiting, each.work.person, shut=shut),
            capacity=there.capacity,
            agreed=each.agreed,
            version=there.agreement_version,
            doors_until=None if before else doors_until,
            late_from=None if before else late_from,
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
        waiting = self._lines.get(each.circle, [])
        own = next((one for one in waiting if one.person == person), None)
        if own is not None:
            each.waited = own.id
            waiting.remove(own)

    def _waited_beside(self, each: Entrance) -> bool:
        """They wait at the door where this circle was opened for those who wait."""
        mother = each.found.sister_of
        return mother is not None and any(one.person == each.work.person for one in self._lines.get(mother, ()))

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
