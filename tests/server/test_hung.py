"""A process that neither ends nor says anything any more is ended, so that its place is taken; one that is well is not."""

import asyncio
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.processes.child import HUNG_AFTER, LISTEN_EVERY, Child
from server.processes.link import ALIVE, READY, Orders
from tests.keeper import Keeper
from tests.server.several import PATIENCE, Several, talk
from tests.servers import PostgresServer

PROGRAM = f"""#!{sys.executable} -IS
import socket, sys
line = socket.socket(fileno=int(sys.argv[4]))
lines = line.makefile("rb")
lines.readline()
line.sendall({READY!r})
for told in lines:
    line.sendall({ALIVE!r})
"""
"""Says that it is open, and then a word only when it is told something."""
ORDERS = Orders(settings={}, port=0, sockets=(), control=None, furnish=False)


@pytest.fixture
def silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keeper: Keeper) -> Iterator[Child]:
    program = tmp_path / "program"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    child = Child(ORDERS, ())
    keeper.watch(child.process)
    hear(child)
    assert child.ready
    yield child
    child.end()
    child.process.wait()
    child.close()
    keeper.forget(child.process)


def hear(child: Child) -> None:
    """What it says next."""
    assert select.select([child.line], [], [], PATIENCE)[0]
    child.heard()


def test_a_process_that_says_nothing_for_long_is_ended(silent: Child) -> None:
    now = time.monotonic()
    for _ in range(int(HUNG_AFTER / LISTEN_EVERY) - 1):
        silent.hurry(now := now + LISTEN_EVERY)
    silent.tell(complete=True)
    assert select.select([silent.line], [], [], PATIENCE)[0]
    assert silent.line.recv(64, socket.MSG_PEEK) == ALIVE, "it still lives, and nobody hears it"
    for _ in range(2):
        silent.hurry(now := now + LISTEN_EVERY)
    assert silent.process.wait(PATIENCE) == -signal.SIGKILL


def test_what_nobody_listened_to_was_no_silence(silent: Child) -> None:
    """A machine that slept, or a supervisor that was stopped, ends nobody."""
    now = time.monotonic()
    for _ in range(int(HUNG_AFTER / LISTEN_EVERY) - 1):
        silent.hurry(now := now + 3_600)
    silent.tell(complete=True)
    hear(silent)
    assert not silent.ended()


def test_a_word_is_enough(silent: Child) -> None:
    now = time.monotonic()
    for _ in range(3):
        for _ in range(int(HUNG_AFTER / LISTEN_EVERY) - 1):
            silent.hurry(now := now + LISTEN_EVERY)
        silent.tell(complete=True)
        hear(silent)
    assert not silent.ended()


@pytest.mark.full
@pytest.mark.faults
@pytest.mark.timeout(600)
async def test_a_stopped_process_is_replaced_and_nobody_loses_a_word(
    keeper: Keeper, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    postgres_server.start()
    database = postgres_server.create_database()
    place = Several(keeper, tmp_path / "data", processes=2, database_url=database)
    await place.start()
    before = place.processes()
    stopped = min(before)
    async with talk(place) as talking:
        await talking.goes_on()
        os.kill(stopped, signal.SIGSTOP)
        async with asyncio.timeout(HUNG_AFTER + PATIENCE):
            while stopped in place.processes() or len(place.processes()) < 2:  # noqa: ASYNC110 - the table of processes
                await asyncio.sleep(0.1)
        await place.gets_green()
        await talking.goes_on()
    assert place.processes() - before
    assert len(place.processes()) == 2
    assert await place.stop() == 0
    postgres_server.drop_database(database)
