"""Four ways to find that something was missed, each tried where the other three cannot help, and access that ends anyway.

Two servers on one PostgreSQL and one Redis; Ana is on the first, Bo on the second.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from server import connection, hub
from tests.guests import PATIENCE, Guest
from tests.house import House, house
from tests.server.link import Link
from tests.servers import RedisServer

NEVER = 3_600.0
EAR = 1  # of the connections of a server: the one by which its broker listens

pytestmark = pytest.mark.faults


@dataclass
class Pair:
    """Two servers; the second reaches Redis by ``link``."""

    one: House
    two: House
    link: Link
    redis: RedisServer

    async def suspects(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while not self.two.parts.broker.suspect:  # noqa: ASYNC110
                await asyncio.sleep(0.01)


@pytest.fixture
async def pair(tmp_path: Path, database_url: str, redis_url: str, redis_server: RedisServer) -> AsyncIterator[Pair]:
    async with AsyncExitStack() as stack:
        link = Link(redis_url)
        by_link = await stack.enter_async_context(link)
        one = await stack.enter_async_context(house(tmp_path / "1", database_url=database_url, redis_url=redis_url))
        two = await stack.enter_async_context(house(tmp_path / "2", database_url=database_url, redis_url=by_link))
        yield Pair(one, two, link, redis_server)
        redis_server.empty()
        link.heal()


@pytest.fixture
async def polls(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Sets how often the second server looks at the heads by itself: usually, and while Redis is suspect."""

    async def set_polls(usual: float, suspect: float) -> None:
        while pair.two.parts.broker._gap is not None:  # type: ignore[attr-defined]  # noqa: ASYNC110
            await asyncio.sleep(0.01)  # a gap that is still to be told would have the heads looked at
        monkeypatch.setattr(hub, "POLL", usual)
        monkeypatch.setattr(hub, "POLL_SUSPECT", suspect)
        task = pair.two.parts.hub._poll_task
        assert task is not None
        task.cancel()
        await asyncio.wait([task])
        pair.two.parts.hub._poll_task = asyncio.create_task(pair.two.parts.hub._poll())

    return set_polls


@dataclass
class Scene:
    """Ana and Bo in two circles."""

    ana: Guest
    bo: Guest
    circle: str
    other: str

    async def misses(self, pair: Pair, body: str) -> None:
        """Ana says something in the circle of which no news reach Bo's server, as if Redis had lost them."""
        broker, address = pair.two.parts.broker, f"circle/{self.circle}"
        broker.unfollow(address)
        await self.ana.says(body, self.circle)
        # Redis keeps the order, so what comes after it is heard after it would have been.
        await self.ana.says(f"After: {body}", self.other)
        await self.bo.hears(f"After: {body}", self.other)
        broker.follow(address)
        assert body not in self.bo.bodies(self.circle)


@pytest.fixture
async def scene(pair: Pair) -> AsyncIterator[Scene]:
    ana, bo = await Guest(pair.one.url, "Ana").comes_in(), await Guest(pair.two.url, "Bo").comes_in()
    rooms = [await ana.opens(), await ana.opens()]
    for each in rooms:
        await bo.enters(each)
        await ana.says("Here.", each)
        await bo.hears("Here.", each)
    yield Scene(ana, bo, *rooms)
    for guest in (ana, bo):
        await guest.leaves_the_page()


async def test_an_event_that_is_not_the_next_is_a_gap(pair: Pair, scene: Scene, polls: Any) -> None:
    await polls(NEVER, NEVER)
    found = pair.two.parts.tally.gaps["order"]
    await scene.misses(pair, "Unheard.")

    await scene.ana.says("The next.", scene.circle)

    await scene.bo.hears("The next.", scene.circle)
    assert scene.bo.bodies(scene.circle) == ["Here.", "Unheard.", "The next."]
    assert pair.two.parts.tally.gaps["order"] == found + 1


