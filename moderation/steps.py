"""What follows from a case having changed: covers, word to flaggers, pauses, the record. Found by comparing. Pure.

Because it is found by comparing, each change is told and recorded exactly once, whatever caused it.
"""

from dataclasses import replace

from moderation.draw import band
from moderation.flagged import ENDED, Flag, Message, View
from moderation.fold import Origin
from moderation.follows import (
    Close,
    Effect,
    EndPause,
    Fold,
    Hold,
    Hush,
    Journal,
    Pause,
    Release,
    Step,
    Tell,
    Unfold,
    Withhold,
)
from moderation.panel import Panel
from moderation.state import READING, Case, Closing, Sanction
from moderation.wire import FlagStatus

Cover = Fold | Hold | Withhold
SAID_ANEW_OR_GONE: tuple[View, ...] = ("rephrased", "taken_back", "faded")
DECIDED: dict[int, View] = {0: "kept", 1: "confirmed", 2: "withheld"}


def step(before: Case, after: Case, *effects: Effect) -> Step:
    """The case with its views as they are now, and all that follows from the difference beside ``effects``."""
    after = replace(after, messages=tuple(replace(each, view=view(after, each)) for each in after.messages))
    if after == before:
        return before, effects
    covers = tuple(each for message in after.messages for each in _cover_moved(before, after, message))
    tells = tuple(each for message in after.messages for each in _told(before, after, message))
    ending = (Close(after.closed),) if before.closed is None and after.closed is not None else ()
    return after, (*covers, *tells, *effects, *_pauses(before, after), *ending, *_journal(before, after))


def then(done: Step, following: Step) -> Step:
    """Two steps as one; the second was taken from where the first led."""
    return following[0], (*done[1], *following[1])


def view(case: Case, message: Message) -> View:
    if message.view in ENDED:
        return message.view
    if message.hold is not None:
        return "held"
    if message.ruling is not None:
        return DECIDED[message.ruling.level]
    return "folded" if not case.review.folds_over and message.enough else "visible"


def status_of(case: Case, message: Message) -> FlagStatus | None:
    """What its flaggers are told; None once there is nothing left to tell about."""
    if message.view == "faded":
        return None
    panel = case.review.panel
    reads = panel is not None and message.seq in panel.items and case.review.stage in READING
    if reads and message.ruling is None and message.view not in ENDED:
        return "reading"
    return "received" if message.view == "visible" else message.view


def with_message(case: Case, message: Message) -> Case:
    return replace(case, messages=tuple(message if each.seq == message.seq else each for each in case.messages))


def close(case: Case, how: Closing) -> tuple[Case, tuple[Effect, ...]]:
    """End a case: what is still live in it is over, whoever was asked is let go, and how flaggers came in is forgotten.

    Give the result to `step`."""
    ended: View = "withdrawn" if how in ("withdrawn", "repaired") else "lapsed"
    messages = tuple(
        replace(
            each,
            view=ended if each.live else each.view,
            flags=tuple(replace(given, origin=Origin()) for given in each.flags),
            holds=tuple(replace(held, origin=Origin(), over=True) for held in each.holds),
        )
        for each in case.messages
    )
    released = release(case.review.panel, "over")
    review = replace(case.review, stage="closed", panel=None, draw_after=0)
    return replace(case, messages=messages, closed=how, review=review), released


def release(
    panel: Panel | None, why: str, *, among: tuple[str, ...] = ("asked", "yes", "seated")
) -> tuple[Effect, ...]:
    """Word to everybody of a panel who waits or sits."""
    if panel is None:
        return ()
    gone = (seat.juror for seat in panel.seats if seat.state in among)
    return tuple(Release(juror, why) for juror in gone if juror is not None)  # type: ignore[arg-type]


def _cover(case: Case, message: Message) -> Cover | None:
    hold, ruling = message.hold, message.ruling
    match message.view:
        case "held" if hold is not None:
            return Hold(message.seq, hold.until, hold.category, hold.kind)
        case "confirmed" if ruling is not None:
            return Fold(message.seq, ruling.until, ruling.code, confirmed=True)
        case "withheld" if ruling is not None:
            return Withhold(message.seq, ruling.code, ruling.until)
        case "folded":
            return Fold(message.seq, case.lapses_at)
    return None


def _cover_moved(before: Case, after: Case, message: Message) -> tuple[Effect, ...]:
    was = before.message(message.seq)
    old = None if was is None else _cover(before, was)
    new = _cover(after, message)
    if message.view in SAID_ANEW_OR_GONE:
        return (Hush(message.seq),) if was is not None and was.view != message.view else ()
    if old == new:
        return ()
    return (Unfold(message.seq) if new is None else new,)


def _told(before: Case, after: Case, message: Message) -> tuple[Tell, ...]:
    def status(case: Case, message: Message | None, flag: Flag | None) -> FlagStatus | None:
        if message is None or flag is None:
            return None
        return "withdrawn" if flag.withdrawn else status_of(case, message)

    was = before.message(message.seq)
    old = {} if was is None else {each.by: each for each in was.flags}
    told = []
    for flag in message.flags:
        now = status(after, message, flag)
        if flag.by is not None and now is not None and now != status(before, was, old.get(flag.by)):
            told.append(Tell(message.seq, flag.by, now))
    return tuple(told)


def _pauses(before: Case, after: Case) -> tuple[Effect, ...]:
    old, new = _by_start(before), _by_start(after)
    moved = tuple(
        Pause(each.level, each.until, each.level == 5)
        for key, each in new.items()
        if key not in old or old[key].until != each.until
    )
    return (*moved, *(EndPause(each.level, each.level == 5) for key, each in old.items() if key not in new))


def _by_start(case: Case) -> dict[tuple[int, int], Sanction]:
    return {(each.start, each.level): each for each in case.paused}


def _journal(before: Case, after: Case) -> tuple[Journal, ...]:
    entries = []
    for item, message in enumerate(after.messages):
        was = before.message(message.seq)
        old = ("visible", None) if was is None else (was.view, _until(before, was))
        new = (message.view, _until(after, message))
        if old != new:
            code = getattr(_cover(after, message), "category", None) or getattr(_cover(after, message), "code", None)
            facts = {"item": item, "from": old[0], "to": new[0], "until": new[1], "code": code}
            entries.append(Journal("view", facts))
    if before.review.stage != after.review.stage:
        panel = after.review.panel or before.review.panel
        entries.append(
            Journal(
                "stage",
                {
                    "from": before.review.stage,
                    "to": after.review.stage,
                    "instance": panel.instance if panel else None,
                    "n": panel.size if panel else None,
                    "band": band(panel.e) if panel else None,
                    "how": after.closed,
                },
            )
        )
    old_pauses, new_pauses = _by_start(before), _by_start(after)
    for key in sorted({*old_pauses, *new_pauses}):
        gone = key not in new_pauses
        if gone or key not in old_pauses or old_pauses[key].until != new_pauses[key].until:
            until = 0 if gone else new_pauses[key].until
            entries.append(Journal("pause", {"level": key[1], "until": until}))
    return tuple(entries)


def _until(case: Case, message: Message) -> int | None:
    return getattr(_cover(case, message), "until", None)
