"""Whether a browser whose page is closed is told: the key it needs, where it is told, and no more."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server import http_wire as wire
from server.answers import json_of, parts_of, seen
from server.bodies import body_of
from server.door import Actor
from server.push_places import KeepPushPlace


async def key(request: Request) -> Response:
    return json_of(wire.PushKey(key=parts_of(request).push.key))


async def keep(request: Request) -> Response:
    """For this session; a place given before is forgotten."""
    session = await seen(request)
    parts = parts_of(request)
    asked = await body_of(request, wire.PushPlace)
    if asked.endpoint is not None:
        parts.push.refuse_bad(asked.endpoint)
    await parts.door.submit(Actor(session.person, session.id), KeepPushPlace(session.id, asked.endpoint))
    return json_of(wire.PushKey(key=parts.push.key))


ROUTES: list[BaseRoute] = [
    Route("/api/push", key, methods=["GET"]),
    Route("/api/push", keep, methods=["POST"]),
]
