"""The agreement of a circle as it lives: the pure machine of `rooms.agreement` between people, words and the log."""

from sqlalchemy import delete, func
from sqlmodel import col, select

from rooms import agreeing, agreement_views, rules, space, waiting
from rooms import agreement as core
from rooms.agreement_state import (
    Clear,
    Consent,
    Event,
    Left,
    Matter,
    Object,
    Propose,
    Reword,
    TakeBack,
    Tick,
    Told,
    Waits,
    pack,
    unpack,
)
from rooms.circles import seat
from rooms.limits import Limits
from rooms.log import append, new_id
from rooms.models import Agreement, Circle, ParticipantRow
from rooms.models_agreement import ObjectionRow, ProposalRow
from rooms.text import paragraphs
from rooms.wire_agreement import (
    AgreementMoved,
    ClearAgreement,
    ConsentToAgreement,
    ObjectToAgreement,
    ProposeAgreement,
    RewordAgreement,
    TakeBackAgreement,
)
from rooms.work import Announcement, Answered, Refusal, Work


def propose(work: Work, command: ProposeAgreement) -> Answered:
    """Proposing the same again while it is open changes nothing.

    Raises ``agreement.changed`` where it was written from another version than the one that holds, ``agreement.same``
    where it changes nothing, ``agreement.busy`` while another change is before the circle or on trial.
    """
    circle, mine = _speaking(work, command.circle, proposing=True)
    act(work, circle, Tick())
    text, keep_for = _words(work, circle, command)
    open_, row = _now(work, circle), work.db.get(ProposalRow, circle.id)
    if open_ is not None and open_.by == mine.id and row is not None and (row.text, row.keep_for) == (text, keep_for):
        return Answered(circle=circle.id, dup=True)
    if command.version != circle.agreement_version:
        raise Refusal("agreement.changed", version=circle.agreement_version)
    event = Propose(new_id(), mine.id, circle.agreement_version, _waits(work, circle, keep_for))
    answered = act(work, circle, event)
    work.db.add(ProposalRow(circle_id=circle.id, text=text, keep_for=keep_for))
    return answered


def reword(work: Work, command: RewordAgreement) -> Answered:
    """The same words again change nothing."""
    circle, mine = _speaking(work, command.circle, proposing=True)
    text, keep_for = _words(work, circle, command)
    row = work.db.get(ProposalRow, circle.id)
    if row is not None and (row.text, row.keep_for) == (text, keep_for):
        matter = _now(work, circle)
        if matter is not None and (matter.id, matter.by) == (command.matter, mine.id):
            return Answered(circle=circle.id, dup=True)
    answered = act(work, circle, Reword(command.matter, mine.id, work.limits.agreement_wordings))
    row = work.db.get_one(ProposalRow, circle.id)
    row.text, row.keep_for = text, keep_for
    work.db.add(row)
    return answered


def take_back(work: Work, command: TakeBackAgreement) -> Answered:
    circle, mine = seat(work, command.circle)
    return act(work, circle, TakeBack(command.matter, mine.id))


def object_to(work: Work, command: ObjectToAgreement) -> Answered:
    """The same reason again changes nothing. A rest or a round does not keep anybody from objecting: the time runs on.

    Raises ``agreement.objected`` where one did, with another reason, to these words.
    """
    circle, mine = _speaking(work, command.circle)
    reason = paragraphs(command.reason, work.limits.reason_length, "reason")
    row = work.db.get(ObjectionRow, (circle.id, mine.id))
    matter = _now(work, circle)
    held = None if matter is None or matter.id != command.matter else matter.objects(mine.id)
    if row is not None and row.reason == reason and held is not None and held.revision == command.revision:
        return Answered(circle=circle.id, dup=True)
    answered = act(work, circle, Object(command.matter, mine.id, command.revision))
    row = work.db.get(ObjectionRow, (circle.id, mine.id))
    row = row or ObjectionRow(circle_id=circle.id, participant_id=mine.id, reason="")
    row.reason = reason
    work.db.add(row)
    return answered


def consent(work: Work, command: ConsentToAgreement) -> Answered:
    circle, mine = seat(work, command.circle)
    return act(work, circle, Consent(command.matter, mine.id, command.revision))


def clear(work: Work, command: ClearAgreement) -> Answered:
    circle, mine = seat(work, command.circle)
    return act(work, circle, Clear(command.matter, mine.id))


def act(work: Work, circle: Circle, event: Event) -> Answered:
    """Let it happen, and tell everybody what followed. Nothing followed: nothing is written."""
    before = unpack(circle.matter)
    after, told = core.step(before, event, now=work.now, inside=_inside(work, circle))
    if after == before:
        return Answered(circle=circle.id, dup=True)
    _keep(work, circle, after)
    if before is not None and (after is None or after.id != before.id or after.outcome == "withdrawn"):
        _wipe(work, circle.id)
    last: Announcement | None = None
    for each in told:
        last = _follow(work, circle, after, each) if after is not None else None
    if last is None:
        return Answered(circle=circle.id)
    return Answered(circle=circle.id, epoch=last.epoch, seq=last.seq)


