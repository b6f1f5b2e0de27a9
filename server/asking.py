"""What a client asks over its socket: reading commands, passing them on, and answering each by its ref."""

import asyncio
import json
import logging
import re
import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, get_args

import msgspec
from msgspec import Meta
from sqlalchemy.exc import DBAPIError

from rooms.wire_door import HearDoor
from rooms.work import Refusal
from server.door import Result
from server.frames import frame
from server.logs import bug_id
from server.protocol import (
    AnyCommand,
    Beat,
    OkFrame,
    ReadPage,
    RefusedFrame,
    TellWriting,
    UnwatchLog,
    WatchLog,
    WritingFrame,
    decode_command,
    encode,
)

if TYPE_CHECKING:
    from server.connection import Connection

log = logging.getLogger("server.asking")
Read = WatchLog | UnwatchLog | ReadPage | HearDoor
STRIKES = 3
"""Unreadable frames within the count before the socket is closed for good."""
COUNT_EVERY = 10.0
WRITING_EVERY = 3.0
FIELDS = frozenset(name for command in get_args(AnyCommand) for name in command.__struct_fields__)
"""Names a refusal may repeat; anything else somebody sent is not echoed."""


class Envelope(msgspec.Struct):
    """The one field that lets an unreadable command be answered."""

    ref: Annotated[int, Meta(ge=0, lt=2**31)] | None = None


class Unreadable(NamedTuple):
    """The refusal for a message that is no command, and the ref to answer it by, where it has one."""

    ref: int | None
    refusal: Refusal


_envelope = msgspec.json.Decoder(Envelope).decode
_field = re.compile(r"(?:at `\$\.|field `)(\w+)")


