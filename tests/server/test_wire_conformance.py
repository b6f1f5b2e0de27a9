"""RFC 6455 at the running server's /test/echo, byte by byte: what a conformance suite asks, and some that none does."""

import hashlib
import socket
from base64 import b64encode
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import connect

from server.frame_reader import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Fault, FrameReader
from tests.house import Process
from tests.keeper import Keeper
from tests.server.loopback import KEY, PATIENCE, Wire, closing, masked

Frames = list[tuple[int, bytes]]
BYE = masked(CLOSE, closing(1000))
ENDED = (CLOSE, closing(1000))
SIZES = (0, 1, 125, 126, 127, 128, 65_535, 65_536, 65_537)
MILLION = 1 << 20


@pytest.fixture(scope="module")
async def port(keeper: Keeper) -> AsyncIterator[int]:
    folder = keeper.new_folder("echo")
    server = Process(keeper, folder / "data", test_echo=1)
    await server.start()
    try:
        yield server.port
    finally:
        await server.stop()
        keeper.remove_folder(folder)


def dial(port: int) -> Wire:
    return Wire(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))


def echo(port: int) -> Wire:
    wire = dial(port)
    head = wire.upgrade("/test/echo")
    assert head.startswith(b"HTTP/1.1 101 "), head
    return wire


def answer(port: int, parts: list[bytes]) -> Frames:
    """Everything that comes back up to the end of the stream."""
    with echo(port) as wire:
        for part in parts:
            wire.send(part)
        return wire.frames()


def failed(code: int) -> tuple[int, bytes]:
    return CLOSE, closing(code)


# --- messages


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
@pytest.mark.parametrize("size", SIZES)
def test_a_message_of_any_length_comes_back(port: int, opcode: int, size: int) -> None:
    payload = bytes(32 + n % 90 for n in range(size)) if opcode == TEXT else bytes(n % 256 for n in range(size))
    whole = masked(opcode, payload) + BYE
    assert answer(port, [whole]) == [(opcode, payload), ENDED]
    for chop in (997, 1_300, 65_536):
        pieces = [whole[at : at + chop] for at in range(0, len(whole), chop)]
        assert answer(port, pieces) == [(opcode, payload), ENDED]
    if size < 1_000:
        assert answer(port, [bytes([each]) for each in whole]) == [(opcode, payload), ENDED]


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_sixteen_mebibytes_come_back_and_a_byte_more_is_too_much(port: int, opcode: int) -> None:
    payload = b"*" * (16 * MILLION)
    with echo(port) as wire:
        wire.send(masked(opcode, payload))
        assert wire.frame() == (opcode, payload)
        wire.send(masked(opcode, b"", size=16 * MILLION + 1))
        assert wire.frames() == [failed(1009)]


