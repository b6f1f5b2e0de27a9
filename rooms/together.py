"""What takes two people: a breath, doors that rest, another pace. The first one's wish is shown without a name.

Tending acts take two as well, but whoever holds the space does them at once.
"""

from collections.abc import Callable

from msgspec.structs import replace

from rooms import rules, space
from rooms.circles import seat
from rooms.limits import Limits
from rooms.models import Circle, ParticipantRow
from rooms.space import Asked, Space
from rooms.wire_events import What
from rooms.wire_space import Act, AskBreath, ChoosePace, RestDoors, TogetherAnswer
from rooms.work import Answered, Refusal, Work

PACES: dict[str, Act] = {"usual": "pace_usual", "gentle": "pace_gentle", "one_at_a_time": "pace_one_at_a_time"}
Begin = Callable[[Space, int, Limits], tuple[Space, int | None]]
"""(space without the wish, now, limits) to the space in which it has begun, and until when."""


def ask_breath(work: Work, command: AskBreath) -> Answered:
    """Asking while one runs, or twice, changes nothing.

    Raises ``breath.too_soon`` with the ms after which another may be asked for.
    """
    circle, mine = talking(work, command.circle)
    held = space.load(circle.space)
    until = space.ahead(held.breath_until, work.now)
    if until is not None:
        return _answered(until)
    _refuse_soon("breath.too_soon", work, held.breath_until, work.limits.breath, work.limits.breath_every)
    return _with_another(work, circle, mine, held, "breath", _breathes)


def rest_doors(work: Work, command: RestDoors) -> Answered:
    """As `ask_breath`; raises ``doors.too_soon``."""
    circle, mine = talking(work, command.circle)
    held = space.load(circle.space)
    until = space.ahead(held.doors_until, work.now)
    if until is not None:
        return _answered(until)
    _refuse_soon("doors.too_soon", work, held.doors_until, work.limits.doors, work.limits.doors_every)
    return _with_another(work, circle, mine, held, "doors", _closes_doors)


def choose_pace(work: Work, command: ChoosePace) -> Answered:
    circle, mine = talking(work, command.circle)
    held = space.load(circle.space)
    if held.pace == command.pace:
        return _answered(None)

    def paced(held: Space, _now: int, _limits: Limits) -> tuple[Space, int | None]:
        others = tuple(each for each in held.wishes if each.act not in PACES.values())
        return replace(held, pace=command.pace, wishes=others), None

    return _with_another(work, circle, mine, held, PACES[command.pace], paced)


def talking(work: Work, circle_id: str) -> tuple[Circle, ParticipantRow]:
    """The circle and the asker's own row in it, where people may talk."""
    circle, mine = seat(work, circle_id)
    rules.may_talk(circle.state)
    return circle, mine


def join(work: Work, circle: Circle, mine: ParticipantRow, held: Space, act: Act) -> tuple[Space, int | None]:
    """The first one's wish waits, a second's makes it so. Returns the space, and until when it waits: None, it is so.

    Whose wish it was is forgotten with that; the space is still to be kept and told in that case.
    """
    live = space.forgotten(held, work.now)
    wish = next((each for each in live.wishes if each.act == act), None)
    others = tuple(each for each in live.wishes if each.act != act)
    if wish is not None and wish.by == mine.id:
        return live, wish.until
    if wish is not None and still_inside(work, wish.by):
        return replace(live, wishes=others), None
    until = work.now + work.limits.together
    asked = replace(live, wishes=(*others, Asked(act, mine.id, until)))
    space.change(work, circle, asked, "wished", act=act)
    return asked, until


def still_inside(work: Work, participant: str) -> bool:
    row = work.db.get(ParticipantRow, participant)
    return row is not None and row.inside


def waits(until: int) -> Answered:
    """The answer where a second person is still to say yes."""
    return Answered(made=TogetherAnswer(began=False, until=until))


def _breathes(held: Space, now: int, limits: Limits) -> tuple[Space, int | None]:
    until = now + limits.breath
    return replace(held, breath_from=now, breath_until=until), until


def _closes_doors(held: Space, now: int, limits: Limits) -> tuple[Space, int | None]:
    until = now + limits.doors
    return replace(held, doors_until=until, listening=()), until


def _refuse_soon(code: str, work: Work, ended: int | None, lasts: int, every: int) -> None:
    wait = 0 if ended is None else ended - lasts + every - work.now
    if wait > 0:
        raise Refusal(code, retry_after=wait)


def _with_another(work: Work, circle: Circle, mine: ParticipantRow, held: Space, act: Act, begin: Begin) -> Answered:
    joined, waiting = join(work, circle, mine, held, act)
    if waiting is not None:
        return waits(waiting)
    begun, until = begin(joined, work.now, work.limits)
    what: What = "breath" if act == "breath" else "doors" if act == "doors" else "pace"
    space.change(work, circle, begun, what)
    return _answered(until)


def _answered(until: int | None) -> Answered:
    return Answered(made=TogetherAnswer(began=True, until=until))
