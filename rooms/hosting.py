"""Who holds the space, and how it passes on. Holding is a turn: it ends by itself, and gives no power over anybody.

Whoever offers is named, because people say yes to somebody. Where nobody does, the circle goes on as equals.
"""

from msgspec.structs import replace
from sqlalchemy import Connection
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from rooms import space
from rooms.log import tell
from rooms.models import Circle, ParticipantRow, Person
from rooms.space import Space
from rooms.together import still_inside, talking
from rooms.wire_events import HostingAsked, HostingChanged, What
from rooms.wire_hosting import AgreeHost, AskBeside, OfferHost, SetShift, StopHost
from rooms.work import Answered, Refusal, Work

BESIDE_MOST = 3
"""So many may hold a space beside its host."""
AT_ONCE = 100
"""Circles whose hosts are looked for at once."""


def offer(work: Work, command: OfferHost) -> Answered:
    """I would hold the space; beside its host where it has one. Offering twice changes nothing.

    Raises ``host.already``, ``host.enough``, and ``host.offered`` while somebody else's offer waits for a yes.
    """
    circle, mine = talking(work, command.circle)
    held = space.load(circle.space)
    if space.holds(circle.host_id, held, mine.id):
        raise Refusal("host.already")
    if circle.host_id is not None and len(held.beside) >= BESIDE_MOST:
        raise Refusal("host.enough", most=BESIDE_MOST)
    if held.asked == mine.id and circle.host_id is not None and space.ahead(held.asked_until, work.now) is not None:
        _ask(work, circle, mine.id, None)
        return _beside(work, circle, replace(held, asked=None, asked_until=None), mine.id)
    waiting = _willing(work, held)
    if waiting == mine.id:
        return Answered(circle=circle.id, dup=True)
    if waiting is not None:
        raise Refusal("host.offered")
    until = work.now + work.limits.together
    return _told(work, circle, replace(held, willing=mine.id, willing_until=until), "willing")


def agree(work: Work, command: AgreeHost) -> Answered:
    """Say yes to somebody's offer: anybody where the circle has no host, otherwise one who holds it.

    Raises ``host.nobody_offers`` where that person's offer does not wait any more.
    """
    circle, mine = talking(work, command.circle)
    held = space.load(circle.space)
    willing = _willing(work, held)
    if willing is None or willing != command.participant or willing == mine.id:
        raise Refusal("host.nobody_offers")
    rest = replace(held, willing=None, willing_until=None)
    if circle.host_id is not None and not space.holds(circle.host_id, held, mine.id):
        raise Refusal("circle.not_host")
    if circle.host_id is not None:
        return _beside(work, circle, rest, willing)
    _tell(work, willing, circle, on=True)
    circle.host_id, circle.host_shown = willing, False
    return _told(work, circle, replace(rest, handover_until=None), "host", who=willing)


def ask_beside(work: Work, command: AskBeside) -> Answered:
    """Who holds it asks somebody to hold it too; a yes is an offer, and silence is an answer that nobody sees.

    One at a time: another is asked instead. Raises as `offer` does, and ``participant.not_found``.
    """
    circle, mine = talking(work, command.circle)
    held = space.load(circle.space)
    if not space.holds(circle.host_id, held, mine.id):
        raise Refusal("circle.not_host")
    if command.participant == circle.host_id or command.participant in held.beside:
        raise Refusal("host.already")
    if len(held.beside) >= BESIDE_MOST:
        raise Refusal("host.enough", most=BESIDE_MOST)
    other = work.db.get(ParticipantRow, command.participant)
    if other is None or other.circle_id != circle.id or not other.inside:
        raise Refusal("participant.not_found")
    if held.asked != other.id:
        _ask(work, circle, held.asked, None)
    until = work.now + work.limits.together
    _ask(work, circle, other.id, until)
    space.keep(circle, replace(held, asked=other.id, asked_until=until))
    work.db.add(circle)
    return Answered(circle=circle.id)


def stop(work: Work, command: StopHost) -> Answered:
    """I need to stop: whoever holds it beside goes on, or the circle is asked who would. Or: I take my offer back."""
    circle, mine = talking(work, command.circle)
    held = space.load(circle.space)
    if held.asked == mine.id:
        _ask(work, circle, mine.id, None)
        space.keep(circle, replace(held, asked=None, asked_until=None))
        work.db.add(circle)
        return Answered(circle=circle.id)
    if held.willing == mine.id:
        return _told(work, circle, replace(held, willing=None, willing_until=None), "unwilling")
    if not space.holds(circle.host_id, held, mine.id):
        raise Refusal("circle.not_host")
    return let_go(work, circle, held, mine.id)


