"""Changing what was published, or choosing who is drawn."""

from collections.abc import Iterator
from typing import Any

from moderation import chain, draw
from moderation.simulation.table import Chance, Row

ENTRIES = 40


def log_rewrite(chance: Chance) -> Iterator[Row]:
    tried = missed = 0
    for _ in chance.tries(0.5):
        entries = _record(ENTRIES)
        place = chance.random.randrange(ENTRIES)
        seen = chance.random.randint(place + 1, ENTRIES)
        head = chain.Head(seen, str(entries[seen - 1]["hash"]))
        changed = _changed(chance, entries, place)
        tried += 1
        missed += _passes(changed, head)
    yield Row(
        "Log rewrite",
        "an entry is edited, dropped, moved or the chain written anew from there",
        f"{missed} of {tried} unnoticed by whoever has a head after it",
        "0",
        missed == 0,
    )


def rigged_draw(chance: Chance) -> Iterator[Row]:
    accepted = wins = 0
    pool = [f"{chance.random.getrandbits(128):032x}" for _ in range(12)]
    friends = set(pool[:3])
    for _ in chance.tries(0.5):
        nonce, case = chance.random.randbytes(32), f"{chance.random.getrandbits(64):016x}"
        honest = draw.proof(nonce, case, pool=pool, seated=draw.order(nonce, case, pool)[:3], secret=b"secret")
        # The operator tries other nonces until friends come first, once the case is there.
        for _ in range(20):
            ground = chance.random.randbytes(32)
            fell = draw.order(ground, case, pool)
            if len(friends & set(fell[:3])) >= 2:
                wins += 1
                forged = draw.proof(ground, case, pool=pool, seated=fell[:3], secret=b"secret")
                pretended = draw.Proof(case, honest.commitment, honest.pool_hash, honest.band, forged.entries)
                accepted += not draw.verify(pretended, ground) or not draw.verify(pretended, nonce)
                break
    yield Row(
        "Rigged draw",
        "the operator tries 20 nonces for a panel of friends",
        f"{wins} such nonces found, {accepted} pass the check",
        "0: the nonce was committed to a day before",
        accepted == 0,
    )


def _record(many: int) -> list[dict[str, Any]]:
    after, entries = chain.Head(0, chain.BEGIN), []
    for n in range(many):
        fields = {"hour": n // 4, "type": "fold", "facts": {"item": n}}
        before = after.hash
        _, after = chain.link(after, fields)
        entries.append({**fields, "seq": after.seq, "prev": before, "hash": after.hash})
    return entries


def _changed(chance: Chance, entries: list[dict[str, Any]], place: int) -> list[dict[str, Any]]:
    edited = {**entries[place], "hour": 99}
    before, rest = entries[:place], entries[place + 1 :]
    match chance.random.randrange(4):
        case 0:
            return [*before, edited, *rest]
        case 1:
            return [*before, *rest]
        case 2 if rest:
            return [*before, rest[0], entries[place], *rest[1:]]
        case _:
            after = chain.Head(place, str(before[-1]["hash"])) if before else chain.Head(0, chain.BEGIN)
            anew = list(before)
            for each in (edited, *rest):
                fields = {name: value for name, value in each.items() if name not in ("seq", "prev", "hash")}
                prev = after.hash
                _, after = chain.link(after, fields)
                anew.append({**fields, "seq": after.seq, "prev": prev, "hash": after.hash})
            return anew


def _passes(entries: list[dict[str, Any]], head: chain.Head) -> bool:
    """Whether somebody who kept this head takes the entries for the record that it belongs to."""
    try:
        return chain.verify(entries[: head.seq]) == head
    except chain.Broken:
        return False
