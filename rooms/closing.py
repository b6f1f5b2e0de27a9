"""How a circle ends: announced ahead by who holds it or by two people, taken back, or answered by two with "we go on"."""

from msgspec.structs import replace

from rooms import carrying, hosting, round_state, rules, space
from rooms.circles import seat
from rooms.log import append
from rooms.models import Circle, RoundRow
from rooms.together import join, still_inside, waits
from rooms.wire import CloseCircle, GoOn, KeepCircleOpen
from rooms.wire_events import CircleClosing, CircleStaysOpen
from rooms.wire_space import TogetherAnswer
from rooms.work import Answered, Refusal, Work


def close(work: Work, command: CloseCircle) -> Answered:
    """Who holds the space announces it at once, anybody else with a second person; the clock closes after the notice."""
    circle, mine = seat(work, command.circle)
    rules.may_close(circle.state)
    if circle.state == "closing":
        return Answered(made=TogetherAnswer(began=True, until=circle.closes_at))
    held = space.load(circle.space)
    alone = space.holds(circle.host_id, held, mine.id)
    if not alone and circle.state != "planned":
        held, waiting = join(work, circle, mine, held, "close")
        if waiting is not None:
            return waits(waiting)
    elif not alone:
        raise Refusal("circle.not_host")
    circle.state, circle.closes_at, circle.go_on_by = "closing", work.now + work.limits.closing_notice, None
    append(work, circle.log_id, CircleClosing(closes_at=circle.closes_at, together=not alone))
    others = tuple(each for each in held.wishes if each.act != "close")
    space.settle(work, circle, replace(held, closing_by_two=not alone, waited=0, wishes=others), "closing")
    return Answered(made=TogetherAnswer(began=True, until=circle.closes_at))


def keep_open(work: Work, command: KeepCircleOpen) -> Answered:
    """Who holds the space takes back what they announced themselves."""
    circle, mine = seat(work, command.circle)
    rules.may_close(circle.state)
    held = space.load(circle.space)
    if not space.holds(circle.host_id, held, mine.id) or held.closing_by_two:
        raise Refusal("circle.not_host")
    return _stay_open(work, circle)


def go_on(work: Work, command: GoOn) -> Answered:
    """Two people keep an announced closing from happening: others than the host where that was who announced it.

    Then the host lets go, and the circle is asked who would hold it.
    """
    circle, mine = seat(work, command.circle)
    held = space.load(circle.space)
    if circle.state != "closing" or (space.holds(circle.host_id, held, mine.id) and not held.closing_by_two):
        raise Refusal("circle.not_closing")
    first = circle.go_on_by
    if first is None or first == mine.id or not still_inside(work, first):
        circle.go_on_by = mine.id
        work.db.add(circle)
        return Answered(circle=circle.id)
    if held.closing_by_two and circle.host_id is not None:
        return _stay_open(work, circle)
    answered = _stay_open(work, circle, hosted=False)
    hosting.without(work, circle, space.load(circle.space))
    return answered


def _stay_open(work: Work, circle: Circle, *, hosted: bool = True) -> Answered:
    if circle.state != "closing":
        return Answered(circle=circle.id, dup=True)
    circle.state, circle.closes_at, circle.go_on_by = "open", None, None
    told = append(work, circle.log_id, CircleStaysOpen(hosted=hosted and circle.host_id is not None))
    space.settle(work, circle, replace(space.load(circle.space), closing_by_two=False, waited=0), "closing")
    carrying.forget(work, circle.id)
    return Answered(circle=circle.id, epoch=told.epoch, seq=told.seq)


def wait(work: Work, circle: Circle) -> bool:
    """The time has come. While a round is on the closing waits for it, a while at a time and not for long in all.

    Returns whether it does.
    """
    held = space.load(circle.space)
    limits = work.limits
    latest = limits.closing_wait_most - held.waited
    row = work.db.get(RoundRow, circle.id) if circle.round_id is not None else None
    if row is None or latest <= 0 or round_state.unpack(row.state).phase not in ("gathering", "going"):
        return False
    more = min(limits.closing_wait, latest)
    circle.closes_at = work.now + more
    append(work, circle.log_id, CircleClosing(closes_at=circle.closes_at, together=held.closing_by_two, waits=True))
    space.keep(circle, replace(held, waited=held.waited + more))
    work.db.add(circle)
    return True
