"""A peer: Django Channels with its in-memory layer, one consumer class, on uvicorn and uvloop. Prints its port."""

import socket
from typing import Any

import django  # type: ignore[import-not-found]
import uvicorn
from django.conf import settings  # type: ignore[import-not-found]

settings.configure(
    ALLOWED_HOSTS=["*"],
    CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 100_000}}},
)
django.setup()

# Channels reads Django's settings while it is imported.
from channels.generic.websocket import AsyncWebsocketConsumer  # type: ignore[import-untyped]  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # type: ignore[import-untyped]  # noqa: E402
from django.urls import path  # type: ignore[import-not-found]  # noqa: E402


class Sitting(AsyncWebsocketConsumer):  # type: ignore[misc]
    async def connect(self) -> None:
        self.room = self.scope["url_route"]["kwargs"]["room"]
        await self.channel_layer.group_add(self.room, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(self.room, self.channel_name)

    async def receive(self, text_data: str = "", bytes_data: bytes = b"") -> None:
        await self.channel_layer.group_send(self.room, {"type": "posted", "text": text_data})

    async def posted(self, message: dict[str, Any]) -> None:
        await self.send(text_data=message["text"])


def main() -> None:
    listening = socket.create_server(("127.0.0.1", 0), backlog=4096)
    print("port", listening.getsockname()[1], flush=True)
    application = ProtocolTypeRouter({"websocket": URLRouter([path("<str:room>", Sitting.as_asgi())])})
    config = uvicorn.Config(
        application,
        loop="uvloop",
        lifespan="off",
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        log_level="warning",
        access_log=False,
    )
    uvicorn.Server(config).run([listening])


if __name__ == "__main__":
    main()
