"""A `Sink` and its `Receiver` over plain ASGI messages, for other servers and for Starlette's TestClient: correct, slower."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable

from starlette.types import Receive, Send

from server.frames import Limits, Receiver, Sink, payloads


class AsgiSink:
    """One peer's outgoing side; what is unsent is kept as messages, one of them with the server at a time."""

    def __init__(self, send: Send, limits: Limits) -> None:
        self.send = send
        self.limits = limits
        self.receiver: Receiver | None = None
        self.waiting: deque[bytes] = deque()
        self.unsent = 0
        self.passed = False  # the high-water mark
        self.ending: tuple[int, str] | None = None
        self.aborted = False
        self.wake = asyncio.Event()

    def write(self, frames: bytes) -> None:
        if self.ending is not None or self.aborted:
            return
        for payload in payloads(frames):
            self.waiting.append(payload)
            self.unsent += len(payload)
        if not self.passed and self.unsent > self.limits.high_water:
            self.passed = True
            asyncio.get_running_loop().call_soon(self.tell_clogged)
        self.wake.set()

    def hold(self) -> None:
        """Nothing to do: each message is sent for itself, and only when the loop runs on."""

    def release(self) -> None: ...

    def buffered(self) -> int:
        return self.unsent

    def close(self, code: int, reason: str = "") -> None:
        if self.ending is None:
            self.ending = code, reason.encode()[:123].decode(errors="ignore")
            self.wake.set()

    def abort(self) -> None:
        self.aborted = True
        self.waiting.clear()
        self.unsent = 0
        self.wake.set()

    async def pump(self) -> None:
        """Send what is written until the end; raises TimeoutError where the peer takes nothing for too long."""
        while not self.aborted:
            if self.waiting:
                payload = self.waiting[0]
                async with asyncio.timeout(self.limits.stall):
                    await self.send({"type": "websocket.send", "text": payload.decode()})
                if self.waiting:
                    self.waiting.popleft()
                    self.unsent -= len(payload)
                self.tell_drained()
            elif self.ending is not None:
                code, reason = self.ending
                async with asyncio.timeout(self.limits.close):
                    await self.send({"type": "websocket.close", "code": code, "reason": reason})
                return
            else:
                self.wake.clear()
                await self.wake.wait()

    def tell_clogged(self) -> None:
        if self.passed and self.ending is None and not self.aborted and self.receiver is not None:
            self.receiver.clogged()

    def tell_drained(self) -> None:
        if self.passed and self.unsent <= self.limits.low_water and self.ending is None and not self.aborted:
            self.passed = False
            if self.receiver is not None:
                self.receiver.drained()

    async def listen(self, receive: Receive) -> None:
        """Hand over what comes until the peer is gone; faults are answered as the protocol class answers them."""
        while (message := await receive())["type"] != "websocket.disconnect":
            if self.ending is not None or self.aborted or self.receiver is None:
                continue
            text = message.get("text")
            try:
                data = None if text is None else text.encode()
            except UnicodeEncodeError:
                self.close(1007)
                continue
            if data is None:
                self.close(1003)
            elif len(data) > self.limits.message:
                self.close(1009)
            else:
                self.receiver.received(data)


async def serve(
    receive: Receive, send: Send, receiver_factory: Callable[[Sink], Receiver], limits: Limits | None = None
) -> None:
    """Serve one WebSocket, already accepted, until it is over; returning ends it.

    `receiver_factory` gets the sink and returns what receives; its `lost` has been called when this returns. An error of
    its own in `received` or `drained` comes out here.
    """
    sink = AsgiSink(send, limits or Limits())
    receiver = sink.receiver = receiver_factory(sink)
    tasks = asyncio.ensure_future(sink.pump()), asyncio.ensure_future(sink.listen(receive))
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            with contextlib.suppress(TimeoutError, OSError):  # the peer is gone, or as good as gone
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        sink.abort()
        receiver.lost()
