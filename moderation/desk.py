"""What somebody who was drawn sees: their seats, and once they open it, the case. Names are letters, ballots sealed."""

from collections.abc import Iterator
from typing import Any, get_args

from msgspec.structs import replace
from sqlalchemy import func
from sqlmodel import col, select

from moderation import case as core
from moderation import cases, reviewers, sealed, seats, verdicts
from moderation.cases import Kept
from moderation.flagged import HARD, Message
from moderation.models import CaseRow
from moderation.models_panels import SeatRow
from moderation.panel import Ballot, Panel, Seat
from moderation.state import Case
from moderation.wire import Category
from moderation.wire_panels import (
    CaseToRead,
    Desk,
    DeskCounts,
    MessageMark,
    MyBallot,
    ReadMessage,
    SeatState,
    SeatView,
)
from rooms.limits import Limits
from rooms.models import Agreement
from rooms.work import Refusal, Work

OPEN: tuple[SeatState, ...] = ("reading", "cast", "talk", "again")
"""States in which what was flagged may be read."""


GONE_SEAT = SeatView(id="", state="gone", size=0)


def felt(message: Message) -> set[Category]:
    return {each.category for each in message.asking} | {each.category for each in message.holds}


def kinds(case: Case) -> tuple[Category, ...]:
    """What was felt, each once, in a fixed order, so that it says nothing about how many or in which order."""
    said: set[str] = set()
    for message in case.messages:
        said.update(felt(message))
    return tuple(each for each in get_args(Category) if each in said)


def hard(case: Case) -> bool:
    return any(each in HARD for each in kinds(case))


def panels(case: Case) -> Iterator[tuple[Panel, bool]]:
    """Every panel of a case, and whether it is at work."""
    for past in case.review.past:
        yield past, False
    if case.review.panel is not None:
        yield case.review.panel, True


def views(case: Case, limits: Limits) -> dict[tuple[int, str], SeatView]:
    """Every seat as its holder sees it, by panel and person; ``id`` is filled in by whoever knows the row."""
    found: dict[tuple[int, str], SeatView] = {}
    said = kinds(case)
    for panel, at_work in panels(case):
        answered = sum(each.final for each in panel.ballots(max(panel.round, 1)))
        for seat in panel.seats:
            if seat.juror is None:
                continue
            state = _state(case, panel, seat, at_work=at_work)
            ballot = panel.ballot(seat) if at_work else None
            undo_until = None
            if state == "cast" and ballot is not None and not ballot.final:
                undo_until = ballot.cast_at + limits.undo
            until = panel.until if state == "talk" else seat.until
            found[panel.instance, seat.juror] = SeatView(
                id="",
                state=state,
                kinds=() if state in seats.OVER else said,
                size=panel.size,
                appeal=panel.instance > 1,
                until=until if state not in (*seats.OVER, "cast") else None,
                letter=seat.letter or None,
                answered=answered if state in OPEN else 0,
                undo_until=undo_until,
                verdict=verdicts.verdict(case.review, panel) if state == "done" else None,
            )
    return found


def desk(work: Work) -> Desk:
    """The asker's start page. For moderators with counts, for nobody with a text."""
    limits = work.limits
    left = limits.seats_a_day - seats.read_today(work.conn, work.person, work.now, limits.day)
    return Desk(seats=open_seats(work, work.person), left_today=max(0, left), counts=_counts(work))


def open_seats(work: Work, person: str) -> tuple[SeatView, ...]:
    rows = work.conn.execute(select(SeatRow).where(SeatRow.person_id == person, col(SeatRow.ended_at).is_(None))).all()
    return tuple(_view(work, row, cases.load(work, row.case_id)) for row in rows)


