"""Sockets that misbehave, at the whole server: refused before they are accepted, or let go, and nobody else notices."""

import asyncio
import base64
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from server import connection
from server.frames import Limits
from server.limits import SHOWN_OUT_EVERY
from tests.guests import PATIENCE, Guest, new_key
from tests.house import House, house
from tests.server.bystander import Bystander, calling, held, holds_no_more, refusal, undisturbed
from tests.server.processes import loop_seconds


@pytest.fixture(scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """As it is for people: five sockets each, ten changes and two hundred frames in ten seconds."""
    limits = {"frames_per_10s": 200, "sends_per_10s": 10}
    async with house(tmp_path_factory.mktemp("place") / "data", **limits) as opened:
        yield opened


@pytest.fixture
async def bystander(place: House) -> AsyncIterator[Bystander]:
    somebody = await Bystander(place).arrives()
    yield somebody
    await somebody.leaves()


@pytest.fixture
async def ana(place: House) -> AsyncIterator[Guest]:
    guest = Guest(place.url, "Ana")
    await guest.gets_a_place()
    yield guest
    await guest.leaves_the_page()


async def handshake(
    place: House, *lines: str, version: str = "13", path: str = "/ws"
) -> tuple[int, dict[str, str], bytes]:
    """Ask for a socket with these header lines; returns status, headers and body of the answer."""
    port = place.parts.settings.port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    head = [f"GET {path} HTTP/1.1", f"Host: localhost:{port}", "Upgrade: websocket", "Connection: Upgrade"]
    head += [f"Sec-WebSocket-Key: {key}", f"Sec-WebSocket-Version: {version}", *lines, "", ""]
    writer.write("\r\n".join(head).encode())
    with contextlib.closing(writer):
        async with asyncio.timeout(PATIENCE):
            first, *rest = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest if line)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
    return int(first.split(" ")[1]), headers, body


# --- before it is accepted


FOREIGN = (
    None,
    "null",
    "https://good.evil",
    "https://localhost:{port}",
    "http://localhost:1",
    "http://localhost",
    "http://localhost:{port}.evil.example",
    "http://localhost:{port}/",
    "http://evil.example#http://localhost:{port}",
    "file://",
    "",
)


@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_socket_is_for_our_own_pages_only(
    place: House, bystander: Bystander, ana: Guest, origin: str | None
) -> None:
    lines = [f"Cookie: {ana.cookie}"]
    if origin is not None:
        lines.append(f"Origin: {origin.format(port=place.parts.settings.port)}")
    async with undisturbed(place, bystander):
        status, headers, body = await handshake(place, *lines)
    assert status == 403
    assert headers["content-type"] == "application/problem+json"
    assert msgspec.json.decode(body)["code"] == "request.wrong_origin"
    assert "set-cookie" not in headers


async def test_two_origins_are_none(place: House, bystander: Bystander, ana: Guest) -> None:
    async with undisturbed(place, bystander):
        lines = (f"Cookie: {ana.cookie}", f"Origin: {place.url}", "Origin: https://good.evil")
        assert (await handshake(place, *lines))[0] in (400, 403)


async def test_without_a_good_session_there_is_no_socket(place: House, bystander: Bystander, ana: Guest) -> None:
    before = ana.cookie
    assert (await ana.posts("/api/sign-out", {})).status == 200
    cookies: Sequence[str | None] = (
        None,
        "",
        "sid=",
        f"sid={'A' * 43}",
        f"sid={'A' * 5_000}",
        before,
        f"other={before}",
    )
    async with undisturbed(place, bystander):
        for cookie in cookies:
            lines = [f"Origin: {place.url}", *([f"Cookie: {cookie}"] if cookie is not None else [])]
            assert (await handshake(place, *lines))[0] == 401, cookie


async def test_what_is_no_handshake_of_ours_is_refused(place: House, bystander: Bystander, ana: Guest) -> None:
    good = (f"Origin: {place.url}", f"Cookie: {ana.cookie}")
    async with undisturbed(place, bystander):
        assert (await handshake(place, *good, version="8"))[0] == 426
        assert (await handshake(place, *good, "Sec-WebSocket-Protocol: chat, superchat"))[0] == 400
        assert (await handshake(place, *good, path="/ws/"))[0] in (403, 404)
        assert (await handshake(place, *good, path="/api/commands"))[0] in (403, 404)
        status, headers, _ = await handshake(
            place, *good, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"
        )
        assert status == 101
        assert "sec-websocket-extensions" not in headers


