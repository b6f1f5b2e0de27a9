"""``python -m moderation.simulate``: attacks on moderation, run against its core, with what they come to.

Prints one line for each attack and setup: what was measured and what it may be. Ends with status 1 where a bound is
broken. The same seed and number of runs give the same table.
"""

import argparse
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import TextIO

from moderation.simulation import capture, folding, load, misuse, records
from moderation.simulation.table import Chance, Progress, Row, lines

Attack = Callable[[Chance], Iterable[Row]]
ATTACKS: tuple[Attack, ...] = (
    folding.brigade_folds,
    capture.panel_capture,
    capture.fast_claimers,
    folding.sybil_flags,
    load.fresh_reviewers,
    folding.threshold_inflation,
    folding.retaliatory_flags,
    folding.host_capture,
    capture.moderator_collusion,
    load.panel_flooding,
    capture.juror_stalling,
    misuse.late_flag_unseating,
    misuse.hold_abuse,
    misuse.appeal_spam,
    misuse.flagger_guessing,
    records.log_rewrite,
    records.rigged_draw,
)


def simulated(seed: int, runs: int, progress: Progress) -> list[Row]:
    """Each attack has random numbers of its own, so that one more attack changes none of the others."""
    rows: list[Row] = []
    for attack in ATTACKS:
        progress.begins(attack.__name__.replace("_", " "))
        rows += attack(Chance(Random(f"{seed} {attack.__name__}"), runs, progress))
    progress.ends()
    return rows


def main(arguments: Sequence[str] | None = None, out: TextIO = sys.stdout, bar: TextIO = sys.stderr) -> int:
    parser = argparse.ArgumentParser(prog="python -m moderation.simulate", description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1, help="of all random numbers (default 1)")
    parser.add_argument("--runs", type=_positive, default=600, help="tries of what is left to chance (default 600)")
    given = parser.parse_args(arguments)
    rows = simulated(given.seed, given.runs, Progress(bar, len(ATTACKS)))
    for line in lines(rows, shutil.get_terminal_size((150, 24)).columns):
        out.write(line + "\n")
    broken = [row for row in rows if not row.holds]
    out.write(f"\n{len(rows)} rows, {len(broken)} bounds broken (seed {given.seed}, {given.runs} runs).\n")
    return 1 if broken else 0


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
