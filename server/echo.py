"""A WebSocket that sends back what it gets, through the same protocol class as every other: for conformance suites.

Opened by TEST_ECHO=1, for programs on this machine only; without it the path is like any other that does not exist.
"""

from starlette.responses import Response
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.types import Message
from starlette.websockets import WebSocket

from server.answers import parts_of
from server.frames import ATTACH, Limits, Sink, frame
from server.networks import address_of

PATH = "/test/echo"
LIMITS = Limits(message=16 * 1024 * 1024, binary=True, frames=10_000_000)
"""Suites send messages of 16 MiB, and smaller ones in tens of thousands of fragments. Every other bound is the product's."""
BINARY_FIRST = b"\x82"


class Echo:
    """Text comes back as text, binary as binary, fragments as one frame."""

    __slots__ = ("sink",)

    def __init__(self) -> None:
        self.sink: Sink | None = None

    def received(self, message: bytes) -> None:
        assert self.sink is not None
        self.sink.write(frame(message))

    def received_binary(self, message: bytes) -> None:
        assert self.sink is not None
        self.sink.write(BINARY_FIRST + frame(message)[1:])

    def clogged(self) -> None:
        """Nothing more is read from whoever does not read, so nothing more is written either."""

    def drained(self) -> None:
        """What was held back is read now, and echoed as it comes."""

    def shown_out(self) -> None:
        """Suites break every rule, and come back for the next."""

    def lost(self) -> None:
        self.sink = None


async def echo(websocket: WebSocket) -> None:
    address = address_of(websocket, parts_of(websocket).settings.trusted_proxies)
    if address is None or not address.is_loopback:
        await websocket.send_denial_response(Response(status_code=403))
        return
    await websocket.accept()
    attach = websocket.scope.get("extensions", {}).get(ATTACH)
    if attach is None:
        while (message := await websocket.receive())["type"] == "websocket.receive":
            await websocket.send(_back(message))
        return
    receiver = Echo()
    receiver.sink = attach(receiver, LIMITS)


def _back(message: Message) -> Message:
    if message.get("text") is not None:
        return {"type": "websocket.send", "text": message["text"]}
    return {"type": "websocket.send", "bytes": message["bytes"]}


ROUTES: list[BaseRoute] = [WebSocketRoute(PATH, echo)]
