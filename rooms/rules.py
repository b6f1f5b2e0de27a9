"""What is allowed in a circle. Pure: values in, nothing or a `Refusal` out; no database, no clock, no waiting."""

from rooms.limits import Limits
from rooms.wire import CircleState, Fullness
from rooms.work import Refusal

LOOKING_IN = ("open", "closing")
"""States in which people are inside and may talk."""


def may_open(limits: Limits, *, open_now: int, kept: bool, invited: bool) -> None:
    """``open_now`` rooms this person already holds; ``kept`` a place; ``invited`` once by somebody."""
    if limits.open_rooms == "kept" and not kept:
        raise Refusal("circle.keep_your_place_first")
    if limits.open_rooms == "invited" and not invited:
        raise Refusal("circle.by_invite_only")
    if open_now >= limits.open_rooms_each:
        raise Refusal("circle.one_at_a_time", most=limits.open_rooms_each)


def may_plan(
    limits: Limits, *, now: int, opens_at: int | None, capacity: int, keep_for: int, late_for: int | None = None
) -> None:
    if late_for is not None and late_for > limits.late_most:
        raise Refusal("request.bad_field", field="late_for", most=limits.late_most)
    if capacity > limits.capacity_most:
        raise Refusal("request.bad_field", field="capacity", most=limits.capacity_most)
    may_keep(limits, keep_for)
    if opens_at is not None and opens_at > now + limits.opens_within:
        raise Refusal("request.bad_field", field="opens_at", most=now + limits.opens_within)


def may_keep(limits: Limits, keep_for: int) -> None:
    """``keep_for``: how long words stay, in ms; 0 is "until closing"."""
    if keep_for > limits.keep_most or 0 < keep_for < limits.keep_least:
        raise Refusal("request.bad_field", field="keep_for", least=limits.keep_least, most=limits.keep_most)


def may_enter(
    *,
    state: CircleState,
    closes_at: int | None,
    now: int,
    entry: str,
    invited: bool,
    inside: int,
    capacity: int,
    agreed: int,
    version: int,
    doors_until: int | None = None,
    late_from: int | None = None,
) -> None:
    """``inside`` counts the people who are in now, ``agreed`` is the version of the agreement they said yes to.

    ``late_from``: from then on nobody comes in for the first time; None for who was here before.

    ``doors_until``: so long two people let nobody in who was not here before.
    """
    may_knock(state=state, closes_at=closes_at, now=now, entry=entry, invited=invited, agreed=agreed, version=version)
    if late_from is not None and late_from <= now:
        raise Refusal("circle.late", since=late_from)
    if doors_until is not None and now < doors_until:
        raise Refusal("doors.rest", until=doors_until, retry_after=doors_until - now)
    if inside >= capacity:
        raise Refusal("circle.full")


def may_knock(
    *, state: CircleState, closes_at: int | None, now: int, entry: str, invited: bool, agreed: int, version: int
) -> None:
    """What everybody needs who wants something at the door; whether there is a seat is another question."""
    if state == "planned":
        raise Refusal("circle.not_open_yet")
    if state == "closed" or (state == "closing" and closes_at is not None and closes_at <= now):
        # The clock may need a moment to close what is over; nobody is let in for that moment.
        raise Refusal("circle.closed")
    if entry == "invited" and not invited:
        raise Refusal("invite.needed")
    if agreed != version:
        raise Refusal("agreement.changed", version=version)


def may_listen(
    *,
    allowed: bool,
    inside: bool,
    doors_until: int | None,
    late_from: int | None,
    again_at: int | None,
    now: int,
    listening: int,
    most: int,
) -> None:
    """After `may_knock`. ``again_at``: not before then another time; ``listening`` counts who listens just now."""
    if inside:
        raise Refusal("listen.inside")
    if not allowed:
        raise Refusal("listen.not_here")
    if late_from is not None and late_from <= now:
        raise Refusal("circle.late", since=late_from)
    if doors_until is not None and now < doors_until:
        raise Refusal("doors.rest", until=doors_until, retry_after=doors_until - now)
    if again_at is not None and now < again_at:
        raise Refusal("listen.again", until=again_at, retry_after=again_at - now)
    if listening >= most:
        raise Refusal("listen.full")


def shut(*, doors_until: int | None, late_from: int | None, now: int) -> bool:
    """Nobody comes in just now who was not here before."""
    return (doors_until is not None and now < doors_until) or (late_from is not None and late_from <= now)


def last_entry(opens_at: int, late_for: int | None) -> int | None:
    """From when on nobody comes in for the first time; None: at any time."""
    return None if late_for is None else opens_at + late_for


def may_talk(state: str) -> None:
    if state not in LOOKING_IN:
        raise Refusal("circle.closed" if state == "closed" else "circle.not_open_yet")


def may_post(paused_until: int | None, *, now: int) -> None:
    """``paused_until``: a panel asked the person to pause from posting until then. Reading and leaving stay open."""
    if paused_until is not None and now < paused_until:
        raise Refusal("participant.paused", until=paused_until)


def may_change(*, writer: str | None, asker: str, taken_back: bool) -> None:
    """Only its writer changes a message, and a message taken back stays so."""
    if writer != asker:
        raise Refusal("message.not_yours")
    if taken_back:
        raise Refusal("message.taken_back")


def may_close(state: str) -> None:
    if state == "closed":
        raise Refusal("circle.closed")


def fullness(*, inside: int, capacity: int) -> Fullness:
    """Room, nearly full (two seats or a tenth left), full: never a number."""
    left = capacity - inside
    if left <= 0:
        return "full"
    return "nearly_full" if left <= max(2, capacity // 10) and inside > 0 else "room"


def readable_from(*, base: int, floor: int) -> int:
    """The earliest seq a participant may read: neither before they came nor what has faded."""
    return max(base, floor + 1)
