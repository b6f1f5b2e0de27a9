"""A peer: python-socketio's own rooms, over WebSockets only, on uvicorn and uvloop. Prints its port."""

import socket
from typing import Any
from urllib.parse import parse_qs

import socketio  # type: ignore[import-not-found]
import uvicorn

io = socketio.AsyncServer(async_mode="asgi", transports=["websocket"], cors_allowed_origins="*")
rooms: dict[str, str] = {}


@io.event  # type: ignore[untyped-decorator]
async def connect(sid: str, environ: dict[str, Any]) -> None:
    room = parse_qs(environ["QUERY_STRING"])["room"][0]
    rooms[sid] = room
    await io.enter_room(sid, room)


@io.event  # type: ignore[untyped-decorator]
async def post(sid: str, given: Any) -> None:
    await io.emit("post", given, room=rooms[sid])


def main() -> None:
    listening = socket.create_server(("127.0.0.1", 0), backlog=4096)
    print("port", listening.getsockname()[1], flush=True)
    config = uvicorn.Config(
        socketio.ASGIApp(io),
        loop="uvloop",
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        log_level="warning",
        access_log=False,
    )
    uvicorn.Server(config).run([listening])


if __name__ == "__main__":
    main()
