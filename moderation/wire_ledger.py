"""The public record, draws that can be repeated, and the numbers of the open book, as anybody may fetch them."""

from typing import Annotated, Final, Literal

from msgspec import Meta

from rooms.wire import Discreet, Moment, OpaqueId, Seq

FEW: Final = "fewer than 5"
Cell = int | Literal["fewer than 5"]
Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$", max_length=64)]


class LedgerHead(Discreet, frozen=True, kw_only=True):
    """How far the record goes. With ``seq`` 0 there is nothing yet and the hash is 64 zeros."""

    seq: Seq
    hash: Hash


class LedgerEntry(Discreet, frozen=True, kw_only=True):
    """One thing that happened. ``hash`` is SHA-256 of the rest in canonical JSON, and then of the 32 bytes ``prev``.

    Canonical: names sorted, no blanks, ASCII. ``case`` is a pseudonym; ``facts`` are numbers and known words, with
    ``step`` as the place of the entry among those of its case.
    """

    seq: Seq
    hour: Moment
    """Beginning of the hour in which it was published."""
    type: str
    case: str | None
    commitment: Hash | None
    facts: dict[str, int | str | bool]
    prev: Hash
    hash: Hash


class LedgerPage(Discreet, frozen=True, kw_only=True):
    """Entries after the one asked for, at most 500; fewer mean that there are no more."""

    entries: tuple[LedgerEntry, ...]


class DrawEntry(Discreet, frozen=True, kw_only=True):
    """One lot. ``seated`` has a seat; ``skipped`` could not be asked, declined, or is nobody at all."""

    pseudonym: Hash
    became: Literal["seated", "skipped", "not_reached"]


class DrawProof(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """One draw. Once ``nonce`` is shown, anybody can repeat it.

    With H(a, b, …) as SHA-256 of each part after its length in decimal digits and a colon: ``commitment`` is
    H("nonce", nonce); ``pool_hash`` is H("pool", every pseudonym in the order of the alphabet); ``entries`` are in the
    order of H("lot", nonce, lot, pseudonym). The pool is that before anybody was left out, filled up with pseudonyms of
    nobody to the end of its ``band``, so that its size is not told.
    """

    draw: OpaqueId
    lot: str
    """The case's pseudonym, a dot, and which panel of the case it is."""
    nonce_number: int
    commitment: Hash
    pool_hash: Hash
    band: str
    nonce: Hash | None = None
    entries: tuple[DrawEntry, ...] = ()
    """Empty until the nonce is shown."""


class RecentNumbers(Discreet, frozen=True, kw_only=True):
    """Of what was published in the last 90 days."""

    folds: Cell
    unfolded_percent: int | None
    content: tuple[Cell, ...]
    """Decisions of first panels: kept, folded, withheld."""
    person: tuple[Cell, ...]
    """The same by what was decided about the writer: nothing, a note, an invitation to rephrase, and pauses: minutes
    in the room, hours in the room, days everywhere."""
    median_hours: int | None
    """From the first flag to the decision."""
    appeals_changed: Cell
    appeals_same: Cell
    overturned_percent: int | None
    lapsed: Cell
    """Nobody decided in time: the fold ended."""
    holds: Cell
    holds_confirmed_percent: int | None
    legal_holds: Cell
    moderators_came: int
    moderators_left: int


class MonthNumbers(Discreet, frozen=True, kw_only=True):
    """Of what is never published by itself; made once, when the month is over."""

    began_at: Moment
    ended_at: Moment
    flags: dict[str, Cell]
    lapsed_unseen: Cell
    """Cases that ended before anything was folded."""
    quiet_flags: Cell
    load_median: int | None
    """Cases that one reviewer read on a day on which they read any."""
    load_most: int | None


class OpenBook(Discreet, frozen=True, kw_only=True):
    """What the open book says, as data."""

    operator: str | None
    since: Moment
    """From here on ``recent`` counts."""
    recent: RecentNumbers
    months: tuple[MonthNumbers, ...]
    """The latest first; none before the first month is over."""
    pool: str | None
    """How many people could be drawn for the latest panel, as a band."""
    head: LedgerHead
