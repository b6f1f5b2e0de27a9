"""A WebSocket from its upgrade to the moment at which a `Peer` has the socket: the handshake, and ASGI for who decides on it.

`uvicorn.Config(http=FirstRead, ws=PreparedFrames)`, or `ws=limited(Limits(…))`. Only for applications that refuse or
attach: nothing is received or sent here after the handshake. Others are served by uvicorn's own classes.
"""

import asyncio
import logging
from base64 import b64encode
from binascii import Error, a2b_base64
from hashlib import sha1
from http import HTTPStatus
from typing import Any, ClassVar, cast
from urllib.parse import unquote

from uvicorn._types import ASGIReceiveEvent
from uvicorn.config import Config
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.server import ServerState

from server.buffers import bound_buffers
from server.frames import ATTACH, Limits, Receiver, Sink
from server.http_protocol import problem
from server.peer import Peer
from server.upgrade import Upgrade

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
SWITCHING = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
INTERNAL = b"\x88\x02" + (1011).to_bytes(2, "big")
FIELD_MOST = 8_190
"""Bytes of one header field's value."""
log = logging.getLogger("server.wire_protocol")


class PreparedFrames(asyncio.Protocol):
    """One connection from the upgrade to `attach`. Puts an `Attach` under `ATTACH` into the scope's extensions.

    What the client sends before it is attached is held back unparsed, at most one read of it. No subprotocol is on offer,
    so a client that names some understands none of ours; no extension is ever negotiated.
    """

    limits: ClassVar[Limits] = Limits()

    def __init__(self, config: Config, server_state: ServerState, app_state: dict[str, Any]) -> None:
        self.app = config.loaded_app
        self.root_path = config.root_path
        self.asgi = {"version": config.asgi_version, "spec_version": "2.4"}
        self.app_state = app_state
        self.connections = cast(set[object], server_state.connections)
        self.tasks = server_state.tasks
        self.default_headers = server_state.default_headers
        self.accept = b""
        self.held = bytearray()
        self.connecting = True  # until the application was told so
        self.answered = False
        self.denial: tuple[int, list[tuple[bytes, bytes]], bytes] | None = None
        self.gone: asyncio.Future[None] | None = None
        self.lost = False
        self.peer: Peer | None = None
        self.transport: asyncio.Transport

    def upgrade(self, transport: asyncio.Transport, request: Upgrade, addresses: tuple[Any, Any, str]) -> None:
        """Take the connection over from HTTP. ``addresses``: the server's, the client's, and "http" or "https"."""
        self.transport = transport
        self.connections.add(self)
        refusal = self.judge(request)
        if refusal is not None:
            further = [(b"Upgrade", b"websocket"), (b"Sec-WebSocket-Version", b"13")] if refusal == 426 else []
            self.refuse(refusal, further)
            return
        path, _, query = request.target.partition(b"?")
        scope: dict[str, Any] = {
            "type": "websocket",
            "asgi": self.asgi,
            "http_version": "1.1",
            "scheme": "wss" if addresses[2] == "https" else "ws",
            "server": addresses[0],
            "client": addresses[1],
            "root_path": self.root_path,
            "path": self.root_path + unquote(path.decode("ascii")),
            "raw_path": self.root_path.encode("ascii") + path,
            "query_string": query,
            "headers": request.headers,
            "subprotocols": [],
            "state": self.app_state.copy(),
            "extensions": {"websocket.http.response": {}, ATTACH: self.attach},
        }
        task = asyncio.get_running_loop().create_task(self.run_asgi(scope))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    def judge(self, request: Upgrade) -> int | None:
        """The status of a refusal, if any; notes the answer to the key."""
        keys: list[bytes] = []
        versions: list[bytes] = []
        for name, value in request.headers:
            if len(value) > FIELD_MOST:
                return 431
            if name == b"sec-websocket-key":
                keys.append(value)
            elif name == b"sec-websocket-version":
                versions.append(value)
            elif name in (b"sec-websocket-protocol", b"transfer-encoding") or (
                name == b"content-length" and value != b"0"
            ):
                return 400
        if versions and versions != [b"13"]:
            return 426
        if request.method != b"GET" or not versions or len(keys) != 1:
            return 400
        try:
            if len(a2b_base64(keys[0], strict_mode=True)) != 16:
                return 400
        except Error:
            return 400
        self.accept = b64encode(sha1(keys[0] + GUID, usedforsecurity=False).digest())
        return None

    # The transport's calls

    def data_received(self, data: bytes) -> None:
        self.held += data
        self.transport.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        self.connections.discard(self)
        self.lost = True
        if self.gone is not None and not self.gone.done():
            self.gone.set_result(None)

    def shutdown(self) -> None:
        """uvicorn is leaving."""
        if not self.answered:
            self.refuse(503, [(b"retry-after", b"1")])
        else:
            self.transport.close()

    # ASGI

    async def run_asgi(self, scope: dict[str, Any]) -> None:
        try:
            await self.app(cast(Any, scope), cast(Any, self.receive), cast(Any, self.send))
        except ClientDisconnected:
            self.end()
        except BaseException as error:  # as in uvicorn, whatever ends the application ends the connection
            log.error("A WebSocket's application ended with %s", type(error).__name__)
            self.end()
        else:
            if self.peer is None:
                self.end()
        finally:
            scope["extensions"].pop(ATTACH)  # it leads back here through the scope

    def end(self) -> None:
        """The application is done with a connection that it has not attached, or has failed with one that it has."""
        if self.peer is not None:
            self.peer.close(1011)
        elif not self.answered:
            self.refuse(500)
        elif not self.transport.is_closing():
            self.transport.write(INTERNAL)
            self.transport.close()

    async def receive(self) -> ASGIReceiveEvent:
        if self.connecting:
            self.connecting = False
            return {"type": "websocket.connect"}
        if self.answered and not self.lost:
            raise RuntimeError("this class receives nothing: attach, or be served by another")
        if not self.lost:
            self.gone = asyncio.get_running_loop().create_future()
            await self.gone
        return {"type": "websocket.disconnect", "code": 1006}

    async def send(self, message: dict[str, Any]) -> None:
        if self.lost:
            raise ClientDisconnected
        kind = message["type"]
        if kind == "websocket.accept" and not self.answered and self.denial is None:
            self.answer(SWITCHING + self.accept + b"\r\n", message.get("headers", ()))
        elif kind == "websocket.close" and not self.answered:
            self.refuse(403)
        elif kind == "websocket.http.response.start" and not self.answered and self.denial is None:
            self.denial = message["status"], list(message.get("headers", ())), b""
        elif kind == "websocket.http.response.body" and self.denial is not None and not self.answered:
            status, headers, body = self.denial
            self.denial = status, headers, body + message.get("body", b"")
            if not message.get("more_body", False):
                self.deny(status, headers, body + message.get("body", b""))
        else:
            raise RuntimeError(f"{kind} is out of turn: this class refuses, or accepts and is attached")

    # Answers

    def answer(self, first: bytes, headers: Any, body: bytes = b"") -> None:
        self.answered = True
        if not self.transport.is_closing():
            fields = b"".join(b"%s: %s\r\n" % (name, value) for name, value in (*self.default_headers, *headers))
            self.transport.write(first + fields + b"\r\n" + body)

    def deny(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        kept = [each for each in headers if each[0].lower() not in (b"content-length", b"connection")]
        kept += [(b"content-length", b"%d" % len(body)), (b"connection", b"close")]
        self.answer(b"HTTP/1.1 %d %s\r\n" % (status, HTTPStatus(status).phrase.encode()), kept, body)
        self.transport.close()

    def refuse(self, status: int, headers: list[tuple[bytes, bytes]] | None = None) -> None:
        """Problem details that repeat nothing of the request."""
        kind = (b"content-type", b"application/problem+json")
        self.deny(status, [kind, *(headers or ())], problem(status, "request.handshake"))

    # Attaching

    def attach(self, receiver: Receiver, limits: Limits | None = None) -> Sink:
        """Hand the socket over to `receiver`. To be called once, after `websocket.accept`, before any other receive.

        A connection that is gone already is lost at once after the call. Raises RuntimeError out of turn.
        """
        gone = self.lost or self.transport.is_closing()
        if self.peer is not None or self.gone is not None or not (self.answered or gone):
            raise RuntimeError("attach comes once, after websocket.accept and before another receive")
        limits = limits or self.limits
        self.peer = peer = Peer(self.transport, receiver, self.connections, limits)
        self.connections.discard(self)
        loop = asyncio.get_running_loop()
        if self.lost:
            peer.abort()  # what is written before it is told of the loss is ignored
            loop.call_soon(peer.connection_lost, None)
            return peer
        self.transport.set_protocol(peer)
        if not gone:
            bound_buffers(self.transport, limits)
            if self.held:
                loop.call_soon(hand_over, self.transport, peer, bytes(self.held))
        return peer


def hand_over(transport: asyncio.Transport, peer: Peer, held: bytes) -> None:
    peer.data_received(held)
    transport.resume_reading()


def limited(limits: Limits) -> type[PreparedFrames]:
    """The protocol class with other limits, for `uvicorn.Config(ws=…)`."""
    return type("PreparedFrames", (PreparedFrames,), {"limits": limits})
