"""Refusals and HTTP errors as problem+json (RFC 9457): a stable code and one plain sentence, never what was sent."""

import logging
import math
import secrets
from typing import Any, Final

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from rooms.work import Refusal

log = logging.getLogger("server.problems")

SENTENCES: Final[dict[str, tuple[int, str]]] = {
    "request.bad_json": (400, "This is not JSON."),
    "request.bad_field": (400, "A field is missing, unknown, or not of the kind that is expected."),
    "request.bad_value": (422, "A value is not one that can be used here."),
    "request.bad_host": (400, "The Host header is missing, given twice, or not a host."),
    "request.bad_path": (400, "This is not a path."),
    "request.bad_length": (400, "The length of the body is not a number."),
    "request.wrong_host": (421, "This server does not answer for that host."),
    "request.wrong_origin": (403, "This may only be asked from the pages of this server."),
    "request.not_json": (415, "Send JSON, with Content-Type: application/json."),
    "request.too_large": (413, "This is longer than anything that is taken here."),
    "request.too_slow": (408, "The body took too long to arrive."),
    "request.bad_method": (405, "This cannot be asked with that method."),
    "request.bad_request": (400, "This request cannot be understood."),
    "page.not_found": (404, "There is nothing here."),
    "session.missing": (401, "Come in first."),
    "session.ended": (401, "This session has ended. You can come in again."),
    "session.present": (409, "You are in already. Sign out first."),
    "session.not_found": (404, "This session is not there. It may have ended."),
    "sign_in.wrong": (403, "This name and this passphrase do not belong together."),
    "recovery.wrong": (403, "This name and these words do not belong together."),
    "passphrase.wrong": (403, "This is not the passphrase of this place."),
    "passphrase.too_short": (422, "Please make the passphrase longer. Four or five words are good."),
    "passphrase.too_long": (422, "Please make the passphrase shorter."),
    "passphrase.common": (422, "Others would guess this passphrase soon. A few unrelated words are better."),
    "place.kept": (409, "You have kept your place already."),
    "place.missing": (409, "You have not kept a place yet."),
    "sign_in_name.empty": (422, "Please choose a name to sign in with."),
    "sign_in_name.too_long": (422, "Please choose a shorter name to sign in with."),
    "sign_in_name.not_allowed": (
        422,
        "This name has characters that cannot be seen or typed. Please choose another.",
    ),
    "sign_in_name.taken": (409, "Somebody signs in with this name already. Please choose another."),
    "name.empty": (422, "Please choose a name, or take one that is offered."),
    "name.too_long": (422, "Please choose a shorter name."),
    "name.not_allowed": (
        422,
        "This name has characters that cannot be seen or typed. Please choose another.",
    ),
    "name.reserved": (422, "This name belongs to the place itself. Please choose another."),
    "name.taken": (409, "Somebody in this circle has a name that looks the same. Please choose another."),
    "rate.limited": (429, "That is a lot at once. Please try again a little later."),
    "key.reused": (409, "This key was used for something else."),
    "storage.full": (507, "The server has no room left. What you wrote is not stored."),
    "storage.unavailable": (503, "The server cannot store anything at the moment. Please try again."),
    "server.closing": (503, "The server is starting anew. Please try again in a moment."),
    "internal": (500, "Something went wrong here. It was noted, without what you wrote."),
}
"""Code → status and sentence. Codes of the rules themselves need no line: see `_by_kind`."""

_KINDS: Final[dict[str, tuple[int, str]]] = {
    "not_found": (404, "This is not there, or not for you."),
    "too_long": (422, "This is too long."),
    "empty": (422, "There is nothing in it to read."),
    "bad_unicode": (422, "This has characters that cannot be stored."),
}
_OTHER: Final = (409, "This cannot be done as things are.")
_STATUSES: Final = {
    404: "page.not_found",
    405: "request.bad_method",
    408: "request.too_slow",
    413: "request.too_large",
    415: "request.not_json",
}


def problem(code: str, facts: dict[str, Any] | None = None, headers: dict[str, str] | None = None) -> Response:
    """The answer for a code. ``facts`` become further members; ``retry_after`` (ms) also becomes a header (s)."""
    status, sentence = SENTENCES.get(code) or _by_kind(code)
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
    return problem(_STATUSES.get(error.status_code, "request.bad_request"), headers=headers)


async def on_bug(request: Request, error: Exception) -> Response:
    """Anything else is a fault of ours: noted once with an id, told without any of its text."""
    bug = secrets.token_hex(4)
    log.error("request failed", extra={"bug": bug, "path": request.url.path}, exc_info=error)
    return problem("internal", {"bug": bug})


HANDLERS: Final[dict[Any, Any]] = {Refusal: on_refusal, HTTPException: on_http_error, Exception: on_bug}
"""For ``Starlette(exception_handlers=…)``."""


def _by_kind(code: str) -> tuple[int, str]:
    return _KINDS.get(code.rpartition(".")[2], _OTHER)
