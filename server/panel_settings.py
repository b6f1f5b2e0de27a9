"""Settings of flags, holds, panels and pauses. What one person or one panel can do to somebody can be made shorter here,
never longer than the defaults."""

from pydantic import Field
from pydantic_settings import BaseSettings

from rooms.units import DAY, HOUR, MINUTE, SECOND

UNITS = {"_seconds": SECOND, "_minutes": MINUTE, "_hours": HOUR, "_days": DAY}
RENAMED = {"appeal": "appeal_window"}


class PanelSettings(BaseSettings):
    """Each field is a limit, its last word the unit of those that are waits; these are divided by TIME_SCALE."""

    cases_a_day: int = Field(
        default=5, ge=1, description="Authors one person may flag in a day; ten messages of one count as one."
    )
    same_author_cases: int = Field(
        default=2, ge=1, description="Cases a day in which one person's flags count against the same author."
    )
    case_span_hours: float = Field(default=24, gt=0, description="For how long an author's messages join one case.")
    case_messages: int = Field(default=10, ge=1, le=10, description="Messages one case may hold.")

    hold_alone_minutes: float = Field(default=10, gt=0, le=10, description="How long one person can hold a message.")
    hold_cosigned_minutes: float = Field(default=60, gt=0, le=60, description="How long two can, from the second on.")
    hold_panel_hours: float = Field(default=24, gt=0, le=24, description="How long a panel can while it goes on.")
    holds_a_day: int = Field(default=2, ge=0, le=2, description="Messages one person may hold in a day.")
    subject_hold_hours: float = Field(
        default=72, gt=0, le=72, description="How long somebody can hold a message that shows their own private data."
    )
    subject_hold_unseated_days: float = Field(
        default=30, gt=0, le=30, description="The same while too few people are there to read it."
    )
    subject_holds_open: int = Field(default=2, ge=0, le=2, description="Such holds one person may have at once.")
    legal_hold_days: float = Field(default=7, gt=0, le=7, description="When a legal hold has to be stated again.")

    reviewer_age_days: float = Field(default=14, ge=0, description="Age from which somebody can be drawn to read.")
    reviewer_days: int = Field(default=5, ge=0, le=30, description="Days of the last 30 they must have been here.")
    seats_a_day: int = Field(default=5, ge=1, le=5, description="Cases one person is asked to read in a day.")
    hard_a_day: int = Field(default=2, ge=0, le=2, description="How many of them may be hard ones.")
    seat_gap_minutes: float = Field(default=10, ge=0, description="Rest between two of them.")
    invites_per_seat: int = Field(default=3, ge=1, le=10, description="People asked at once for each seat.")
    lease_live_minutes: float = Field(default=3, gt=0, description="How long an invitation waits, people being online.")
    lease_away_hours: float = Field(default=4, gt=0, description="How long it waits otherwise.")
    fallback_after_minutes: float = Field(
        default=30, gt=0, description="How long a panel waits for peers before moderators may fill all of it."
    )
    ballot_live_minutes: float = Field(
        default=10, gt=0, description="When a seat without a ballot is offered on, people being online."
    )
    ballot_away_hours: float = Field(default=24, gt=0, le=24, description="The longest a round of ballots takes.")
    talk_live_minutes: float = Field(default=10, gt=0, description="How long a panel talks, people being online.")
    talk_away_hours: float = Field(default=24, gt=0, le=24, description="How long it talks otherwise.")
    undo_seconds: float = Field(default=10, gt=0, description="How long a ballot can be taken back.")
    hear_first_minutes: float = Field(
        default=5, ge=5, description="How long the author could answer before anything that pauses them is decided."
    )
    first_instance_hours: float = Field(default=96, gt=0, le=96, description="When a case lapses that nobody decided.")

    unheard_fold_days: float = Field(
        default=7, gt=0, le=7, description="How long a fold lasts that nobody could be found to hear again."
    )
    appeal_days: float = Field(
        default=30,
        ge=7,
        le=183,
        description="How long a decision can be appealed; sealed copies and records live as long.",
    )
    appeal_wait_hours: float = Field(
        default=72, gt=0, le=72, description="How long an appeal waits for another panel before the gentler side wins."
    )
    stay_after_minutes: float = Field(
        default=60, gt=0, le=60, description="How much of a pause is kept while its author's appeal waits."
    )
    record_days: float = Field(default=30, gt=0, le=30, description="How long an earlier pause lengthens the next one.")
    pause_short_minutes: float = Field(default=15, gt=0, le=15, description="A first pause in a circle.")
    pause_again_minutes: float = Field(default=60, gt=0, le=60, description="Another one within the record's time.")
    pause_long_hours: float = Field(default=4, gt=0, le=4, description="A long pause in a circle.")
    pause_longer_hours: float = Field(default=24, gt=0, le=24, description="Another long one.")
    step_away_days: float = Field(default=7, gt=0, le=7, description="A step away from posting anywhere.")
    quiet_short_days: float = Field(
        default=7, gt=0, le=7, description="How long flags do not count after a second attack by flags."
    )
    quiet_long_days: float = Field(default=30, gt=0, le=30, description="The same after a third.")
    holds_rest_days: float = Field(
        default=7, gt=0, le=7, description="How long the power to hold rests after it was used for an attack."
    )

    def panel_limits(self) -> dict[str, int]:
        """Fields of `rooms.limits.Limits`, not yet scaled."""
        found: dict[str, int] = {}
        for name, field in PanelSettings.model_fields.items():
            unit = next((unit for unit in UNITS if name.endswith(unit) and field.annotation is float), None)
            bare = name if unit is None else name.removesuffix(unit)
            found[RENAMED.get(bare, bare)] = round(getattr(self, name) * (1 if unit is None else UNITS[unit]))
        return found
