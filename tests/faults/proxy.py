"""A link that can be broken: a TCP proxy between two parties of a fault run, one for each link."""

import asyncio
import socket
import struct
from typing import NamedTuple

HOST = "127.0.0.1"
CHUNK = 64 * 1024
HELD_MOST = 256 * 1024
"""Bytes that may wait in a link in one direction before its sender is no longer read from."""
PIECE = 0.05
"""Seconds' worth of a throttled link that leave at once."""
RESET = struct.pack("ii", 1, 0)
"""Linger for no time: closing sends a reset."""


class Target(NamedTuple):
    host: str
    port: int


class Proxy:
    """Listens on a port of its own and passes on to ``target``; ``port`` is where to connect instead.

    One mode at a time for all its connections, old and new: ``passes`` (as it begins), ``blackhole`` (nothing gets
    through and nobody is told, as with a cable pulled out; what was sent arrives when it passes again), ``reset``
    (connections are reset, new ones at once), ``delays``, ``throttles``; and ``cuts`` once.
    """

    def __init__(self, target: Target, host: str = HOST) -> None:
        self.target = target
        self.host = host
        self.port = 0
        self.connections: set[Connection] = set()
        self.count = 0
        """Connections so far."""
        self.seconds = 0.0
        """By which everything comes later."""
        self.rate = 0.0
        """Bytes a second and direction; 0: as fast as can be."""
        self.open = asyncio.Event()
        self.open.set()
        self.refusing = False
        self._server: asyncio.Server | None = None

    async def start(self) -> "Proxy":
        self._server = await asyncio.start_server(self._connected, self.host, 0, limit=CHUNK)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def close(self) -> None:
        """Returns when nothing of it runs any more."""
        if self._server is not None:
            self._server.close()
            self.reset()
            await self._server.wait_closed()
            while self.connections:
                await asyncio.wait([each.task for each in self.connections])

    # --- modes

    def passes(self) -> None:
        self.seconds, self.rate, self.refusing = 0.0, 0.0, False
        self.open.set()

    def blackhole(self) -> None:
        self.open.clear()

    def reset(self) -> None:
        self.refusing = True
        for each in self.connections:
            each.reset()

    def delays(self, seconds: float) -> None:
        self.seconds = seconds

    def throttles(self, rate: float) -> None:
        self.rate = rate

    def cuts(self, after: int) -> None:
        """Once, each connection there is: reset when so many more bytes have come back over it."""
        for each in self.connections:
            each.cut_after = after

    # --- connections

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.count += 1
        task = asyncio.current_task()
        assert task is not None
        connection = Connection(self, reader, writer, task)
        self.connections.add(connection)
        try:
            await connection.run()
        finally:
            self.connections.discard(connection)


class Connection:
    def __init__(
        self, proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, task: asyncio.Task[None]
    ) -> None:
        self.proxy = proxy
        self.task = task
        self.cut_after: int | None = None
        """Bytes back to the one who connected after which there is a reset, wherever in a frame that is."""
        self._reader, self._writer = reader, writer
        self._writers = [writer]
        self._over = asyncio.Event()

    def reset(self) -> None:
        for each in self._writers:
            raw = each.get_extra_info("socket")
            if raw is not None and raw.fileno() >= 0:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            each.transport.abort()
        self._over.set()

    async def run(self) -> None:
        """Until both directions have ended, or the link was reset."""
        if self.proxy.refusing:
            self.reset()
            return
        over = asyncio.create_task(self._over.wait())
        passing = asyncio.create_task(self._pass_both())
        try:
            await asyncio.wait((over, passing), return_when=asyncio.FIRST_COMPLETED)
        finally:
            over.cancel()
            passing.cancel()
            await asyncio.wait((over, passing))
            for each in self._writers:
                each.close()
        if not passing.cancelled() and isinstance(passing.exception(), ConnectionError):
            self.reset()

    async def _pass_both(self) -> None:
        await self.proxy.open.wait()
        to_reader, to_writer = await asyncio.open_connection(*self.proxy.target, limit=CHUNK)
        self._writers.append(to_writer)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._pass(self._reader, to_writer, back=False))
            group.create_task(self._pass(to_reader, self._writer, back=True))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, back: bool) -> None:
        proxy, loop = self.proxy, asyncio.get_running_loop()
        due: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(HELD_MOST // CHUNK)
        writing = asyncio.create_task(self._write(due, writer, back=back))
        try:
            while True:
                try:
                    data = await reader.read(CHUNK)
                except ConnectionError:
                    self.reset()
                    return
                await due.put((loop.time() + proxy.seconds, data))
                if not data:
                    await writing
                    return
        finally:
            writing.cancel()
            await asyncio.wait([writing])

    async def _write(
        self, due: "asyncio.Queue[tuple[float, bytes]]", writer: asyncio.StreamWriter, *, back: bool
    ) -> None:
        """In order, each piece when it is due and the link lets it through."""
        proxy, loop = self.proxy, asyncio.get_running_loop()
        try:
            while True:
                at, data = await due.get()
                if at > loop.time():
                    await asyncio.sleep(at - loop.time())
                await proxy.open.wait()
                if not data:
                    writer.write_eof()
                    return
                while data:
                    await proxy.open.wait()
                    piece = data[: max(1, int(proxy.rate * PIECE))] if proxy.rate else data
                    data = data[len(piece) :]
                    if back and self.cut_after is not None:
                        piece, self.cut_after = piece[: self.cut_after], self.cut_after - len(piece)
                    writer.write(piece)
                    if back and self.cut_after is not None and self.cut_after <= 0:
                        # What was written is with the receiver before the reset is: both stay on this machine.
                        self.reset()
                        return
                    await writer.drain()
                    if proxy.rate:
                        await asyncio.sleep(len(piece) / proxy.rate)
        except ConnectionError:
            self.reset()
