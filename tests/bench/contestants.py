"""Who is measured: the floor, this server, and its peers, with what each of them does not do."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.bench import installed

HERE = Path(__file__).resolve().parent
ECHO = (
    '{"on":"circle/AAAAAAAAAAAAAAAA","at":@REF@,"event":{"kind":"message.posted","by":"AAAAAAAAAAAAAAAA",'
    '"name":"Heron 100","at":1700000000000,"body":"@BODY@","key":"@KEY@"}}'
)
"""What is posted to those that pass on what they are given: as long as an event of this server."""


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """``command`` starts it; it prints its port as the last number of its first line. Empty ``command``: not here."""

    name: str
    lacks: str
    command: tuple[str, ...] = ()
    path: str = "/{room}"
    hello: str = ""
    ready: str = ""
    post: str = ECHO
    answers: tuple[tuple[str, str], ...] = ()
    own: bool = False
    """This server: people and circles are made first, and it is told its settings by environment."""

    def plan(self, port: int, rooms: int, each: int) -> str:
        """The loader's plan (see loader.c) for so many rooms with so many clients in each."""
        lines = [f"R\t{self.ready}"] if self.ready else []
        lines += [f"A\t{beginning}\t{answer}" for beginning, answer in self.answers]
        headers = f"Host: localhost:{port}\x1fOrigin: http://localhost:{port}"
        for room in range(rooms):
            lines.append(f"P\t{room}\t{self.post.replace('@ROOM@', str(room))}")
            lines += [f"C\t{room}\t{self.path.format(room=room)}\t{headers}\t{self.hello}"] * each
        return "\n".join(lines) + "\n"


def contestants(built: Path) -> list[Contestant]:
    """All of them, in the order of the table; ``built`` holds the compiled floor."""
    python = sys.executable
    nothing = "persists, orders and authenticates nothing"
    return [
        Contestant(name="floor (C, epoll, one send a delivery)", lacks=nothing, command=(str(built / "floor"),)),
        Contestant(name="this server", lacks="", command=(python, "-m", "server", "serve"), own=True),
        Contestant(
            name="websockets.broadcast()",
            lacks=nothing + "; skips who is slow",
            command=(python, str(HERE / "peers" / "broadcast.py")),
        ),
        Contestant(
            name="Starlette send_text on uvicorn, no compression",
            lacks=nothing,
            command=(python, str(HERE / "peers" / "plain_starlette.py")),
        ),
        Contestant(name="node ws", lacks=nothing, command=node("ws", "node_ws.js")),
        socket_io("node socket.io", node("socket.io", "node_socketio.js")),
        socket_io("python-socketio", python_with("socketio", "socketio_rooms.py")),
        Contestant(
            name="Django Channels, in-memory layer",
            lacks=nothing,
            command=python_with("channels", "channels_rooms.py"),
        ),
        Contestant(
            name="nchan (nginx)",
            lacks="persists in memory only, authenticates nobody",
            command=nchan(built),
            path="/room/{room}",
        ),
        Contestant(name="ejabberd rooms with archive", lacks="not driven by this program"),
    ]


def socket_io(name: str, command: tuple[str, ...]) -> Contestant:
    """One that speaks Engine.IO 4 over a WebSocket: ``40`` connects, ``42`` is an event, ``2`` is answered by ``3``."""
    return Contestant(
        name=name,
        lacks="persists, orders and authenticates nothing; its framing is its own",
        command=command,
        path="/socket.io/?EIO=4&transport=websocket&room={room}",
        hello="40",
        ready='40{"sid"',
        post=f'42["post",{ECHO}]',
        answers=(("2", "3"),),
    )


def node(module: str, program: str) -> tuple[str, ...]:
    """The command, where Node finds the module."""
    return (installed.node(), str(HERE / "peers" / program)) if installed.has_module(module) else ()


def python_with(module: str, program: str) -> tuple[str, ...]:
    found = installed.python_with(module)
    return (found, str(HERE / "peers" / program)) if found else ()


def nchan(built: Path) -> tuple[str, ...]:
    """nginx with the nchan module from where Debian puts it; its port is chosen by the program that starts it."""
    module = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None or not module.exists():
        return ()
    return (sys.executable, str(HERE / "peers" / "nchan.py"), found, str(module), str(built))