async def test_heads_in_the_database_are_looked_at(pair: Pair, scene: Scene, polls: Any) -> None:
    await polls(NEVER, NEVER)
    await scene.misses(pair, "Unheard.")
    found = pair.two.parts.tally.gaps["heads"]

    await polls(1.0, NEVER)

    await scene.bo.hears("Unheard.", scene.circle)
    assert pair.two.parts.tally.gaps["heads"] == found + 1


async def test_while_redis_hangs_and_nobody_knows_the_heads_are_looked_at(pair: Pair, scene: Scene, polls: Any) -> None:
    await polls(0.5, 0.5)  # on a busy machine its silence may be noticed before the second is said
    pair.redis.suspend()
    for body in ("One.", "Two."):
        await scene.ana.says(body, scene.circle)
        await scene.bo.hears(body, scene.circle)


async def test_a_probe_that_does_not_come_round_is_a_gap(pair: Pair, scene: Scene, polls: Any) -> None:
    await polls(NEVER, NEVER)
    broken = pair.two.parts.broker.gaps["broken"]  # type: ignore[attr-defined]
    pair.link.swallow(EAR)  # what is said gets through, and what connects from now on

    await scene.ana.says("Into a hole.", scene.circle)

    await scene.bo.hears("Into a hole.", scene.circle)
    assert pair.two.parts.broker.gaps["broken"] == broken + 1  # type: ignore[attr-defined]


class Forgetful(Guest):
    """Loses a frame on the way to the screen, and asks anew when a heartbeat says that there is more."""

    lost = ""

    def _take(self, frame: dict[str, Any]) -> None:
        if frame.get("event", {}).get("body") == self.lost and "seq" in frame:
            return
        super()._take(frame)
        for address, head in frame.get("heads", {}).items():
            if head > self.logs[address].last:
                self.asking = asyncio.create_task(self.watches(address))


async def test_a_heartbeat_tells_of_what_was_lost_behind_the_server(
    pair: Pair, scene: Scene, polls: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BEAT", 0.5)
    await polls(NEVER, NEVER)
    fern = Forgetful(pair.two.url, "Fern")
    await fern.comes_in()
    await fern.enters(scene.circle)
    fern.lost = "Lost."
    await scene.ana.says("Lost.", scene.circle)
    await fern.until(lambda: any(b"Lost." in each for each in fern.frames), "the frame itself")
    assert "Lost." not in fern.bodies(scene.circle)
    fern.lost = ""

    await fern.hears("Lost.", scene.circle)
    await fern.asking
    await fern.leaves_the_page()


# --- access ends while Redis is down


async def elsewhere(pair: Pair, guest: Guest) -> Guest:
    """The same person on the first server, without a socket."""
    twin = Guest(pair.one.url, guest.name)
    twin.cookie = guest.cookie
    return twin


async def test_a_session_ends_while_redis_is_down(pair: Pair, scene: Scene, polls: Any) -> None:
    await polls(NEVER, hub.POLL_SUSPECT)
    pair.redis.kill()
    await pair.suspects()
    twin = await elsewhere(pair, scene.bo)

    assert (await twin.posts("/api/sign-out", {})).status == 200

    await scene.bo.until(lambda: scene.bo.closed_with == 4501, "the socket closes")


async def test_who_left_hears_no_more_while_redis_is_down(pair: Pair, scene: Scene, polls: Any) -> None:
    await polls(NEVER, hub.POLL_SUSPECT)
    pair.redis.kill()
    await pair.suspects()
    twin = await elsewhere(pair, scene.bo)
    await twin.opens_a_socket()

    left = (await twin.asks("circle.leave", circle=scene.circle))["seq"]
    await scene.ana.says("After it.", scene.circle)

    await scene.bo.notices(lambda note: note.get("reset") == "left", "the end")
    await scene.ana.says("And later.", scene.other)
    await scene.bo.hears("And later.", scene.other)
    assert not any(b"After it." in each for each in scene.bo.frames)
    assert left > 0
    await twin.leaves_the_page()
