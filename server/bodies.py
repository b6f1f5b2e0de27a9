"""Bodies of requests: bounded in length and in time, and decoded into what the wire knows."""

import asyncio
from typing import TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message, Receive, Scope

from rooms.work import Refusal

T = TypeVar("T")


def bounded(scope: Scope, receive: Receive, most: int, seconds: float) -> Receive:
    """``receive``, answering with HTTP 413 beyond ``most`` bytes and with 408 after ``seconds`` without the end."""
    if scope["type"] != "http":
        return receive
    taken = 0
    whole = False
    until: float | None = None

    async def receiving() -> Message:
        nonlocal taken, whole, until
        if whole:
            return await receive()
        until = until or asyncio.get_running_loop().time() + seconds
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408) from None
        taken += len(message.get("body", b""))
        whole = not message.get("more_body", False)
        if taken > most:
            raise HTTPException(413)
        return message

    return receiving


async def body_of(request: Request, kind: type[T]) -> T:
    """The request's JSON as ``kind``; `Refusal` ``request.bad_json`` or ``request.bad_field``."""
    body = await request.body()
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError:
        raise Refusal("request.bad_field") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refusal("request.bad_json") from None
