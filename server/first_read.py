"""A connection until its first bytes: an ordinary WebSocket's handshake goes on without HTTP, everything else to it.

`uvicorn.Config(http=FirstRead, ws=PreparedFrames)`, or ``http=limited(HttpLimits(…))``. What an HTTP parser keeps is made
only for those who need it: thousands who come back at once do not.
"""

import asyncio
from typing import Any, ClassVar, cast

from uvicorn.config import Config
from uvicorn.protocols.utils import get_local_addr, get_remote_addr, is_ssl
from uvicorn.server import ServerState

from server.http_protocol import BoundedHttp
from server.http_strict import HttpLimits
from server.upgrade import plain_upgrade


class FirstRead(asyncio.Protocol):
    """Waits as long as `BoundedHttp` waits for a head; that begins with the connection, whoever reads the rest of it."""

    http: ClassVar[type[BoundedHttp]] = BoundedHttp

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self.config = config
        self.server_state = server_state
        self.app_state = app_state
        self.connections = cast(set[object], server_state.connections)
        self.made = 0.0
        self.transport: asyncio.Transport
        self.deadline: asyncio.TimerHandle

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        loop = asyncio.get_running_loop()
        self.transport = transport
        self.made = loop.time()
        self.connections.add(self)
        self.deadline = loop.call_later(self.http.limits.head_within, transport.close)

    def data_received(self, data: bytes) -> None:
        sockets = cast(Any, self.config.ws_protocol_class)
        most = self.http.limits
        plain = None
        if hasattr(sockets, "upgrade"):
            plain = plain_upgrade(data, line=most.line, head=most.head, fields=most.headers)
        if plain is None:
            self.hand_over().data_received(data)
            return
        self.let_go()
        request, early = plain
        transport = self.transport
        protocol = sockets(self.config, self.server_state, self.app_state)
        transport.set_protocol(protocol)
        scheme = "https" if is_ssl(transport) else "http"
        protocol.upgrade(transport, request, (get_local_addr(transport), get_remote_addr(transport), scheme))
        if early and not transport.is_closing():
            protocol.data_received(early)

    def connection_lost(self, exc: Exception | None) -> None:
        self.let_go()

    def shutdown(self) -> None:
        """uvicorn is leaving; whether what may be on the way is still answered, HTTP decides."""
        self.hand_over().shutdown()

    def hand_over(self) -> BoundedHttp:
        """Go on as HTTP."""
        self.let_go()
        protocol = self.http(self.config, self.server_state, self.app_state)
        protocol.made = self.made
        self.transport.set_protocol(protocol)
        protocol.connection_made(self.transport)
        return protocol

    def let_go(self) -> None:
        self.deadline.cancel()
        self.connections.discard(self)


def limited(limits: HttpLimits) -> type[FirstRead]:
    """The protocol class with other limits, for `uvicorn.Config(http=…)`."""
    http = type("BoundedHttp", (BoundedHttp,), {"limits": limits})
    return type("FirstRead", (FirstRead,), {"http": http})