def tick(work: Work, circle: Circle) -> None:
    if circle.matter_due is not None and circle.matter_due <= work.now:
        act(work, circle, Tick())


def ended(work: Work, circle: Circle) -> None:
    """The circle closes: nothing is decided any more, and the words of what was before it go."""
    _keep(work, circle, None)
    _wipe(work, circle.id)


def left(work: Work, circle: Circle, participant: str) -> None:
    """An objection is held by somebody who is there."""
    if circle.matter is not None:
        act(work, circle, Left(participant))


def forgotten(work: Work, circle: Circle, participant: str) -> None:
    """Somebody's words go with them; what was proposed in them is over, unless it holds by now."""
    act(work, circle, Tick())
    matter = unpack(circle.matter)
    work.conn.execute(delete(ObjectionRow).where(col(ObjectionRow.participant_id) == participant))
    if matter is not None and matter.by == participant:
        if matter.phase == "open":
            act(work, circle, TakeBack(matter.id, participant))
        elif matter.phase == "over":
            work.conn.execute(delete(ProposalRow).where(col(ProposalRow.circle_id) == circle.id))


def _follow(work: Work, circle: Circle, matter: Matter, told: Told) -> Announcement:
    if told.what == "trial":
        row = work.db.get_one(ProposalRow, circle.id)
        agreeing.agree(work, circle, row.text, row.keep_for, "proposed")
        work.db.delete(row)
        work.db.flush()
    elif told.what == "returned":
        former = work.db.get_one(Agreement, (circle.id, matter.base))
        keep_for = circle.keep_for if former.keep_for is None else former.keep_for
        agreeing.agree(work, circle, former.text, keep_for, "returned")
    elif told.what == "cleared" and told.who is not None:
        work.conn.execute(
            delete(ObjectionRow).where(
                col(ObjectionRow.circle_id) == circle.id, col(ObjectionRow.participant_id) == told.who
            )
        )
    moved = AgreementMoved(
        what=told.what, version=circle.agreement_version, matter=agreement_views.view(matter), who=told.who
    )
    return append(work, circle.log_id, moved)


def _speaking(work: Work, circle_id: str, *, proposing: bool = False) -> tuple[Circle, ParticipantRow]:
    circle, mine = seat(work, circle_id)
    rules.may_talk(circle.state)
    rules.may_post(mine.paused_until, now=work.now)
    if proposing:
        if circle.state == "closing":
            raise Refusal("agreement.closing")
        wait = waiting.held(space.load(circle.space), own=None, others=None, limits=work.limits, now=work.now)
        if wait is not None:
            raise waiting.refusal(wait, work.now)
        elsewhere = waiting.piece(holder=circle.piece_with, round_=circle.round_id or "", who=mine.id)
        if elsewhere is not None:
            raise elsewhere
    return circle, mine


def _words(work: Work, circle: Circle, command: ProposeAgreement | RewordAgreement) -> tuple[str, int]:
    text = paragraphs(command.text, work.limits.agreement_length, "agreement")
    keep_for = circle.keep_for if command.keep_for is None else command.keep_for
    if keep_for != circle.keep_for:
        rules.may_keep(work.limits, keep_for)
    now = work.db.get_one(Agreement, (circle.id, circle.agreement_version))
    if (text, keep_for) == (now.text, circle.keep_for):
        raise Refusal("agreement.same")
    return text, keep_for


def _now(work: Work, circle: Circle) -> Matter | None:
    """What is before the circle at this moment and not decided."""
    matter, _ = core.caught_up(unpack(circle.matter), now=work.now, inside=_inside(work, circle))
    return None if matter is None or matter.phase == "over" else matter


def _waits(work: Work, circle: Circle, keep_for: int) -> Waits:
    limits: Limits = work.limits
    told = limits.agreement_told if circle.keep_for == 0 else min(limits.agreement_told, circle.keep_for)
    if work.now - circle.opens_at < limits.standing_after:
        return Waits(limits.agreement_ask_soon, limits.agreement_trial_soon, limits.agreement_review_soon, told)
    return Waits(limits.agreement_ask, limits.agreement_trial, limits.agreement_review, told)


def _keep(work: Work, circle: Circle, matter: Matter | None) -> None:
    circle.matter = pack(matter)
    circle.matter_due = None if matter is None else matter.until
    work.db.add(circle)
    work.db.flush()


def _wipe(work: Work, circle_id: str) -> None:
    for table in (ProposalRow, ObjectionRow):
        work.conn.execute(delete(table).where(col(table.circle_id) == circle_id))
    for row in list(work.db):
        if isinstance(row, ProposalRow | ObjectionRow):
            work.db.expunge(row)


def _inside(work: Work, circle: Circle) -> int:
    inside = select(func.count()).select_from(ParticipantRow)
    return work.db.exec(inside.where(ParticipantRow.circle_id == circle.id, col(ParticipantRow.inside))).one()
