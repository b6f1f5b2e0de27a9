"""Budgets that several processes share through Redis: each spends by itself and tells the others in the background.

Nothing in Redis names a person or a network: keys are keyed hashes, and each ends by itself when it says nothing more
than its absence would. When Redis is gone, every process keeps to its part of each budget (see `paces`).
"""

import asyncio
import logging
import random
import secrets
from collections.abc import Callable
from itertools import islice

from server.failures import Failures
from server.paces import KEYS_MOST, Counter, Pace
from server.redis.node import parse
from server.redis.scripts import Call, Script, Scripts
from server.redis.wire import WireBroken
from server.waiting import happens

log = logging.getLogger("server.limits")

PREFIX = "peer_circles:limit:"
PROCESSES = "peer_circles:processes"
PATIENCE = 0.5
"""Seconds for Redis to answer, and from its silence to the next try."""
BEAT = 2.0
"""Seconds between two signs of life of a process."""
LIFE = 7.0
"""Seconds after its last sign of life for which a process still counts."""
GATHER = 0.005
"""Seconds between two round trips at least."""
AT_ONCE = 200

SPEND = Script("""
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local rate, burst, doublings = tonumber(ARGV[1]) / 1000, tonumber(ARGV[2]), tonumber(ARGV[3])
local spent, refused, process = tonumber(ARGV[4]), ARGV[5] == '1', ARGV[6]
local state = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'strikes', 'process', 'several')
local tokens, at = tonumber(state[1] or burst), tonumber(state[2] or now)
local strikes, several = tonumber(state[3] or 0), tonumber(state[5] or 0)
if now > at then
  tokens = math.min(burst, tokens + (now - at) * rate)
  at = now
  if tokens >= burst then strikes = 0 end
end
tokens = tokens - spent
if refused and tokens < 1 and at <= now and doublings > 0 then
  at = now + (1 - tokens) / rate * 2 ^ math.min(strikes, doublings)
  tokens, strikes = 1, strikes + 1
end
if state[4] and state[4] ~= process then several = now + 10000 end
redis.call('HSET', KEYS[1], 'tokens', tokens, 'at', at, 'strikes', strikes, 'process', process, 'several', several)
redis.call('PEXPIRE', KEYS[1], math.ceil(at - now + (burst - tokens) / rate) + 1)
return {tostring(tokens), tostring(at - now), strikes, several > now and 0 or 1}
""")
"""One bucket: what was spent of it elsewhere is taken off; what is left, for how long it is closed, strikes, alone."""

FAIL = Script("""
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local failed, forget = tonumber(ARGV[1]), tonumber(ARGV[2])
if failed < 0 then
  redis.call('DEL', KEYS[1])
  return {0, 0}
end
local state = redis.call('HMGET', KEYS[1], 'count', 'at')
local count = (tonumber(state[1]) or 0) + failed
redis.call('HSET', KEYS[1], 'count', count, 'at', now)
redis.call('PEXPIRE', KEYS[1], forget)
return {count, 0}
""")
"""Wrong tries: how many all together, and how many milliseconds ago the last was."""

BE_HERE = Script("""
local time = redis.call('TIME')
local now, life = time[1] * 1000 + math.floor(time[2] / 1000), tonumber(ARGV[2])
if life > 0 then redis.call('ZADD', KEYS[1], now + life, ARGV[1]) else redis.call('ZREM', KEYS[1], ARGV[1]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if life > 0 then redis.call('PEXPIRE', KEYS[1], life) end
return redis.call('ZCARD', KEYS[1])
""")


class RedisOthers:
    """``mark`` makes a keyed hash of a text, the same one in all processes. Raises `BrokerUnavailable` as the broker does.

    ``processes`` are counted by their signs of life; before the first answer, and after the last, what was known stands.
    """

    def __init__(
        self, url: str, mark: Callable[[str], str], *, processes: int = 1, beat: float = BEAT, life: float = LIFE
    ) -> None:
        self.processes = max(1, processes)
        self.linked = False
        self._origin = secrets.token_urlsafe(9)
        self._mark = mark
        self._beat_every = beat
        self._life = round(life * 1000)
        self._scripts = Scripts(parse(url), [SPEND, FAIL, BE_HERE], patience=PATIENCE)
        self._due: dict[tuple[Counter, str], None] = {}
        self._beat_at = 0.0
        self._wake = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._running = asyncio.create_task(self._run())

    async def close(self) -> None:
        running, self._running = self._running, None
        if running is None:
            return
        running.cancel()
        await asyncio.wait([running])
        try:
            if self.linked:
                await self._scripts.run([Call(BE_HERE, PROCESSES, (self._origin, 0))])
        except WireBroken:
            pass  # it is forgotten by itself a little later
        finally:
            self.linked = False
            self._scripts.abandon()

    def tell(self, counter: Counter, key: str) -> None:
        if len(self._due) < KEYS_MOST:
            self._due[counter, key] = None
            if self.linked:
                self._wake.set()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            try:
                if loop.time() >= self._beat_at:
                    await self._beat()
                if self._due:
                    await self._pass_on(list(islice(self._due, AT_ONCE)))
            except WireBroken as cause:
                self._lost(str(cause))
                await asyncio.sleep(random.uniform(PATIENCE / 2, PATIENCE))
            except Exception as bug:
                log.error("sharing limits failed and goes on", exc_info=bug)
                self._lost("bug")
                await asyncio.sleep(PATIENCE)
            else:
                await asyncio.sleep(GATHER)
                if not self._due:
                    await happens(self._wake, within=self._beat_at - loop.time())

    async def _beat(self) -> None:
        [count] = await self._scripts.run([Call(BE_HERE, PROCESSES, (self._origin, self._life))])
        self._beat_at = asyncio.get_running_loop().time() + self._beat_every
        self.processes = int(count)
        if not self.linked:
            self.linked = True
            log.info("limits are shared", extra={"processes": self.processes})

    async def _pass_on(self, due: list[tuple[Counter, str]]) -> None:
        calls = []
        unlearn: list[Callable[[], None]] = []
        for counter, key in due:
            del self._due[counter, key]
            calls.append(self._call(counter, key, unlearn))
        try:
            replies = await self._scripts.run(calls)
        except BaseException:
            for each in unlearn:
                each()
            self._due |= dict.fromkeys(due)
            raise
        for (counter, key), reply in zip(due, replies, strict=True):
            if isinstance(counter, Pace):
                tokens, closed, strikes, alone = reply
                counter.learn(key, float(tokens), max(0.0, float(closed) / 1000), strikes, alone=bool(alone))
            elif isinstance(counter, Failures):
                counter.learn(key, int(reply[0]), int(reply[1]) / 1000)

    def _call(self, counter: Counter, key: str, unlearn: list[Callable[[], None]]) -> Call:
        name = PREFIX + self._mark(f"{counter.name}:{key}")
        if isinstance(counter, Failures):
            failed = counter.news(key)
            unlearn.append(lambda: counter.unlearn(key, failed))
            return Call(FAIL, name, (failed, round(counter.FORGET * 1000)))
        assert isinstance(counter, Pace)
        news = counter.news(key)
        unlearn.append(lambda: counter.unlearn(key, news))
        spent, refused = news
        arguments = (repr(counter.rate), repr(counter.burst), counter.doublings, spent, int(refused), self._origin)
        return Call(SPEND, name, arguments)

    def _lost(self, cause: str) -> None:
        if self.linked:
            log.info("limits are kept by each process for itself", extra={"cause": cause})
        self.linked = False
        self._beat_at = 0.0
