"""Requests that no page of ours makes, over a real server: hosts, paths, methods, origins, kinds and lengths."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from server import origin
from server.settings import Settings
from tests.server.place import Answer, Browser, Place, open_place


async def hello(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("hello")
    await websocket.close()


async def length(request: Request) -> Response:
    return Response(str(len(await request.body())))


async def breaks(_request: Request) -> Response:
    raise RuntimeError("a secret that must not be told")


ROUTES = [WebSocketRoute("/hello", hello), Route("/length", length, methods=["POST"]), Route("/breaks", breaks)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with open_place(tmp_path_factory.mktemp("place"), routes=ROUTES, patience=0.3) as place:
        yield place


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("public")
    with open_place(folder, routes=ROUTES, origin="https://circles.example.org") as place:
        yield place


@pytest.fixture
def browser(place: Place) -> Browser:
    return place.browser()


def raw(place: Place, request: bytes) -> bytes:
    """What comes back for bytes as they are, until the server closes."""
    with socket.create_connection(("127.0.0.1", place.port), timeout=20) as connection:
        connection.sendall(request)
        answer = b""
        while got := connection.recv(65_536):
            answer += got
    return answer


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_this_machines_own_names_are_answered(browser: Browser, name: str) -> None:
    browser.host = f"{name}:{browser.place.port}"
    assert browser.get("/api/me").status == 200


def test_whoever_was_ours_before_is_still_judged_by_the_letter(browser: Browser) -> None:
    ours = f"localhost:{browser.place.port}"
    for host, status in ((ours, 200), (f"x{ours}", 421), (ours, 200), ("localhost:1", 421), (ours.upper(), 200)):
        browser.host = host
        assert browser.get("/api/me").status == status, host
    twice = f"GET /api/me HTTP/1.1\r\nHost: {ours}\r\nHost: {ours}\r\nConnection: close\r\n\r\n"
    assert status_of(raw(browser.place, twice.encode())) == 400


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "localhost",
        "localhost:1",
        "127.0.0.2:{port}",
        "localhost.evil.example:{port}",
    ],
)
def test_another_host_is_not_ours(browser: Browser, host: str) -> None:
    browser.host = host.format(port=browser.place.port)
    answer = browser.get("/api/me")
    assert (answer.status, answer.code) == (421, "request.wrong_host")


@pytest.mark.parametrize(
    "host", ["a@b", "", "localhost:port", "local host", "localhost:{port}/x", "[::1", "localhost:{port},b"]
)
def test_an_odd_host_is_refused(place: Place, host: str) -> None:
    line = host.format(port=place.port).encode()
    assert status_of(raw(place, b"GET /api/me HTTP/1.1\r\nHost: " + line + b"\r\nConnection: close\r\n\r\n")) == 400


def test_no_host_and_two_hosts_are_refused(place: Place) -> None:
    own = f"Host: localhost:{place.port}\r\n".encode()
    assert status_of(raw(place, b"GET /api/me HTTP/1.1\r\nConnection: close\r\n\r\n")) == 400
    assert status_of(raw(place, b"GET /api/me HTTP/1.0\r\n\r\n")) == 400
    assert status_of(raw(place, b"GET /api/me HTTP/1.1\r\n" + own + own + b"Connection: close\r\n\r\n")) == 400
    absolute = b"GET http://evil.example/api/me HTTP/1.1\r\n" + own + b"Connection: close\r\n\r\n"
    assert status_of(raw(place, absolute)) == 400


@pytest.mark.parametrize("method", ["TRACE", "PROPFIND", "GETX", "PUT", "DELETE", "PATCH", "OPTIONS", "get"])
def test_only_three_methods_are_known(browser: Browser, method: str) -> None:
    answer = browser.ask(method, "/api/me", None, {})
    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD, POST"


def test_a_write_is_not_done_by_looking(browser: Browser) -> None:
    answer = browser.get("/api/come-in")
    assert (answer.status, answer.code) == (405, "request.bad_method")
    assert browser.cookie is None


@pytest.mark.parametrize(
    "path",
    [
        "/static/..%2f..%2fetc/passwd",
        "/assets/../../pyproject.toml",
        "/..%5c..%5cetc",
        "//etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/a%00b",
        "/a/./b",
        "/a\\b",
        "/api//me",
        "/assets/%0d%0aSet-Cookie:x",
        "/nothing",
        "/api/nothing",
        "/pages/help.html",
        "/version.txt",
        "/" + "a" * 5_000,
    ],
)
def test_paths_that_lead_nowhere(place: Place, path: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: localhost:{place.port}\r\nConnection: close\r\n\r\n"
    answer = raw(place, request.encode())
    assert status_of(answer) == 404
    assert b"page.not_found" in answer
    assert b"root:" not in answer


FOREIGN = [
    "null",
    "https://good.evil.example",
    "https://localhost:{port}",
    "http://localhost:1",
    "http://localhost",
    "http://localhost:{port}/",
    "http://LOCALHOST:{port}",
    "",
]


@pytest.mark.parametrize("foreign", FOREIGN)
def test_a_write_from_elsewhere_is_refused(browser: Browser, foreign: str) -> None:
    said = foreign.format(port=browser.place.port)
    answer = browser.post("/api/come-in", {"name": "Fern"}, Origin=said)
    assert (answer.status, answer.code) == (403, "request.wrong_origin")
    assert browser.cookie is None


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", "odd"])
def test_a_write_the_browser_calls_foreign_is_refused(browser: Browser, site: str) -> None:
    answer = browser.post("/api/come-in", {"name": "Fern"}, Sec_Fetch_Site=site)
    assert (answer.status, answer.code) == (403, "request.wrong_origin")


def test_a_write_that_says_nothing_of_where_it_comes_from_is_refused(browser: Browser) -> None:
    headers = {"Content-Type": "application/json"}
    answer = browser.ask("POST", "/api/come-in", b'{"name":"Fern"}', headers)
    assert (answer.status, answer.code) == (403, "request.wrong_origin")
    answer = browser.ask("POST", "/api/come-in", b'{"name":"Fern"}', headers | {"Sec-Fetch-Site": "same-origin"})
    assert answer.status == 200


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
        "application/jsonx",
        "application/json; charset=latin-1",
        "text/json",
    ],
)
def test_only_json_is_taken(browser: Browser, kind: str) -> None:
    answer = browser.post("/api/come-in", {"name": "Fern"}, Content_Type=kind)
    assert (answer.status, answer.code) == (415, "request.not_json")


def test_json_may_say_its_charset(browser: Browser) -> None:
    assert browser.post("/api/come-in", {"name": "Fern"}, Content_Type="application/json; charset=UTF-8").status == 200


def post(place: Place, headers: str, body: bytes = b"") -> bytes:
    own = f"Host: localhost:{place.port}\r\nOrigin: http://localhost:{place.port}\r\nContent-Type: application/json\r\n"
    return raw(place, f"POST /length HTTP/1.1\r\n{own}{headers}\r\n".encode() + body)


@pytest.mark.parametrize("long", ["65537", "100000", "10000000000"])
def test_a_long_body_is_refused_before_it_is_read(place: Place, long: str) -> None:
    assert status_of(post(place, f"Content-Length: {long}\r\n")) == 413


@pytest.mark.parametrize("odd", ["9" * 400, "-1", "1e3", "0x10", "1\r\nContent-Length: 2"])
def test_an_odd_length_is_refused(place: Place, odd: str) -> None:
    assert status_of(post(place, f"Content-Length: {odd}\r\n")) in (400, 413)


def test_a_body_of_the_very_limit_is_taken(place: Place) -> None:
    answer = post(place, "Content-Length: 65536\r\nConnection: close\r\n", b"x" * 65_536)
    assert answer.endswith(b"65536")


def test_a_body_in_chunks_is_bounded_too(place: Place) -> None:
    chunk = b"1000\r\n" + b"x" * 4_096 + b"\r\n"
    answer = post(place, "Transfer-Encoding: chunked\r\n", chunk * 17)
    assert status_of(answer) == 413
    answer = post(place, "Transfer-Encoding: chunked\r\nConnection: close\r\n", chunk * 3 + b"0\r\n\r\n")
    assert b"12288" in answer


def test_a_form_of_many_parts_is_refused_for_its_length(browser: Browser) -> None:
    parts = b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n" * 10_000
    headers = {"Origin": f"http://{browser.host}", "Content-Type": "multipart/form-data; boundary=x"}
    try:
        status = browser.ask("POST", "/api/come-in", parts, headers).status
    except (BrokenPipeError, ConnectionResetError):
        # The server has answered and closed while the rest was still being sent.
        status = 413
    assert status == 413


def test_a_body_that_does_not_come_is_not_waited_for(place: Place) -> None:
    answer = post(place, "Content-Length: 10\r\n", b"x")
    assert status_of(answer) == 408
    assert b"request.too_slow" in answer


@pytest.mark.parametrize("foreign", [*FOREIGN, None])
def test_a_socket_from_elsewhere_is_not_accepted(place: Place, foreign: str | None) -> None:
    said = foreign.format(port=place.port) if foreign is not None else None
    headers = [("Origin", said)] if said is not None else []
    with (
        pytest.raises(InvalidStatus) as caught,
        connect(f"ws://localhost:{place.port}/hello", additional_headers=headers, proxy=None),
    ):
        raise AssertionError("accepted")
    response = caught.value.response
    assert response.status_code == 403
    assert json.loads(response.body or b"")["code"] == "request.wrong_origin"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]"])
def test_a_socket_from_our_pages_is_accepted(place: Place, name: str) -> None:
    own = [("Origin", f"http://{name}:{place.port}")]
    with connect(f"ws://localhost:{place.port}/hello", additional_headers=own, proxy=None) as websocket:
        assert websocket.recv(timeout=20) == "hello"


def test_every_answer_carries_the_security_headers(browser: Browser) -> None:
    answers = {
        "api": browser.get("/api/me"),
        "refusal": browser.post("/api/sign-out", {}),
        "gate": browser.post("/api/come-in", {}, Origin="null"),
        "missing": browser.get("/nothing"),
        "page": browser.get("/help"),
        "bug": browser.get("/breaks"),
        "front": browser.get("/"),
    }
    assert answers["bug"].status == 500
    assert answers["bug"].code == "internal"
    assert b"secret" not in answers["bug"].body
    for name, answer in answers.items():
        headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy, name
        assert f"connect-src 'self' ws://{browser.host};" in policy
        assert policy.endswith("require-trusted-types-for 'script'; trusted-types sw")
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]
        assert headers["Permissions-Policy"].endswith("clipboard-write=(self), web-share=(self)")
        assert headers["Cache-Control"] == (
            "no-cache" if name in ("page",) or (name, answer.status) == ("front", 200) else "no-store"
        )
        assert ("X-Robots-Tag" in headers) == (name != "front")
        assert "Strict-Transport-Security" not in headers
        assert "Access-Control-Allow-Origin" not in headers
        assert "Server" not in headers
        assert len(headers.get_all("Content-Security-Policy", [])) == 1


class Public(Browser):
    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.host = "circles.example.org"


def come_in(browser: Browser, said: str) -> Answer:
    return browser.post("/api/come-in", {"name": "Fern"}, Origin=said)


def test_in_public_only_the_one_origin_counts(public: Place) -> None:
    browser = Public(public)
    for said in ("http://circles.example.org", "https://circles.example.org:8443", f"http://localhost:{public.port}"):
        assert come_in(browser, said).status == 403
    answer = come_in(browser, "https://circles.example.org")
    assert answer.status == 200
    assert browser.name() == "Fern"
    browser.host = "circles.example.org:443"
    assert browser.name() == "Fern"
    for host in (f"localhost:{public.port}", "circles.example.org:80", "www.circles.example.org"):
        browser.host = host
        assert browser.get("/api/me").status == 421


def test_in_public_the_cookie_is_bound_to_the_host_and_to_tls(public: Place) -> None:
    answer = come_in(Public(public), "https://circles.example.org")
    (line,) = answer.headers.get_all("Set-Cookie", [])
    assert line.startswith("__Host-sid=")
    assert {part.strip().lower() for part in line.split(";")[1:]} == {"httponly", "path=/", "samesite=lax", "secure"}
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "connect-src 'self' wss://circles.example.org;" in answer.headers["Content-Security-Policy"]


def test_an_address_without_a_name_for_sockets_is_left_to_self() -> None:
    headers = dict(origin.security_headers(Settings(), "[::1]:8000", "/"))
    assert b"connect-src 'self';" in headers[b"content-security-policy"]


@pytest.mark.parametrize(
    ("said", "site", "socket", "refused"),
    [
        (["http://a"], [], False, False),
        (["http://a"], ["same-origin"], False, False),
        ([], ["same-origin"], False, False),
        ([], ["same-origin"], True, True),
        ([], [], False, True),
        (["http://a", "http://a"], [], True, True),
        (["http://a"], ["cross-site"], True, True),
        (["http://b"], ["same-origin"], False, True),
    ],
)
def test_origin_and_fetch_metadata_must_agree(said: list[str], site: list[str], socket: bool, refused: bool) -> None:
    code = origin.refuse_origin(said, site, frozenset({"http://a"}), socket=socket)
    assert (code == "request.wrong_origin") is refused


def test_a_port_of_80_may_be_left_out() -> None:
    allowed = origin.origins(Settings(), 80)
    assert "http://localhost" in allowed
    assert origin.refuse_host(["localhost"], allowed) is None
    assert origin.refuse_host(["localhost:80"], allowed) is None
    assert origin.refuse_host(["localhost:443"], allowed) == "request.wrong_host"


def test_a_lan_address_is_one_host_with_its_port(tmp_path: Path) -> None:
    settings = Settings(origin="http://192.168.1.20:8000", allow_plain_http=True)
    allowed = origin.origins(settings, 8000)
    assert allowed == {"http://192.168.1.20:8000"}
    assert origin.refuse_host(["192.168.1.20:8000"], allowed) is None
    assert origin.refuse_host(["192.168.1.20"], allowed) == "request.wrong_host"
    assert b"strict-transport-security" not in dict(origin.security_headers(settings, "192.168.1.20:8000", "/"))


def test_the_echo_for_suites_is_not_opened_where_others_come_in() -> None:
    assert Settings(test_echo=True).test_echo
    with pytest.raises(ValueError, match="TEST_ECHO is for tests on this machine"):
        Settings(origin="https://circles.example.org", test_echo=True)
