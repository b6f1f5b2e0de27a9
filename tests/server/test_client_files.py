"""The built client as files, over a real server."""

import gzip
import http.client
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette

from server.client_files import ClientFiles
from server.problems import HANDLERS as PROBLEMS

SCRIPT = b"export const heron = 1;\n" * 100
KEPT = "public, max-age=31536000, immutable"


class Served:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        app = Starlette(exception_handlers=PROBLEMS)
        app.router.default = ClientFiles(folder)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        self.thread = threading.Thread(target=self.server.run, args=([self.socket],))
        self.thread.start()

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join()
        self.socket.close()

    def get(self, path: str, method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.socket.getsockname()[1], timeout=20)
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response, body


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "pages").mkdir()
    (folder / "index.html").write_text("<!doctype html><title>Notes</title>")
    (folder / "sw.js").write_text("// worker")
    (folder / "manifest.webmanifest").write_text("{}")
    (folder / "icon.svg").write_text("<svg/>")
    (folder / "version.txt").write_text("1")
    (folder / "pages" / "help.html").write_text("${title}")
    (folder / "assets" / "app-ABC123.js").write_bytes(SCRIPT)
    (folder / "assets" / "app-ABC123.js.gz").write_bytes(gzip.compress(SCRIPT))
    (folder / "assets" / "app-ABC123.js.br").write_bytes(b"pretend this is brotli")
    (folder / "assets" / "plain-DEF456.css").write_text("p {}")
    (tmp_path / "outside.js").write_text("secret")
    (folder / "assets" / "link.js").symlink_to(tmp_path / "outside.js")
    served = Served(folder)
    yield served
    served.close()


@pytest.mark.parametrize(
    ("path", "kind", "kept"),
    [
        ("/", "text/html; charset=utf-8", "no-cache"),
        ("/sw.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/manifest.webmanifest", "application/manifest+json", "no-cache"),
        ("/icon.svg", "image/svg+xml", "no-cache"),
        ("/assets/app-ABC123.js", "text/javascript; charset=utf-8", KEPT),
        ("/assets/plain-DEF456.css", "text/css; charset=utf-8", KEPT),
    ],
)
def test_only_what_has_a_hash_in_its_name_is_kept(served: Served, path: str, kind: str, kept: str) -> None:
    response, body = served.get(path)
    assert response.status == 200
    assert response.headers.get_all("Content-Type") == [kind]
    assert response.headers["Cache-Control"] == kept
    assert int(response.headers["Content-Length"]) == len(body) > 0


@pytest.mark.parametrize(
    ("wanted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("gzip;q=0", None),
        ("GZIP", "gzip"),
        ("", None),
        ("identity", None),
    ],
)
def test_a_compressed_sibling_is_sent_to_those_who_take_it(served: Served, wanted: str, encoding: str | None) -> None:
    response, body = served.get("/assets/app-ABC123.js", Accept_Encoding=wanted)
    assert response.headers["Content-Encoding"] == encoding
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert response.headers["Vary"] == "Accept-Encoding"
    assert int(response.headers["Content-Length"]) == len(body)
    if encoding == "gzip":
        assert gzip.decompress(body) == SCRIPT
    if encoding is None:
        assert body == SCRIPT


def test_what_has_no_compressed_sibling_is_sent_as_it_is(served: Served) -> None:
    response, body = served.get("/assets/plain-DEF456.css", Accept_Encoding="br, gzip")
    assert response.headers["Content-Encoding"] is None
    assert body == b"p {}"


def test_what_did_not_change_is_not_sent_again(served: Served) -> None:
    etag = served.get("/")[0].headers["ETag"]
    response, body = served.get("/", If_None_Match=etag)
    assert response.status == 304
    assert body == b""
    assert response.headers["Cache-Control"] == "no-cache"
    (served.folder / "index.html").write_text("<!doctype html><title>Something else</title>")
    assert served.get("/", If_None_Match=etag)[0].status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/pages/help.html",
        "/pages/",
        "/version.txt",
        "/assets/app-ABC123.js.br",
        "/assets/",
        "/assets",
        "/assets/link.js",
        "/nothing.js",
        "/nothing",
        "/assets/%2e%2e/%2e%2e/outside.js",
        "/" + "a" * 300 + ".js",
    ],
)
def test_nothing_else_is_served(served: Served, path: str) -> None:
    assert served.get(path)[0].status == 404


def test_files_are_only_read(served: Served) -> None:
    response, _ = served.get("/", method="POST")
    assert response.status == 405
    assert response.headers["Allow"] == "GET, HEAD"
    response, body = served.get("/", method="HEAD")
    assert (response.status, body) == (200, b"")


def test_a_client_that_is_not_built_is_told_plainly(tmp_path: Path) -> None:
    served = Served(tmp_path / "nowhere")
    try:
        response, body = served.get("/")
        assert response.status == 503
        assert b"bin/serve" in body
        assert response.headers["Cache-Control"] == "no-store"
        assert served.get("/assets/app.js")[0].status == 404
        served.folder.mkdir()
        (served.folder / "index.html").write_text("built")
        assert served.get("/")[1] == b"built"
    finally:
        served.close()
