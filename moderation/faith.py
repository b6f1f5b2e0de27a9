"""After leaving everything as it is, a panel may say of flags that they were an attack; it takes all of them. Pure.

That flags were not upheld is never an attack by itself.
"""

from collections.abc import Iterator
from dataclasses import replace

from moderation.follows import BadFaith
from moderation.panel import Panel
from moderation.pool import Moved
from moderation.state import Case, FaithMark
from rooms.limits import Limits
from rooms.work import Refusal


def mark(case: Case, juror: str, places: tuple[int, ...], *, now: int, limits: Limits) -> Moved:
    """``places`` count in `Review.accused`. Raises ``seat.none``, ``faith.closed`` or ``faith.bad``; once a juror."""
    review = case.review
    panel = review.past[-1] if review.past else None
    if panel is None or not any(name == juror for name in _voted(panel)):
        raise Refusal("seat.none")
    decision = case.decision
    open_ = review.stage == "decided" and review.accused and decision is not None
    if not open_ or decision is None or now >= decision.at + limits.ballot_away or decision.instance != panel.instance:
        raise Refusal("faith.closed")
    if not set(places) <= set(range(len(review.accused))):
        raise Refusal("faith.bad")
    places = tuple(sorted(set(places)))
    earlier = next((each for each in review.faith if each.juror == juror), None)
    if earlier is not None:
        if earlier.flags == places:
            return case, ()
        raise Refusal("faith.closed")
    review = replace(review, faith=(*review.faith, FaithMark(juror, places)))
    if len(review.faith) < panel.size:
        return replace(case, review=review), ()
    all_say = set.intersection(*(set(each.flags) for each in review.faith))
    found = tuple(sorted(place for place in all_say if review.accused[place] is not None))
    held = {hold.by for message in case.messages for hold in message.holds if hold.kind == "alone"}
    named = [name for place in found if (name := review.accused[place]) is not None]
    return replace(case, review=replace(review, marked=found)), tuple(BadFaith(name, name in held) for name in named)


def _voted(panel: Panel) -> Iterator[str]:
    """Jurors whose ballot counted in the decision."""
    for seat in panel.seats:
        if seat.juror is not None and seat.state == "seated" and panel.ballot(seat) is not None:
            yield seat.juror
