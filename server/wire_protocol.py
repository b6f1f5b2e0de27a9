"""uvicorn's WebSocket protocol with a way out of ASGI: the handshake is uvicorn's, and after `Attach` a `Peer` has the socket.

`uvicorn.Config(ws=PreparedFrames)`, or `ws=limited(Limits(…))`. An application that does not attach is served as by uvicorn.
"""

import asyncio
import socket
from typing import Any, ClassVar, cast

from uvicorn._types import ASGIReceiveEvent
from uvicorn.config import Config
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol

from server.frames import ATTACH, Limits, Receiver, Sink
from server.http_protocol import problem, set_option
from server.peer import Peer


class Handshake(ServerProtocol):
    """The opening handshake, answered with problem details that repeat nothing of the request.

    No subprotocol is on offer, so a client that names some understands none of ours; no extension is ever negotiated.
    """

    def accept(self, request: Request) -> Response:
        versions = request.headers.get_all("Sec-WebSocket-Version")
        if versions and versions != ["13"]:
            return self.refused(426, {"Upgrade": "websocket", "Sec-WebSocket-Version": "13"})
        if request.headers.get_all("Sec-WebSocket-Protocol"):
            return self.refused(400, {})
        response = super().accept(request)
        if response.status_code == 101:
            return response
        kept = {name: value for name, value in response.headers.raw_items() if name in ("Allow", "Upgrade")}
        return self.refused(response.status_code, kept)

    def refused(self, status: int, headers: dict[str, str]) -> Response:
        body = problem(status, "request.handshake").decode()
        response = self.reject(status, body)
        del response.headers["Content-Type"]
        response.headers.update({"Content-Type": "application/problem+json", **headers})
        return response


class PreparedFrames(WebSocketsSansIOProtocol):
    """One connection from the upgrade to `attach`. Puts an `Attach` under `ATTACH` into the scope's extensions.

    What the client sends before it is attached is held back unparsed, at most one read of it.
    """

    limits: ClassVar[Limits] = Limits()

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.conn = Handshake(extensions=None, max_size=self.limits.message, logger=self.logger)
        self.held = bytearray()
        self.holding = True
        self.peer: Peer | None = None

    def data_received(self, data: bytes) -> None:
        if not self.handshake_initiated:
            super().data_received(data)
            if not self.handshake_initiated:
                self.refuse_head()
        elif self.holding:
            self.held += data
            self.transport.pause_reading()
        else:
            super().data_received(data)

    def refuse_head(self) -> None:
        """The head was too much for the websockets library, or said that a body follows."""
        answer = b"".join(self.conn.data_to_send())
        if not answer:
            self.conn = Handshake(logger=self.logger)
            self.conn.send_response(self.conn.refused(400, {}))
            answer = b"".join(self.conn.data_to_send())
        self.handshake_initiated = self.handshake_complete = self.close_sent = True
        self.transport.write(answer)
        self.transport.close()

    async def run_asgi(self) -> None:
        extensions = cast(dict[str, object], self.scope["extensions"])
        extensions[ATTACH] = self.attach
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            self.end()
        except BaseException as error:  # as in uvicorn, whatever ends the application ends the connection
            self.logger.error("A WebSocket's application ended with %s", type(error).__name__)
            self.end()
        else:
            if self.peer is None:
                self.end()
        finally:
            extensions.pop(ATTACH)  # it leads back here through the scope

    def end(self) -> None:
        """The application is done with a connection that it has not attached, or has failed with one that it has."""
        if self.peer is not None:
            self.peer.close(1011)
            return
        self.send_500_response()
        if self.close_timer is None:
            self.transport.close()

    async def receive(self) -> ASGIReceiveEvent:
        if self.holding and self.handshake_complete:
            self.holding = False
            held, self.held = bytes(self.held), bytearray()
            if held:
                super().data_received(held)
                self.transport.resume_reading()
        return await super().receive()

    def attach(self, receiver: Receiver, limits: Limits | None = None) -> Sink:
        """Hand the socket over to `receiver`. To be called once, after `websocket.accept`, before any other receive.

        A connection that is gone already is lost at once after the call. Raises RuntimeError out of turn.
        """
        gone = self.disconnected or self.transport.is_closing()
        if self.peer is not None or not self.holding or not (self.handshake_complete or gone):
            raise RuntimeError("attach comes once, after websocket.accept and before another receive")
        self.stop_keepalive()
        limits = limits or self.limits
        self.peer = peer = Peer(self.transport, receiver, cast(set[object], self.connections), limits)
        self.connections.discard(self)
        self.conn.parser.close()  # a suspended generator keeps itself alive
        if self.disconnected:
            self.loop.call_soon(peer.connection_lost, None)
            return peer
        self.transport.set_protocol(peer)
        if not gone:
            bound_buffers(self.transport, limits)
            if self.held:
                self.loop.call_soon(self.hand_over, peer, bytes(self.held))
        return peer

    def hand_over(self, peer: Peer, held: bytes) -> None:
        peer.data_received(held)
        self.transport.resume_reading()


def limited(limits: Limits) -> type[PreparedFrames]:
    """The protocol class with other limits, for `uvicorn.Config(ws=…)`."""
    return type("PreparedFrames", (PreparedFrames,), {"limits": limits})


def bound_buffers(transport: asyncio.Transport, limits: Limits) -> None:
    """Bound what may lie unsent, here and in the kernel, and for how long nobody acknowledges it."""
    transport.set_write_buffer_limits(high=limits.high_water, low=limits.low_water)
    set_option(transport, socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    set_option(transport, socket.SOL_SOCKET, socket.SO_SNDBUF, limits.send_buffer)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        set_option(transport, socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(limits.unacknowledged * 1000))
