"""What the server asks of itself: what fell due, who is still here, what nobody needs any more."""

from collections.abc import Mapping

from msgspec import Struct

from moderation import care_standing, drawing, flags, forgetting, gentle, holding, publishing, reviewing, seats
from moderation import due as flags_due
from moderation.operating import HoldByLaw
from rooms import doorway, due, hosting, personal, round_events, rounds, tidy
from rooms.models import Circle
from rooms.wire import Discreet
from rooms.work import Work
from server import identity, sessions
from server.door import Handler
from server.errands import DrawLots, KeepRecord, PerformDue, TendCase, TendRound


class StillHere(Struct, frozen=True):
    """Screens of these participants are here."""

    participants: tuple[str, ...]


class Seen(Discreet, frozen=True):
    """These people are here today."""

    people: tuple[str, ...]


class HostGone(Struct, frozen=True):
    """The screens of this circle's host have been gone for long."""

    circle: str


class Tidy(Struct, frozen=True):
    """Now and then: let go of what nobody needs any more."""


class ScreensMoved(Struct, frozen=True):
    """Where a round is on: the last screens of participants have gone, or one has come back."""

    circle: str
    gone: tuple[tuple[str, int], ...] = ()
    """Since when (ms), by participant."""
    back: tuple[str, ...] = ()
    answered: frozenset[str] = frozenset()
    """Everybody who is here, where all of them have answered the offer."""


def perform_due(work: Work, command: PerformDue) -> None:
    if command.of is not None:
        faded = due.perform(work, command.of)
        if faded is not None:
            flags.faded(work, *faded)
            gentle.faded(work, *faded)
        return
    due.end_invites(work)
    doorway.tidy(work)
    flags_due.perform(work)
    reviewing.due(work)
    care_standing.wipe(work)
    identity.due(work)


def _tend_case(work: Work, command: TendCase) -> None:
    flags_due.tend(work, command.case)


def _draw_lots(work: Work, command: DrawLots) -> None:
    drawing.perform(work, command.case)


def _still_here(work: Work, command: StillHere) -> None:
    personal.still_here(work, command.participants)


def _seen(work: Work, command: Seen) -> None:
    reviewing.seen(work, command.people)


def _host_gone(work: Work, command: HostGone) -> None:
    hosting.silent(work, command.circle)


def _keep_record(work: Work, _command: KeepRecord) -> None:
    publishing.perform(work)


def _tidy(work: Work, _command: Tidy) -> None:
    tidy.forget_networks(work)
    reviewing.tidy(work)
    gone = tidy.people_without_places(work, gone=sessions.nobody_can_come_back() & ~forgetting.has_open_seat())
    forgetting.tidy(work, gone)
    tidy.erase_people(work, gone)
    seats.tidy(work)


def _hold_by_law(work: Work, command: HoldByLaw) -> None:
    holding.legal_hold(
        work, command.circle, command.target, command.ground, ordered=command.ordered, release=command.release
    )


def _tend_round(work: Work, command: TendRound) -> None:
    rounds.tick(work, command.circle)


def _screens_moved(work: Work, command: ScreensMoved) -> None:
    circle = work.db.get(Circle, command.circle)
    if circle is None or circle.round_id is None:
        return
    for who in command.back:
        rounds.act(work, circle, round_events.Back(who))
    for who, since in command.gone:
        rounds.act(work, circle, round_events.Gone(who, since))
    if command.answered:
        rounds.act(work, circle, round_events.Present(command.answered))


HANDLERS: Mapping[type, Handler] = {
    HoldByLaw: _hold_by_law,
    PerformDue: perform_due,
    TendCase: _tend_case,
    TendRound: _tend_round,
    DrawLots: _draw_lots,
    KeepRecord: _keep_record,
    StillHere: _still_here,
    Seen: _seen,
    HostGone: _host_gone,
    ScreensMoved: _screens_moved,
    Tidy: _tidy,
}
