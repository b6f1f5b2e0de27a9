"""What lies between a process and Redis, in the hands of a test."""

import asyncio
from urllib.parse import urlsplit

from tests.server.processes import Waiter


class Link(Waiter):
    """A TCP link to Redis that can be cut, or turned into a hole that takes everything and gives nothing."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._to = urlsplit(url)
        self._holes: set[int] = set()
        self._accepted = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> str:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return f"redis://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/0"

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def is_asked(self, times: int) -> None:
        """Until so many connections were opened."""
        await self.until(lambda: self._accepted >= times)

    def swallow(self, *connections: int) -> None:
        """All that were ever opened, or these, in the order in which they were."""
        self._holes |= set(connections or range(1_000))

    def heal(self) -> None:
        self._holes.clear()
        self.happened()

    def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(self._to.hostname, self._to.port)
        self._writers += [writer, back]
        number = self._accepted
        self._accepted += 1
        self.happened()
        for source, sink in ((reader, back), (there, writer)):
            task = asyncio.create_task(self._pass_on(source, sink, number))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, number: int) -> None:
        try:
            while data := await source.read(65_536):
                await self.until(lambda: number not in self._holes, within=60)
                sink.write(data)
                await sink.drain()
        except OSError:
            return
        finally:
            sink.transport.abort()
