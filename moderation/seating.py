"""Who gets the seats of a panel: by lot and by rank among those who said yes, never by who answered first. Pure.

Seats are asked for in blocks of several people a seat. A seat goes to the first in the order of the lots who said yes,
once nobody before them can still answer. Moderators fill fewer seats than carry any decision, unless peers are missing.
"""

from collections.abc import Sequence
from dataclasses import replace

from moderation.follows import Effect, Offer, Release, Seated
from moderation.panel import Candidate, Panel, Seat
from moderation.pool import Moved, barred, sizes
from moderation.state import Case
from moderation.steps import release
from rooms.limits import Limits
from rooms.work import Refusal


def accept(case: Case, juror: str) -> Moved:
    """Raises ``seat.none`` where nothing is offered to them any more, ``seat.recused`` where they became a party."""
    panel, seat = _seat(case, juror)
    if seat.state in ("yes", "seated"):
        return case, ()
    if seat.state != "asked":
        raise Refusal("seat.none")
    if juror in barred(case):
        raise Refusal("seat.recused")
    return case.with_panel(panel.swapped(seat, replace(seat, state="yes"))), ()


def decline(case: Case, juror: str) -> Moved:
    """Say no, or leave, without a reason. Raises ``seat.voted`` where their ballot of this round is in already."""
    panel, seat = _seat(case, juror)
    if seat.state in ("no", "left"):
        return case, ()
    if seat.state == "seated" and panel.ballot(seat) is not None:
        raise Refusal("seat.voted")
    left = replace(seat, state="left") if seat.state == "seated" else replace(seat, state="no")
    panel = panel.swapped(seat, left)
    review = replace(case.review, panel=panel, declined=tuple(sorted({*case.review.declined, juror})))
    waits = seat.state in ("asked", "yes", "seated")
    return replace(case, review=review), (Release(juror, "left"),) if waits else ()


def recuse(case: Case) -> Moved:
    """Whoever became a party before being seated is asked no more. Those who sit are frozen."""
    panel = case.review.panel
    if panel is None:
        return case, ()
    parties = set(case.parties())
    effects: tuple[Effect, ...] = ()
    for seat in panel.seats:
        if seat.state in ("asked", "yes") and seat.juror in parties:
            panel = panel.swapped(seat, replace(seat, state="no"))
            effects += (Release(str(seat.juror), "recused"),)
    return (case.with_panel(panel), effects) if effects else (case, ())


def invitation_over(case: Case, rank: int) -> Moved:
    panel, seat = _at(case, rank)
    effects = (Release(seat.juror, "late"),) if seat.juror is not None else ()
    return case.with_panel(panel.swapped(seat, replace(seat, state="late"))), effects


def lease_over(case: Case, rank: int) -> Moved:
    """A juror without a ballot loses the seat, if there is anybody to give it to."""
    panel, seat = _at(case, rank)
    if not _left(panel, barred(case)):
        return case.with_panel(panel.swapped(seat, replace(seat, overdue=True))), ()
    effects = (Release(seat.juror, "late"),) if seat.juror is not None else ()
    return case.with_panel(panel.swapped(seat, replace(seat, state="left"))), effects


def wanted(panel: Panel) -> int:
    """How many seats are to be filled."""
    return panel.size + panel.widening - len(panel.seated)


def fill(case: Case, *, now: int, limits: Limits) -> Moved:
    """Take one step towards full seats: seat those who are certain, else ask more people, else do with fewer."""
    panel = case.review.panel
    if panel is None or wanted(panel) <= 0:
        return case, ()
    kept_out = barred(case)
    chosen = _choose(panel, panel.size, wanted(panel), mixed=not panel.fallback)
    if len(chosen) == wanted(panel) and _certain(panel, chosen):
        return _take(case, panel, chosen, now=now, limits=limits)
    if any(seat.state == "asked" for seat in panel.seats):
        return case, ()
    asked = _ask(panel, kept_out, limits.invites_per_seat * (wanted(panel) - len(chosen)), now=now, limits=limits)
    if asked is not None:
        fresh = tuple(seat for seat in asked.seats if seat.state == "asked")
        offers = tuple(Offer(seat.juror, seat.rank, seat.until) for seat in fresh if seat.juror is not None)
        return case.with_panel(asked), offers
    if panel.round > 0:
        return _fewer(case, panel, chosen, now=now, limits=limits)
    return _other_panel(case, panel, now=now, limits=limits)


def _fewer(case: Case, panel: Panel, chosen: tuple[Seat, ...], *, now: int, limits: Limits) -> Moved:
    """Nobody is left to ask while a panel is at work: no more seats than it began with, and those as far as they go."""
    if panel.widening:
        panel = replace(panel, widening=0, no_wider=True)
        chosen = _choose(panel, panel.size, wanted(panel), mixed=not panel.fallback)
    if chosen or panel is not case.review.panel or any(seat.state == "yes" for seat in panel.seats):
        return _take(case, panel, chosen, now=now, limits=limits)
    return case, ()


