"""The settings that say what the server runs on: folder, database, Redis, ports, processes."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode

PUSH_HOSTS = ("fcm.googleapis.com", "push.services.mozilla.com", "push.apple.com", "notify.windows.com")
"""Of the makers of browsers, and what ends with them."""


class MachineSettings(BaseSettings):
    """Each is read from the environment under its name in capitals."""

    data_dir: Path = Field(
        default=Path("data"), description="Folder for the database, keys and the lock. Made if absent."
    )
    database_url: str = Field(
        default="",
        description="sqlite:///path or postgresql://… ; empty: SQLite in DATA_DIR. PostgreSQL for several processes.",
    )
    redis_url: str = Field(
        default="",
        description="redis://…, rediss://… or unix://… ; empty: none, or a private one where PROCESSES says several.",
    )
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    processes: int = Field(
        default=0,
        ge=0,
        le=64,
        description="Server processes; 0: one, or one per core where both PostgreSQL and REDIS_URL are set. Several without REDIS_URL start a Redis of their own.",
    )
    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="Loopback port that answers /metrics for Prometheus, with several processes the first of as many; 0: none.",
    )
    test_echo: bool = Field(
        default=False, description="1: open /test/echo, a WebSocket that sends back what it gets. For tests only."
    )
    plain_asgi: bool = Field(
        default=False, description="1: use plain ASGI instead of the prepared-frame protocol class (slower)."
    )
    push_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=PUSH_HOSTS,
        description='Hosts, comma separated, through which browsers are told that a circle opens; "none": no browser is.',
    )
    push_contact: str = Field(
        default="", description="https or mailto address given to those hosts; empty: ORIGIN, where that is https."
    )
    push_loopback: bool = Field(
        default=False, description="1: hosts in PUSH_HOSTS may be this machine, on any port. For tests only."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="How much is logged.")

    @field_validator("push_hosts", mode="before")
    @classmethod
    def _hosts(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip().lower() for part in value.split(",") if part.strip() not in ("", "none"))

    @property
    def database(self) -> str:
        """The database address as SQLAlchemy wants it."""
        url = self.database_url or f"sqlite:///{(self.data_dir / 'circles.db').absolute()}"
        for prefix in ("postgres://", "postgresql://"):
            if url.startswith(prefix):
                return "postgresql+psycopg://" + url.removeprefix(prefix)
        return url
