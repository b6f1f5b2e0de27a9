"""A case: what flags, time and the author do to the messages of one author in one circle. Pure.

Each step takes a case and gives the case that follows, with what has to be done about it. A step that changes nothing
gives the same case back and nothing to do, so doing it again is harmless.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from moderation.fold import Origin, Standing, counted, threshold
from moderation.wire import Category, FlagStatus

View = Literal["visible", "folded", "lapsed", "withdrawn", "rephrased", "taken_back", "faded"]
"""Where a message of a case stands. The first two are live; from the others nothing leads back."""
Ending = Literal["rephrased", "taken_back", "faded"]
Closing = Literal["lapsed", "withdrawn", "repaired", "faded"]
LIVE: tuple[View, ...] = ("visible", "folded")
GONE: tuple[View, ...] = ("taken_back", "faded")
"""Views of messages of which nothing is left to hide from anybody."""
ENDS_FROM: Mapping[Ending, tuple[View, ...]] = {
    "rephrased": LIVE,
    "taken_back": (*LIVE, "lapsed", "withdrawn"),
    "faded": (*LIVE, "lapsed", "withdrawn", "rephrased", "taken_back"),
}


@dataclass(frozen=True, slots=True)
class Flag:
    by: str | None
    """The person; None once they are forgotten. Their flag then goes on counting, so that nobody sees it was theirs."""
    category: Category
    standing: Standing
    origin: Origin = Origin()  # noqa: RUF009 - an empty one is a value
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    seq: int
    witnesses: int
    """A: how many could have flagged it, taken when the first flag came and never again."""
    view: View = "visible"
    flags: tuple[Flag, ...] = ()

    @property
    def live(self) -> bool:
        return self.view in LIVE

    @property
    def standing_flags(self) -> tuple[Flag, ...]:
        return tuple(flag for flag in self.flags if not flag.withdrawn)

    @property
    def enough(self) -> bool:
        """Whether the flags that count reach the threshold."""
        needed = threshold(self.witnesses)
        return counted(((flag.standing, flag.origin) for flag in self.standing_flags), needed) >= needed

    @property
    def status(self) -> FlagStatus | None:
        """What its flaggers are told; None once there is nothing left to tell about."""
        if self.view == "faded":
            return None
        return "received" if self.view == "visible" else self.view


@dataclass(frozen=True, slots=True)
class Case:
    opened_at: int
    lapses_at: int
    """When all its folds end, unless somebody decides before; at most 72 h after the opening."""
    messages: tuple[Message, ...] = ()
    closed: Closing | None = None

    def message(self, seq: int) -> Message | None:
        return next((each for each in self.messages if each.seq == seq), None)


@dataclass(frozen=True, slots=True)
class Fold:
    seq: int
    until: int


@dataclass(frozen=True, slots=True)
class Unfold:
    seq: int


@dataclass(frozen=True, slots=True)
class Hush:
    """The author is told nothing more about this message."""

    seq: int


@dataclass(frozen=True, slots=True)
class Tell:
    """To one flagger, where their own flag stands now."""

    seq: int
    by: str
    status: FlagStatus


@dataclass(frozen=True, slots=True)
class Close:
    how: Closing


Effect = Fold | Unfold | Hush | Tell | Close
Step = tuple[Case, tuple[Effect, ...]]


def takes(case: Case, seq: int, *, now: int, span: int, most: int) -> bool:
    """Whether a flag on this message belongs to this case; a message that was settled in it belongs to a new one."""
    if case.closed is not None or now >= case.lapses_at:
        return False
    message = case.message(seq)
    if message is not None:
        return message.live
    return now < case.opened_at + span and len(case.messages) < most


def add(case: Case, seq: int, witnesses: int) -> Case:
    """Take a message into a case that `takes` it."""
    return replace(case, messages=(*case.messages, Message(seq, witnesses)))


def flag(case: Case, seq: int, given: Flag) -> Step:
    """A flag on a live message of the case. The same person's second one changes nothing."""
    message = case.message(seq)
    if message is None or not message.live or any(each.by == given.by for each in message.flags):
        return case, ()
    message = replace(message, flags=(*message.flags, given))
    if message.view == "visible" and message.enough:
        message = replace(message, view="folded")
        return _with(case, message), (Fold(seq, case.lapses_at), *_tell_all(message))
    return _with(case, message), _tell_all(message, lambda each: each is given)


def withdraw(case: Case, seq: int, by: str) -> Step:
    """One flagger takes their flag back. Where too few are left, the fold ends; where none is, so does the case."""
    message = case.message(seq)
    if message is None or not any(each.by == by and not each.withdrawn for each in message.flags):
        return case, ()
    flags = tuple(replace(each, withdrawn=True) if each.by == by else each for each in message.flags)
    message = replace(message, flags=flags)
    effects: tuple[Effect, ...] = (Tell(seq, by, "withdrawn"),)
    if message.view == "folded" and not message.enough:
        message = replace(message, view="visible")
        effects += (Unfold(seq), *_tell_all(message))
    return _settle(_with(case, message), effects, "withdrawn")


def end(case: Case, seq: int, how: Ending) -> Step:
    """The words are gone: said differently, taken back, or faded. Nothing of it is held against anybody."""
    message = case.message(seq)
    if message is None or message.view not in ENDS_FROM[how]:
        return case, ()
    message = replace(message, view=how)
    return _settle(_with(case, message), (Hush(seq), *_tell_all(message)), "faded" if how == "faded" else "repaired")


def lapse(case: Case, now: int) -> Step:
    """Nobody decided in time: everything is visible again, and these flags never fold these words anew."""
    if case.closed is not None or now < case.lapses_at:
        return case, ()
    effects: tuple[Effect, ...] = ()
    for message in case.messages:
        if not message.live:
            continue
        lapsed = replace(message, view="lapsed")
        case = _with(case, lapsed)
        if message.view == "folded":
            effects += (Unfold(message.seq),)
        effects += _tell_all(lapsed)
    return _settle(case, effects, "lapsed")


def forget(case: Case, by: str) -> Case:
    """A flagger is erased. What their flags did stays, so that leaving tells nobody who flagged."""
    for message in case.messages:
        flags = tuple(replace(each, by=None) if each.by == by else each for each in message.flags)
        case = _with(case, replace(message, flags=flags))
    return case


def _with(case: Case, message: Message) -> Case:
    return replace(case, messages=tuple(message if each.seq == message.seq else each for each in case.messages))


def _tell_all(message: Message, whom: Callable[[Flag], bool] = lambda _: True) -> tuple[Tell, ...]:
    status = message.status
    if status is None:
        return ()
    told = (each for each in message.standing_flags if whom(each))
    return tuple(Tell(message.seq, each.by, status) for each in told if each.by is not None)


def _settle(case: Case, effects: tuple[Effect, ...], how: Closing) -> Step:
    """Close the case once no live message has a flag left, and forget then how anybody had come in."""
    if case.closed is not None or any(each.live and each.standing_flags for each in case.messages):
        return case, effects
    messages = tuple(
        replace(
            each,
            view="withdrawn" if each.live else each.view,
            flags=tuple(replace(given, origin=Origin()) for given in each.flags),
        )
        for each in case.messages
    )
    return replace(case, messages=messages, closed=how), (*effects, Close(how))
