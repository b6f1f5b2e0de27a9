"""A WebSocket from its handshake to its end, over real sockets: RFC 6455, limits, back-pressure, and the fallback."""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from server import asgi_fallback
from server.frame_reader import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Fault, FrameReader
from server.frames import Limits, Sink, frame, payloads
from tests.server.loopback import (
    PATIENCE,
    Echo,
    EchoApp,
    Place,
    Wire,
    closing,
    key_of_size,
    masked,
    serving,
    wait_until,
)

HI = (TEXT, b"hi")
BYE = masked(CLOSE, closing(1000))
ENDED = (CLOSE, closing(1000))


@pytest.fixture(scope="module")
def app() -> EchoApp:
    return EchoApp()


@pytest.fixture(scope="module")
def place(app: EchoApp) -> Iterator[Place]:
    with serving(app) as place:
        yield place


def failed(code: int) -> tuple[int, bytes]:
    return CLOSE, closing(code)


# Frames


@given(st.lists(st.binary(max_size=200) | st.integers(65_000, 66_000).map(bytes), max_size=6))
def test_joined_frames_come_apart_again(messages: list[bytes]) -> None:
    assert list(payloads(b"".join(map(frame, messages)))) == messages


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 70_000])
def test_a_frame_is_what_another_library_makes(size: int) -> None:
    assert frame(b"x" * size) == Frame(Opcode.TEXT, b"x" * size).serialize(mask=False)


@pytest.mark.parametrize("broken", [b"\x81", b"\x81\x05abc", b"\x82\x01a", b"\x81\x7e\x00", b"\x81\x00\x00"])
def test_what_is_no_frame_of_ours_does_not_come_apart(broken: bytes) -> None:
    with pytest.raises(ValueError, match="not whole text frames"):
        list(payloads(broken))


# RFC 6455, as a table: what a client sends, and all that comes back up to the end of the stream.

ACCENTS = "κόσμε".encode()
SMILE = "😀".encode()
LARGE = b"y" * 65_536

