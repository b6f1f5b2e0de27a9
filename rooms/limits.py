"""Every number the rules of circles and flags go by. Times are milliseconds, already scaled; lengths count code points."""

from dataclasses import dataclass, fields

from rooms.limits_panels import PANEL_WAITS, PanelLimits
from rooms.units import DAY, HOUR, MINUTE, SECOND

CIRCLES_EACH = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits(PanelLimits):
    """Defaults are for people; the server's settings may set each and divide the times by TIME_SCALE."""

    name_length: int = 40
    body_length: int = 4_000
    body_bytes: int = 16_384
    topic_length: int = 60
    about_length: int = 300
    agreement_length: int = 4_000
    search_length: int = 100
    capacity_most: int = 500
    keep_least: int = 10 * MINUTE
    """Unless words go with the closing: shorter, and everybody's words would vanish while they are read."""
    keep_most: int = 90 * DAY
    keep_default: int = 1 * DAY
    closing_notice: int = 10 * MINUTE
    closing_wait: int = MINUTE
    """So long at a time an announced closing waits for a round that is on."""
    closing_wait_most: int = 5 * MINUTE
    """In all; then it closes whatever is on."""
    carried_length: int = 200
    carried_stay: int = 10 * MINUTE
    """Where words go with the closing: how long what was given to be shown then can be read."""
    prompt_stays: int = 30 * MINUTE
    """How long a prompt is kept in view that a second person took up."""
    newcomer: int = 15 * MINUTE
    """So long after coming in somebody is welcomed by name."""
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
    together: int = 5 * MINUTE
    """How long one person's wish for what takes two waits for a second."""
    rest: int = MINUTE
    """How long nobody's words go once the bell was rung."""
    rest_every: int = 15 * MINUTE
    """From one ringing of the bell to the next in the same circle."""
    doors: int = 10 * MINUTE
    """How long nobody comes in who was not here before, once two people asked for it."""
    doors_every: int = 15 * MINUTE
    handover: int = 10 * MINUTE
    """How long a circle is asked who would like to hold it; then it goes on as equals."""
    host_silent: int = 10 * MINUTE
    """So long without a screen a host counts as gone."""
    wait_lease: int = 75 * SECOND
    """How long somebody counts as waiting whose page was last here. A browser lets a hidden page do something once a minute."""
    wait_seat: int = MINUTE
    """How long a seat is held for whoever waited for it."""
    waiting_most: int = 30
    """So many wait at one door at the most."""
    listen: int = 5 * MINUTE
    """How long one hears at a door what is said inside."""
    listen_again: int = HOUR
    """From the end of one's listening to the next time at the same door."""
    listeners_most: int = 3
    """So many listen at one door at the same time."""
    late_most: int = HOUR
    shift_most: int = 12 * HOUR
    gentle_between: int = 30 * SECOND
    """At the gentle pace, between one person's message and their next."""
    one_between: int = 10 * SECOND
    """One at a time: between a message and the next one of anybody else."""
    plans_each: int = 5
    """Plans that open again and again, of one person."""
    tellings_each: int = 50
    """Openings one person may ask to be told of."""
    feeds_each: int = 20
    """Addresses for calendars, of one person."""
    feed_sittings: int = 60
    """Sittings to come that a calendar is given of each plan."""
    reason_length: int = 280
    agreement_wordings: int = 5
    """How often one proposal may be worded; each wording has its whole time."""
    standing_after: int = DAY
    """A circle open for longer counts as a standing one: people are away for longer, so they are asked for longer."""
    agreement_ask: int = DAY
    """How long a proposed change of the agreement waits for objections."""
    agreement_ask_soon: int = 10 * MINUTE
    """The same in a drop-in room; and so on."""
    agreement_trial: int = 7 * DAY
    agreement_trial_soon: int = HOUR
    agreement_review: int = DAY
    """How long everybody is asked, after the trial, whether it stays."""
    agreement_review_soon: int = 10 * MINUTE
    agreement_told: int = DAY
    """How long the words of what is decided may still be read, or as long as the circle's words stay if that is less."""
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
    piece_longest: int = 15 * MINUTE
    """So long signs keep the piece once two others had its holder asked, from the first asking; then it goes on."""


WAITS = (
    *PANEL_WAITS,
    "closing_notice",
    "closing_wait",
    "closing_wait_most",
    "prompt_stays",
    "seat_held",
    "breath",
    "breath_between",
    "breath_every",
    "together",
    "rest",
    "rest_every",
    "doors",
    "doors_every",
    "gentle_between",
    "one_between",
    "wait_seat",
    "listen",
    "listen_again",
    "handover",
    "host_silent",
    "standing_after",
    "agreement_ask",
    "agreement_ask_soon",
    "agreement_trial",
    "agreement_trial_soon",
    "agreement_review",
    "agreement_review_soon",
    "agreement_told",
    "round_gather",
    "round_asked",
    "round_talk",
    "piece_wait",
    "piece_quiet",
    "piece_sign",
    "piece_ask_every",
    "piece_longest",
)


AT_HAND = {
    "lease_live": 30 * SECOND,
    "ballot_live": 2 * MINUTE,
    "talk_live": MINUTE,
    "undo": 3 * SECOND,
    "breath": 10 * SECOND,
    "breath_between": 3 * SECOND,
    "together": 30 * SECOND,
    "closing_wait": 10 * SECOND,
    "closing_wait_most": MINUTE,
    "prompt_stays": MINUTE,
    "rest": 10 * SECOND,
    "wait_seat": 30 * SECOND,
    "listen": 30 * SECOND,
    "handover": 30 * SECOND,
    "host_silent": 20 * SECOND,
    "gentle_between": 4 * SECOND,
    "one_between": 2 * SECOND,
    "agreement_ask": 2 * MINUTE,
    "agreement_ask_soon": MINUTE,
    "agreement_trial_soon": MINUTE,
    "agreement_review": 2 * MINUTE,
    "agreement_review_soon": MINUTE,
    "agreement_told": MINUTE,
    "round_gather": 20 * SECOND,
    "round_asked": 30 * SECOND,
    "round_talk": MINUTE,
    "piece_wait": 15 * SECOND,
    "piece_quiet": MINUTE,
    "piece_sign": 5 * SECOND,
    "piece_ask_every": 20 * SECOND,
    "piece_longest": 3 * MINUTE,
    "care_life": 2 * MINUTE,
}
"""What people need at the least, also where an hour passes in a minute."""


def scaled(limits: Limits, scale: float) -> Limits:
    """The same limits with every wait divided by ``scale`` (> 0). How long words stay is chosen by people and stays.

    Where somebody has to read and decide meanwhile, a wait is never made shorter than `AT_HAND`.
    """
    values = {each.name: getattr(limits, each.name) for each in fields(limits)}
    for name in WAITS:
        least = min(values[name], AT_HAND.get(name, 1))
        values[name] = max(1, least, round(values[name] / scale))
    return Limits(**values)
