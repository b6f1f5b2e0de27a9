"""A guest that stays: it comes back by itself whatever happens, sends again what was not answered, and notes all it sees."""

import asyncio
import contextlib
import itertools
import random
import socket
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.faults.history import (
    Answered,
    Applied,
    Asked,
    Began,
    Closed,
    Entered,
    Flagged,
    Heard,
    History,
    Left,
    Opened,
    Pressed,
    Refused,
    Reset,
    Told,
    Unsure,
    print_of,
    words_of,
)
from tests.guests import PATIENCE, Guest, LogSeen, new_key
from tests.guests import Refused as Refusal
from tests.http import ask

LATER = frozenset(
    {"rate.limited", "storage.unavailable", "storage.full", "server.closing", "log.not_ready", "internal"}
)
"""Refusals that are no final no."""
OPENING = 5.0
"""Seconds for a handshake before another try."""
PAUSE = 0.25
"""Seconds before coming back, at most: less than people's browsers wait, for more happens in less time."""

numbers = itertools.count(1)


class Steady(Guest):
    """``urls`` are the servers of one house; each time it comes back it takes any of them.

    From ``comes_in`` until ``goes``. Posts are kept until they are answered, over any number of sockets, in order.
    """

    def __init__(self, urls: Sequence[str], name: str, history: History, chance: random.Random) -> None:
        super().__init__(urls[0], name)
        self.urls = urls
        self.history = history
        self.chance = chance
        self.there = asyncio.Event()
        """Set while a socket is open and everything is followed again."""
        self.pipelined = True
        """Send on before the last post was answered. The browser client does not: where a server may refuse a post only for
        now, the next could overtake it."""
        self.receive_buffer = 0
        """Bytes that may wait for this person in the kernel; 0: as many as the system likes."""
        self.detours: Mapping[int, int] = {}
        """Ports to connect to instead of those in ``urls``."""
        self.drops = self.returns = self.gaps = self.repeats = self.bugs = 0
        self._conn = 0
        self._outbox: dict[str, tuple[dict[str, Any], asyncio.Future[int]]] = {}
        self._refs: dict[int, str] = {}
        self._asked: dict[tuple[str, str], float] = {}
        self._followed: dict[str, int] = {}
        """The socket on which each log was last answered to be followed."""
        self._one_asks = asyncio.Lock()
        self._speaking = False
        self._turns = asyncio.Lock()
        """Posts leave in the order in which they were pressed, those of earlier sockets first."""
        self._away = 0.0
        self._staying: asyncio.Task[None] | None = None
        self._sending: set[asyncio.Task[None]] = set()

    # --- coming and going

    async def comes_in(self) -> "Steady":
        """Get a place, and stay."""
        await self.gets_a_place()
        self._staying = asyncio.create_task(self._stay())
        await self.there.wait()
        return self

    async def goes(self) -> None:
        """Raises what made it stop before that."""
        if self._staying is not None:
            self._staying.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._staying

    async def is_gone(self) -> None:
        """Nothing of it runs any more, whatever it ended by."""
        tasks = [*self._sending, *([self._staying] if self._staying is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def drops_out(self, seconds: float) -> None:
        """The connection breaks off, and is not tried again for so long."""
        if self._socket is not None:
            self.drops += 1
            self._away = seconds
            self._socket.transport.abort()

    async def _stay(self) -> None:
        while True:
            # Refused or broken off: that is what coming back is for.
            with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                await self._one_socket()
            pause, self._away = max(self._away, self.chance.uniform(0, PAUSE)), 0.0
            await asyncio.sleep(pause)

    async def _one_socket(self) -> None:
        self.url = self.chance.choice(self.urls)
        where = self.url.replace("http", "ws", 1) + "/ws"
        raw = await self._reach(urlsplit(self.url))
        opened = await connect(
            where, additional_headers={"Cookie": self.cookie}, origin=self.url, compression=None,  # type: ignore[arg-type]
            ping_interval=None, max_queue=None, open_timeout=OPENING, close_timeout=0.1, sock=raw,
        )  # fmt: skip
        reading: asyncio.Task[None] | None = None
        self._conn = next(numbers)
        try:
            first = await asyncio.wait_for(opened.recv(decode=False), OPENING)
            self.me = msgspec.json.decode(first)["hello"]["me"]
            self._socket = opened
            self.history.note(Opened(time.monotonic(), self.name, self._conn, self.url))
            reading = asyncio.create_task(self._read(opened))
            self._refs.clear()
            self._speaking = True
            async with self._turns:
                for key in list(self._outbox):
                    await self._send_post(key)
            for address in sorted(self.watched):
                await self.follows(address)
            self.returns += 1
            self.there.set()
            await reading
        finally:
            self.there.clear()
            self._speaking = False
            self._socket = None
            opened.transport.abort()
            if reading is not None:
                await asyncio.wait([reading])
            for on in self.logs.keys() - self.watched:
                del self.logs[on]
            async with self._changed:
                self._changed.notify_all()
            self.history.note(Closed(time.monotonic(), self.name, self._conn, self.closed_with or 0))
            for key, (post, _) in self._outbox.items():
                self.history.note(Unsure(time.monotonic(), self.name, f"circle/{post['circle']}", key))

    async def _reach(self, where: SplitResult) -> socket.socket:
        host = "127.0.0.1" if where.hostname == "localhost" else where.hostname
        port = where.port or 80
        raw = socket.socket()
        raw.setblocking(False)
        if self.receive_buffer:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer)
        try:
            async with asyncio.timeout(OPENING):
                await asyncio.get_running_loop().sock_connect(raw, (host, self.detours.get(port, port)))
        except BaseException:
            raw.close()
            raise
        return raw

    def stops_reading(self) -> None:
        """Until `reads_on`: the connection stays, and nothing is taken from it."""
        assert self._socket is not None
        self._socket.transport.pause_reading()

    def reads_on(self) -> None:
        assert self._socket is not None
        self._socket.transport.resume_reading()

    async def again(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        """Ask until there is an answer, over as many sockets as that takes."""
        while True:
            await self.there.wait()
            wait = 0.0
            try:
                return await ask()
            except Refusal as refusal:
                if refusal.code not in LATER:
                    raise
                wait = refusal.facts.get("retry_after", 500) / 1000
            except (ConnectionResetError, TimeoutError):
                pass  # on another socket, then
            await asyncio.sleep(wait)

    async def asks(self, do: str, **fields: Any) -> Any:
        if not self._speaking:
            raise ConnectionResetError(f"no socket to ask {do} over")
        return await super().asks(do, **fields)

    async def _read(self, opened: ClientConnection) -> None:
        try:
            await super()._read(opened)
        finally:
            self._speaking = False
            self.there.clear()

    # --- logs

    async def follows(self, address: str) -> None:
        """Watch a log from the cursor held, once a socket. A log that is just being let go of is asked for once more."""
        self.watched.add(address)
        async with self._one_asks:
            if self._followed.get(address) != self._conn:
                await self._follows(address)

    async def _follows(self, address: str) -> None:
        while True:
            seen = self.logs.get(address)
            cursor = {} if seen is None else {"epoch": seen.epoch, "after": seen.last}
            self.history.note(Asked(time.monotonic(), self.name, self._conn, address))
            try:
                await self.asks("log.watch", on=address, **cursor)
            except Refusal as refusal:
                if refusal.code == "log.not_found":
                    # Left, with the answer lost; who should be in it will be found to have missed everything.
                    self.watched.discard(address)
                    self.logs.pop(address, None)
                    return
                if refusal.code not in LATER:
                    raise
                await asyncio.sleep(refusal.facts.get("retry_after", 500) / 1000)
            else:
                return

    async def opens_a_room(self, topic: str, capacity: int) -> str:
        """As its host, who may read it from the first event on."""
        key, asked = new_key(), time.monotonic()
        done = await self.again(
            lambda: self.asks("circle.open", topic=topic, agreement="I listen.", capacity=capacity, key=key)
        )
        self._came_in(asked, done["circle"], asked, {"epoch": done["epoch"], "seq": 1})
        await self.again(lambda: self.follows(f"circle/{done['circle']}"))
        return str(done["circle"])

    async def comes_into(self, circle: str) -> None:
        """Enter and follow; returns when both are answered."""
        address = f"circle/{circle}"
        self._asked["circle.enter", circle] = time.monotonic()
        await self.again(lambda: self.asks("circle.enter", circle=circle, agreement=1))
        await self.again(lambda: self.follows(address))

    async def goes_out_of(self, circle: str) -> None:
        """Leave, with nothing of one's own left to be answered there."""
        await self.is_answered(circle)
        self._asked["circle.leave", circle] = time.monotonic()
        try:
            await self.again(lambda: self.asks("circle.leave", circle=circle))
        except Refusal:
            # It was left before, and the answer was lost with a socket; where it ended is not known.
            self._left(circle, 2**53)
        # What was said before that may come after the answer; the reset comes last of all.
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(lambda: f"circle/{circle}" not in self.logs)

    async def flags(self, circle: str, target: int) -> None:
        self.history.note(Flagged(time.monotonic(), self.name, f"circle/{circle}", target))
        with contextlib.suppress(Refusal):
            await self.again(lambda: self.asks("message.flag", circle=circle, target=target, category="disrespect"))

    async def makes_a_gesture(self, circle: str, target: int) -> None:
        with contextlib.suppress(Refusal):
            await self.again(lambda: self.asks("gesture.make", circle=circle, target=target, gesture="hear_you"))

    async def reaches(self, address: str, seq: int) -> None:
        """Wait until everything up to there has come."""
        async with self._changed:
            await self._changed.wait_for(lambda: address in self.logs and self.logs[address].last >= seq)

    # --- posting

    def presses_send(self, circle: str, body: str) -> asyncio.Future[int]:
        """Like a person, without waiting. The future is the message's seq, or what was refused for good."""
        key = new_key()
        post = {"do": "message.post", "circle": circle, "key": key, "body": body}
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._outbox[key] = post, answer
        self.notes_press(circle, key, body)
        if self._speaking:
            self._soon(key)
        return answer

    def notes_press(self, circle: str, key: str, body: str) -> None:
        self.history.note(Pressed(time.monotonic(), self.name, f"circle/{circle}", key, words_of(body)))

    def notes_answer(self, circle: str, key: str, done: dict[str, Any]) -> None:
        dup = bool(done.get("dup"))
        self.history.note(
            Answered(time.monotonic(), self.name, f"circle/{circle}", key, done["epoch"], done["seq"], dup)
        )

    async def presses_twice(self, circle: str, body: str) -> None:
        """Send, and the same once more to every server at the same moment, as a program with too little patience does."""
        await self.is_answered(circle)  # what is on its way must not be overtaken
        sent = self.presses_send(circle, body)
        ((key, (post, _)),) = [each for each in self._outbox.items() if each[1][1] is sent]
        await asyncio.gather(*(self._posts_too(url, key, post) for url in self.urls))
        await asyncio.wait([sent])

    async def _posts_too(self, url: str, key: str, post: dict[str, Any]) -> None:
        headers = {**self._headers(), "Origin": url}
        with contextlib.suppress(OSError, EOFError, TimeoutError):
            async with asyncio.timeout(PATIENCE):
                answer = await ask("POST", f"{url}/api/commands", json={**post, "ref": 1}, headers=headers)
            done = answer.json()
            if answer.status == 200:
                self.notes_answer(post["circle"], key, done)
            self.bugs += done.get("code") == "internal"

    async def is_answered(self, circle: str | None = None) -> None:
        """Wait until nothing of one's own waits for an answer (there)."""
        while waiting := [answer for post, answer in self._outbox.values() if circle in (None, post["circle"])]:
            await asyncio.wait(waiting)

    def _soon(self, key: str) -> None:
        async def send() -> None:
            async with self._turns:
                await self._send_post(key)

        task = asyncio.ensure_future(send())
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def has_at_most(self, unanswered: int) -> None:
        """Wait until no more posts than that wait for an answer."""
        while len(self._outbox) > unanswered:
            await asyncio.wait([answer for _, answer in self._outbox.values()], return_when=asyncio.FIRST_COMPLETED)

    async def _send_post(self, key: str) -> None:
        if key in self._outbox and self._speaking and (self.pipelined or key == self._first_of(key)):
            self._ref += 1
            self._refs[self._ref] = key
            await self._send({**self._outbox[key][0], "ref": self._ref})

    def _first_of(self, key: str) -> str:
        """The oldest unanswered post in the same circle."""
        circle = self._outbox[key][0]["circle"]
        return next(each for each, (post, _) in self._outbox.items() if post["circle"] == circle)

    # --- what comes

    def _take(self, frame: dict[str, Any]) -> None:
        now = time.monotonic()
        self.frames.clear()  # the history holds what matters of them
        self.bugs += frame.get("refused", {}).get("code") == "internal"
        if "seq" in frame:
            self._hear(now, frame["on"], frame["seq"], frame["event"])
        elif frame.get("re") in self._refs:
            self._answered(now, self._refs.pop(frame["re"]), frame)
        elif "re" in frame:
            waiting = self._waiting.get(frame["re"])
            if waiting is not None and "ok" in frame:
                self._done(now, waiting[0], frame["ok"])
            if waiting is not None and not waiting[1].done():
                if "ok" in frame:
                    waiting[1].set_result(frame["ok"])
                else:
                    waiting[1].set_exception(Refusal(frame["refused"]))
        elif "reset" in frame:
            self.history.note(Reset(now, self.name, frame["on"], frame["reset"]))
            self.logs.pop(frame["on"], None)
            if frame["reset"] == "left":
                self.watched.discard(frame["on"])
            elif self._socket is not None:
                self._socket.transport.abort()

    def _hear(self, now: float, on: str, seq: int, event: dict[str, Any]) -> None:
        seen = self.logs.get(on)
        epoch, key, told = seen.epoch if seen is not None else "", event.get("key"), print_of(event)
        self.history.note(Heard(now, self.name, self._conn, on, epoch, seq, key, told))
        if event["kind"] == "flag.moved":
            self.history.note(Told(now, self.name, f"circle/{event['circle']}", event["target"]))
        if seen is None or seq > seen.last + 1:
            self.gaps += 1
        elif seq <= seen.last:
            self.repeats += 1
        else:
            seen.last = seq
            seen.events[seq] = event
            self.history.note(Applied(now, self.name, on, epoch, seq, key, told))

    def _answered(self, now: float, key: str, frame: dict[str, Any]) -> None:
        if key not in self._outbox:
            return
        post, answer = self._outbox[key]
        on = f"circle/{post['circle']}"
        if "ok" in frame:
            done = frame["ok"]
            del self._outbox[key]
            self.notes_answer(post["circle"], key, done)
            answer.set_result(done["seq"])
        elif frame["refused"]["code"] in LATER:
            self.history.note(Unsure(now, self.name, on, key))
            wait = frame["refused"].get("retry_after", 500) / 1000
            asyncio.get_running_loop().call_later(wait, self._soon, key)
            return
        else:
            del self._outbox[key]
            self.history.note(Refused(now, self.name, on, key, frame["refused"]["code"]))
            answer.set_exception(Refusal(frame["refused"]))
        if not self.pipelined:
            waiting = [each for each, (other, _) in self._outbox.items() if other["circle"] == post["circle"]]
            for each in waiting[:1]:
                self._soon(each)

    def _done(self, now: float, command: dict[str, Any], done: dict[str, Any]) -> None:
        if command["do"] == "log.watch":
            self._follow(now, done)
        elif command["do"] == "circle.enter":
            asked = self._asked["circle.enter", command["circle"]]
            self._came_in(now, command["circle"], asked, done)
        elif command["do"] == "circle.leave":
            self._left(command["circle"], done["seq"])

    def _came_in(self, now: float, circle: str, asked: float, done: dict[str, Any]) -> None:
        on = f"circle/{circle}"
        base = done.get("seq", 0)  # not known where the first answer was lost
        self.history.note(Entered(now, self.name, on, base, asked))
        self.watched.add(on)
        if base:
            self.logs[on] = LogSeen(done["epoch"], base, base - 1, base, {})

    def _left(self, circle: str, last: int) -> None:
        on = f"circle/{circle}"
        self.watched.discard(on)
        self._followed.pop(on, None)
        self.history.note(Left(time.monotonic(), self.name, on, last, self._asked["circle.leave", circle]))

    def _follow(self, now: float, answer: dict[str, Any]) -> None:
        on, seen = answer["on"], self.logs.get(answer["on"])
        self._followed[on] = self._conn
        resumed = answer["reason"] == "resumed"
        if seen is not None and not resumed:
            self.history.note(Reset(now, self.name, on, answer["reason"]))
        self.history.note(
            Began(
                now,
                self.name,
                self._conn,
                on,
                answer["epoch"],
                answer["base"],
                answer["start"],
                answer["head"],
                resumed,
            )
        )
        for flag in answer.get("flags", ()):
            self.history.note(Told(now, self.name, on, flag["target"]))
        if seen is None or not resumed:
            self.logs[on] = LogSeen(answer["epoch"], answer["start"], answer["start"] - 1, answer["base"], answer)
