"""Takes a WebSocket's handshake past what stands around every other request: thousands may come at once."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

Endpoint = Callable[[WebSocket], Awaitable[None]]


class Handshakes:
    """``app``, but that WebSockets at ``path`` go straight to ``endpoint``, without middleware and routing.

    ``handlers`` answer errors before the handshake is accepted, by their type, as in Starlette; what is left to
    ``Exception`` comes out here, as it does there for WebSockets.
    """

    def __init__(self, app: Starlette, path: str, endpoint: Endpoint, handlers: Mapping[Any, Any]) -> None:
        self.app = app
        self.path = path
        self.endpoint = endpoint
        self.handlers = {kind: handler for kind, handler in handlers.items() if kind is not Exception}
        self.handled = tuple(self.handlers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket" or scope["path"] != self.path:
            await self.app(scope, receive, send)
            return
        scope["app"] = self.app
        websocket = WebSocket(scope, receive, send)
        try:
            await self.endpoint(websocket)
        except self.handled as error:
            handler = next(self.handlers[kind] for kind in type(error).__mro__ if kind in self.handlers)
            answer = await handler(websocket, error)
            await answer(scope, receive, send)
