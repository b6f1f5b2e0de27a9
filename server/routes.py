"""HTTP and WebSocket entries of circles: the list, invites, catching up over HTTP, commands, and the socket."""

from io import BytesIO
from typing import Any

import msgspec
import segno
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.websockets import WebSocket

from rooms import agreement_views, invites, telling, views
from rooms.wire_views import CircleView
from rooms.work import Refusal
from server import reading
from server.answers import json_of, parts_of, seen, wait
from server.asgi_fallback import serve
from server.asking import unreadable
from server.bodies import body_of
from server.door import Actor
from server.frames import ATTACH
from server.help_lines import help_lines
from server.http_wire import Circles, DrawInvite, HelpLines, InviteLook, LookAtInvite, Picture
from server.networks import network_of
from server.parts import Parts
from server.protocol import DoorCommand, decode_command

PAGE_MOST = 200
SOCKET = "/ws"
"""The path of `socket`, which is no route: `Handshakes` brings there."""


async def signed_in(request: Request) -> tuple[Parts, Actor]:
    """The parts and who asks, as `seen` judges it."""
    session = await seen(request)
    return parts_of(request), Actor(session.person, session.id)


async def list_circles(request: Request) -> Response:
    """One's own first. What everybody may see is read at most once a second, however many ask."""
    parts = parts_of(request)
    actor = await parts.auth.who(request)
    now, held = parts.now(), parts.door.limits.seat_held
    shown = await parts.readers.outside()
    mine: list[CircleView] = []
    told: tuple[str, ...] = ()
    if actor is not None:

        def own_of(conn: Connection) -> tuple[list[CircleView], tuple[str, ...]]:
            return views.own(conn, actor.person, now=now, seat_held=held), telling.wishes(conn, actor.person)

        mine, told = await parts.store.read(own_of)
    own = {each.id for each in mine}
    return json_of(Circles(circles=(*mine, *(each for each in shown if each.id not in own)), told=told))


async def look_at_invite(request: Request) -> Response:
    """Guesses are limited per network, and a wrong code looks like one that has ended."""
    parts = parts_of(request)
    asked = await body_of(request, LookAtInvite)
    wait(parts.limits.looks(network_of(request, parts.settings, parts.keys)))
    now, held = parts.now(), parts.door.limits.seat_held

    def look(conn: Any) -> Any:
        circle = invites.circle_of(conn, asked.invite, now)
        return None if circle is None else views.circle_view(conn, circle, now=now, seat_held=held)

    view = await parts.store.read(look)
    if view is None:
        raise Refusal("invite.not_valid")
    return json_of(InviteLook(circle=view))


async def draw_invite(request: Request) -> Response:
    """The QR code of a link. The token travels in the body, never in an address that a log could keep."""
    parts, _ = await signed_in(request)
    asked = await body_of(request, DrawInvite)
    if not asked.token or not all(letter.isalnum() or letter in "-_" for letter in asked.token):
        raise Refusal("request.bad_field", field="token")
    link = f"{request.base_url.scheme}://{request.base_url.netloc}/#/i/{asked.token}"
    if parts.settings.origin:
        link = f"{parts.settings.origin}/#/i/{asked.token}"
    drawn = BytesIO()
    segno.make(link, error="m").save(drawn, kind="svg", scale=6, border=2, xmldecl=False, svgns=True, light="#ffffff")
    return json_of(Picture(svg=drawn.getvalue().decode()))


async def events_since(request: Request) -> Response:
    """Catching up without a socket: ``after`` and ``limit`` given at most once, whole numbers in range."""
    parts, actor = await signed_in(request)
    after = whole(request, "after", least=0, most=2**53 - 1, default=0)
    limit = whole(request, "limit", least=1, most=PAGE_MOST, default=PAGE_MOST)
    circle = request.path_params["circle"]
    try:
        page = await parts.store.read(lambda conn: reading.since(conn, circle, actor.person, after, limit))
    except Refusal as refusal:
        if refusal.code == "circle.not_found":
            # Guessing ids finds nothing; that it is tried often says enough to slow it down.
            wait(parts.limits.looks(network_of(request, parts.settings, parts.keys)))
        raise
    return json_of(page)