def _other_panel(case: Case, panel: Panel, *, now: int, limits: Limits) -> Moved:
    """Too few for the panel as drawn: more moderators in the first instance, a smaller one on appeal, or none."""
    if panel.instance == 1:
        anyone = _choose(panel, panel.size, panel.size, mixed=False)
        if len(anyone) == panel.size:
            if panel.patient:
                return case, ()
            return _take(case, replace(panel, fallback=True), anyone, now=now, limits=limits)
    else:
        for size in (each for each in sizes(case) if each < panel.size):
            fewer = _choose(panel, size, size, mixed=True)
            if len(fewer) == size:
                return _take(case, replace(panel, size=size), fewer, now=now, limits=limits)
    review = replace(case.review, panel=None, draw_after=now + limits.fallback_after)
    stage = review.stage if review.decisions else "triage"
    return replace(case, review=replace(review, stage=stage)), release(panel, "unseated")


def _choose(panel: Panel, n: int, seats: int, *, mixed: bool) -> tuple[Seat, ...]:
    """The first by rank who said yes and fit beside those who sit; at most ``seats``."""
    chosen: list[Seat] = []
    most = _moderators(panel, n, mixed=mixed)
    willing = [seat for seat in panel.seats if seat.state == "yes"]
    for seat in willing:
        if len(chosen) < seats and _fits(seat, (*panel.seated, *chosen), most):
            chosen.append(seat)
    if mixed and seats == n == len(chosen) and not any(seat.moderator for seat in chosen):
        trained = (seat for seat in willing if seat.moderator and _fits(seat, chosen[:-1], most))
        chosen[-1:] = [next(trained, chosen[-1])]
    return tuple(chosen)


def _moderators(panel: Panel, n: int, *, mixed: bool) -> int:
    """How many may sit: in a mixed panel fewer than carry anything."""
    return (n + panel.widening) // 2 if mixed else n


def _fits(who: Seat | Candidate, beside: Sequence[Seat], most: int) -> bool:
    shared = {name for each in beside for name in each.circles}
    full = who.moderator and sum(each.moderator for each in beside) >= most
    return not full and shared.isdisjoint(who.circles)


def _certain(panel: Panel, chosen: tuple[Seat, ...]) -> bool:
    """Whether no answer that is still out could change who they are."""
    asked = [seat for seat in panel.seats if seat.state == "asked"]
    trained = [seat.rank for seat in chosen if seat.moderator]
    if panel.round > 0 or len(trained) > 1 or (trained and not chosen[-1].moderator):
        return not any(seat.rank < max(each.rank for each in chosen) for seat in asked)
    # The one moderator sits last: only another moderator could have that seat.
    first = min(trained, default=len(panel.order))
    peers = max((each.rank for each in chosen if not each.moderator), default=-1)
    return not any(seat.rank < (first if seat.moderator else peers) for seat in asked)


def _take(case: Case, panel: Panel, chosen: tuple[Seat, ...], *, now: int, limits: Limits) -> Moved:
    """Seat them, and let everybody else go who was asked."""
    effects: tuple[Effect, ...] = ()
    letters = sum(bool(seat.letter) for seat in panel.seats)
    for number, seat in enumerate(chosen, letters):
        letter = chr(ord("A") + number)
        until = now + (limits.ballot_live if panel.live else limits.ballot_away)
        panel = panel.swapped(seat, replace(seat, state="seated", letter=letter, until=until))
        effects += (Seated(seat.juror, letter),) if seat.juror is not None else ()
    effects += release(panel, "not_needed", among=("asked", "yes"))
    spare = tuple(replace(seat, state="spare") if seat.state in ("asked", "yes") else seat for seat in panel.seats)
    return case.with_panel(replace(panel, seats=spare)), effects


def _ask(panel: Panel, kept_out: set[str], many: int, *, now: int, limits: Limits) -> Panel | None:
    """Invite the next in order; those who were let go unneeded are asked again. None where nobody is left."""
    ranks = _left(panel, kept_out)[:many]
    if not ranks:
        return None
    until = now + (limits.lease_live if panel.live else limits.lease_away)
    kept = {seat.rank: seat for seat in panel.seats if seat.rank not in ranks}
    for rank in ranks:
        who = panel.order[rank]
        kept[rank] = Seat(who.person, rank, who.moderator, who.circles, "asked", until)
    return replace(panel, seats=tuple(kept[rank] for rank in sorted(kept)))


def _left(panel: Panel, kept_out: set[str]) -> list[int]:
    """Ranks of those who could still be asked and would fit beside those who sit."""
    known = {seat.rank for seat in panel.seats if seat.state != "spare"}
    most = _moderators(panel, panel.size, mixed=not panel.fallback)
    return [
        rank
        for rank, each in enumerate(panel.order)
        if rank not in known
        and each.person is not None
        and each.person not in kept_out
        and _fits(each, panel.seated, most)
    ]


def _seat(case: Case, juror: str) -> tuple[Panel, Seat]:
    panel = case.review.panel
    seat = None if panel is None else panel.seat(juror)
    if panel is None or seat is None:
        raise Refusal("seat.none")
    return panel, seat


def _at(case: Case, rank: int) -> tuple[Panel, Seat]:
    panel = case.review.panel
    assert panel is not None
    return panel, next(seat for seat in panel.seats if seat.rank == rank)
