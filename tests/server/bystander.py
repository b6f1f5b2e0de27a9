"""Somebody in another circle who must not notice what is done to the server; and callers that send anything at all."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import astuple, dataclass
from typing import Any, Self

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.guests import PATIENCE, Guest
from tests.house import House
from tests.http import Answer, ask


@dataclass(frozen=True)
class Held:
    """What a server holds for the people who are there."""

    connections: int
    feeds: int
    waiting: int


def held(house: House) -> Held:
    parts = house.parts
    return Held(len(parts.all_connections()), len(parts.hub.feeds), len(parts.door._waiting))


class Bystander:
    """Two people in a circle of their own."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.one = Guest(house.url, "Wren")
        self.other = Guest(house.url, "Lark")
        self.said = 0

    async def arrives(self) -> Self:
        await self.one.comes_in()
        await self.other.comes_in()
        await self.other.enters(await self.one.opens("Elsewhere"))
        return self

    async def is_fine(self) -> None:
        """What one says, the other hears; and nobody's socket was closed."""
        self.said += 1
        await self.one.says(f"Still here, {self.said}.")
        await self.other.hears(f"Still here, {self.said}.")
        for each in (self.one, self.other):
            assert each.closed_with is None

    async def leaves(self) -> None:
        await self.one.leaves_the_page()
        await self.other.leaves_the_page()


@contextlib.asynccontextmanager
async def undisturbed(house: House, bystander: Bystander) -> AsyncIterator[None]:
    """Whatever happens inside: afterwards the bystander is fine, and the server holds no more than before."""
    before = held(house)
    yield
    await bystander.is_fine()
    await holds_no_more(house, before)


async def holds_no_more(house: House, before: Held) -> None:
    """Until the server holds no more than that; it may hold less, where something before it was still on its way out."""
    async with asyncio.timeout(PATIENCE):
        while any(now > then for now, then in zip(astuple(held(house)), astuple(before), strict=True)):  # noqa: ASYNC110
            # The server's side of a socket that was closed here ends by itself, a few steps of the loop later. Talk
            # would be a wait too, but people have only so much of it in ten seconds.
            await asyncio.sleep(0.01)


class Caller:
    """One socket that sends what it is told, byte for byte."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.me = ""

    async def asks(self, message: str | bytes) -> dict[str, Any]:
        """Send a text frame; returns the answer, or the goodbye."""
        await self.socket.send(message, text=True)
        return await self.next("re", "bye")

    async def next(self, *wanted: str) -> dict[str, Any]:
        """The next frame that has one of these members."""
        while True:
            frame: dict[str, Any] = msgspec.json.decode(
                await asyncio.wait_for(self.socket.recv(decode=False), PATIENCE)
            )
            if any(each in frame for each in wanted):
                return frame

    async def sends(self, message: str | bytes) -> None:
        """Send a text frame, if the socket is still open."""
        with contextlib.suppress(ConnectionClosed):
            await self.socket.send(message, text=True)

    async def rest(self) -> list[dict[str, Any]]:
        """Wait for the server's close; returns every frame up to it."""
        frames = []
        with contextlib.suppress(ConnectionClosed):
            async with asyncio.timeout(PATIENCE):
                while True:
                    frames.append(msgspec.json.decode(await self.socket.recv(decode=False)))
        return frames

    async def is_closed(self) -> int:
        """Wait for the server's close; returns its code."""
        await self.rest()
        return self.socket.close_code or 1006


@contextlib.asynccontextmanager
async def calling(guest: Guest) -> AsyncIterator[Caller]:
    """One more socket of this guest's."""
    async with connect(
        guest.url.replace("http", "ws", 1) + "/ws", additional_headers={"Cookie": guest.cookie},
        origin=guest.url, compression=None, ping_interval=None, max_queue=None,  # type: ignore[arg-type]
    ) as socket:  # fmt: skip
        caller = Caller(socket)
        caller.me = (await caller.next("hello"))["hello"]["me"]
        yield caller


async def commands(guest: Guest, body: str | bytes) -> Answer:
    """The same over ``POST /api/commands``."""
    headers = {"Origin": guest.url, "Cookie": guest.cookie, "Content-Type": "application/json"}
    content = body.encode() if isinstance(body, str) else body
    return await ask("POST", guest.url + "/api/commands", body=content, headers=headers)


def refusal(frame: dict[str, Any]) -> dict[str, Any]:
    """What an answer refused."""
    assert "refused" in frame, f"not refused: {frame}"
    refused: dict[str, Any] = frame["refused"]
    return refused
