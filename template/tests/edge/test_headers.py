import httpx2
import pytest

ITEMS = "/api/v1/items"


async def test_every_answer_carries_the_security_headers(client: httpx2.AsyncClient) -> None:
    for path in ("/health", "/ready", ITEMS, "/nothing", "/docs"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["cache-control"] == "no-store"


async def test_a_harmless_request_id_is_taken_over(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/nothing", headers={"x-request-id": "from-me.1"})

    assert answer.headers["x-request-id"] == "from-me.1"
    assert answer.json()["error"]["request_id"] == "from-me.1"


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "a\tb"])
async def test_any_other_request_id_is_replaced(client: httpx2.AsyncClient, given: str) -> None:
    answer = await client.get("/health", headers={"x-request-id": given})

    assert answer.headers["x-request-id"] not in ("", given)


async def test_no_other_origin_may_read_unless_it_is_named(client: httpx2.AsyncClient) -> None:
    answer = await client.get(ITEMS, headers={"origin": "https://elsewhere.example"})

    assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_head_answers_as_get_without_the_body(client: httpx2.AsyncClient) -> None:
    got, headed = await client.get(ITEMS), await client.head(ITEMS)

    assert headed.content == b""
    assert headed.headers["content-length"] == got.headers["content-length"]
