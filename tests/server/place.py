"""A small place to come into: the real routes, door and database behind a real server on a port of its own."""

import asyncio
import http.client
import json
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import uvicorn
from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from rooms.models import Table
from server import identity, pages, routes_identity
from server.auth import Auth
from server.client_files import ClientFiles, client_folder
from server.door import Actor, Door
from server.handlers import BATCHES, HANDLERS
from server.keys import Keys
from server.limits import Limits
from server.origin import Gate
from server.passphrases import Hasher
from server.problems import HANDLERS as PROBLEMS
from server.records import Records
from server.settings import Settings
from server.store import Store

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""The real argon2id at a cost that leaves time for many tests."""
START = 1_800_000_000_000
assert identity.HANDLERS.items() <= HANDLERS.items()


class Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        assert self.headers["Content-Type"] == "application/problem+json"
        return str(self.json["code"])


class Place:
    """``now`` may be set; everything else is as it is in the server."""

    def __init__(
        self, folder: Path, database: str, *, routes: Sequence[BaseRoute] = (), patience: float = 15.0, **settings: Any
    ) -> None:
        self.now = START
        self.settings = Settings(data_dir=folder, database_url=database, **settings)
        self.store = Store(self.settings.database)
        with self.store.writer.begin() as conn:
            Table.metadata.create_all(conn)
        keys = Keys.load(folder)
        self.auth = Auth(
            self.settings, self.store, keys, now=lambda: self.now, hasher=Hasher(self.settings.hashes_at_once, QUICK)
        )
        self.limits = Limits(self.settings)
        self.announced: list[Any] = []
        self.door = Door(
            self.store,
            HANDLERS,
            BATCHES,
            limits=self.settings.limits,
            guard=self.auth.guard,
            publish=self.announced.extend,
            now=lambda: self.now,
        )
        self.app = Starlette(routes=[*routes, *routes_identity.ROUTES, *pages.ROUTES], exception_handlers=PROBLEMS)
        self.app.router.default = ClientFiles(client_folder())
        self.app.state.parts = SimpleNamespace(
            settings=self.settings,
            store=self.store,
            door=self.door,
            auth=self.auth,
            limits=self.limits,
            keys=keys,
            now=lambda: self.now,
        )
        self.app.state.parts.records = Records(self.app.state.parts)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        config = uvicorn.Config(
            Gate(self.app, self.settings, patience=patience),
            http="h11",
            log_config=None,
            proxy_headers=False,
            server_header=False,
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, args=([self.socket],), name="place")

    def start(self) -> None:
        self.thread.start()

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join()
        self.auth.close()
        self.store.close()
        self.socket.close()

    def submit(self, command: Any, actor: Actor | None = None) -> Any:
        """Give the door a command from outside its event loop; without ``actor``, as the server's own clock does."""

        async def run() -> Any:
            return await self.door.submit(actor, command)

        loop = self.server.servers[0].get_loop()
        return asyncio.run_coroutine_threadsafe(run(), loop).result(30)

    def browser(self) -> "Browser":
        return Browser(self)


class Browser:
    """Keeps the cookie it is given and says where its requests come from."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.host = f"127.0.0.1:{place.port}"
        self.cookie: str | None = None

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, None, headers)

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        own = {"Origin": f"http://{self.host}", "Content-Type": "application/json"}
        return self.ask("POST", path, json.dumps(body).encode(), own | headers)

    def ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.place.port, timeout=30)
        try:
            own = {"Host": self.host} | ({"Cookie": self.cookie} if self.cookie else {})
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, own | named)
            answer = Answer(connection.getresponse())
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                self.cookie = f"{name}={morsel.value}" if morsel.value else None
        return answer

    def comes_in(self, name: str = "Heron") -> "Browser":
        assert self.post("/api/come-in", {"name": name}).status == 200
        return self

    def keeps_place(self, sign_in_name: str, passphrase: str) -> str:
        answer = self.post("/api/keep-place", {"sign_in_name": sign_in_name, "passphrase": passphrase})
        assert answer.status == 200, answer.body
        return str(answer.json["recovery_words"])

    def signs_in(self, sign_in_name: str, passphrase: str, *, remember: bool = False) -> Answer:
        return self.post("/api/sign-in", {"sign_in_name": sign_in_name, "passphrase": passphrase, "remember": remember})

    def name(self) -> str | None:
        """Who the server takes this browser for."""
        said: str | None = self.get("/api/me").json.get("name")
        return said


@contextmanager
def open_place(folder: Path, database: str = "", **settings: Any) -> Iterator[Place]:
    place = Place(folder, database or f"sqlite:///{folder / 'circles.db'}", **settings)
    place.start()
    try:
        yield place
    finally:
        place.close()
