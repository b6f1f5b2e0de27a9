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

    round_gather: int = MINUTE
    """How long an offered round waits for people, unless all have answered or it is begun sooner."""
    round_most: int = 50
    """So many join one round at the most."""
    round_asked: int = 5 * MINUTE
    """How long one person's wish about a round waits for others."""
    round_talk: int = 10 * MINUTE
    """How long is talked about the shares, where a round was offered so."""
    round_late: int = 10 * SECOND
    """What falls due and is noticed only after so long fell due while no server ran: its wait begins anew."""
    piece_wait: int = MINUTE
    """How long the piece waits for a holder whose screens are gone."""
    piece_quiet: int = 5 * MINUTE
    """How long it stays with a holder who is here and gives no sign; they are asked when a fifth of it is left."""
    piece_sign: int = 20 * SECOND
    """Signs of a holder that follow each other sooner are not noted."""
    piece_ask_every: int = 3 * MINUTE
    """So long nobody can have the holder asked whether to go on, from the beginning of a turn or the last asking."""

    gentle_least: int = 30 * SECOND
    gentle_most: int = 3 * MINUTE
    """A gentle note reaches the author after a random time between these."""
    care_life: int = HOUR
    """An offer of company, and whatever tells of one, is erased after so long; a person gets no other meanwhile."""

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

    hold_alone: int = 10 * MINUTE
    hold_cosigned: int = 60 * MINUTE
    hold_panel: int = 24 * HOUR
    holds_a_day: int = 2
    subject_hold: int = 72 * HOUR
    """By whose private data it is."""
    subject_hold_unseated: int = 30 * DAY
    """The longest it stays while too few people are there for a panel."""
    subject_holds_open: int = 2
    legal_hold: int = 7 * DAY
    """After so long its ground has to be stated again."""

    reviewer_age: int = 14 * DAY
    reviewer_days: int = 5
    """Days on which somebody must have been here to be drawn, besides that age; both at most half the server's own."""
    seats_a_day: int = 5
    hard_a_day: int = 2
    seat_gap: int = 10 * MINUTE
    invites_per_seat: int = 3
    lease_live: int = 3 * MINUTE
    lease_away: int = 4 * HOUR
    """How long an invitation waits, with enough people online and without."""
    fallback_after: int = 30 * MINUTE
    """So long a panel waits for peers before moderators may fill all of it; and so long until lots are drawn anew."""
    ballot_live: int = 10 * MINUTE
    """After so long a seat without a ballot is offered to somebody else."""
    ballot_away: int = 24 * HOUR
    """The same without enough people online, and the longest a round takes in any case."""
    talk_live: int = 10 * MINUTE
    talk_away: int = 24 * HOUR
    undo: int = 10 * SECOND
    """A ballot can be taken back for so long and is tallied after that."""
    hear_first: int = 5 * MINUTE
    """So long the author could answer before anything is decided that pauses them."""
    first_instance: int = 96 * HOUR
    unheard_fold: int = 7 * DAY
    """How long a fold lasts that could not be or was not heard again."""
    appeal_window: int = 30 * DAY
    appeal_wait: int = 72 * HOUR
    stay_after: int = HOUR
    """While an author's appeal waits, a longer pause ends after so much of it."""
    record: int = 30 * DAY
    moderator_lasts: int = 183 * DAY
    moderator_invite: int = 7 * DAY
    """How long an earlier pause makes the next one longer."""
    pause_short: int = 15 * MINUTE
    pause_again: int = 60 * MINUTE
    pause_long: int = 4 * HOUR
    pause_longer: int = 24 * HOUR
    step_away: int = 7 * DAY
    quiet_short: int = 7 * DAY
    quiet_long: int = 30 * DAY
    """How long flags do not count after a second and a third attack by flags within `record`."""
    holds_rest: int = 7 * DAY
    """How long the power to hold rests after it was used for an attack."""

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


WAITS = (
    "closing_notice",
    "seat_held",
    "breath",
    "breath_between",
    "breath_every",
    "breath_asked",
    "round_gather",
    "round_asked",
    "round_talk",
    "piece_wait",
    "piece_quiet",
    "piece_sign",
    "piece_ask_every",
    "gentle_least",
    "gentle_most",
    "care_life",
    "established_age",
    "established_presence",
    "fold_life",
    "case_span",
    "day",
    "letter_delay",
    "hold_alone",
    "hold_cosigned",
    "hold_panel",
    "subject_hold",
    "subject_hold_unseated",
    "legal_hold",
    "reviewer_age",
    "seat_gap",
    "lease_live",
    "lease_away",
    "fallback_after",
    "ballot_live",
    "ballot_away",
    "talk_live",
    "talk_away",
    "undo",
    "hear_first",
    "first_instance",
    "unheard_fold",
    "appeal_window",
    "appeal_wait",
    "ledger_every",
    "ledger_longest",
    "nonce_hidden",
    "month",
    "stay_after",
    "record",
    "moderator_lasts",
    "moderator_invite",
    "pause_short",
    "pause_again",
    "pause_long",
    "pause_longer",
    "step_away",
    "quiet_short",
    "quiet_long",
    "holds_rest",
)


AT_HAND = {
    "lease_live": 30 * SECOND,
    "ballot_live": 2 * MINUTE,
    "talk_live": MINUTE,
    "undo": 3 * SECOND,
    "breath": 10 * SECOND,
    "breath_between": 3 * SECOND,
    "breath_asked": 30 * SECOND,
    "round_gather": 20 * SECOND,
    "round_asked": 30 * SECOND,
    "round_talk": MINUTE,
    "piece_wait": 15 * SECOND,
    "piece_quiet": MINUTE,
    "piece_sign": 5 * SECOND,
    "piece_ask_every": 20 * SECOND,
    "care_life": 2 * MINUTE,
}
"""What people need at the least, also where an hour passes in a minute."""


def scaled(limits: Limits, scale: float) -> Limits:
    """The same limits with every wait divided by ``scale`` (> 0). How long words stay is chosen by people and stays.

    Where somebody has to read and decide meanwhile, a wait is never made shorter than `AT_HAND`.
    """
    values = {name: getattr(limits, name) for name in Limits.__slots__}
    for name in WAITS:
        least = min(values[name], AT_HAND.get(name, 1))
        values[name] = max(1, least, round(values[name] / scale))
    return Limits(**values)
