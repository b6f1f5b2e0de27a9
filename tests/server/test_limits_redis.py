"""Budgets of several processes over one real Redis: shared while it answers, split while it does not, never gone."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from shutil import copyfile

import pytest

from server.failures import Failures
from server.keys import Keys
from server.limits import Limits
from server.paces import SOON, Pace
from server.redis import limits as redis_limits
from server.redis.limits import RedisOthers
from server.redis.node import parse
from server.redis.wire import Wire
from server.settings import Settings
from tests.guests import Guest, Refused
from tests.house import house
from tests.server.processes import PATIENCE
from tests.servers import RedisServer

KEYS = Keys(bytes(32))


class Town:
    """Processes that share budgets."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._stack = AsyncExitStack()
        self.processes: list[RedisOthers] = []

    async def process(self, life: float = 30.0) -> RedisOthers:
        """Returns when all that were started know of each other."""
        others = RedisOthers(self.url, lambda text: KEYS.mark("limit", text), beat=0.05, life=life)
        await others.start()
        self._stack.push_async_callback(others.close)
        self.processes.append(others)
        await until(lambda: all(each.linked and each.processes == len(self.processes) for each in self.processes))
        return others

    async def paces(self, count: int, rate: float, burst: float, doublings: int = 0) -> list[Pace]:
        others = [await self.process() for _ in range(count)]
        return [Pace(rate, burst, doublings=doublings, name="sends", others=each) for each in others]

    async def close(self) -> None:
        await self._stack.aclose()


async def until(true: Callable[[], bool]) -> None:
    """Looked at again and again: what is waited for happens in the background and tells nobody."""
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - there is no event for it
            await asyncio.sleep(0.005)


async def take_all(paces: list[Pace], key: str, seconds: float) -> tuple[int, float]:
    """Ask every process again and again; how often one was let through, and the seconds that took."""
    began, passed = time.monotonic(), 0
    while time.monotonic() - began < seconds:
        passed += sum(pace.take(key) == 0 for pace in paces)
        await asyncio.sleep(0.001)
    return passed, time.monotonic() - began


