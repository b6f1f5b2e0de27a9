"""HTTP for anybody, without a session: the public record, draws that can be repeated, the numbers of the open book."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.answers import json_of, parts_of, wait
from server.networks import network_of
from server.routes import whole


async def ledger(request: Request) -> Response:
    """Entries after number ``after`` (0 unless given), at most 500."""
    after = whole(request, "after", least=0, most=2**53 - 1, default=0)
    return _ready(await parts_of(request).records.page(after))


async def ledger_head(request: Request) -> Response:
    return _ready(await parts_of(request).records.head())


async def draw(request: Request) -> Response:
    """Ids stand in the record; guessing others finds nothing and becomes slow."""
    parts = parts_of(request)
    found = await parts.records.draw(request.path_params["draw"])
    if found is None:
        wait(parts.limits.looks(network_of(request, parts.settings, parts.keys)))
        raise HTTPException(404)
    return _ready(found)


async def open_book(request: Request) -> Response:
    return json_of(await parts_of(request).records.book())


ROUTES: list[BaseRoute] = [
    Route("/api/ledger", ledger, methods=["GET"]),
    Route("/api/ledger/head", ledger_head, methods=["GET"]),
    Route("/api/draws/{draw}", draw, methods=["GET"]),
    Route("/api/open-book", open_book, methods=["GET"]),
]


def _ready(answer: bytes) -> Response:
    return Response(answer, media_type="application/json")