@pytest.mark.parametrize(("opcode", "piece", "whole"), [(TEXT, 64, MILLION), (BINARY, 1_000, 4 * MILLION), (TEXT, 4 * MILLION, 8 * MILLION)])  # fmt: skip
def test_a_large_message_in_fragments_comes_back_whole(port: int, opcode: int, piece: int, whole: int) -> None:
    payload = "köpfchen ".encode() * (whole // 10)
    cut = [payload[at : at + piece] for at in range(0, len(payload), piece)]
    frames = [
        masked(CONTINUATION if number else opcode, each, fin=number == len(cut) - 1) for number, each in enumerate(cut)
    ]
    assert answer(port, [b"".join(frames) + BYE]) == [(opcode, payload), ENDED]


def test_hundreds_of_messages_come_back_in_order(port: int) -> None:
    sent = [(TEXT if number % 2 else BINARY, b"%d" % number * (number % 50)) for number in range(1_000)]
    assert answer(port, [b"".join(masked(*each) for each in sent) + BYE]) == [*sent, ENDED]


# --- the table: what is sent, and all that comes back

SMILE = "😀".encode()
GREEK = "κόσμε".encode()
BAD_TEXTS = {
    "a stray continuation": b"\x80",
    "five strays": b"\x80\xbf\x80\xbf\x80",
    "a lonely start": b"\xc3 ",
    "a start of three cut off": b"\xe0\xa0",
    "a start of four cut off": b"\xf0\x90\x80",
    "never a byte: fe": b"\xfe",
    "never a byte: ff": b"a\xffb",
    "five bytes": b"\xf8\x88\x80\x80\x80",
    "six bytes": b"\xfc\x84\x80\x80\x80\x80",
    "overlong slash in two": b"\xc0\xaf",
    "overlong slash in three": b"\xe0\x80\xaf",
    "overlong slash in four": b"\xf0\x80\x80\xaf",
    "overlong NUL": b"\xc0\x80",
    "overlong maximum": b"\xc1\xbf",
    "a high surrogate": b"\xed\xa0\x80",
    "a low surrogate": b"\xed\xbf\xbf",
    "a pair of surrogates": b"\xed\xa0\x80\xed\xb0\x80",
    "beyond the last": b"\xf4\x90\x80\x80",
    "in the middle of words": GREEK + b"\xed\xa0\x80" + b"edited",
}
GOOD_TEXTS = {
    "Greek": GREEK,
    "the first of each length": b"\x00\xc2\x80\xe0\xa0\x80\xf0\x90\x80\x80",
    "the last of each length": b"\x7f\xdf\xbf\xef\xbf\xbf\xf4\x8f\xbf\xbf",
    "around the surrogates": b"\xed\x9f\xbf\xee\x80\x80",
    "the replacement": b"\xef\xbf\xbd",
    "noncharacters": b"\xef\xbf\xbe\xef\xb7\x90\xf0\x9f\xbf\xbf",
    "a mark at the beginning": b"\xef\xbb\xbfhi",
}
GOOD_CODES = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999)
BAD_CODES = (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535)
FIRST, THEN, LAST = masked(TEXT, b"one ", fin=False), masked(CONTINUATION, b"two ", fin=False), masked(CONTINUATION, b"three")  # fmt: skip
WHOLE = (TEXT, b"one two three")

