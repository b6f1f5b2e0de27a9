"""What is looked at before anything else is: host, path, method, origin, kind and length of every request.

The outermost ASGI application: it also puts the security headers on every answer, whoever gave it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import echo
from server.bodies import bounded
from server.problems import problem
from server.settings import Settings

METHODS: Final = ("GET", "HEAD", "POST")
BODY_MOST: Final = 65_536
HOSTS_MOST: Final = 64
"""Ways to write our own hosts that are known again; upper and lower case make many."""
_HOST = re.compile(r"(?P<name>[a-z0-9](?:[a-z0-9.-]{0,252})|\[[0-9a-f:.]{2,45}\])(?::(?P<port>\d{1,5}))?", re.ASCII)
_HIDDEN = re.compile(rb"%(2f|5c|2e|00)", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\\]")
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_PORTS = {"http": 80, "https": 443}

_OFF = (
    "accelerometer autoplay browsing-topics camera clipboard-read cross-origin-isolated display-capture"
    " encrypted-media fullscreen gamepad geolocation gyroscope hid identity-credentials-get idle-detection"
    " keyboard-map local-fonts magnetometer microphone midi otp-credentials payment picture-in-picture"
    " publickey-credentials-create publickey-credentials-get screen-wake-lock serial storage-access usb"
    " window-management xr-spatial-tracking"
).split()
PERMISSIONS: Final = ", ".join([f"{each}=()" for each in _OFF] + ["clipboard-write=(self)", "web-share=(self)"])
YEAR: Final = 31_536_000

Headers = Iterable[tuple[bytes, bytes]]


def origins(settings: Settings, port: int) -> frozenset[str]:
    """The origins whose pages may write and open sockets. ``port`` is the one the request came in by."""
    if settings.origin:
        return frozenset({settings.origin})
    return frozenset(f"http://{name}{'' if port == _PORTS['http'] else f':{port}'}" for name in _LOOPBACK)


def refuse_host(hosts: Sequence[str], allowed: Iterable[str]) -> str | None:
    """A refusal code where the Host header is not exactly one host of the ``allowed`` origins."""
    found = _HOST.fullmatch(hosts[0].lower()) if len(hosts) == 1 else None
    if found is None:
        return "request.bad_host"
    for origin in allowed:
        parts = urlsplit(origin)
        standard = _PORTS[parts.scheme]
        asked = int(found["port"]) if found["port"] else standard
        if found["name"].strip("[]") == parts.hostname and asked == (parts.port or standard):
            return None
    return "request.wrong_host"


def refuse_path(path: str, raw: bytes) -> str | None:
    """A refusal code for paths that climb, hide a separator or hold what no path here holds."""
    if not path.startswith("/"):
        return "request.bad_path"
    if _HIDDEN.search(raw.partition(b"?")[0]) or _CONTROLS.search(path) or "//" in path:
        return "page.not_found"
    return "page.not_found" if any(part in (".", "..") for part in path.split("/")) else None


def refuse_origin(origin: Sequence[str], site: Sequence[str], allowed: Iterable[str], *, socket: bool) -> str | None:
    """A refusal code unless the request comes from a page of ours.

    A WebSocket must say its Origin. A write must say Origin or Sec-Fetch-Site, and neither may speak against it.
    """
    if len(origin) > 1 or len(site) > 1:
        return "request.wrong_origin"
    if (origin and origin[0] not in allowed) or (site and site[0] != "same-origin"):
        return "request.wrong_origin"
    return None if origin or (site and not socket) else "request.wrong_origin"


def refuse_body(kinds: Sequence[str], lengths: Sequence[str]) -> str | None:
    """A refusal code for a body that is too long or is not JSON, judged by its headers."""
    if lengths and not (len(lengths) == 1 and lengths[0].isascii() and lengths[0].isdigit()):
        return "request.bad_length"
    if lengths and (len(lengths[0]) > len(str(BODY_MOST)) or int(lengths[0]) > BODY_MOST):
        return "request.too_large"
    kind, _, further = kinds[0].lower().partition(";") if len(kinds) == 1 else ("", "", "")
    if kind.strip() != "application/json" or further.strip() not in ("", "charset=utf-8"):
        return "request.not_json"
    return None


def security_headers(settings: Settings, host: str, path: str) -> list[tuple[bytes, bytes]]:
    """What every answer says. ``host`` has been judged; empty where it was refused."""
    # Safari before 15.4 and some later ones do not count ws: to the same host as 'self'. No IPv6 address can be named.
    sockets = f" {'wss' if settings.secure else 'ws'}://{host}" if host and "[" not in host else ""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self'{sockets}; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types sw"
    )
    headers = {
        "content-security-policy": policy,
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "permissions-policy": PERMISSIONS,
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
    }
    if path != "/":
        headers["x-robots-tag"] = "noindex"
    if settings.secure:
        headers["strict-transport-security"] = f"max-age={YEAR}"
    return [(name.encode(), value.encode()) for name, value in headers.items()]


class Gate:
    """Wraps the whole application. A request that is refused here reaches nothing else.

    ``patience``: seconds within which a whole body must arrive. ``refusals`` counts what is refused, by code.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings,
        *,
        patience: float = 15.0,
        refusals: Counter[str] | None = None,
    ) -> None:
        self.app = app
        self.settings = settings
        self.patience = patience
        self.refusals = Counter[str]() if refusals is None else refusals
        self._allowed: dict[int, frozenset[str]] = {}
        """`origins` by port: as many as this server listens on."""
        self._hosts: set[tuple[int, str]] = set()
        """Hosts that were found to be ours, by port, as they were written."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        host, code = self._judge(scope)
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                started = True
                message["headers"] = _with(message.get("headers", ()), self._headers(scope, host))
            await send(message)

        if code is not None:
            self.refusals[code] += 1
            headers = {"Allow": ", ".join(METHODS)} if code == "request.bad_method" else {}
            # The body, if there is one, is not read: nothing else can follow on this connection.
            answer = problem(code, headers={**headers, "Connection": "close"})
            if scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
                await send({"type": "websocket.close"})
            else:
                await answer(scope, receive, sending)
            return
        try:
            await self.app(scope, bounded(scope, receive, BODY_MOST, self.patience), sending)
        except Exception:
            # The error handler has noted it and answered; raised again it would only be written down a second time.
            if not started or scope["type"] == "websocket":
                raise

    def _judge(self, scope: Scope) -> tuple[str, str | None]:
        """The host that was asked for, once it is known to be ours, and the code of a refusal, if any."""
        socket = scope["type"] == "websocket"
        if socket and self.settings.test_echo and scope["path"] == echo.PATH:
            return "", None  # it knows nobody and tells nothing, and a conformance suite comes from no page
        hosts = _all(scope, b"host")
        port = (scope.get("server") or ("", 0))[1] or 0
        allowed = self._allowed.get(port) or self._allow(port)
        if len(hosts) != 1 or (port, hosts[0]) not in self._hosts:
            code = refuse_host(hosts, allowed)
            if code is not None:
                return "", code
            if len(self._hosts) < HOSTS_MOST:
                self._hosts.add((port, hosts[0]))
        method = "GET" if socket else scope["method"]
        if method not in METHODS:
            return hosts[0], "request.bad_method"
        code = refuse_path(scope["path"], scope.get("raw_path") or b"")
        if code is None and (socket or method == "POST"):
            code = refuse_origin(_all(scope, b"origin"), _all(scope, b"sec-fetch-site"), allowed, socket=socket)
        if code is None and method == "POST":
            code = refuse_body(_all(scope, b"content-type"), _all(scope, b"content-length"))
        return hosts[0].lower(), code

    def _allow(self, port: int) -> frozenset[str]:
        allowed = self._allowed[port] = origins(self.settings, port)
        return allowed

    def _headers(self, scope: Scope, host: str) -> list[tuple[bytes, bytes]]:
        return security_headers(self.settings, host, scope["path"])


def _all(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def _with(headers: Headers, further: Headers) -> list[tuple[bytes, bytes]]:
    """The application's headers, and of ours those it did not set. What says nothing of caching is not to be kept."""
    own = list(headers)
    names = {name.lower() for name, _ in own}
    return own + [(name, value) for name, value in (*further, (b"cache-control", b"no-store")) if name not in names]
