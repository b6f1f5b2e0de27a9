"""Very many circles and very long histories, written straight into a stopped server's SQLite database."""

import sqlite3
from pathlib import Path

BATCH = 200_000
"""Rows in one transaction."""


def add_circles(database: Path, count: int) -> None:
    """So many circles beside those there are: copies of the rows of one of them, in which its host alone sits."""
    db = opened(database)
    (log, circle, participant) = db.execute(
        "SELECT c.log_id, c.id, p.id FROM circle c JOIN participant p ON p.circle_id = c.id LIMIT 1"
    ).fetchone()
    first = db.execute("SELECT max(id) FROM log").fetchone()[0]
    for made in range(0, count, BATCH):
        numbers = f"WITH RECURSIVE n(i) AS (SELECT {made} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {min(count, made + BATCH)})"
        copies = (
            ("log", f"id = {log}", {"id": f"{first} + 1 + i", "address": "'circle/' || printf('%016d', i)"}),
            (
                "circle",
                f"id = '{circle}'",
                {"id": "printf('%016d', i)", "log_id": f"{first} + 1 + i", "key": "printf('%022d', i)"},
            ),
            (
                "participant",
                f"id = '{participant}'",
                {"id": "printf('p%015d', i)", "circle_id": "printf('%016d', i)", "person_id": "printf('q%015d', i)"},
            ),
            ("event", f"log_id = {log}", {"log_id": f"{first} + 1 + i", "key": "NULL"}),
        )
        with db:
            for table, which, changed in copies:
                names = columns(db, table)
                values = ", ".join(changed.get(name, f"t.{name}") for name in names)
                db.execute(
                    f"{numbers} INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM n, {table} t WHERE {which}"
                )
    closed(db)


def add_history(database: Path, count: int) -> None:
    """So many messages more, the same number in each circle: copies of one that was said there."""
    db = opened(database)
    logs = db.execute(
        "SELECT log.id, log.head_seq, min(event.seq) FROM log JOIN event ON event.log_id = log.id"
        " WHERE event.kind = 'message.posted' GROUP BY log.id ORDER BY log.id"
    ).fetchall()
    each = -(-count // len(logs))
    names = columns(db, "event")
    for log, head, model in logs:
        changed = {"seq": f"{head} + 1 + i", "key": f"printf('%06d%016d', {log}, i)"}
        values = ", ".join(changed.get(name, f"t.{name}") for name in names)
        for made in range(0, each, BATCH):
            with db:
                db.execute(
                    f"WITH RECURSIVE n(i) AS (SELECT {made} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {min(each, made + BATCH)})"
                    f" INSERT INTO event ({', '.join(names)}) SELECT {values} FROM n, event t WHERE log_id = {log} AND seq = {model}"
                )
        with db:
            db.execute("UPDATE log SET head_seq = head_seq + ? WHERE id = ?", (each, log))
    closed(db)


def opened(database: Path) -> sqlite3.Connection:
    db = sqlite3.connect(database)
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA cache_size = -200000")
    return db


def closed(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def columns(db: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
