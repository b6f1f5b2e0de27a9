"""Statements of the hot path, handed to the driver as they are: SQLAlchemy's way costs ten times what SQLite's does.

Errors come out as SQLAlchemy's, so that nobody needs to know by which way a statement went.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

Row = tuple[Any, ...]
Texts = Mapping[str, str]
"""One statement, in each database's words (``sqlite``, ``postgresql``); parameters by position."""


def marked(text: str) -> Texts:
    """A statement with ``?`` for each parameter, in each database's words."""
    return {"sqlite": text, "postgresql": text.replace("?", "%s")}


def rows(conn: Connection, texts: Texts, *parameters: Any) -> list[Row]:
    """Run a statement that returns rows, inside the transaction of ``conn``. Raises `DBAPIError`."""
    raw: Any = conn.connection.dbapi_connection
    text = texts[conn.dialect.name]
    try:
        found: list[Row] = raw.execute(text, parameters).fetchall()
    except Exception as error:
        raise _translated(conn, text, error) from error
    return found


def run(conn: Connection, text: str) -> None:
    """Run a statement that returns nothing and is the same in every database. Raises `DBAPIError`."""
    raw: Any = conn.connection.dbapi_connection
    try:
        raw.execute(text)
    except Exception as error:
        raise _translated(conn, text, error) from error


def many(conn: Connection, texts: Texts, several: Sequence[Row]) -> None:
    """Run a statement that returns nothing once for each of ``several``. Raises `DBAPIError`."""
    raw: Any = conn.connection.dbapi_connection
    text = texts[conn.dialect.name]
    try:
        cursor = raw.cursor()
        cursor.executemany(text, several)
        cursor.close()
    except Exception as error:
        raise _translated(conn, text, error) from error


def _translated(conn: Connection, text: str, error: Exception) -> BaseException:
    """What SQLAlchemy would have raised, and a lost connection given up as it would be."""
    dialect = conn.dialect
    base = dialect.loaded_dbapi.Error
    if not isinstance(error, base):
        return error
    lost = not conn.invalidated and dialect.is_disconnect(error, conn.connection.dbapi_connection, None)
    if lost:
        conn.invalidate(error)
    # hide_parameters: they are what people write.
    return DBAPIError.instance(
        text, None, error, base, hide_parameters=True, connection_invalidated=lost, dialect=dialect
    )
