"""The server as it is, but that it can be made to die at a named point: ``python -m tests.faults.crashing serve``.

The product has no hooks for this: its functions are wrapped before it starts. ``FAULT_ORDERS`` names a file with a line
``point n``; it is read at the start and on SIGUSR1, and the n-th time from then on that the point is passed, the process
kills itself (-9); or with ``clock n``, and the wall clock is n seconds ahead. ``FAULT_SLOW_READS`` makes every read from the database come back so many seconds later,
``FAULT_POLL_EVERY`` are the seconds between looks at the heads that nothing asks for, ``FAULT_NAMESPACE`` names a network namespace to live in, and ``FAULT_MUTANT`` changes the product for the worse (see `mutants`).
"""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from rooms import bulk, history, personal
from rooms.wire import PostMessage
from server import hub
from server.__main__ import main
from server.connection import Connection
from server.hub import Hub
from server.readers import Readers
from server.redis.line import Line
from server.redis.parcels import Outbox
from server.store import Store
from tests.faults import mutants
from tests.faults.mutants import put


class Orders:
    """What the file says: where to die, and after how many passes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.point = ""
        self.left = 0
        self.ahead = 0
        """Seconds by which the wall clock is wrong."""
        self.read()

    def read(self, *_: Any) -> None:
        said = self.path.read_text().split() if self.path.exists() else ["", "1"]
        if said[0] == "clock":
            self.ahead = int(said[1])
        else:
            self.point, self.left = said[0], int(said[1])

    def passing(self, point: str) -> None:
        if point == self.point:
            self.left -= 1
            if self.left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


def before(owner: Any, name: str, pass_: Callable[..., None]) -> None:
    """Have ``pass_`` called with the arguments before each call."""
    original = getattr(owner, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        pass_(*args, **kwargs)
        return original(*args, **kwargs)

    put(owner, name, wrapped)


def after(owner: Any, name: str, pass_: Callable[..., None]) -> None:
    """Have ``pass_`` called with the result after each call."""
    original = getattr(owner, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        pass_(result)
        return result

    put(owner, name, wrapped)


def holds_posts(work: Any) -> bool:
    """Whether something to be run in a transaction is a batch of the door with posts in it."""
    batch = getattr(work, "keywords", {}).get("batch", ())
    return any(isinstance(each.command, PostMessage) for each in batch)


def set_points(orders: Orders) -> None:
    """Wrap what lies at each of `POINTS`."""
    passing = orders.passing

    def around_a_batch(original: Callable[..., Any]) -> Callable[..., Any]:
        def write_now(store: Store, work: Any) -> Any:
            if not holds_posts(work):
                return original(store, work)

            def run(conn: Any) -> Any:
                done = work(conn)
                passing("before_commit")
                return done

            passing("before_transaction")
            result = original(store, run)
            passing("after_commit")
            return result

        return write_now

    put(Store, "write_now", around_a_batch(Store.write_now))
    after(bulk, "stored", lambda _: passing("after_key_lookup"))
    after(bulk, "advance", lambda _: passing("after_head_update"))
    after(bulk, "insert", lambda _: passing("after_insert"))
    after(Hub, "arrived", lambda _: passing("after_local_wake"))
    before(Outbox, "take", lambda outbox, _: passing("after_answer") if outbox else None)

    before(Line, "_passed_on", lambda line, _: passing("after_nudge") if line._on_way else None)
    before(Readers, "_write", lambda *_: passing("mid_catch_up"))
    before(history, "log_head", lambda *_: passing("before_first_read"))
    before(Connection, "goodbye", lambda _, code, **__: passing("mid_drain") if code == 4012 else None)
    after(personal, "forget", lambda _: passing("mid_erasure"))
    before(Store, "_truncate", lambda *_: passing("before_scrub"))

    @event.listens_for(Engine, "after_cursor_execute")
    def created(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().upper().startswith("CREATE"):
            passing("mid_migration")


POINTS = (
    "before_transaction", "after_key_lookup", "after_head_update", "after_insert", "before_commit", "after_commit", "after_local_wake",
    "after_answer", "after_nudge", "mid_catch_up", "before_first_read", "mid_drain", "mid_migration", "mid_erasure",
    "before_scrub",
)  # fmt: skip
"""In the order in which a post passes the first nine; local readers are woken before the answer and the nudge leave.

``after_answer`` is before the nudge is sent and ``after_nudge`` when Redis has taken it: both only with Redis.
"""


def slow_down(seconds: float) -> None:
    """Reads see what they see now and say so later, as on a database that has much to do."""
    original = Store.read_now

    def read_now(store: Store, work: Callable[[Any], Any]) -> Any:
        result = original(store, work)
        time.sleep(seconds)
        return result

    put(Store, "read_now", read_now)


def poll_every(seconds: float) -> None:
    hub.POLL = hub.POLL_SUSPECT = seconds


def set_clock(orders: Orders) -> None:
    """The wall clock; the monotonic one goes on as it does."""
    time_ns, seconds = time.time_ns, time.time
    put(time, "time_ns", lambda: time_ns() + orders.ahead * 1_000_000_000)
    put(time, "time", lambda: seconds() + orders.ahead)


def move_into(namespace: str) -> None:
    """Linux only: from here on this process sees no other network."""
    with Path("/run/netns", namespace).open() as opened:
        if ctypes.CDLL(None, use_errno=True).setns(opened.fileno(), 0):
            raise OSError(ctypes.get_errno(), "the namespace cannot be entered")


if __name__ == "__main__":
    if "FAULT_NAMESPACE" in os.environ:
        move_into(os.environ["FAULT_NAMESPACE"])
    chosen = Orders(Path(os.environ.get("FAULT_ORDERS", "/nonexistent")))
    mutants.apply(os.environ.get("FAULT_MUTANT", ""))
    set_points(chosen)
    set_clock(chosen)
    slow_down(float(os.environ.get("FAULT_SLOW_READS", "0")))
    if "FAULT_POLL_EVERY" in os.environ:
        poll_every(float(os.environ["FAULT_POLL_EVERY"]))
    signal.signal(signal.SIGUSR1, chosen.read)
    sys.exit(main())
