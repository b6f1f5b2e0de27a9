"""The control socket: a Unix socket in the data folder, by which commands on this machine reach the running server's door.

Who may open the file may use it: it is 0600, like the database beside it. One line of JSON in (``{"do": …}``, a
`moderation.operating.OperatorCommand`), one line out: ``{"ok": …}`` or ``{"refused": {"code": …}}``.
"""

import asyncio
import logging
import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from moderation.operating import HoldByLaw, InviteModerator
from rooms.work import Refusal
from server.door import Door

log = logging.getLogger("server.control")
FILE = "control"
LONGEST = 100
"""Bytes of a path that every system takes for the name of a socket."""
LINE_MOST = 4_096
PATIENCE = 10.0
"""Seconds in which a line must have come, and been answered."""
WAITING_MOST = 16
decode_command = msgspec.json.Decoder(InviteModerator | HoldByLaw).decode
encode = msgspec.json.Encoder().encode


class Unreachable(Exception):
    """A server has the socket and does not answer. The text is one plain sentence."""


class Control:
    """The server's side. Where a process on the same folder has the socket already, that one goes on answering.

    Processes that one parent has started answer in turn, on a socket that it opened before them (`shared`).
    """

    def __init__(self, folder: Path, door: Door) -> None:
        self.path = folder / FILE
        self.door = door
        self.shared: socket.socket | None = None
        self._server: asyncio.Server | None = None
        self._inode = 0
        self._talking: set[asyncio.Task[Any]] = set()

    async def start(self) -> None:
        """Without the socket a server is as good as with it, so what keeps it from being made is only noted."""
        listening = self.shared or opened(self.path.parent)
        if listening is None:
            return
        if self.shared is None:
            self._inode = self.path.stat().st_ino
        if sys.version_info >= (3, 13):
            # Whether its file goes too is for whoever opened it to say.
            self._server = await asyncio.start_unix_server(
                self._talk, sock=listening, limit=LINE_MOST, cleanup_socket=False
            )
        else:
            self._server = await asyncio.start_unix_server(self._talk, sock=listening, limit=LINE_MOST)

    async def close(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for task in tuple(self._talking):
            task.cancel()
        await asyncio.gather(*self._talking, return_exceptions=True)
        if self.shared is None:
            remove(self.path, self._inode)
        self._server = None

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talking.add(task)
        try:
            async with asyncio.timeout(PATIENCE):
                line = await reader.readline()
                if line:
                    writer.write(await answer(self.door, line) + b"\n")
                    await writer.drain()
        except (TimeoutError, ValueError, ConnectionError):
            log.warning("a command on the machine was given up")
        finally:
            self._talking.discard(task)
            writer.close()


async def answer(door: Door, line: bytes) -> bytes:
    """One command, through the door, as nobody in particular. Never raises for what was asked."""
    try:
        command = decode_command(line)
    except msgspec.ValidationError:
        return _refused("request.bad_field")
    except msgspec.DecodeError:
        return _refused("request.bad_json")
    try:
        return encode({"ok": await door.submit(None, command)})
    except Refusal as refusal:
        return _refused(refusal.code, **refusal.facts)


def ask(folder: Path, line: bytes) -> bytes | None:
    """From another process: what the server of this folder answers; None where none runs. Raises `Unreachable`."""
    with socket.socket(socket.AF_UNIX) as talking:
        talking.settimeout(PATIENCE)
        if not _connected(talking, folder / FILE):
            return None
        try:
            talking.sendall(line + b"\n")
            with talking.makefile("rb") as said:
                answered = said.readline()
        except OSError:
            answered = b""
    if not answered:
        raise Unreachable("The server on this data folder does not answer.")
    return answered


def answers(folder: Path) -> bool:
    """Whether a server has the socket of this folder."""
    with socket.socket(socket.AF_UNIX) as talking:
        talking.settimeout(PATIENCE)
        return _connected(talking, folder / FILE)


def opened(folder: Path) -> socket.socket | None:
    """A listening control socket in this folder; None where a server has it already, or where it cannot be made."""
    if answers(folder):
        return None
    path = folder / FILE
    listening = socket.socket(socket.AF_UNIX)
    try:
        path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            with short(path) as name:
                listening.bind(name)
        finally:
            os.umask(before)
        listening.listen(WAITING_MOST)
    except OSError as error:
        listening.close()
        log.warning("no control socket", extra={"cause": error.strerror})
        return None
    return listening


def remove(path: Path, inode: int) -> None:
    """The socket's file, unless another server has put its own there."""
    with suppress(FileNotFoundError):
        if path.stat().st_ino == inode:
            path.unlink()


@contextmanager
def short(path: Path) -> Iterator[str]:
    """A name for a path that is short enough for a socket, for as long as it takes to bind or to connect."""
    if len(os.fsencode(path)) <= LONGEST:
        yield str(path)
        return
    with tempfile.TemporaryDirectory(prefix="circles-") as place:
        link = Path(place) / "d"
        link.symlink_to(path.parent.absolute())
        yield str(link / path.name)


def _connected(talking: socket.socket, path: Path) -> bool:
    try:
        with short(path) as name:
            talking.connect(name)
    except OSError:
        return False
    return True


def _refused(code: str, **facts: str | int) -> bytes:
    return encode({"refused": {"code": code, **facts}})
