"""The settings that say what the server runs on: folder, database, Redis, ports, processes."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings


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
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="How much is logged.")

    @property
    def database(self) -> str:
        """The database address as SQLAlchemy wants it."""
        url = self.database_url or f"sqlite:///{(self.data_dir / 'circles.db').absolute()}"
        for prefix in ("postgres://", "postgresql://"):
            if url.startswith(prefix):
                return "postgresql+psycopg://" + url.removeprefix(prefix)
        return url
