"""Noting what happens in the journal, from which the public record is made: no names, no words, no ids of anybody.

A note is written in the transaction in which the thing happens, so there is one for each thing that did happen and
none for what did not. Publishing is for `moderation.publishing`.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, get_args

from sqlalchemy import func, insert
from sqlmodel import col, select

from moderation.chain import canonical
from moderation.models_ledger import JournalRow
from moderation.wire import Category
from rooms.work import Work

Facts = Mapping[str, int | str | bool]

_HEX = re.compile(r"[0-9a-f]{12,64}")
_ID = re.compile(r"[A-Za-z0-9_-]{16}")


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53


def _yes_or_no(value: object) -> bool:
    return isinstance(value, bool)


def _commitment(value: object) -> bool:
    return isinstance(value, str) and _HEX.fullmatch(value) is not None


def _one_of(*words: str) -> Callable[[object], bool]:
    known = frozenset(words)
    return lambda value: isinstance(value, str) and value in known


FACTS: Final[Mapping[str, Callable[[object], bool]]] = {
    "item": _whole,
    "view": _one_of(
        *("visible", "folded", "held", "confirmed", "withheld", "kept", "lapsed", "withdrawn"),
        *("rephrased", "taken_back", "faded"),
    ),
    "stage": _one_of("triage", "seating", "ballot1", "talk", "ballot2", "decided", "appeal_wait", "appeal", "closed"),
    "how": _one_of(
        *(
            "lapsed",
            "withdrawn",
            "faded",
            "kept",
            "decided",
            "final",
            "ended",
            "time",
            "repair",
            "repaired",
            "appeal",
            "stayed",
            "rephrased",
        ),
        *("taken_back", "confirmed", "released", "unseated", "shortened"),
    ),
    "category": _one_of(*get_args(Category)),
    "code": _one_of(*get_args(Category), "none"),
    "holder": _one_of("one", "two", "panel", "subject", "operator"),
    "side": _one_of("author", "flagger"),
    "change": _one_of("came", "gave_up", "ended"),
    "band": _one_of("0-1", "2", "3-5", "6-9", "10-13", "14+"),
    "ground": _one_of("illegal", "privacy", "legal_order"),
    "result": _one_of("same", "lower", "higher", "kept"),
    "draw": lambda value: isinstance(value, str) and _ID.fullmatch(value) is not None,
    "value": _commitment,
    "confirmed": _yes_or_no,
    "live": _yes_or_no,
    "everywhere": _yes_or_no,
    "fallback": _yes_or_no,
    **dict.fromkeys(
        "content person n e k round instance minutes hours days today nonce usable_from count content_for "
        "person_for seats".split(),
        _whole,
    ),
}
"""What may be said of anything, and what it may be. Whoever adds a fact adds it here: no other reaches the record."""

KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "flag": ("category",),
    "withdraw": (),
    "seat": ("today",),
    "quiet": ("days",),
    "fold": ("item", "view"),
    "unfold": ("item", "view"),
    "hold": ("item", "view", "category", "holder", "minutes"),
    "cosign": ("item", "minutes"),
    "withhold": ("item", "view", "code"),
    "view": ("item", "view"),
    "draw": ("instance", "n", "band", "nonce", "draw"),
    "stage": ("stage",),
    "seating": ("stage", "instance"),
    "ballot": ("stage", "instance", "n"),
    "talk": ("stage", "instance"),
    "decided": ("stage", "instance", "n", "content", "person", "hours"),
    "appeal": ("stage", "side"),
    "lapse": ("stage",),
    "close": ("stage", "how"),
    "pause": ("person", "minutes"),
    "pause_end": ("person", "how"),
    "legal_hold": ("item", "view", "ground", "days"),
    "legal_end": ("item", "view", "how"),
    "moderator": ("change",),
    "nonce": ("nonce", "usable_from"),
    "reveal": ("nonce", "value"),
}
"""Kinds of entries, each with the facts that it never lacks; it may have others of `FACTS`."""

PRIVATE: Final = frozenset({"flag", "withdraw", "seat", "quiet"})
"""Kinds that are never published; they are only counted, for the report of a month. They keep no message either."""

OPENING: Final = frozenset({"fold", "hold", "legal_hold", "draw", "seating"})
"""Kinds with which the public record of a case begins. Until then nothing shows that anybody flagged anything: what is
noted before them is not published, nor is the end of a case that never came so far."""


class NotForTheRecord(Exception):
    """Something that is no number and no known word was about to be noted. A bug; nothing of it is in the text."""


def case_name(key: bytes) -> str:
    """The pseudonym of a case: 128 bits of HMAC-SHA-256 under its salt, as 32 hex digits."""
    return _named(key, b"case")[:32]


def item_name(key: bytes, item: int) -> str:
    """The pseudonym of a message of a case, which tells neither its place nor how many there are: 12 hex digits."""
    return _named(key, b"item %d" % item)[:12]


def person_name(key: bytes, person: str) -> str:
    """The pseudonym of somebody in the draws of one case: 64 hex digits, the same in no other case."""
    return _named(key, b"person " + person.encode())


def note(work: Work, case_key: bytes | None, kind: str, facts: Mapping[str, Any], *, public: bool = True) -> None:
    """Write one entry to the journal, in the transaction of ``work``.

    ``case_key`` is the case's salt (at least 16 bytes), None for what belongs to no case. ``facts`` go by `KINDS` and
    `FACTS`: ``item`` is a message's number in its case and is kept as a pseudonym; ``commitment``, 64 hex digits,
    stands beside them. ``public=False`` is for what must not be seen by itself; `PRIVATE` kinds are never published, nor
    is anything of a case before one of `OPENING`. Raises `NotForTheRecord`.
    """
    said = dict(facts)
    commitment = said.pop("commitment", None)
    _check(kind, said, commitment)
    name = None
    if kind in PRIVATE:
        said.pop("item", None)
    if case_key is not None:
        if len(case_key) < 16:
            raise NotForTheRecord(f"{kind}: the case's salt is too short")
        name = case_name(case_key)
        if "item" in said:
            said["item"] = item_name(case_key, said["item"])
    elif "item" in said:
        raise NotForTheRecord(f"{kind}: a message without a case")
    shown = public and kind not in PRIVATE
    step, at = None, work.now
    if shown and name is not None:
        # Whoever changes a case holds its circle's lock, so nobody else takes the same step meanwhile.
        before = select(func.max(col(JournalRow.step)), func.max(col(JournalRow.at))).where(
            JournalRow.case_name == name, col(JournalRow.step).is_not(None)
        )
        last, then = work.conn.execute(before).one()
        shown = last is not None or kind in OPENING
        if shown:
            # Clocks of two processes may differ; a later step is never published before an earlier one.
            step, at = (last or 0) + 1, max(at, then or at)
    work.conn.execute(
        insert(JournalRow).values(
            at=at,
            kind=kind,
            case_name=name,
            step=step,
            facts=canonical(said),
            commitment=commitment,
            waiting_at=at if shown else None,
        )
    )


def _check(kind: str, facts: Mapping[str, object], commitment: object) -> None:
    if kind not in KINDS:
        raise NotForTheRecord("an unknown kind")
    missing = [name for name in KINDS[kind] if name not in facts]
    if missing:
        raise NotForTheRecord(f"{kind} lacks {missing[0]}")
    for name, value in facts.items():
        if name not in FACTS or not FACTS[name](value):
            raise NotForTheRecord(f"{kind}: {name if name in FACTS else 'a fact'} is not what it may be")
    if commitment is not None and not (_commitment(commitment) and len(str(commitment)) == 64):
        raise NotForTheRecord(f"{kind}: the commitment is not one")


def _named(key: bytes, what: bytes) -> str:
    return hmac.new(key, what, hashlib.sha256).hexdigest()
