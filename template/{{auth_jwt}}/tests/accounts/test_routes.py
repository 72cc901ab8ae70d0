import asyncio

import httpx2
import pytest

AUTH = "/api/v1/auth"
ADA = {"email": "Ada@Test.example", "password": "a long password"}


def told(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def sign_in(client: httpx2.AsyncClient) -> dict[str, str]:
    await client.post(f"{AUTH}/register", json=ADA)
    answer = await client.post(f"{AUTH}/token", json=ADA)
    assert answer.status_code == 200, answer.text
    tokens: dict[str, str] = answer.json()["data"]
    return tokens


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


async def test_a_refresh_token_is_good_for_one_use(client: httpx2.AsyncClient) -> None:
    first = await sign_in(client)
    body = {"refresh_token": first["refresh_token"]}

    answers = await asyncio.gather(*(client.post(f"{AUTH}/refresh", json=body) for _ in range(5)))

    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401, 401]
    second = next(a for a in answers if a.status_code == 200).json()["data"]["refresh_token"]
    assert second != first["refresh_token"]
    assert (await client.post(f"{AUTH}/refresh", json={"refresh_token": second})).status_code == 200


async def test_logout_ends_the_family(client: httpx2.AsyncClient) -> None:
    body = {"refresh_token": (await sign_in(client))["refresh_token"]}

    out = await client.post(f"{AUTH}/logout", json=body)

    assert (out.status_code, out.content) == (204, b"")
    assert told(await client.post(f"{AUTH}/refresh", json=body)) == (401, "unauthenticated")
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
