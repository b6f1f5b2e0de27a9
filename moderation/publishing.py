"""The public record from outside the actions: publishing it by the hour, and reading it.

What waits is published together at the turn of an hour, in random order, so that neither the moment nor the order
tells whose doing it was. Each entry is labelled with the hour in which it is published, not that in which it happened.
"""

import json

from sqlalchemy import Connection, func, insert, literal, update
from sqlmodel import col, select

from moderation import nonces, report
from moderation.chain import BEGIN, Head, canonical, link
from moderation.models_ledger import JournalRow, LedgerRow
from rooms.limits import Limits
from rooms.work import Work

AT_ONCE = 1_000
"""Entries published in one command, the oldest first, so that the door is never blocked for long."""
LOCK = 0x4C656467
"""PostgreSQL advisory lock, so that of several processes one writes the record."""


def next_due(conn: Connection, limits: Limits) -> int:
    """When there is something to do for the record, in ms: a nonce, the report of a month, or entries to publish."""
    moments = (nonces.next_due(conn, limits), report.next_due(conn, limits), _publish_at(conn, limits))
    return min(moment for moment in moments if moment is not None)


def perform(work: Work) -> None:
    """Do what is due at ``work.now``. Harmless to repeat; does nothing while another process does it."""
    if work.conn.dialect.name == "postgresql":
        mine = select(func.pg_try_advisory_xact_lock(literal(LOCK)))
        if not work.conn.execute(mine).scalar_one():
            return
    nonces.perform(work)
    publish(work)
    report.perform(work)


def publish(work: Work) -> None:
    """Put into the chain what waits, if its time has come: at most `AT_ONCE` entries, in an order of chance."""
    at = _publish_at(work.conn, work.limits)
    if at is None or at > work.now:
        return
    hour = work.now - work.now % work.limits.ledger_every
    ripe = select(JournalRow).where(col(JournalRow.waiting_at) < hour).order_by(col(JournalRow.waiting_at))
    rows = list(work.conn.execute(ripe.order_by(col(JournalRow.id)).limit(AT_ONCE)))
    for place in range(len(rows) - 1, 0, -1):
        other = work.pick(place + 1)
        rows[place], rows[other] = rows[other], rows[place]
    last, links = head(work.conn), []
    for row in rows:
        facts = json.loads(row.facts)
        counted = canonical({name: value for name, value in facts.items() if name in report.COUNTED})
        if row.step is not None:
            facts["step"] = row.step
        said = {
            "hour": hour,
            "type": row.kind,
            "case": row.case_name,
            "commitment": row.commitment,
            "facts": facts,
        }
        entry, last = link(last, said)
        links.append(
            {"seq": last.seq, "hour": hour, "kind": row.kind, "counted": counted, "entry": entry, "hash": last.hash}
        )
    work.conn.execute(insert(LedgerRow), links)
    work.conn.execute(
        update(JournalRow).where(col(JournalRow.id).in_([row.id for row in rows])).values(waiting_at=None)
    )


def head(conn: Connection) -> Head:
    """The last published entry."""
    row = conn.execute(select(LedgerRow.seq, LedgerRow.hash).order_by(col(LedgerRow.seq).desc()).limit(1)).one_or_none()
    return Head(0, BEGIN) if row is None else Head(row.seq, row.hash)


def page(conn: Connection, after: int, most: int) -> list[str]:
    """Up to ``most`` entries after number ``after``, each as JSON with its ``hash`` at the end."""
    rows = conn.execute(
        select(LedgerRow.entry, LedgerRow.hash)
        .where(col(LedgerRow.seq) > after)
        .order_by(col(LedgerRow.seq))
        .limit(most)
    )
    return [f'{row.entry[:-1]},"hash":"{row.hash}"}}' for row in rows]


def _publish_at(conn: Connection, limits: Limits) -> int | None:
    """When what waits may be published: once there are enough, at the next turn of the hour; or when one waited long."""
    waiting: list[int] = list(
        conn.execute(
            select(JournalRow.waiting_at)
            .where(col(JournalRow.waiting_at).is_not(None))
            .order_by(col(JournalRow.waiting_at))
            .limit(limits.ledger_least)
        ).scalars()
    )
    if not waiting:
        return None
    # By then the first one's hour is over as well: it waits at least as long as an hour lasts.
    longest = waiting[0] + max(limits.ledger_longest, limits.ledger_every)
    if len(waiting) < limits.ledger_least:
        return longest
    hour = limits.ledger_every
    return min(longest, waiting[-1] - waiting[-1] % hour + hour)
