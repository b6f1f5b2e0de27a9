"""The database: one writer, a few readers, and the promises that hold them (durability, isolation, no words in errors)."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    ProgrammingError,
)
from sqlalchemy.pool import StaticPool
from sqlmodel import create_engine

from rooms import statements
from server import sqlite
from server.tally import SECONDS, Spread
from server.vacuum import Vacuum

T = TypeVar("T")
READERS = 4
OWN_FAULT = (DataError, IntegrityError, ProgrammingError)
"""Of database errors, those that one command brings on itself and that leave the transaction usable."""
CACHE = 16_384
"""kB of pages that the writer keeps at most."""
OLDEST_SQLITE = (3, 35, 0)
"""The first with RETURNING."""


class StoreUnavailable(Exception):
    """The database cannot be used at all. The text is one plain sentence without addresses or secrets."""


class Store:
    """``write`` runs on the one writer thread, ``read`` on one of four reader threads; both off the event loop."""

    def __init__(self, url: str) -> None:
        try:
            self.url = make_url(url)
        except (ArgumentError, ValueError):
            raise StoreUnavailable("DATABASE_URL is not a database address (sqlite:///… or postgresql://…).") from None
        self.sqlite = self.url.drivername in ("sqlite", "sqlite+pysqlite")
        if not self.sqlite and self.url.drivername != "postgresql+psycopg":
            raise StoreUnavailable("DATABASE_URL must be sqlite:///… or postgresql://….")
        if self.sqlite and self.url.database in (None, "", ":memory:"):
            raise StoreUnavailable("DATABASE_URL must name a file for SQLite: what is only in memory is not kept.")
        if self.sqlite and sqlite.VERSION_INFO < OLDEST_SQLITE:
            raise StoreUnavailable(f"SQLite {sqlite.VERSION} is too old; 3.35 or newer is needed.")
        try:
            self.writer = _engine(self.url.render_as_string(hide_password=False), writer=True)
            self.readers = _engine(self.url.render_as_string(hide_password=False), writer=False)
        except (NoSuchModuleError, ArgumentError):
            raise StoreUnavailable("DATABASE_URL names a database this server cannot speak to.") from None
        self.vacuum = None if self.sqlite else Vacuum(self.url)
        self.reads = Spread(SECONDS)
        """Seconds of each read, with its wait for a thread."""
        self.reading = 0
        """Reads under way or waiting."""
        self._writing: Connection | None = None
        self._write_thread = ThreadPoolExecutor(1, "writer")
        self._read_threads = ThreadPoolExecutor(READERS, "reader")

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in one transaction on the writer; returns after the commit is on disk."""
        return await asyncio.get_running_loop().run_in_executor(self._write_thread, self.write_now, work)

    def write_then(
        self, work: Callable[[Connection], T], done: Callable[[T | None, BaseException | None], None]
    ) -> None:
        """`write` without a future: ``done`` is called on the loop, with what ``work`` returned or with the error.

        Raises RuntimeError once the store is closed.
        """
        self._write_thread.submit(self._write_and_tell, work, done, asyncio.get_running_loop())

    def write_now(self, work: Callable[[Connection], T]) -> T:
        """`write`, in this thread. Not while another writes."""
        if not self.sqlite:
            with self.writer.begin() as conn:
                return work(conn)
        # The writer's connection to a file is one and the same, and taking it out anew costs as much as a statement.
        conn = self._writing = self._writing or self.writer.connect()
        try:
            with conn.begin():
                return work(conn)
        except BaseException:
            self._writing = None
            conn.close()
            raise

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` on a snapshot."""
        began = time.monotonic()
        self.reading += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._read_threads, self.read_now, work)
        finally:
            self.reading -= 1
            self.reads.add(time.monotonic() - began)

    def _write_and_tell(
        self,
        work: Callable[[Connection], T],
        done: Callable[[T | None, BaseException | None], None],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        try:
            result = self.write_now(work)
        except BaseException as error:  # whoever waits for it is told in any case
            loop.call_soon_threadsafe(done, None, error)
        else:
            loop.call_soon_threadsafe(done, result, None)

    def read_now(self, work: Callable[[Connection], T]) -> T:
        with self.readers.begin() as conn:
            return work(conn)

    async def scrub(self) -> bool:
        """After words were deleted: leave no copy of them in SQLite's write-ahead log, nor among PostgreSQL's dead rows.
        Returns whether that is done."""
        if self.vacuum is not None:
            return await asyncio.to_thread(self.vacuum.run)
        return await asyncio.get_running_loop().run_in_executor(self._write_thread, self._truncate)

    async def rows_went(self) -> bool:
        """Whether there may be something to scrub of which no event told."""
        return self.vacuum is None or await asyncio.to_thread(self.vacuum.rows_went)

    def check(self) -> None:
        """Raise `StoreUnavailable` where the database does not answer."""
        try:
            self.read_now(lambda conn: conn.execute(text("SELECT 1")))
        except (DBAPIError, sqlite.DRIVER.Error):
            where = "the SQLite file cannot be opened" if self.sqlite else "PostgreSQL does not answer or refuses"
            raise StoreUnavailable(f"The database is not usable: {where}. Check DATABASE_URL.") from None

    async def answers(self) -> bool:
        """Whether a read comes back."""
        try:
            await self.read(lambda conn: conn.execute(text("SELECT 1")))
        except DBAPIError:
            return False
        return True

    def close(self) -> None:
        self._write_thread.shutdown(wait=True)
        self._read_threads.shutdown(wait=True)
        if self._writing is not None:
            self._writing.close()
        self.writer.dispose()
        self.readers.dispose()
        if self.vacuum is not None:
            self.vacuum.close()

    def _truncate(self) -> bool:
        with self.writer.connect() as conn:
            raw: Any = conn.connection.driver_connection
            # Commands wait meanwhile, so readers are not waited for; it is tried again a moment later.
            raw.execute("PRAGMA busy_timeout=100")
            try:
                busy, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                raw.execute("PRAGMA busy_timeout=30000")
        return not busy


def trouble(error: DBAPIError) -> str:
    """What kind of trouble: ``again`` (deadlock, lock, lost connection before anything), ``storage.full``, …"""
    state = getattr(error.orig, "sqlstate", None)
    name = getattr(error.orig, "sqlite_errorname", "")
    if state in ("40001", "40P01", "55P03") or name in ("SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT"):
        return "again"
    if state in ("53100", "53200") or name in ("SQLITE_FULL", "SQLITE_IOERR_WRITE"):
        return "storage.full"
    return "storage.unavailable"


def _engine(url: str, *, writer: bool) -> Engine:
    # hide_parameters: a database error must never carry what somebody wrote into a log.
    common: dict[str, Any] = {"hide_parameters": True}
    if not url.startswith("sqlite"):
        size = 1 if writer else READERS
        engine = create_engine(
            url,
            **common,
            pool_size=size,
            max_overflow=0,
            pool_pre_ping=True,
            isolation_level="READ COMMITTED" if writer else "REPEATABLE READ",
            connect_args={
                "connect_timeout": 5,
                "options": "-c statement_timeout=30000 -c idle_in_transaction_session_timeout=30000"
                " -c synchronous_commit=on",
            },
        )
        return engine
    options: dict[str, Any] = {"module": sqlite.DRIVER, "connect_args": {"check_same_thread": False, "timeout": 30}}
    if writer:
        options["poolclass"] = StaticPool
    else:
        options |= {"pool_size": READERS, "max_overflow": 0}
    engine = create_engine(url, **common, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    if writer:
        event.listen(engine, "connect", _give_room)
    begin = "BEGIN IMMEDIATE" if writer else "BEGIN"
    event.listen(engine, "begin", lambda conn: statements.run(conn, begin))
    return engine


def _prepare_sqlite(raw: Any, _record: object) -> None:
    raw.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "mmap_size=0",
        # Before-images of a statement would otherwise go to a file outside the data folder, words and all.
        "temp_store=MEMORY",
        "wal_autocheckpoint=8000",
    ):
        raw.execute(f"PRAGMA {pragma}")
    raw.execute("PRAGMA busy_timeout=30000")
    durable = raw.execute("PRAGMA synchronous").fetchone()[0] == 2
    if not durable or raw.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        raise StoreUnavailable("SQLite would not keep what it confirms on this disk (no write-ahead log).")


def _give_room(raw: Any, _record: object) -> None:
    """The pages that a busy hour writes to stay in memory; in the usual 2 MB each post reads one back from the file."""
    raw.execute(f"PRAGMA cache_size=-{CACHE}")
