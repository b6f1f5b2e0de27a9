"""Runs the server: sockets first, then migrations, then uvicorn, and an orderly end."""

import asyncio
import contextlib
import errno
import gc
import logging
import socket
from collections.abc import Iterator

import uvicorn

from server import frames
from server.app import create_app, make_parts
from server.data_folder import DataFolder
from server.demo import furnish
from server.http_protocol import BoundedHttp
from server.migrate import migrate
from server.parts import Parts
from server.settings import Settings
from server.store import StoreUnavailable
from server.wire_protocol import limited

BACKLOG = 4096
DRAIN = 10.0
log = logging.getLogger("server.serving")


class CannotListen(Exception):
    """One plain sentence."""


class Server(uvicorn.Server):
    """uvicorn's server, that says goodbye on the sockets before it stops."""

    def __init__(self, config: uvicorn.Config, parts: Parts, opened: str, *, demo: bool) -> None:
        super().__init__(config)
        self.parts = parts
        self.opened = opened
        self.demo = demo

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        # The application would do it too, but of its failure nothing comes out of uvicorn except a traceback.
        await self.parts.start()
        if self.demo:
            await furnish(self.parts)
        await super().startup(sockets)
        if self.started:
            gc.collect()
            gc.freeze()
            print(self.opened, flush=True)  # noqa: T201 - the address is what a newcomer waits for

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Being asked to end is no failure: the signal is not raised again, so that the exit status is 0."""
        with super().capture_signals():
            yield
            self._captured_signals.clear()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self.parts.say_goodbye()
        await super().shutdown(sockets)


def serve(settings: Settings, *, demo: bool) -> None:
    """Until a signal. Raises one of the sentence exceptions where it cannot begin."""
    folder = DataFolder(settings.data_dir)
    sqlite = settings.database.startswith("sqlite")
    if sqlite:
        # PostgreSQL has owners of its own; several processes then share a folder that holds only keys.
        folder.own()
        if settings.redis_url:
            raise StoreUnavailable("SQLite serves one process. Set DATABASE_URL to PostgreSQL to use REDIS_URL.")
    sockets = listen(settings)
    parts = make_parts(settings)
    parts.store.check()
    migrate(parts.store)
    port = sockets[0].getsockname()[1]
    parts.settings = settings.model_copy(update={"port": port})
    config = configuration(parts)
    where = settings.origin or f"http://localhost:{port}"
    server = Server(config, parts, f"Peer Circles is open at {where}", demo=demo)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(server.serve(sockets))
    folder.close()


def configuration(parts: Parts) -> uvicorn.Config:
    """How uvicorn runs the application."""
    settings = parts.settings
    prepared = limited(frames.Limits(frames=settings.frames_per_10s))
    return uvicorn.Config(
        create_app(settings, parts),
        loop="uvloop",
        http=BoundedHttp,
        ws="websockets-sansio" if settings.plain_asgi else prepared,
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=int(DRAIN),
        backlog=BACKLOG,
    )


def listen(settings: Settings) -> list[socket.socket]:
    """Listening sockets: this machine only, unless ``ORIGIN`` names an address for others."""
    hosts = ("127.0.0.1", "::1") if settings.loopback else ("::", "0.0.0.0")  # noqa: S104 - ORIGIN asks for it
    opened: list[socket.socket] = []
    port = settings.port
    for host in hosts:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            each = socket.socket(family, socket.SOCK_STREAM)
        except OSError:
            continue
        each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            each.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            each.bind((host, port))
            each.listen(BACKLOG)
        except OSError as error:
            each.close()
            taken = error.errno == errno.EADDRINUSE and (settings.port != 0 or not opened)
            if family == socket.AF_INET6 and not taken:
                # Not every machine has IPv6. But where a stranger has the port, "localhost" may lead to them.
                continue
            raise CannotListen(f"Port {port} cannot be used ({error.strerror}). Set PORT to another.") from None
        port = each.getsockname()[1]
        opened.append(each)
    if not opened:
        raise CannotListen("No network address could be opened.")
    return opened
