"""Rounds in a circle: the pure machine of `rooms.round` between what people ask for and what their circle is told."""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, or_
from sqlmodel import col, select

from rooms import round as core
from rooms import round_events as said
from rooms import round_state, round_views, rules
from rooms.circles import seat
from rooms.limits import Limits
from rooms.log import append, tell
from rooms.models import Circle, ParticipantRow, Person, RoundRow
from rooms.round_state import Round
from rooms.text import body as clean_body
from rooms.wire import Event
from rooms.wire_round import (
    AskHolder,
    BeginRound,
    ComeBackToMe,
    JoinRound,
    LayDownPiece,
    ListenToRound,
    OfferRound,
    OfRound,
    PassPiece,
    PieceAsked,
    PieceGiven,
    PiecePassed,
    RoundBegan,
    RoundJoined,
    RoundOffered,
    RoundOver,
    RoundSteppedOut,
    RoundTalks,
    StayWithPiece,
    StepOutOfRound,
)
from rooms.work import Answered, Refusal, Work

AT_ONCE = 100
"""Circles in whose rounds something is due, at one look."""
ON_MOST = 5_000
"""Rounds that are looked at for whose screens are here; in more, who is gone is let pass as who is silent."""


def offer(work: Work, command: OfferRound) -> Answered:
    """Raises ``round.running`` while another is; the same key again changes nothing."""
    circle, mine = seat(work, command.circle)
    rules.may_talk(circle.state)
    rules.may_post(mine.paused_until, now=work.now)
    question = clean_body(command.question, work.limits) if command.question.strip() else None
    id_ = _id_of(mine.id, command.key)
    # What is due in the round before is told of that one.
    act(work, circle, said.Tick())
    event = said.Offer(id_, mine.id, joins=command.joins, talk=command.talk)
    return act(work, circle, event, question=question)


def ask(work: Work, command: OfRound) -> Answered:
    """Everything else that people ask of a round."""
    circle, mine = seat(work, command.circle)
    rules.may_talk(circle.state)
    if isinstance(command, JoinRound):
        rules.may_post(mine.paused_until, now=work.now)
    return act(work, circle, _EVENTS[type(command)](command, mine.id))


def act(work: Work, circle: Circle, event: said.Event, *, question: str | None = None) -> Answered:
    """Let it happen to the circle's round, and tell everybody what followed. Nothing followed: nothing is written."""
    row = work.db.get(RoundRow, circle.id)
    before = None if row is None else round_state.unpack(row.state)
    after, effects = core.step(before, event, now=work.now, limits=work.limits)
    if after is None or after == before:
        return Answered(circle=circle.id, dup=True)
    if row is None or row.id != after.id:
        # Of the round before nothing is kept.
        row = row or RoundRow(circle_id=circle.id, id="", state=b"", asker="", asked_at=0)
        row.id, row.question, row.asker, row.asked_at = after.id, question, after.by, work.now
    if after.phase == "over":
        row.question = None
    row.state, row.due_at = round_state.pack(after), core.next_at(after, work.limits)
    circle.round_id = None if after.phase == "over" else after.id
    circle.piece_with = after.holder
    work.db.add_all((row, circle))
    work.db.flush()
    told = [_tell(work, circle, row, each) for each in effects]
    last = next((each for each in reversed(told) if each is not None), None)
    if last is None:
        return Answered(circle=circle.id)
    return Answered(circle=circle.id, epoch=last.epoch, seq=last.seq)


def shared(work: Work, circle_id: str, participant: str) -> None:
    """The holder said something: a sign of theirs. Where the piece has just gone on by itself, it was none.

    Part of a batch of posts, which ends no work by itself: what was written is ended here.
    """
    circle = work.db.get_one(Circle, circle_id)
    with suppress(Refusal):
        act(work, circle, said.Share(participant))
    work.finish()