# --- too much of it


async def test_the_sixth_socket_of_one_person_replaces_the_first(
    place: House, bystander: Bystander, ana: Guest
) -> None:
    async with undisturbed(place, bystander):
        sockets = [await open_one(ana) for _ in range(6)]
        frames = await all_of(sockets[0])
        assert frames[-1]["bye"] == {"code": 4509, "retry_after": 0}
        assert sockets[0].close_code == 4509
        for each in sockets[1:]:
            await each.send('{"ref":1,"do":"log.unwatch","on":"circle/AAAAAAAAAAAAAAAA"}', text=True)
            assert msgspec.json.decode(await each.recv(decode=False)) == {"re": 1, "ok": {}}
            await each.close()


async def test_five_hundred_commands_in_a_second_end_the_socket_with_a_time_to_come_back(
    place: House, bystander: Bystander, ana: Guest
) -> None:
    async with undisturbed(place, bystander):
        socket = await open_one(ana)
        try:
            for ref in range(500):
                await socket.send(f'{{"ref":{ref},"do":"log.unwatch","on":"circle/AAAAAAAAAAAAAAAA"}}', text=True)
        except ConnectionClosed:
            pass
        frames = await all_of(socket)
        assert socket.close_code == 4029
        assert 0 < frames[-1]["bye"]["retry_after"] <= 10_001
        assert frames[-1]["bye"]["code"] == 4029
        # Those within the limit were answered, in order.
        assert [each["re"] for each in frames[:-1]] == list(range(200))
        # Whoever obeys is welcome at once on another socket: the limit is a socket's.
        async with calling(ana) as caller:
            assert (await caller.asks('{"ref":1,"do":"log.unwatch","on":"circle/AAAAAAAAAAAAAAAA"}'))["re"] == 1


async def shown_out(ana: Guest, frames: bytes) -> int | None:
    """Send these on a socket of hers until it is closed; with which code."""
    socket = await open_one(ana)
    socket.transport.write(frames)
    await all_of(socket)
    return socket.close_code


PINGS = b"\x89\x80\1\2\3\4" * 250
BEATS = Frame(Opcode.TEXT, b'{"do":"beat"}').serialize(mask=True) * 250
GARBAGE = Frame(Opcode.TEXT, b"{").serialize(mask=True) * 3


@pytest.mark.parametrize(
    ("flood", "code"), [(PINGS, 1008), (BEATS, 4029), (GARBAGE, 4500)], ids=["pings", "beats", "garbage"]
)
async def test_whoever_is_shown_out_twice_waits_outside_before_they_come_in_again(
    place: House, bystander: Bystander, ana: Guest, flood: bytes, code: int
) -> None:
    """An answer at once would only be asked for at once again, a hundred times a second."""
    moment = time.monotonic()
    shown_outs = place.parts.limits._shown_out
    shown_outs.clock = lambda: moment
    good = (f"Origin: {place.url}", f"Cookie: {ana.cookie}")
    try:
        async with undisturbed(place, bystander):
            assert await shown_out(ana, flood) == code
            assert await shown_out(ana, flood) == code, "once is forgiven"
            many = [asyncio.create_task(handshake(place, *good)) for _ in range(5)]
            while place.parts.doorstep.waiting < 5:
                await bystander.is_fine()
            # There is room for as many as sockets of hers; who is one too many is told at once.
            status, headers, _ = await handshake(place, *good)
            assert (status, headers["retry-after"]) == (429, "1")
            assert not any(each.done() for each in many)
            for each in many:
                each.cancel()
            async with asyncio.timeout(PATIENCE):
                while place.parts.doorstep.waiting:  # noqa: ASYNC110 - who has gone is let go of without a word
                    await asyncio.sleep(0.01)
            moment += SHOWN_OUT_EVERY - 0.1
            assert (await handshake(place, *good))[0] == 429, "held back until the last moment"
            moment += 0.2
            assert (await handshake(place, *good))[0] == 101, "and then they are welcome"
            assert await shown_out(ana, flood) == code
    finally:
        shown_outs.clock = time.monotonic


