"""What the operator does from the command line: through the running server's door, or, where none runs, by itself."""

import argparse
import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from moderation.operating import HoldByLaw, InviteModerator, ModeratorInvite, OperatorCommand
from server import control
from server.data_folder import DataFolder, FolderUnusable
from server.door import Door
from server.handlers import BATCHES, HANDLERS
from server.locks import lock
from server.logs import set_up
from server.migrate import up_to_date
from server.sentences import sentence_for
from server.settings import Settings
from server.store import Store, StoreUnavailable

PATIENCE = 5.0
"""Seconds for a server that is just starting or ending on the same folder."""
NAMES = ("moderator-invite", "legal-hold")


def describe(commands: Any) -> None:
    """Add the commands to those of the program (what ``add_subparsers`` gave)."""
    commands.add_parser(NAMES[0], help="make a code by which one person becomes a moderator; it ends after 7 days")
    holding = commands.add_parser(
        NAMES[1], help="cover a message that is illegal or shows private data, in public, until a panel has decided"
    )
    holding.add_argument("circle", help="as in the address of the circle")
    holding.add_argument("seq", type=int, help="number of the message")
    holding.add_argument("--ground", choices=("illegal", "privacy"), help="stated in public; again every 7 days")
    holding.add_argument("--ordered", action="store_true", help="a documented legal order asks for it")
    holding.add_argument("--release", action="store_true", help="end the hold")


def run(asked: argparse.Namespace) -> tuple[int, str]:
    """The exit status, and what to say. Raises the sentence exceptions of folder, store and control socket."""
    settings = Settings()
    set_up(settings.log_level)
    if asked.command == NAMES[0]:
        return _said(settings, InviteModerator(), _invited)
    if not asked.release and asked.ground is None:
        return 2, "State the ground: --ground illegal or --ground privacy."
    command = HoldByLaw(
        circle=asked.circle,
        target=asked.seq,
        ground=asked.ground or "illegal",
        ordered=asked.ordered,
        release=asked.release,
    )
    return _said(settings, command, lambda _: "Released." if asked.release else "Held, in public.")


def submit(settings: Settings, command: OperatorCommand) -> bytes:
    """The answer as a line of JSON, from the server that runs, or from the database while none can start."""
    line = msgspec.json.encode(command)
    folder = DataFolder(settings.data_dir)
    try:
        until = time.monotonic() + PATIENCE
        while (answered := control.ask(folder.path, line)) is None:
            try:
                folder.own()
            except FolderUnusable:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
                continue
            return asyncio.run(_alone(settings, line))
        return answered
    finally:
        folder.close()


async def _alone(settings: Settings, line: bytes) -> bytes:
    store = Store(settings.database)
    try:
        store.check()
        if not up_to_date(store):
            raise StoreUnavailable(
                "The database is not up to date. Run `python -m server migrate`, or start the server."
            )
        door = Door(
            store,
            HANDLERS,
            BATCHES,
            limits=settings.limits,
            guard=lambda _conn, _sessions, _now: frozenset(),
            prepare=lock,
            publish=lambda _: None,
        )
        answered = await control.answer(door, line)
        await door.close()
        return answered
    finally:
        store.close()


def _said(settings: Settings, command: OperatorCommand, sentence: Callable[[Any], str]) -> tuple[int, str]:
    answered = msgspec.json.decode(submit(settings, command))
    if "refused" in answered:
        return 1, sentence_for(answered["refused"]["code"])[1]
    return 0, sentence(answered["ok"])


def _invited(answer: Any) -> str:
    made = msgspec.convert(answer, ModeratorInvite)
    ends = datetime.fromtimestamp(made.ends_at / 1_000, UTC)
    return f"{made.code}\nHand this code to one person. It can be used once, until {ends:%d %B %Y, %H:%M} UTC."
