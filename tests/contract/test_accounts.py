"""An account's way in."""

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from tests.contract.callers import AUTH, Tokens, at_once, new_account, tokens_of, use
from tests.contract.items import ITEMS, JSON
from tests.contract.refusals import (
    CONFLICT,
    FORBIDDEN,
    INVALID,
    UNAUTHENTICATED,
    assert_refused,
)

pytestmark = pytest.mark.accounts


# Register


def test_who_registers_gets_an_account_that_may_read(stranger: httpx2.Client) -> None:
    account = new_account()

    made = stranger.post(f"{AUTH}/register", json=account)

    assert made.status_code == 201
    data = made.json()["data"]
    assert data.keys() == {"id", "email", "role", "created_at"}
    assert (data["email"], data["role"]) == (account["email"], "viewer")


@pytest.mark.parametrize("spelling", [str.upper, str.lower, str.swapcase])
def test_addresses_compare_without_case(
    stranger: httpx2.Client, account: dict[str, str], spelling: Callable[[str], str]
) -> None:
    same = account | {"email": spelling(account["email"])}

    assert_refused(stranger.post(f"{AUTH}/register", json=same), CONFLICT)
    assert stranger.post(f"{AUTH}/token", json=same).status_code == 200


def test_of_registrations_at_once_one_wins(stranger: httpx2.Client) -> None:
    account = new_account()

    answers = at_once(*[lambda: stranger.post(f"{AUTH}/register", json=account)] * 5)

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]


@pytest.mark.parametrize("password", ["x" * 12, "x" * 128, "\U0001d11e" * 12, " a b c d e f "])
def test_a_password_has_12_to_128_characters(stranger: httpx2.Client, password: str) -> None:
    account = new_account() | {"password": password}

    assert stranger.post(f"{AUTH}/register", json=account).status_code == 201
    assert stranger.post(f"{AUTH}/token", json=account).status_code == 200
    stripped = account | {"password": password[:-1]}
    assert_refused(stranger.post(f"{AUTH}/token", json=stripped), UNAUTHENTICATED)


@pytest.mark.parametrize(
    "fields",
    [
        {"password": "x" * 11},
        {"password": "x" * 129},
        {"password": "x" * 100_000},
        {"password": "a long\x00password"},
        {"password": 123456789012},
        {"password": None},
        {"email": ""},
        {"email": "x"},
        {"email": "@contract.example"},
        {"email": "a b@contract.example"},
        {"email": "a\x00@contract.example"},
        {"email": f"{'x' * 250}@contract.example"},
        {"email": ["a@contract.example"]},
        {"role": "admin"},
        {"id": "0190a1b2-c3d4-7e5f-8a6b-0123456789ab"},
    ],
    ids=str,
)
def test_a_registration_outside_the_schema_is_refused(
    stranger: httpx2.Client, fields: dict[str, Any]
) -> None:
    refused = stranger.post(f"{AUTH}/register", json=new_account() | fields)

    assert_refused(refused, INVALID)
    sent = next(iter(fields.values()))
    assert len(str(sent)) < 11 or json.dumps(sent) not in refused.text


# Sign in


def test_an_access_token_ends_soon_and_opens_what_its_role_may(
    stranger: httpx2.Client, account: dict[str, str], tokens: Tokens
) -> None:
    assert tokens.keys() == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert tokens["token_type"] == "Bearer"
    assert 0 < int(tokens["expires_in"]) <= 900

    stranger.headers["Authorization"] = f"Bearer {tokens['access_token']}"

    assert stranger.get(f"{AUTH}/me").json()["data"]["email"] == account["email"]
    assert stranger.get(ITEMS).status_code == 200
    refused = stranger.post(ITEMS, content=b"{", headers=JSON)
    assert_refused(refused, FORBIDDEN)


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "bEaReR"])
def test_the_scheme_is_written_in_any_case(
    stranger: httpx2.Client, tokens: Tokens, scheme: str
) -> None:
    stranger.headers["Authorization"] = f"{scheme} {tokens['access_token']}"

    assert stranger.get(f"{AUTH}/me").status_code == 200


def test_a_refresh_token_is_no_access_token(stranger: httpx2.Client, tokens: Tokens) -> None:
    stranger.headers["Authorization"] = f"Bearer {tokens['refresh_token']}"

    assert_refused(stranger.get(f"{AUTH}/me"), UNAUTHENTICATED)


def test_an_access_token_is_no_refresh_token(stranger: httpx2.Client, tokens: Tokens) -> None:
    swapped = {"refresh_token": tokens["access_token"][:200]}

    assert_refused(use(stranger, swapped), UNAUTHENTICATED)


def test_a_wrong_password_and_an_unknown_account_are_refused_alike(
    stranger: httpx2.Client, account: dict[str, str]
) -> None:
    wrong = stranger.post(f"{AUTH}/token", json=account | {"password": "another password"})
    unknown = stranger.post(f"{AUTH}/token", json=new_account())

    for refused in (wrong, unknown):
        assert_refused(refused, UNAUTHENTICATED)
        assert refused.headers["WWW-Authenticate"]
    assert wrong.json()["error"]["message"] == unknown.json()["error"]["message"]


def test_who_signs_in_need_not_be_known_before(stranger: httpx2.Client) -> None:
    account = new_account()
    stranger.headers["Authorization"] = "Bearer x.y.z"

    assert stranger.post(f"{AUTH}/register", json=account).status_code == 201
    first = tokens_of(stranger.post(f"{AUTH}/token", json=account))
    second = tokens_of(use(stranger, first))
    assert use(stranger, second, "logout").status_code == 204


@pytest.mark.parametrize("key", ["", "é", "a key"])
def test_an_idempotency_key_does_not_keep_a_sign_in(stranger: httpx2.Client, key: str) -> None:
    account, headers = new_account(), [(b"Idempotency-Key", key.encode())]

    made, again = (
        stranger.post(f"{AUTH}/register", json=account, headers=headers) for _ in range(2)
    )
    signed_in = [stranger.post(f"{AUTH}/token", json=account, headers=headers) for _ in range(2)]

    assert (made.status_code, again.status_code) == (201, 409)
    assert len({tokens_of(answer)["refresh_token"] for answer in signed_in}) == 2
    answers = [made, again, *signed_in]
    assert not [answer for answer in answers if "Idempotency-Replayed" in answer.headers]