CONFORMANCE: dict[str, tuple[list[bytes], list[tuple[int, bytes]]]] = {
    # data
    "empty text": ([masked(TEXT)], [(TEXT, b"")]),
    "text of 125": ([masked(TEXT, b"a" * 125)], [(TEXT, b"a" * 125)]),
    "text of 126": ([masked(TEXT, b"a" * 126)], [(TEXT, b"a" * 126)]),
    "text of 127": ([masked(TEXT, b"a" * 127)], [(TEXT, b"a" * 127)]),
    "text of 65535": ([masked(TEXT, b"a" * 65_535)], [(TEXT, b"a" * 65_535)]),
    "text of 65536": ([masked(TEXT, LARGE)], [(TEXT, LARGE)]),
    "text of 65537": ([masked(TEXT, LARGE + b"y")], [failed(1009)]),
    "a size that never comes": ([masked(TEXT, b"", size=2**40)], [failed(1009)]),
    "a size with the top bit": ([masked(TEXT, b"", size=2**63)], [failed(1002)]),
    "binary": ([masked(BINARY, b"\x00")], [failed(1003)]),
    "binary begun": ([masked(BINARY, b"\x00", fin=False)], [failed(1003)]),
    "several at once": ([masked(TEXT, b"hi") * 5], [HI] * 5),
    # pings and pongs
    "ping": ([masked(PING, b"p")], [(PONG, b"p")]),
    "empty ping": ([masked(PING)], [(PONG, b"")]),
    "binary ping": ([masked(PING, b"\x00\xff\xfe")], [(PONG, b"\x00\xff\xfe")]),
    "ping of 125": ([masked(PING, b"p" * 125)], [(PONG, b"p" * 125)]),
    "ping of 126": ([masked(PING, b"p" * 126)], [failed(1002)]),
    "pong nobody asked for": ([masked(PONG, b"p"), masked(PING, b"q")], [(PONG, b"q")]),
    "ten pings": ([masked(PING, b"%d" % n) for n in range(10)], [(PONG, b"%d" % n) for n in range(10)]),
    # reserved bits and opcodes
    "RSV1": ([masked(TEXT, b"hi", rsv=4)], [failed(1002)]),
    "RSV2": ([masked(TEXT, b"hi", rsv=2)], [failed(1002)]),
    "RSV3": ([masked(TEXT, b"hi", rsv=1)], [failed(1002)]),
    "RSV on a ping": ([masked(PING, b"hi", rsv=7)], [failed(1002)]),
    "RSV on a close": ([masked(CLOSE, closing(1000), rsv=4)], [failed(1002)]),
    "RSV after a good message": ([masked(TEXT, b"hi"), masked(TEXT, b"hi", rsv=4)], [HI, failed(1002)]),
    **{f"opcode {code}": ([masked(code, b"hi")], [failed(1002)]) for code in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)},
    # masking and lengths
    "not masked": ([masked(TEXT, b"hi", mask=False)], [failed(1002)]),
    "ping not masked": ([masked(PING, mask=False)], [failed(1002)]),
    "length 5 in two bytes": ([b"\x81\xfe\x00\x05" + b"\0" * 4 + b"abcde"], [failed(1002)]),
    "length 5 in eight bytes": ([b"\x81\xff" + (5).to_bytes(8) + b"\0" * 4 + b"abcde"], [failed(1002)]),
    # fragments
    "two fragments": ([masked(TEXT, b"h", fin=False), masked(CONTINUATION, b"i")], [HI]),
    "empty fragments": (
        [masked(TEXT, fin=False), masked(CONTINUATION, fin=False), masked(CONTINUATION)],
        [(TEXT, b"")],
    ),
    "empty around words": (
        [masked(TEXT, fin=False), masked(CONTINUATION, b"hi", fin=False), masked(CONTINUATION)],
        [HI],
    ),
    "ping inside": (
        [masked(TEXT, b"h", fin=False), masked(PING, b"p"), masked(CONTINUATION, b"i")],
        [(PONG, b"p"), HI],
    ),
    "ping in fragments": ([masked(PING, b"p", fin=False), masked(CONTINUATION)], [failed(1002)]),
    "pong in fragments": ([masked(PONG, b"p", fin=False)], [failed(1002)]),
    "close in fragments": ([masked(CLOSE, closing(1000), fin=False)], [failed(1002)]),
    "continuation of nothing": ([masked(CONTINUATION, b"hi")], [failed(1002)]),
    "continuation begun of nothing": ([masked(CONTINUATION, b"hi", fin=False)], [failed(1002)]),
    "continuation after the end": ([masked(TEXT, b"hi"), masked(CONTINUATION, b"hi")], [HI, failed(1002)]),
    "text inside a message": ([masked(TEXT, b"h", fin=False), masked(TEXT, b"hi")], [failed(1002)]),
    "text begun inside a message": ([masked(TEXT, b"h", fin=False), masked(TEXT, b"hi", fin=False)], [failed(1002)]),
    "close inside a message": ([masked(TEXT, b"h", fin=False), BYE], [ENDED]),
    "65536 in 64 fragments": (
        [masked(TEXT, b"y" * 1024, fin=False)]
        + [masked(CONTINUATION, b"y" * 1024, fin=False)] * 62
        + [masked(CONTINUATION, b"y" * 1024)],
        [(TEXT, LARGE)],
    ),
    "65537 in fragments": (
        [masked(TEXT, b"y" * 65_530, fin=False), masked(CONTINUATION, b"y" * 7)],
        [failed(1009)],
    ),
    # UTF-8
    "many tongues": ([masked(TEXT, ACCENTS + SMILE)], [(TEXT, ACCENTS + SMILE)]),
    "a letter across fragments": (
        [masked(TEXT, SMILE[:1], fin=False), masked(CONTINUATION, SMILE[1:3], fin=False), masked(CONTINUATION, SMILE[3:])],
        [(TEXT, SMILE)],
    ),
    "a ping inside a letter": (
        [masked(TEXT, SMILE[:2], fin=False), masked(PING), masked(CONTINUATION, SMILE[2:])],
        [(PONG, b""), (TEXT, SMILE)],
    ),
    "not UTF-8": ([masked(TEXT, b"\xce\xba\xff")], [failed(1007)]),
    "half a letter": ([masked(TEXT, SMILE[:3])], [failed(1007)]),
    "half a letter at the end of fragments": (
        [masked(TEXT, b"a", fin=False), masked(CONTINUATION, SMILE[:3])],
        [failed(1007)],
    ),
    "not UTF-8, before the end comes": ([masked(TEXT, ACCENTS, fin=False), masked(CONTINUATION, b"\xff", fin=False)], [failed(1007)]),
    "overlong": ([masked(TEXT, b"\xc0\xaf")], [failed(1007)]),
    "surrogate": ([masked(TEXT, b"\xed\xa0\x80")], [failed(1007)]),
    "surrogate across fragments": (
        [masked(TEXT, b"\xed", fin=False), masked(CONTINUATION, b"\xa0\x80")],
        [failed(1007)],
    ),
    "beyond Unicode": ([masked(TEXT, b"\xf4\x90\x80\x80")], [failed(1007)]),
    "noncharacter": ([masked(TEXT, "\ufffe".encode())], [(TEXT, "\ufffe".encode())]),
    "NUL": ([masked(TEXT, b"\0")], [(TEXT, b"\0")]),
    # closing
    "close": ([BYE], [ENDED]),
    "empty close": ([masked(CLOSE)], [(CLOSE, b"")]),
    "close with a reason": ([masked(CLOSE, closing(1000, ACCENTS))], [(CLOSE, closing(1000, ACCENTS))]),
    "longest reason": ([masked(CLOSE, closing(1000, b"r" * 123))], [(CLOSE, closing(1000, b"r" * 123))]),
    "reason too long": ([masked(CLOSE, closing(1000, b"r" * 124))], [failed(1002)]),
    "close of one byte": ([masked(CLOSE, b"\x03")], [failed(1002)]),
    "reason not UTF-8": ([masked(CLOSE, closing(1000, b"\xff"))], [failed(1007)]),
    **{
        f"close {code}": ([masked(CLOSE, closing(code))], [(CLOSE, closing(code))])
        for code in (1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999)
    },
    **{
        f"close {code}": ([masked(CLOSE, closing(code))], [failed(1002)])
        for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535)
    },
    "words after close": ([BYE + masked(TEXT, b"hi")], [ENDED]),
    "ping after close": ([BYE + masked(PING, b"hi")], [ENDED]),
    "close twice": ([BYE + BYE], [ENDED]),
    "rubbish after close": ([BYE + b"\xff" * 100], [ENDED]),
    "words after a fault": ([masked(3), masked(TEXT, b"hi")], [failed(1002)]),
}  # fmt: skip


