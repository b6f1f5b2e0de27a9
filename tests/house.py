"""A real server for a test: in this process on a free port, or as processes of its own."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import uvicorn

from server.app import make_parts
from server.migrate import migrate
from server.parts import Parts
from server.serving import Server, configuration, listen
from server.settings import Settings
from tests.keeper import Keeper

ROOT = Path(__file__).resolve().parent.parent
GENEROUS: dict[str, Any] = {
    "sends_per_10s": 100_000,
    "frames_per_10s": 100_000,
    "entries_per_minute": 100_000,
    "looks_per_minute": 100_000,
    "searches_per_minute": 100_000,
    "open_rooms_each": 1_000,
    "breaths_per_hour": 100_000,
    "offers_per_hour": 100_000,
    "turns_per_minute": 100_000,
    "bells_per_hour": 100_000,
    "proposals_a_day": 100_000,
    "objections_a_day": 100_000,
    "tending_per_hour": 100_000,
    "gentle_a_day": 100_000,
    "worries_a_day": 100_000,
    "rooms_per_hour": 100_000,
}
"""Limits for tests that are not about limits."""


class Hours:
    """The server's wall clock, which a test may move."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.moved = 0
        real = parts.time_of_day
        parts.time_of_day = lambda: real() + self.moved

    @contextlib.contextmanager
    def standing_still(self) -> Iterator[None]:
        """Meanwhile it moves by `passes` alone, however long a busy machine takes."""
        going = self.parts.time_of_day
        stood = going() - self.moved
        self.parts.time_of_day = lambda: stood + self.moved
        try:
            yield
        finally:
            self.parts.time_of_day = going

    async def passes(self, *, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Let time pass and what fell due happen."""
        self.moved += round((hours * 3600 + minutes * 60 + seconds) * 1000)
        await self.parts.clock.perform()


class House:
    """A server in this process. ``url`` is its origin; ``clock`` moves its time; ``parts`` are its insides."""

    def __init__(self, parts: Parts, server: Server, url: str) -> None:
        self.parts = parts
        self.server = server
        self.url = url
        self.clock = Hours(parts)


@contextlib.asynccontextmanager
async def house(folder: Path, **settings: Any) -> AsyncIterator[House]:
    """Open a server with these settings (generous limits unless given), and close it in an orderly way."""
    chosen = Settings(data_dir=folder, port=0, **{**GENEROUS, **settings})
    sockets = listen(chosen)
    chosen = chosen.model_copy(update={"port": sockets[0].getsockname()[1]})
    parts = make_parts(chosen)
    migrate(parts.store)
    config = configuration(parts)
    opened = asyncio.Event()
    server = InProcess(config, parts, opened)
    running = asyncio.create_task(server.serve(sockets))
    waiting = asyncio.create_task(opened.wait())
    await asyncio.wait((running, waiting), return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if running.done():
        await running
        raise RuntimeError("the server ended before it had opened")
    try:
        yield House(parts, server, f"http://localhost:{chosen.port}")
    finally:
        server.should_exit = True
        await running


class InProcess(Server):
    """Leaves signals to the test runner and says when it has opened."""

    def __init__(self, config: uvicorn.Config, parts: Parts, opened: asyncio.Event) -> None:
        super().__init__(config, parts, "", demo=False)
        self.event = opened

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield

    async def startup(self, sockets: Any = None) -> None:
        await uvicorn.Server.startup(self, sockets)
        self.event.set()


class Process:
    """``python -m server serve`` as a process of its own, that may be killed and started again on the same port."""

    program = ("-m", "server", "serve")

    def __init__(self, keeper: Keeper, folder: Path, **settings: Any) -> None:
        self.keeper = keeper
        self.folder = folder
        # One, whatever the machine has: whoever wants several asks for them.
        self.settings = {"processes": 1, **GENEROUS, **settings}
        self.port = 0
        self.process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    async def start(self) -> None:
        """Returns once it says that it is open; its port stays the same from then on."""
        chosen = {"data_dir": self.folder, "port": self.port, **self.settings}
        environment = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
        environment |= {name.upper(): str(value) for name, value in chosen.items()}
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, *self.program, cwd=ROOT, env=environment,
                stdout=asyncio.subprocess.PIPE, stderr=log,
            )  # fmt: skip
        self.keeper.watch(self.process)
        assert self.process.stdout is not None
        line = (await self.process.stdout.readline()).decode()
        if "is open at" not in line:
            raise RuntimeError(f"the server did not open: {await self.process.wait()}")
        self.port = int(line.rsplit(":", 1)[1])

    async def kill(self) -> None:
        await self._end(signal.SIGKILL)

    def suspend(self) -> None:
        """It keeps its connections and answers nothing, until `resume`."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end, and wait; returns its exit status."""
        return await self._end(how)

    async def _end(self, how: signal.Signals) -> int:
        if self.process is None:
            return 0
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(how)
        status = await self.process.wait()
        self.keeper.forget(self.process)
        self.process = None
        return status
