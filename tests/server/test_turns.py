"""Whose screens are here, for rounds, over several servers: a holder who vanished with one of them is found by the others,
and while that cannot be known nobody is said to be gone."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from server import turns
from tests.guests import Guest, new_key
from tests.house import House, house
from tests.servers import RedisServer

QUICK = {"grace": 0.1, "refresh": 0.2, "patience": 0.5}
PATIENCE = 30.0


@pytest.fixture
async def pair(
    tmp_path: Path, database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[House, House]]:
    monkeypatch.setattr(turns, "LOOK", 0.3)
    monkeypatch.setattr(turns, "SETTLE", 0.5)
    shared = {"database_url": database_url, "redis_url": redis_url}
    async with AsyncExitStack() as stack:
        made = [await stack.enter_async_context(house(tmp_path / name, **shared)) for name in ("one", "two")]
        for each in made:
            presence = cast(Any, each.parts.presence)
            presence._waits = replace(presence._waits, **QUICK)
            presence._board._life = round(presence._waits.life * 1000)
        yield made[0], made[1]


async def with_the_piece(one: House, two: House) -> tuple[Guest, Guest, str]:
    """Ana is with one server and has the piece, Bo is with the other and comes after her; and their circle."""
    ana, bo = await Guest(one.url, "Ana").comes_in(), await Guest(two.url, "Bo").comes_in()
    circle = await ana.opens()
    await bo.enters(circle)
    await ana.asks("round.offer", circle=circle, key=new_key())
    offered = await bo.sees(f"circle/{circle}", lambda e: e["kind"] == "round.offered", "the offer")
    await bo.asks("round.join", circle=circle, round=offered["round"])
    await bo.sees(f"circle/{circle}", lambda e: e["kind"] == "piece.given", "the piece")
    return ana, bo, circle


def away(place: House, circle: str) -> dict[str, int]:
    """Who of the round is known to be away since when, as of the server's last look."""
    state = place.parts.turns._on.get(f"circle/{circle}")
    return {} if state is None else {each.who: each.away_since for each in state.seats if each.away_since is not None}


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - what a server knows gives no sign
            await asyncio.sleep(0.05)


async def test_who_vanishes_with_a_process_is_found_by_another_and_costs_a_minute(pair: tuple[House, House]) -> None:
    one, two = pair
    ana, bo, circle = await with_the_piece(one, two)
    with two.clock.standing_still():
        # Killed: it tells nobody, and its entries on the board end by themselves.
        for part in (one.parts.clock, one.parts.turns, one.parts.presence):
            await part.close()
        await until(lambda: bool(away(two, circle)))
        (since,) = away(two, circle).values()
        assert since <= two.parts.now()
        await two.clock.passes(seconds=60)
        given = await bo.sees(
            f"circle/{circle}", lambda e: e["kind"] == "piece.given" and e["turn"] == 2, "the piece, let go"
        )
    assert given["turn"] == 2
    await ana.leaves_the_page()


async def test_a_silent_redis_costs_nobody_their_turn(pair: tuple[House, House], redis_server: RedisServer) -> None:
    one, two = pair
    ana, bo, circle = await with_the_piece(one, two)
    redis_server.suspend()
    try:
        await until(lambda: not cast(Any, two.parts.presence).is_sure())
        await ana.leaves_the_page()
        await until(lambda: not cast(Any, one.parts.presence)._places[f"circle/{circle}"].grace)
        for _ in range(3):
            for each in (one, two):
                await each.parts.turns.look()
        assert not away(one, circle)
        assert not away(two, circle)
    finally:
        redis_server.resume()
    await until(lambda: bool(away(two, circle)))
    await ana.opens_a_socket()
    await until(lambda: not away(two, circle))
    assert not [e for e in bo.logs[f"circle/{circle}"].events.values() if e["kind"] == "piece.passed"]
