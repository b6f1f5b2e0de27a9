"""Reads the figures off the parts of a running server in one go, without holding up the loop."""

import asyncio
import os
import platform
import resource
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, get_args

import msgspec
from websockets.version import version as websockets_version

from rooms.wire import CloseCircle, EditMessage, EnterCircle, LeaveCircle, OpenCircle, PostMessage, TakeBackMessage
from server import sqlite
from server.protocol import Reason
from server.redis.broker import RedisBroker
from server.sentences import SENTENCES
from server.tally import Spread, Tally

if TYPE_CHECKING:
    from server.parts import Parts

SEEN: Final[dict[str, type]] = {
    str(msgspec.inspect.type_info(each).tag): each  # type: ignore[attr-defined]
    for each in (OpenCircle, EnterCircle, LeaveCircle, CloseCircle, PostMessage, EditMessage, TakeBackMessage)
}
"""Commands that everybody in a circle sees the effect of, by their names; they alone are counted by kind."""
LOUD: Final = frozenset(
    "agreement body circle internal invite key log name page passphrase place rate recovery request server session"
    " sign_in sign_in_name storage".split()
)
"""First words of refusals that tell nothing of flags, panels and care."""
CODES: Final = tuple(
    sorted(
        {*(code for code in SENTENCES if code.partition(".")[0] in LOUD), "body.empty", "body.too_long"}
        | {"circle.not_found", "log.not_found"}
    )
)
GOODBYES: Final = (4008, 4012, 4029, 4500, 4501, 4509)
RESETS: Final = ("left", "faded", "history")
GAPS: Final = ("order", "heads", "ahead")
REDIS_GAPS: Final = ("subscribed", "broken", "back", "lost", "unreadable")
OTHER: Final = "other"
AT_ONCE = 500
"""Connections looked at before others on the loop get their turn."""
_BEGAN = time.time()


class Process(NamedTuple):
    """None: this system does not tell."""

    cpu: float
    resident: float | None
    descriptors: float | None
    most_descriptors: float
    began: float


@dataclass(slots=True)
class Taken:
    """All figures of one moment; nothing in it changes any more but ``tally``, which is only added to."""

    tally: Tally
    lag: Spread
    connections: int
    clogged: int
    watches: Mapping[str, float]
    feeds: int
    catch_ups: Mapping[str, float]
    resets: Mapping[str, float]
    gaps: Mapping[str, float]
    commands: Mapping[str, float]
    refusals: Mapping[str, float]
    goodbyes: Mapping[str, float]
    queued: int
    reads: Spread
    reading: int
    trouble: int
    suspect: int | None
    probe_age: float | None
    outbox: int | None
    redis_gaps: Mapping[str, float] | None
    draining: int
    build: Mapping[str, str]
    wal: float | None
    process: Process


async def take(parts: "Parts", lag: Spread) -> Taken:
    """Goes over all connections, a few hundred a turn; asks the system in a thread."""
    live = ahead = following = clogged = 0
    connections = parts.all_connections()
    for start in range(0, len(connections), AT_ONCE):
        for connection in connections[start : start + AT_ONCE]:
            clogged += connection.is_clogged
            for watch in connection.watches.values():
                following += 1
                live += watch.live
                ahead += watch in watch.feed.waiting
        await asyncio.sleep(0)
    wal, process = await asyncio.to_thread(_of_the_machine, parts.store.url.database if parts.store.sqlite else None)
    tally, broker = parts.tally, parts.broker
    redis = broker if isinstance(broker, RedisBroker) else None
    kinds = {name: float(tally.commands[kind]) for name, kind in SEEN.items()}
    return Taken(
        tally=tally,
        lag=lag,
        connections=len(connections),
        clogged=clogged,
        watches={"live": live, "behind": following - live - ahead, "ahead": ahead},
        feeds=len(parts.hub.feeds),
        catch_ups=_known(tally.watches, get_args(Reason)),
        resets=_known(tally.resets, RESETS),
        gaps=_known(tally.gaps, GAPS),
        commands={**kinds, OTHER: sum(tally.commands.values()) - sum(kinds.values())},
        refusals=_known(tally.refusals, CODES),
        goodbyes=_known({str(code): count for code, count in tally.goodbyes.items()}, map(str, GOODBYES)),
        queued=parts.door.queued,
        reads=parts.store.reads,
        reading=parts.store.reading,
        trouble=int(parts.door.trouble is not None),
        suspect=None if redis is None else int(redis.suspect),
        probe_age=None if redis is None else time.monotonic() - redis.proven_at,
        outbox=None if redis is None else redis.outbox.size,
        redis_gaps=None if redis is None else _known(redis.gaps, REDIS_GAPS),
        draining=int(parts.draining),
        build={
            "client": parts.version,
            "python": platform.python_version(),
            "sqlite": sqlite.VERSION,
            "websockets": websockets_version,
        },
        wal=wal,
        process=process,
    )


def _known(counts: Mapping[str, int], labels: Iterable[str]) -> dict[str, float]:
    """Counts under the labels there are, zero included; what has none is counted together, so labels are bounded."""
    found = {label: float(counts.get(label, 0)) for label in labels}
    return {**found, OTHER: sum(counts.values()) - sum(found.values())}


def _of_the_machine(database: str | None) -> tuple[float | None, Process]:
    """Size of the write-ahead log, and what the system says of this process."""
    wal = None if database is None else _size(Path(f"{database}-wal"))
    return wal, Process(
        cpu=time.process_time(),
        resident=_resident(),
        descriptors=_descriptors(),
        most_descriptors=float(resource.getrlimit(resource.RLIMIT_NOFILE)[0]),
        began=_BEGAN,
    )


def _size(path: Path) -> float:
    try:
        return float(path.stat().st_size)
    except FileNotFoundError:
        return 0.0


def _resident() -> float | None:
    try:
        pages = Path("/proc/self/statm").read_text().split()[1]
    except OSError:
        return None
    return float(int(pages) * os.sysconf("SC_PAGE_SIZE"))


def _descriptors() -> float | None:
    try:
        return float(sum(1 for _ in Path("/dev/fd").iterdir()))
    except OSError:
        return None
