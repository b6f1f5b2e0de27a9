"""Two server processes of this server with PostgreSQL and Redis between them, as on two machines, for a measurement."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.contestants import Contestant
from tests.bench.machine import Cannot, descendants
from tests.bench.running import Bench, Running, running
from tests.servers import PostgresServer, RedisServer, Unavailable


@dataclass(frozen=True)
class Two:
    """``redis`` and ``postgres`` are the processes of each as they are now."""

    near: Running
    far: Running
    redis_server: RedisServer
    postgres_server: PostgresServer

    @property
    def redis(self) -> list[int]:
        return descendants(self.redis_server.pid)

    @property
    def postgres(self) -> list[int]:
        return descendants(self.postgres_server.pid)

    def port(self, place: int) -> int:
        """Whoever sits in the first place of a circle is near, everybody else far."""
        return self.far.port if place else self.near.port


@contextlib.contextmanager
def two_servers(bench: Bench, own: Contestant) -> Iterator[Two]:
    """Raises `Cannot` where there is no Redis or no PostgreSQL."""
    data = bench.keeper.new_folder("bench-two", inside=bench.folder)
    with contextlib.ExitStack() as stack:
        stack.callback(bench.keeper.remove_folder, data)
        try:
            redis = stack.enter_context(RedisServer(bench.keeper))
            postgres = stack.enter_context(PostgresServer(bench.keeper))
        except Unavailable as reason:
            raise Cannot(f"Two processes cannot be measured here: {reason}.") from None
        settings = {"DATABASE_URL": postgres.create_database(), "REDIS_URL": redis.url, "PROCESSES": "1"}
        near = stack.enter_context(running(bench, own, data, settings=settings, anywhere=True))
        far = stack.enter_context(running(bench, own, data, settings=settings, anywhere=True))
        yield Two(near, far, redis, postgres)
