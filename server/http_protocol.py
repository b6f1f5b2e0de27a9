"""uvicorn's HTTP/1.1 protocol on h11, with a deadline for every wait on the peer and no tolerance in the head.

`uvicorn.Config(http=BoundedHttp)`, or `http=limited(HttpLimits(…))`. Refusals made here repeat nothing of the request.
"""

import asyncio
import contextlib
import enum
import json
import re
import socket
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """What one request may cost before the application sees it. Sizes in bytes, times in seconds."""

    line: int = 8 * 1024
    head: int = 16 * 1024
    headers: int = 100
    head_within: float = 9.5
    """From the connection, or from the first byte of a later request, to the end of the head; a little under ten."""
    body_within: float = 19.5
    """From the end of the head to the end of the body; a little under twenty."""
    linger: float = 2.0
    """How long a refused or answered peer may go on sending what nobody reads."""
    unacknowledged: float = 18.0


class Wait(enum.Enum):
    """What a deadline is for."""

    NOTHING = enum.auto()
    HEAD = enum.auto()
    BODY = enum.auto()
    LINGER = enum.auto()


LENIENT = re.compile(rb"(?<!\r)\n|\x00")


class StrictConnection(h11.Connection):
    """h11 without what it forgives: bare line feeds, two framings at once, heads of any size that come in one read."""

    def __init__(self, limits: HttpLimits) -> None:
        super().__init__(h11.SERVER, limits.head)
        self.limits = limits
        self.status = 400
        """Of the last refusal."""

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        try:
            if self.their_state is h11.IDLE:
                self.check_head(self.trailing_data[0])
            event = super().next_event()
            if isinstance(event, h11.Request):
                names = {name for name, _ in event.headers}
                if b"content-length" in names and b"transfer-encoding" in names:
                    raise h11.RemoteProtocolError("two framings")
                if event.http_version not in (b"1.0", b"1.1") or (b"upgrade" in names and event.http_version != b"1.1"):
                    raise h11.RemoteProtocolError("another version of HTTP")
        except h11.RemoteProtocolError as error:
            self.status = error.error_status_hint
            raise
        return event

    def check_head(self, data: bytes) -> None:
        """Raise RemoteProtocolError for a head that is already wrong, whole or not."""
        end = data.find(b"\r\n\r\n")
        head = data if end < 0 else data[: end + 4]
        if LENIENT.search(head):
            raise h11.RemoteProtocolError("bare line feed or NUL")
        line = head.find(b"\r\n")
        if (len(head) if line < 0 else line) > self.limits.line:
            raise h11.RemoteProtocolError("request line", error_status_hint=414)
        if len(head) > self.limits.head or head.count(b"\r\n") > self.limits.headers + 2:
            raise h11.RemoteProtocolError("header fields", error_status_hint=431)


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

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            set_option(
                transport,
                socket.IPPROTO_TCP,
                socket.TCP_USER_TIMEOUT,
                round(self.limits.unacknowledged * 1000),
            )
        self.watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self.await_(Wait.NOTHING)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.refused:
            return
        super().data_received(data)
        self.watch()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self.await_(Wait.NOTHING)
        super().handle_websocket_upgrade(event)
        early, _ = self.conn.trailing_data
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
            self.await_(Wait.HEAD if self.timeout_keep_alive_task is None else Wait.NOTHING)
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
        seconds = {
            Wait.HEAD: self.limits.head_within,
            Wait.BODY: self.limits.body_within,
            Wait.LINGER: self.limits.linger,
        }.get(wait)
        if seconds is not None:
            self.deadline = self.loop.call_later(seconds, self.too_late)

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
        if self.cycle is not None and not self.cycle.response_complete:  # type: ignore[redundant-expr]  # None at first
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


def set_option(transport: asyncio.Transport, level: int, name: int, value: int) -> None:
    """Set an option of a TCP socket; other sockets are left alone."""
    own = transport.get_extra_info("socket")
    if own is not None and own.family in (socket.AF_INET, socket.AF_INET6):
        with contextlib.suppress(OSError):  # gone in this moment: the transport finds out by itself
            own.setsockopt(level, name, value)


def limited(limits: HttpLimits) -> type[BoundedHttp]:
    """The protocol class with other limits, for `uvicorn.Config(http=…)`."""
    return type("BoundedHttp", (BoundedHttp,), {"limits": limits})
