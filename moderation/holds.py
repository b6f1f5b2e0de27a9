"""Covering a message at once, for a short time, while others look: by one person, two, whose data it is, the operator.

Pure. The time of a hold ends by `case.tick`; what stands under it then is what flags or a panel made of the message.
"""

from collections.abc import Sequence
from dataclasses import replace

from moderation.flagged import ENDED, HARD, Held, Message
from moderation.fold import Origin, Standing, counted
from moderation.pool import Moved
from moderation.state import Case
from moderation.steps import with_message
from moderation.wire import Category
from rooms.limits import Limits
from rooms.work import Refusal

LEGAL: tuple[Category, ...] = ("illegal", "privacy")
POOL_FOR_PANEL = 3
"""With fewer whom lots could fall on, a hold for one's own data may outlast its usual time."""


def may_hold(held_at: Sequence[int], rests_until: int = 0, *, now: int, limits: Limits) -> None:
    """Whether somebody may hold another message. ``held_at``: when they held others; raises ``hold.budget``."""
    recent = sorted(at for at in held_at if at > now - limits.day)
    waits = [rests_until - now] if now < rests_until else []
    if len(recent) >= limits.holds_a_day:
        waits.append(recent[len(recent) - limits.holds_a_day] + limits.day - now)
    if waits:
        raise Refusal("hold.budget", retry_after=max(waits))


def may_hold_own(open_now: int, *, limits: Limits) -> None:
    """Whether somebody with ``open_now`` holds on messages that show their own data may make another one."""
    if open_now >= limits.subject_holds_open:
        raise Refusal("hold.budget")


def hold(
    case: Case, seq: int, by: str, category: Category, *, standing: Standing, origin: Origin, now: int, limits: Limits
) -> Moved:
    """One witness covers a message, once in its life, for some minutes."""
    message = _open(case, seq, by)
    if category not in HARD:
        raise Refusal("hold.category")
    if standing is Standing.NONE:
        raise Refusal("hold.not_witness")
    alone = next((each for each in message.holds if each.kind == "alone"), None)
    if alone is not None:
        if alone.by == by and not alone.over:
            return case, ()
        raise Refusal("hold.already")
    if message.hold is not None:
        raise Refusal("hold.already")
    made = Held("alone", by, category, now, now + limits.hold_alone, standing=standing, origin=origin)
    return _put(case, message, (*message.holds, made))


def cosign(
    case: Case, seq: int, by: str, *, standing: Standing, origin: Origin, moderator: bool, now: int, limits: Limits
) -> Moved:
    """A second witness, or any moderator, lets it be covered for longer; two young identities that came in one way are
    one witness here as in a fold."""
    message = _open(case, seq, by)
    held = next((each for each in message.holds if each.kind == "alone" and not each.over), None)
    if held is None:
        raise Refusal("hold.none")
    if held.cosigned:
        if held.cosigner == by:
            return case, ()
        raise Refusal("hold.already")
    if held.by == by:
        raise Refusal("hold.already")
    both = ((_weight(held.standing), held.origin), (_weight(standing), origin))
    if not moderator and counted(both, 2) < 2:
        raise Refusal("hold.not_witness")
    until = now + limits.hold_cosigned
    return _put(case, message, _swapped(message, held, replace(held, cosigned=True, cosigner=by, until=until)))


def subject_hold(case: Case, seq: int, by: str, *, now: int, limits: Limits) -> Moved:
    """Somebody whose own private data a message shows covers it; once in the message's life."""
    message = _open(case, seq, by)
    earlier = next((each for each in message.holds if each.kind == "subject"), None)
    if earlier is not None:
        if earlier.by == by and not earlier.over:
            return case, ()
        raise Refusal("hold.already")
    return _put(case, message, (*message.holds, Held("subject", by, "privacy", now, now + limits.subject_hold)))


