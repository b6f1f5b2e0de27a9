"""Asking for words that were said, and what is found: by whom, where, and the lines around them."""

from typing import Annotated

from msgspec import Meta

from rooms.wire import Discreet, Moment, OpaqueId, Seq, Text


class Before(Discreet, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far a circle has been looked through: only what was said before this seq is left."""

    circle: OpaqueId
    before: Seq


class Search(Discreet, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Look for messages that hold every one of these words, or parts of words, in circles one is in."""

    words: Text
    circle: OpaqueId | None = None
    """Absent: all of them."""
    further: Annotated[tuple[Before, ...], Meta(max_length=200)] = ()
    """What the last answer said is left; what was asked then stays the same."""


class Mark(Discreet, frozen=True, kw_only=True):
    """A part of some words: from ``start`` up to, not including, ``end``, in UTF-16 units."""

    start: int
    end: int


class FoundMessage(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """A message as it is now, and of its words those around what was looked for."""

    circle: OpaqueId
    seq: Seq
    by: OpaqueId
    name: str
    at: Moment
    words: str
    marks: tuple[Mark, ...]
    """Where in ``words`` what was looked for stands, in order and apart."""
    carried: bool = False
    """Given at a closing, without a name: ``by`` is nobody and ``name`` empty."""
    more_before: bool = False
    more_after: bool = False
    """The message begins before these words, or goes on after them."""


class FoundMessages(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """The next of what is found, newest first. Without ``further`` it was the last."""

    found: tuple[FoundMessage, ...]
    further: tuple[Before, ...] = ()
    back_to: Moment | None = None
    """With ``further``: everything said since then has been looked at."""
