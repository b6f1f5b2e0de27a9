"""PostgreSQL keeps deleted rows until their place is used again; here their bytes are let go of.

Small tables are written anew, which leaves nothing and keeps everybody waiting for a moment; large ones are vacuumed.
"""

import threading
import time

from sqlalchemy import URL, Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

EVERY = 60.0
"""Seconds between two times, at least."""
SMALL = 32 * 1024 * 1024
"""Bytes up to which a table is written anew: some tenths of a second."""
LOCK = 0x57697065
"""PostgreSQL advisory lock, so that of several processes one does it at a time."""
_TABLES = text(
    "SELECT c.relname, pg_table_size(c.oid) FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace ="
    " current_schema()::regnamespace AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0"
    " AND NOT a.attisdropped AND a.atttypmod = -1 AND a.atttypid IN ('text'::regtype, 'varchar'::regtype,"
    " 'bytea'::regtype)) ORDER BY c.relname"
)
"""Tables with a column that may hold words: one without a length."""
_GONE = text("SELECT coalesce(sum(n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables")


class Vacuum:
    """Every call waits for the database: not for the event loop."""

    def __init__(self, url: URL) -> None:
        self.every = EVERY
        self._engine = create_engine(
            url,
            hide_parameters=True,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={"connect_timeout": 5, "options": "-c statement_timeout=0 -c lock_timeout=200"},
        )
        self._last = time.monotonic()
        self._gone = -1
        self._one = threading.Lock()

    def run(self) -> bool:
        """Whether no deleted row is left that could be let go of. Raises DBAPIError where the database does not answer."""
        if time.monotonic() - self._last < self.every or not self._one.acquire(blocking=False):
            return False
        try:
            self._last = time.monotonic()
            with self._engine.connect() as conn:
                if not conn.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}).scalar_one():
                    return False
                cleared = [_clear(conn, name, size) for name, size in conn.execute(_TABLES).all()]
                return all(cleared)
        finally:
            self._one.release()

    def rows_went(self) -> bool:
        """Whether any process changed or deleted a row since this was last asked, to within seconds."""
        with self._engine.connect() as conn:
            gone = int(conn.execute(_GONE).scalar_one())
        before, self._gone = self._gone, gone
        return gone != before

    def close(self) -> None:
        self._engine.dispose()


def _clear(conn: Connection, table: str, size: int) -> bool:
    """False: somebody is in the way, and nobody is kept waiting for that."""
    how = "FULL" if size <= SMALL else "INDEX_CLEANUP ON, TRUNCATE ON"
    name = conn.dialect.identifier_preparer.quote(table)
    try:
        conn.execute(text(f"VACUUM ({how}) {name}"))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != "55P03":
            raise
        return False
    return True
