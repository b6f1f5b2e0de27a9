"""Answers `/metrics` on a port of its own, on the loopback address only."""

import asyncio
import errno
import logging
import socket
import time
from functools import partial
from typing import TYPE_CHECKING, Final

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.types import Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.server import ServerState

from server.http_protocol import BoundedHttp
from server.metrics.figures import text
from server.metrics.take import take
from server.origin import refuse_host
from server.problems import problem
from server.tally import SECONDS, Spread

if TYPE_CHECKING:
    from server.parts import Parts

log = logging.getLogger("server.metrics")
HOST: Final = "127.0.0.1"
METHODS: Final = ("GET", "HEAD")
AGAIN = 1.0
"""Seconds before a port that is taken is tried again: a process that was replaced may still have it."""
LOOK_EVERY = 0.1
"""Seconds between looks at how late the loop is."""
AT_ONCE = 16
"""Connections; more are answered 503."""


class Metrics:
    """``port`` 0: nothing listens and nothing is looked at. A port that cannot be had costs the figures, not the server."""

    def __init__(self, parts: "Parts", port: int) -> None:
        self.parts = parts
        self.port = port
        self.lag = Spread(SECONDS)
        self._look: asyncio.TimerHandle | None = None
        self._opening: asyncio.Task[None] | None = None
        self._server: asyncio.Server | None = None
        self._state = ServerState()

    async def start(self) -> None:
        if self.port:
            self._look_at_loop(time.monotonic())
            self._opening = asyncio.create_task(self._open())

    async def close(self) -> None:
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
        if self._look is not None:
            self._look.cancel()
        if self._server is not None:
            self._server.close()
            for connection in list(self._state.connections):
                connection.transport.abort()
            await asyncio.gather(*self._state.tasks, return_exceptions=True)
            self._server = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI application: one page, for programs of this machine that name it by its own address."""
        if scope["type"] != "http":
            return
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        code = refuse_host(hosts, [f"http://{name}:{self.port}" for name in (HOST, "localhost")])
        if code is None and scope["method"] not in METHODS:
            code = "request.bad_method"
        if code is None and (scope["path"] != "/metrics" or scope["raw_path"].partition(b"?")[0] != b"/metrics"):
            code = "page.not_found"
        if code is not None:
            allowed = {"Allow": ", ".join(METHODS)} if code == "request.bad_method" else {}
            await problem(code, headers={**allowed, "Connection": "close"})(scope, receive, send)
            return
        taken = await take(self.parts, self.lag)
        body = await asyncio.to_thread(text, taken)
        headers = {
            b"content-type": CONTENT_TYPE_PLAIN_0_0_4.encode(),
            b"content-length": str(len(body)).encode(),
            b"cache-control": b"no-store",
            b"x-content-type-options": b"nosniff",
        }
        await send({"type": "http.response.start", "status": 200, "headers": list(headers.items())})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _open(self) -> None:
        config = Config(
            self,
            http=BoundedHttp,
            ws="none",
            interface="asgi3",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            limit_concurrency=AT_ONCE,
        )
        config.load()
        making = partial(BoundedHttp, config=config, server_state=self._state, app_state={})
        told = False
        while (listening := self._listen(quietly=told)) is None:
            told = True
            await asyncio.sleep(AGAIN)
        self._server = await asyncio.get_running_loop().create_server(making, sock=listening)

    def _listen(self, *, quietly: bool) -> socket.socket | None:
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, self.port))
        except OSError as error:
            listening.close()
            if not quietly:
                log.warning(
                    "no port for metrics yet", extra={"cause": errno.errorcode.get(error.errno or 0, "unknown")}
                )
            return None
        return listening

    def _look_at_loop(self, due: float) -> None:
        # Not the loop's own time: uvloop keeps that still while it works, and counts it in milliseconds.
        now = time.monotonic()
        self.lag.add(max(0.0, now - due))
        self._look = asyncio.get_running_loop().call_later(LOOK_EVERY, self._look_at_loop, now + LOOK_EVERY)
