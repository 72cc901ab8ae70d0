import asyncio

import httpx2
import pytest

ITEMS = "/api/v1/items"
KEY = {"idempotency-key": "7d9a-1"}


async def test_a_retry_is_answered_as_the_first_was(client: httpx2.AsyncClient) -> None:
    first, retry = [await client.post(ITEMS, json={"name": "bolt"}, headers=KEY) for _ in range(2)]

    assert (first.status_code, retry.status_code) == (201, 201)
    assert retry.content == first.content
    assert [retry.headers[name] for name in ("etag", "location")] == [
        first.headers[name] for name in ("etag", "location")
    ]
    assert "idempotency-replayed" not in first.headers
    assert retry.headers["idempotency-replayed"] == "true"
    assert retry.headers["x-request-id"] != first.headers["x-request-id"]
    assert (await client.get(ITEMS)).json()["meta"]["total"] == 1


async def test_retries_at_once_make_one_item(client: httpx2.AsyncClient) -> None:
    answers = await asyncio.gather(
        *(client.post(ITEMS, json={"name": "bolt"}, headers=KEY) for _ in range(8))
    )

    made = [answer for answer in answers if answer.status_code == 201]
    codes = {each.json()["error"]["code"] for each in answers if each.status_code != 201}
    assert len({answer.content for answer in made}) == 1
    assert codes <= {"idempotency_in_progress"}


async def test_a_key_is_not_taken_for_another_request(client: httpx2.AsyncClient) -> None:
    await client.post(ITEMS, json={"name": "bolt"}, headers=KEY)

    reused = await client.post(ITEMS, json={"name": "nut"}, headers=KEY)

    assert reused.json()["error"]["code"] == "idempotency_key_reused"


async def test_a_refusal_is_not_remembered(client: httpx2.AsyncClient) -> None:
    refused = await client.post(ITEMS, json={"name": ""}, headers=KEY)
    made = await client.post(ITEMS, json={"name": "bolt"}, headers=KEY)

    assert (refused.status_code, made.status_code) == (422, 201)


@pytest.mark.parametrize("key", ["", "a" * 256, "tab\there"])
async def test_a_malformed_key_is_refused(client: httpx2.AsyncClient, key: str) -> None:
    refused = await client.post(ITEMS, json={"name": "bolt"}, headers={"idempotency-key": key})

    assert refused.json()["error"]["code"] == "malformed_request"
