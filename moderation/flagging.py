"""What flags, and what becomes of the words themselves, do to a case; and how people are forgotten in it. Pure."""

from dataclasses import replace

from moderation import appeal, deciding, sanctions
from moderation.flagged import ENDED, Ending, Flag, Held, Message
from moderation.fold import Origin, Standing
from moderation.follows import Effect
from moderation.panel import Panel, Seat
from moderation.pool import Moved
from moderation.state import Case, Closing
from moderation.steps import close, with_message
from rooms.work import Refusal


def takes(case: Case, seq: int, *, now: int, span: int, most: int) -> bool:
    """Whether a flag on this message belongs to this case; a message that was settled in it belongs to a new one."""
    if case.closed is not None or not case.undecided:
        return False
    reading = case.review.panel is not None and case.review.panel.round > 0
    message = case.message(seq)
    if message is not None:
        return message.live and (reading or now < case.lapses_at or message.hold is not None)
    return not reading and now < min(case.opened_at + span, case.lapses_at) and len(case.messages) < most


def decided(case: Case, seq: int) -> bool:
    """Whether a panel has ruled on these words: a flag on them hides them for its flagger, and nothing more."""
    message = case.message(seq)
    return message is not None and message.ruling is not None and message.view not in ENDED


def flag(case: Case, seq: int, given: Flag) -> Moved:
    """A flag on a message of the case. The same person's second one changes nothing.

    Raises ``flag.own_words``, and ``flag.seated`` to whoever sat on a panel here."""
    message = case.message(seq)
    if given.by is not None and given.by == case.author:
        raise Refusal("flag.own_words")
    if given.by is not None and given.by in case.sat():
        raise Refusal("flag.seated")
    if message is None or any(each.by == given.by for each in message.flags):
        return case, ()
    if decided(case, seq) and given.by is not None:
        after = replace(message, flags=(*message.flags, replace(given, standing=Standing.NONE, origin=Origin())))
        review = replace(case.review, late=tuple(sorted({*case.review.late, (seq, given.by)})))
        return with_message(replace(case, review=review), after), ()
    if not message.live or case.closed is not None:
        return case, ()
    return with_message(case, replace(message, flags=(*message.flags, given))), ()


def withdraw(case: Case, seq: int, by: str) -> Moved:
    """One flagger takes their flag back. Before a decision the case ends once none is left and nothing is held."""
    message = case.message(seq)
    if message is None or not any(each.by == by and not each.withdrawn for each in message.flags):
        return case, ()
    flags = tuple(replace(each, withdrawn=True) if each.by == by else each for each in message.flags)
    case = with_message(case, replace(message, flags=flags))
    wanted = any(each.live and (each.standing_flags or each.hold) for each in case.messages)
    return (case, ()) if wanted else _over(case, "withdrawn")


def end(case: Case, seq: int, how: Ending) -> Moved:
    """The words are gone: said differently, taken back, or faded. Before a decision nothing of it is held against
    anybody; after one, saying it differently or taking it back ends pauses in the circle."""
    message = case.message(seq)
    if message is None or not _may_end(message, how):
        return case, ()
    case = with_message(case, replace(message, view=how, holds=_ended(message)))
    if case.decision is not None:
        mended = how != "faded" and not (message.ruling and message.ruling.level == 2)
        if mended:
            pauses = sanctions.ended(case.review.sanctions, sanctions.ENDED_BY_REPAIR)
            case = replace(case, review=replace(case.review, sanctions=pauses))
        return (case, ()) if case.closed is not None else appeal.moot(case)
    wanted = any(each.live and (each.standing_flags or each.holds) for each in case.messages)
    panel = case.review.panel
    nothing_read = panel is not None and panel.round > 0 and not deciding.items(case, panel)
    if wanted and not nothing_read:
        return case, ()
    return _over(case, "faded" if how == "faded" else "repaired")


def forget(case: Case, by: str) -> Moved:
    """Somebody is erased. What their flags and holds did stays, so that leaving tells nobody whose they were; so does a
    ballot that is cast. A seat without one is given to the next."""

    def other(name: str | None) -> str | None:
        return None if name == by else name

    def held(each: Held) -> Held:
        return replace(each, by=other(each.by), cosigner=other(each.cosigner))

    messages = tuple(
        replace(
            each,
            flags=tuple(replace(given, by=other(given.by)) for given in each.flags),
            holds=tuple(held(given) for given in each.holds),
        )
        for each in case.messages
    )
    review = case.review
    review = replace(
        review,
        panel=None if review.panel is None else _without(review.panel, by),
        past=tuple(_without(panel, by) for panel in review.past),
        declined=tuple(name for name in review.declined if name != by),
        appeals=tuple(replace(each, by=other(each.by)) for each in review.appeals),
        late=tuple(each for each in review.late if each[1] != by),
        accused=tuple(other(name) for name in review.accused),
        faith=tuple(replace(each, juror=other(each.juror)) for each in review.faith),
    )
    return replace(case, messages=messages, review=review), ()


def author_forgotten(case: Case) -> Moved:
    """The author is erased with all their words: nothing is left to decide about anybody."""
    messages = tuple(
        replace(each, view="taken_back", holds=_ended(each)) if _may_end(each, "taken_back") else each
        for each in case.messages
    )
    how: Closing = "repaired" if case.decision is None else "final"
    review = replace(
        case.review,
        sanctions=sanctions.ended(case.review.sanctions),
        appeals=tuple(replace(each, open=False) for each in case.review.appeals),
    )
    if case.closed is not None:
        return replace(case, messages=messages), ()
    return close(replace(case, messages=messages, review=review, author=None), how)


def _may_end(message: Message, how: Ending) -> bool:
    if how == "faded":
        return message.view != "faded"
    if how == "taken_back":
        return message.view not in ("rephrased", "taken_back", "faded")
    return message.view not in ENDED and not (message.ruling and message.ruling.level == 2)


def _over(case: Case, how: Closing) -> Moved:
    """Nobody asks any more, or nothing is there; only before a decision."""
    effects: tuple[Effect, ...] = ()
    return close(case, how) if case.closed is None and case.undecided else (case, effects)


def _ended(message: Message) -> tuple[Held, ...]:
    return tuple(replace(each, over=True) for each in message.holds)


def _without(panel: Panel, by: str) -> Panel:
    def seat(each: Seat) -> Seat:
        if each.juror != by:
            return each
        if each.state == "seated" and panel.ballot(each) is None:
            return replace(each, juror=None, state="left")
        return replace(each, juror=None, state="no" if each.state in ("asked", "yes", "spare") else each.state)

    return replace(
        panel,
        order=tuple(replace(each, person=None) if each.person == by else each for each in panel.order),
        seats=tuple(seat(each) for each in panel.seats),
    )
