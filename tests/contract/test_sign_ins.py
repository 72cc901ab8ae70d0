"""How often an account may try to sign in, and the life of a sign-in."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.contract.callers import AUTH, Tokens, at_once, new_account, new_address, tokens_of, use
from tests.contract.items import JSON
from tests.contract.refusals import (
    INVALID,
    LIMITED,
    MALFORMED,
    UNAUTHENTICATED,
    assert_refused,
)

TRIES = 10

pytestmark = pytest.mark.accounts


# Throttled


def test_an_address_signs_in_ten_times_a_minute(stranger: httpx2.Client) -> None:
    stranger.headers["X-Forwarded-For"] = new_address()
    tried = [stranger.post(f"{AUTH}/token", json=new_account()) for _ in range(TRIES)]

    refused = [
        stranger.post(f"{AUTH}/token", json=new_account()),
        stranger.post(f"{AUTH}/register", json=new_account()),
        use(stranger, {"refresh_token": "x"}),
    ]

    assert [answer.status_code for answer in tried] == [401] * TRIES
    for answer in refused:
        assert_throttled(answer)
    stranger.headers["X-Forwarded-For"] = new_address()
    assert stranger.post(f"{AUTH}/token", json=new_account()).status_code == 401


def test_the_throttle_of_an_address_comes_before_its_body_is_read(stranger: httpx2.Client) -> None:
    stranger.headers["X-Forwarded-For"] = new_address()

    answers = [stranger.post(f"{AUTH}/token", content=b"{", headers=JSON) for _ in range(TRIES)]

    for answer in answers:
        assert_refused(answer, MALFORMED)
    assert_throttled(stranger.post(f"{AUTH}/token", content=b"{", headers=JSON))


def test_an_account_has_ten_tries_a_minute_from_all_addresses(
    stranger: httpx2.Client, account: dict[str, str], tokens: Tokens
) -> None:
    guess = account | {"password": "another password"}
    tried = [stranger.post(f"{AUTH}/token", json=guess) for _ in range(TRIES)]

    right = stranger.post(f"{AUTH}/token", json=account | {"email": account["email"].upper()})

    assert [answer.status_code for answer in tried[: TRIES - 2]] == [401] * (TRIES - 2)
    for refused in (right, use(stranger, tokens), stranger.post(f"{AUTH}/register", json=account)):
        assert_throttled(refused)


def test_an_account_that_does_not_exist_is_throttled_alike(stranger: httpx2.Client) -> None:
    unknown = new_account()
    tried = [stranger.post(f"{AUTH}/token", json=unknown) for _ in range(TRIES)]

    assert [answer.status_code for answer in tried] == [401] * TRIES
    assert_throttled(stranger.post(f"{AUTH}/token", json=unknown))


def assert_throttled(answer: httpx2.Response) -> None:
    assert_refused(answer, LIMITED)
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert answer.headers["RateLimit-Policy"]
    assert ";r=0;" in answer.headers["RateLimit"]


# Refresh and log out


def test_a_second_use_of_a_refresh_token_ends_its_family(
    stranger: httpx2.Client, tokens: Tokens
) -> None:
    second = tokens_of(use(stranger, tokens))
    third = tokens_of(use(stranger, second))

    assert len({each["refresh_token"] for each in (tokens, second, third)}) == 3
    assert_refused(use(stranger, tokens), UNAUTHENTICATED)
    assert_refused(use(stranger, third), UNAUTHENTICATED)


def test_one_family_ends_without_the_others_of_its_account(
    stranger: httpx2.Client, account: dict[str, str], tokens: Tokens
) -> None:
    other = tokens_of(stranger.post(f"{AUTH}/token", json=account))

    tokens_of(use(stranger, tokens))
    assert_refused(use(stranger, tokens), UNAUTHENTICATED)

    tokens_of(use(stranger, other))


@pytest.mark.parametrize("uses", [2, 5])
def test_of_uses_at_once_one_wins_and_the_family_ends(
    stranger: httpx2.Client, tokens: Tokens, uses: int
) -> None:
    answers = at_once(*[lambda: use(stranger, tokens)] * uses)

    assert sorted(answer.status_code for answer in answers) == [200, *[401] * (uses - 1)]
    won = next(answer for answer in answers if answer.status_code == 200)
    assert_refused(use(stranger, tokens_of(won)), UNAUTHENTICATED)


@pytest.mark.parametrize("how", ["refresh", "logout"])
@pytest.mark.parametrize("round_", range(5))
def test_what_ends_a_family_ends_what_is_issued_meanwhile(
    stranger: httpx2.Client, tokens: Tokens, how: str, round_: int
) -> None:
    second = tokens_of(use(stranger, tokens))

    issued, _ = at_once(lambda: use(stranger, second), lambda: use(stranger, tokens, how))

    assert issued.status_code in (200, 401)
    newest = tokens_of(issued) if issued.status_code == 200 else second
    assert_refused(use(stranger, newest), UNAUTHENTICATED)


def test_logout_ends_the_family(stranger: httpx2.Client, tokens: Tokens) -> None:
    second = tokens_of(use(stranger, tokens))

    out = use(stranger, second, "logout")

    assert (out.status_code, out.content) == (204, b"")
    assert_refused(use(stranger, second), UNAUTHENTICATED)
    assert use(stranger, second, "logout").status_code == 204


@pytest.mark.parametrize("token", ["", "x", "x" * 200, f"{uuid4().hex}.{'A' * 43}", "é\U0001d11e"])
def test_a_refresh_token_that_nobody_has_is_refused(stranger: httpx2.Client, token: str) -> None:
    assert_refused(use(stranger, {"refresh_token": token}), UNAUTHENTICATED)
    assert use(stranger, {"refresh_token": token}, "logout").status_code == 204


@pytest.mark.parametrize("how", ["refresh", "logout"])
@pytest.mark.parametrize("token", ["x" * 100_000, "a\x00", 1, None], ids=["long", "NUL", "1", "-"])
def test_a_refresh_token_outside_the_schema_is_refused(
    stranger: httpx2.Client, token: Any, how: str
) -> None:
    assert_refused(use(stranger, {"refresh_token": token}, how), INVALID)
