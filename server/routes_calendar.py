"""The feeds that people's own calendars read: times, under a neutral title, for whoever has the address."""

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from rooms import telling
from rooms.calendar_feed import feed
from rooms.schedule import Sitting
from server.answers import parts_of, wait
from server.networks import network_of

FRESH = 900
"""Seconds a calendar may go by what it read."""


async def calendar(request: Request) -> Response:
    """Addresses are guessed no faster than codes; one that was ended looks like one that never was."""
    parts = parts_of(request)
    token = request.path_params["token"]
    now, most = parts.now(), parts.door.limits.feed_sittings

    def read(conn: Connection) -> list[tuple[str, Sitting]] | None:
        return telling.calendar(conn, token, now=now, most=most)

    shown = await parts.store.read(read)
    if shown is None:
        wait(parts.limits.looks(network_of(request, parts.settings, parts.keys)))
        raise HTTPException(404)
    # Ids of circles stay here: with what the calendar is given nobody finds one.
    sittings = [(parts.keys.mark("calendar", of), sitting) for of, sitting in shown]
    return Response(
        feed(parts.settings.page_title, sittings, now=now),
        media_type="text/calendar",
        headers={"Cache-Control": f"private, max-age={FRESH}", "X-Robots-Tag": "noindex"},
    )


ROUTES: list[BaseRoute] = [Route("/calendar/{token}.ics", calendar, methods=["GET"])]
