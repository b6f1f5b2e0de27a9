"""A peer: rooms as a tutorial would write them, Starlette's `send_text` on uvicorn, compression off, uvloop. Prints its port."""

import socket

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

rooms: dict[str, set[WebSocket]] = {}


async def sit(websocket: WebSocket) -> None:
    room = rooms.setdefault(websocket.path_params["room"], set())
    await websocket.accept()
    room.add(websocket)
    try:
        while True:
            text = await websocket.receive_text()
            for each in tuple(room):
                await each.send_text(text)
    except WebSocketDisconnect:
        pass
    finally:
        room.discard(websocket)


def main() -> None:
    listening = socket.create_server(("127.0.0.1", 0), backlog=4096)
    print("port", listening.getsockname()[1], flush=True)
    application = Starlette(routes=[WebSocketRoute("/{room}", sit)])
    config = uvicorn.Config(
        application,
        loop="uvloop",
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        log_level="warning",
        access_log=False,
    )
    uvicorn.Server(config).run([listening])


if __name__ == "__main__":
    main()
