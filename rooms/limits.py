"""Every number the rules of circles and flags go by. Times are milliseconds, already scaled; lengths count code points."""

from dataclasses import dataclass

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


CIRCLES_EACH = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Defaults are for people; the server's settings may set each and divide the times by TIME_SCALE."""

    name_length: int = 40
    body_length: int = 4_000
    body_bytes: int = 16_384
    topic_length: int = 60
    about_length: int = 300
    agreement_length: int = 4_000
    capacity_most: int = 500
    keep_least: int = 10 * MINUTE
    """Unless words go with the closing: shorter, and everybody's words would vanish while they are read."""
    keep_most: int = 90 * DAY
    keep_default: int = 1 * DAY
    closing_notice: int = 10 * MINUTE
    opens_within: int = 60 * DAY
    open_rooms_each: int = 1
    circles_each: int = CIRCLES_EACH
    """Circles one person may be in at once."""
    invites_each: int = 20
    open_rooms: str = "anyone"
    """Who may open a room: ``anyone``, ``kept`` (has kept a place) or ``invited`` (came by an invite)."""
    reserved_names: tuple[str, ...] = ()
    edit_most: int = 200
    """How often one message may be edited."""
    seat_held: int = 30 * MINUTE
    """How long a seat waits for somebody whose screen is gone; they may still come back to it."""

    breath: int = MINUTE
    """How long a breath lasts: everybody, whoever they are, posts slowly meanwhile."""
    breath_between: int = 20 * SECOND
    """In a breath, between one person's message and their next."""
    breath_every: int = 15 * MINUTE
    """From the beginning of one breath to that of the next in the same circle."""
    breath_asked: int = 5 * MINUTE
    """How long one person's wish for a breath waits for a second."""

    established_age: int = 24 * HOUR
    established_presence: int = 10 * MINUTE
    fold_life: int = 72 * HOUR
    case_span: int = 24 * HOUR
    case_messages: int = 10
    cases_a_day: int = 5
    day: int = DAY
    same_author_cases: int = 2
    letter_delay: int = MINUTE
    """The author of a folded message is told after a random part of this."""

    ledger_every: int = HOUR
    """What happened is published at the turn of such hours, in random order."""
    ledger_least: int = 5
    """Fewer entries than that wait for others, so that an hour does not tell which of them was whose."""
    ledger_longest: int = 24 * HOUR
    """No entry waits longer than that."""
    nonce_hidden: int = 96 * HOUR
    """How long a nonce stays secret once the next one is in use: the last case it is for is drawn or lapsed in 72 h."""
    month: int = 30 * DAY
    """What the public report is made of."""


def scaled(limits: Limits, scale: float) -> Limits:
    """The same limits with every wait divided by ``scale`` (> 0). How long words stay is chosen by people and stays."""
    waits = (
        "closing_notice",
        "seat_held",
        "breath",
        "breath_between",
        "breath_every",
        "breath_asked",
        "established_age",
        "established_presence",
        "fold_life",
        "case_span",
        "day",
        "letter_delay",
        "ledger_every",
        "ledger_longest",
        "nonce_hidden",
        "month",
    )
    values = {name: getattr(limits, name) for name in Limits.__slots__}
    for name in waits:
        values[name] = max(1, round(values[name] / scale))
    return Limits(**values)
