"""HTTP for whoever looks for words. They travel in the body, never in an address that a log or a history could keep."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from rooms.wire_search import Search
from rooms.work import Refusal
from server.answers import json_of, wait
from server.bodies import body_of
from server.networks import network_of
from server.routes import signed_in


async def search(request: Request) -> Response:
    """Circles of others and circles that are not there look the same, and guessing them becomes slow."""
    parts, actor = await signed_in(request)
    asked = await body_of(request, Search)
    wait(parts.limits.searches(actor.person))
    try:
        return json_of(await parts.searching.answer(actor, asked))
    except Refusal as refusal:
        if refusal.code == "circle.not_found":
            wait(parts.limits.looks(network_of(request, parts.settings, parts.keys)))
        raise


ROUTES: list[BaseRoute] = [Route("/api/search", search, methods=["POST"])]
"""For `server.app`, after those of circles."""
