"""A circle that falls silent just when something is broken: everybody has its last word all the same."""

from pathlib import Path

import pytest

from tests.faults import hush
from tests.faults.hush import Hush
from tests.keeper import Keeper
from tests.servers import RedisServer

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]


async def test_while_a_log_is_opened(keeper: Keeper, tmp_path: Path) -> None:
    world = hush.one_server(keeper, tmp_path)
    await world.start()
    assert await Hush(world).play(hush.silence_while_a_log_is_opened) == []


async def test_while_redis_is_away_or_far(
    keeper: Keeper, redis_server: RedisServer, redis_url: str, database_url: str, tmp_path: Path
) -> None:
    world = hush.two_servers(keeper, tmp_path, redis_server, database_url)
    await world.start()
    found = await Hush(world).play(
        hush.silence_while_a_log_is_opened,
        hush.silence_while_a_subscription_is_on_its_way,
        hush.silence_while_redis_is_away,
    )
    assert found == []
