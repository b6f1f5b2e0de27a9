"""The command line: serve, migrate, schema, settings, verify-ledger, and what the operator may do."""

import argparse
import sys
from contextlib import closing
from pathlib import Path

from pydantic import ValidationError

from server import commands_operator, control, schema
from server.broker import BrokerUnavailable
from server.data_folder import DataFolder, FolderUnusable
from server.keys import KeysUnavailable
from server.logs import set_up
from server.metrics.figures import DASHBOARD, list_of_figures
from server.migrate import migrate
from server.pages import HelpFileUnusable
from server.processes.link import Link
from server.processes.private_redis import NoRedis
from server.processes.starting import serve
from server.serving import CannotListen, serve_beside
from server.settings import Settings, describe
from server.store import Store, StoreUnavailable
from server.verify_ledger import run as verify_ledger

PLAIN = (
    BrokerUnavailable,
    CannotListen,
    FolderUnusable,
    HelpFileUnusable,
    KeysUnavailable,
    NoRedis,
    StoreUnavailable,
    control.Unreachable,
)
"""What ends the program with one sentence and status 2."""
DEMO_SCALE = 60.0
"""In the demo an hour passes in a minute."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m server", description="Peer Circles")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    serving = commands.add_parser("serve", help="bring the database up to date and serve until stopped")
    serving.add_argument("--demo", action="store_true", help="a lived-in place in a folder of its own, waits shrunk")
    serving.add_argument("--processes", type=int, metavar="N", help="server processes; see PROCESSES in the settings")
    serving.add_argument("--sockets", type=int, nargs="+", default=[], help=argparse.SUPPRESS)
    beside = commands.add_parser("process", description="One of several server processes; `serve` starts it.")
    beside.add_argument("link", type=int)
    commands.add_parser("migrate", help="bring the database up to date")
    described = commands.add_parser("schema", help="write JSON Schema, OpenAPI, AsyncAPI and the client's types")
    described.add_argument("--check", action="store_true", help="only say which of them are stale")
    verifying = commands.add_parser("verify-ledger", help="check the public record and repeat its draws")
    where = verifying.add_mutually_exclusive_group()
    where.add_argument("--url", help="of a server, instead of the database of these settings")
    where.add_argument("--file", type=Path, help="with what /api/ledger answered")
    verifying.add_argument("--head", help="number:hash seen before; it must still be in the record")
    commands_operator.describe(commands)
    commands.add_parser("settings", help="print every setting with its default and meaning")
    commands.add_parser("metrics", help="print every figure of /metrics with its unit and meaning")
    commands.add_parser("dashboard", help="print a Grafana dashboard of these figures, as JSON")
    asked = parser.parse_args(arguments)
    try:
        return _run(asked)
    except ValidationError as error:
        said: set[str] = set()
        for each in error.errors():
            name = str(each["loc"][0]).upper() if each["loc"] else "Settings"
            if name not in said:
                print(f"{name}: {each['msg'].removeprefix('Value error, ')}.", file=sys.stderr)
            said.add(name)
        return 2
    except PLAIN as error:
        print(error, file=sys.stderr)
        return 2


def _run(asked: argparse.Namespace) -> int:
    match asked.command:
        case "settings":
            print(describe())
        case "metrics":
            print(list_of_figures())
        case "dashboard":
            print(DASHBOARD.read_text(), end="")
        case "schema" if asked.check:
            stale = schema.stale()
            if stale:
                print("Stale, write them with `python -m server schema`:", *stale, sep="\n  ", file=sys.stderr)
            return 1 if stale else 0
        case "schema":
            schema.write()
        case "verify-ledger":
            database = "" if asked.url or asked.file else Settings().database
            return _end(*verify_ledger(database, url=asked.url, file=asked.file, head=asked.head))
        case "migrate":
            settings = Settings()
            set_up(settings.log_level)
            with closing(DataFolder(settings.data_dir)) as folder:
                folder.own()
                if control.answers(folder.path):
                    # Servers on PostgreSQL share the folder without owning it.
                    raise FolderUnusable("A server is running on this data folder. Stop it, then migrate.")
                with closing(Store(settings.database)) as store:
                    store.check()
                    print("The database is up to date now." if migrate(store) else "The database was up to date.")
        case name if name in commands_operator.NAMES:
            return _end(*commands_operator.run(asked))
        case "serve":
            settings = Settings() if asked.processes is None else Settings(processes=asked.processes)
            if asked.demo:
                scale = settings.time_scale if "time_scale" in settings.model_fields_set else DEMO_SCALE
                settings = settings.model_copy(
                    update={
                        "data_dir": settings.data_dir / "demo",
                        "time_scale": scale,
                        "open_rooms_each": 10,
                    }
                )
            set_up(settings.log_level)
            return serve(settings, demo=asked.demo, sockets=asked.sockets)
        case "process":
            link = Link(asked.link)
            set_up(str(link.orders.settings["log_level"]))
            return serve_beside(link)
    return 0


def _end(status: int, sentence: str) -> int:
    print(sentence, file=sys.stderr if status else sys.stdout)
    return status


if __name__ == "__main__":
    sys.exit(main())
