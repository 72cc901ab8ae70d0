"""What no route ever sees."""

from typing import Any

import httpx2
import pytest

ITEMS = "/api/v1/items"
JSON = {"content-type": "application/json"}


def told(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"name": NaN}',
        b'{"quantity": 1e999}',
        b'{"name": "a", "name": "b"}',
        b'{"name": "\\ud800"}',
        b'\xef\xbb\xbf{"name": "a"}',
        b'{"name": "\xff"}',
        b"[" * 65 + b"]" * 65,
        b"[" * 100_000,
    ],
)
async def test_what_is_not_json_is_malformed(client: httpx2.AsyncClient, body: bytes) -> None:
    refused = await client.post(ITEMS, content=body, headers=JSON)

    assert told(refused) == (400, "malformed_request")


@pytest.mark.parametrize("query", ["colour=1", "limit=1&limit=2", "page=1&cursor=", "cursor=x"])
async def test_a_query_that_nobody_documents_is_malformed(
    client: httpx2.AsyncClient, query: str
) -> None:
    assert told(await client.get(f"{ITEMS}?{query}")) == (400, "malformed_request")


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "sort=secret", "page=0"])
async def test_a_known_parameter_with_a_bad_value_is_invalid(
    client: httpx2.AsyncClient, query: str
) -> None:
    assert told(await client.get(f"{ITEMS}?{query}")) == (422, "validation_failed")


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": "application/json; charset=latin-1"},
        {"content-type": "application/json", "content-encoding": "gzip"},
        {"content-type": "application/merge-patch+json"},
    ],
)
async def test_a_body_of_another_type_is_refused(
    client: httpx2.AsyncClient, headers: dict[str, str]
) -> None:
    refused = await client.post(ITEMS, content=b'{"name": "a"}', headers=headers)

    assert told(refused) == (415, "unsupported_media_type")


async def test_a_body_over_the_limit_is_refused(client: httpx2.AsyncClient) -> None:
    refused = await client.post(ITEMS, content=b" " * 1_048_577, headers=JSON)

    assert told(refused) == (413, "payload_too_large")


async def test_a_client_that_takes_no_json_is_refused(client: httpx2.AsyncClient) -> None:
    refused = await client.get(ITEMS, headers={"accept": "text/html, application/json;q=0"})

    assert told(refused) == (406, "not_acceptable")


async def test_a_wrong_method_is_told_the_right_ones(client: httpx2.AsyncClient) -> None:
    refused = await client.delete(ITEMS)

    assert told(refused) == (405, "method_not_allowed")
    assert refused.headers["allow"] == "GET, HEAD, OPTIONS, POST"


@pytest.mark.parametrize("path", ["/", "/nothing", "/api/v1/nothing", "/api//v1/items"])
@pytest.mark.parametrize("method", ["GET", "DELETE", "OPTIONS"])
async def test_an_unknown_path_is_not_found_whatever_the_method(
    client: httpx2.AsyncClient, method: str, path: str
) -> None:
    assert told(await client.request(method, path)) == (404, "not_found")


async def test_options_names_the_methods(client: httpx2.AsyncClient) -> None:
    answer = await client.options(ITEMS + "/")

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"


async def test_a_refusal_never_echoes_what_was_sent(client: httpx2.AsyncClient) -> None:
    secret: dict[str, Any] = {"name": 5, "quantity": "SECRET", "SECRET": 1}

    refused = await client.post(ITEMS, json=secret)

    assert "SECRET" not in refused.text


async def test_a_client_may_prefer_problem_json(client: httpx2.AsyncClient) -> None:
    refused = await client.get("/nothing", headers={"accept": "application/problem+json"})

    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["status"] == 404
    assert refused.json()["request_id"] == refused.headers["x-request-id"]