async def agreement(request: Request) -> Response:
    """What a circle agrees on, for those who are or were in it."""
    parts, actor = await signed_in(request)
    circle = request.path_params["circle"]
    try:
        found = await parts.store.read(lambda conn: agreement_views.book(conn, circle, actor.person))
    except Refusal:
        wait(parts.limits.looks(network_of(request, parts.settings, parts.keys)))
        raise
    return json_of(found)


async def command(request: Request) -> Response:
    """Any command that goes through the door, for programs that want no socket."""
    parts, actor = await signed_in(request)
    body = await request.body()
    try:
        asked = decode_command(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise unreadable(body, error).refusal from None
    if not isinstance(asked, DoorCommand):
        raise Refusal("request.unknown_command")
    parts.came.add(actor.person)
    wait(parts.limits.asks(actor.person, asked, network_of(request, parts.settings, parts.keys)))
    return json_of(await parts.door.submit(actor, asked))


def whole(request: Request, name: str, *, least: int, most: int, default: int) -> int:
    """A whole number from the query: plain digits only, once only. Otherwise ``request.bad_field`` as 422."""
    given = request.query_params.getlist(name)
    if not given:
        return default
    text = given[0]
    if len(given) > 1 or not (text.isascii() and text.isdigit() and len(text) <= 16 and least <= int(text) <= most):
        raise Refusal("request.bad_value", field=name)
    return int(text)


async def socket(websocket: WebSocket) -> None:
    """Who it is and where from have been checked by then; accept, hand the socket over, and let go of it."""
    parts = parts_of(websocket)
    actor = await parts.auth.who(websocket)
    if actor is None:
        await websocket.send_denial_response(Response(status_code=401))
        return
    if parts.draining:
        await websocket.send_denial_response(Response(status_code=503, headers={"Retry-After": "1"}))
        return
    outside = parts.limits.outside(actor.person)
    if outside:
        if await parts.doorstep.waits(websocket, actor.person, outside):
            await websocket.send_denial_response(Response(status_code=429, headers={"Retry-After": "1"}))
        return
    address = f"person/{actor.person}"
    feed = await parts.hub.open(address)
    if feed is None:
        await websocket.send_denial_response(Response(status_code=401))
        return
    try:
        await websocket.accept()
        # Meanwhile it may have been let go of with the last socket before this one.
        feed = await parts.hub.open(address) or feed
    except BaseException:
        parts.hub.release(feed)
        raise
    connection = parts.connect(actor, network_of(websocket, parts.settings, parts.keys))
    attach = websocket.scope.get("extensions", {}).get(ATTACH)
    if attach is not None:
        connection.attached(attach(connection), feed)
    else:
        await serve(websocket.receive, websocket.send, lambda sink: connection.attached(sink, feed))


async def live(_request: Request) -> Response:
    return Response("ok\n", media_type="text/plain")


async def ready(request: Request) -> Response:
    """Green only while the database answers and has room, all processes are there, and the way to them works."""
    parts = parts_of(request)
    lacking = parts.draining or parts.broker.suspect or not parts.all_there()
    if lacking or parts.door.trouble is not None or not await parts.store.answers():
        return Response("not ready\n", status_code=503, media_type="text/plain")
    return Response("ready\n", media_type="text/plain")


async def lines_to_call(request: Request) -> Response:
    """The same lines as on the help page, for cards that show them beside what people here can do."""
    return json_of(HelpLines(lines=help_lines(parts_of(request).settings.help_file)))


ROUTES: list[BaseRoute] = [
    Route("/api/help-lines", lines_to_call, methods=["GET"]),
    Route("/api/circles", list_circles, methods=["GET"]),
    Route("/api/invites/look", look_at_invite, methods=["POST"]),
    Route("/api/invites/picture", draw_invite, methods=["POST"]),
    Route("/api/circles/{circle}/events", events_since, methods=["GET"]),
    Route("/api/circles/{circle}/agreement", agreement, methods=["GET"]),
    Route("/api/commands", command, methods=["POST"]),
    Route("/health/live", live, methods=["GET"]),
    Route("/health/ready", ready, methods=["GET"]),
]