MANNERS = [
    (case, manner)
    for case, (sent, _) in CONFORMANCE.items()
    for manner in ("at once", "frame by frame", "byte by byte")
    if manner != "byte by byte" or sum(map(len, sent)) < 1000
]


@pytest.mark.parametrize(("case", "manner"), MANNERS)
def test_rfc_6455(case: str, manner: str, place: Place) -> None:
    sent, expected = CONFORMANCE[case]
    if not any(opcode == CLOSE for opcode, _ in expected):
        sent, expected = [*sent, BYE], [*expected, ENDED]
    whole = b"".join(sent)
    with place.websocket() as wire:
        parts = {
            "at once": [whole],
            "frame by frame": sent,
            "byte by byte": [bytes([each]) for each in whole],
        }
        for part in parts[manner]:
            wire.send(part)
        assert wire.frames() == expected


@given(st.sampled_from(sorted(CONFORMANCE)), st.data())
def test_it_does_not_matter_where_the_network_cuts(case: str, data: st.DataObject) -> None:
    whole = b"".join(CONFORMANCE[case][0])
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    pieces = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert everything([whole]) == everything(pieces)


def everything(pieces: list[bytes]) -> list[tuple[int, bytes]]:
    reader = FrameReader(65_536)
    found: list[tuple[int, bytes]] = []
    try:
        for piece in pieces:
            reader.feed(piece)
            while (part := reader.next()) is not None:
                found.append(part)
    except Fault as fault:
        found.append((-1, bytes(str(fault.code), "ascii")))
    return found


