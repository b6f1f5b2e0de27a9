"""uvicorn's HTTP/1.1 protocol on h11, with a deadline for every wait on the peer and no tolerance in the head.

For connections over which something came (`first_read`), or `uvicorn.Config(http=BoundedHttp)`. Refusals made here repeat nothing of the request.
"""

import asyncio
import enum
import json
from http import HTTPStatus
from typing import Any, ClassVar, cast

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from server.buffers import bound_unacknowledged, set_options
from server.http_strict import HttpLimits, StrictConnection
from server.upgrade import Upgrade


class Wait(enum.Enum):
    """What a deadline is for."""

    NOTHING = enum.auto()
    HEAD = enum.auto()
    BODY = enum.auto()
    LINGER = enum.auto()
    LATE = enum.auto()


class BoundedHttp(H11Protocol):
    """One HTTP connection. A peer that keeps the server waiting is answered 408, or closed if it has said nothing."""

    limits: ClassVar[HttpLimits] = HttpLimits()

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.strict = self.conn = StrictConnection(self.limits)
        self.wait = Wait.NOTHING
        self.deadline: asyncio.TimerHandle | None = None
        self.refused = False
        self.late = False
        """The server is leaving, and this is the last request that it answers."""
        self.made = 0.0
        """When the connection was; set before `connection_made` where another has waited for its first bytes."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.made = self.made or self.loop.time()
        set_options(transport, *bound_unacknowledged(self.limits.unacknowledged))
        self.watch()

    @property
    def asked(self) -> bool:
        """A whole head has come."""
        return cast(object, self.cycle) is not None  # None at first, whatever its type says

    def connection_lost(self, exc: Exception | None) -> None:
        self.await_(Wait.NOTHING)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.refused:
            return
        super().data_received(data)
        if self.late and self.asked:
            self.cycle.keep_alive = False
        self.watch()

    def hand_over(self, request: Upgrade, early: bytes) -> None:
        """Give the connection to the WebSocket class, and forget it."""
        self.await_(Wait.NOTHING)
        self.connections.discard(self)
        protocol = cast(Any, self.ws_protocol_class)(self.config, self.server_state, self.app_state)
        self.transport.set_protocol(protocol)
        protocol.upgrade(self.transport, request, (self.server, self.client, self.scheme))
        if early and not self.transport.is_closing():
            protocol.data_received(early)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        early, _ = self.conn.trailing_data
        if hasattr(self.ws_protocol_class, "upgrade"):
            self.hand_over(Upgrade(event.method, event.target, self.headers), early)
            return
        self.await_(Wait.NOTHING)
        super().handle_websocket_upgrade(event)
        protocol = self.transport.get_protocol()
        if early and protocol is not self and not self.transport.is_closing():
            assert isinstance(protocol, asyncio.Protocol)
            protocol.data_received(early)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.watch()

    def watch(self) -> None:
        """Set the deadline for whatever is now waited for."""
        state = self.conn.their_state
        if self.refused:
            return
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            self.await_(Wait.NOTHING)
        elif state is h11.IDLE:  # uvicorn's own timer holds while nothing has come of the next request
            waiting = Wait.LATE if self.late else Wait.HEAD
            self.await_(waiting if self.timeout_keep_alive_task is None else Wait.NOTHING)
        elif state is h11.SEND_BODY:
            answered = self.conn.our_state in (h11.DONE, h11.MUST_CLOSE)
            self.await_(Wait.LINGER if answered else Wait.BODY)
        else:
            self.await_(Wait.NOTHING)

    def await_(self, wait: Wait) -> None:
        if wait is self.wait:
            return
        self.wait = wait
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None
        if wait is not Wait.NOTHING:
            self.deadline = self.loop.call_later(self.patience(wait), self.too_late)

    def patience(self, wait: Wait) -> float:
        """Seconds from now; those for a first head begin with the connection, whoever has waited for it so far."""
        match wait:
            case Wait.HEAD if self.asked:
                return self.limits.head_within
            case Wait.HEAD:
                return self.made + self.limits.head_within - self.loop.time()
            case Wait.BODY:
                return self.limits.body_within
            case Wait.LINGER:
                return self.limits.linger
            case _:
                return self.made + self.limits.late - self.loop.time()

    def too_late(self) -> None:
        wait, self.wait = self.wait, Wait.NOTHING
        if wait is Wait.LINGER:
            self.transport.abort()
        elif wait is Wait.BODY and self.flow.read_paused:  # the application is slow, not the peer
            self.watch()
        elif wait is Wait.BODY or self.conn.trailing_data[0]:
            self.refuse(408)
        else:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        self.refuse(self.strict.status)

    def refuse(self, status: int) -> None:
        """Answer, unless an answer has begun, and end; the application sees the peer as gone."""
        self.refused = True
        self._unset_keepalive_if_required()
        if self.asked and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.close()
            return
        body = problem(status, CODES.get(status, "request.refused"))
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\ncontent-type: application/problem+json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.await_(Wait.LINGER)
        self.transport.resume_reading()
        # Closing over unread bytes would reset the connection, and the answer would be lost with it.
        if self.transport.can_write_eof():
            self.transport.write_eof()
        else:
            self.transport.close()

    def shutdown(self) -> None:
        if self.refused:
            self.transport.close()
        elif not self.asked and self.loop.time() < self.made + self.limits.late:
            # Its request may be on the way: a connection that was taken is not cut before its answer.
            self.late = True
            self.watch()
        else:
            super().shutdown()


CODES = {
    400: "request.malformed",
    408: "request.timeout",
    414: "request.too_long",
    431: "request.too_large",
    501: "request.not_implemented",
}


def problem(status: int, code: str) -> bytes:
    """Problem details (RFC 9457) as JSON."""
    title = HTTPStatus(status).phrase
    return json.dumps({"type": "about:blank", "title": title, "status": status, "code": code}).encode()
