"""How often a caller may ask: one budget for all processes, whatever becomes of Redis."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from tests.generated.conftest import Make
from tests.generated.credentials import app
from tests.generated.process import SECRET_KEY, Database, Service, run
from tests.generated.redis import Redis

ITEMS, TOKEN = "/api/v1/items", "/api/v1/auth/token"
PASSWORD = "a long password"
Serve = Callable[..., Service]


@pytest.fixture
def redis() -> Iterator[Redis]:
    with Redis() as redis:
        yield redis


@pytest.fixture(scope="module")
def serve_jwt(make: Make) -> Iterator[Serve]:
    """A service that asks who is calling; two accounts are there."""
    folder = make("postgresql-jwt").folder
    with Database(folder) as database:
        own = {"DATABASE_URL": database.create("rates"), "SECRET_KEY": SECRET_KEY}
        run(folder, ".venv/bin/app", "migrate", **own)
        for name in ("one", "two"):
            words = ["create", f"{name}@example.org", "--role", "viewer", "--password-stdin"]
            app(folder, "accounts", *words, stdin=PASSWORD, **own)
        yield lambda **settings: Service(folder, **own | settings)


def left(answer: httpx2.Response) -> int:
    [remaining] = [w[2:] for w in answer.headers["RateLimit"].split(";") if w.startswith("r=")]
    return int(remaining)


def slowest(client: httpx2.Client, number: int) -> tuple[list[int], float]:
    """The statuses of so many requests, and the seconds of the one that took longest."""
    statuses, seconds = [], []
    for _ in range(number):
        began = time.monotonic()
        statuses.append(client.get(ITEMS).status_code)
        seconds.append(time.monotonic() - began)
    return statuses, max(seconds)


def redis_of(service: Service) -> str | None:
    ready = service.get("/ready")
    assert ready.status_code == 200
    state: str | None = ready.json()["data"].get("redis")
    return state


def wait_for_redis(service: Service, seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while redis_of(service) != "ok":
        assert time.monotonic() < until, "redis is not used again"
        time.sleep(0.1)


def events(service: Service) -> list[dict[str, Any]]:
    return [json.loads(line) for line in service.log.read_text().splitlines()]


def told(service: Service, words: str) -> int:
    return len([line for line in events(service) if words in line["event"]])


# What is told


def test_every_answer_tells_the_limit_and_a_refusal_when_to_come_back(serve: Serve) -> None:
    with serve(RATE_LIMIT="3/60") as service, service.client() as client:
        answers = [client.get(f"{ITEMS}?limit={n}") for n in (1, "x", 2, 3, 4)]

    assert [answer.status_code for answer in answers] == [200, 422, 200, 429, 429]
    assert [left(answer) for answer in answers] == [2, 1, 0, 0, 0]
    assert {answer.headers["RateLimit-Policy"] for answer in answers} == {'"default";q=3;w=60'}
    assert [("Retry-After" in answer.headers) for answer in answers] == [False] * 3 + [True] * 2
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    assert answers[-1].json()["error"]["code"] == "rate_limited"


@pytest.mark.parametrize("shared", [False, True])
def test_who_waits_as_told_is_admitted(serve: Serve, redis: Redis, shared: bool) -> None:
    settings = {"REDIS_URL": redis.url} if shared else {}
    with serve(RATE_LIMIT="2/1", **settings) as service, service.client() as client:
        for _ in range(2):
            while (answer := client.get(ITEMS)).status_code == 200:
                pass
            time.sleep(int(answer.headers["Retry-After"]))
            assert client.get(ITEMS).status_code == 200


def test_probes_are_never_limited(serve: Serve) -> None:
    with serve(RATE_LIMIT="1/60") as service, service.client() as client:
        refused = [client.get(ITEMS).status_code for _ in range(2)]
        probes = [client.get(path) for path in ("/health", "/ready", "/metrics") for _ in range(5)]

    assert refused == [200, 429]
    assert {probe.status_code for probe in probes} == {200}
    assert not any("RateLimit" in probe.headers for probe in probes)


# Who is counted


def test_a_forwarded_address_counts_only_where_a_proxy_is_trusted(serve: Serve) -> None:
    def ask(**settings: str) -> tuple[list[int], list[str]]:
        with serve(RATE_LIMIT="2/60", **settings) as service, service.client() as client:
            named = [f"198.51.100.{n}" for n in (1, 2, 3)]
            answers = [client.get(ITEMS, headers={"X-Forwarded-For": name}) for name in named]
        lines = [line["client"] for line in events(service) if line["event"] == "request"]
        return [answer.status_code for answer in answers], lines

    assert ask(TRUSTED_PROXIES="") == ([200, 200, 429], ["127.0.0.1"] * 3)
    assert ask(TRUSTED_PROXIES="192.0.2.0/24") == ([200, 200, 429], ["127.0.0.1"] * 3)
    assert ask(TRUSTED_PROXIES="127.0.0.1") == (
        [200, 200, 200],
        ["198.51.100.1", "198.51.100.2", "198.51.100.3"],
    )


def test_the_addresses_of_one_line_are_one_caller(serve: Serve) -> None:
    settings = {"RATE_LIMIT": "2/60", "TRUSTED_PROXIES": "127.0.0.1"}
    with serve(**settings) as service, service.client() as client:
        named = ["2001:db8:1:2::1", "2001:db8:1:2:f::9", "2001:db8:1:2::3", "2001:db8:1:3::1"]
        answers = [client.get(ITEMS, headers={"X-Forwarded-For": name}) for name in named]

    assert [answer.status_code for answer in answers] == [200, 200, 429, 200]


def test_a_caller_has_a_budget_of_its_own(serve_jwt: Serve) -> None:
    with serve_jwt(RATE_LIMIT="3/60") as service, service.client() as client:
        one, two = (sign_in(client, f"{name}@example.org") for name in ("one", "two"))
        statuses = [client.get(ITEMS, headers=one).status_code for _ in range(5)]

        assert statuses == [200, 200, 200, 429, 429]
        assert client.get(ITEMS, headers=two).status_code == 200


def test_an_address_that_guesses_is_refused_whoever_it_claims_to_be(serve_jwt: Serve) -> None:
    settings = {"RATE_LIMIT": "3/60", "TRUSTED_PROXIES": "127.0.0.1"}
    with serve_jwt(**settings) as service, service.client() as client:
        known = sign_in(client, "one@example.org")
        guesses = [{"Authorization": f"Bearer {n}"} for n in range(4)] + [known]
        statuses = [client.get(ITEMS, headers=guess).status_code for guess in guesses]
        elsewhere = client.get(ITEMS, headers=known | {"X-Forwarded-For": "198.51.100.1"})

    assert statuses == [401, 401, 401, 429, 429]
    assert elsewhere.status_code == 200


def sign_in(client: httpx2.Client, email: str) -> dict[str, str]:
    answer = client.post(TOKEN, json={"email": email, "password": PASSWORD})
    return {"Authorization": f"Bearer {answer.json()['data']['access_token']}"}


def test_an_address_has_ten_logins_a_minute_even_while_redis_is_dead(
    serve_jwt: Serve, redis: Redis
) -> None:
    redis.kill()
    with serve_jwt(REDIS_URL=redis.url, TRUSTED_PROXIES="127.0.0.1") as service:
        answers = guess(service, [f"nobody{n}@example.org" for n in range(11)], ["192.0.2.1"] * 11)

    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60


def test_an_account_has_ten_logins_a_minute_in_all_processes(
    serve_jwt: Serve, redis: Redis
) -> None:
    """In whatever case its address is written."""
    settings = {"REDIS_URL": redis.url, "TRUSTED_PROXIES": "127.0.0.1"}
    emails = ["one@example.org", "ONE@example.org", "one@Example.org"] * 4
    with serve_jwt(**settings) as one, serve_jwt(**settings) as other:
        answers = guess(one, emails[:6], [f"192.0.2.{n}" for n in range(6)])
        answers += guess(other, emails[6:11], [f"192.0.2.{n}" for n in range(6, 11)])

    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60


def guess(service: Service, emails: list[str], addresses: list[str]) -> list[httpx2.Response]:
    with service.client() as client:
        return [
            client.post(
                TOKEN,
                json={"email": email, "password": "not the password"},
                headers={"X-Forwarded-For": address},
            )
            for email, address in zip(emails, addresses, strict=True)
        ]


# Redis


def test_processes_share_one_budget(serve: Serve, redis: Redis) -> None:
    settings = {"RATE_LIMIT": "50/60", "REDIS_URL": redis.url, "TRUSTED_PROXIES": "127.0.0.1"}
    with contextlib.ExitStack() as stack, ThreadPoolExecutor(8) as pool:
        services = [stack.enter_context(serve(**settings)) for _ in range(2)]
        clients = [stack.enter_context(service.client()) for service in services]

        def admitted(caller: str) -> list[int]:
            """What was left after each of twice as many requests as are admitted."""
            headers = {"X-Forwarded-For": caller}
            answers = pool.map(lambda client: client.get(ITEMS, headers=headers), clients * 50)
            return sorted(left(answer) for answer in answers if answer.status_code == 200)

        # Where the machine stalls for 50 ms a process answers by itself, as it should: once more.
        assert any(admitted(f"192.0.2.{n}") == [*range(50)] for n in range(3))


def test_redis_learns_no_address(serve: Serve, redis: Redis) -> None:
    with serve(REDIS_URL=redis.url) as service:
        assert service.get(ITEMS).status_code == 200

    assert redis.ask("DBSIZE") == ":1"
    assert redis.ask("EVAL \"return redis.call('KEYS', '*127*')\" 0") == "*0"
    assert redis.ask("EVAL \"return redis.call('TTL', redis.call('RANDOMKEY'))\" 0") != ":-1"


def test_without_redis_the_log_says_so_at_start(serve: Serve) -> None:
    with serve() as service:
        assert redis_of(service) is None

    assert told(service, "REDIS_URL is not set") == 1


def test_while_redis_is_dead_each_process_goes_on_counting(serve: Serve, redis: Redis) -> None:
    with serve(RATE_LIMIT="9/60", REDIS_URL=redis.url) as service, service.client() as client:
        before = [left(client.get(ITEMS)) for _ in range(3)]
        assert redis_of(service) == "ok"

        redis.kill()
        statuses, seconds = slowest(client, 7)
        assert redis_of(service) == "away"
        redis.start()
        wait_for_redis(service)
        after = client.get(ITEMS)

    assert before == [8, 7, 6]
    assert statuses == [200] * 6 + [429]
    assert seconds < 0.5
    assert (after.status_code, left(after)) == (200, 8)  # Redis was empty
    assert [told(service, f"redis is {state}") for state in ("away", "back")] == [1, 1]


def test_a_redis_that_hangs_holds_nobody_up(serve: Serve, redis: Redis) -> None:
    with serve(REDIS_URL=redis.url) as service, service.client() as client:
        client.get(ITEMS)
        with redis.frozen():
            statuses, seconds = slowest(client, 20)
            time.sleep(1.5)
            assert redis_of(service) == "away"
            ready = service.wait_until("/ready", 200)
        wait_for_redis(service)

    assert statuses == [200] * 20
    assert seconds < 0.5
    assert ready < 1
    assert [told(service, f"redis is {state}") for state in ("away", "back")] == [1, 1]


def test_a_process_that_never_met_redis_starts_and_finds_it_later(
    serve: Serve, redis: Redis
) -> None:
    redis.kill()
    with serve(RATE_LIMIT="9/60", REDIS_URL=redis.url) as service, service.client() as client:
        assert [left(client.get(ITEMS)) for _ in range(3)] == [8, 7, 6]
        redis.start()
        wait_for_redis(service)
        assert left(client.get(ITEMS)) == 8
