"""The built browser client as files: what has a hash in its name may be kept for ever, everything else is asked for anew."""

import os
from pathlib import Path
from stat import S_ISREG
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

ENCODINGS: Final = (("br", ".br"), ("gzip", ".gz"))
"""Compressed siblings that the build writes, the smallest first."""
FOR_EVER: Final = "public, max-age=31536000, immutable"
ASK: Final = "no-cache"
OWN: Final = ("pages", "version.txt")
"""Read by the server itself and served to nobody."""
TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""The only kinds there are; not asked of the machine, whose table may miss some."""
BUILT: Final = Path(__file__).resolve().parent.parent / "web_client" / "dist"
PACKED: Final = Path(__file__).resolve().parent / "client"
"""Where the wheel carries the browser client."""
UNBUILT: Final = """\
<!doctype html>
<html lang="en">
<title>Not built yet</title>
<h1>The pages are not built yet.</h1>
<p>The server runs, but its browser client is missing. Start it with bin/serve, which builds it.</p>
</html>
"""


def client_folder() -> Path:
    return PACKED if PACKED.is_dir() else BUILT


class ClientFiles(StaticFiles):
    """Serves ``folder``; as long as it holds no index.html, a plain page that says so (503)."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, check_dir=False)
        self.folder = folder

    async def check_config(self) -> None:
        """The folder may be missing: that is answered, not raised."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        path = "index.html" if path == "." else path
        if path == "index.html" and not (self.folder / path).is_file():
            return HTMLResponse(UNBUILT, 503, {"Cache-Control": "no-store", "Retry-After": "5"})
        asked = Path(path)
        if asked.parts[0] in OWN or asked.suffix not in TYPES:
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = FOR_EVER if asked.parts[0] == "assets" else ASK
        response.headers.add_vary_header("Accept-Encoding")
        return response

    def file_response(
        self, full_path: os.PathLike[str] | str, stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        kind = TYPES[Path(full_path).suffix]
        wanted = Headers(scope=scope).get("accept-encoding", "")
        encoding, sibling, sibling_stat = _compressed(str(full_path), stat_result, wanted)
        response = super().file_response(sibling, sibling_stat, scope, status_code)
        if encoding:
            response.headers["Content-Encoding"] = encoding
        if not isinstance(response, NotModifiedResponse):
            response.headers["Content-Type"] = kind
        return response


def _compressed(path: str, stat: os.stat_result, wanted: str) -> tuple[str, str, os.stat_result]:
    """The encoding and the file to send for ``path``: itself, or a sibling the browser takes."""
    taken = {part.split(";")[0].strip() for part in wanted.lower().split(",") if "q=0" not in part.replace("q=0.", "")}
    for encoding, suffix in ENCODINGS:
        if encoding not in taken:
            continue
        try:
            found = Path(path + suffix).stat()
        except FileNotFoundError:
            continue
        if S_ISREG(found.st_mode):
            return encoding, path + suffix, found
    return "", path, stat
