"""Joins the parts: the only place where they meet."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.types import ASGIApp

from server import (
    echo,
    pages,
    routes,
    routes_calendar,
    routes_desk,
    routes_identity,
    routes_ledger,
    routes_push,
    routes_search,
)
from server.broker import Broker, Presence
from server.broker_memory import MemoryBroker, MemoryBus
from server.client_files import ClientFiles, client_folder
from server.handshakes import Handshakes
from server.hub import Hub
from server.keys import Keys
from server.origin import Gate
from server.paces import Nobody, Others
from server.parts import Parts
from server.presence import MemoryPresence
from server.problems import counting
from server.redis.broker import RedisBroker
from server.redis.limits import RedisOthers
from server.redis.presence import RedisPresence
from server.settings import Settings
from server.store import Store


def make_parts(settings: Settings) -> Parts:
    """Everything but the web around it.

    Raises `StoreUnavailable`, `BrokerUnavailable`, `KeysUnavailable` or `HelpFileUnusable` with one sentence.
    """
    pages.check_help(settings.help_file)
    store = Store(settings.database)
    keys = Keys.load(settings.data_dir)
    version = client_folder() / "version.txt"
    said = version.read_text().strip() if version.is_file() else "unbuilt"
    if settings.redis_url:
        broker: Broker = RedisBroker(settings.redis_url)
        hub = Hub(store, broker, polls=True)
        presence: Presence = RedisPresence(
            settings.redis_url, hub.whisper, lambda address, frame: hub.whispered(address, frame, None)
        )
        others: Others = RedisOthers(settings.redis_url, partial(keys.mark, "limit"), processes=settings.processes)
    else:
        broker = MemoryBroker(MemoryBus())
        # PostgreSQL may have other servers on it, with or without a Redis between them.
        hub = Hub(store, broker, polls=not store.sqlite)
        presence = MemoryPresence(hub.whisper)
        others = Nobody()
    return Parts(settings, store, keys, broker, presence, hub, said, others)


def create_app(settings: Settings, parts: Parts) -> ASGIApp:
    """The ASGI application around the parts."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.parts = parts
        await parts.start()
        try:
            yield
        finally:
            await parts.close()

    handlers = counting(parts.tally.refusals)
    app = Starlette(
        routes=[
            *routes.ROUTES,
            *routes_identity.ROUTES,
            *routes_calendar.ROUTES,
            *routes_desk.ROUTES,
            *routes_push.ROUTES,
            *routes_search.ROUTES,
            *routes_ledger.ROUTES,
            *pages.ROUTES,
            *(echo.ROUTES if settings.test_echo else ()),
        ],
        exception_handlers=handlers,
        lifespan=lifespan,
    )
    # Not a route: a mount at "/" would match before a wrong method on another route is told as 405.
    app.router.default = ClientFiles(client_folder())
    straight = Handshakes(app, routes.SOCKET, routes.socket, handlers)
    return Gate(straight, settings, refusals=parts.tally.refusals)
