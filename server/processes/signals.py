"""Signals for a program without an event loop: noted as they come, and a socket that becomes readable with each."""

import signal
import socket
from collections.abc import Iterable
from contextlib import suppress
from types import FrameType
from typing import Self


class Signals:
    """Notes these signals while it is entered. ``waker`` is for a selector; `taken` empties it."""

    def __init__(self, which: Iterable[signal.Signals]) -> None:
        self.waker, self._waking = socket.socketpair()
        for each in (self.waker, self._waking):
            each.setblocking(False)
        self._which = tuple(which)
        self._noted: list[int] = []

    def __enter__(self) -> Self:
        self._before = [(each, signal.signal(each, self._note)) for each in self._which]
        self._woken = signal.set_wakeup_fd(self._waking.fileno(), warn_on_full_buffer=False)
        return self

    def __exit__(self, *_: object) -> None:
        signal.set_wakeup_fd(self._woken)
        for each, handler in self._before:
            signal.signal(each, handler)
        self.waker.close()
        self._waking.close()

    def taken(self) -> list[int]:
        """Those that came since it was last asked, in order."""
        with suppress(BlockingIOError):
            self.waker.recv(4096)
        taken, self._noted = self._noted, []
        return taken

    def _note(self, which: int, _frame: FrameType | None) -> None:
        self._noted.append(which)
