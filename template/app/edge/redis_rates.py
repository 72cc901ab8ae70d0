"""One budget for all replicas, in Redis. While it is away each process counts for itself."""

import asyncio
import hashlib
from contextvars import Context
from typing import Any, Literal

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from app.edge.rates import Rate, Rates, Standing, stand
from app.log import log

# For a hit, connecting included; then this process answers. In two parts: where the whole process
# has paused, the first is over before anybody looked at the socket.
ANSWER_SECONDS = (0.04, 0.01)
PATIENCE_SECONDS = 1  # until silence is an outage; then between two looks, and for each

# As LocalRates counts, in microseconds of Redis' own clock. A key that is no longer counted ends
# by itself, whatever that clock does.
COUNT = """
local limit, seconds, cost = tonumber(ARGV[1]), ARGV[2] * 1000000, tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local kept = redis.call('HMGET', KEYS[1], 'start', 'before', 'current')
local start, before, current = tonumber(kept[1] or now), kept[2] or 0, kept[3] or 0
before, current = tonumber(before), tonumber(current)
local passed = math.floor((now - start) / seconds)
if passed > 1 then
    start, before, current = now, 0, 0
elseif passed == 1 then
    start, before, current = start + seconds, current, 0
end
local elapsed = math.max(now - start, 0)
local used = current + math.floor(before * (1 - elapsed / seconds))
if used >= limit then
    return {-1, before, current, elapsed}
end
if cost == 1 then
    redis.call('HSET', KEYS[1], 'start', start, 'before', before, 'current', current + 1)
    redis.call('EXPIRE', KEYS[1], 2 * ARGV[2])
end
return {limit - used - cost, before, current, elapsed}
"""


class RedisRates:
    """`local` is hit as well, so that it takes over with what this process has admitted."""

    def __init__(self, url: str, local: Rates) -> None:
        self._redis = Redis.from_url(
            url,
            socket_timeout=PATIENCE_SECONDS,
            socket_connect_timeout=PATIENCE_SECONDS,
            retry=Retry(NoBackoff(), 0),
            driver_info=None,  # two round trips of each new connection
        )
        self._count = self._redis.register_script(COUNT)
        self._local = local
        self._watch: asyncio.Task[None] | None = None

    async def hit(self, key: str, rate: Rate, cost: Literal[0, 1] = 1) -> Standing:
        standing = None if self._watch else await self._ask(key, rate, cost)
        if standing and standing.left < 0:
            return standing
        local = await self._local.hit(key, rate, cost)
        return standing or local

    def state(self) -> str:
        return "away" if self._watch else "ok"

    async def close(self) -> None:
        if self._watch:
            self._watch.cancel()
        await self._redis.aclose()

    async def _ask(self, key: str, rate: Rate, cost: int) -> Standing | None:
        """Redis learns no address and no account."""
        name = f"rate:{rate.name}:{hashlib.sha256(key.encode()).hexdigest()[:32]}"
        asked = asyncio.create_task(self._count([name], [rate.limit, rate.seconds, cost]))
        asked.add_done_callback(_hear)
        for seconds in ANSWER_SECONDS:
            await asyncio.wait({asked}, timeout=seconds)
            if asked.done():
                break
        if not asked.done() or asked.exception():
            self._watch = self._watch or asyncio.create_task(self._wait(asked), context=Context())
            return None
        left, before, current, elapsed = asked.result()
        return stand(rate, left, before, current, elapsed / 1_000_000)

    async def _wait(self, asked: asyncio.Task[Any]) -> None:
        """Nobody asks meanwhile. An answer that is late yet comes is no outage: a busy process is
        late itself."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await asked
        except Exception as error:
            fields = {"reason": repr(error)}
            log.warning("redis is away: each process counts for itself", extra={"fields": fields})
            while not await self._is_back():
                pass
            log.warning("redis is back")
        self._watch = None

    async def _is_back(self) -> bool:
        """A hit is asked for, since a Redis that answers PING may still refuse to write."""
        await asyncio.sleep(PATIENCE_SECONDS)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return bool(await self._count(["rate:probe"], [1000, 1, 1]))
        except Exception:
            return False


def _hear(asked: asyncio.Task[Any]) -> None:
    """Nobody may be waiting any more; asyncio would complain."""
    if not asked.cancelled():
        asked.exception()
