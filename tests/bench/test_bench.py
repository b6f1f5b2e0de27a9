"""The load notices what a server does wrong, and the commands measure: at a tiny size here, all of them with --full."""

import asyncio
import contextlib
import itertools
import json
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosedError

from tests.bench.commands import COMMANDS, IN_ALL
from tests.bench.fanout import WRONG
from tests.bench.machine import Cannot, two_cores
from tests.bench.running import BODY, ROOT, build
from tests.keeper import Keeper

TINY = "growth"
"""Has sizes of its own for tests of the machine; what it measures small takes too long for a test."""


@pytest.fixture(scope="session")
def loader(keeper: Keeper) -> Path:
    """The compiled loader; skips where nothing can be measured at all."""
    folder = keeper.new_folder("loader")
    try:
        two_cores()
        build(folder)
    except Cannot as reason:
        pytest.skip(str(reason))
    return folder / "loader"


async def each_of(connection: ServerConnection) -> AsyncIterator[str | bytes]:
    """What is sent until the load ends, as it does without a goodbye."""
    with contextlib.suppress(ConnectionClosedError):
        async for text in connection:
            yield text


class Peer:
    """A server of rooms that numbers what it passes on, and is wrong about one post in the way it is told."""

    def __init__(self, fault: str) -> None:
        self.fault = fault
        self.sitting: list[ServerConnection] = []
        self.seqs = itertools.count(1)
        self.held = ""

    async def sit(self, connection: ServerConnection) -> None:
        self.sitting.append(connection)
        async for text in each_of(connection):
            seq = next(self.seqs)
            frame = json.dumps({"seq": seq, "event": json.loads(text)}, separators=(",", ":"))
            for each in self.sitting:
                for sent in self.wrongly(frame) if seq in (5, 6) and each is self.sitting[-1] else [frame]:
                    await each.send(sent)

    def wrongly(self, frame: str) -> list[str]:
        """What the last one of the room gets instead of the fifth and the sixth frame."""
        fifth, self.held = self.held, frame
        match self.fault:
            case "gap":
                return [frame] if fifth else []
            case "double":
                return [frame, frame] if fifth else [frame]
            case "swap":
                return [frame, fifth] if fifth else []
            case _:
                return [frame]


async def counted(loader: Path, folder: Path, plan: str, port: int, *, milliseconds: int) -> dict[str, Any]:
    """What the loader says in the end."""
    path = folder / "plan"
    path.write_text(plan, encoding="utf-8")
    words = [port, path, 4, 2, BODY, 0, milliseconds]
    process = await asyncio.create_subprocess_exec(
        loader, *map(str, words), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert (await process.stdout.readline()).startswith(b"ready ")
    process.stdin.close()
    line = await process.stdout.readline()
    await process.wait()
    found: dict[str, Any] = json.loads(line.removeprefix(b"done "))
    return found


@pytest.fixture
async def peer(request: pytest.FixtureRequest) -> AsyncIterator[int]:
    async with serve(Peer(request.param).sit, "127.0.0.1", 0, compression=None) as server:
        yield next(iter(server.sockets)).getsockname()[1]


@pytest.mark.parametrize(
    ("peer", "wrong"),
    [
        ("nothing", {}),
        ("gap", {"gaps": 1, "missing": 1, "differing": 1, "stalled": 1}),
        ("double", {"doubles": 1, "differing": 1}),
        ("swap", {"gaps": 2, "doubles": 1, "differing": 1}),
    ],
    indirect=["peer"],
)
async def test_the_load_notices_what_is_lost_doubled_or_out_of_order(
    loader: Path, peer: int, wrong: dict[str, int], tmp_path: Path
) -> None:
    plan = 'O\tpatience\t1\nP\t0\t{"body":"@BODY@"}\n' + f"C\t0\t/\tHost: localhost:{peer}\t\n" * 3
    found = await counted(loader, tmp_path, plan, peer, milliseconds=200)
    assert found["posts"] > 6
    assert {name: found[name] for name in WRONG if found[name]} == wrong


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [((0, 1, 2), {}), ((0, 0, 1, 2), {"doubles": 1}), ((0, 2), {"gaps": 1}), ((0, 1, 2, 2), {"doubles": 1})],
)
async def test_the_load_notices_what_is_missed_or_doubled_when_somebody_comes_back(
    loader: Path, sent: tuple[int, ...], wrong: dict[str, int], tmp_path: Path
) -> None:
    async def sit(connection: ServerConnection) -> None:
        async for _ in each_of(connection):
            for which in sent:
                await connection.send(f'{{"body":"~m0.{which}. and more"}}')
            await connection.send('{"re":1,"ok":{}}')

    async with serve(sit, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        plan = f'R\t"re":1,"ok"\nE\t0\t0\t3\nP\t0\t\nC\t0\t/\tHost: localhost:{port}\tcome back\n'
        found = await counted(loader, tmp_path, plan, port, milliseconds=0)
    assert {name: found[name] for name in WRONG if found[name]} == wrong


async def bench(into: Path, *words: str) -> str:
    """What `bin/bench` prints; it ends well, and leaves its two files."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench", *words, "--rounds", "1", "--seconds", "0.3", "--warm", "0.1", "--into", into,
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, progress = await process.communicate()
    assert process.returncode == 0, progress.decode()[-2000:]
    written = json.loads((into / "results.json").read_text())
    assert set(written) == {words[0]}
    assert written[words[0]]["runs"]
    assert out.decode().strip() in (into / "RESULTS.md").read_text()
    return out.decode()


def rows(text: str) -> list[list[str]]:
    """The lines of its tables but for their heads; every table is as wide throughout."""
    found = []
    for block in re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE):
        lines = [line.strip("|\n").split("|") for line in block.splitlines()]
        assert len(lines) > 2, block
        assert len({len(line) for line in lines}) == 1, block
        found += [[cell.strip() for cell in line] for line in lines[2:]]
    return found


@pytest.mark.usefixtures("loader")
async def test_a_storm_is_measured_and_nothing_is_lost_in_it(tmp_path: Path) -> None:
    found = rows(await bench(tmp_path, "storm", "--connections", "20"))
    assert [row[-1] for row in found] == ["nothing"] * 4


@pytest.mark.full
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize("command", sorted(set(COMMANDS) - {"storm", TINY}))
async def test_every_command_gives_a_table(command: str, tmp_path: Path) -> None:
    more = {"fanout": ("--shapes", "1"), "idle": ("--connections", "100")}.get(command, ())
    assert rows(await bench(tmp_path, command, *more))


def test_everything_but_the_cases_is_measured_in_one_go() -> None:
    assert set(IN_ALL) == set(COMMANDS) - {"cases"}