async def test_whoever_waits_outside_keeps_no_server_from_leaving(tmp_path: Path) -> None:
    async with house(tmp_path / "data") as opened:
        ana = await Guest(opened.url, "Ana").comes_in()
        await ana.leaves_the_page()
        for _ in range(2):
            opened.parts.limits.shown_out(ana.me.removeprefix("person/"))
        waits = asyncio.create_task(handshake(opened, f"Origin: {opened.url}", f"Cookie: {ana.cookie}"))
        while not opened.parts.doorstep.waiting:
            await ana.gets("/api/me")
    assert (await waits)[0] == 503


async def test_a_hundred_posts_at_once_are_slowed_down_and_say_for_how_long(place: House, bystander: Bystander) -> None:
    bea = await Guest(place.url, "Bea").comes_in()
    began = time.monotonic()
    circle = await bea.opens()
    async with undisturbed(place, bystander), calling(bea) as caller:
        for ref in range(100):
            post = {"ref": ref, "do": "message.post", "circle": circle, "key": new_key(), "body": f"{ref}"}
            await caller.sends(msgspec.json.encode(post))
        answers = [await caller.next("re") for _ in range(100)]
        kept = [each for each in answers if "ok" in each]
        # Opening the room was one of the twenty at once; one comes back each second.
        assert 19 <= len(kept) <= 19 + time.monotonic() - began
        for each in answers:
            if "refused" in each:
                assert refusal(each)["code"] == "rate.limited"
                assert 0 < refusal(each)["retry_after"] <= 10_001
    await bea.until(lambda: len(bea.bodies()) == len(kept), "what was kept")
    await bea.leaves_the_page()


async def test_hundreds_of_handshakes_at_once_are_all_answered(tmp_path: Path) -> None:
    async with house(tmp_path / "data", sockets_each=1_000) as opened:
        bystander = await Bystander(opened).arrives()
        ana = Guest(opened.url, "Ana")
        await ana.gets_a_place()
        before = held(opened)
        good = (f"Origin: {opened.url}", f"Cookie: {ana.cookie}")
        kinds: list[tuple[str, ...]] = [good, (f"Origin: {opened.url}",), (f"Cookie: {ana.cookie}",), good]
        storm = [asyncio.create_task(handshake(opened, *kinds[number % 4])) for number in range(400)]
        while not all(each.done() for each in storm):
            await bystander.is_fine()
        statuses = [each.result()[0] for each in storm]
        assert set(statuses) == {101, 401, 403}
        assert statuses.count(101) == 200
        await bystander.is_fine()
        await holds_no_more(opened, before)
        await bystander.leaves()


# --- too little of it


async def test_whoever_takes_nothing_or_answers_nothing_is_let_go_and_the_others_hear_everything(
    tmp_path: Path,
) -> None:
    """A client that stops reading in a busy circle, and one that never answers our close: both at once, to save time."""
    async with house(tmp_path / "data", sockets_each=1) as opened:
        bystander = await Bystander(opened).arrives()
        ana, bo, eve, fay = [await Guest(opened.url, name).comes_in() for name in ("Ana", "Bo", "Eve", "Fay")]
        circle = await ana.opens()
        for each in (bo, eve):
            await each.enters(circle)
        before = held(opened)
        [hers] = opened.parts.connections[eve.me.removeprefix("person/")]

        async def is_let_go() -> None:
            while opened.parts.connections.get(eve.me.removeprefix("person/")):  # noqa: ASYNC110 - no event for it
                await asyncio.sleep(0.01)

        letting_go: asyncio.Task[float] | None = None
        async with asyncio.timeout(3 * PATIENCE):
            eve._socket.transport.pause_reading()  # type: ignore[union-attr]
            fay._socket.transport.pause_reading()  # type: ignore[union-attr]
            async with calling(fay):  # takes the first one's place
                number = 0
                while held(opened).connections >= before.connections:
                    await ana.says(f"{number} " + "x" * 3_900)
                    number += 1
                    if hers.is_clogged and letting_go is None:
                        letting_go = asyncio.create_task(loop_seconds(is_let_go()))
                    if number > 600:
                        # There is more than enough by then; only time can pass now.
                        await bystander.is_fine()
                await bo.hears(f"{number - 1} " + "x" * 3_900)
                assert len(bo.bodies()) == number
                assert letting_go is not None
                assert await letting_go < Limits().stall + Limits().close + 2
                await bystander.is_fine()
        # Back again, everything is there: what a slow reader missed is late, and not lost.
        await eve.leaves_the_page()
        eve.logs.clear()
        await eve.opens_a_socket()
        await eve.until(lambda: eve.bodies()[-1:] == ana.bodies()[-1:], "what came meanwhile")
        for each in (ana, bo, eve, fay):
            await each.leaves_the_page()
        await bystander.leaves()


