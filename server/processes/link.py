"""A server process's line to the one that started it: its orders, the word that it is open, and how the others are.

The line breaks when that one dies, however it dies; a process must not go on without it.
"""

import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import msgspec
from msgspec import Struct

READY, ALIVE, COMPLETE, LACKING = b"ready\n", b"alive\n", b"complete\n", b"lacking\n"
LAST = 3.0
"""Seconds that a process has to end in order after its line broke."""


class Orders(Struct, frozen=True):
    """What a process is told when it starts. Numbers are of inherited file descriptors."""

    settings: dict[str, object]
    """Every setting, as JSON; never shown, for it may hold a password."""
    port: int
    sockets: tuple[int, ...]
    control: int | None
    furnish: bool

    def __repr__(self) -> str:
        return "Orders(…)"


class Link:
    """The server process's end."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._lines = self._socket.makefile("rb")
        self.orders = msgspec.json.decode(self._lines.readline(), type=Orders)
        self.complete = True
        """All processes and what runs between them are there, as far as this one was told."""
        self.end: Callable[[], None] | None = None
        """Begins an orderly end; called on a thread of its own."""
        threading.Thread(target=self._listen, daemon=True, name="link").start()

    def ready(self) -> None:
        self._socket.sendall(READY)

    def alive(self) -> None:
        """Say that the loop turns. Nothing waits for a supervisor that does not listen for a while."""
        with suppress(OSError):
            self._socket.send(ALIVE, socket.MSG_DONTWAIT)

    def _listen(self) -> None:
        with suppress(OSError):
            for line in self._lines:
                self.complete = line == COMPLETE
        if self.end is not None:
            self.end()
            time.sleep(LAST)
        os._exit(1)
