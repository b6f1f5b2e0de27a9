"""The quick reading of a handshake's head understands nothing that h11, as the server uses it, would understand otherwise."""

import subprocess
import sys

import h11
from hypothesis import given
from hypothesis import strategies as st

from server.http_strict import HttpLimits, StrictConnection
from server.upgrade import plain_upgrade
from tests.server.loopback import KEY

FIELDS = [
    b"Host: localhost",
    b"Upgrade: websocket",
    b"Connection: keep-alive, Upgrade",
    b"Sec-WebSocket-Version: 13",
    b"Sec-WebSocket-Key: " + KEY.encode(),
]
ODD = (
    b"", b" folded", b"\tfolded", b"X", b"X:", b"X : y", b"X: a\x00b", b"X: a\rb", b"X: a\nb", b": y", b"X:\t a \t b \t",
    b"Host: elsewhere", b"hOST: localhost", b"Content-Length: 5", b"Content-Length: 0", b"Transfer-Encoding: chunked",
    b"Upgrade: h2c", b"X: \xff\x80", b"X: " + b"a" * 9_000, b"\xc3\xa4: y", b"X\x00: y", b"Expect: 100-continue", b"X: \x7f",
)  # fmt: skip
FIRSTS = (
    b"GET /ws HTTP/1.1", b"GET /ws?a=b HTTP/1.1", b"GET  /ws HTTP/1.1", b"GET /ws HTTP/1.0", b"GET /w\xc3\xa4 HTTP/1.1",
    b"POST /ws HTTP/1.1", b"GET ws HTTP/1.1", b"GET /ws HTTP/1.1 ", b" GET /ws HTTP/1.1", b"GET /" + b"w" * 9_000 + b" HTTP/1.1",
)  # fmt: skip
LIMITS = HttpLimits()
BLANKS = """
from server.upgrade import plain_upgrade
for blank in (b" ", b"\\t", b" \\t"):
    for wrong in (b"\\x01", b"\\x01a", b"a\\x01"):
        for head in (b"X:" + blank * 8_000 + wrong, b"X: a" + blank * 8_000 + wrong, b"X" + blank * 8_000 + wrong):
            found = plain_upgrade(b"GET /ws HTTP/1.1\\r\\n" + head + b"\\r\\n\\r\\n", line=100, head=17_000, fields=5)
            assert found is None
"""


def quickly(data: bytes) -> object:
    return plain_upgrade(data, line=LIMITS.line, head=LIMITS.head, fields=LIMITS.headers)


def test_an_ordinary_handshake_is_read_with_what_comes_after_it() -> None:
    found = plain_upgrade(b"\r\n".join([FIRSTS[1], *FIELDS, b"", b"early"]), line=100, head=1_000, fields=5)
    assert found is not None
    request, early = found
    assert (request.method, request.target, early) == (b"GET", b"/ws?a=b", b"early")
    assert dict(request.headers)[b"connection"] == b"keep-alive, Upgrade"


def test_what_is_too_long_or_not_whole_is_left_to_the_other() -> None:
    whole = b"\r\n".join([FIRSTS[0], *FIELDS, b"", b""])
    assert plain_upgrade(whole, line=100, head=len(whole), fields=5) is not None
    assert plain_upgrade(whole, line=10, head=len(whole), fields=5) is None
    assert plain_upgrade(whole, line=100, head=len(whole) - 1, fields=5) is None
    assert plain_upgrade(whole, line=100, head=len(whole), fields=4) is None
    for end in range(len(whole)):
        assert quickly(whole[:end]) is None


def test_a_head_full_of_blanks_is_given_up_at_once() -> None:
    # In a process of its own: a pattern that tries every way to share out the blanks cannot be stopped from here.
    subprocess.run([sys.executable, "-c", BLANKS], check=True, timeout=60)


@given(
    st.sampled_from(FIRSTS),
    st.permutations(FIELDS),
    st.lists(st.tuples(st.integers(0, 6), st.sampled_from(ODD)), max_size=3),
    st.sampled_from((b"\r\n", b"\r\n", b"\r\n", b"\n")),
)
def test_it_agrees_with_h11_or_leaves_it_to_it(
    first: bytes, fields: list[bytes], odd: list[tuple[int, bytes]], end: bytes
) -> None:
    fields = list(fields)
    for at, each in odd:
        fields.insert(at, each)
    data = end.join([first, *fields, b"", b""])
    found = plain_upgrade(data, line=LIMITS.line, head=LIMITS.head, fields=LIMITS.headers)
    if found is None:
        return
    request, early = found
    slow = StrictConnection(LIMITS)
    slow.receive_data(data)
    event = slow.next_event()
    assert isinstance(event, h11.Request)
    assert event.target == request.target
    assert [(name.lower(), value) for name, value in event.headers] == request.headers
    assert slow.trailing_data[0] == early
