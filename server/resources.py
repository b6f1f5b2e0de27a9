"""What thousands of connections ask of the process: as many open files as it may have, and a collector that leaves them alone."""

import contextlib
import gc
import resource

OPEN_MOST = 1_048_576
"""Descriptors asked for where the system names no bound."""
STORM = 1_000
"""Connections that came since the last look, after which it is worth it."""
YOUNG = 5_000
"""New objects after which the collector looks through them: those who come by thousands bring many that stay."""


def raise_descriptors() -> None:
    """Raise the soft limit of open files to the hard one, so far as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (hard if hard != resource.RLIM_INFINITY else OPEN_MOST, 65_536, 10_240):
        if soft != resource.RLIM_INFINITY and wanted > soft:
            # macOS refuses more than a bound that it does not name here.
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
                return


class Settled:
    """After a storm: what came to stay is not gone through again each time the collector runs.

    Connections and what belongs to them end by reference counting, so nothing is kept that would have been let go.
    """

    def __init__(self) -> None:
        self._frozen = 0
        self._before = 0

    def look(self, connections: int) -> bool:
        """To be called about once a second with how many there are; returns whether a storm has just ended."""
        over = connections <= self._before and connections - self._frozen >= STORM
        if over:
            gc.collect(1)
            gc.freeze()
            self._frozen = connections
        self._frozen = min(self._frozen, connections)
        self._before = connections
        return over
