"""What jurors do at their table: vote, take a vote back for a moment, and say that enough was said. Pure."""

from dataclasses import replace

from moderation.panel import Ballot, Panel, Seat
from moderation.pool import Moved
from moderation.state import Case, Stage
from rooms.limits import Limits
from rooms.work import Refusal

VOTING: tuple[Stage, ...] = ("ballot1", "ballot2")


def cast(case: Case, juror: str, ballot: Ballot, *, now: int) -> Moved:
    """Raises ``seat.none``, ``ballot.closed``, ``ballot.cast``, ``ballot.bad`` or ``ballot.no_reason``."""
    panel, seat = _sitting(case, juror)
    if case.review.stage not in VOTING:
        raise Refusal("ballot.closed")
    ballot = replace(ballot, cast_at=now, final=False)
    before = panel.ballot(seat)
    if before is not None:
        if replace(before, cast_at=now, final=False) == ballot:
            return case, ()
        raise Refusal("ballot.cast")
    _check(panel, ballot)
    return _voted(case, panel, seat, ballot), ()


def undo(case: Case, juror: str) -> Moved:
    """Raises ``ballot.final`` once it is tallied."""
    panel, seat = _sitting(case, juror)
    if case.review.stage not in VOTING:
        raise Refusal("ballot.closed")
    before = panel.ballot(seat)
    if before is not None and before.final:
        raise Refusal("ballot.final")
    return _voted(case, panel, seat, None), ()


def ready(case: Case, juror: str) -> Moved:
    panel, seat = _sitting(case, juror)
    if case.review.stage == "ballot2" and seat.ready:
        return case, ()
    if case.review.stage != "talk":
        raise Refusal("panel.not_talking")
    return case.with_panel(panel.swapped(seat, replace(seat, ready=True))), ()


def final(case: Case, *, now: int, limits: Limits) -> Moved:
    """Ballots that can no longer be undone count from now on."""
    panel = case.review.panel
    assert panel is not None
    for seat in panel.seated:
        ballot = panel.ballot(seat)
        if ballot is not None and not ballot.final and ballot.cast_at + limits.undo <= now:
            panel = panel.swapped(seat, _holding(panel, seat, replace(ballot, final=True)))
    return case.with_panel(panel), ()


def _check(panel: Panel, ballot: Ballot) -> None:
    seqs = [mark.seq for mark in ballot.marks]
    fits = 0 <= ballot.person <= 5 and all(0 <= mark.content <= 2 for mark in ballot.marks)
    if not fits or len(set(seqs)) < len(seqs) or not set(seqs) <= set(panel.items):
        raise Refusal("ballot.bad")
    if ballot.code is None and (ballot.person > 0 or any(mark.content > 0 or mark.hold for mark in ballot.marks)):
        raise Refusal("ballot.no_reason")


def _sitting(case: Case, juror: str) -> tuple[Panel, Seat]:
    panel = case.review.panel
    seat = None if panel is None else panel.seat(juror)
    if panel is None or seat is None or seat.state != "seated" or panel.round == 0:
        raise Refusal("seat.none")
    # Parties are frozen at seating: whoever is made a host now does not lose their vote by that.
    if juror in {*case.parties()} - {*case.hosts}:
        raise Refusal("seat.recused")
    return panel, seat


def _holding(panel: Panel, seat: Seat, ballot: Ballot | None) -> Seat:
    return replace(seat, second=ballot) if panel.round == 2 else replace(seat, first=ballot)


def _voted(case: Case, panel: Panel, seat: Seat, ballot: Ballot | None) -> Case:
    return case.with_panel(panel.swapped(seat, _holding(panel, seat, ballot)))
