"""The SQLite library: that of the wheel ``pysqlite3`` where it is installed and newer, else Python's own."""

import sqlite3
from importlib import import_module
from importlib.util import find_spec
from typing import Any

WHEEL = "pysqlite3"


def newest() -> Any:
    """A driver as `sqlite3` is one."""
    if find_spec(WHEEL) is None:
        return sqlite3
    brought = import_module(f"{WHEEL}.dbapi2")
    return brought if brought.sqlite_version_info > sqlite3.sqlite_version_info else sqlite3


DRIVER = newest()
VERSION: str = DRIVER.sqlite_version
VERSION_INFO: tuple[int, ...] = DRIVER.sqlite_version_info
