"""How the server starts: as one process, or as several under a supervisor, on whatever the settings allow."""

import os
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from server import sqlite
from server.data_folder import DataFolder
from server.keys import Keys
from server.migrate import migrate
from server.processes.listening import CannotListen
from server.processes.private_redis import PrivateRedis
from server.processes.supervisor import Supervisor
from server.serving import serve_alone
from server.settings import Settings
from server.store import Store, StoreUnavailable

PROCESSES_MOST = 64
PORT_MOST = 65_535
SAFE_SQLITE = ((3, 44, 6), (3, 50, 7), (3, 51, 3))
"""The first of their lines in which several processes that write and checkpoint cannot lose a commit ("WAL-reset bug")."""
QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""Where a container on Linux is told how much of the machine is its own."""


def serve(settings: Settings, *, demo: bool, sockets: Sequence[int] = ()) -> int:
    """Until a signal; the exit status. ``sockets``: descriptors of listening sockets that are kept from before a restart.

    Raises one of the sentence exceptions where it cannot begin.
    """
    count = processes(settings)
    on_sqlite = settings.database.startswith("sqlite")
    if on_sqlite and settings.redis_url and count == 1:
        raise StoreUnavailable("SQLite serves one process. Set DATABASE_URL to PostgreSQL to use REDIS_URL.")
    if on_sqlite and count > 1 and not safe_for_several(sqlite.VERSION_INFO):
        raise StoreUnavailable(
            "Several processes need PostgreSQL (DATABASE_URL), or SQLite 3.51.3 or newer in place of"
            f" {sqlite.VERSION}, which could lose words with them."
        )
    if settings.metrics_port > PORT_MOST + 1 - count:
        raise CannotListen(f"METRICS_PORT leaves no room for one port for each of {count} processes.")
    with closing(DataFolder(settings.data_dir)) as folder:
        private = count > 1 and not settings.redis_url
        if on_sqlite or private:
            # With PostgreSQL and a Redis elsewhere the folder holds only keys, which several servers may share.
            folder.own()
        if count == 1:
            return serve_alone(settings, sockets, demo=demo)
        redis = PrivateRedis(settings.data_dir) if private else None
        _make_ready(settings)
        return Supervisor(settings, count, folder, redis, demo=demo).run()


def processes(settings: Settings) -> int:
    """As set; else one, or one per core where there is what several need."""
    if settings.processes:
        return settings.processes
    if settings.redis_url and not settings.database.startswith("sqlite"):
        return min(PROCESSES_MOST, cores())
    return 1


def cores() -> int:
    """Cores that this program may keep busy, at least 1."""
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        most, period = QUOTA.read_text().split()
    except (OSError, ValueError):
        return found
    return max(1, min(found, int(most) // int(period))) if most.isdigit() else found


def safe_for_several(version: tuple[int, ...]) -> bool:
    """Whether several processes may share a file with this version of SQLite."""
    return version >= SAFE_SQLITE[-1] or any(version[:2] == safe[:2] and version >= safe for safe in SAFE_SQLITE)


def _make_ready(settings: Settings) -> None:
    """What is done once, before there are processes that would all do it."""
    Keys.load(settings.data_dir)
    with closing(Store(settings.database)) as store:
        store.check()
        migrate(store)