CASES: dict[str, tuple[list[bytes], Frames]] = {
    # pings and pongs
    "a ping": ([masked(PING, b"p")], [(PONG, b"p")]),
    "an empty ping": ([masked(PING)], [(PONG, b"")]),
    "a ping of 125 of any bytes": ([masked(PING, bytes(range(125, 250)))], [(PONG, bytes(range(125, 250)))]),
    "a ping of 126": ([masked(PING, b"p" * 126)], [failed(1002)]),
    "a pong nobody asked for": ([masked(PONG, b"p"), masked(PING, b"q")], [(PONG, b"q")]),
    "ten pings": ([masked(PING, b"%d" % n) for n in range(10)], [(PONG, b"%d" % n) for n in range(10)]),
    # reserved bits and opcodes
    **{f"RSV {rsv} on {opcode}": ([masked(opcode, rsv=rsv)], [failed(1002)]) for rsv in range(1, 8) for opcode in (1, 2, 8, 9)},
    "RSV on a continuation": ([FIRST, masked(CONTINUATION, b"two", rsv=4)], [failed(1002)]),
    **{f"opcode {opcode}": ([masked(TEXT, b"a"), masked(opcode, b"b"), masked(TEXT, b"c")], [(TEXT, b"a"), failed(1002)]) for opcode in (*range(3, 8), *range(11, 16))},
    **{f"opcode {opcode} inside a message": ([FIRST, masked(opcode)], [failed(1002)]) for opcode in (3, 7, 11, 15)},
    # fragments
    "three fragments": ([FIRST, THEN, LAST], [WHOLE]),
    "a ping between fragments": ([FIRST, masked(PING, b"p"), THEN, masked(PONG), LAST], [(PONG, b"p"), WHOLE]),
    "empty fragments": ([masked(TEXT, fin=False), masked(CONTINUATION, fin=False), masked(CONTINUATION)], [(TEXT, b"")]),
    "binary fragments": ([masked(BINARY, b"\xff", fin=False), masked(CONTINUATION, b"\xfe")], [(BINARY, b"\xff\xfe")]),
    "a fragmented ping": ([masked(PING, b"p", fin=False), masked(CONTINUATION, b"p")], [failed(1002)]),
    "a fragmented pong": ([masked(PONG, b"p", fin=False), masked(CONTINUATION, b"p")], [failed(1002)]),
    "a fragmented close": ([masked(CLOSE, closing(1000), fin=False)], [failed(1002)]),
    "a continuation of nothing": ([masked(CONTINUATION, b"hi")], [failed(1002)]),
    "an unfinished continuation of nothing": ([masked(CONTINUATION, b"hi", fin=False)], [failed(1002)]),
    "a continuation after the end": ([FIRST, LAST, LAST], [(TEXT, b"one three"), failed(1002)]),
    "a text inside a text": ([FIRST, masked(TEXT, b"two")], [failed(1002)]),
    "a binary inside a text": ([FIRST, masked(BINARY, b"two")], [failed(1002)]),
    "a text inside a binary": ([masked(BINARY, b"one", fin=False), masked(TEXT, b"two")], [failed(1002)]),
    "a close inside a text": ([FIRST, BYE], [ENDED]),
    "two messages in fragments": ([FIRST, LAST, masked(BINARY, b"\xff", fin=False), masked(CONTINUATION)], [(TEXT, b"one three"), (BINARY, b"\xff")]),
    # lengths and masks
    "a text without a mask": ([masked(TEXT, b"hi", mask=False)], [failed(1002)]),
    "a binary without a mask": ([masked(BINARY, b"hi", mask=False)], [failed(1002)]),
    "a close without a mask": ([masked(CLOSE, closing(1000), mask=False)], [failed(1002)]),
    "125 in two bytes": ([b"\x82\xfe\x00\x7d" + b"\0" * 129], [failed(1002)]),
    "65535 in eight bytes": ([b"\x82\xff" + (65_535).to_bytes(8, "big") + b"\0" * 4], [failed(1002)]),
    "a length with the top bit": ([b"\x82\xff\x80" + b"\0" * 11], [failed(1002)]),
    "a length of a terabyte": ([masked(BINARY, size=1 << 40)], [failed(1009)]),
    "too much in fragments": ([masked(BINARY, b"\0", fin=False), masked(CONTINUATION, size=16 * MILLION)], [failed(1009)]),
    # texts
    **{f"good: {name}": ([masked(TEXT, text)], [(TEXT, text)]) for name, text in GOOD_TEXTS.items()},
    **{f"bad: {name}": ([masked(TEXT, text)], [failed(1007)]) for name, text in BAD_TEXTS.items()},
    **{f"good, by the byte: {name}": (by_the_byte, [(TEXT, text)]) for name, text in GOOD_TEXTS.items() for by_the_byte in [[masked(CONTINUATION if at else TEXT, text[at : at + 1], fin=at == len(text) - 1) for at in range(len(text))]]},
    **{f"bad, by the byte: {name}": (by_the_byte, [failed(1007)]) for name, text in BAD_TEXTS.items() for by_the_byte in [[masked(CONTINUATION if at else TEXT, text[at : at + 1], fin=at == len(text) - 1) for at in range(len(text))]]},
    "bad bytes that are no text": ([masked(BINARY, b"".join(BAD_TEXTS.values()))], [(BINARY, b"".join(BAD_TEXTS.values()))]),
    # closing
    "an empty close": ([masked(CLOSE)], [(CLOSE, b"")]),
    "a close of one byte": ([masked(CLOSE, b"\x03")], [failed(1002)]),
    "the longest reason": ([masked(CLOSE, closing(1000, b"r" * 123))], [(CLOSE, closing(1000, b"r" * 123))]),
    "a reason too long": ([masked(CLOSE, closing(1000, b"r" * 124))], [failed(1002)]),
    "a reason that is no text": ([masked(CLOSE, closing(1000, b"\xce\xba\xff"))], [failed(1007)]),
    "a reason cut off in a letter": ([masked(CLOSE, closing(1000, SMILE[:3]))], [failed(1007)]),
    **{f"close {code}": ([masked(CLOSE, closing(code, b"why"))], [(CLOSE, closing(code, b"why"))]) for code in GOOD_CODES},
    **{f"close {code}": ([masked(CLOSE, closing(code))], [failed(1002)]) for code in BAD_CODES},
    "words after close": ([BYE, masked(TEXT, b"hi"), masked(PING)], [ENDED]),
    "close twice": ([BYE, BYE], [ENDED]),
    "words, close, rubbish": ([masked(TEXT, b"hi"), BYE, b"\xff" * 1_000], [(TEXT, b"hi"), ENDED]),
    "words after a fault": ([masked(TEXT, b"a"), masked(5), masked(TEXT, b"b")], [(TEXT, b"a"), failed(1002)]),
}  # fmt: skip