def set_shift(work: Work, command: SetShift) -> Answered:
    """The host says until when they hold it; then it passes on by itself. Without a moment: as long as it goes."""
    circle, mine = talking(work, command.circle)
    if circle.host_id != mine.id:
        raise Refusal("circle.not_host")
    if command.until is not None and not work.now < command.until <= work.now + work.limits.shift_most:
        raise Refusal("request.bad_field", field="until", least=work.now, most=work.now + work.limits.shift_most)
    held = replace(space.load(circle.space), shift_until=command.until)
    space.keep(circle, held)
    work.db.add(circle)
    return Answered(circle=circle.id)


def let_go(work: Work, circle: Circle, held: Space, participant: str) -> Answered:
    """Somebody who held the space, or offered to, does no longer, for whatever reason."""
    beside = tuple(each for each in held.beside if each != participant)
    left = replace(held, beside=beside)
    if left.willing == participant:
        left = replace(left, willing=None, willing_until=None)
    if space.holds(circle.host_id, held, participant):
        _tell(work, participant, circle, on=False)
    if circle.host_id != participant:
        return _told(work, circle, left, "beside_left") if left != held else Answered(circle=circle.id)
    left = replace(left, shift_until=None)
    heir = next((each for each in beside if still_inside(work, each)), None)
    circle.host_id, circle.host_shown = heir, False
    if heir is not None:
        others = tuple(each for each in beside if each != heir)
        return _told(work, circle, replace(left, beside=others), "host", who=heir)
    left = replace(left, beside=())
    # What closes needs no other host; two who would rather go on say so, and then the circle is asked.
    return _told(work, circle, left, "closing") if circle.state == "closing" else hand_over(work, circle, left)


def without(work: Work, circle: Circle, held: Space) -> Answered:
    """Nobody holds it any more, because others went on without them."""
    for each in (circle.host_id, *held.beside):
        if each is not None:
            _tell(work, each, circle, on=False)
    circle.host_id, circle.host_shown = None, False
    return hand_over(work, circle, replace(held, beside=(), shift_until=None))


def hand_over(work: Work, circle: Circle, held: Space) -> Answered:
    """Ask the circle who would like to hold the space."""
    asked = replace(held, handover_until=work.now + work.limits.handover)
    return _told(work, circle, asked, "handover")


def fall_due(work: Work, circle: Circle, held: Space) -> Space:
    """A shift is over, or nobody offered in time: then the circle goes on as equals. Returns the space as it is kept."""
    if held.shift_until is not None and held.shift_until <= work.now and circle.host_id is not None:
        let_go(work, circle, replace(held, shift_until=None), circle.host_id)
    elif held.handover_until is not None and held.handover_until <= work.now:
        _told(work, circle, replace(held, handover_until=None), "equals")
    return space.load(circle.space)


def _beside(work: Work, circle: Circle, held: Space, participant: str) -> Answered:
    _tell(work, participant, circle, on=True)
    return _told(work, circle, replace(held, beside=(*held.beside, participant)), "beside", who=participant)


def _ask(work: Work, circle: Circle, participant: str | None, until: int | None) -> None:
    """Word of it to nobody but the person who is asked, or is no longer."""
    row = None if participant is None else work.db.get(ParticipantRow, participant)
    if row is not None and row.person_id is not None:
        log_id = work.db.get_one(Person, row.person_id).log_id
        tell(work, log_id, HostingAsked(circle=circle.id, until=until))


def _willing(work: Work, held: Space) -> str | None:
    live = held.willing if space.ahead(held.willing_until, work.now) is not None else None
    return live if live is not None and still_inside(work, live) else None


def _told(work: Work, circle: Circle, held: Space, what: What, who: str | None = None) -> Answered:
    told = space.change(work, circle, space.forgotten(held, work.now), what, who=who)
    return Answered(circle=circle.id, epoch=told.epoch, seq=told.seq)


def _tell(work: Work, participant: str, circle: Circle, *, on: bool) -> None:
    """Word of it to the person's own screens."""
    row = work.db.get(ParticipantRow, participant)
    if row is not None and row.person_id is not None:
        tell(work, work.db.get_one(Person, row.person_id).log_id, HostingChanged(circle=circle.id, on=on))


def silent(work: Work, circle_id: str) -> None:
    """Where the host's screens have been gone for long, somebody else may hold the space."""
    circle = work.db.get_one(Circle, circle_id)
    host = None if circle.host_id is None else work.db.get(ParticipantRow, circle.host_id)
    if circle.state == "open" and host is not None and host.seen_at <= work.now - work.limits.host_silent:
        let_go(work, circle, space.load(circle.space), host.id)


def hosts_gone(conn: Connection, before: int) -> list[str]:
    """Some circles that are open, whose host was last seen ``before`` (ms), and where somebody was seen since."""
    host, other = aliased(ParticipantRow), aliased(ParticipantRow)
    somebody = select(other.id).where(other.circle_id == Circle.id, col(other.inside), other.seen_at > before).exists()
    gone = (
        select(Circle.id)
        .join(host, col(host.id) == col(Circle.host_id))
        .where(Circle.state == "open", host.seen_at <= before, somebody)
    )
    return list(conn.execute(gone.limit(AT_ONCE)).scalars())
