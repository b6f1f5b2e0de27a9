"""A small HTTP client for tests: one request a connection, nothing hidden, nothing repaired."""

import asyncio
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec


class Answer(NamedTuple):
    """Status, headers by lower-case name (the last of each; ``set-cookie`` joined by newlines), body."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return msgspec.json.decode(self.body)


async def ask(
    method: str,
    url: str,
    *,
    json: Any = None,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """Send one request with exactly these headers beside Host, Connection and Content-Length."""
    parts = urlsplit(url)
    content = msgspec.json.encode(json) if json is not None else body or b""
    lines = {"Host": parts.netloc, "Connection": "close", **(headers or {})}
    if content or method == "POST":
        lines.setdefault("Content-Length", str(len(content)))
    if json is not None:
        lines.setdefault("Content-Type", "application/json")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    head = f"{method} {target} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return await raw(parts.hostname or "127.0.0.1", parts.port or 80, head.encode("latin-1") + b"\r\n" + content)


async def raw(host: str, port: int, sent: bytes) -> Answer:
    """Send bytes as they are and read the one answer."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(sent)
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in rest:
            name, _, value = line.partition(":")
            if name:
                key, text = name.strip().lower(), value.strip()
                headers[key] = f"{headers[key]}\n{text}" if key == "set-cookie" and key in headers else text
        size = headers.get("content-length")
        content = await (reader.readexactly(int(size)) if size is not None else reader.read())
        if headers.get("transfer-encoding") == "chunked":
            content = _unchunk(content)
        return Answer(int(first.split(" ")[1]), headers, content)
    finally:
        writer.close()


def _unchunk(body: bytes) -> bytes:
    whole = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        count = int(size, 16)
        whole += body[:count]
        body = body[count + 2 :]
    return whole
