"""One person's road to the server: a SOCKS proxy of their own that can be cut, held up, and lose what comes back.

Being offline by the browser's own switch leaves open sockets open; on a cut road they really end.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Self

CONNECT = b"\x05\x01\x00"
WELCOME = b"\x05\x00"
DONE = b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"


class Road:
    """``url`` is what a browser context takes as its proxy. Only names and IPv4 addresses are known to it."""

    def __init__(self) -> None:
        self.url = ""
        self.is_cut = False
        self.loses_answers = False
        """What the server says is lost on the way; what is said to it still arrives."""
        self.bars_sockets = False
        """Requests pass; WebSockets do not, as behind some proxies."""
        self._free = asyncio.Event()
        self._free.set()
        self._open: set[asyncio.StreamWriter] = set()
        self._travelling: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def build(self) -> Self:
        self._server = await asyncio.start_server(self._came, "127.0.0.1", 0)
        self.url = f"socks5://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    def cut(self) -> None:
        """End every connection on it, and let no other through until `mend`."""
        self.is_cut = True
        for writer in list(self._open):
            writer.transport.abort()

    def mend(self) -> None:
        self.is_cut = self.loses_answers = self.bars_sockets = False

    @contextlib.contextmanager
    def held_up(self) -> Iterator[None]:
        """What the server says waits on the way, and arrives afterwards."""
        self._free.clear()
        try:
            yield
        finally:
            self._free.set()

    async def close(self) -> None:
        self.cut()
        if self._server is not None:
            self._server.close()
        if self._travelling:
            await asyncio.wait(self._travelling)

    async def _came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._travelling.add(task)
        self._open.add(writer)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                async with self._through(reader, writer) as (far_reader, far_writer):
                    await self._both_ways(
                        self._carry(reader, far_writer, back=False), self._carry(far_reader, writer, back=True)
                    )
                # What is still in the buffer goes out, unless the road is cut meanwhile.
                writer.close()
                await writer.wait_closed()
        finally:
            writer.transport.abort()
            self._open.discard(writer)
            self._travelling.discard(task)

    @contextlib.asynccontextmanager
    async def _through(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """Do what SOCKS asks for (RFC 1928), and connect."""
        _, methods = await reader.readexactly(2)
        await reader.readexactly(methods)
        writer.write(WELCOME)
        asked = await reader.readexactly(4)
        if asked[:3] != CONNECT or self.is_cut:
            raise ConnectionRefusedError
        if asked[3] == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            host = ".".join(str(each) for each in await reader.readexactly(4))
        port = int.from_bytes(await reader.readexactly(2), "big")
        far_reader, far_writer = await asyncio.open_connection(host, port)
        self._open.add(far_writer)
        try:
            writer.write(DONE)
            yield far_reader, far_writer
        finally:
            far_writer.transport.abort()
            self._open.discard(far_writer)

    async def _both_ways(self, *ways: Coroutine[None, None, None]) -> None:
        """Until one of them ends; then the other is of no use."""
        tasks = [asyncio.ensure_future(way) for way in ways]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, back: bool) -> None:
        while data := await reader.read(65_536):
            if back:
                await self._free.wait()
            elif self.bars_sockets and b"\r\nUpgrade: websocket\r\n" in data:
                return
            if not (back and self.loses_answers):
                writer.write(data)
                await writer.drain()
