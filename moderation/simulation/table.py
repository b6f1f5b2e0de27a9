"""What a simulation prints: one row for each attack and setup, with what was measured and what it may be."""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import comb
from random import Random
from typing import TextIO

COLUMNS = ("Attack", "Setup", "Measured", "Bound", "")
NARROWEST = 76
UNLIKELY = 1e-4
"""A share lies above its bound if only so rarely chance would let it lie as high or higher."""


@dataclass(frozen=True, slots=True)
class Row:
    attack: str
    setup: str
    measured: str
    bound: str
    holds: bool = True


@dataclass(slots=True)
class Chance:
    """What an attack is given: its own random numbers, and how often to try what is left to chance."""

    random: Random
    runs: int
    progress: "Progress"

    def tries(self, part: float = 1.0) -> Iterable[int]:
        """Numbers of runs, ``part`` of them but at least one, each of which moves the bar."""
        for number in range(max(1, round(self.runs * part))):
            yield number
            self.progress.moves()


class Progress:
    """A bar on a terminal; nothing anywhere else."""

    def __init__(self, stream: TextIO, attacks: int) -> None:
        self._stream = stream
        self._shown = stream.isatty()
        self._attacks = attacks
        self._begun = 0
        self._runs = 0
        self._name = ""

    def begins(self, attack: str) -> None:
        self._name, self._begun = attack, self._begun + 1
        self._draw()

    def moves(self) -> None:
        self._runs += 1
        if self._runs % 25 == 0:
            self._draw()

    def ends(self) -> None:
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _draw(self) -> None:
        if not self._shown:
            return
        done = 30 * (self._begun - 1) // self._attacks
        bar = "#" * done + "." * (30 - done)
        self._stream.write(f"\r\x1b[K[{bar}] {self._name}, {self._runs} runs")
        self._stream.flush()


def share(found: int, of: int) -> str:
    return f"{found / of:.3f} ({found} of {of})"


def at_most(found: int, of: int, bound: float) -> bool:
    """Whether a share lies no further above its bound (given to two or three places) than chance explains."""
    highest = bound + (0.005 if bound >= 0.01 else 0.0005)
    fewer = sum(comb(of, n) * highest**n * (1 - highest) ** (of - n) for n in range(found))
    return 1 - fewer > UNLIKELY


def lines(rows: Sequence[Row], width: int) -> Iterable[str]:
    """The table for a terminal so wide, at least 76 characters."""
    room = max(width, NARROWEST) - 4 - 8
    shares = (0.18, 0.3, 0.27, 0.25)
    widths = [int(room * each) for each in shares]
    yield _line(COLUMNS, widths)
    yield "-" * (sum(widths) + 4 + 7)
    for row in rows:
        cells = (row.attack, row.setup, row.measured, row.bound)
        wrapped = [textwrap.wrap(cell, size) or [""] for cell, size in zip(cells, widths, strict=True)]
        for number in range(max(map(len, wrapped))):
            verdict = ("holds" if row.holds else "BROKEN") if number == 0 else ""
            yield _line([*(each[number] if number < len(each) else "" for each in wrapped), verdict], widths)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return " ".join([*(cell.ljust(size) for cell, size in zip(cells, widths, strict=False)), cells[-1]]).rstrip()
