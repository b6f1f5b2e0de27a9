"""The HTTP side of a connection: what is refused in a request's head, and how long a peer may keep the server waiting."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from server.http_strict import HttpLimits
from tests.server.loopback import PATIENCE, EchoApp, Place, Wire, serving, wait_until

HURRIED = HttpLimits(head_within=0.3, body_within=0.3, linger=0.3)
GET = b"GET / HTTP/1.1\r\nHost: here\r\n"
POST = b"POST / HTTP/1.1\r\nHost: here\r\n"


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with serving(EchoApp()) as place:
        yield place


@pytest.fixture(scope="module")
def hurried() -> Iterator[Place]:
    with serving(EchoApp(), http=HURRIED) as place:
        yield place


def answers(wire: Wire) -> list[bytes]:
    """The status lines and bodies up to the end of the stream."""
    return [line for line in wire.rest().split(b"\r\n") if line.startswith(b"HTTP/")]


def one_answer(wire: Wire) -> bytes:
    head = wire.until(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    wire.exactly(length)
    return head.split(b" ", 1)[1][:3]


@pytest.mark.parametrize(
    ("request_", "statuses"),
    [
        (GET + b"X: " + b"a" * 20_000_000 + b"\r\n\r\n", (b"431", b"400")),
        (GET + b"".join(b"X-%d: a\r\n" % n for n in range(100_000)) + b"\r\n", (b"431", b"400")),
        (GET + b"".join(b"a:\r\n" for _ in range(200)) + b"\r\n", (b"431",)),
        (GET + b"X: " + b"a" * 17_000 + b"\r\n\r\n", (b"431",)),
        (b"GET /" + b"a" * 64_000 + b" HTTP/1.1\r\nHost: here\r\n\r\n", (b"414",)),
        (b"GET /" + b"a" * 9_000, (b"414",)),
        (POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", (b"400",)),
        (POST + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc", (b"400",)),
        (POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", (b"400",)),
        (POST + b"Content-Length: -1\r\n\r\n", (b"400",)),
        (POST + b"Content-Length: 0x3\r\n\r\nabc", (b"400",)),
        (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n", (b"501", b"400")),
        (POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n", (b"400",)),
        (b"GET / HTTP/1.1\nHost: here\n\n", (b"400",)),
        (b"GET / HTTP/1.1\r\nHost: here\nX: a\r\n\r\n", (b"400",)),
        (b"GET / HTTP/1.1\r\nHost: here\r\n\n", (b"400",)),
        (GET + b"X: a\0b\r\n\r\n", (b"400",)),
        (GET + b"X: a\rb: c\r\n\r\n", (b"400",)),
        (GET + b"X\0: a\r\n\r\n", (b"400",)),
        (GET + b"no colon\r\n\r\n", (b"400",)),
        (GET + b"space : a\r\n\r\n", (b"400",)),
        (b"GET / HTTP/1.1\r\n\r\n", (b"400",)),
        (b"GET / HTTP/1.1\r\nHost: here\r\nHost: there\r\n\r\n", (b"400",)),
        (b"GET  / HTTP/1.1\r\nHost: here\r\n\r\n", (b"400",)),
        (b"GET / HTTP/x\r\nHost: here\r\n\r\n", (b"400",)),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01", (b"400",)),
        (b"\r\n\r\n", (b"400",)),
    ],
    ids=lambda value: str(value[:60]) if isinstance(value, bytes) else "",
)  # fmt: skip
def test_a_wrong_request_is_refused(
    request_: bytes, statuses: tuple[bytes, ...], place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), place.dial() as wire:
        try:
            wire.send(request_)
        except ConnectionError:
            assert len(request_) > 1_000_000, "a small request reaches its refusal"
            return
        lines = answers(wire)
        assert [line.split(b" ")[1] in statuses for line in lines] == [True]
    assert "aaa" not in caplog.text
    assert "Traceback" not in caplog.text


def test_a_refusal_is_problem_details_without_anything_of_the_request(place: Place) -> None:
    with place.dial() as wire:
        wire.send(GET + b"X: secret\0\r\n\r\n")
        whole = wire.rest()
    assert b"application/problem+json" in whole
    assert b'"code": "request.malformed"' in whole
    assert b"secret" not in whole
    assert b"uvicorn" not in whole


def test_small_pieces_make_no_difference(place: Place) -> None:
    with place.dial() as wire:
        for byte in POST + b"Content-Length: 5\r\n\r\nhello":
            wire.send(bytes([byte]))
        assert one_answer(wire) == b"200"
        for byte in b"GET / HTTP/1.1\r\nHost: here\n":
            wire.send(bytes([byte]))
        assert answers(wire) == [b"HTTP/1.1 400 Bad Request"]


def test_several_requests_on_one_connection(place: Place) -> None:
    with place.dial() as wire:
        wire.send((GET + b"\r\n") * 3 + POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
        assert [one_answer(wire) for _ in range(4)] == [b"200"] * 4
        wire.send(b"GET / HTTP/1.1\r\nHost: here\r\nbare\n\r\n")
        assert answers(wire) == [b"HTTP/1.1 400 Bad Request"]


def test_a_wrong_request_behind_a_good_one_is_refused_after_it(place: Place) -> None:
    with place.dial() as wire:
        wire.send(GET + b"\r\n" + b"GET / HTTP/1.1\nHost: here\n\n")
        assert [one_answer(wire), one_answer(wire)] == [b"200", b"400"]
        assert wire.rest() == b""


@pytest.mark.parametrize("said", [b"", b"GET / HT", GET, GET + b"X: a"])
def test_a_head_that_does_not_come(said: bytes, hurried: Place) -> None:
    with hurried.dial() as wire:
        wire.send(said)
        assert answers(wire) == ([b"HTTP/1.1 408 Request Timeout"] if said else [])


def test_a_head_that_comes_by_the_byte(hurried: Place) -> None:
    with hurried.dial() as wire:
        for byte in GET * 100:
            wire.send(bytes([byte]))
            if not wire.silent(0.02):
                break
        assert wire.rest().startswith(b"HTTP/1.1 408 ")


def test_a_head_that_does_not_come_after_an_answer(hurried: Place) -> None:
    with hurried.dial() as wire:
        wire.send(GET + b"\r\n")
        assert one_answer(wire) == b"200"
        wire.send(GET)
        assert answers(wire) == [b"HTTP/1.1 408 Request Timeout"]


def test_a_quiet_connection_is_closed_after_the_time_for_keeping_alive() -> None:
    with serving(EchoApp(), timeout_keep_alive=1) as place, place.dial() as wire:
        wire.send(GET + b"\r\n")
        assert one_answer(wire) == b"200"
        assert wire.rest() == b""


@pytest.mark.parametrize("framing", [b"Content-Length: 1000\r\n\r\nab", b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"])
def test_a_body_that_does_not_come(framing: bytes, hurried: Place) -> None:
    with hurried.dial() as wire:
        wire.send(POST + framing)
        assert answers(wire) == [b"HTTP/1.1 408 Request Timeout"]


def test_a_body_that_comes_by_the_byte(hurried: Place) -> None:
    with hurried.dial() as wire:
        wire.send(POST + b"Content-Length: 1000\r\n\r\n")
        while wire.silent(0.02):
            wire.send(b"a")
        assert wire.rest().startswith(b"HTTP/1.1 408 ")


def test_an_application_is_told_at_once_that_its_peer_is_refused() -> None:
    with (
        serving(EchoApp(), http=HttpLimits(body_within=0.2, linger=60)) as place,
        place.dial() as wire,
    ):
        wire.send(POST + b"Content-Length: 1000\r\n\r\nab")
        assert one_answer(wire) == b"408"
        wait_until(lambda: not place.server.server_state.tasks)


def test_an_answer_before_the_body_reaches_the_peer_and_the_rest_is_not_waited_for() -> None:
    limits = HttpLimits(body_within=60, linger=0.3)
    with serving(EchoApp(), http=limits, timeout_keep_alive=60) as place, place.dial() as wire:
        wire.send(b"POST /unread HTTP/1.1\r\nHost: here\r\nContent-Length: 10000000000\r\n\r\n" + b"a" * 100_000)
        assert one_answer(wire) == b"413"
        wire.gone()


def test_a_body_that_ends_after_its_answer_leaves_the_connection_usable(place: Place) -> None:
    with place.dial() as wire:
        wire.send(b"POST /unread HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\nhe")
        assert one_answer(wire) == b"413"
        wire.send(b"llo" + GET + b"\r\n")
        assert one_answer(wire) == b"200"


def test_a_large_body_reaches_an_application_that_reads() -> None:
    app = EchoApp()
    with serving(app) as place, place.dial() as wire:
        wire.send(POST + b"Content-Length: 3000000\r\n\r\n" + b"a" * 3_000_000)
        assert one_answer(wire) == b"200"
    assert app.requests == [b"a" * 3_000_000]


def test_the_server_leaves_while_a_refused_peer_lingers() -> None:
    with serving(EchoApp(), http=HttpLimits(linger=60)) as place, place.dial() as wire:
        wire.send(POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert wire.until(b"}").startswith(b"HTTP/1.1 400 ")
        place.server.should_exit = True
        wait_until(lambda: not place.server.server_state.connections)


def test_who_came_just_before_the_server_leaves_is_answered_and_who_says_nothing_is_let_go() -> None:
    limits = HttpLimits(late=PATIENCE)
    with (
        serving(EchoApp(), http=limits, timeout_graceful_shutdown=60) as place,
        place.dial() as wire,
        place.dial() as half,
        place.dial(),
    ):
        half.send(GET)
        wait_until(lambda: len(place.server.server_state.connections) == 3)
        place.server.should_exit = True
        wait_until(lambda: not place.server.servers[0].is_serving())
        for each, said in ((wire, GET + b"\r\n"), (half, b"\r\n")):
            each.send(said)
            assert b" 200 " in each.until(b"\r\n")
            each.gone()
        # The one that says nothing is waited for.
        wait_until(lambda: len(place.server.server_state.connections) == 1)


def test_the_first_byte_buys_no_time() -> None:
    with serving(EchoApp(), http=HttpLimits(head_within=60)) as place, place.dial() as wire:
        connections: Any = place.server.server_state.connections
        wait_until(lambda: len(connections) == 1)
        (first,) = connections
        wire.send(GET[:1])
        wait_until(lambda: len(connections) == 1 and first not in connections)
        (http,) = connections
        wait_until(lambda: http.deadline is not None)
        assert http.made == first.made
        assert http.deadline.when() == pytest.approx(first.made + 60, abs=0.1)
        wire.send(GET[1:] + b"\r\n")
        assert b" 200 " in wire.until(b"\r\n")


def test_who_comes_and_says_nothing_keeps_no_server_from_leaving() -> None:
    with serving(EchoApp(), http=HttpLimits(late=0.3), timeout_graceful_shutdown=60) as place, place.dial() as wire:
        wait_until(lambda: len(place.server.server_state.connections) == 1)
        place.server.should_exit = True
        wire.gone()


def test_the_deadlines_hold_under_what_is_promised() -> None:
    assert HttpLimits().head_within < 10
    assert HttpLimits().body_within < 20
    assert HttpLimits().body_within < PATIENCE
