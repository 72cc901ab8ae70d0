"""How often somebody may ask: a sliding window for each key."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal, Protocol

from app.settings import settings

KEYS = 10_000  # that a process remembers; the one without a hit for longest is forgotten
MARGIN_SECONDS = 0.001  # at the very moment when enough are out of sight, rounding may differ


@dataclass(frozen=True)
class Rate:
    name: str
    limit: int
    seconds: int


STRICT = Rate("auth", limit=10, seconds=60)


@dataclass(frozen=True)
class Standing:
    """`left` is -1 for a hit that is refused. Then one more is admitted after `reset_seconds`;
    else they are what is left of the window."""

    rate: Rate
    left: int
    reset_seconds: float

    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers-11 has them."""
        name, seconds = f'"{self.rate.name}"', math.ceil(self.reset_seconds)
        headers = {
            "ratelimit-policy": f"{name};q={self.rate.limit};w={self.rate.seconds}",
            "ratelimit": f"{name};r={max(self.left, 0)};t={seconds}",
        }
        return headers | ({"retry-after": str(seconds)} if self.left < 0 else {})


class Rates(Protocol):
    async def hit(self, key: str, rate: Rate, cost: Literal[0, 1] = 1) -> Standing:
        """Counts unless it is refused. A cost of 0 only asks whether one would be."""

    def state(self) -> str | None:
        """Of Redis: `ok` or `away`; None where none is configured."""

    async def close(self) -> None: ...


@cache
def rates() -> Rates:
    """Counted in Redis for all replicas, or for this process alone."""
    url = settings().redis_url
    if url is None:
        return LocalRates()
    from app.edge.redis_rates import RedisRates  # noqa: PLC0415  # 0.2 s of start

    return RedisRates(url.get_secret_value(), LocalRates())


def stand(rate: Rate, left: int, before: int, current: int, elapsed: float) -> Standing:
    """`elapsed`: seconds since the window began."""
    rest = rate.seconds - elapsed
    if left >= 0:
        return Standing(rate, left, rest)
    if current < rate.limit:  # then enough of those before must get out of sight
        wait = rest - rate.seconds * (rate.limit - current) / before
    else:
        wait = rest + rate.seconds * (1 - rate.limit / current)
    return Standing(rate, left, wait + MARGIN_SECONDS)


class LocalRates:
    """Windows of a key follow one another from its first hit. Those of the window before count by
    the share of it that is less than `seconds` ago."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._kept = OrderedDict[tuple[str, str], tuple[float, int, int]]()

    async def hit(self, key: str, rate: Rate, cost: Literal[0, 1] = 1) -> Standing:
        name, now = (rate.name, key), self._now()
        start, before, current = self._window(name, now, rate.seconds)
        elapsed = now - start
        used = current + int(before * (1 - elapsed / rate.seconds))
        if used >= rate.limit:
            return stand(rate, -1, before, current, elapsed)
        if cost:
            self._keep(name, (start, before, current + 1))
        return stand(rate, rate.limit - used - cost, before, current, elapsed)

    def state(self) -> None:
        return None

    async def close(self) -> None: ...

    def _window(self, name: tuple[str, str], now: float, seconds: int) -> tuple[float, int, int]:
        start, before, current = self._kept.get(name, (now, 0, 0))
        passed = (now - start) // seconds
        if passed < 1:
            return start, before, current
        return (start + seconds, current, 0) if passed < 2 else (now, 0, 0)

    def _keep(self, name: tuple[str, str], window: tuple[float, int, int]) -> None:
        self._kept[name] = window
        self._kept.move_to_end(name)
        if len(self._kept) > KEYS:
            self._kept.popitem(last=False)
