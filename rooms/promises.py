"""How long words may stay, where the agreement has changed since they were said. Pure.

Nothing is kept longer than was promised when it was said, nor longer than anything agreed since then allows. So of two
words the later one never goes first, and what fades is always the beginning of a log.
"""

from collections.abc import Sequence
from typing import NamedTuple


class Promise(NamedTuple):
    """What holds for words said until ``upto`` (ms, inclusive; None: until now and on), and after the promise before."""

    upto: int | None
    keep_for: int | None
    """ms; None: as long as the circle is open."""
    closing: bool
    """They go when the circle closes, if they have not gone before."""

    def ends(self, said: int, closed_at: int | None) -> int | None:
        """When words said at that moment go; None while nobody knows."""
        ends = [said + self.keep_for] if self.keep_for is not None else []
        if self.closing and closed_at is not None:
            ends.append(closed_at)
        return min(ends, default=None)


def promises(agreed: Sequence[tuple[int, int]]) -> tuple[Promise, ...]:
    """From (when it was agreed, how long words stay; 0 is "until closing") of every version, in order, the oldest first."""
    found: list[Promise] = []
    upto: int | None = None
    keep: int | None = None
    closing = False
    for since, keep_for in reversed(agreed):
        if keep_for == 0:
            closing = True
        else:
            keep = keep_for if keep is None else min(keep, keep_for)
        if not found or (found[-1].keep_for, found[-1].closing) != (keep, closing):
            found.append(Promise(upto, keep, closing))
        upto = since
    return tuple(reversed(found))


def of(several: Sequence[Promise], said: int) -> Promise:
    return next(each for each in several if each.upto is None or said <= each.upto)
