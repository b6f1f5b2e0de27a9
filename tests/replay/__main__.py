"""``python -m tests.replay FILE``: replay a chat log through real server processes and judge what everybody saw.

Without ``--postgres`` one process on SQLite; with it as many as ``--processes`` says, with Redis between them.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
from pathlib import Path

from tests.faults.history import History
from tests.faults.world import World
from tests.keeper import Keeper
from tests.replay.chatlog import made_up, parse, scheduled
from tests.replay.play import Drops, Outcome, Replay
from tests.servers import PostgresServer, RedisServer


def main() -> int:
    asked = arguments()
    content = asked.file.read_bytes() if asked.file else made_up(1, lines=1_100)
    lines = parse(content)[: asked.lines]
    due = scheduled(lines, speed=asked.speed)
    print(f"{len(lines)} lines, {due[-1].at:.0f} s at {asked.speed:g} times the speed")
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        keeper = Keeper()
        stack.callback(keeper.close)
        database, redis = "", None
        if asked.postgres:
            postgres = stack.enter_context(PostgresServer(keeper))
            database = postgres.create_database()
        if asked.redis:
            redis = stack.enter_context(RedisServer(keeper))
        world = World(keeper, folder / "data", History(), processes=asked.processes, database_url=database, redis=redis)
        replay = Replay(world, due, drops=Drops(share=asked.drops))
        outcome = asyncio.run(run(world, replay, kill=asked.kill))
    print(outcome.table())
    return 1 if outcome.violations else 0


async def run(world: World, replay: Replay, *, kill: bool) -> Outcome:
    await world.start()
    faults = [lambda number=number: world.kill(number) for number in range(len(world.processes))] if kill else []
    try:
        return await replay.play(faults)
    finally:
        for process in world.processes:
            await process.kill()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.replay", description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", help="a log; without one, invented lines of the same rhythm")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--redis", action="store_true")
    parser.add_argument("--kill", action="store_true", help="kill -9 each process once on the way, and start it again")
    parser.add_argument("--speed", type=float, default=20)
    parser.add_argument("--lines", type=int, default=1_100)
    parser.add_argument("--drops", type=float, default=0.1, help="share of people who are cut off at a time")
    asked = parser.parse_args()
    if asked.processes > 1 and not (asked.postgres and asked.redis):
        parser.error("more than one process needs --postgres and --redis")
    return asked


if __name__ == "__main__":
    sys.exit(main())
