"""A peer: rooms with `websockets.broadcast()`, compression off, on uvloop. Prints its port."""

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

rooms: dict[str, set[ServerConnection]] = {}


async def sit(connection: ServerConnection) -> None:
    assert connection.request is not None
    room = rooms.setdefault(connection.request.path, set())
    room.add(connection)
    try:
        async for message in connection:
            broadcast(room, message)
    finally:
        room.discard(connection)


async def main() -> None:
    async with serve(sit, "127.0.0.1", 0, compression=None, open_timeout=60) as server:
        print("port", next(iter(server.sockets)).getsockname()[1], flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
