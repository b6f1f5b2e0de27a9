"""Structured logs, one JSON object a line, without anything people said: no bodies, names, tokens or addresses.

Errors are logged by type and place. Their texts are left out, because a text may repeat what somebody wrote.
"""

import logging
import secrets
import sys
import traceback
from typing import Any

import structlog


def bug_id() -> str:
    """Joins what somebody was told with what was logged."""
    return secrets.token_hex(4)


def set_up(level: str) -> None:
    """Send everything, the libraries' records too, to standard error in the one format."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        first_line,
        place_of_error,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(sort_keys=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in ("uvicorn.access", "uvicorn.error", "websockets", "asyncio", "alembic"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))


def first_line(_logger: Any, _method: str, record: dict[str, Any]) -> dict[str, Any]:
    """What asyncio adds to its messages, a line each, are reprs of futures with the text of their exceptions."""
    record["event"] = str(record["event"]).partition("\n")[0]
    return record


def place_of_error(_logger: Any, _method: str, record: dict[str, Any]) -> dict[str, Any]:
    """Replace an exception by its type and the places it came through."""
    info = record.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    elif isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if info and info[0] is not None:
        record["error"] = info[0].__name__
        record["at"] = [f"{f.filename.rsplit('/', 2)[-1]}:{f.lineno} {f.name}" for f in traceback.extract_tb(info[2])]
    return record