def legal_hold(case: Case, seq: int, category: Category, *, ordered: bool, now: int, limits: Limits) -> Moved:
    """The operator covers a message until a panel has decided, or renews that. After a panel only by a legal order."""
    message = case.message(seq)
    if category not in LEGAL:
        raise Refusal("hold.category")
    if message is None or case.closed is not None or message.view in ENDED:
        raise Refusal("message.not_found")
    if not message.live and not ordered:
        raise Refusal("hold.cleared")
    held = _legal(message)
    until = now + limits.legal_hold
    if held is None:
        made = Held("legal", None, category, now, until, ordered=ordered)
        return _put(case, message, (*message.holds, made))
    renewed = replace(held, category=category, until=until, ordered=held.ordered or ordered, overdue=False)
    return _put(case, message, _swapped(message, held, renewed))


def release_legal(case: Case, seq: int) -> Moved:
    message = case.message(seq)
    held = None if message is None else _legal(message)
    if message is None or held is None:
        return case, ()
    return _put(case, message, _swapped(message, held, replace(held, over=True)))


def panel_hold(message: Message, category: Category, *, now: int, limits: Limits) -> Message:
    """Enough jurors want it covered while they go on: once, in place of what covers it."""
    ended = tuple(each if each.kind == "legal" else replace(each, over=True) for each in message.holds)
    made = Held("panel", None, category, now, now + limits.hold_panel)
    return replace(message, holds=(*ended, made))


def decided(message: Message) -> Message:
    """A panel has decided: no hold stands but one by a legal order."""
    return replace(message, holds=tuple(each if each.ordered else replace(each, over=True) for each in message.holds))


def time_over(case: Case, message: Message, held: Held, *, now: int, limits: Limits) -> Message:
    """What becomes of a hold at its `until`: it ends, waits on for a panel, or is seen not to have been renewed."""
    if held.kind == "legal":
        return replace(message, holds=_swapped(message, held, replace(held, overdue=True)))
    longest = held.at + limits.subject_hold_unseated
    if held.kind == "subject" and now < longest and _too_few(case) and held.until < longest:
        return replace(message, holds=_swapped(message, held, replace(held, until=longest)))
    return replace(message, holds=_swapped(message, held, replace(held, over=True)))


def keeps_open(case: Case) -> bool:
    """Whether a hold keeps the case from ending by time: the operator's, or one that waits for enough people."""
    held = (each for message in case.messages if message.live for each in message.holds if not each.over)
    return any(each.kind == "legal" or (each.kind == "subject" and _too_few(case)) for each in held)


def pool_known(case: Case, *, now: int, limits: Limits) -> Case:
    """After E was counted: holds that outlasted their time for want of people end where there are enough."""
    if _too_few(case):
        return case
    for message in case.messages:
        case = with_message(case, replace(message, holds=tuple(_as_usual(each, now, limits) for each in message.holds)))
    return case


def _as_usual(held: Held, now: int, limits: Limits) -> Held:
    usual = held.at + limits.subject_hold
    if held.kind != "subject" or held.over or held.until <= usual:
        return held
    return replace(held, until=usual, over=now >= usual)


def _open(case: Case, seq: int, by: str) -> Message:
    message = case.message(seq)
    if message is None or case.closed is not None:
        raise Refusal("message.not_found")
    if by == case.author:
        raise Refusal("hold.own_words")
    if by in case.sat():
        raise Refusal("flag.seated")
    if not message.live:
        raise Refusal("hold.cleared")
    return message


def _too_few(case: Case) -> bool:
    return case.review.pool is not None and case.review.pool < POOL_FOR_PANEL


def _weight(standing: Standing) -> Standing:
    """Quiet flags do not weaken holds: such a witness is one like any other, though how they came in is unknown."""
    return Standing.PRESENT if standing is Standing.ASKS else standing


def _legal(message: Message) -> Held | None:
    return next((each for each in message.holds if each.kind == "legal" and not each.over), None)


def _swapped(message: Message, old: Held, new: Held) -> tuple[Held, ...]:
    return tuple(new if each is old else each for each in message.holds)


def _put(case: Case, message: Message, holds: tuple[Held, ...]) -> Moved:
    return with_message(case, replace(message, holds=holds)), ()
