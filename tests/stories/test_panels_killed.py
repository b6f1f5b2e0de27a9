"""A case whose server is killed in the middle of what people ask, again and again, and started again each time."""

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import text

from server import verify_ledger
from server.store import Store
from tests.guests import PATIENCE, Guest, new_key
from tests.house import Process
from tests.keeper import Keeper
from tests.server.panel_scene import HURTFUL, asks

REVIEWERS = ("Rook", "Reed", "Rush", "Rye", "Rose", "Rune", "Rill", "Rain")
REASON = {"code": "disrespect", "clause": 1, "sentence": "It mocks somebody."}
SEVERAL = 3
"""Killed at every third of what is asked; at all of it with ``--full``."""


class Killed:
    """A server that dies with what it is asked, and is asked again."""

    def __init__(self, server: Process, *, every: int) -> None:
        self.server = server
        self.every = every
        self.asked = 0
        self.killed = 0

    async def hears(self, guest: Guest, do: str, *fine: str, **fields: Any) -> None:
        """``fine`` are the refusals of somebody who has been heard already, or is not needed any more."""
        self.asked += 1
        if self.asked % self.every == 0:
            await self._dies_with(guest, {"do": do, **fields})
            guest.url = self.server.url
        answer = await asks(guest, do, **fields)
        assert answer.status == 200 or answer.json()["code"] in fine, (do, answer.json())

    async def _dies_with(self, guest: Guest, command: dict[str, Any]) -> None:
        """The request has left here; how far the server came with it, nobody knows."""
        where = urlsplit(guest.url)
        body = msgspec.json.encode(command)
        head = (
            f"POST /api/commands HTTP/1.1\r\nHost: {where.netloc}\r\nOrigin: {guest.url}\r\nCookie: {guest.cookie}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        _, writer = await asyncio.open_connection(where.hostname, where.port)
        writer.write(head.encode() + body)
        await writer.drain()
        await self.server.kill()
        writer.close()
        self.killed += 1
        await self.server.start()


async def seat(guest: Guest, *states: str) -> str | None:
    found = (await guest.gets("/api/desk")).json().get("seats", [])
    return next((each["id"] for each in found if each["state"] in states), None)


async def comes_to(condition: Any) -> Any:
    """Ask until it is so."""
    async with asyncio.timeout(PATIENCE * 3):
        while not (found := await condition()):
            pass
    return found


async def panel_decides(place: Killed, reviewers: list[Guest], content: int) -> list[str]:
    """Whoever is asked says yes; whoever sits votes. Returns their names."""

    async def those(state: str) -> list[Guest]:
        return [each for each in reviewers if await seat(each, state) is not None]

    await comes_to(lambda: those("offered"))
    for each in await those("offered"):
        found = await seat(each, "offered", "taken")
        if found is not None:
            await place.hears(each, "seat.take", "seat.not_found", "seat.none", seat=found)
    # Seats are given to all at the same moment, so whoever sees one sees all of them.
    await comes_to(lambda: those("reading"))
    sitting = await those("reading")
    for each in sitting:
        found = await seat(each, "reading")
        assert found is not None
        ballot: dict[str, Any] = {"messages": [{"item": 0, "content": content}], **(REASON if content else {})}
        await place.hears(each, "ballot.cast", "seat.not_found", seat=found, **ballot)
    return [each.name for each in sitting]


async def letter(guest: Guest, about: str) -> dict[str, Any] | None:
    """As somebody who comes back finds it."""
    guest.logs.clear()
    guest.watched.clear()
    await guest.opens_a_socket()
    try:
        view = (await guest.watches(guest.me))["person"]
    finally:
        await guest.leaves_the_page()
    return next((each for each in view.get("letters", []) if each["about"] == about), None)


async def test_a_case_gets_to_its_end_however_often_the_server_is_killed(
    keeper: Keeper, tmp_path: Path, full: bool
) -> None:
    server = Process(keeper, tmp_path / "data", time_scale=600, guest_hours=2_000)
    await server.start()
    names = ("Heron", "Ana", "Bo", "Fern", *REVIEWERS)
    people = {name: Guest(server.url, name) for name in names}
    for each in people.values():
        await each.gets_a_place()
    reviewers = [people[name] for name in REVIEWERS]
    for each in reviewers:
        assert (await asks(each, "reviewing.begin")).status == 200
    opening = {"topic": "Quiet evenings", "agreement": "I listen.", "key": new_key(), "keep_for": 86_400_000}
    circle = (await asks(people["Heron"], "circle.open", **opening)).json()["circle"]
    for name in ("Ana", "Bo", "Fern"):
        assert (await asks(people[name], "circle.enter", circle=circle, agreement=1)).status == 200
    place = Killed(server, every=1 if full else SEVERAL)
    # So much time passes with a start that everybody has been here for a while.
    await server.kill()
    await server.start()
    key = new_key()
    await place.hears(people["Ana"], "message.post", circle=circle, key=key, body=HURTFUL)
    words = (await asks(people["Ana"], "message.post", circle=circle, key=key, body=HURTFUL)).json()["seq"]
    for name in ("Bo", "Fern"):
        flag = {"circle": circle, "target": words, "category": "disrespect"}
        await place.hears(people[name], "message.flag", "flag.already", **flag)
    first = await panel_decides(place, reviewers, 1)
    told = await comes_to(lambda: letter(people["Ana"], "decided"))
    await place.hears(people["Ana"], "appeal.make", "appeal.not_now", letter=told["id"])
    second = await panel_decides(place, [each for each in reviewers if each.name not in first], 0)
    assert not set(first) & set(second)

    async def stands_again() -> bool:
        events = (await people["Bo"].gets(f"/api/circles/{circle}/events")).json()["events"]
        return any(each["event"]["kind"] == "message.unfolded" for each in events)

    await comes_to(stands_again)
    assert place.killed >= place.asked // place.every
    await server.stop()
    store = Store(f"sqlite:///{tmp_path / 'data' / 'circles.db'}")
    kinds = "SELECT kind, count(*) FROM journal GROUP BY kind"
    noted = dict(store.read_now(lambda conn: [tuple(row) for row in conn.execute(text(kinds))]))
    store.close()
    assert (noted["decided"], noted["appeal"], noted["draw"]) == (2, 1, 2)
    assert noted["flag"] == 2
    status, said = verify_ledger.run(f"sqlite:///{tmp_path / 'data' / 'circles.db'}", url=None, file=None, head=None)
    assert status == 0, said
