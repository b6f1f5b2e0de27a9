"""HTTP for those who were drawn: their start page, and the case of a seat they hold."""

from collections.abc import Callable
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from moderation import desk
from rooms.work import Refusal, Work
from server.answers import json_of, wait
from server.networks import network_of
from server.routes import signed_in

T = TypeVar("T")


async def start(request: Request) -> Response:
    return json_of(await _read(request, desk.desk))


async def seat(request: Request) -> Response:
    """Seats of others and seats that are over are not there, and looking for them becomes slow."""
    asked = request.path_params["seat"]
    try:
        return json_of(await _read(request, lambda work: desk.case_to_read(work, asked)))
    except Refusal as refusal:
        if refusal.code == "seat.not_found":
            parts, _ = await signed_in(request)
            wait(parts.limits.looks(network_of(request, parts.settings, parts.keys)))
        raise


async def _read(request: Request, look: Callable[[Work], T]) -> T:
    parts, actor = await signed_in(request)
    now, limits = parts.now(), parts.door.limits
    found: T = await parts.store.read(
        lambda conn: look(Work(conn, who=actor.person, now=now, limits=limits, pick=_none))
    )
    return found


def _none(_: int) -> int:
    """Reading draws no lots."""
    raise AssertionError


ROUTES: list[BaseRoute] = [
    Route("/api/desk", start, methods=["GET"]),
    Route("/api/seats/{seat}", seat, methods=["GET"]),
]
"""For `server.app`, after those of circles."""