def view(conn: Connection, circle_id: str, me: str, *, entered_at: int) -> dict[str, Any]:
    """The round that is on, for `MyCircle`."""
    found = select(RoundRow.state, RoundRow.question, RoundRow.due_at).where(RoundRow.circle_id == circle_id)
    row = conn.execute(found).one_or_none()
    state = None if row is None else round_state.unpack(row[0])
    if row is None or state is None or state.phase == "over":
        return {}
    return {
        "round": round_views.seen(state, question=row[1], due_at=row[2]),
        "my_round": round_views.mine(state, me, entered_at=entered_at),
    }


def due(conn: Connection, now: int, limits: Limits) -> list[str]:
    """Circles in whose rounds something is due at ``now`` (ms), also because the clock was set back meanwhile."""
    longest = max(limits.round_gather, limits.round_talk, limits.piece_quiet, limits.piece_wait)
    late = or_(col(RoundRow.due_at) <= now, col(RoundRow.due_at) > now + longest)
    found = select(RoundRow.circle_id).where(late).order_by(col(RoundRow.due_at))
    return list(conn.execute(found.limit(AT_ONCE)).scalars())


def on(conn: Connection) -> dict[str, Round]:
    """The rounds that are on, by circle; but for those that only a newer version of this program can read."""
    found = select(RoundRow.circle_id, RoundRow.state).where(col(RoundRow.due_at).is_not(None))
    rounds = {}
    for circle, state in conn.execute(found.limit(ON_MOST)):
        with suppress(Refusal):
            rounds[circle] = round_state.unpack(state)
    return rounds


def tick(work: Work, circle_id: str) -> None:
    circle = work.db.get(Circle, circle_id)
    if circle is not None:
        act(work, circle, said.Tick())


def _id_of(participant: str, key: str) -> str:
    """The same for the same press, so that a retry is a repeat."""
    return urlsafe_b64encode(blake2b(f"{participant} {key}".encode(), digest_size=12).digest()).decode()


def _tell(work: Work, circle: Circle, row: RoundRow, effect: said.Effect) -> Any:
    id_ = row.id
    event: Event
    match effect:
        case said.Offered(by, talk):
            # The question lives in the round's row only, as words of messages do in theirs.
            bare = RoundOffered(round=id_, by=by, talk=talk)
            event = RoundOffered(round=id_, by=by, talk=talk, question=row.question)
            return append(work, circle.log_id, event, stored=bare)
        case said.Joined(who):
            event = RoundJoined(round=id_, who=who)
        case said.SteppedOut(who):
            event = RoundSteppedOut(round=id_, who=who)
        case said.Began():
            event = RoundBegan(round=id_)
        case said.Given(who, turn):
            event = PieceGiven(round=id_, to=who, turn=turn)
        case said.Passed(who, turn, how):
            event = PiecePassed(round=id_, by=who, turn=turn, how=how)
        case said.Talks(until):
            event = RoundTalks(round=id_, until=until)
        case said.Over(ending):
            event = RoundOver(round=id_, how=ending)
        case said.KindlyAsked(who, turn):
            _ask_kindly(work, circle, id_, who, turn)
            return None
    return append(work, circle.log_id, event)


def _ask_kindly(work: Work, circle: Circle, round_: str, who: str, turn: int) -> None:
    holder = work.db.get(ParticipantRow, who)
    if holder is not None and holder.person_id is not None:
        log_id = work.db.get_one(Person, holder.person_id).log_id
        tell(work, log_id, PieceAsked(circle=circle.id, round=round_, turn=turn))


_EVENTS: dict[type[OfRound], Callable[[Any, str], said.Asked]] = {
    JoinRound: lambda command, by: said.Join(command.round, by),
    ListenToRound: lambda command, by: said.Listen(command.round, by),
    StepOutOfRound: lambda command, by: said.StepOut(command.round, by),
    BeginRound: lambda command, by: said.Begin(command.round, by),
    LayDownPiece: lambda command, by: said.LayDown(command.round, by),
    AskHolder: lambda command, by: said.Ask(command.round, by),
    PassPiece: lambda command, by: said.Pass(command.round, by, command.turn, silent=command.silent),
    ComeBackToMe: lambda command, by: said.ComeBack(command.round, by, command.turn),
    StayWithPiece: lambda command, by: said.Sign(command.round, by, command.turn),
}