MANNERS = [
    (case, manner)
    for case, (sent, _) in CASES.items()
    for manner in ("at once", "frame by frame", "byte by byte")
    if manner != "byte by byte" or sum(map(len, sent)) < 400
]


@pytest.mark.parametrize(("case", "manner"), MANNERS)
def test_as_the_standard_says(port: int, case: str, manner: str) -> None:
    sent, expected = CASES[case]
    if expected[-1][0] != CLOSE:
        sent, expected = [*sent, BYE], [*expected, ENDED]
    whole = b"".join(sent)
    parts = {"at once": [whole], "frame by frame": sent, "byte by byte": [bytes([each]) for each in whole]}
    assert answer(port, parts[manner]) == expected


def test_a_text_is_refused_at_the_byte_that_spoils_it_and_not_at_the_end_of_its_frame(port: int) -> None:
    """The rest of the frame never comes: the answer cannot have waited for it."""
    text = GREEK + b"\xf4\x90\x80\x80" + b"never sent"
    frame = masked(TEXT, text)
    for spoiled in (len(GREEK) + 2, len(GREEK) + 4):
        with echo(port) as wire:
            wire.send(frame[: 6 + spoiled])
            assert wire.frames() == [failed(1007)]
    with echo(port) as wire:
        for each in frame[: 6 + len(GREEK) + 1]:
            wire.send(bytes([each]))
        assert wire.silent(0.2), "what is text so far is waited for"
        wire.send(frame[6 + len(GREEK) + 1 :][:1])
        assert wire.frames() == [failed(1007)]
    with echo(port) as wire:
        wire.send(masked(TEXT, GREEK, fin=False) + masked(CONTINUATION, b"\xff" * 200, fin=False)[:9])
        assert wire.frames() == [failed(1007)]


def test_a_close_is_answered_and_the_connection_ended_by_the_server(port: int) -> None:
    with echo(port) as wire:
        wire.send(masked(CLOSE, closing(3_456, GREEK)))
        assert wire.frame() == (CLOSE, closing(3_456, GREEK))
        assert wire.rest() == b"", "the server ends the stream first"


# --- handshakes

GOOD = {"Host": "127.0.0.1", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": KEY, "Sec-WebSocket-Version": "13"}  # fmt: skip


def shake(port: int, fields: dict[str, str], first: str = "GET /test/echo HTTP/1.1", more: str = "") -> bytes:
    """The whole answer, or its head where a WebSocket is open."""
    with dial(port) as wire:
        lines = [first, *(f"{name}: {value}" for name, value in fields.items())]
        wire.send(("\r\n".join(lines) + "\r\n" + more + "\r\n").encode("latin-1"))
        head = wire.until(b"\r\n\r\n")
        if head.startswith(b"HTTP/1.1 101 "):
            wire.send(masked(TEXT, b"hi") + BYE)
            assert wire.frames() == [(TEXT, b"hi"), ENDED]
        return head


def test_the_accept_header_is_made_of_the_key(port: int) -> None:
    guid = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    accept = b64encode(hashlib.sha1(KEY.encode() + guid, usedforsecurity=False).digest())
    head = shake(port, GOOD).lower()
    assert b"sec-websocket-accept: " + accept.lower() + b"\r\n" in head
    assert b"upgrade: websocket\r\n" in head
    assert b"connection: upgrade\r\n" in head


@pytest.mark.parametrize(
    "changed",
    [
        {"Upgrade": "WebSocket"},
        {"Connection": "keep-alive, Upgrade"},
        {"Connection": "upgrade,keep-alive"},
        {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"},
        {"Origin": "http://elsewhere.example"},
        {"Host": "localhost:1"},
        {"X-Long": "x" * 4_000},
    ],
)
def test_forms_that_are_good(port: int, changed: dict[str, str]) -> None:
    head = shake(port, GOOD | changed)
    assert head.startswith(b"HTTP/1.1 101 ")
    assert b"extensions" not in head.lower()


@pytest.mark.parametrize("name", GOOD)
def test_without_a_field_it_is_no_handshake(port: int, name: str) -> None:
    head = shake(port, {field: value for field, value in GOOD.items() if field != name})
    assert head.startswith(b"HTTP/1.1 4"), head


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"Sec-WebSocket-Version": "8"}, b"426"),
        ({"Sec-WebSocket-Version": "14"}, b"426"),
        ({"Sec-WebSocket-Version": "thirteen"}, b"426"),
        ({"Sec-WebSocket-Key": "short"}, b"400"),
        ({"Sec-WebSocket-Key": b64encode(b"k" * 17).decode()}, b"400"),
        ({"Sec-WebSocket-Key": "!" * 24}, b"400"),
        ({"Sec-WebSocket-Key": ""}, b"400"),
        ({"Content-Length": "5"}, b"400"),
        ({"Transfer-Encoding": "chunked"}, b"400"),
        ({"Bad Name": "x"}, b"400"),
        ({"X": "a\x00b"}, b"400"),
    ],
)
def test_forms_that_are_bad(port: int, changed: dict[str, str], status: bytes) -> None:
    head = shake(port, GOOD | changed)
    assert head.startswith(b"HTTP/1.1 " + status), head
    assert b"Sec-WebSocket-Version: 13" in head or status != b"426"


