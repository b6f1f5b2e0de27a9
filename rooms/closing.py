"""How a circle ends: announced ahead by its host, taken back, or answered by two people with "we go on"."""

from rooms import rules
from rooms.circles import seat
from rooms.log import append
from rooms.models import Circle
from rooms.wire import CloseCircle, GoOn, KeepCircleOpen
from rooms.wire_events import CircleClosing, CircleStaysOpen
from rooms.work import Answered, Refusal, Work


def close(work: Work, command: CloseCircle) -> Answered:
    """The host announces it; the clock closes when the notice is over."""
    circle, mine = seat(work, command.circle)
    rules.may_close(state=circle.state, host=circle.host_id, asker=mine.id)
    if circle.state == "closing":
        return Answered(circle=circle.id, dup=True)
    circle.state, circle.closes_at, circle.go_on_by = "closing", work.now + work.limits.closing_notice, None
    work.db.add(circle)
    told = append(work, circle.log_id, CircleClosing(closes_at=circle.closes_at))
    return Answered(circle=circle.id, epoch=told.epoch, seq=told.seq)


def keep_open(work: Work, command: KeepCircleOpen) -> Answered:
    circle, mine = seat(work, command.circle)
    rules.may_close(state=circle.state, host=circle.host_id, asker=mine.id)
    return _stay_open(work, circle)


def go_on(work: Work, command: GoOn) -> Answered:
    """Two people who are not the host keep an announced closing from happening; the circle then has no host."""
    circle, mine = seat(work, command.circle)
    if circle.state != "closing" or mine.id == circle.host_id:
        raise Refusal("circle.not_closing")
    if circle.go_on_by in (None, mine.id):
        circle.go_on_by = mine.id
        work.db.add(circle)
        return Answered(circle=circle.id)
    circle.host_id = None
    return _stay_open(work, circle)


def _stay_open(work: Work, circle: Circle) -> Answered:
    if circle.state != "closing":
        return Answered(circle=circle.id, dup=True)
    circle.state, circle.closes_at, circle.go_on_by = "open", None, None
    work.db.add(circle)
    told = append(work, circle.log_id, CircleStaysOpen(hosted=circle.host_id is not None))
    return Answered(circle=circle.id, epoch=told.epoch, seq=told.seq)
