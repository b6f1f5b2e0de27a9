"""Small acts for everybody: welcoming those who came, reading the agreement, keeping a prompt in view.

Whoever holds the space does them at once, anybody else once a second person agrees; moderators are no different.
"""

from msgspec.structs import replace
from sqlmodel import col, select

from rooms import space
from rooms.history import decode
from rooms.log import append
from rooms.messages import message
from rooms.models import Circle, EventRow, ParticipantRow
from rooms.space import Space
from rooms.together import join, talking, waits
from rooms.wire_events import CircleTended
from rooms.wire_hosting import Greet, ReadAgreement, TakeUpPrompt
from rooms.wire_space import Act, TogetherAnswer
from rooms.work import Answered, Refusal, Work

WELCOMED_MOST = 8
"""So many are welcomed by name; more are welcomed all together."""


def greet(work: Work, command: Greet) -> Answered:
    circle, mine = talking(work, command.circle)
    held, waiting = _agreed(work, circle, mine, "greet")
    if waiting is not None:
        return waits(waiting)
    since = max(held.greeted_at, work.now - work.limits.newcomer)
    came = select(ParticipantRow.id).where(
        ParticipantRow.circle_id == circle.id,
        col(ParticipantRow.inside),
        ParticipantRow.entered_at > since,
        ParticipantRow.id != mine.id,
        ParticipantRow.id != circle.host_id,
    )
    to = tuple(work.db.exec(came.order_by(col(ParticipantRow.entered_at)).limit(WELCOMED_MOST + 1)).all())
    append(work, circle.log_id, CircleTended(act="greet", to=to if len(to) <= WELCOMED_MOST else ()))
    return _done(work, circle, replace(held, greeted_at=work.now))


def read_agreement(work: Work, command: ReadAgreement) -> Answered:
    circle, mine = talking(work, command.circle)
    held, waiting = _agreed(work, circle, mine, "agreement")
    if waiting is not None:
        return waits(waiting)
    append(work, circle.log_id, CircleTended(act="agreement", version=circle.agreement_version))
    return _done(work, circle, held)


def take_up(work: Work, command: TakeUpPrompt) -> Answered:
    """The offer was the first person's part: a prompt needs one other, or whoever holds the space, its writer included.

    Raises ``prompt.none`` for what is no prompt, ``prompt.needs_another`` for one's own where one does not hold it.
    """
    circle, mine = talking(work, command.circle)
    row = message(work, circle, command.target)
    if row.body is None or row.cover is not None or not _is_prompt(row):
        raise Refusal("prompt.none")
    held = space.load(circle.space)
    if row.sender == mine.id and not space.holds(circle.host_id, held, mine.id):
        raise Refusal("prompt.needs_another")
    if held.prompt == row.seq and space.ahead(held.prompt_until, work.now) is not None:
        return Answered(circle=circle.id, dup=True)
    until = work.now + work.limits.prompt_stays
    told = space.change(work, circle, replace(held, prompt=row.seq, prompt_until=until), "prompt")
    return Answered(circle=circle.id, epoch=told.epoch, seq=told.seq)


def _agreed(work: Work, circle: Circle, mine: ParticipantRow, act: Act) -> tuple[Space, int | None]:
    """The space without the wish, and until when it waits for a second person: None, it may be done."""
    held = space.load(circle.space)
    if not space.holds(circle.host_id, held, mine.id):
        return join(work, circle, mine, held, act)
    return replace(held, wishes=tuple(each for each in held.wishes if each.act != act)), None


def _is_prompt(row: EventRow) -> bool:
    return row.data is not None and bool(decode(row.data).prompt)


def _done(work: Work, circle: Circle, held: Space) -> Answered:
    space.settle(work, circle, held, "tended")
    return Answered(made=TogetherAnswer(began=True))
