import asyncio
from collections.abc import Callable

import httpx2
import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from app.auth.throttle import throttle

AUTH = "/api/v1/auth"
ADA = {"email": "Ada@Test.example", "password": "a long password"}


def told(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def tokens_of(answer: httpx2.Response) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    tokens: dict[str, str] = answer.json()["data"]
    return tokens


async def sign_in(client: httpx2.AsyncClient) -> dict[str, str]:
    await client.post(f"{AUTH}/register", json=ADA)
    return tokens_of(await client.post(f"{AUTH}/token", json=ADA))


async def refresh(client: httpx2.AsyncClient, tokens: dict[str, str]) -> httpx2.Response:
    body = {"refresh_token": tokens["refresh_token"]}
    return await client.post(f"{AUTH}/refresh", json=body)


async def test_who_registers_is_a_viewer(client: httpx2.AsyncClient) -> None:
    made = await client.post(f"{AUTH}/register", json=ADA)

    account = made.json()["data"]
    assert made.status_code == 201
    assert sorted(account) == ["created_at", "email", "id", "role"]
    assert (account["email"], account["role"]) == ("Ada@Test.example", "viewer")


async def test_addresses_compare_without_case(client: httpx2.AsyncClient) -> None:
    await client.post(f"{AUTH}/register", json=ADA)

    again = await client.post(f"{AUTH}/register", json=ADA | {"email": "ada@test.EXAMPLE"})
    token = await client.post(f"{AUTH}/token", json=ADA | {"email": "ADA@test.example"})

    assert told(again) == (409, "conflict")
    assert token.status_code == 200


async def test_an_access_token_opens_what_its_role_may(client: httpx2.AsyncClient) -> None:
    tokens = await sign_in(client)
    client.headers["authorization"] = f"Bearer {tokens['access_token']}"

    me = await client.get(f"{AUTH}/me")
    refused = await client.post("/api/v1/items", json={"name": "Lamp"})

    assert me.json()["data"]["email"] == "Ada@Test.example"
    assert (await client.get("/api/v1/items")).status_code == 200
    assert told(refused) == (403, "forbidden")


@pytest.mark.parametrize("change", [{"password": "another password"}, {"email": "no@body.example"}])
async def test_wrong_credentials_are_refused_alike(
    client: httpx2.AsyncClient, change: dict[str, str]
) -> None:
    await client.post(f"{AUTH}/register", json=ADA)

    refused = await client.post(f"{AUTH}/token", json=ADA | change)

    assert told(refused) == (401, "unauthenticated")
    assert refused.headers["www-authenticate"] == "Bearer"
    assert refused.json()["error"]["message"] == "The e-mail address or the password is wrong."


@pytest.mark.parametrize("email", [ADA["email"], "no@body.example"])
async def test_an_unknown_account_costs_what_a_known_one_does(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, email: str
) -> None:
    await client.post(f"{AUTH}/register", json=ADA)
    costs, verify = [], Argon2Hasher.verify

    def counted(hasher: Argon2Hasher, password: str, stored: str) -> bool:
        costs.append(stored.split("$")[3])
        return verify(hasher, password, stored)

    monkeypatch.setattr(Argon2Hasher, "verify", counted)
    await client.post(f"{AUTH}/token", json={"email": email, "password": "another password"})

    assert costs == ["m=19456,t=2,p=1"]


async def test_a_second_use_of_a_refresh_token_ends_its_family(client: httpx2.AsyncClient) -> None:
    first = await sign_in(client)
    second = tokens_of(await refresh(client, first))
    third = tokens_of(await refresh(client, second))

    assert told(await refresh(client, first)) == (401, "unauthenticated")
    assert told(await refresh(client, third)) == (401, "unauthenticated")


async def test_of_uses_at_once_one_wins_and_the_family_ends(client: httpx2.AsyncClient) -> None:
    tokens = await sign_in(client)

    answers = await asyncio.gather(*(refresh(client, tokens) for _ in range(5)))

    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401, 401]
    won = tokens_of(next(answer for answer in answers if answer.status_code == 200))
    assert told(await refresh(client, won)) == (401, "unauthenticated")


async def test_a_throttled_refresh_token_stays_valid(
    client: httpx2.AsyncClient, forget_tries: Callable[[], None]
) -> None:
    tokens = await sign_in(client)
    for _ in range(8):
        await throttle(ADA["email"].upper())

    refused = await refresh(client, tokens)
    forget_tries()

    assert told(refused) == (429, "rate_limited")
    assert int(refused.headers["retry-after"]) > 0
    tokens_of(await refresh(client, tokens))


async def test_logout_ends_the_family(client: httpx2.AsyncClient) -> None:
    tokens = await sign_in(client)
    body = {"refresh_token": tokens["refresh_token"]}

    out = await client.post(f"{AUTH}/logout", json=body)

    assert (out.status_code, out.content) == (204, b"")
    assert told(await refresh(client, tokens)) == (401, "unauthenticated")
    assert (await client.post(f"{AUTH}/logout", json=body)).status_code == 204


@pytest.mark.parametrize(
    "values",
    [{"password": "tiny"}, {"password": "x" * 129}, {"email": "ada"}, {"role": "admin"}],
)
async def test_a_registration_outside_the_schema_is_refused(
    client: httpx2.AsyncClient, values: dict[str, str]
) -> None:
    refused = await client.post(f"{AUTH}/register", json=ADA | values)

    assert told(refused) == (422, "validation_failed")
    assert values.get("password", "-----") not in refused.text