async def test_a_link_that_went_down_without_a_word_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing comes from the client any more, not even an answer to the close."""
    # Long enough for one who is well to be heard of on a busy machine too.
    monkeypatch.setattr(connection, "SILENCE", 5.0)
    async with house(tmp_path / "data") as opened:
        ana, bo = [await Guest(opened.url, name).comes_in() for name in ("Ana", "Bo")]
        ana._socket.transport.pause_reading()  # type: ignore[union-attr]
        async with asyncio.timeout(connection.SILENCE + 1.5 + connection.GRACE + PATIENCE):
            while ana.me.removeprefix("person/") in opened.parts.connections:
                # Bo goes on giving signs of life, but not as many as would be a flood.
                await bo.asks("log.unwatch", on="circle/AAAAAAAAAAAAAAAA")
                await asyncio.sleep(0.01)
        assert bo.closed_with is None
        for each in (ana, bo):
            await each.leaves_the_page()


def test_a_link_that_went_down_is_freed_within_35_seconds() -> None:
    """Heard of last, then silence, up to a second until somebody looks, and a moment for the close."""
    assert connection.SILENCE + 1.0 + connection.GRACE <= 35
    assert connection.SILENCE - connection.BEAT >= 8, "and has time to answer a sign of life"


async def open_one(guest: Guest) -> ClientConnection:
    """One more socket of this guest's, after its first frame."""
    socket = await connect(
        guest.url.replace("http", "ws", 1) + "/ws", additional_headers={"Cookie": guest.cookie},
        origin=guest.url, compression=None, ping_interval=None, max_queue=None,  # type: ignore[arg-type]
    )  # fmt: skip
    assert b'"hello"' in await asyncio.wait_for(socket.recv(decode=False), PATIENCE)
    return socket


async def all_of(socket: ClientConnection) -> list[dict[str, Any]]:
    """Every frame up to the server's close."""
    frames = []
    async with asyncio.timeout(PATIENCE):
        try:
            while True:
                frames.append(msgspec.json.decode(await socket.recv(decode=False)))
        except ConnectionClosed:
            return frames


async def test_the_echo_is_not_there_unless_it_is_asked_for(place: House, bystander: Bystander, ana: Guest) -> None:
    good = (f"Origin: {place.url}", f"Cookie: {ana.cookie}")
    async with undisturbed(place, bystander):
        for lines in (good, ()):
            asked = await handshake(place, *lines, path="/test/echo")
            unknown = await handshake(place, *lines, path="/test/other")
            assert asked[0] == unknown[0]
            assert asked[0] in (403, 404)
            assert asked[2] == unknown[2]


async def test_the_echo_is_for_this_machine_and_opens_nothing_else(tmp_path: Path) -> None:
    async with house(tmp_path / "data", test_echo=True, trusted_proxies=("127.0.0.1",)) as opened:
        assert (await handshake(opened, path="/test/echo"))[0] == 101
        assert (await handshake(opened, "X-Forwarded-For: 198.51.100.7", path="/test/echo"))[0] == 403
        assert (await handshake(opened, path="/ws"))[0] == 403, "no Origin"
        assert (await handshake(opened, path="/test/echo/"))[0] in (403, 404)