@pytest.mark.parametrize(
    ("lines", "key", "status"),
    [
        (["Sec-WebSocket-Version: 8"], key_of_size(16), 426),
        (["Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8"], key_of_size(16), 426),
        ([], None, 400),
        ([], key_of_size(15), 400),
        ([], key_of_size(17), 400),
        ([], "not base 64 at all, no!!", 400),
        (["Sec-WebSocket-Protocol: chat"], key_of_size(16), 400),
        (["Content-Length: 5"], key_of_size(16), 400),
        (["X: " + "a" * 8_200], key_of_size(16), 431),
    ],
)
def test_a_wrong_handshake_is_refused(lines: list[str], key: str | None, status: int, place: Place) -> None:
    with place.dial() as wire:
        head = wire.upgrade("/ws", *lines, key=key)
        assert head.startswith(b"HTTP/1.1 %d " % status)
        rest = wire.rest()
        assert b"aaaa" not in rest
        assert b"base 64" not in rest
        assert b"Sec-WebSocket-Version: 13" in head or status != 426


def test_the_application_may_refuse(place: Place) -> None:
    with place.dial() as wire:
        assert wire.upgrade("/refused").startswith(b"HTTP/1.1 403 ")
        wire.rest()


def test_compression_is_never_negotiated(place: Place) -> None:
    with place.dial() as wire:
        head = wire.upgrade("/ws", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits")
        assert head.startswith(b"HTTP/1.1 101 ")
        assert b"extensions" not in head.lower()
        wire.send(masked(TEXT, b"hi", rsv=4))
        assert wire.frames() == [failed(1002)]


async def test_another_library_talks_with_it(place: Place) -> None:
    async with connect(f"ws://127.0.0.1:{place.port}/ws") as client:
        for text in ("hi", "κόσμε 😀", "x" * 65_536):
            await client.send(text)
            assert await client.recv() == text
        await client.send(["in ", "three ", "parts"])
        assert await client.recv() == "in three parts"
        assert await (await client.ping()) >= 0
        await client.send("close:4012")
        with pytest.raises(ConnectionClosed) as ended:
            await client.recv()
        assert ended.value.rcvd is not None
        assert (ended.value.rcvd.code, ended.value.rcvd.reason) == (4012, "as you wish")


# Attaching


@pytest.mark.parametrize("path", ["/ws", "/late"])
def test_what_comes_with_the_handshake_is_handed_over_in_order(path: str, app: EchoApp, place: Place) -> None:
    early = b"".join(masked(TEXT, b"%d" % n) for n in range(50)) + masked(TEXT, b"half", fin=False)
    with place.dial() as wire:
        assert wire.upgrade(path, early=early).startswith(b"HTTP/1.1 101 ")
        wire.send(masked(CONTINUATION, b" and half"))
        wire.send(masked(TEXT, b"last"))
        numbers = [(TEXT, b"%d" % n) for n in range(50)]
        assert [wire.frame() for _ in range(52)] == [*numbers, (TEXT, b"half and half"), (TEXT, b"last")]


def test_a_peer_that_goes_before_it_is_attached_is_lost_once(app: EchoApp, place: Place) -> None:
    before = len(app.receivers)
    with place.dial() as wire:
        wire.upgrade("/late")
    wait_until(lambda: len(app.receivers) > before)
    early = app.receivers[before]
    assert early.lost_now.wait(PATIENCE)
    with place.websocket() as other:  # a round trip, in which a second loss would come
        other.send(BYE)
        assert other.frames() == [ENDED]
    assert early.losses == 1


def test_what_is_written_to_a_peer_that_is_gone_is_ignored(
    app: EchoApp, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    before = len(app.receivers)
    with place.dial() as wire:
        wire.upgrade("/gone")
    wait_until(lambda: len(app.receivers) > before)
    assert app.receivers[before].lost_now.wait(PATIENCE)
    assert "RuntimeError" not in caplog.text


def test_an_application_that_does_not_attach_has_failed(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    with place.dial() as wire:
        assert wire.upgrade("/plain").startswith(b"HTTP/1.1 101 ")
        assert wire.frames() == [failed(1011)]
    assert "RuntimeError" in caplog.text


def test_an_application_that_does_not_attach_is_served_by_uvicorns_own_class() -> None:
    with serving(EchoApp(), **PLAIN) as place, place.dial() as wire:
        assert wire.upgrade("/plain", early=masked(TEXT, b"early")).startswith(b"HTTP/1.1 101 ")
        wire.send(masked(TEXT, b"hi"))
        assert [wire.frame(), wire.frame()] == [(TEXT, b"early"), HI]
        wire.send(BYE)
        assert wire.frames() == [ENDED]


def test_an_application_that_fails_after_attaching_ends_the_connection(
    place: Place, app: EchoApp, caplog: pytest.LogCaptureFixture
) -> None:
    with place.websocket("/broken") as wire:
        assert wire.frame() == failed(1011)
        wire.send(masked(CLOSE, closing(1011)))
        wire.rest()
    assert app.receivers[-1].lost_now.wait(PATIENCE)
    assert "RuntimeError" in caplog.text
    assert "what was said" not in caplog.text


# Ending


def test_the_loss_is_told_once_however_it_comes(app: EchoApp, place: Place) -> None:
    for end in (BYE, masked(3), masked(TEXT, b"close:4012") + BYE, masked(TEXT, b"abort"), b""):
        with place.websocket() as wire:
            wire.send(masked(TEXT, b"hi"))
            assert wire.frame() == HI
            wire.send(end)
            if not end:
                wire.sock.shutdown(socket.SHUT_WR)
            wire.gone()
        receiver = app.receivers[-1]
        assert receiver.lost_now.wait(PATIENCE)
        assert receiver.losses == 1
        assert receiver.sink is not None
        receiver.sink.write(frame(b"into nothing"))
        receiver.sink.close(1000)
        receiver.sink.abort()
        assert receiver.sink.buffered() == 0
    assert not place.server.server_state.tasks


def test_close_comes_after_what_was_written(place: Place) -> None:
    with place.websocket() as wire:
        wire.send(masked(TEXT, b"fill and close:3000000"))
        frames = [wire.frame() for _ in range(3001)]
        assert frames[:-1] == [(TEXT, b"x" * 1000)] * 3000
        assert frames[-1] == failed(4012)
        wire.send(masked(CLOSE, closing(4012)))
        assert wire.frames() == []


def test_what_is_held_leaves_when_it_is_released_and_keeps_its_place(app: EchoApp, place: Place) -> None:
    with place.websocket() as wire:
        wire.send(b"".join(masked(TEXT, said) for said in (b"hold", b"a", b"b", b"hold", b"c")))
        wait_until(lambda: app.receivers[-1].heard[-1:] == [b"c"])
        wire.sock.setblocking(False)
        with pytest.raises(BlockingIOError):  # over the loopback, what was sent is there at once
            wire.sock.recv(1)
        wire.sock.settimeout(PATIENCE)
        wire.send(masked(TEXT, b"release") + masked(TEXT, b"release") + masked(TEXT, b"d"))
        assert [wire.frame() for _ in range(4)] == [(TEXT, said) for said in (b"a", b"b", b"c", b"d")]


def test_what_is_held_is_not_lost_behind_a_backlog(place: Place) -> None:
    with place.websocket() as wire:
        wire.send(masked(TEXT, b"fill and hold:3000000"))
        assert [wire.frame() for _ in range(3001)] == [(TEXT, b"x" * 1000)] * 3000 + [(TEXT, b"held")]


@pytest.mark.parametrize(
    ("order", "then"),
    [
        (masked(TEXT, b"close:4012"), [(TEXT, b"a"), (CLOSE, closing(4012, b"as you wish"))]),
        (masked(TEXT, b"abort"), []),
        (masked(PING, b"p") + BYE, [(TEXT, b"a"), (PONG, b"p"), ENDED]),
        (BYE, [(TEXT, b"a"), ENDED]),
    ],
)
def test_what_is_held_goes_before_what_ends_it(order: bytes, then: list[tuple[int, bytes]], place: Place) -> None:
    with place.websocket() as wire:
        wire.send(masked(TEXT, b"hold") + masked(TEXT, b"a") + order)
        if order == masked(TEXT, b"close:4012"):
            wire.send(masked(CLOSE, closing(4012)))
        try:
            assert wire.frames() == then
        except ConnectionResetError:  # an abort may come as one
            assert not then


def test_words_after_our_close_are_ignored_and_its_answer_is_awaited(app: EchoApp, place: Place) -> None:
    with place.websocket() as wire:
        wire.send(masked(TEXT, b"close:4012"))
        assert wire.frame() == (CLOSE, closing(4012, b"as you wish"))
        wire.send(masked(TEXT, b"hi") + masked(PING, b"p") + masked(TEXT, b"h", fin=False))
        wire.send(masked(CLOSE, closing(4012)))
        assert wire.frames() == []
        assert app.receivers[-1].heard == [b"close:4012"]


@pytest.mark.parametrize(
    "order", [masked(TEXT, b"close:4012"), masked(3), BYE, masked(TEXT, b"fill and close:3000000")]
)
def test_a_peer_that_does_not_end_its_side_is_aborted(order: bytes) -> None:
    app = EchoApp()
    with serving(app, Limits(close=0.2, stall=60)) as place, place.websocket() as wire:
        wire.send(order)
        wait_until(lambda: bool(app.receivers))
        assert app.receivers[0].lost_now.wait(PATIENCE)
        wait_until(lambda: not place.server.server_state.connections)


def test_the_time_to_answer_a_close_is_under_five_seconds() -> None:
    assert Limits().close < 5
    assert Limits().stall < 10


def test_the_server_leaves_when_the_application_has_closed_its_peers() -> None:
    app = EchoApp()
    with serving(app) as place:
        with place.websocket() as wire:
            wire.send(masked(TEXT, b"hi"))
            assert wire.frame() == HI
            place.server.should_exit = True
            wait_until(lambda: not place.server.servers[0].is_serving())
            wire.send(masked(TEXT, b"hi"))
            assert wire.frame() == HI, "shutdown leaves the word to the application"
            wire.send(masked(TEXT, b"close:4012"))
            assert wire.frame() == (CLOSE, closing(4012, b"as you wish"))
            wire.send(masked(CLOSE, closing(4012)))
            assert wire.frames() == []
        wait_until(lambda: not place.server.server_state.connections)


def test_what_the_application_leaves_open_is_aborted_after_the_drain() -> None:
    app = EchoApp()
    with serving(app, Limits(drain=0.2)) as place, place.websocket() as wire:
        wire.send(masked(TEXT, b"hi"))
        assert wire.frame() == HI
        place.server.should_exit = True
        wire.gone()
        assert app.receivers[0].lost_now.wait(PATIENCE)


# Limits and back-pressure


@pytest.mark.parametrize(
    "flood",
    [
        masked(TEXT, b"a", fin=False) + masked(CONTINUATION, fin=False) * 100_000,
        masked(PONG) * 10_000,
        masked(PING, b"p") * 10_000,
    ],
    ids=["empty continuations", "pongs", "pings"],
)
def test_frames_that_say_nothing_are_counted(flood: bytes, app: EchoApp, place: Place) -> None:
    with place.websocket() as wire:
        try:
            wire.send(flood)
        except ConnectionError:
            pytest.fail("the close frame was lost with the connection")
        frames = wire.frames()
        assert frames[-1] == failed(1008)
        assert len(frames) in (1, 201)
        assert app.receivers[-1].shown_outs == 1


def test_messages_are_not_counted_here(place: Place) -> None:
    with place.websocket() as wire:
        wire.send(masked(TEXT, b"hi") * 1000 + masked(PING, b"p") * 200)
        assert [wire.frame() for _ in range(1200)] == [HI] * 1000 + [(PONG, b"p")] * 200


def test_the_count_begins_anew_with_every_span() -> None:
    with serving(EchoApp(), Limits(frames=3, frames_every=0.2)) as place, place.websocket() as wire:
        for _ in range(3):
            wire.send(masked(PING, b"p") * 3)
            assert [wire.frame() for _ in range(3)] == [(PONG, b"p")] * 3
            assert wire.silent(0.25), "the span, whose end nothing announces"
        wire.send(masked(PING, b"p") * 4)
        assert [wire.frame() for _ in range(4)][-1] == failed(1008)


def test_nothing_is_read_from_a_peer_that_does_not_read(app: EchoApp, place: Place) -> None:
    with place.websocket() as wire:
        wire.send(masked(TEXT, b"fill:8000000") + masked(TEXT, b"later"))
        wait_until(lambda: bool(app.receivers[-1].heard))
        receiver = app.receivers[-1]
        wait_until(lambda: receiver.sink is not None and receiver.sink.buffered() > 64 * 1024)
        assert receiver.heard == [b"fill:8000000"]
        wait_until(lambda: receiver.clogs == 1)
        assert [wire.frame() for _ in range(8000)] == [(TEXT, b"x" * 1000)] * 8000
        assert [wire.frame(), wire.frame()] == [(TEXT, b"drained"), (TEXT, b"later")]
        assert (receiver.clogs, receiver.drains) == (1, 1)


def test_a_peer_that_does_not_read_is_pushed_back(app: EchoApp, place: Place) -> None:
    with place.websocket() as wire:
        wire.send(masked(TEXT, b"fill:8000000"))
        assert wire.pushed_back()


def test_a_peer_that_is_not_attached_yet_is_pushed_back(app: EchoApp, place: Place) -> None:
    with place.dial() as wire:
        wire.ask("/gated")
        assert wire.pushed_back()
        place.server.loop.call_soon_threadsafe(app.gate.set)
        assert wire.until(b"\r\n\r\n").startswith(b"HTTP/1.1 101 ")
        assert wire.frame() == (TEXT, b"y" * 60_000)


def test_a_close_frame_among_what_is_not_read_yet_is_found() -> None:
    app = EchoApp()
    with serving(app, Limits(close=60)) as place, place.websocket() as wire:
        wire.send(masked(TEXT, b"fill:8000000") + BYE)
        wait_until(lambda: bool(app.receivers and app.receivers[0].heard))
        sink = app.receivers[0].sink
        assert sink is not None
        place.server.loop.call_soon_threadsafe(sink.close, 4012)
        assert wire.frames() == [(TEXT, b"x" * 1000)] * 8000 + [failed(4012)]


def test_a_peer_that_takes_nothing_is_aborted() -> None:
    app = EchoApp()
    with serving(app, Limits(stall=0.3)) as place, place.websocket() as wire:
        wire.send(masked(TEXT, b"fill:8000000"))
        wait_until(lambda: bool(app.receivers))
        assert app.receivers[0].lost_now.wait(PATIENCE)
        assert app.receivers[0].drains == 0


def test_a_peer_that_reads_slowly_is_not() -> None:
    app = EchoApp()
    with serving(app, Limits(stall=2.0)) as place:
        with place.websocket() as wire:
            wire.send(masked(TEXT, b"fill:6000000"))
            wait_until(lambda: bool(app.receivers and app.receivers[0].heard))
            sink = app.receivers[0].sink
            assert sink is not None
            taken = []
            while sink.buffered() > 64 * 1024:
                taken.append(len(wire.exactly(300_000)))
                time.sleep(0.2)  # slowness is what is tried here
            assert len(taken) * 0.2 > 2.0, "it took longer than a stall may"
            assert not app.receivers[0].losses
        assert app.receivers[0].lost_now.wait(PATIENCE)


def test_the_socket_has_bounds_of_its_own(app: EchoApp, place: Place) -> None:
    with place.websocket() as wire:
        wire.send(masked(TEXT, b"hi"))
        wire.frame()
        transport = next(iter(place.server.server_state.connections))._transport  # type: ignore[union-attr]
        own = transport.get_extra_info("socket")
        assert own.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert own.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 2 * 128 * 1024
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            assert own.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 18_000


def test_a_flood_by_a_peer_that_never_reads_costs_little_memory() -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("no /proc to read a process's memory from")
    ping = masked(PING, b"p" * 125) * 2_000
    with subprocess.Popen(
        [sys.executable, "-m", "tests.server.loopback"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as server:
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline())
            for _ in range(5):  # the first floods warm the process up
                flood(port, ping)
            before = resident(server.pid)
            for _ in range(3):
                flood(port, ping)
            assert resident(server.pid) - before < 2_000_000
        finally:
            server.kill()


def flood(port: int, ping: bytes) -> None:
    """Ping until the server ends it, reading nothing."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as sock:
        wire = Wire(sock)
        wire.upgrade()
        for _ in range(40):
            try:
                wire.send(ping)
            except ConnectionError:
                return
        wire.gone()


def resident(pid: int) -> int:
    """Bytes of memory at its highest."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


# The plain ASGI fallback


PLAIN: dict[str, Any] = {"ws": "websockets-sansio", "ws_per_message_deflate": False}
"""Served by uvicorn's own class."""


def fallback(app: EchoApp, limits: Limits | None = None) -> Starlette:
    async def socket_(websocket: WebSocket) -> None:
        await websocket.accept()

        def receiver(sink: Sink) -> Echo:
            echo = Echo()
            echo.sink = sink
            app.receivers.append(echo)
            return echo

        await asgi_fallback.serve(websocket.receive, websocket.send, receiver, limits)

    return Starlette(routes=[WebSocketRoute("/ws", socket_)])


def test_the_fallback_says_the_same_as_the_protocol_class() -> None:
    app = EchoApp()
    with serving(fallback(app), **PLAIN) as place, place.websocket() as wire:
        wire.send(masked(TEXT, "hi 😀".encode()) + masked(TEXT, b"fill:200000"))
        assert wire.frame() == (TEXT, "hi 😀".encode())
        assert [wire.frame() for _ in range(200)] == [(TEXT, b"x" * 1000)] * 200
        assert wire.frame() == (TEXT, b"drained")
        wire.send(masked(TEXT, b"fill and close:200000"))
        assert [wire.frame() for _ in range(201)] == [(TEXT, b"x" * 1000)] * 200 + [failed(4012)]
        wire.send(masked(CLOSE, closing(4012)))
        assert wire.frames() == []
        assert app.receivers[0].lost_now.wait(PATIENCE)
        assert app.receivers[0].losses == 1


@pytest.mark.parametrize(("opcode", "said", "code"), [(BINARY, b"hi", 1003), (TEXT, b"y" * 101, 1009)])
def test_the_fallback_refuses_as_the_protocol_class_does(opcode: int, said: bytes, code: int) -> None:
    app = EchoApp()
    with serving(fallback(app, Limits(message=100)), **PLAIN) as place, place.websocket() as wire:
        wire.send(masked(TEXT, b"y" * 100) + masked(opcode, said) + masked(TEXT, b"later"))
        assert [wire.frame(), wire.frame()] == [(TEXT, b"y" * 100), failed(code)]
        assert app.receivers[0].lost_now.wait(PATIENCE)
        assert app.receivers[0].heard == [b"y" * 100]


@pytest.mark.parametrize("end", [BYE, masked(TEXT, b"abort"), b""])
def test_the_fallback_over_real_sockets(end: bytes) -> None:
    app = EchoApp()
    with serving(fallback(app), **PLAIN) as place:
        with place.websocket() as wire:
            wire.send(masked(TEXT, b"hi") * 3)
            assert [wire.frame() for _ in range(3)] == [HI] * 3
            wire.send(end)
            if not end:
                wire.sock.shutdown(socket.SHUT_WR)
            wire.gone()
        assert app.receivers[0].lost_now.wait(PATIENCE)
        wait_until(lambda: not place.server.server_state.tasks)
        assert app.receivers[0].losses == 1


def test_the_fallback_gives_up_a_peer_that_takes_nothing() -> None:
    app = EchoApp()
    with serving(fallback(app, Limits(stall=0.3)), **PLAIN) as place, place.websocket() as wire:
        wire.send(masked(TEXT, b"fill:8000000"))
        wait_until(lambda: bool(app.receivers))
        assert app.receivers[0].lost_now.wait(PATIENCE)
        assert (app.receivers[0].clogs, app.receivers[0].drains) == (1, 0)


async def test_an_error_of_the_receiver_comes_out_of_the_fallback() -> None:
    class Broken(Echo):
        def received(self, message: bytes) -> None:
            raise LookupError

    broken = Broken()
    words = asyncio.Queue[dict[str, str]]()
    words.put_nowait({"type": "websocket.receive", "text": "hi"})

    async def send(message: object) -> None:
        pass

    with pytest.raises(LookupError):
        await asgi_fallback.serve(words.get, send, lambda sink: broken)
    assert broken.losses == 1
