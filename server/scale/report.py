"""Says in words and tables what a simulation found, and on which measured figure each line rests."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

from server.scale.costs import COSTS, Costs
from server.scale.needs import Hardware, Plan, fullest_of, looks
from server.scale.world import Wanted, World

RESTS_ON: Final = {
    "posts": ("post_us",),
    "deliveries": ("delivery_us",),
    "publishing": ("published_together_us", "published_alone_us"),
    "hearing others": ("received_together_us", "received_alone_us"),
    "heads": ("head_us",),
    "signs of life": ("delivery_us",),
    "processor": ("post_us", "delivery_us", "received_together_us", "head_us"),
    "memory": ("process_mb", "connection_kb", "socket_kb", "ring_bytes"),
    "network": ("delivery_bytes",),
    "descriptors": (),
    "balancer's ports": (),
    "database's processor": ("database_post_us", "database_head_us"),
    "database's connections": (),
    "database's disk": ("wal_bytes",),
    "Redis's processor": ("redis_publish_us", "redis_subscriber_us", "redis_presence_us"),
}
"""Costs behind each line; a line without any is counted."""


def assumed(wanted: Wanted, hardware: Hardware, partitions: int) -> str:
    return (
        f"Seed {wanted.seed}. Each person is in {wanted.each:g} circles; {wanted.online:.0%} are online and say"
        f" {wanted.messages:g} messages a minute, {wanted.burst:g} times that at the fullest moment, with"
        f" {wanted.whispers:g} signs of writing each; sizes of circles spread by {wanted.spread:g}, {wanted.most} seats at most.\n"
        f"Machines have {hardware.cores} cores, {hardware.memory_gb:g} GB and {hardware.network_gbit:g} Gbit/s; the database"
        f" {hardware.database_cores} cores, {hardware.database_connections} connections and a disk that writes"
        f" {hardware.disk_mb:g} MB/s. Nothing may be fuller than {hardware.full:.0%}. {partitions} Redis partitions."
    )


def growth(rows: Sequence[tuple[World, Plan]]) -> str:
    """One line for each size, smallest first, and from where on one of each kind is not enough."""
    head = (
        "people", "circles", "online", "posts/s", "deliveries/s", "processes", "servers", "Redis", "PostgreSQL",
        "machines", "fullest", "too full on less",
    )  # fmt: skip
    lines = [
        (
            f"{world.wanted.people:,}", f"{world.wanted.circles:,}", f"{len(world.online):,}",
            f"{sum(plan.placed.posts):,.0f}", f"{sum(plan.placed.deliveries):,.0f}",
            f"{plan.placed.processes}", f"{plan.servers}", f"{plan.redis}", f"{plan.databases}", f"{plan.machines}",
            fullest_of(plan.filled), plan.short or "–",
        )
        for world, plan in rows
    ]  # fmt: skip
    said = [table(head, lines), *thresholds(rows)]
    return "\n".join(said)


def thresholds(rows: Sequence[tuple[World, Plan]]) -> list[str]:
    """From where on one of each kind is not enough, and what is the most of the work there."""
    kinds: dict[str, Callable[[Plan], int]] = {
        "process": lambda plan: plan.placed.processes,
        "server": lambda plan: plan.servers,
        "Redis": lambda plan: plan.redis,
        "PostgreSQL": lambda plan: plan.databases,
    }
    found: list[str] = []
    for kind, count in kinds.items():
        for (before, fewer), (world, plan) in pairwise(rows):
            if count(fewer) <= 1 < count(plan):
                most = max(plan.shares, key=lambda name: plan.shares[name])
                found.append(
                    f"One {kind} is enough for {before.wanted.people:,} people and not for {world.wanted.people:,},"
                    f" where {plan.shares[most]:.0%} of the processor time goes into {most}."
                )
    return found or ["One of each kind is enough for all of these."]


def details(world: World, plan: Plan, costs: Costs) -> str:
    """How full each thing is and where processor time goes, each line with what it rests on."""
    rows = [(f"{name}: how full", f"{value:.1%}", rests(name, costs)) for name, value in plan.filled.items()]
    rows += [(f"{name}: of processor time", f"{value:.1%}", rests(name, costs)) for name, value in plan.shares.items()]
    circles = sum(1 for said in world.said if said)
    spread = sum(plan.placed.followed) / max(1, circles)
    rows.append(("processes with somebody of a circle, mean", f"{spread:.2f}", "counted"))
    rows.append(("messages a second that a process hears", f"{max(plan.placed.received):,.0f}", "counted"))
    rows.append(("sockets on the fullest process", f"{max(plan.placed.sockets):,}", "counted"))
    return table(("", "", "rests on"), rows)


def placings(by_connection: Plan | None, by_circle: Plan | None, why: str) -> str:
    """The two ways to place, beside each other; None where no number of machines is enough, and ``why``."""
    lines: dict[str, Callable[[Plan], str]] = {
        "servers": lambda plan: f"{plan.servers}",
        "processes": lambda plan: f"{plan.placed.processes}",
        "Redis": lambda plan: f"{plan.redis}",
        "machines in all": lambda plan: f"{plan.machines}",
        "sockets": lambda plan: f"{sum(plan.placed.sockets):,}",
        "sockets, fullest process to mean": uneven,
        "processor, fullest process": lambda plan: f"{plan.filled['processor']:.0%}",
        "copies through Redis a second": lambda plan: f"{plan.placed.passed:,.0f}",
        "heads looked at a second": lambda plan: f"{looks(plan.placed):,.0f}",
    }
    both = (by_connection, by_circle)
    rows = [(name, *("–" if plan is None else say(plan) for plan in both)) for name, say in lines.items()]
    said = table(("", "by connection", "by circle"), rows)
    return f"{said}\n{why}" if why else said


def uneven(plan: Plan) -> str:
    return f"{max(plan.placed.sockets) * plan.placed.processes / max(1, sum(plan.placed.sockets)):.2f}"


def sources(costs: Costs) -> str:
    rows = [(name, f"{costs[name]:g} {each.unit}", each.meaning, costs.sources[name]) for name, each in COSTS.items()]
    return table(("cost", "", "of what", "measured by"), rows)


def rests(name: str, costs: Costs) -> str:
    return ", ".join(f"{each} {costs[each]:g}" for each in RESTS_ON[name]) or "counted"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(line[column]) for line in (head, *rows)) for column in range(len(head))]
    lines = (head, ["-" * width for width in widths], *rows)
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
