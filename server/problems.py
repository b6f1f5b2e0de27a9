"""Refusals and HTTP errors as problem+json (RFC 9457): a stable code and one plain sentence, never what was sent."""

import logging
import math
from collections import Counter
from typing import Any, Final

import msgspec
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from rooms.work import Refusal
from server.logs import bug_id
from server.sentences import sentence_for

log = logging.getLogger("server.problems")

_STATUSES: Final = {
    404: "page.not_found",
    405: "request.bad_method",
    408: "request.too_slow",
    413: "request.too_large",
    415: "request.not_json",
}


def problem(code: str, facts: dict[str, Any] | None = None, headers: dict[str, str] | None = None) -> Response:
    """The answer for a code. ``facts`` become further members; ``retry_after`` (ms) also becomes a header (s)."""
    status, sentence = sentence_for(code)
    said = facts or {}
    body = {"title": sentence.partition(".")[0], "status": status, "code": code, "detail": sentence, **said}
    further = dict(headers or {})
    if "retry_after" in said:
        further["Retry-After"] = str(math.ceil(said["retry_after"] / 1_000))
    return Response(msgspec.json.encode(body), status, further, "application/problem+json")


async def on_refusal(_request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    return problem(refusal.code, dict(refusal.facts))


async def on_http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if error.status_code in (408, 413):
        # The rest of the body is not read, so nothing else can follow on this connection.
        headers["Connection"] = "close"
    return problem(_code_of(error), headers=headers)


def _code_of(error: HTTPException) -> str:
    return _STATUSES.get(error.status_code, "request.bad_request")


async def on_bug(request: Request, error: Exception) -> Response:
    """Anything else is a fault of ours: noted once with an id, told without any of its text."""
    bug = bug_id()
    log.error("request failed", extra={"bug": bug, "path": request.url.path}, exc_info=error)
    return problem("internal", {"bug": bug})


async def on_storage(_request: Request, error: Exception) -> Response:
    """The database does not answer: no fault of the request, and worth another try."""
    log.warning("a request found no database", extra={"cause": type(error).__name__})
    return problem("storage.unavailable", {"retry_after": 1_000})


HANDLERS: Final[dict[Any, Any]] = {
    Refusal: on_refusal,
    DBAPIError: on_storage,
    HTTPException: on_http_error,
    Exception: on_bug,
}
"""For ``Starlette(exception_handlers=…)``."""


def counting(refusals: Counter[str]) -> dict[Any, Any]:
    """The same handlers, that also count what they refuse, by code."""

    async def refused(request: Request, error: Exception) -> Response:
        if isinstance(error, Refusal):
            refusals[error.code] += 1
            return await on_refusal(request, error)
        assert isinstance(error, HTTPException)
        refusals[_code_of(error)] += 1
        return await on_http_error(request, error)

    return {**HANDLERS, Refusal: refused, HTTPException: refused}
