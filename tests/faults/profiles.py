"""The fault runs by name: how many servers, who talks how much, and what is broken meanwhile."""

import random
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from tests.faults.checker import Bounds
from tests.faults.history import History
from tests.faults.play import Outcome, Profile, Run
from tests.faults.world import Link, World
from tests.keeper import Keeper
from tests.servers import PostgresServer, RedisServer

Fault = Callable[[], Awaitable[None]]
Kinds = Callable[[World], Sequence[Fault]]
BOUNDS = Bounds(stale=15.0, healed=15.0)
"""On a machine that also runs everybody's clients, and other programs beside."""
HERE = (
    "before_transaction", "after_key_lookup", "after_head_update", "after_insert", "before_commit", "after_commit",
    "after_local_wake",
)  # fmt: skip
"""Points that every post passes."""
READING = ("mid_catch_up", "before_first_read")
WITH_REDIS = ("after_answer", "after_nudge")


@dataclass(frozen=True, slots=True)
class Plan:
    """``kinds`` are taken in turn until there are as many faults as the profile says, in an order of chance."""

    name: str
    profile: Profile
    kinds: Kinds
    processes: int = 1
    shared: bool = False
    """PostgreSQL, with Redis between the processes; otherwise SQLite."""
    proxied: tuple[str, ...] = ()
    faulty: Mapping[str, object] = field(default_factory=dict)

    def sized(self, *, posts: int | None, faults: int | None, people: int | None) -> "Plan":
        profile = self.profile
        return replace(
            self,
            profile=replace(
                profile,
                posts=posts or profile.posts,
                faults=profile.faults if faults is None else faults,
                people=people or profile.people,
            ),
        )


def smoke_kinds(world: World) -> Sequence[Fault]:
    return [
        *[partial(world.crash, number % 2, point) for number, point in enumerate((*HERE[3:], *WITH_REDIS, *READING))],
        partial(world.crash, 1, "mid_drain"),
        partial(world.kill, 0),
        world.restart_redis,
        partial(world.kill_redis, 0.5),
        partial(world.suspend_redis, 3.0),
        partial(world.suspend, 1, 1.5),
        partial(world.hold_lock, 1.0),
        partial(world.breaks, Link(0, "redis"), "blackhole", 3.5),
        partial(world.breaks, Link(1, "redis"), "reset", 0.5),
        partial(world.breaks, Link(0, "clients"), "cut", 0.2, 1000),
        partial(world.breaks, Link(1, "clients"), "blackhole", 1.0),
    ]


def sqlite_kinds(world: World) -> Sequence[Fault]:
    points = (*HERE[3:6], "mid_catch_up", "mid_drain")
    return [
        *[partial(world.crash, 0, point) for point in points],
        partial(world.kill, 0),
        partial(world.suspend, 0, 1.0),
        partial(world.hold_lock, 1.0),
        partial(world.jump, 0, 3_600),
        partial(world.jump, 0, -3_600),
    ]


def full_kinds(world: World) -> Sequence[Fault]:
    """Ten kinds and their variants; the database goes away too."""
    each = range(len(world.processes))
    return [
        *[partial(world.kill, number) for number in each],
        *[partial(world.suspend, number, 1.5) for number in each],
        *[partial(world.crash, number, "mid_drain") for number in each],
        *[partial(world.jump, number, seconds) for number, seconds in zip(each, (3_600, -3_600, 1_800), strict=False)],
        world.restart_redis,
        partial(world.kill_redis, 1.0),
        partial(world.suspend_redis, 3.5),
        *[partial(world.breaks, Link(number, "redis"), "blackhole", 3.5) for number in each],
        *[partial(world.breaks, Link(number, "redis"), "delay", 2.0, 0.3) for number in each],
        partial(world.kill_database, 0.5),
        partial(world.kill_database, 3.0),
        partial(world.hold_lock, 3.0),
        *[partial(world.breaks, Link(number, "postgres"), "blackhole", 2.0) for number in each],
        *[partial(world.breaks, Link(number, "postgres"), "reset", 0.5) for number in each],
        *[partial(world.breaks, Link(number, "clients"), "throttle", 3.0, 4_000) for number in each],
        *[partial(world.breaks, Link(number, "clients"), "blackhole", 2.0) for number in each],
        *[partial(world.breaks, Link(number, "clients"), "cut", 0.2, 777) for number in each],
    ]


def points_kinds(world: World) -> Sequence[Fault]:
    points = (*HERE, *READING, "mid_drain", *(WITH_REDIS if world.redis is not None else ()))
    return [partial(world.crash, number % len(world.processes), point) for number, point in enumerate(points)]


PLANS: Mapping[str, Plan] = {
    each.name: each
    for each in (
        Plan("smoke", Profile(detoured=8, think=0.3), smoke_kinds, processes=2, shared=True, proxied=("redis", "clients")),
        Plan("smoke-sqlite", Profile(posts=1_200, faults=10, think=0.25, seed=2), sqlite_kinds),
        Plan(
            "full",
            Profile(
                people=200, circles=20, posts=100_000, faults=300, think=0.5, limit=2_700, pipelined=False, detoured=60,
                healing=60, seed=3,
            ),
            full_kinds, processes=3, shared=True, proxied=("redis", "clients", "postgres"),
        ),
        Plan(
            "full-sqlite",
            Profile(people=100, circles=20, posts=30_000, faults=100, think=0.5, limit=2_700, healing=60, seed=4),
            sqlite_kinds,
        ),
        Plan(
            "points",
            Profile(people=10, circles=2, posts=12_000, faults=600, think=0.1, limit=2_400, healing=60, seed=5),
            points_kinds, processes=2, shared=True,
        ),
        Plan(
            "points-sqlite",
            Profile(people=10, circles=2, posts=6_000, faults=300, think=0.1, limit=2_400, healing=60, seed=6),
            points_kinds,
        ),
    )
}  # fmt: skip


def faults_of(plan: Plan, world: World) -> list[Fault]:
    kinds = list(plan.kinds(world))
    chance = random.Random(plan.profile.seed)
    faults: list[Fault] = []
    while len(faults) < plan.profile.faults:
        faults += chance.sample(kinds, min(len(kinds), plan.profile.faults - len(faults)))
    chance.shuffle(faults)
    return faults


async def play(
    plan: Plan, keeper: Keeper, folder: Path, redis: RedisServer | None, postgres: PostgresServer | None, database: str
) -> Outcome:
    """With the servers that the plan asks for; ``database`` is the address of an empty one, or empty."""
    world = World(
        keeper, folder / "data", History(), processes=plan.processes, database_url=database,
        redis=redis, postgres=postgres, proxied=plan.proxied, faulty=plan.faulty,
    )  # fmt: skip
    await world.start()
    return await Run(world, plan.profile).play(faults_of(plan, world), BOUNDS)


@contextmanager
def servers(plan: Plan, keeper: Keeper) -> Iterator[tuple[RedisServer | None, PostgresServer | None, str]]:
    """Redis, PostgreSQL and an empty database where the plan needs them."""
    with ExitStack() as stack:
        if not plan.shared:
            yield None, None, ""
            return
        redis = stack.enter_context(RedisServer(keeper))
        postgres = stack.enter_context(PostgresServer(keeper))
        yield redis, postgres, postgres.create_database()
