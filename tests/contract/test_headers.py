"""Contract, Headers on every answer."""

import re

import httpx2
import pytest

from tests.contract.items import ITEMS, JSON, as_read, create, path_of

ANSWERS: dict[str, tuple[int, str, str, dict[str, str], bytes]] = {
    "health": (200, "GET", "/health", {}, b""),
    "ready": (200, "GET", "/ready", {}, b""),
    "list": (200, "GET", ITEMS, {}, b""),
    "head": (200, "HEAD", ITEMS, {}, b""),
    "options": (204, "OPTIONS", ITEMS, {}, b""),
    "malformed": (400, "POST", ITEMS, JSON, b"{"),
    "no such path": (404, "GET", "/nothing", {}, b""),
    "no such item": (404, "GET", ITEMS + "/nothing", {}, b""),
    "wrong method": (405, "PUT", ITEMS, {}, b""),
    "not acceptable": (406, "GET", ITEMS, {"Accept": "text/html"}, b""),
    "too large": (413, "POST", ITEMS, JSON, b" " * 1_100_000),
    "media type": (415, "POST", ITEMS, {"Content-Type": "text/plain"}, b"x"),
    "invalid": (422, "POST", ITEMS, JSON, b"{}"),
}


@pytest.fixture(params=ANSWERS)
def answer(request: pytest.FixtureRequest, client: httpx2.Client) -> httpx2.Response:
    status, method, path, headers, body = ANSWERS[request.param]
    answer = client.request(method, path, headers=headers, content=body or None)
    assert answer.status_code == status, answer.text
    return answer


def assert_guarded(answer: httpx2.Response, environment: str) -> None:
    expected = {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    assert expected.items() <= {name: answer.headers.get(name) for name in expected}.items()
    assert "Server" not in answer.headers
    assert ("Strict-Transport-Security" in answer.headers) == (environment == "production")


def test_every_answer_is_guarded(answer: httpx2.Response, pytestconfig: pytest.Config) -> None:
    assert_guarded(answer, pytestconfig.getoption("--environment"))


def test_every_answer_has_a_request_id_of_its_own(
    answer: httpx2.Response, client: httpx2.Client
) -> None:
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", answer.headers["X-Request-ID"])
    assert answer.headers["X-Request-ID"] != client.get("/health").headers["X-Request-ID"]


def test_the_answers_of_an_item_are_guarded_too(
    client: httpx2.Client, pytestconfig: pytest.Config
) -> None:
    created = create(client)
    item = created.json()["data"]
    unchanged = client.get(path_of(item), headers={"If-None-Match": '"1"'})
    deleted = client.delete(path_of(item), headers=as_read(item))

    assert (created.status_code, unchanged.status_code, deleted.status_code) == (201, 304, 204)
    for answer in (created, unchanged, deleted):
        assert_guarded(answer, pytestconfig.getoption("--environment"))


# X-Request-ID


@pytest.mark.parametrize("own", ["a", "A-1_b.2", "0" * 64, "."])
@pytest.mark.parametrize("path", ["/health", "/nothing", ITEMS])
def test_a_proper_request_id_is_taken_over(client: httpx2.Client, path: str, own: str) -> None:
    answer = client.get(path, headers={"X-Request-ID": own})

    assert answer.headers["X-Request-ID"] == own


@pytest.mark.parametrize("own", ["", "0" * 65, "a" * 4000])
def test_a_request_id_of_another_length_is_replaced(client: httpx2.Client, own: str) -> None:
    answer = client.get("/nothing", headers={"X-Request-ID": own})

    assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", answer.headers["X-Request-ID"])
    assert answer.json()["error"]["request_id"] == answer.headers["X-Request-ID"]
