"""Each invariant is tried against rules broken on purpose: a law that finds none of them would prove nothing."""

from collections import Counter
from collections.abc import Callable

import pytest

from tests.moderation.breaks import BREAKS, Break
from tests.moderation.world_laws import Unlawful, judge, only
from tests.moderation.world_probes import PROBES
from tests.moderation.world_walks import Bias, walked

WALKS = 40
"""So many a law may take to find what breaks it; most need one."""


def found(broken: Break) -> bool:
    """Whether the law of this invariant, and no accident, finds it."""
    with broken.made():
        for tried in (*PROBES.get(broken.number, ()), *(seeded(broken, seed) for seed in range(WALKS))):
            try:
                tried()
            except Unlawful as unlawful:
                return unlawful.number == broken.number
    return False


def seeded(broken: Break, seed: int) -> Callable[[], object]:
    return lambda: walked(seed, only(broken.number), broken.bias, mirrored=broken.number == 23)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda each: f"{each.number}: {each.what}")
def test_a_broken_rule_is_found(broken: Break) -> None:
    assert found(broken)


def test_every_invariant_is_broken_in_two_ways_at_least() -> None:
    ways = Counter(each.number for each in BREAKS)
    assert {number for number in range(1, 32) if ways[number] < 2} == set()


def test_on_the_same_walks_nothing_is_found_in_the_core_as_it_is() -> None:
    biases: list[Bias] = []
    for each in BREAKS:
        if each.bias not in biases:
            biases.append(each.bias)
    for bias in biases:
        for seed in range(2):
            walked(seed, judge, bias)


def test_a_break_is_undone() -> None:
    broken = next(each for each in BREAKS if each.what == "one flag folds")
    assert found(broken)
    walked(0, judge, broken.bias)
