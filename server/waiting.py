"""Waiting for something to happen, but not for ever."""

import asyncio


async def happens(event: asyncio.Event, *, within: float) -> bool:
    """Return when the event is set, or after ``within`` seconds; whether it was set."""
    if event.is_set():
        return True
    try:
        async with asyncio.timeout(within):
            return await event.wait()
    except TimeoutError:
        return False
