"""A server process as the one that started it sees it."""

import logging
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress

import msgspec

from server.processes.link import COMPLETE, LACKING, READY, Orders

log = logging.getLogger("server.processes.child")
ROOM = 1 << 17
"""Bytes that a line takes before anybody reads it; orders must fit."""
ENDS_WITHIN = 17.0
"""Seconds from being asked to end until it is ended."""
OPENS_WITHIN = 120.0
"""Seconds from its start until it is ended if it is not open."""
LISTEN_EVERY = 2.0
"""Seconds between looks at who has said nothing, at most; each says every second that its loop turns."""
HUNG_AFTER = 20.0
"""Seconds of silence after which an open process counts as hung: more than anything holds its loop up."""


class Child:
    """Starts at once. ``line`` becomes readable when it has something to say; `heard` then reads it."""

    def __init__(self, orders: Orders, inherited: Iterable[int]) -> None:
        self.line, theirs = socket.socketpair()
        with theirs:
            for each in (self.line, theirs):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ROOM)
            self.process = subprocess.Popen(  # noqa: S603 - all of it is ours
                [sys.executable, "-m", "server", "process", str(theirs.fileno())],
                pass_fds=(theirs.fileno(), *inherited),
                stdin=subprocess.DEVNULL,
                # Ctrl-C at a terminal goes to a whole session; each process is to end only when it is told.
                start_new_session=True,
            )
        with suppress(OSError):  # it has ended already, which its parent finds in a moment
            self.line.sendall(msgspec.json.encode(orders) + b"\n")
        self.line.setblocking(False)
        self.started = time.monotonic()
        self.ready = False
        self.silent = False
        """It has closed the line."""
        self._ends_at: float | None = None
        self._looked = self.started
        self._unheard = 0.0
        """Seconds in which somebody listened and it said nothing."""

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def leaving(self) -> bool:
        """It was asked to end."""
        return self._ends_at is not None

    def ended(self) -> bool:
        return self.process.poll() is not None

    def heard(self) -> None:
        try:
            said = self.line.recv(64)
        except BlockingIOError:
            return
        except OSError:
            said = b""
        self.silent = self.silent or not said
        self.ready = self.ready or said.startswith(READY)
        self._unheard = 0.0

    def tell(self, *, complete: bool) -> None:
        """How the others are. One that is suspended may miss it; it is told again with the next change."""
        with suppress(OSError):
            self.line.send(COMPLETE if complete else LACKING)

    def leave(self) -> None:
        """Ask it to end; harmless to repeat."""
        if not self.leaving:
            self._ends_at = time.monotonic() + ENDS_WITHIN
            self._send(signal.SIGTERM)

    def hurry(self, now: float) -> None:
        """End it if it has had its time, or is open and hangs. To be called every `LISTEN_EVERY` seconds, or more often."""
        # Where nobody looked for longer, as on a machine that slept, nobody had a chance to speak either.
        self._unheard += min(now - self._looked, LISTEN_EVERY)
        self._looked = now
        if self.ready and not self.leaving and self._unheard > HUNG_AFTER:
            log.error("a process hangs and is ended", extra={"pid": self.pid})
            self._unheard = 0.0
            self.end()
        late = not self.ready and now > self.started + OPENS_WITHIN
        if (late or (self._ends_at is not None and now > self._ends_at)) and not self.ended():
            log.error("a process took too long and is ended", extra={"pid": self.pid, "was_open": self.ready})
            self.end()

    def end(self) -> None:
        self._send(signal.SIGKILL)

    def close(self) -> None:
        self.line.close()

    def _send(self, which: signal.Signals) -> None:
        # Popen looks first whether it has ended, so that no stranger with its number is hit.
        self.process.send_signal(which)
