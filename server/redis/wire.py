"""One connection to one Redis server: the library opens it, then its bytes go straight to a parser and no further.

A connection that was interrupted in the middle of anything is thrown away: a reply that comes late must never be taken
for the answer to the next question. Nothing is tried twice here.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final, cast

import hiredis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError, ResponseError

from server.redis.node import CONNECT_WITHIN, Node

ANSWER_WITHIN = 1.0
"""Seconds."""

Command = tuple[str | bytes | int, ...]
Answered = Callable[[list[Any]], None]

REFUSED = "Redis refuses the name or password in REDIS_URL."
NOT_PERMITTED = "Redis does not permit this account what the server needs; check REDIS_URL."
NO_ANSWER = "Redis does not answer; check REDIS_URL and that it runs."
SENTENCES = {"NOAUTH": REFUSED, "WRONGPASS": REFUSED, "NOPERM": NOT_PERMITTED}
SILENCE = frozenset({"TimeoutError", "no answer", "no probe"})
NOTHING_YET: Final = object()
_packed = cast(Callable[[Command], bytes], hiredis.pack_command)


class Refused(ResponseError):
    """What Redis answers to a command it does not take."""

    @property
    def code(self) -> str:
        """Its first word, e.g. ``NOPERM`` or ``MOVED``: the rest may hold an address."""
        code = str(self).partition(" ")[0]
        return code if code.isalpha() and code.isupper() else "ERR"


class WireBroken(Exception):
    """The connection is of no more use. The text is a word on the cause; never an address, a secret or a payload."""

    def __init__(self, cause: str, sentence: str = NO_ANSWER) -> None:
        super().__init__(cause)
        self.sentence = sentence

    @property
    def silent(self) -> bool:
        """Nothing came in time: it may hang, or the machine have too much to do."""
        return str(self) in SILENCE


class Wire(asyncio.Protocol):
    """Asks one thing at a time, or, once it is told to `listen`, only speaks and hears."""

    def __init__(self, connection: AbstractConnection) -> None:
        self.cause: Exception | None = None
        """Why it is of no more use: `WireBroken`, or a bug of whoever was called."""
        self._connection = connection
        self._transport: asyncio.WriteTransport | None = None
        self._parser = hiredis.Reader(replyError=Refused, notEnoughData=NOTHING_YET)
        self._replies: list[Any] = []
        self._wanted = 0
        self._answered: Answered | None = None
        self._heard: Callable[[Any], None] | None = None
        self._all_heard: Callable[[], None] | None = None
        self._ended: Callable[[], None] | None = None

    @classmethod
    async def open(cls, node: Node) -> "Wire":
        """Raises `WireBroken` within a second."""
        wire = cls(node.kind(**node.options))
        try:
            async with asyncio.timeout(CONNECT_WITHIN):
                await cast(Any, wire._connection).connect()
        except (RedisError, OSError) as error:
            wire.abandon()
            raise broken(error) from None
        except BaseException:
            wire.abandon()
            raise
        writer = wire._connection._writer
        assert writer is not None
        # Everything that was asked on the way in has been answered, so no byte is left behind in the library's reader.
        writer.transport.set_protocol(wire)
        wire._transport = writer.transport
        return wire

    def at_end(self, ended: Callable[[], None]) -> None:
        """Have ``ended`` called once when the wire is of no more use."""
        self._ended = ended

    async def ask(self, commands: Sequence[Command], within: float = ANSWER_WITHIN) -> list[Any]:
        """All replies, in order; a refused command's is a `Refused`. One write, not one transaction."""
        waiting: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()

        def answered(replies: list[Any]) -> None:
            if not waiting.done():
                waiting.set_result(replies)

        def ended() -> None:
            if not waiting.done():
                waiting.set_exception(self.cause or WireBroken("abandoned"))

        before, self._ended = self._ended, ended
        try:
            async with asyncio.timeout(within):
                self.tell(commands, answered)
                return await waiting
        except OSError as error:
            self.abandon()
            raise broken(error) from None
        except BaseException:
            self.abandon()
            raise
        finally:
            self._ended = before

    def tell(self, commands: Sequence[Command], answered: Answered) -> None:
        """`ask` without waiting: ``answered`` is called with all replies, or never. Raises `WireBroken`."""
        assert self._answered is None
        self._answered, self._wanted = answered, len(commands)
        self.send(commands)

    def listen(self, heard: Callable[[Any], None], all_heard: Callable[[], None]) -> None:
        """From now on ``heard`` is called with whatever Redis says, and ``all_heard`` after what came in one go."""
        self._heard, self._all_heard = heard, all_heard

    def send(self, commands: Sequence[Command]) -> None:
        """For a wire that listens. Raises `WireBroken` where it is of no more use."""
        if self._transport is None:
            raise WireBroken("abandoned")  # the library would connect anew, and nobody would know of the gap
        self._transport.write(b"".join([_packed(command) for command in commands]))

    def abandon(self, cause: Exception | None = None) -> None:
        """End at once; what is unsent is dropped. Harmless when done twice."""
        self._transport = None
        self._answered = self._heard = self._all_heard = None
        writer = self._connection._writer
        if writer is not None:
            # A mere close would wait for a server that hangs to take what is unsent.
            writer.transport.abort()
            self._connection._writer = None
            self._connection._reader = None
        if self.cause is None:
            self.cause = cause or WireBroken("abandoned")
            ended, self._ended = self._ended, None
            if ended is not None:
                ended()

    # --- called by the transport

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed(data)
            if self._heard is not None:
                self._hear(self._heard)
            else:
                self._collect()
        except hiredis.HiredisError:
            self.abandon(WireBroken("not Redis"))
        except Exception as bug:
            self.abandon(bug)

    def eof_received(self) -> None:
        self.abandon(WireBroken("closed"))

    def connection_lost(self, exc: Exception | None) -> None:
        self.abandon(broken(exc) if exc is not None else WireBroken("closed"))

    def _hear(self, heard: Callable[[Any], None]) -> None:
        next_reply = self._parser.gets
        while (reply := next_reply()) is not NOTHING_YET:
            heard(reply)
        if self._all_heard is not None:
            self._all_heard()

    def _collect(self) -> None:
        while (reply := self._parser.gets()) is not NOTHING_YET:
            self._replies.append(reply)
            if len(self._replies) == self._wanted and self._answered is not None:
                replies, answered = self._replies, self._answered
                self._replies, self._answered = [], None
                answered(replies)


def broken(error: Exception) -> WireBroken:
    """What an error of the library, of the system or of Redis itself means for the connection."""
    if isinstance(error, WireBroken):
        return error
    if isinstance(error, Refused):
        return WireBroken(error.code, SENTENCES.get(error.code, NO_ANSWER))
    sentence = NO_ANSWER
    if isinstance(error, AuthenticationError):
        sentence = REFUSED
    elif isinstance(error, NoPermissionError):
        sentence = NOT_PERMITTED
    return WireBroken(type(error).__name__, sentence)
