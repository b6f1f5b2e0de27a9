"""People in tests. ``await ana.enters(circle)``, ``await ana.says("…")``, ``await bo.hears("…")``.

A guest is a whole client of its own, over real HTTP and a real socket: it keeps its cursors, resumes where it was, sends
again what was not answered, and applies an event only if it is the next. It writes down everything it saw.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.http import Answer, ask

PATIENCE = 30.0
"""Seconds after which a test that waits for something says what it waited for."""

SENT_AGAIN = ("message.post", "circle.open")
"""Commands with a key, which are sent again on the next socket when they were not answered."""


class Refused(Exception):
    def __init__(self, facts: dict[str, Any]) -> None:
        super().__init__(facts["code"])
        self.code: str = facts["code"]
        self.facts = facts


@dataclass
class LogSeen:
    """What a guest has of one log: events by seq, contiguous from ``start`` to ``last``."""

    epoch: str
    start: int
    last: int
    base: int
    view: dict[str, Any]
    events: dict[int, dict[str, Any]] = field(default_factory=dict)
    doubled: int = 0


def new_key() -> str:
    return secrets.token_urlsafe(16)


class Guest:
    """``frames`` holds every frame as it came, over all sockets; ``logs`` what was made of them."""

    def __init__(self, url: str, name: str) -> None:
        self.url = url
        self.name = name
        self.cookie = ""
        self.me = ""
        self.logs: dict[str, LogSeen] = {}
        self.frames: list[bytes] = []
        self.notes: list[dict[str, Any]] = []
        """Frames without a place in a log: here, writing, reset, heads, bye."""
        self.watched: set[str] = set()
        self.closed_with: int | None = None
        self._socket: ClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None
        self._waiting: dict[int, tuple[dict[str, Any], asyncio.Future[Any]]] = {}
        self._ref = 0
        self._changed = asyncio.Condition()

    # --- coming and going

    async def comes_in(self) -> "Guest":
        """Get a place and open the socket."""
        await self.gets_a_place()
        return await self.opens_a_socket()

    async def gets_a_place(self) -> Answer:
        answer = await self.posts("/api/come-in", {"name": self.name})
        assert answer.status == 200, answer.json()
        return answer

    async def opens_a_socket(self) -> "Guest":
        """Connect, and watch again what was watched, each from its cursor."""
        where = self.url.replace("http", "ws", 1) + "/ws"
        self._socket = await connect(
            where, additional_headers={"Cookie": self.cookie}, origin=self.url, compression=None,  # type: ignore[arg-type]
            ping_interval=None, max_queue=None, open_timeout=PATIENCE,
        )  # fmt: skip
        first = await asyncio.wait_for(self._socket.recv(decode=False), PATIENCE)
        self.frames.append(first)
        self.me = msgspec.json.decode(first)["hello"]["me"]
        self.closed_with = None
        self._reading = asyncio.create_task(self._read(self._socket))
        for address in sorted(self.watched):
            await self.watches(address)
        for ref, (command, answer) in list(self._waiting.items()):
            if not answer.done() and command["do"] in SENT_AGAIN:
                await self._send({**command, "ref": ref})
        return self

    async def leaves_the_page(self) -> None:
        """Close the socket without a word, as a phone in a pocket does."""
        if self._socket is not None:
            self._socket.transport.abort()
        if self._reading is not None:
            await self._reading
        self._socket = None

    @contextlib.asynccontextmanager
    async def offline(self) -> AsyncIterator[None]:
        await self.leaves_the_page()
        try:
            yield
        finally:
            await self.opens_a_socket()

    async def watches(self, address: str, **cursor: Any) -> dict[str, Any]:
        """Follow a log, from the cursor held, and return the answer."""
        seen = self.logs.get(address)
        if not cursor and seen is not None:
            cursor = {"epoch": seen.epoch, "after": seen.last}
        self.watched.add(address)
        answer: dict[str, Any] = await self.asks("log.watch", on=address, **cursor)
        return answer

    # --- in a circle

    async def opens(self, topic: str = "Quiet evenings", **choices: Any) -> str:
        """Open a room, watch it, and return its id."""
        chosen = {"agreement": "I listen.", "key": new_key(), **choices}
        made = await self.asks("circle.open", topic=topic, **chosen)
        await self.watches(f"circle/{made['circle']}")
        return str(made["circle"])

    async def enters(self, circle: str, **choices: Any) -> dict[str, Any]:
        done: dict[str, Any] = await self.asks("circle.enter", circle=circle, **{"agreement": 1, **choices})
        await self.watches(f"circle/{circle}")
        return done

    async def says(self, body: str, circle: str | None = None, **more: Any) -> int:
        """Post and wait for the answer; returns the message's seq."""
        done = await self.asks(
            "message.post", circle=circle or self.only_circle(), body=body, **{"key": new_key(), **more}
        )
        return int(done["seq"])

    async def hears(self, body: str, circle: str | None = None) -> dict[str, Any]:
        """Wait until a message with these words is in the circle; returns its event with ``seq``."""
        address = f"circle/{circle or self.only_circle()}"
        return await self.sees(
            address, lambda event: event["kind"] == "message.posted" and event.get("body") == body, body
        )

    async def sees(self, address: str, wanted: Callable[[dict[str, Any]], bool], what: str) -> dict[str, Any]:
        """Wait for an event of a log; returns it with its ``seq``."""

        def found() -> dict[str, Any] | None:
            seen = self.logs.get(address)
            events = seen.events.items() if seen is not None else ()
            return next(({**event, "seq": seq} for seq, event in events if wanted(event)), None)

        got = await self.until(found, f"{self.name} sees {what}")
        assert isinstance(got, dict)
        return got

    async def hears_nothing(self, circle: str | None = None) -> None:
        """Everything the server had to say has been said: a round trip brings nothing new."""
        before = self.heard
        await self.asks("log.unwatch", on="circle/AAAAAAAAAAAAAAAA")
        assert self.heard == before, "something was heard"

    @property
    def heard(self) -> int:
        """Frames so far that were neither answers nor signs of life nor about whose screen is here."""
        frames = [msgspec.json.decode(frame) for frame in self.frames]
        return sum(not {"re", "here", "heads", "hello"} & set(frame) for frame in frames)

    async def notices(self, wanted: Callable[[dict[str, Any]], bool], what: str) -> dict[str, Any]:
        """Wait for a frame without a place in a log."""
        got = await self.until(lambda: next((n for n in self.notes if wanted(n)), None), f"{self.name} notices {what}")
        assert isinstance(got, dict)
        return got

    def only_circle(self) -> str:
        (address,) = [each for each in self.watched if each.startswith("circle/")]
        return address.removeprefix("circle/")

    def bodies(self, circle: str | None = None) -> list[str]:
        """The words one has, in order."""
        seen = self.logs[f"circle/{circle or self.only_circle()}"]
        return [e["body"] for _, e in sorted(seen.events.items()) if e["kind"] == "message.posted" and "body" in e]

    # --- asking

    async def asks(self, do: str, **fields: Any) -> Any:
        """Send a command over the socket; returns what is ``ok`` or raises `Refused`."""
        self._ref += 1
        ref = self._ref
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        command = {"do": do, **fields}
        self._waiting[ref] = (command, answer)
        await self._send({**command, "ref": ref})
        try:
            return await asyncio.wait_for(answer, PATIENCE * 3)
        finally:
            del self._waiting[ref]

    async def posts(self, path: str, json: Any) -> Answer:
        """A request from this person's browser, same origin; keeps the cookie it is given."""
        answer = await ask("POST", self.url + path, json=json, headers=self._headers())
        for cookie in answer.headers.get("set-cookie", "").split("\n"):
            if cookie:
                self.cookie = cookie.split(";")[0]
        return answer

    async def gets(self, path: str) -> Answer:
        return await ask("GET", self.url + path, headers=self._headers())

    async def until(self, condition: Callable[[], Any], what: str) -> Any:
        """Wait until the condition gives something true; it is looked at whenever a frame has come."""
        async with self._changed:
            try:
                async with asyncio.timeout(PATIENCE):
                    while not (got := condition()):
                        await self._changed.wait()
            except TimeoutError:
                raise AssertionError(f"waited in vain: {what}") from None
        return got

    def _headers(self) -> dict[str, str]:
        headers = {"Origin": self.url, "Sec-Fetch-Site": "same-origin"}
        return headers | ({"Cookie": self.cookie} if self.cookie else {})

    async def _send(self, command: dict[str, Any]) -> None:
        if self._socket is not None:
            with contextlib.suppress(ConnectionClosed):
                await self._socket.send(msgspec.json.encode(command).decode())

    async def _read(self, socket: ClientConnection) -> None:
        try:
            while True:
                message = await socket.recv(decode=False)
                self.frames.append(message)
                frame = msgspec.json.decode(message)
                self._take(frame)
                if "heads" in frame:
                    await self._send({"do": "beat"})
                async with self._changed:
                    self._changed.notify_all()
        except ConnectionClosed as closed:
            self.closed_with = closed.rcvd.code if closed.rcvd is not None else 1006
            for command, answer in self._waiting.values():
                if command["do"] not in SENT_AGAIN and not answer.done():
                    answer.set_exception(ConnectionResetError(f"the socket closed before {command['do']} was answered"))
            async with self._changed:
                self._changed.notify_all()

    def _take(self, frame: dict[str, Any]) -> None:
        if "re" in frame:
            if "ok" in frame and "start" in frame["ok"]:
                self._begin(frame["ok"])
            waiting = self._waiting.get(frame["re"])
            if waiting is not None and not waiting[1].done():
                if "ok" in frame:
                    waiting[1].set_result(frame["ok"])
                else:
                    waiting[1].set_exception(Refused(frame["refused"]))
        elif "seq" in frame:
            seen = self.logs[frame["on"]]
            if frame["seq"] <= seen.last:
                seen.doubled += 1
                return
            assert frame["seq"] == seen.last + 1, f"a gap: {seen.last} then {frame['seq']}"
            seen.last = frame["seq"]
            seen.events[seen.last] = frame["event"]
        else:
            self.notes.append(frame)
            if "reset" in frame:
                self.logs.pop(frame["on"], None)
                self.watched.discard(frame["on"])

    def _begin(self, answer: dict[str, Any]) -> None:
        seen = self.logs.get(answer["on"])
        if answer["reason"] == "resumed" and seen is not None:
            assert answer["start"] == seen.last + 1, "resumed elsewhere"
            seen.view = answer
            return
        self.logs[answer["on"]] = LogSeen(answer["epoch"], answer["start"], answer["start"] - 1, answer["base"], answer)
