"""Drawing lots: an order that nobody can choose beforehand and anybody can recompute afterwards. Pure.

A nonce is committed to before the case exists. The order of a case is that of SHA-256(nonce, case, pseudonym), over the
whole pool before anybody is left out. What is published is padded with decoys, so that it shows a band of sizes only.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Became = Literal["seated", "skipped", "not_reached"]
"""Skipped is who could not be asked, declined, or was too slow; and every decoy before the last seat."""
BANDS = (("0-1", 1), ("2", 2), ("3-5", 5), ("6-9", 9), ("10-13", 13))
LARGEST_BAND = "14+"
SIZES = (2, 3, 5, 7, 9)


@dataclass(frozen=True, slots=True)
class Entry:
    pseudonym: str
    became: Became


@dataclass(frozen=True, slots=True)
class Proof:
    """What is published of one draw; with the nonce, once that is told, anybody can check it."""

    case: str
    commitment: str
    pool_hash: str
    band: str
    entries: tuple[Entry, ...]
    """In the order of the lots."""


def commitment(nonce: bytes) -> str:
    """Lowercase hex."""
    return _digest(b"nonce", nonce)


def order(nonce: bytes, case: str, pseudonyms: Iterable[str]) -> tuple[str, ...]:
    """Each pseudonym once, as the lots fall."""
    return tuple(sorted(set(pseudonyms), key=lambda each: (_digest(b"lot", nonce, case.encode(), each.encode()), each)))


def pool_hash(pseudonyms: Iterable[str]) -> str:
    """Of a set: the order in which it is given does not matter."""
    return _digest(b"pool", *(each.encode() for each in sorted(set(pseudonyms))))


def band(count: int) -> str:
    return next((name for name, most in BANDS if count <= most), LARGEST_BAND)


def padded(count: int) -> int:
    """To how many a pool is filled up before it is published: the end of its band, above those the next power of two."""
    return next((most for _, most in BANDS if count <= most), 1 << max(4, (count - 1).bit_length()))


def decoys(secret: bytes, case: str, count: int) -> tuple[str, ...]:
    """As many pseudonyms of nobody, alike each time and like those of people to whoever lacks the secret."""
    return tuple(
        hmac.new(secret, b"\0".join((b"decoy", case.encode(), b"%d" % each)), hashlib.sha256).hexdigest()
        for each in range(count)
    )


def proof(
    nonce: bytes,
    case: str,
    *,
    pool: Sequence[str],
    seated: Iterable[str],
    secret: bytes,
) -> Proof:
    """``pool``: everybody's pseudonym before recusal; ``seated``: those of them who got a seat."""
    chosen = set(seated)
    everybody = {*pool, *decoys(secret, case, padded(len(set(pool))) - len(set(pool)))}
    drawn = order(nonce, case, everybody)
    last = max((place for place, each in enumerate(drawn) if each in chosen), default=len(drawn) - 1)
    became: list[Became] = [
        "seated" if each in chosen else "skipped" if place < last or not chosen else "not_reached"
        for place, each in enumerate(drawn)
    ]
    return Proof(
        case=case,
        commitment=commitment(nonce),
        pool_hash=pool_hash(everybody),
        band=band(len(set(pool))),
        entries=tuple(Entry(*each) for each in zip(drawn, became, strict=True)),
    )


def verify(proof: Proof, nonce: bytes) -> tuple[str, ...]:
    """What is wrong with a proof, one word each; empty where it holds."""
    drawn = [each.pseudonym for each in proof.entries]
    seats = [place for place, each in enumerate(proof.entries) if each.became == "seated"]
    reached = [place for place, each in enumerate(proof.entries) if each.became != "not_reached"]
    sizes = {most for name, most in BANDS if name == proof.band}
    fits = len(drawn) in sizes if sizes else len(drawn) >= 16 and len(drawn).bit_count() == 1
    checks = {
        "commitment": hmac.compare_digest(commitment(nonce), proof.commitment),
        "twice": len(set(drawn)) == len(drawn),
        "order": tuple(drawn) == order(nonce, proof.case, drawn),
        "pool": pool_hash(drawn) == proof.pool_hash,
        "band": fits,
        "seats": len(seats) in (0, *SIZES),
        "reached": reached == list(range(len(reached))) and (not seats or max(seats) == len(reached) - 1),
    }
    return tuple(name for name, holds in checks.items() if not holds)


def _digest(*parts: bytes) -> str:
    """Of parts that cannot run into each other."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"%d:" % len(part))
        digest.update(part)
    return digest.hexdigest()
