"""Runs one server process: sockets first, then the database's tables, then uvicorn, and an orderly end."""

import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from types import FrameType

import uvicorn

from server import frames
from server.app import create_app, make_parts
from server.demo import furnish
from server.first_read import FirstRead
from server.migrate import migrate, up_to_date
from server.parts import Parts
from server.processes.hangup import Terminal
from server.processes.link import Link
from server.processes.listening import BACKLOG, CannotListen, close, listen
from server.resources import YOUNG, Settled, raise_descriptors
from server.settings import Settings
from server.store import StoreUnavailable
from server.wire_protocol import limited

__all__ = ["CannotListen", "Server", "configuration", "listen", "serve_alone", "serve_beside"]

DRAIN = 10.0
ENDS_WITHIN = 17.0
"""Seconds from a signal to the end in any case, also where the database hangs."""


class Server(uvicorn.Server):
    """uvicorn's server, that says goodbye on the sockets before it stops."""

    def __init__(self, config: uvicorn.Config, parts: Parts, opened: str, *, demo: bool) -> None:
        super().__init__(config)
        self.parts = parts
        self.opened = opened
        self.demo = demo
        self.settled = Settled()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        raise_descriptors()
        # The application would do it too, but of its failure nothing comes out of uvicorn except a traceback.
        await self.parts.start()
        if self.demo:
            await furnish(self.parts)
        await super().startup(sockets)
        if self.started:
            gc.collect()
            gc.freeze()
            gc.set_threshold(YOUNG)
            self.tell()

    async def on_tick(self, counter: int) -> bool:
        if counter % 10 == 0:
            self.settled.look(len(self.server_state.connections))
        return await super().on_tick(counter)

    def tell(self) -> None:
        """It is open."""
        print(self.opened, flush=True)  # noqa: T201 - the address is what a newcomer waits for

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Being asked to end is no failure: the signal is not raised again, so that the exit status is 0."""
        with super().capture_signals():
            yield
            self._captured_signals.clear()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        last = threading.Timer(ENDS_WITHIN, os._exit, (1,))
        last.daemon = True
        last.start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for each in self.servers:
            each.close()
        await self.parts.say_goodbye()
        await super().shutdown(sockets)


class Alone(Server):
    """The only process. SIGHUP ends it too, but then it is to begin again on the sockets that it has kept."""

    def __init__(self, config: uvicorn.Config, parts: Parts, opened: str, *, demo: bool) -> None:
        super().__init__(config, parts, opened, demo=demo)
        self.again = False
        self.kept: list[socket.socket] = []
        self._terminal = Terminal()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.kept = [each.dup() for each in sockets or ()]
        await super().startup(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        with super().capture_signals():
            before = signal.signal(signal.SIGHUP, self._hang_up)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})
            yield
            if not self.again:
                signal.signal(signal.SIGHUP, before)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if not self.again:
            close(self.kept)
        await super().shutdown(sockets)

    def _hang_up(self, sig: int, frame: FrameType | None) -> None:
        self.again = self.again or (not self.should_exit and not self._terminal.is_gone())
        self.handle_exit(signal.SIGTERM, frame)


class Beside(Server):
    """One of several processes: it tells the supervisor that it is open, and ends when that one is gone."""

    def __init__(self, config: uvicorn.Config, parts: Parts, link: Link, *, demo: bool) -> None:
        super().__init__(config, parts, "", demo=demo)
        self.link = link
        link.end = self._end

    def tell(self) -> None:
        self.link.ready()

    async def on_tick(self, counter: int) -> bool:
        if counter % 10 == 0:
            self.link.alive()
        return await super().on_tick(counter)

    def _end(self) -> None:
        self.should_exit = True


def serve_alone(settings: Settings, inherited: Sequence[int], *, demo: bool) -> int:
    """As the only process, until a signal; returns its exit status. Raises one of the sentence exceptions.

    ``inherited``: descriptors of sockets that listen already.
    """
    sockets = [socket.socket(fileno=each) for each in inherited] or listen(settings)
    parts = make_parts(settings)
    parts.store.check()
    migrate(parts.store)
    port = sockets[0].getsockname()[1]
    parts.settings = settings.model_copy(update={"port": port})
    where = settings.origin or f"http://localhost:{port}"
    server = Alone(configuration(parts), parts, f"Peer Circles is open at {where}", demo=demo)
    _run(server, sockets)
    if server.again:
        _begin_again(server.kept)
    return 0


def serve_beside(link: Link) -> int:
    """As one of several processes, until it is told to end or the one that started it is gone."""
    # The supervisor exchanges processes when it gets this signal.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    orders = link.orders
    settings = Settings.model_validate(orders.settings)
    parts = make_parts(settings)
    parts.store.check()
    if not up_to_date(parts.store):
        raise StoreUnavailable("The database has other tables than this version needs. Stop the server, and start it.")
    parts.settings = settings.model_copy(update={"port": orders.port})
    parts.all_there = lambda: link.complete
    if orders.control is not None:
        parts.control.shared = socket.socket(fileno=orders.control)
    server = Beside(configuration(parts), parts, link, demo=orders.furnish)
    _run(server, [socket.socket(fileno=each) for each in orders.sockets])
    return 0


def configuration(parts: Parts) -> uvicorn.Config:
    """How uvicorn runs the application."""
    settings = parts.settings
    prepared = limited(frames.Limits(frames=settings.frames_per_10s))
    return uvicorn.Config(
        create_app(settings, parts),
        loop="uvloop",
        http=FirstRead,
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


def _run(server: Server, sockets: list[socket.socket]) -> None:
    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(server.serve(sockets))


def _begin_again(sockets: list[socket.socket]) -> None:
    """The program anew, in this process: whoever connects meanwhile waits on the sockets."""
    for each in sockets:
        each.set_inheritable(True)
    # Another one now must not end the program before it handles it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    command = sys.orig_argv[1:]
    if "--sockets" in command:
        command = command[: command.index("--sockets")]
    command += ["--sockets", *(str(each.fileno()) for each in sockets)]
    os.execv(sys.executable, [sys.executable, *command])  # noqa: S606 - the program itself
