"""A world of people in circles, made by chance from a seed, and how its sockets lie on processes.

A larger world made from the same seed contains the smaller one person for person, so that what grows can be compared.
"""

from bisect import bisect
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import accumulate
from math import isfinite
from random import Random
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class Impossible(Exception):
    """One plain sentence: such a world there cannot be."""


def finite(numbers: "DataclassInstance") -> None:
    """Raises `Impossible` where a field is infinite or no number."""
    for name, value in asdict(numbers).items():
        if not isfinite(value):
            raise Impossible(f"The number for {name} must be finite.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """``each``: circles of one person on the average; ``spread``: of the sizes, as the deviation of their logarithm."""

    people: int = 1_000_000
    circles: int = 150_000
    each: float = 1.5
    spread: float = 0.6
    most: int = 50
    """Seats in a circle."""
    online: float = 0.3
    """Share of people whose socket is open at the busiest time."""
    messages: float = 1.0
    """A minute, from each of them, over all their circles."""
    burst: float = 3.0
    """How many times that the fullest moment has."""
    whispers: float = 1.0
    """Signs of writing that go with one message, to those who have that circle on the screen."""
    seed: int = 1

    def check(self) -> None:
        """Raises `Impossible`."""
        finite(self)
        if self.people < 1 or self.circles < 1 or self.most < 1:
            raise Impossible("There must be at least one person, one circle and one seat.")
        if not 0 < self.online <= 1:
            raise Impossible("The share online must lie above 0 and not above 1.")
        if not 1 <= self.each <= self.circles:
            raise Impossible("Everybody is in at least one circle and in no more than there are.")
        if min(self.messages, self.burst, self.whispers, self.spread) < 0 or self.spread > 3:
            raise Impossible("Rates must not be negative, and the spread lies between 0 and 3.")
        if self.people * self.each > self.circles * self.most * 0.95:
            raise Impossible(f"{self.people} people do not find seats in {self.circles} circles of {self.most}.")


class Online(NamedTuple):
    """Somebody with an open socket. ``where`` in [0, 1) says which process it is on, however many there are."""

    number: int
    where: float
    circles: tuple[int, ...]


class World:
    """``online`` in the order they came; ``seats`` taken, and what is said a second, in each circle."""

    def __init__(self, wanted: Wanted) -> None:
        wanted.check()
        self.wanted = wanted
        sizes, where = Random(f"{wanted.seed} sizes"), Random(f"{wanted.seed} where")
        self._bounds = list(accumulate(sizes.lognormvariate(0, wanted.spread) for _ in range(wanted.circles)))
        self.where = [where.random() for _ in range(wanted.circles)]
        """Like `Online.where`, for placing by circle."""
        self.seats = [0] * wanted.circles
        self.online = list(self._people())
        self.each_says = wanted.messages * wanted.burst / 60
        self.said = [0.0] * wanted.circles
        for person in self.online:
            for circle in person.circles:
                self.said[circle] += self.each_says / len(person.circles)

    def _people(self) -> Iterator[Online]:
        wanted, chance = self.wanted, Random(f"{self.wanted.seed} people").random
        whole = int(wanted.each)
        for number in range(wanted.people):
            where, here, more = chance(), chance() < wanted.online, chance() < wanted.each - whole
            circles = self._seated(whole + more, chance)
            if here and circles:
                yield Online(number, where, circles)

    def _seated(self, count: int, chance: Callable[[], float]) -> tuple[int, ...]:
        """Seats in circles drawn by their size; where one is full, in the next that is not."""
        found: list[int] = []
        many = len(self.seats)
        for _ in range(count):
            first = bisect(self._bounds, chance() * self._bounds[-1])
            for step in range(many):
                circle = (first + step) % many
                if self.seats[circle] < self.wanted.most and circle not in found:
                    self.seats[circle] += 1
                    found.append(circle)
                    break
        return tuple(found)
