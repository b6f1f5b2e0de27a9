"""Machines needed: the fewest on which nothing is fuller than it may be, and what is full first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import ceil

from server.feed import RING_MOST
from server.hub import POLL
from server.scale.costs import Costs
from server.scale.placed import Dealt, Placed
from server.scale.world import Impossible, finite
from server.store import READERS

WAKES = 1_000.0
"""A second: as often a busy loop looks at what has come; what comes between two looks comes together. Assumed."""
PRESENCE_EVERY = 8.0
BEAT_EVERY = 25.0
PORTS = 28_232
"""Ports from which one balancer's address can reach one process (Linux, as it comes)."""
AROUND = 66
"""Bytes that TCP, IP and Ethernet put around a frame."""
MACHINES_MOST = 500


@dataclass(frozen=True, slots=True)
class Hardware:
    """Of the machines for server processes, and of those for the database. ``full``: the share that may be used."""

    cores: int = 8
    memory_gb: float = 16.0
    network_gbit: float = 1.0
    descriptors: int = 1_000_000
    balancer_addresses: int = 4
    """From each of them a process can be reached `PORTS` times."""
    database_cores: int = 16
    database_connections: int = 500
    disk_mb: float = 200.0
    full: float = 0.6

    def check(self) -> None:
        """Raises `Impossible`."""
        finite(self)
        if (
            min(self.cores, self.database_cores, self.database_connections, self.descriptors, self.balancer_addresses)
            < 1
        ):
            raise Impossible("Machines have at least one core, one connection, one descriptor and one balancer.")
        if min(self.memory_gb, self.network_gbit, self.disk_mb) <= 0 or not 0 < self.full <= 1:
            raise Impossible("Memory, network and disk are above 0, and the share that may be used above 0 up to 1.")


@dataclass(frozen=True, slots=True)
class Plan:
    """``filled``: how full the fullest of each kind is, as a share of all it has."""

    placed: Placed
    servers: int
    redis: int
    """Redis processes: one, or the primaries of a cluster."""
    databases: int
    filled: Mapping[str, float]
    shares: Mapping[str, float]
    """Of the processor time of all processes together, by what it goes into."""
    cores: int
    short: str
    """What was too full on one machine less or, on one machine, with half as many processes; empty where nothing was tried."""

    @property
    def machines(self) -> int:
        return self.servers + ceil(self.redis / self.cores) + self.databases


def plan(dealt: Dealt, hardware: Hardware, costs: Costs, most: int = MACHINES_MOST) -> Plan:
    """The fewest machines, and on as many the fewest processes. Raises `Impossible` where ``most`` are not enough."""
    hardware.check()
    best: Plan | None = None
    short = ""
    for each in halves(hardware.cores):
        found, short = _fewest(dealt, hardware, costs, each, most if best is None else best.servers)
        if found is not None and best is not None and found.servers == best.servers and best.short:
            best = replace(found, short=best.short)
        elif found is not None or best is None or best.short:
            best = found or best
        else:
            best = replace(best, short=short)
    if best is None:
        raise Impossible(f"Not even {most} machines are enough: the last tried had {short} full.")
    return best


def halves(cores: int) -> Iterator[int]:
    """Processes on a machine: one for each core, or half as many, and so on: cores may stay idle."""
    while cores:
        yield cores
        cores //= 2


def _fewest(dealt: Dealt, hardware: Hardware, costs: Costs, each: int, most: int) -> tuple[Plan | None, str]:
    """With so many processes on each of at most so many machines; None where that is not enough; what was too full last."""
    short = ""
    least = _alone(dealt, costs) / hardware.full / each
    pressed: dict[int, float] = {}
    for machines in candidates(most):
        if machines < least:
            continue
        placed = Placed(dealt, machines * each)
        filled = of_processes(placed, costs, hardware, each)
        if max(filled.values()) <= hardware.full:
            return _plan(placed, machines, filled, hardware, costs, short), short
        short = fullest_of(filled)
        pressed[machines] = heard(placed, costs, hardware, each)
        half = [share for number, share in pressed.items() if number * 2 <= machines]
        if half and pressed[machines] > max(hardware.full, half[-1] * 0.98):
            return None, short  # what others pass on is too much by itself, and no less on twice as many
    return None, short


def fullest_of(filled: Mapping[str, float]) -> str:
    name = max(filled, key=lambda each: filled[each])
    return f"{name} {filled[name]:.0%}"


