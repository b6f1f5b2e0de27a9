"""The checker finds what is broken, and nothing else."""

import random

import pytest

from tests.faults.checker import check
from tests.faults.mutations import MUTATIONS, Mutation, mutated
from tests.faults.simulated import Simulation


@pytest.fixture(scope="module")
def placements(full: bool) -> int:
    return 100 if full else 12


def test_valid_histories_are_not_flagged(full: bool) -> None:
    for seed in range(1000 if full else 80):
        assert check(Simulation(seed).history()) == [], f"seed {seed}"


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_a_broken_history_is_flagged(mutation: Mutation, placements: int) -> None:
    placed = seed = 0
    while placed < placements:
        broken = mutated(Simulation(seed).history(), mutation, random.Random(seed))
        if broken is not None:
            placed += 1
            found = {violation.check for violation in check(broken)}
            assert found & set(MUTATIONS[mutation].split(" or ")), f"seed {seed}: only {found}"
        seed += 1
        assert seed < 50 * placements, "hardly ever a place for it"


def test_there_are_fourteen_mutations() -> None:
    assert len(MUTATIONS) == 14
