"""A real uvicorn with the two protocol classes on a free port of the loopback address, and a client made of bare sockets.

``python -m tests.server.loopback`` serves until its standard input ends, and prints its port.
"""

import asyncio
import base64
import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from websockets.utils import apply_mask

from server import first_read, wire_protocol
from server.frames import ATTACH, Limits, Sink, frame
from server.http_strict import HttpLimits

PATIENCE = 20.0
"""Seconds before a test gives up on an event that never comes."""

KEY = "dGhlIHNhbXBsZSBub25jZQ=="


class Echo:
    """Sends every message back; a few of them are commands instead."""

    def __init__(self) -> None:
        self.sink: Sink | None = None
        self.heard: list[bytes] = []
        self.clogs = 0
        self.drains = 0
        self.shown_outs = 0
        self.losses = 0
        self.lost_now = threading.Event()

    def received(self, message: bytes) -> None:
        assert self.sink is not None, "a message before attach returned"
        assert not self.losses, "a message after the loss"
        self.heard.append(message)
        command, _, number = message.partition(b":")
        if command == b"close":
            self.sink.close(int(number), "as you wish")
            self.sink.write(frame(b"never seen"))
        elif command == b"abort":
            self.sink.abort()
            self.sink.write(frame(b"never seen"))
        elif command == b"fill":
            self.sink.write(frame(b"x" * 1000) * (int(number) // 1000))
        elif command == b"fill and close":
            self.sink.write(frame(b"x" * 1000) * (int(number) // 1000))
            self.sink.close(4012)
        elif command == b"fill and hold":
            self.sink.write(frame(b"x" * 1000) * (int(number) // 1000))
            self.sink.hold()
            self.sink.write(frame(b"held"))
            self.sink.release()
        elif command == b"hold":
            self.sink.hold()
        elif command == b"release":
            self.sink.release()
        else:
            self.sink.write(frame(message))

    def clogged(self) -> None:
        assert self.sink is not None
        assert self.sink.buffered() > 64 * 1024
        self.clogs += 1

    def drained(self) -> None:
        assert self.sink is not None
        self.drains += 1
        self.sink.write(frame(b"drained"))

    def shown_out(self) -> None:
        self.shown_outs += 1

    def lost(self) -> None:
        self.losses += 1
        self.lost_now.set()


class EchoApp:
    """Accepts and attaches; ``receivers`` are those of all connections so far."""

    def __init__(self) -> None:
        self.receivers: list[Echo] = []
        self.requests: list[bytes] = []
        self.gate = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self.answer(scope, receive, send)
            return
        await receive()
        if scope["path"] == "/refused":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["path"] == "/gated":
            await self.gate.wait()
        await send({"type": "websocket.accept"})
        if scope["path"] == "/plain":
            while (message := await receive())["type"] == "websocket.receive":
                await send({"type": "websocket.send", "text": message["text"]})
            return
        if scope["path"] == "/late":
            await asyncio.sleep(0.05)  # long enough for what the client has sent at once
        attach = scope["extensions"][ATTACH]
        while scope["path"] == "/gone" and not attach.__self__.lost:  # noqa: ASYNC110 - nothing tells of it before it is attached
            await asyncio.sleep(0.01)
        echo = Echo()
        self.receivers.append(echo)
        echo.sink = attach(echo)
        if scope["path"] == "/gone":
            echo.sink.write(frame(b"too late"))
        if scope["path"] == "/broken":
            raise RuntimeError("what was said")

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", scope["path"] != "/unread"
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body, more = body + message["body"], message.get("more_body", False)
        self.requests.append(body)
        text = scope["method"].encode() + b" " + str(len(body)).encode()
        status = 413 if scope["path"] == "/unread" else 200
        length = (b"content-length", str(len(text)).encode())
        await send({"type": "http.response.start", "status": status, "headers": [length]})
        await send({"type": "http.response.body", "body": text})


@dataclass
class Place:
    """Where it is served, and what the server is."""

    port: int
    server: "Told"

    def dial(self) -> "Wire":
        return Wire(socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE))

    def websocket(self, path: str = "/ws") -> "Wire":
        """A client after its handshake."""
        wire = self.dial()
        head = wire.upgrade(path)
        assert head.startswith(b"HTTP/1.1 101 "), head
        return wire


class Told(uvicorn.Server):
    """Says when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = threading.Event()
        self.loop: asyncio.AbstractEventLoop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self.is_up.set()


@contextmanager
def serving(
    app: ASGIApp, limits: Limits | None = None, http: HttpLimits | None = None, **options: Any
) -> Iterator[Place]:
    """Serve ``app`` in a thread of its own until the block ends."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=0,
        lifespan="off",
        log_level="warning",
        http=first_read.limited(http or HttpLimits()),
        ws_ping_interval=None,
        server_header=False,
        **{"ws": wire_protocol.limited(limits or Limits()), "timeout_graceful_shutdown": 2, **options},
    )
    server = Told(config)
    runner = asyncio.Runner(loop_factory=config.get_loop_factory())
    thread = threading.Thread(target=lambda: runner.run(server.serve()), daemon=True)
    thread.start()
    assert server.is_up.wait(PATIENCE)
    port: int = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Place(port, server)
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        assert not thread.is_alive()
        runner.close()


class Wire:
    """A client that sends exactly the bytes it is told."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = sock
        self.unread = b""

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def upgrade(self, path: str = "/ws", *lines: str, early: bytes = b"", key: str | None = KEY) -> bytes:
        """Ask for a WebSocket; returns the head of the answer."""
        self.ask(path, *lines, early=early, key=key)
        return self.until(b"\r\n\r\n")

    def ask(self, path: str, *lines: str, early: bytes = b"", key: str | None = KEY) -> None:
        fields = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Upgrade: websocket", "Connection: Upgrade"]
        if key is not None:
            fields.append(f"Sec-WebSocket-Key: {key}")
        if not any(line.startswith("Sec-WebSocket-Version") for line in lines):
            fields.append("Sec-WebSocket-Version: 13")
        self.send("\r\n".join([*fields, *lines, "", ""]).encode() + early)

    def pushed_back(self) -> bool:
        """Whether the server stops taking what is sent, long before all of it is."""
        self.sock.settimeout(0.5)
        try:
            for _ in range(1000):
                self.send(masked(1, b"y" * 60_000))
        except TimeoutError:
            return True
        finally:
            self.sock.settimeout(PATIENCE)
        return False

    def read(self, most: int = 65536) -> bytes:
        """What has come, at least a byte; nothing at the end of the stream."""
        if self.unread:
            data, self.unread = self.unread[:most], self.unread[most:]
            return data
        return self.sock.recv(most)

    def until(self, mark: bytes) -> bytes:
        data = b""
        while mark not in data:
            more = self.read()
            if not more:
                return data
            data += more
        end = data.index(mark) + len(mark)
        self.unread = data[end:] + self.unread
        return data[:end]

    def exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self.read(size - len(data))
            if not more:
                raise EOFError(data)
            data += more
        return data

    def rest(self) -> bytes:
        """Everything up to the end of the stream; a reset is no end."""
        data = b""
        while more := self.read():
            data += more
        return data

    def gone(self) -> None:
        """Returns when the server has ended the connection, in whatever way."""
        try:
            self.rest()
        except ConnectionResetError:
            return

    def frame(self) -> tuple[int, bytes]:
        """The next server frame: its opcode (FIN is always set, nothing is masked) and payload."""
        first, size = self.exactly(2)
        assert first & 0xF0 == 0x80, "server frames are whole and carry no extension bits"
        assert not size & 0x80, "server frames are not masked"
        if size == 126:
            (size,) = struct.unpack("!H", self.exactly(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", self.exactly(8))
        return first & 0x0F, self.exactly(size)

    def frames(self) -> list[tuple[int, bytes]]:
        """All frames up to the end of the stream, which must come at a frame's end."""
        found = []
        while start := self.read(1):
            self.unread = start + self.unread
            found.append(self.frame())
        return found

    def silent(self, seconds: float) -> bool:
        """Whether nothing comes for so long."""
        self.sock.settimeout(seconds)
        try:
            self.unread += self.sock.recv(1)
        except TimeoutError:
            return not self.unread
        finally:
            self.sock.settimeout(PATIENCE)
        return False


def masked(
    opcode: int,
    payload: bytes = b"",
    *,
    fin: bool = True,
    rsv: int = 0,
    mask: bool = True,
    size: int | None = None,
) -> bytes:
    """A client's frame; ``size`` is what the head says where that differs."""
    key = os.urandom(4)
    length = len(payload) if size is None else size
    top = 0x80 if mask else 0
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    if length < 126:
        head += bytes([top | length])
    elif length < 65536:
        head += bytes([top | 126]) + struct.pack("!H", length)
    else:
        head += bytes([top | 127]) + struct.pack("!Q", length)
    if not mask:
        return head + payload
    return head + key + apply_mask(payload, key)


def closing(code: int, reason: bytes = b"") -> bytes:
    return struct.pack("!H", code) + reason


def key_of_size(size: int) -> str:
    return base64.b64encode(b"k" * size).decode()


def wait_until(true: Callable[[], bool]) -> None:
    """For what happens in the server's thread and sends nothing."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.005)


if __name__ == "__main__":
    with serving(EchoApp()) as place:
        print(place.port, flush=True)
        sys.stdin.read()