def case_to_read(work: Work, seat_id: str) -> CaseToRead:
    """For a seat whose panel is at work, and its holder only."""
    row = seats.mine(work, seat_id)
    kept = cases.load(work, row.case_id)
    view = _view(work, row, kept)
    panel = kept.case.review.panel
    decision = kept.case.decision
    # For as long as marks are taken, and no longer: whoever has decided reads no more.
    late = decision is None or work.now >= decision.at + work.limits.ballot_away
    marking = (
        row.state == "done" and not late and kept.case.review.stage == "decided" and kept.case.review.accused != ()
    )
    if marking:
        panel = next((each for each in reversed(kept.case.review.past) if each.instance == row.panel), None)
    if panel is None or panel.instance != row.panel or (view.state not in OPEN and not marking):
        raise Refusal("seat.not_found" if view.state in seats.OVER else "seat.not_now")
    seat = panel.seat(work.person)
    content, person, more = core.panel_caps(kept.case)
    letters: dict[str, str] = {}
    gone = [] if panel.items else [each.seq for each in kept.case.decision.outcomes] if kept.case.decision else []
    messages = tuple(
        _message(work, kept, index, seq, letters, gone=seq in gone) for index, seq in enumerate(panel.items or gone)
    )
    side = sealed.written(work, kept.id, "side")
    objection = sealed.objection(work, kept.id, kept.case.review.appeals[-1].side) if panel.instance > 1 else ""
    return CaseToRead(
        seat=view,
        agreement=agreement(work, kept),
        messages=messages,
        side=side[-1].body if side else None,
        objection=objection or None,
        talk=sealed.talk(work, kept.id, panel.instance, seat.letter if seat else ""),
        content_most=content,
        person_most=person,
        more=more,
        mine=_mine(work, kept, panel, seat),
        flags=tuple(range(len(kept.case.review.accused))) if marking else (),
    )


def agreement(work: Work, kept: Kept) -> tuple[str, ...]:
    """Lines of the circle's agreement as it is now; empty ones are left out, so that numbers are what one sees."""
    text = work.conn.execute(
        select(Agreement.text)
        .where(Agreement.circle_id == kept.circle_id)
        .order_by(col(Agreement.version).desc())
        .limit(1)
    ).scalar_one_or_none()
    return tuple(line.strip() for line in (text or "").splitlines() if line.strip())


def _counts(work: Work) -> DeskCounts | None:
    """For moderators only."""
    if not reviewers.is_moderator(work, work.person):
        return None

    # As of the turn of the hour: a count that moved with a flag would tell its moment, and who was here then is known.
    hour = work.now - work.now % work.limits.ledger_every

    def many(*where: Any) -> int:
        asked = select(func.count()).select_from(CaseRow).where(CaseRow.opened_at < hour, *where)
        found: int = work.conn.execute(asked).scalar_one()
        return found

    waits = col(CaseRow.draw_at).is_not(None)
    return DeskCounts(
        open=many(col(CaseRow.closed).is_(None), CaseRow.stage != "decided"),
        waiting=many(waits),
        too_few=many(waits, col(CaseRow.draw_at) > work.now),
        lapsed=many(CaseRow.closed == "lapsed", col(CaseRow.closed_at) > work.now - 7 * work.limits.day),
    )


def _state(case: Case, panel: Panel, seat: Seat, *, at_work: bool) -> SeatState:
    if not at_work:
        return "done" if seat.state == "seated" else "gone"
    match seat.state:
        case "asked":
            return "offered"
        case "yes":
            return "taken"
        case "seated":
            if case.review.stage == "talk":
                return "talk"
            if panel.round == 0:
                return "taken"
            if panel.ballot(seat) is not None:
                return "cast"
            return "again" if panel.round == 2 else "reading"
        case _:
            return "gone"


def _view(work: Work, row: Any, kept: Kept) -> SeatView:
    found = views(kept.case, work.limits).get((row.panel, row.person_id))
    if found is None or row.ended_at is not None:
        return SeatView(id=row.id, state=row.state if row.ended_at is not None else "gone", size=0)
    return with_id(found, row.id)


def with_id(view: SeatView, seat_id: str) -> SeatView:
    return replace(view, id=seat_id)


def bare(view: SeatView) -> SeatView:
    """Without what was felt."""
    return replace(view, kinds=())


def _message(work: Work, kept: Kept, index: int, seq: int, letters: dict[str, str], *, gone: bool) -> ReadMessage:
    message = kept.case.message(seq)
    said = set() if message is None else felt(message)
    return ReadMessage(
        item=index,
        kinds=tuple(each for each in get_args(Category) if each in said),
        held=message is not None and message.view == "held",
        gone=gone,
        lines=sealed.lines(work, kept.id, seq, letters),
    )


def _mine(work: Work, kept: Kept, panel: Panel, seat: Seat | None) -> MyBallot | None:
    ballot: Ballot | None = None if seat is None else panel.ballot(seat)
    if seat is None or ballot is None:
        return None
    said = [each for each in sealed.written(work, kept.id, "sentence", panel.instance) if each.by == seat.letter]
    return MyBallot(
        messages=tuple(
            MessageMark(item=panel.items.index(each.seq), content=each.content, hold=each.hold)
            for each in ballot.marks
            if each.seq in panel.items
        ),
        person=ballot.person,
        code=ballot.code,
        clause=ballot.clause,
        sentence=said[-1].body if said else "",
    )
