"""A panel at work: blind ballots, a talk where they are split, blind ballots again, two more people where it asks. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from moderation import deciding, holds, seating
from moderation.flagged import ENDED, Message
from moderation.follows import Ballots, Talk
from moderation.panel import Ballot, Panel, Seat
from moderation.pool import Moved
from moderation.state import Case
from moderation.steps import with_message
from moderation.tally import competence, content_mark, more_than_half, possible, wants_hold
from rooms.limits import Limits


def onward(case: Case, *, now: int, limits: Limits) -> Moved:
    """The one next thing that can be done with who sits and what is cast; the same case where nothing can."""
    panel = case.review.panel
    if panel is None:
        return case, ()
    filled, effects = seating.fill(case, now=now, limits=limits)
    if filled is not case:
        return filled, effects
    if panel.round == 0:
        return begin(case, now=now, limits=limits) if len(panel.seated) == panel.size else (case, ())
    if panel.widening and len(panel.seated) == panel.size + panel.widening:
        size, until = panel.size + panel.widening, _until(case, panel, limits.ballot_away, now=now, limits=limits)
        grown = replace(panel, size=size, widened=panel.widened + panel.widening, widening=0, until=until)
        return case.with_panel(grown), ()
    if not deciding.items(case, panel) and not case.review.decisions:
        return case, ()
    if not panel.care and _method_only(deciding.items(case, panel)):
        # What else was flagged is gone by now.
        return case.with_panel(replace(panel, care=True)), ()
    if case.review.stage == "talk":
        if panel.seated and all(seat.ready or seat.juror is None for seat in panel.seated):
            return again(case, now=now, limits=limits)
        return case, ()
    return _tallied(case, panel, now=now, limits=limits)


def begin(case: Case, *, now: int, limits: Limits) -> Moved:
    """All have their seats: what is to be read is fixed, and the first ballot begins."""
    panel = case.review.panel
    assert panel is not None
    panel = replace(panel, untimed=case.review.folds_over or bool(case.review.decisions))
    until = _until(case, panel, limits.ballot_away, now=now, limits=limits)
    reading = tuple(each for each in case.messages if _to_read(case, each))
    if not case.review.decisions:
        # Where those who asked have all withdrawn meanwhile, what others flagged is read instead of nothing.
        reading = tuple(each for each in reading if each.asked) or reading
    hear_until = now if case.review.decisions else now + limits.hear_first
    panel = replace(
        panel,
        items=tuple(each.seq for each in reading),
        care=_method_only(reading),
        round=1,
        began_at=now,
        until=until,
        hear_until=hear_until,
        heard=bool(case.review.decisions),
        seats=_leased(panel, now=now, limits=limits),
    )
    return case.with_panel(panel, "ballot1"), (Ballots(panel.instance, 1, until),)


def again(case: Case, *, now: int, limits: Limits) -> Moved:
    """The talk is over: the second ballot, or where the case's time is over too, what the first one came to."""
    panel = case.review.panel
    assert panel is not None
    if not panel.untimed and now >= case.opened_at + limits.first_instance:
        return finish(case, panel.ballots(1), now=now, limits=limits)
    until = _until(case, panel, limits.ballot_away, now=now, limits=limits)
    panel = replace(panel, began_at=now, until=until, seats=_leased(panel, now=now, limits=limits))
    return case.with_panel(panel, "ballot2"), (Ballots(panel.instance, 2, until),)


def finish(case: Case, ballots: Iterable[Ballot], *, now: int, limits: Limits, short: bool = False) -> Moved:
    """Decided if enough ballots are in, a missing one being 0; else the same case. ``short`` as in `decide`."""
    panel = case.review.panel
    assert panel is not None
    given = tuple(ballots)
    if len(given) < more_than_half(panel.size):
        return case, ()
    return deciding.decide(case, given, now=now, limits=limits, short=short)


def finish_held(case: Case, *, now: int, limits: Limits) -> Moved:
    """The time of the panel's own hold is over: what it has said by now decides, and what it decides ends by itself.

    Which ballots these are, and of how many, depends on the stage alone, never on who has voted: otherwise a ballot that
    is missing could lead to more than a mild one."""
    panel = case.review.panel
    assert panel is not None
    return finish(case, panel.ballots(2 if case.review.stage == "ballot2" else 1), now=now, limits=limits, short=True)


