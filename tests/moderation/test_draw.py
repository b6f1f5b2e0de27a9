"""Lots: nobody can choose how they fall, anybody can recompute them, and what is published tells a band of sizes only."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.draw import (
    Entry,
    Proof,
    band,
    commitment,
    decoys,
    order,
    padded,
    pool_hash,
    proof,
    verify,
)

NONCE, SECRET = b"n" * 32, b"s" * 32
NAMES = st.lists(st.text("abcdef", min_size=1, max_size=6), unique=True, max_size=30)


def a_proof(many: int = 7) -> Proof:
    pool = [f"pseudonym {each}" for each in range(many)]
    drawn = order(NONCE, "case", pool)
    return proof(NONCE, "case", pool=pool, seated=(drawn[0], drawn[2], drawn[3]), secret=SECRET)


@given(NAMES, st.randoms(use_true_random=False))
def test_the_order_depends_on_who_is_there_and_not_on_how_they_are_listed(names: list[str], random: object) -> None:
    shuffled = list(names)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert order(NONCE, "case", shuffled) == order(NONCE, "case", names)
    assert sorted(order(NONCE, "case", names)) == sorted(names)
    assert pool_hash(shuffled) == pool_hash(names)


@given(NAMES, st.text("xyz", min_size=1, max_size=3))
def test_one_more_in_the_pool_moves_nobody_past_anybody(names: list[str], other: str) -> None:
    with_them = [each for each in order(NONCE, "case", [*names, other]) if each != other]
    assert tuple(with_them) == order(NONCE, "case", names)


def test_another_nonce_or_case_is_another_order() -> None:
    names = [f"{each}" for each in range(20)]
    orders = {order(NONCE, "case", names), order(b"m" * 32, "case", names), order(NONCE, "esac", names)}
    assert len(orders) == 3
    assert commitment(NONCE) != commitment(b"m" * 32)


def test_lots_fall_evenly() -> None:
    """The first lot of 6,000 draws among six; four standard deviations either side."""
    firsts = [order(b"%d" % each, "case", "abcdef")[0] for each in range(6_000)]
    assert all(abs(firsts.count(name) - 1_000) < 4 * 29 for name in "abcdef")


@pytest.mark.parametrize(
    ("count", "named", "length"),
    [(0, "0-1", 1), (1, "0-1", 1), (2, "2", 2), (3, "3-5", 5), (5, "3-5", 5), (6, "6-9", 9), (9, "6-9", 9),
     (10, "10-13", 13), (13, "10-13", 13), (14, "14+", 16), (16, "14+", 16), (17, "14+", 32), (33, "14+", 64)],
)  # fmt: skip
def test_a_pool_is_told_as_a_band_and_filled_up_to_its_end(count: int, named: str, length: int) -> None:
    assert (band(count), padded(count)) == (named, length)


def test_decoys_are_alike_each_time_and_look_like_anybody() -> None:
    assert decoys(SECRET, "case", 3) == decoys(SECRET, "case", 4)[:3]
    assert decoys(SECRET, "case", 3) != decoys(b"t" * 32, "case", 3)
    assert {len(each) for each in decoys(SECRET, "case", 20)} == {64}


@pytest.mark.parametrize("many", [2, 3, 7, 9, 13, 16, 40])
def test_an_honest_proof_holds_and_tells_no_size(many: int) -> None:
    pool = [f"pseudonym {each}" for each in range(many)]
    seats = 2 if many == 2 else 3
    made = proof(NONCE, "case", pool=pool, seated=order(NONCE, "case", pool)[-seats:], secret=SECRET)
    assert verify(made, NONCE) == ()
    assert len(made.entries) == padded(many)
    assert sum(each.became == "seated" for each in made.entries) == seats


def test_a_draw_that_seated_nobody_has_a_proof_too() -> None:
    made = proof(NONCE, "case", pool=["a", "b", "c"], seated=(), secret=SECRET)
    assert verify(made, NONCE) == ()
    assert {each.became for each in made.entries} == {"skipped"}


def test_whoever_comes_after_the_last_seat_was_not_reached() -> None:
    made = a_proof()
    last = max(place for place, each in enumerate(made.entries) if each.became == "seated")
    assert {each.became for each in made.entries[:last]} <= {"seated", "skipped"}
    assert {each.became for each in made.entries[last + 1 :]} <= {"not_reached"}


def swapped(made: Proof, one: int, two: int) -> Proof:
    entries = list(made.entries)
    entries[one], entries[two] = entries[two], entries[one]
    return replace(made, entries=tuple(entries))


def one_more_seat(made: Proof) -> Proof:
    place = next(place for place, each in enumerate(made.entries) if each.became == "skipped")
    more = replace(made.entries[place], became="seated")
    return replace(made, entries=(*made.entries[:place], more, *made.entries[place + 1 :]))


MADE = a_proof()
FORGED = {
    "the order": swapped(MADE, 0, 1),
    "somebody left out": replace(MADE, entries=MADE.entries[1:]),
    "somebody put in": replace(MADE, entries=(*MADE.entries, Entry("x", "not_reached"))),
    "somebody else in the place of one": replace(MADE, entries=(Entry("x", "skipped"), *MADE.entries[1:])),
    "another case": replace(MADE, case="esac"),
    "another band": replace(MADE, band="14+"),
    "another commitment": replace(MADE, commitment=commitment(b"other")),
    "another pool": replace(MADE, pool_hash=pool_hash(["a"])),
    "a fourth seat": one_more_seat(MADE),
    "a seat past those reached": replace(
        MADE, entries=(replace(MADE.entries[0], became="not_reached"), *MADE.entries[1:])
    ),
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_proof_is_seen(how: str) -> None:
    assert FORGED[how] != MADE
    assert verify(FORGED[how], NONCE) != ()


def test_a_nonce_that_was_not_committed_to_is_seen() -> None:
    assert verify(a_proof(), b"other") != ()
