"""Nonces that order the draws: committed to in the record before a case exists, shown after its draws are over.

One is committed each day, for cases that open between one and two days later, so that its commitment has been public
for a day before the first of them. The very first is for use at once, because a server begins somewhere.
"""

import secrets
from itertools import pairwise

from sqlalchemy import Connection, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from moderation import draw, ledger
from moderation.models_ledger import NonceRow
from rooms.limits import Limits
from rooms.work import Work

NONCE_BYTES = 32


def for_case(work: Work, opened_at: int) -> tuple[int, bytes]:
    """The number and the 32 bytes of the nonce for draws of a case, or of an appeal, that began at ``opened_at`` (ms).

    It is the newest that was in use then. One that has been shown orders nothing any more: a draw that comes so late
    takes the newest in use now.
    """
    # Read before the look: what another process makes meanwhile has the next number, and is used by both.
    last = _last(work)
    secret = select(NonceRow.id, NonceRow.nonce).where(col(NonceRow.revealed_at).is_(None))
    for moment in (opened_at, work.now):
        in_use = secret.where(NonceRow.usable_from <= moment).order_by(col(NonceRow.id).desc()).limit(1)
        found = work.conn.execute(in_use).one_or_none()
        if found is not None:
            return int(found[0]), bytes(found[1])
    return commit(work, last + 1, usable_from=work.now)


def commit(work: Work, number: int, *, usable_from: int) -> tuple[int, bytes]:
    """Make the nonce of this number, the next, and say in the record what it will be found to be."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    # Another process may make the same one at this moment, in a transaction that cannot be seen here yet.
    unless_made = sqlite.insert if work.conn.dialect.name == "sqlite" else postgresql.insert
    values = {"id": number, "nonce": nonce, "committed_at": work.now, "usable_from": usable_from}
    mine = unless_made(NonceRow).values(values).on_conflict_do_nothing().returning(col(NonceRow.id))
    if work.conn.execute(mine).one_or_none() is None:
        theirs = select(NonceRow.nonce).where(NonceRow.id == number)
        return number, bytes(work.conn.execute(theirs).scalar_one())
    ledger.note(
        work, None, "nonce", {"nonce": number, "usable_from": usable_from, "commitment": draw.commitment(nonce)}
    )
    return number, nonce


def next_due(conn: Connection, limits: Limits) -> int:
    """When the next nonce is to be committed or shown, in ms; 0 where there has not been any."""
    secret = conn.execute(
        select(NonceRow.usable_from).where(col(NonceRow.revealed_at).is_(None)).order_by(col(NonceRow.id))
    ).scalars()
    in_use_from = list(secret)
    if not in_use_from:
        return 0
    moments = [in_use_from[-1] + limits.day - _ahead(limits)]
    if len(in_use_from) > 1:
        moments.append(in_use_from[1] + limits.nonce_hidden)
    return min(moments)


def perform(work: Work) -> None:
    """Commit the next nonce and show those whose time is over, as far as that is due. Harmless to repeat.

    The caller sees to it that no other process does the same meanwhile.
    """
    limits = work.limits
    rows = work.conn.execute(
        select(NonceRow.id, NonceRow.nonce, NonceRow.usable_from)
        .where(col(NonceRow.revealed_at).is_(None))
        .order_by(col(NonceRow.id))
    ).all()
    if not rows:
        commit(work, _last(work) + 1, usable_from=work.now)
        return
    if rows[-1].usable_from + limits.day - _ahead(limits) <= work.now:
        commit(work, rows[-1].id + 1, usable_from=max(rows[-1].usable_from + limits.day, work.now + _ahead(limits)))
    for row, following in pairwise(rows):
        if following.usable_from + limits.nonce_hidden <= work.now:
            work.conn.execute(update(NonceRow).where(col(NonceRow.id) == row.id).values(revealed_at=work.now))
            ledger.note(work, None, "reveal", {"nonce": row.id, "value": bytes(row.nonce).hex()})


def _last(work: Work) -> int:
    """The newest one's number, whether it has been shown or not; 0 before the first."""
    last = work.conn.execute(select(NonceRow.id).order_by(col(NonceRow.id).desc()).limit(1)).scalar_one_or_none()
    return last or 0


def _ahead(limits: Limits) -> int:
    """Its commitment may wait for a while before it is published, and is to be public for a day before the first use."""
    return limits.ledger_longest + limits.day