def _tallied(case: Case, panel: Panel, *, now: int, limits: Limits) -> Moved:
    ballots = tuple(each for each in panel.ballots(panel.round) if each.final)
    held = _hold_wanted(case, panel, ballots, now=now, limits=limits)
    if held is not None:
        return held, ()
    if panel.widening or _waits(panel):
        return case, ()
    full = len(ballots) == panel.size
    if full and _asks_more(case, panel, ballots, now=now, limits=limits):
        return case.with_panel(replace(panel, widening=2)), ()
    if now < panel.hear_until and any(each.person >= 3 for each in ballots):
        return case, ()
    if full and panel.round == 1 and _split(case, panel, ballots, now=now, limits=limits):
        until = _until(case, panel, limits.talk_live if panel.live else limits.talk_away, now=now, limits=limits)
        seats = tuple(replace(seat, ready=False) for seat in panel.seats)
        return case.with_panel(replace(panel, round=2, began_at=now, until=until, seats=seats), "talk"), (Talk(until),)
    return finish(case, ballots, now=now, limits=limits)


def _waits(panel: Panel) -> bool:
    """Whether a ballot may still come before this round's time is over."""
    if any(seat.state in ("asked", "yes") for seat in panel.seats):
        return True
    given = ((panel.ballot(seat), seat) for seat in panel.seated)
    return any(not seat.overdue if ballot is None else not ballot.final for ballot, seat in given)


def _asks_more(case: Case, panel: Panel, ballots: tuple[Ballot, ...], *, now: int, limits: Limits) -> bool:
    """Enough ask for more than so many people may decide, and with two more they might."""
    if case.review.decisions or panel.no_wider or panel.fallback or panel.size > 5 or panel.size == 2:
        return False
    given = deciding.read(case, panel, ballots, now=now, limits=limits)
    own, more = competence(panel.size), possible(panel.e)
    enough = more_than_half(panel.size)
    by_message = (
        sum(content_mark(each, message.seq) > own.content for each in given.ballots)
        for message in deciding.items(case, panel)
    )
    if more.content > own.content and not panel.care and any(count >= enough for count in by_message):
        return True
    return more.person > own.person and not panel.care and sum(mark > own.person for mark in given.people) >= enough


def _split(case: Case, panel: Panel, ballots: tuple[Ballot, ...], *, now: int, limits: Limits) -> bool:
    """Not of one mind. Of a held message the marks are not talked about: others wait for what becomes of it."""
    given = deciding.read(case, panel, ballots, now=now, limits=limits)
    people = (0,) if panel.care else given.people
    if max(people) - min(people) > 1:
        return True
    talked_about = (each for each in deciding.items(case, panel) if each.hold is None)
    return any(len({content_mark(each, message.seq) for each in ballots}) > 1 for message in talked_about)


def _hold_wanted(case: Case, panel: Panel, ballots: tuple[Ballot, ...], *, now: int, limits: Limits) -> Case | None:
    """Held messages that enough jurors want held on; and for what only five may decide, two more at once."""
    found = None
    for message in deciding.items(case, panel):
        asking = [each for each in ballots if wants_hold(each, message.seq)]
        again_ = any(each.kind == "panel" for each in message.holds)
        if message.hold is None or again_ or case.review.decisions or len(asking) < more_than_half(panel.size):
            continue
        category = asking[0].code or "illegal"
        found = with_message(found or case, holds.panel_hold(message, category, now=now, limits=limits))
    if found is None:
        return None
    wider = possible(panel.e).content > competence(panel.size).content and not (panel.no_wider or panel.fallback)
    return found.with_panel(replace(panel, widening=2)) if wider and not panel.widening and not panel.care else found


def _method_only(messages: Iterable[Message]) -> bool:
    """Whether whoever asks for a look asks because of method detail alone."""
    messages = tuple(messages)
    flags = [flag for each in messages for flag in each.asking or each.standing_flags]
    return bool(flags) and all(flag.category == "safety" for flag in flags) and not any(m.holds for m in messages)


def _to_read(case: Case, message: Message) -> bool:
    waiting = deciding.appeal(case.review)
    if waiting is None:
        return message.live and bool(message.standing_flags or message.holds)
    ruled = message.ruling
    if ruled is None or message.view in ENDED:
        return False
    return ruled.level > 0 if waiting.side == "author" else ruled.level == 0


def _until(case: Case, panel: Panel, wait: int, *, now: int, limits: Limits) -> int:
    """The end of a round or a talk; the first instance as a whole has an end too."""
    if panel.untimed:
        return now + wait
    return min(now + wait, case.opened_at + limits.first_instance)


def _leased(panel: Panel, *, now: int, limits: Limits) -> tuple[Seat, ...]:
    until = now + (limits.ballot_live if panel.live else limits.ballot_away)
    return tuple(
        replace(seat, until=until, overdue=False, state="left" if seat.juror is None else seat.state)
        if seat.state == "seated"
        else seat
        for seat in panel.seats
    )
