import subprocess

import httpx2
import pytest

from tests.process import APP

ITEMS = "/api/v1/items"


def keys(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*APP, "keys", *arguments], capture_output=True, text=True, check=False)


def create(scope: str = "items:read", *more: str) -> str:
    made = keys("create", "ci", "--scope", scope, *more)
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


async def status(client: httpx2.AsyncClient, key: str) -> int:
    client.headers["x-api-key"] = key
    return (await client.get(ITEMS)).status_code


async def test_a_created_key_opens_what_its_scopes_name(client: httpx2.AsyncClient) -> None:
    client.headers["x-api-key"] = create()

    read = await client.get(ITEMS)
    written = await client.post(ITEMS, json={"name": "Lamp"})

    assert read.status_code == 200
    assert (written.status_code, written.json()["error"]["code"]) == (403, "forbidden")


async def test_a_rotated_key_ends_the_old_secret(client: httpx2.AsyncClient) -> None:
    old = create()
    new = keys("rotate", "ci").stdout.strip()

    assert (await status(client, old), await status(client, new)) == (401, 200)


async def test_a_revoked_key_opens_nothing(client: httpx2.AsyncClient) -> None:
    key = create()

    assert keys("revoke", "ci").returncode == 0

    assert await status(client, key) == 401
    assert "revoked" in keys("list").stdout


def test_a_name_is_given_once() -> None:
    create()

    again = keys("create", "ci", "--scope", "items:read")

    assert (again.returncode, again.stdout) == (1, "")
    assert "There is a key named ci" in again.stderr


async def test_an_expired_key_opens_nothing(client: httpx2.AsyncClient) -> None:
    assert await status(client, create("items:read", "--expires-days", "0")) == 401


def test_the_list_shows_no_secret() -> None:
    secret = create().rpartition("_")[2]

    listed = keys("list").stdout

    assert "ci" in listed
    assert secret not in listed


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("create", "ci", "--scope", "item:read"), "item:read is no scope"),
        (("create", "ci", "--scope", ""), "is no scope"),
        (("rotate", "nobody"), "There is no key named nobody"),
    ],
)
def test_a_refusal_says_what_is_wrong(arguments: tuple[str, ...], told: str) -> None:
    refused = keys(*arguments)

    assert refused.returncode == 1
    assert told in refused.stderr
    assert "Traceback" not in refused.stderr
