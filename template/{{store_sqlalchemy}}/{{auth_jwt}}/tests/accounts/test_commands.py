import subprocess

import httpx2

from tests.process import APP

ADA = {"email": "ada@test.example", "password": "a long password"}
TOKEN = "/api/v1/auth/token"


def accounts(*arguments: str, password: str = "") -> subprocess.CompletedProcess[str]:
    command = [*APP, "accounts", *arguments]
    return subprocess.run(command, input=password, capture_output=True, text=True, check=False)


async def test_the_first_admin_is_made_on_the_command_line(client: httpx2.AsyncClient) -> None:
    made = accounts(
        "create", ADA["email"], "--role", "admin", "--password-stdin", password=ADA["password"]
    )

    assert made.returncode == 0, made.stderr
    assert (await client.post(TOKEN, json=ADA)).status_code == 200
    assert "ada@test.example  admin" in accounts("list").stdout


async def test_a_granted_role_holds_from_the_next_token_on(client: httpx2.AsyncClient) -> None:
    await client.post("/api/v1/auth/register", json=ADA)

    assert accounts("grant", ADA["email"], "editor").returncode == 0

    token = (await client.post(TOKEN, json=ADA)).json()["data"]["access_token"]
    client.headers["authorization"] = f"Bearer {token}"
    assert (await client.post("/api/v1/items", json={"name": "Lamp"})).status_code == 201


def test_a_short_password_is_refused_by_name() -> None:
    refused = accounts(
        "create", "a@test.example", "--role", "viewer", "--password-stdin", password="short"
    )

    assert refused.returncode == 1
    assert "password: " in refused.stderr