def candidates(most: int) -> Iterator[int]:
    """Every number of machines up to sixty, then in steps of a twentieth: always the same, so that worlds compare."""
    machines = 1
    while machines <= most:
        yield machines
        machines += max(1, machines // 20 - 1)


def _alone(dealt: Dealt, costs: Costs) -> float:
    """Cores that posts and deliveries take wherever they lie: no fewer will do."""
    return (dealt.says[-1] * costs["post_us"] + dealt.hears[-1] * costs["delivery_us"]) / 1e6


def work(placed: Placed, at: int, costs: Costs) -> dict[str, float]:
    """Seconds of processor time a second of one process, by what they go into."""
    several = placed.processes > 1
    return {
        "posts": placed.posts[at] * costs["post_us"] / 1e6,
        "deliveries": (placed.deliveries[at] + placed.whispered[at]) * costs["delivery_us"] / 1e6,
        "publishing": together(placed.published[at], costs["published_together_us"], costs["published_alone_us"]),
        "hearing others": together(placed.received[at], costs["received_together_us"], costs["received_alone_us"]),
        "heads": several * (placed.followed[at] + placed.sockets[at]) * costs["head_us"] / POLL / 1e6,
        "signs of life": 2 * placed.sockets[at] / BEAT_EVERY * costs["delivery_us"] / 1e6,
    }


def together(rate: float, among_others: float, alone: float) -> float:
    """Seconds a second: what comes faster than the loop looks shares the cost of looking."""
    return (rate * among_others + min(rate, WAKES) * max(0.0, alone - among_others)) / 1e6


def of_processes(placed: Placed, costs: Costs, hardware: Hardware, each: int) -> dict[str, float]:
    """How full the fullest machine or process is, of each thing."""
    starts = range(0, placed.processes, each)
    ring = RING_MOST * costs["ring_bytes"]
    return {
        "processor": max(sum(work(placed, at, costs).values()) for at in range(placed.processes)),
        "memory": max(memory(placed, range(at, at + each), costs, ring) for at in starts) / hardware.memory_gb / 1e9,
        "network": max(network(placed, range(at, at + each), costs) for at in starts) / hardware.network_gbit / 1e9,
        "descriptors": max(sum(placed.sockets[at : at + each]) for at in starts) / hardware.descriptors,
        "balancer's ports": max(placed.sockets) / PORTS / hardware.balancer_addresses,
    }


def heard(placed: Placed, costs: Costs, hardware: Hardware, each: int) -> float:
    """How full at least every machine or process is with what others pass on."""
    hearing = min(work(placed, at, costs)["hearing others"] for at in range(placed.processes))
    starts = range(0, placed.processes, each)
    coming = min(sum(placed.received[at : at + each]) for at in starts) * 8 * (costs["delivery_bytes"] + AROUND)
    return max(hearing, coming / hardware.network_gbit / 1e9)


def memory(placed: Placed, some: range, costs: Costs, ring: float) -> float:
    """Bytes on one machine, with every ring full."""
    return sum(
        costs["process_mb"] * 1e6
        + placed.sockets[at] * (costs["connection_kb"] + costs["socket_kb"]) * 1e3
        + placed.followed[at] * ring
        for at in some
    )


def network(placed: Placed, some: range, costs: Costs) -> float:
    """Bits a second out of one machine and, through Redis, into it; whichever is more."""
    size = 8 * (costs["delivery_bytes"] + AROUND)
    out = sum(placed.deliveries[at] + placed.whispered[at] + placed.published[at] for at in some)
    return max(out, sum(placed.received[at] + placed.published[at] for at in some)) * size


def _plan(
    placed: Placed, machines: int, filled: dict[str, float], hardware: Hardware, costs: Costs, short: str
) -> Plan:
    posts, several = sum(placed.posts), placed.processes > 1
    pairs, looked = sum(placed.followed), looks(placed)
    database = {
        "database's processor": (posts * costs["database_post_us"] + looked * costs["database_head_us"])
        / 1e6
        / hardware.database_cores,
        "database's connections": placed.processes * (1 + READERS) / hardware.database_connections,
        "database's disk": posts * costs["wal_bytes"] / hardware.disk_mb / 1e6,
    }
    redis = (
        sum(placed.published) * costs["redis_publish_us"]
        + placed.passed * costs["redis_subscriber_us"]
        + several * pairs / PRESENCE_EVERY * costs["redis_presence_us"]
    ) / 1e6
    databases = max(1, ceil(max(database.values()) / hardware.full))
    shards = ceil(redis / hardware.full)
    spent = [work(placed, at, costs) for at in range(placed.processes)]
    total = sum(sum(each.values()) for each in spent)
    return Plan(
        placed,
        machines,
        shards,
        databases,
        {
            **filled,
            **{name: value / databases for name, value in database.items()},
            "Redis's processor": redis / max(1, shards),
        },
        {name: sum(each[name] for each in spent) / total if total else 0.0 for name in spent[0]},
        hardware.cores,
        short,
    )


def looks(placed: Placed) -> float:
    """Heads that all processes read a second, of circles and of people; one process alone reads none."""
    return (sum(placed.followed) + sum(placed.sockets)) / POLL if placed.processes > 1 else 0.0
