"""The numbers of flags, panels, care and the ledger. Times are milliseconds."""

from dataclasses import dataclass

from rooms.units import DAY, HOUR, MINUTE, SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelLimits:
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


PANEL_WAITS = (
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
