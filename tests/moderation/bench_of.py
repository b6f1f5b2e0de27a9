"""A place with people who review, and what they do at their seats."""

from typing import Any

from sqlalchemy import insert
from sqlmodel import col, select

from moderation import desk, drawing, due, holding, objections, panels, pauses
from moderation.models import ActivityRow, ReviewerRow
from moderation.models_panels import SeatRow
from moderation.wire_panels import (
    AddSide,
    CaseToRead,
    CastBallot,
    CosignHold,
    Desk,
    HoldMessage,
    LeaveHeavySeat,
    LeaveSeat,
    MakeAppeal,
    MarkBadFaith,
    MessageMark,
    ReadyToVote,
    SayToPanel,
    SeatView,
    TakeSeat,
    UndoBallot,
)
from rooms.units import DAY
from rooms.work import Work
from tests.moderation.place import CIRCLE, Place, named

REVIEWERS = ("Rook", "Reed", "Rush", "Rye", "Rose", "Rune", "Rill", "Rain")


class Bench:
    """What reviewers do in a place."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def people(self, *names: str, role: str = "reviewer") -> None:
        """Somebody else's circles hold them: nothing lies between them and the people here."""
        for name in names:
            self.place.person(name, age=20 * DAY)

        def make(work: Work) -> None:
            for name in names:
                row = {"person_id": named(name), "role": role, "since": work.now, "skips": "", "rest_until": 0}
                work.conn.execute(insert(ReviewerRow).values(**row))
                today = work.now // work.limits.day
                work.conn.execute(insert(ActivityRow).values(person_id=named(name), day=today, days=2**30 - 1))

        self.place.run(None, make)

    def draw(self) -> None:
        self.place.does(None, lambda work, _: self._draw(work), None)

    def _draw(self, work: Work) -> None:
        for case_id in drawing.cases_due(work.conn, work.now):
            drawing.perform(work, case_id)

    def passes(self, time: int) -> None:
        """Time goes on, and everything that is due with it, draws too."""
        self.place.passes(time)

        def rest(work: Work, _: None) -> None:
            self._draw(work)
            for case_id in due.cases_due(work.conn, work.now):
                due.tend(work, case_id)
            due.perform(work)
            pauses.over(work)

        self.place.does(None, rest, None)

    # --- seats

    def seats(self, state: str | None = None) -> dict[str, Any]:
        """Rows of open seats by name."""
        rows = self.place.read(
            lambda conn: conn.execute(
                select(SeatRow).where(col(SeatRow.ended_at).is_(None)).order_by(col(SeatRow.id))
            ).all()
        )
        return {
            row.person_id.rstrip("-"): row
            for row in rows
            if row.person_id is not None and (state is None or row.state == state)
        }

    def take(self, *names: str) -> None:
        for name in names:
            self.place.does(name, panels.take, TakeSeat(seat=self.seats()[name].id))

    def convene(self) -> list[str]:
        """Everybody who is asked says yes; returns who sits."""
        self.draw()
        for name in list(self.seats("offered")):
            if name in self.seats("offered"):
                self.take(name)
        return sorted(self.seats("reading"))

    def leave(self, name: str) -> None:
        self.place.does(name, panels.leave, LeaveSeat(seat=self.seats()[name].id))

    def heavy(self, name: str) -> None:
        self.place.does(name, panels.leave_heavy, LeaveHeavySeat(seat=self.seats()[name].id))

    def view(self, name: str) -> SeatView:
        (seat,) = self.desk(name).seats
        return seat

    def desk(self, name: str) -> Desk:
        return self.place.run(name, desk.desk)

    def reads(self, name: str, seat: str | None = None) -> CaseToRead:
        found = seat if seat is not None else self.seats()[name].id
        return self.place.run(name, lambda work: desk.case_to_read(work, found))

    def casts(self, name: str, content: int = 1, person: int = 0, *, items: int = 1, hold: bool = False) -> None:
        asks = content or person
        marks = tuple(MessageMark(item=item, content=content, hold=hold) for item in range(items))
        ballot = CastBallot(
            seat=self.seats()[name].id,
            messages=marks,
            person=person,
            code="disrespect" if asks else None,
            clause=0,
            sentence=f"{name} found it hurtful." if asks else "",
        )
        self.place.does(name, panels.cast, ballot)

    def undoes(self, name: str) -> None:
        self.place.does(name, panels.undo, UndoBallot(seat=self.seats()[name].id))

    def says(self, name: str, body: str) -> None:
        self.place.does(name, panels.say, SayToPanel(seat=self.seats()[name].id, body=body))

    def ready(self, *names: str) -> None:
        for name in names:
            self.place.does(name, panels.ready, ReadyToVote(seat=self.seats()[name].id))

    def marks(self, name: str, seat: str, *flags: int) -> None:
        self.place.does(name, panels.mark_faith, MarkBadFaith(seat=seat, flags=flags))

    # --- what others do

    def holds(self, name: str, seq: int, category: Any = "threat", *, mine: bool = False) -> None:
        command = HoldMessage(circle=CIRCLE, target=seq, category=category, mine=mine)
        self.place.does(name, holding.hold_message, command)

    def cosigns(self, name: str, seq: int) -> None:
        self.place.does(name, holding.cosign_hold, CosignHold(circle=CIRCLE, target=seq))

    def side(self, name: str, body: str) -> None:
        letter = next(each for each in self.place.letters(name) if each.side_until is not None)
        self.place.does(name, objections.add_side, AddSide(letter=letter.id, body=body))

    def appeals(self, name: str, body: str = "") -> None:
        letter = next(each for each in self.place.letters(name) if each.appeal_until is not None)
        self.place.does(name, objections.make_appeal, MakeAppeal(letter=letter.id, body=body))
