import time
from itertools import chain, product
from socket import create_server

from app.edge import rates
from app.edge.rates import LocalRates, Rate, Standing
from app.edge.redis_rates import RedisRates

FIVE = Rate("default", limit=5, seconds=60)


class Clock:
    """Stands until it is told to go on."""

    def __init__(self) -> None:
        self.time = 1_000.0

    def __call__(self) -> float:
        return self.time


async def hits(rates: LocalRates, number: int, key: str = "somebody") -> list[int]:
    return [(await rates.hit(key, FIVE)).left for _ in range(number)]


async def test_a_new_caller_has_the_whole_limit_and_no_more() -> None:
    local = LocalRates(Clock())

    assert await hits(local, 7) == [4, 3, 2, 1, 0, -1, -1]
    assert await hits(local, 1, key="somebody else") == [4]


async def test_hits_get_out_of_sight_little_by_little() -> None:
    local = LocalRates(clock := Clock())
    await hits(local, 5)

    clock.time += 60 + 30  # half of the five are less than a minute ago: two, rounded
    assert await hits(local, 4) == [2, 1, 0, -1]
    clock.time += 120
    assert await hits(local, 1) == [4]


async def test_who_comes_when_told_to_is_admitted() -> None:
    local, refused = LocalRates(clock := Clock()), 0
    for pause in chain.from_iterable(product((0, 0.7, 31), repeat=6)):
        clock.time += pause
        standing = await local.hit("somebody", FIVE)
        if standing.left < 0:
            refused += 1
            clock.time += standing.reset_seconds
            assert (await local.hit("somebody", FIVE)).left >= 0

    assert refused > 100


async def test_asking_costs_nothing() -> None:
    local = LocalRates(Clock())

    asked = [(await local.hit("somebody", FIVE, cost=0)).left for _ in range(9)]

    assert asked == [5] * 9
    assert await hits(local, 5) == [4, 3, 2, 1, 0]
    assert (await local.hit("somebody", FIVE, cost=0)).left == -1


async def test_only_so_many_callers_are_remembered() -> None:
    local = LocalRates(Clock())
    await hits(local, 5)

    for number in range(rates.KEYS):
        await hits(local, 1, key=str(number))

    assert await hits(local, 1) == [4]
    assert await hits(local, 1, key=str(number)) == [3]


def test_a_standing_is_told_in_headers() -> None:
    assert Standing(FIVE, 4, 59.2).headers() == {
        "ratelimit-policy": '"default";q=5;w=60',
        "ratelimit": '"default";r=4;t=60',
    }
    assert Standing(FIVE, -1, 0.3).headers() == {
        "ratelimit-policy": '"default";q=5;w=60',
        "ratelimit": '"default";r=0;t=1',
        "retry-after": "1",
    }


async def test_while_redis_hangs_this_process_counts() -> None:
    with create_server(("127.0.0.1", 0)) as silent:
        shared = RedisRates(f"redis://127.0.0.1:{silent.getsockname()[1]}", LocalRates())
        began = time.perf_counter()
        standings = [await shared.hit("somebody", FIVE) for _ in range(6)]
        seconds = time.perf_counter() - began
        state = shared.state()
        await shared.close()

    assert [standing.left for standing in standings] == [4, 3, 2, 1, 0, -1]
    assert state == "away"
    assert seconds < 0.5  # it has waited once
