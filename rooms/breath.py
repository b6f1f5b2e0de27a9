"""A breath: two people together slow a circle down for a minute, for everybody, themselves included."""

from rooms import rules
from rooms.circles import seat
from rooms.log import append
from rooms.models import Circle, ParticipantRow
from rooms.wire_breath import AskBreath, Breath, BreathAnswer
from rooms.wire_events import BreathAsked, BreathBegan
from rooms.work import Answered, Refusal, Work


def ask(work: Work, command: AskBreath) -> Answered:
    """The first one's wish waits for a second; theirs makes it. Asking while one runs, or twice, changes nothing.

    Raises ``breath.too_soon`` with the ms after which another may be asked for.
    """
    circle, mine = seat(work, command.circle)
    rules.may_talk(circle.state)
    if circle.breath_until is not None and work.now < circle.breath_until:
        return _answered(circle.breath_until, began=True)
    wait = _next_at(circle, work.limits.breath, work.limits.breath_every) - work.now
    if wait > 0:
        raise Refusal("breath.too_soon", retry_after=wait)
    asked_until = circle.breath_asked_until
    if asked_until is None or work.now >= asked_until or not _still_inside(work, circle.breath_by):
        return _first(work, circle, mine)
    if circle.breath_by == mine.id:
        return _answered(asked_until, began=False)
    return _begin(work, circle)


def forget_asking(circle: Circle) -> None:
    """Nobody said yes in time: who asked is forgotten."""
    circle.breath_by, circle.breath_asked_until = None, None


def standing(until: int | None, asked_until: int | None, *, mine: bool, now: int) -> Breath | None:
    """As one participant sees it, from a circle's moments; None where nothing is asked for and none runs."""
    running = until if until is not None and now < until else None
    asked = asked_until if asked_until is not None and now < asked_until else None
    if running is None and asked is None:
        return None
    return Breath(until=running, asked_until=asked, mine=asked is not None and mine)


def _next_at(circle: Circle, lasts: int, every: int) -> int:
    return 0 if circle.breath_until is None else circle.breath_until - lasts + every


def _still_inside(work: Work, participant: str | None) -> bool:
    row = None if participant is None else work.db.get(ParticipantRow, participant)
    return row is not None and row.inside


def _first(work: Work, circle: Circle, mine: ParticipantRow) -> Answered:
    until = work.now + work.limits.breath_asked
    circle.breath_by, circle.breath_asked_until = mine.id, until
    work.db.add(circle)
    append(work, circle.log_id, BreathAsked(until=until))
    return _answered(until, began=False)


def _begin(work: Work, circle: Circle) -> Answered:
    until = work.now + work.limits.breath
    forget_asking(circle)
    circle.breath_until = until
    circle.breath_seq = append(work, circle.log_id, BreathBegan(until=until)).seq
    work.db.add(circle)
    return _answered(until, began=True)


def _answered(until: int, *, began: bool) -> Answered:
    return Answered(made=BreathAnswer(began=began, until=until))
