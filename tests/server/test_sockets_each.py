"""How many sockets one person may have, also where the client answers nothing or breaks off in the handshake."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.guests import PATIENCE, Guest
from tests.house import House, house


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "data", sockets_each=5) as place:
        yield place


def handshake(place: House, guest: Guest) -> bytes:
    lines = (
        "GET /ws HTTP/1.1",
        f"Host: localhost:{place.parts.settings.port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        f"Origin: {place.url}",
        f"Cookie: {guest.cookie}",
    )
    return "\r\n".join((*lines, "", "")).encode()


async def test_clients_that_do_not_answer_the_goodbye_get_no_more_sockets(place: House) -> None:
    ana = Guest(place.url, "Ana")
    await ana.gets_a_place()
    open_ones = []
    try:
        for _ in range(20):
            reader, writer = await asyncio.open_connection("127.0.0.1", place.parts.settings.port)
            open_ones.append(writer)
            writer.write(handshake(place, ana))
            await reader.readuntil(b"hello")
        assert sum(not each.ended_already for each in place.parts.all_connections()) == 5
    finally:
        for each in open_ones:
            each.transport.abort()


async def test_who_breaks_off_in_the_handshake_leaves_nothing_behind(place: House) -> None:
    ana, bo = [await Guest(place.url, name).comes_in() for name in ("Ana", "Bo")]
    await ana.leaves_the_page()
    for number in range(200):
        # Looked up anew, so that there is time to break off; some turns of the loop later each.
        place.parts.auth.drop(ana.me.removeprefix("person/"))
        raw = socket.create_connection(("127.0.0.1", place.parts.settings.port))
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raw.send(handshake(place, ana))
        for _ in range(number % 20):
            await asyncio.sleep(0)
        raw.close()
    async with asyncio.timeout(PATIENCE):
        while len(place.parts.all_connections()) > 1 or set(place.parts.hub.feeds) != {bo.me}:
            await bo.asks("log.unwatch", on="circle/AAAAAAAAAAAAAAAA")
