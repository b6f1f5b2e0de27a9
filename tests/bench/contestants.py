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
    """``command`` starts it; it prints ``port`` and its port, or its address. Empty ``command``: not here."""

    name: str
    lacks: str
    command: tuple[str, ...] = ()
    path: str = "/{room}"
    hello: str = ""
    ready: str = ""
    post: str = ECHO
    headers: tuple[str, ...] = ()
    answers: tuple[tuple[str, str, str], ...] = ()
    """Kind, beginning and text of the loader's lines A and H."""
    most: int = 0
    """The most people in a room it is measured with; 0: any number."""
    own: bool = False
    """This server: people and circles are made first, and it is told its settings by environment."""

    def plan(self, port: int, rooms: int, each: int) -> str:
        """The loader's plan (see loader.c) for so many rooms with so many clients in each."""
        lines = [f"R\t{self.ready}"] if self.ready else []
        lines += ["\t".join(each) for each in self.answers]
        headers = "\x1f".join((f"Host: localhost:{port}", f"Origin: http://localhost:{port}", *self.headers))
        for room in range(rooms):
            lines.append(f"P\t{room}\t{self.post.replace('@ROOM@', str(room))}\t{room}")
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
        xmpp(ejabberd(built)),
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
        answers=(("A", "2", "3"),),
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
    return (sys.executable, "-m", "tests.bench.peers.nchan", found, str(module), str(built))


def ejabberd(built: Path) -> tuple[str, ...]:
    """Erlang with ejabberd from where Debian puts it."""
    found = shutil.which("erl")
    places = sorted(Path("/usr/lib").glob("*/ejabberd-*/ebin/ejabberd.beam"))
    if found is None or not places:
        return ()
    return (sys.executable, "-m", "tests.bench.peers.ejabberd_rooms", found, str(places[0].parents[2]), str(built))


def xmpp(command: tuple[str, ...]) -> Contestant:
    """Rooms of XEP-0045 over WebSockets (RFC 7395), entered by people without a name of their own."""
    begin = '<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="localhost" version="1.0"/>'
    return Contestant(
        name="ejabberd rooms with archive",
        lacks="waits for no disk; authenticates nobody here",
        command=command,
        path="/ws",
        headers=("Sec-WebSocket-Protocol: xmpp",),
        hello=begin,
        ready="code='110'",
        answers=(
            ("H", "<mechanisms", '<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="ANONYMOUS"/>'),
            ("A", "<success", begin),
            (
                "H",
                "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>",
                '<iq xmlns="jabber:client" type="set" id="b"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>',
            ),
            (
                "H",
                "<jid>",
                '<presence xmlns="jabber:client" to="r@PLACE@@rooms.localhost/n@ME@">'
                '<x xmlns="http://jabber.org/protocol/muc"><history maxstanzas="0"/></x></presence>',
            ),
        ),
        post=(
            '<message xmlns="jabber:client" type="groupchat" to="r@ROOM@@rooms.localhost" id="@REF@@KEY@">'
            "<body>@BODY@</body></message>"
        ),
        most=100,
    )
