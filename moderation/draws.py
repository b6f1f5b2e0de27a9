"""Drawing for a panel, and keeping of each draw what anybody needs to repeat it: pseudonyms and no people."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, update
from sqlmodel import col, select

from moderation import ledger, nonces
from moderation.draw import band, commitment, decoys, order, padded, pool_hash, proof
from moderation.models_ledger import DrawRow, NonceRow
from moderation.wire_ledger import DrawEntry, DrawProof
from rooms.work import Work


@dataclass(frozen=True, slots=True)
class Drawn:
    people: tuple[str, ...]
    """All of the pool, as the lots fell."""
    lot: str
    nonce_id: int
    everybody: tuple[str, ...]
    """Pseudonyms of them, and of nobody, in the order of the alphabet."""


def draw(work: Work, case_key: bytes, *, instance: int, began_at: int, pool: Sequence[str]) -> Drawn:
    """An order of the pool: all who could ever be asked, before anybody is left out for this case.

    ``instance`` counts the panels of the case from 1; ``began_at`` is when the case, or the appeal, was opened (ms).
    The same call gives the same order. Nothing is noted until `keep`.
    """
    nonce_id, nonce = nonces.for_case(work, began_at)
    lot = f"{ledger.case_name(case_key)}.{instance}"
    names = {ledger.person_name(case_key, each): each for each in pool}
    nobody = decoys(case_key, lot, padded(len(names)) - len(names))
    people = tuple(names[each] for each in order(nonce, lot, names))
    return Drawn(people, lot, nonce_id, tuple(sorted({*names, *nobody})))


def keep(work: Work, case_key: bytes, drawn: Drawn, *, size: int) -> str:
    """A panel of ``size`` begins with this order: note its hash in the record, and return the draw's id."""
    draw_id = base64.urlsafe_b64encode(work.pick(2**96).to_bytes(12, "big")).decode()
    instance = int(drawn.lot.rpartition(".")[2])
    work.conn.execute(
        insert(DrawRow).values(
            id=draw_id, lot=drawn.lot, nonce_id=drawn.nonce_id, at=work.now, pool=" ".join(drawn.everybody)
        )
    )
    of = band(len(drawn.everybody))
    facts = {"draw": draw_id, "instance": instance, "n": size, "band": of, "nonce": drawn.nonce_id}
    ledger.note(work, case_key, "draw", {**facts, "commitment": pool_hash(drawn.everybody)})
    return draw_id


def seats(work: Work, case_key: bytes, draw_id: str, people: Iterable[str]) -> None:
    """Who has a seat now. Given anew each time that changes; who left their seat counts as skipped."""
    seated = sorted(ledger.person_name(case_key, each) for each in people)
    work.conn.execute(update(DrawRow).where(col(DrawRow.id) == draw_id).values(seated=" ".join(seated)))


def shown(conn: Connection, draw_id: str) -> DrawProof | None:
    """A draw as anybody may see it now; None where there is none with this id."""
    row = conn.execute(select(DrawRow).where(col(DrawRow.id) == draw_id)).one_or_none()
    if row is None:
        return None
    used = conn.execute(select(NonceRow).where(col(NonceRow.id) == row.nonce_id)).one()
    pool, nonce = row.pool.split(), bytes(used.nonce)
    told = used.revealed_at is not None
    # The pool is filled up already, so that no decoy is added here.
    made = proof(nonce, row.lot, pool=pool, seated=row.seated.split(), secret=b"") if told else None
    return DrawProof(
        draw=draw_id,
        lot=row.lot,
        nonce_number=row.nonce_id,
        commitment=commitment(nonce),
        pool_hash=pool_hash(pool),
        band=band(len(pool)),
        nonce=nonce.hex() if told else None,
        entries=tuple(DrawEntry(pseudonym=each.pseudonym, became=each.became) for each in made.entries) if made else (),
    )
