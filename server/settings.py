"""Every setting of the server, read from the environment. `python -m server settings` prints this list.

Nothing else in the program reads the environment.
"""

import json
import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from rooms.limits import CIRCLES_EACH, Limits, scaled
from rooms.units import HOUR, MINUTE
from server.machine_settings import MachineSettings
from server.panel_settings import PanelSettings

AGREEMENT = """\
I speak from my own experience, and I let others have theirs.
I listen without fixing, and offer ideas only where they are wished for.
What is said here stays here.
I am kind, also when I disagree.
When I need a pause, I take it. Leaving needs no reason."""

TOPICS = (
    "Grief and loss",
    "Living with anxiety",
    "After burnout",
    "Staying sober",
    "Caring for someone",
    "New parents",
)


_ORIGIN = re.compile(r"https?://([a-z0-9][a-z0-9.-]*|\[[0-9a-f:.]+\])(:(?P<port>[0-9]{1,5}))?/?")


class Settings(MachineSettings, PanelSettings):
    """Defaults are for one machine and one process: SQLite in the data folder, reachable from this machine only."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True, extra="ignore", allow_inf_nan=False)

    origin: str = Field(
        default="",
        description="The address people open, e.g. https://circles.example.org. Empty: this machine only (loopback).",
    )
    allow_plain_http: bool = Field(
        default=False, description="1: allow an ORIGIN with http:// on a local network. Words can be read on the way."
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Addresses, comma separated, whose X-Forwarded-For is believed. None by default."
    )
    time_scale: float = Field(
        default=1.0, gt=0, le=100_000, description="Divides every age, lease and timer; --demo sets 60."
    )

    operator: str = Field(default="", max_length=200, description="Who runs this, shown in the open book.")
    page_title: str = Field(
        default="Notes", max_length=30, description="Neutral title for tabs and the phone's home screen."
    )
    help_file: Path | None = Field(
        default=None, description="TOML file with help lines: [[line]] name, phone, sms, url, hours, note."
    )
    exit_to: str = Field(
        default="/goodbye", description="Where Quick exit leads: an https address, or the built-in neutral page."
    )
    topics: Annotated[tuple[str, ...], NoDecode] = Field(
        default=TOPICS, description="Topics offered when a room is opened (JSON list)."
    )
    agreement: str = Field(
        default=AGREEMENT, max_length=4_000, description="The agreement offered when a room is opened."
    )

    keep_default: int = Field(
        default=24, ge=0, le=90 * 24, description="Hours words stay in a drop-in room unless chosen otherwise."
    )
    open_rooms: Literal["anyone", "kept", "invited"] = Field(default="anyone", description="Who may open a room.")
    open_rooms_each: int = Field(default=1, ge=1, le=1_000_000, description="Rooms one person may hold open at once.")
    rooms_per_hour: int = Field(default=30, ge=1, description="Rooms that may be opened per network prefix and hour.")
    capacity_most: int = Field(default=500, ge=2, le=1_000_000, description="Largest capacity a room may have.")

    sends_per_10s: int = Field(
        default=10, ge=1, description="Changes one person may make in 10 s (burst is twice that)."
    )
    frames_per_10s: int = Field(
        default=200, ge=1, description="Frames one socket, or requests one session, may send in 10 s."
    )
    sockets_each: int = Field(default=5, ge=1, description="Open sockets one person may have; the oldest is replaced.")
    entries_per_minute: int = Field(
        default=60, ge=1, description="People who may come in per network prefix and minute."
    )
    looks_per_minute: int = Field(
        default=60, ge=1, description="Codes and unknown ids one network prefix may try per minute."
    )
    searches_per_minute: int = Field(
        default=60, ge=1, description="Parts of a search one person may ask for per minute; each takes a moment's work."
    )
    sign_ins_per_minute: int = Field(default=20, ge=1, description="Sign-ins one network prefix may try per minute.")
    breaths_per_hour: int = Field(
        default=6, ge=1, description="Times an hour one person may ask for a breath, and for doors or pace, each."
    )
    bells_per_hour: int = Field(default=1, ge=1, description="Times one person may ring the bell in an hour.")
    offers_per_hour: int = Field(default=6, ge=1, description="Rounds one person may offer in an hour.")
    turns_per_minute: int = Field(
        default=120,
        ge=1,
        description="What one person may ask of rounds in a minute: joining, passing, staying with the piece.",
    )
    proposals_a_day: int = Field(default=5, ge=1, description="Changes of agreements one person may propose in a day.")
    objections_a_day: int = Field(default=20, ge=1, description="Objections to them one person may raise in a day.")
    tending_per_hour: int = Field(
        default=12, ge=1, description="Times an hour one person may welcome, have the agreement read, or keep a prompt."
    )
    gentle_a_day: int = Field(default=10, ge=1, description="Gentle notes one person may ask for in a day.")
    worries_a_day: int = Field(
        default=3, ge=1, description="Times in a day one person may have others asked whether they would like company."
    )
    hashes_at_once: int = Field(
        default=0, ge=0, description="Passphrase hashes computed at once; 0: one per core, at most 2."
    )

    session_idle_days: float = Field(
        default=14, gt=0, description="A remembered place ends after this many days unused."
    )
    session_days: float = Field(
        default=60, gt=0, description="A remembered place ends after this many days in any case."
    )
    guest_hours: float = Field(
        default=24, gt=0, description="A session that is not remembered ends after this many hours unused."
    )
    established_hours: float = Field(default=24, ge=0, description="Age from which an identity counts as established.")
    established_minutes: float = Field(
        default=10, ge=0, description="Presence in a circle that counts as established there."
    )
    fold_hours: float = Field(default=72, gt=0, le=72, description="How long flags alone can fold a message.")
    proposal_hours: float = Field(
        default=24, gt=0, description="How long a change of the agreement waits for objections in a standing circle."
    )
    proposal_minutes: float = Field(default=10, gt=0, description="The same in a room open for less than a day.")
    trial_days: float = Field(default=7, gt=0, description="How long a change is tried in a standing circle.")
    trial_minutes: float = Field(default=60, gt=0, description="The same in a room open for less than a day.")
    closing_minutes: float = Field(default=10, ge=0, description="Notice given before a room closes.")

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("topics", mode="before")
    @classmethod
    def _list(cls, value: object) -> object:
        try:
            return json.loads(value) if isinstance(value, str) else value
        except ValueError:
            raise ValueError('must be a JSON list, such as ["Grief", "Sleep"]') from None

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            ip_address(each)
        return value

    @field_validator("origin")
    @classmethod
    def _origin(cls, value: str) -> str:
        found = _ORIGIN.fullmatch(value.lower())
        if value and (found is None or int(found["port"] or 0) > 65_535):
            raise ValueError("must look like https://host or https://host:port")
        return value.rstrip("/").lower()

    @field_validator("exit_to")
    @classmethod
    def _exit_to(cls, value: str) -> str:
        parts = urlsplit(value)
        if value != "/goodbye" and (parts.scheme != "https" or not parts.hostname or not value.isascii()):
            raise ValueError("must be an https address or /goodbye")
        return value

    @model_validator(mode="after")
    def _plain_http_only_on_purpose(self) -> Self:
        if self.origin.startswith("http://") and not self.allow_plain_http and not self.loopback:
            raise ValueError("ORIGIN is plain http: use https, or set ALLOW_PLAIN_HTTP=1 on a network you trust")
        return self

    @model_validator(mode="after")
    def _echo_for_this_machine_only(self) -> Self:
        # Behind a proxy everybody seems to come from this machine.
        if self.push_loopback and not self.loopback:
            raise ValueError("PUSH_LOOPBACK is for tests on this machine: leave it off where ORIGIN lets others in")
        if self.test_echo and not self.loopback:
            raise ValueError("TEST_ECHO is for tests on this machine: leave it off where ORIGIN lets others in")
        return self

    @property
    def loopback(self) -> bool:
        """Only this machine can reach the server."""
        return not self.origin or urlsplit(self.origin).hostname in ("localhost", "127.0.0.1", "::1")

    @property
    def secure(self) -> bool:
        return self.origin.startswith("https://")

    @property
    def limits(self) -> Limits:
        """What the rules go by, with every wait divided by TIME_SCALE."""
        return scaled(
            Limits(
                keep_default=self.keep_default * HOUR,
                capacity_most=self.capacity_most,
                open_rooms=self.open_rooms,
                open_rooms_each=self.open_rooms_each,
                circles_each=max(CIRCLES_EACH, self.open_rooms_each),
                agreement_ask=round(self.proposal_hours * HOUR),
                agreement_review=round(self.proposal_hours * HOUR),
                agreement_ask_soon=round(self.proposal_minutes * MINUTE),
                agreement_review_soon=round(self.proposal_minutes * MINUTE),
                agreement_trial=round(self.trial_days * 24 * HOUR),
                agreement_trial_soon=round(self.trial_minutes * MINUTE),
                closing_notice=round(self.closing_minutes * MINUTE),
                established_age=round(self.established_hours * HOUR),
                established_presence=round(self.established_minutes * MINUTE),
                fold_life=round(self.fold_hours * HOUR),
                **self.panel_limits(),  # type: ignore[arg-type]
            ),
            self.time_scale,
        )


def describe() -> str:
    """Every setting with its environment name, default and meaning, one paragraph each."""
    parts = []
    for name in sorted(Settings.model_fields, key=PanelSettings.model_fields.__contains__):
        field = Settings.model_fields[name]
        default = field.get_default()
        shown = "" if default in ("", None, ()) else str(default).split("\n")[0]
        parts.append(f"{name.upper()}={shown}\n    {field.description}")
    return "\n".join(parts)