class Asking:
    """The asking side of one connection. Runs on the loop's thread, without waiting."""

    __slots__ = (
        "_counted",
        "_counted_since",
        "_reading",
        "_reads",
        "_strikes",
        "_told",
        "connection",
        "last_heard",
        "parts",
    )

    def __init__(self, connection: "Connection") -> None:
        self.connection = connection
        self.parts = connection.parts
        self.last_heard = self._counted_since = time.monotonic()
        self._counted = 0
        self._strikes = 0
        self._reads: deque[Read] | None = None
        """Reads that wait for the one under way; as many as the frame budget lets in. Made when the first comes."""
        self._reading = False
        self._told: dict[str, float] | None = None
        """When this client last said that it is writing, by address; made when it first does."""

    def received(self, message: bytes) -> None:
        now = self.last_heard = time.monotonic()
        if now - self._counted_since > COUNT_EVERY:
            self._counted, self._counted_since, self._strikes = 0, now, 0
        self._counted += 1
        if self._counted > self.parts.settings.frames_per_10s:
            wait = int((self._counted_since + COUNT_EVERY - now) * 1000) + 1
            self.connection.shown_out()
            self.connection.goodbye(4029, retry_after=wait)
            return
        try:
            command = decode_command(message)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            self._unreadable(message, error)
            return
        try:
            self._do(command)
        except Exception as error:
            self._failed(command.ref, error)

    def ok(self, ref: int, answer: Any) -> None:
        self.connection.write(frame(encode(OkFrame(ref, answer))))

    def refused(self, ref: int | None, refusal: Refusal) -> None:
        self.parts.tally.refusals[refusal.code] += 1
        self.connection.write(frame(encode(RefusedFrame(ref, {"code": refusal.code, **refusal.facts}))))

    def _do(self, command: Any) -> None:
        match command:
            case Beat():
                return
            case WatchLog() | UnwatchLog() | ReadPage() | HearDoor():
                self._reads = deque() if self._reads is None else self._reads
                self._reads.append(command)
                self.read_on()
            case TellWriting():
                self._tell_writing(command)
            case _:
                wait = self.parts.limits.asks(self.connection.actor.person, command, self.connection.network)
                if wait:
                    self.refused(command.ref, Refusal("rate.limited", retry_after=wait))
                    return
                ref = command.ref
                asker = self.connection
                self.parts.door.ask(asker.actor, command, lambda result: self._done(ref, result), asker.sink)

    def _tell_writing(self, command: TellWriting) -> None:
        address = f"circle/{command.circle}"
        watch = self.connection.watches.get(address)
        if watch is None or watch.shown is None:
            self.refused(command.ref, Refusal("circle.not_found"))
            return
        now = time.monotonic()
        told = self._told = {} if self._told is None else self._told
        if now - told.get(address, -WRITING_EVERY) >= WRITING_EVERY:
            told[address] = now
            self.parts.hub.whisper(address, frame(encode(WritingFrame(address))), watch.shown)
            self.parts.turns.writes(self.connection.actor, address, watch.shown)
        self.ok(command.ref, {})

    def read_on(self) -> None:
        """Take the next read, in the order asked, one at a time and only while the client takes what it asked for."""
        while self._reads and not self._reading and self.connection.ready():
            command = self._reads.popleft()
            if isinstance(command, UnwatchLog):
                self.connection.unwatch(command.on)
                self.ok(command.ref, {})
                continue
            self._reading = True
            if not self._reads:
                self._reads = None  # an empty queue takes more room than the whole connection beside it
            self.parts.spawn(self._read(command)).add_done_callback(partial(self._answered, command.ref))

    async def _read(self, command: WatchLog | ReadPage | HearDoor) -> Any:
        if isinstance(command, WatchLog):
            return await self.parts.readers.watch(self.connection, command)
        if isinstance(command, HearDoor):
            return await self.parts.readers.hear(self.connection.actor, command)
        return await self.parts.readers.page(self.connection.actor, command)

    def _done(self, ref: int, result: Result) -> None:
        if result.refusal is None:
            self.ok(ref, result.answer)
        else:
            self._turned_down(ref, result.refusal)

    def _turned_down(self, ref: int, refusal: Refusal) -> None:
        self.refused(ref, refusal)
        if refusal.code == "session.ended":
            self.connection.goodbye(4501)

    def _answered(self, ref: int, done: "asyncio.Future[Any]") -> None:
        self._reading = False
        if done.cancelled():
            return
        self._answer_read(ref, done)
        self.read_on()

    def _answer_read(self, ref: int, done: "asyncio.Future[Any]") -> None:
        error = done.exception()
        if error is None:
            if done.result() is not None:
                self.ok(ref, done.result())
        elif isinstance(error, Refusal):
            self._turned_down(ref, error)
        elif isinstance(error, DBAPIError):
            log.warning("a reader was sent away", extra={"cause": type(error.orig).__name__})
            self.refused(ref, Refusal("storage.unavailable", retry_after=1_000))
        elif isinstance(error, Exception):
            self._failed(ref, error)

    def _failed(self, ref: int, error: Exception) -> None:
        """A fault of ours: noted once, with an id that the answer repeats; the connection lives."""
        bug = bug_id()
        log.error("answer failed", extra={"bug": bug}, exc_info=error)
        self.refused(ref, Refusal("internal", bug=bug))

    def _unreadable(self, message: bytes, error: Exception) -> None:
        """Say what was wrong with it, without repeating it; three such in ten seconds end the socket."""
        ref, refusal = unreadable(message, error)
        self.refused(ref, refusal)
        if refusal.code in ("request.bad_json", "request.bad_envelope"):
            self._strikes += 1
            if self._strikes >= STRIKES:
                self.connection.shown_out()
                self.connection.goodbye(4500)


def unreadable(message: bytes, error: Exception) -> Unreadable:
    """What to say to a message that is no command. Never repeats what was sent beyond names of known fields."""
    if not isinstance(error, msgspec.ValidationError):
        return _broken_pair(message) or Unreadable(None, Refusal("request.bad_json"))
    try:
        ref = _envelope(message).ref
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return Unreadable(None, Refusal("request.bad_envelope"))
    text = str(error)
    found = _field.search(text)
    name = found.group(1) if found else ""
    if name == "do":
        return Unreadable(ref, Refusal("request.unknown_command"))
    return Unreadable(ref, Refusal("request.bad_field", **({"field": name} if name in FIELDS else {})))


def _broken_pair(message: bytes) -> Unreadable | None:
    """For what is JSON but for half a surrogate pair in some text, which browsers do send; None for anything else."""
    try:
        found = json.loads(message.decode(), parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    ref = found.get("ref") if isinstance(found, dict) else None
    known = type(ref) is int and 0 <= ref < 2**31
    return Unreadable(ref if known else None, Refusal("request.bad_unicode"))


def _no_number(name: str) -> float:
    raise ValueError(name)