@pytest.mark.parametrize(
    "first", ["POST /test/echo HTTP/1.1", "GET /test/echo HTTP/1.0", "GET /test/echo HTTP/2.0", "GET /test/echo", "get /test/echo HTTP/1.1"]
)  # fmt: skip
def test_first_lines_that_are_bad(port: int, first: str) -> None:
    answer = shake(port, GOOD, first)
    assert answer.startswith((b"HTTP/1.1 40", b"HTTP/1.1 50")), answer


@pytest.mark.parametrize("twice", ["Host: 127.0.0.1", f"Sec-WebSocket-Key: {KEY}", "Sec-WebSocket-Version: 13"])
def test_fields_that_come_twice(port: int, twice: str) -> None:
    answer = shake(port, GOOD, more=twice + "\r\n")
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 426")), answer


def test_a_handshake_by_the_byte_is_one(port: int) -> None:
    with dial(port) as wire:
        lines = ["GET /test/echo HTTP/1.1", *(f"{name}: {value}" for name, value in GOOD.items()), "", ""]
        for each in "\r\n".join(lines).encode() + masked(TEXT, b"at once"):
            wire.send(bytes([each]))
        assert wire.until(b"\r\n\r\n").startswith(b"HTTP/1.1 101 ")
        assert wire.frame() == (TEXT, b"at once")


# --- other libraries, and any chopping at all


async def test_another_library_is_echoed(port: int) -> None:
    async with connect(f"ws://127.0.0.1:{port}/test/echo", max_size=None) as client:
        for message in ("κόσμε 😀", b"\x00\xff" * 70_000, "", b""):
            await client.send(message)
            assert await client.recv() == message
        await client.send([b"in ", b"three ", b"parts"])
        assert await client.recv() == b"in three parts"
        await (await client.ping(b"still there"))
    assert client.close_code == 1000


@st.composite
def conversations(draw: st.DrawFn) -> tuple[bytes, Frames]:
    """A stream of frames, good ones or not, and what a reader makes of it that gets it at once."""
    frames = draw(
        st.lists(
            st.tuples(
                st.sampled_from((TEXT, BINARY, CONTINUATION, CONTINUATION, PING, PONG, CLOSE, 3)),
                st.one_of(st.text(max_size=40).map(str.encode), st.binary(max_size=40), st.integers(120, 130).map(bytes)),
                st.booleans(),
            ),
            max_size=8,
        )
    )  # fmt: skip
    stream = b"".join(masked(opcode, payload, fin=fin or opcode > 7) for opcode, payload, fin in frames)
    stream = stream[: draw(st.integers(0, len(stream)))] if draw(st.booleans()) else stream
    return stream, everything([stream])


@given(conversations(), st.data())
def test_it_does_not_matter_where_the_network_cuts(conversation: tuple[bytes, Frames], data: st.DataObject) -> None:
    stream, at_once = conversation
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=20)))
    pieces = [stream[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert everything(pieces) == at_once
    assert everything([stream[at : at + 1] for at in range(len(stream))]) == at_once


def everything(pieces: list[bytes]) -> Frames:
    reader = FrameReader(100_000, binary=True)
    found: Frames = []
    try:
        for piece in pieces:
            if piece:
                reader.feed(piece)
            while (part := reader.next()) is not None:
                found.append(part)
    except Fault as fault:
        found.append((-1, b"%d" % fault.code))
    return found
