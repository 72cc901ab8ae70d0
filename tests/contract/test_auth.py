"""Auth: who is calling comes before what is sent, and an account's way in and out."""

from collections.abc import Iterator
from uuid import uuid4

import httpx2
import pytest

from tests.contract.items import ITEMS, JSON, unknown_path
from tests.contract.refusals import (
    CONFLICT,
    FORBIDDEN,
    INVALID,
    UNAUTHENTICATED,
    assert_refused,
)

AUTH = "/api/v1/auth"
ROUTES = [
    ("GET", ITEMS),
    ("HEAD", ITEMS),
    ("POST", ITEMS),
    *((method, unknown_path()) for method in ("GET", "PUT", "PATCH", "DELETE")),
]
WRONG = [
    {},
    {"X-API-Key": ""},
    {"X-API-Key": "sk_000000000000_" + "A" * 43},
    {"X-API-Key": "é"},
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer x.y.z"},
    {"Authorization": "Basic YTpi"},
    # alg none; and HS256 by the key `secret`, without an end
    {"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIiwicm9sZSI6ImFkbWluIn0."},
    {
        "Authorization": "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0"
        ".rTCH8cLoGxAm_xw68z-zXVKi9ie6xJn9tnVWjd_9ftE"
    },
]


@pytest.fixture
def stranger(base_url: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=base_url, timeout=20, trust_env=False) as stranger:
        yield stranger


@pytest.mark.guarded
@pytest.mark.parametrize("headers", WRONG, ids=range(len(WRONG)))
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_stranger_is_told_nothing_but_how_to_prove_who_it_is(
    stranger: httpx2.Client, method: str, path: str, headers: dict[str, str]
) -> None:
    sent = [(name.encode(), value.encode()) for name, value in headers.items()]
    sent.append((b"Accept", b"text/html"))

    answer = stranger.request(method, path, content=b"{", headers=sent, params={"no": "such"})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"]
    if method != "HEAD":
        assert_refused(answer, UNAUTHENTICATED)


@pytest.mark.guarded
@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/api/v1/nothing", 404), ("DELETE", ITEMS, 405)]
)
def test_what_does_not_exist_needs_no_credentials(
    stranger: httpx2.Client, method: str, path: str, status: int
) -> None:
    assert stranger.request(method, path).status_code == status
    assert stranger.options(ITEMS).status_code == 204


def new_account() -> dict[str, str]:
    return {"email": f"{uuid4().hex}@Contract.example", "password": "a long password"}


@pytest.fixture
def account(stranger: httpx2.Client) -> dict[str, str]:
    account = new_account()
    assert stranger.post(f"{AUTH}/register", json=account).status_code == 201
    return account


@pytest.fixture
def tokens(stranger: httpx2.Client, account: dict[str, str]) -> dict[str, str]:
    answer = stranger.post(f"{AUTH}/token", json=account)
    assert answer.status_code == 200, answer.text
    tokens: dict[str, str] = answer.json()["data"]
    return tokens


@pytest.mark.accounts
def test_who_registers_gets_an_account_that_may_read(stranger: httpx2.Client) -> None:
    account = new_account()

    made = stranger.post(f"{AUTH}/register", json=account)

    assert made.status_code == 201
    data = made.json()["data"]
    assert data.keys() == {"id", "email", "role", "created_at"}
    assert (data["email"], data["role"]) == (account["email"], "viewer")
    again = stranger.post(f"{AUTH}/register", json=account | {"email": data["email"].upper()})
    assert_refused(again, CONFLICT)


@pytest.mark.accounts
def test_an_access_token_ends_soon_and_opens_what_its_role_may(
    stranger: httpx2.Client, account: dict[str, str], tokens: dict[str, str]
) -> None:
    assert tokens.keys() == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert tokens["token_type"] == "Bearer"
    assert 0 < int(tokens["expires_in"]) <= 900

    stranger.headers["Authorization"] = f"Bearer {tokens['access_token']}"

    assert stranger.get(f"{AUTH}/me").json()["data"]["email"] == account["email"]
    assert stranger.get(ITEMS).status_code == 200
    refused = stranger.post(ITEMS, content=b"{", headers=JSON)
    assert_refused(refused, FORBIDDEN)


@pytest.mark.accounts
def test_a_wrong_password_and_an_unknown_account_are_refused_alike(
    stranger: httpx2.Client, account: dict[str, str]
) -> None:
    wrong = stranger.post(f"{AUTH}/token", json=account | {"password": "another password"})
    unknown = stranger.post(f"{AUTH}/token", json=new_account())

    assert_refused(wrong, UNAUTHENTICATED)
    assert_refused(unknown, UNAUTHENTICATED)
    assert wrong.json()["error"]["message"] == unknown.json()["error"]["message"]


@pytest.mark.accounts
def test_a_refresh_token_is_used_once(stranger: httpx2.Client, tokens: dict[str, str]) -> None:
    body = {"refresh_token": tokens["refresh_token"]}

    first = stranger.post(f"{AUTH}/refresh", json=body)
    second = stranger.post(f"{AUTH}/refresh", json=body)

    assert first.status_code == 200
    assert first.json()["data"]["refresh_token"] != tokens["refresh_token"]
    assert_refused(second, UNAUTHENTICATED)


@pytest.mark.accounts
def test_logout_ends_the_family(stranger: httpx2.Client, tokens: dict[str, str]) -> None:
    body = {"refresh_token": tokens["refresh_token"]}

    out = stranger.post(f"{AUTH}/logout", json=body)

    assert (out.status_code, out.content) == (204, b"")
    assert_refused(stranger.post(f"{AUTH}/refresh", json=body), UNAUTHENTICATED)


@pytest.mark.accounts
@pytest.mark.parametrize(
    "fields", [{"password": "short"}, {"password": "x" * 129}, {"email": "x"}, {"role": "admin"}]
)
def test_a_registration_outside_the_schema_is_refused(
    stranger: httpx2.Client, fields: dict[str, str]
) -> None:
    refused = stranger.post(f"{AUTH}/register", json=new_account() | fields)

    assert_refused(refused, INVALID)
