"""Several server processes on one machine: started, replaced when they die or hang, exchanged one by one, and ended together.

It opens the sockets, the lock and the control socket that they share, and holds neither an event loop nor a database.
"""

import logging
import selectors
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack

from server import control
from server.data_folder import DataFolder
from server.processes.child import LISTEN_EVERY, Child
from server.processes.hangup import Terminal
from server.processes.link import Orders
from server.processes.listening import BALANCED, SharedPort, close
from server.processes.place import Place
from server.processes.private_redis import PrivateRedis
from server.processes.signals import Signals
from server.settings import Settings

log = logging.getLogger("server.processes.supervisor")
LOOK_EVERY = 0.05
"""Seconds between looks while something is under way; otherwise it sleeps until it is told something, or should have been."""
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)


class Supervisor:
    """``run`` returns the exit status. ``count`` processes; ``redis`` is None where one is given by address."""

    def __init__(
        self, settings: Settings, count: int, folder: DataFolder, redis: PrivateRedis | None, *, demo: bool
    ) -> None:
        self.settings = settings
        self.folder = folder
        self.redis = redis
        self.furnish = demo
        self.port = SharedPort(settings)
        self.places = [Place(number, self.port.sockets()) for number in range(count)]
        self.control = control.opened(folder.path)
        self._control_file = folder.path / control.FILE
        self._inode = self._control_file.stat().st_ino if self.control is not None else 0
        self.open = False
        self.status: int | None = None
        """Set when all is over, or is to be."""
        self.stopping = False
        self._ends_with = 0
        self._opened = ""
        """What is still to be said when all are open."""
        self.to_exchange: list[Place] = []
        self.complete = True
        """As it was last told."""
        self._selector = selectors.DefaultSelector()

    def run(self) -> int:
        terminal = Terminal()
        with ExitStack() as stack:
            stack.callback(self._close)
            signals = stack.enter_context(Signals(SIGNALS))
            self._selector.register(signals.waker, selectors.EVENT_READ)
            if self.redis is not None:
                self.redis.start()
            while self.status is None:
                busy = self._look(time.monotonic())
                self._wait(LOOK_EVERY if busy else LISTEN_EVERY)
                for which in signals.taken():
                    self._told(which, terminal)
        return self.status

    # --- what is asked of it

    def _told(self, which: int, terminal: Terminal) -> None:
        if which == signal.SIGCHLD:
            return
        if which == signal.SIGHUP and not terminal.is_gone():
            log.info("every process is exchanged, one after the other")
            self.to_exchange = list(self.places)
            for place in self.places:
                place.exchanged = False
        elif self.stopping and which == signal.SIGINT:
            for child in self._children():
                child.end()
        elif not self.stopping:
            self._stop(0)

    def _stop(self, status: int) -> None:
        self.stopping = True
        self._ends_with = status
        self.to_exchange.clear()
        for child in self._children():
            child.leave()

    # --- what is to be done

    def _look(self, now: float) -> bool:
        """Everything that is due at ``now``. Whether more will be before anybody says so."""
        for place in self.places:
            for child in place.children():
                child.hurry(now)
                if child.ended():
                    self._ended(place, child, now)
        if self.stopping:
            if not any(True for _ in self._children()):
                self.status = self._ends_with
            return True
        redis_well = self.redis is None or self.redis.look(now)
        for place in self.places:
            place.exchange()
            if place.child is None and redis_well and place.start_at <= now and (self.open or place.number == 0):
                place.child = self._child(place, now)
        self._open_up()
        self._exchange_next(now)
        complete = redis_well and all(place.serves for place in self.places)
        if complete is not self.complete:
            self.complete = complete
            for child in self._children():
                child.tell(complete=complete)
        return not complete or bool(self.to_exchange) or any(place.leaving or place.coming for place in self.places)

    def _child(self, place: Place, now: float) -> Child | None:
        """A new process for a place; None where the system has none to give, until later."""
        settings = self.settings
        changed: dict[str, object] = {"processes": 1}
        if self.redis is not None:
            changed["redis_url"] = self.redis.url
        if settings.metrics_port:
            changed["metrics_port"] = settings.metrics_port + place.number
        if not settings.hashes_at_once:
            changed["hashes_at_once"] = 1
        orders = Orders(
            settings=settings.model_copy(update=changed).model_dump(mode="json"),
            port=self.port.port,
            sockets=tuple(each.fileno() for each in place.sockets),
            control=self.control.fileno() if self.control is not None else None,
            furnish=self.furnish,
        )
        inherited = [*orders.sockets, self.folder.held, *([orders.control] if orders.control is not None else [])]
        try:
            child = Child(orders, inherited)
        except OSError as error:
            log.error("no process can be started", extra={"cause": error.strerror})
            place.failed(now)
            return None
        self.furnish = False
        self._selector.register(child.line, selectors.EVENT_READ, child)
        child.tell(complete=self.complete)
        return child

    def _ended(self, place: Place, child: Child, now: float) -> None:
        if not child.silent:
            self._selector.unregister(child.line)
        child.close()
        asked = child.leaving
        place.let_go(child, now)
        if asked or self.stopping:
            return
        status = child.process.returncode
        log.warning("a process ended", extra={"pid": child.pid, "status": status, "was_open": child.ready})
        if not self.open:
            # What keeps the first from opening would keep the others too, and it has said what it is.
            if status not in {1, 2}:
                log.error("a process ended before it was open")
            self._stop(2 if status == 2 else 1)
        elif place in self.to_exchange and not child.ready:
            log.error("the new process did not open, so the processes are not exchanged")
            self.to_exchange.clear()
        elif not child.ready:
            place.sockets = self.port.renewed(place.sockets)
            if place.hopeless and not any(each.serves for each in self.places):
                log.error("no process opens any more")
                self._stop(1)

    def _open_up(self) -> None:

        if not self.open and self.places[0].serves:
            self.open = True
            where = self.settings.origin or f"http://localhost:{self.port.port}"
            self._opened = f"Peer Circles is open at {where}"
            if not BALANCED:
                log.warning(
                    "this system gives a connection to any process that is free, so they may be loaded unevenly"
                )
        if self._opened and all(place.serves or place.failures for place in self.places):
            print(self._opened, flush=True)  # noqa: T201 - the address is what a newcomer waits for
            self._opened = ""

    def _exchange_next(self, now: float) -> None:
        if self.to_exchange and all(place.settled for place in self.places):
            place = self.to_exchange[0]
            if place.exchanged:
                place.exchanged = False
                self.to_exchange.pop(0)
            else:
                place.coming = self._child(place, now)
                if place.coming is None:
                    self.to_exchange.clear()

    # --- its own running

    def _children(self) -> Iterator[Child]:
        for place in self.places:
            yield from place.children()

    def _wait(self, within: float | None) -> None:
        for key, _ in self._selector.select(within):
            if isinstance(key.data, Child):
                key.data.heard()
                if key.data.silent:
                    self._selector.unregister(key.data.line)

    def _close(self) -> None:
        for child in self._children():  # something went wrong here: nothing may be left running
            child.end()
            child.process.wait()
        if self.redis is not None:
            self.redis.stop()
        for place in self.places:
            close(place.sockets)
        if self.control is not None:
            control.remove(self._control_file, self._inode)
            self.control.close()
        self._selector.close()