@pytest.fixture
def sure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Redis that is there is heard, however busy the machine is."""
    monkeypatch.setattr(redis_limits, "PATIENCE", 10.0)


@pytest.fixture(params=["redis", pytest.param("cluster", marks=pytest.mark.full)])
async def everywhere(request: pytest.FixtureRequest) -> AsyncIterator[Town]:
    town = Town(request.getfixturevalue(f"{request.param}_url"))
    yield town
    await town.close()


@pytest.fixture
async def town(redis_url: str) -> AsyncIterator[Town]:
    town = Town(redis_url)
    yield town
    await town.close()


@pytest.mark.usefixtures("sure")
async def test_three_processes_together_let_through_what_one_would(everywhere: Town) -> None:
    paces = await everywhere.paces(3, rate=10, burst=60)

    passed, seconds = await take_all(paces, "ana", 1.0)

    assert 60 <= passed <= 60 + 10 * seconds + 2 * 20
    again, seconds = await take_all(paces, "ana", 1.0)
    assert passed + again <= 60 + 10 * (seconds + 1.0) + 2 * 20
    assert again <= 10 * seconds + 3 * 3


@pytest.mark.usefixtures("sure")
async def test_who_speaks_through_one_process_has_the_whole_budget(town: Town) -> None:
    pace, _ = await town.paces(2, rate=0.001, burst=40)
    passed = 0
    while (wait := pace.take("ana")) <= SOON * 1_000 + 1:
        passed += wait == 0
        await asyncio.sleep(wait / 1_000 if wait else 0)
    assert passed == 40


@pytest.mark.usefixtures("sure")
async def test_a_person_at_a_human_pace_costs_redis_nothing(town: Town, redis_server: RedisServer) -> None:
    pace, _ = await town.paces(2, rate=1, burst=20)
    assert [pace.take("ana") for _ in range(4)] == [0] * 4
    assert town.processes[0]._due == {}


@pytest.mark.usefixtures("sure")
async def test_guesses_through_one_process_close_the_other(town: Town) -> None:
    first, second = await town.paces(2, rate=0.05, burst=8, doublings=6)
    await until(lambda: first.take("home") > SOON * 1_000 + 1)
    await until(lambda: not town.processes[0]._due)

    passed = 0
    while (wait := second.take("home")) <= SOON * 1_000 + 1:
        passed += wait == 0
        await asyncio.sleep(0.001)
    assert passed <= 4  # its share, before it heard
    assert wait > 10_000


@pytest.mark.usefixtures("sure")
async def test_wrong_tries_are_counted_together(town: Town) -> None:
    # No time passes: what is waited for has to do with counts alone.
    first, second = [Failures(clock=lambda: 0.0, others=await town.process()) for _ in range(2)]
    for _ in range(4):
        first.failed("ana")
    await until(lambda: not town.processes[0]._due)
    second.failed("ana")
    await until(lambda: second.wait("ana") > 500)
    assert second.wait("bo") == 0

    second.succeeded("ana")
    await until(lambda: not town.processes[1]._due)
    first.failed("bo")
    assert second.wait("ana") == 0


@pytest.mark.faults
@pytest.mark.parametrize("fault", [RedisServer.kill, RedisServer.suspend])
async def test_without_redis_each_process_keeps_to_its_part(
    town: Town, redis_server: RedisServer, fault: Callable[[RedisServer], None]
) -> None:
    paces = await town.paces(3, rate=0.06, burst=30)
    wrong = Failures(others=town.processes[0])
    fault(redis_server)
    await until(lambda: not any(each.linked for each in town.processes))

    passed, _ = await take_all(paces, "ana", 0.3)

    assert passed == 30
    for pace in paces:
        assert pace.take("ana") > 20_000  # a third of the rate
    assert [each.processes for each in town.processes] == [3, 3, 3]
    wrong.failed("ana")
    wrong.failed("ana")
    assert wrong.wait("ana") > 0  # fewer tries are free

    if fault is RedisServer.suspend:
        redis_server.resume()
    else:
        redis_server.start()
    await until(lambda: all(each.linked and each.processes == 3 for each in town.processes))
    passed, _ = await take_all(paces, "bo", 0.3)
    assert 30 <= passed <= 2 * 30


@pytest.mark.faults
async def test_at_the_moment_redis_hangs_no_budget_is_opened(town: Town, redis_server: RedisServer) -> None:
    paces = await town.paces(3, rate=1, burst=30)
    redis_server.suspend()

    passed, seconds = await take_all(paces, "ana", 1.5)

    assert passed <= 30 + seconds + 3
    redis_server.resume()


@pytest.mark.faults
async def test_a_process_that_ended_counts_no_more(town: Town) -> None:
    first, second = await town.process(), await town.process(life=0.3)
    await second.close()
    await until(lambda: first.processes == 1)

    third = await town._stack.enter_async_context(Silent(town.url))
    await until(lambda: first.processes == 2)
    third.cancel()
    await until(lambda: first.processes == 1)


class Silent:
    """A process that stops without a word."""

    def __init__(self, url: str) -> None:
        self.others = RedisOthers(url, lambda text: text, beat=0.05, life=0.3)

    async def __aenter__(self) -> asyncio.Task[None]:
        await self.others.start()
        assert self.others._running is not None
        return self.others._running

    async def __aexit__(self, *_: object) -> None:
        await self.others.close()


@pytest.mark.usefixtures("sure")
async def test_redis_holds_no_name_and_nothing_for_long(town: Town) -> None:
    shared = [Limits(Settings(sign_ins_per_minute=2, looks_per_minute=2), others=await town.process()) for _ in "12"]
    for limits in shared:
        for _ in range(8):
            limits.looks("198.51.100.0/24")
            limits.signs_in("198.51.100.0/24")
            limits.wrong.failed("heron")
    await until(lambda: not any(each._due for each in town.processes))
    wire = await Wire.open(parse(town.url))
    [names] = await wire.ask([("KEYS", "*")])
    lives = await wire.ask([("PTTL", name) for name in names])
    dumps = await wire.ask([("DUMP", name) for name in names])
    wire.abandon()

    assert len(names) == 4
    assert all(0 < life <= 3_600_000 for life in lives)
    everything = b"".join([*names, *dumps])
    for word in (b"198.51", b"heron", KEYS.mark("network", "198.51.100.0/24").encode()):
        assert word not in everything


@pytest.mark.usefixtures("sure")
async def test_a_person_on_two_servers_has_one_budget(tmp_path: Path, database_url: str, redis_url: str) -> None:
    settings = {"database_url": database_url, "redis_url": redis_url, "sends_per_10s": 10}
    async with house(tmp_path / "one", **settings) as one:
        (tmp_path / "two").mkdir()
        copyfile(tmp_path / "one" / "secret.key", tmp_path / "two" / "secret.key")
        async with house(tmp_path / "two", **settings) as two:
            both = [place.parts.limits.others for place in (one, two)]
            await until(lambda: all(others.linked and others.processes == 2 for others in both))
            ana = await Guest(one.url, "Ana").comes_in()
            room = await ana.opens()
            elsewhere = Guest(two.url, "Ana")
            elsewhere.cookie = ana.cookie
            await elsewhere.opens_a_socket()
            began = time.monotonic()
            said = [0, 0]
            for turn, each in enumerate((ana, elsewhere)):
                for number in range(30):
                    try:
                        await each.says(f"{number}", room)
                    except Refused as refused:
                        if refused.facts["retry_after"] > SOON * 1_000 + 1:
                            break
                        # What the others have spent is about to be known.
                        await asyncio.sleep(SOON)
                    else:
                        said[turn] += 1
                await until(lambda: not any(others._due for others in both if isinstance(others, RedisOthers)))
            assert said[0] >= 15
            # Beside what comes back with time, the other gives away its share of a full budget before it has heard.
            assert sum(said) <= 20 + 10 + (time.monotonic() - began)
            await elsewhere.leaves_the_page()
