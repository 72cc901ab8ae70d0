"""Contract, Status codes."""

import gzip
import time
from typing import Any

import httpx2
import pytest

from tests.contract.corpus import (
    BODIES,
    GOOD_BODIES,
    GOOD_MEDIA_TYPES,
    MEDIA_TYPES,
    MERGE_PATCH,
    ODD_REQUESTS,
    ORDER,
    QUERIES,
)
from tests.contract.items import ITEMS, JSON, as_read, create, new_body, new_name, path_of
from tests.contract.refusals import (
    CONFLICT,
    INVALID,
    MALFORMED,
    MEDIA_TYPE,
    MISMATCH,
    PRECONDITION,
    TOO_LARGE,
    assert_refused,
)
from tests.contract.wire import Wire, chunked

LIMIT = 1_048_576
SECRET = "hunter2"


# 400 and 422: bodies


@pytest.mark.parametrize("case", BODIES)
def test_a_body_is_refused(client: httpx2.Client, case: str) -> None:
    body, refusal = BODIES[case]

    assert_refused(client.post(ITEMS, content=body, headers=JSON), refusal)


@pytest.mark.parametrize("case", BODIES)
def test_a_body_that_replaces_is_refused_alike(
    client: httpx2.Client, shared_item: dict[str, Any], case: str
) -> None:
    body, refusal = BODIES[case]
    headers = JSON | as_read(shared_item)

    assert_refused(client.put(path_of(shared_item), content=body, headers=headers), refusal)


@pytest.fixture(scope="module")
def shared_item(client: httpx2.Client) -> dict[str, Any]:
    """Of refusals only: nothing may change it."""
    data: dict[str, Any] = create(client).json()["data"]
    return data


def test_refusals_change_nothing(client: httpx2.Client, shared_item: dict[str, Any]) -> None:
    assert client.get(path_of(shared_item)).json()["data"] == shared_item


@pytest.mark.parametrize("case", GOOD_BODIES)
def test_a_body_is_taken(client: httpx2.Client, case: str) -> None:
    answer = client.post(ITEMS, content=GOOD_BODIES[case], headers=JSON)

    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    "change",
    [b'{"name":null}', b'{"quantity":null}', b'{"quantity":-1}', b'{"x":1}', b"[]", b"null"],
)
def test_a_change_is_refused(
    client: httpx2.Client, shared_item: dict[str, Any], change: bytes
) -> None:
    headers = MERGE_PATCH | as_read(shared_item)

    assert_refused(client.patch(path_of(shared_item), content=change, headers=headers), INVALID)


# 400 and 422: queries


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_is_refused(client: httpx2.Client, query: str) -> None:
    assert_refused(client.get(f"{ITEMS}?{query}"), QUERIES[query])


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_an_item_takes_no_query(
    client: httpx2.Client, shared_item: dict[str, Any], method: str
) -> None:
    url = path_of(shared_item) + "?limit=1"

    assert_refused(client.request(method, url, headers=as_read(shared_item)), MALFORMED)


# 409


def test_a_taken_name_is_a_conflict(client: httpx2.Client, item: dict[str, Any]) -> None:
    other = create(client).json()["data"]
    taken = {"name": item["name"], "description": None, "quantity": 1}

    assert_refused(client.post(ITEMS, json=taken), CONFLICT)
    assert_refused(client.put(path_of(other), json=taken, headers=as_read(other)), CONFLICT)
    assert_refused(
        client.patch(path_of(other), json={"name": item["name"]}, headers=as_read(other)), CONFLICT
    )
    assert client.get(path_of(other)).json()["data"] == other


def test_names_are_compared_exactly(client: httpx2.Client) -> None:
    name = new_name() + " é"

    statuses = [
        create(client, name=spelling).status_code
        for spelling in (name, name.upper(), name.replace("é", "e\u0301"), name.replace("é", "e"))
    ]

    assert statuses == [201] * 4


# 413


def test_a_body_of_the_limit_is_taken_and_one_byte_more_is_not(client: httpx2.Client) -> None:
    body = new_body()

    assert_refused(client.post(ITEMS, content=body.ljust(LIMIT + 1), headers=JSON), TOO_LARGE)
    assert client.post(ITEMS, content=body.ljust(LIMIT), headers=JSON).status_code == 201


@pytest.mark.parametrize("times", [2, 10])
@pytest.mark.parametrize("path", [ITEMS, "/nothing", "/health"])
def test_a_body_over_the_limit_is_refused_after_it_was_sent(
    wire: Wire, path: str, times: int
) -> None:
    body = b"a" * (times * LIMIT)

    answer = wire.ask(
        f"POST {path}", "Content-Type: application/json", f"Content-Length: {len(body)}", body=body
    )

    assert_refused(answer, TOO_LARGE)


@pytest.mark.parametrize("times", [2, 10])
def test_a_body_over_the_limit_without_a_length_is_refused(wire: Wire, times: int) -> None:
    body = chunked(b"a" * (times * LIMIT), 65_536)

    answer = wire.ask(
        f"POST {ITEMS}", "Content-Type: application/json", "Transfer-Encoding: chunked", body=body
    )

    assert_refused(answer, TOO_LARGE)


def test_a_client_that_asks_before_it_sends_is_refused_at_once(wire: Wire) -> None:
    began = time.monotonic()

    answer = wire.ask(
        f"POST {ITEMS}",
        "Content-Type: application/json",
        f"Content-Length: {50 * LIMIT}",
        "Expect: 100-continue",
    )

    assert_refused(answer, TOO_LARGE)
    assert time.monotonic() - began < 5


# 415


@pytest.mark.parametrize("case", MEDIA_TYPES)
def test_a_media_type_is_refused(client: httpx2.Client, case: str) -> None:
    assert_refused(client.post(ITEMS, content=new_body(), headers=MEDIA_TYPES[case]), MEDIA_TYPE)


def test_a_body_without_a_media_type_is_refused(wire: Wire) -> None:
    body = new_body()

    answer = wire.ask(f"POST {ITEMS}", f"Content-Length: {len(body)}", body=body)

    assert_refused(answer, MEDIA_TYPE)


def test_two_media_types_are_refused(wire: Wire) -> None:
    body = new_body()

    answer = wire.ask(
        f"POST {ITEMS}",
        "Content-Type: application/json",
        "Content-Type: text/plain",
        f"Content-Length: {len(body)}",
        body=body,
    )

    assert_refused(answer, MEDIA_TYPE)


@pytest.mark.parametrize("media_type", ["application/json", "text/plain"])
def test_a_media_type_without_a_body_is_no_fault(
    client: httpx2.Client, item: dict[str, Any], media_type: str
) -> None:
    headers = {"Content-Type": media_type} | as_read(item)

    statuses = [
        client.request(method, path_of(item), headers=headers).status_code
        for method in ("GET", "HEAD", "OPTIONS", "DELETE")
    ]

    assert statuses == [200, 200, 204, 204]


def test_a_compressed_body_is_refused(client: httpx2.Client) -> None:
    headers = JSON | {"Content-Encoding": "gzip"}

    answer = client.post(ITEMS, content=gzip.compress(new_body()), headers=headers)

    assert_refused(answer, MEDIA_TYPE)


def test_a_merge_patch_does_not_replace(client: httpx2.Client, item: dict[str, Any]) -> None:
    headers = MERGE_PATCH | as_read(item)

    answer = client.put(path_of(item), content=new_body(), headers=headers)

    assert_refused(answer, MEDIA_TYPE)


@pytest.mark.parametrize("media_type", GOOD_MEDIA_TYPES)
def test_a_media_type_is_taken(client: httpx2.Client, media_type: str) -> None:
    answer = client.post(ITEMS, content=new_body(), headers={"Content-Type": media_type})

    assert answer.status_code == 201, answer.text


# The order of refusals


@pytest.mark.parametrize("case", ORDER)
def test_the_first_refusal_wins(client: httpx2.Client, case: str) -> None:
    method, path, headers, body, refusal = ORDER[case]

    answer = client.request(method, path, headers=headers, content=body or None)

    assert_refused(answer, refusal)


def test_of_428_412_and_409_the_first_wins(client: httpx2.Client, item: dict[str, Any]) -> None:
    where = create(client).headers["Location"]
    taken = {"name": item["name"], "description": None, "quantity": 1}

    assert_refused(client.patch(where, json={"quantity": -1}), INVALID)
    assert_refused(client.put(where, json=taken), PRECONDITION)
    assert_refused(client.put(where, json=taken, headers={"If-Match": '"9"'}), MISMATCH)
    assert_refused(client.put(where, json=taken, headers={"If-Match": '"1"'}), CONFLICT)


# Nothing from outside comes back, and nothing from outside is a failure


def test_no_refusal_repeats_what_was_sent(client: httpx2.Client, item: dict[str, Any]) -> None:
    answers = [
        client.post(ITEMS, json={"name": [SECRET], "quantity": SECRET}),
        client.post(ITEMS, json={"name": new_name(), SECRET: 1}),
        client.post(ITEMS, json={"name": SECRET * 100}),
        client.post(ITEMS, content=SECRET.encode(), headers=JSON),
        client.post(ITEMS, content=b'{"name":"' + SECRET.encode(), headers=JSON),
        client.post(ITEMS, content=new_body(), headers={"Content-Type": f"text/{SECRET}"}),
        client.get(f"{ITEMS}?{SECRET}=1"),
        client.get(f"{ITEMS}?limit={SECRET}&created_at__lt={SECRET}&sort={SECRET}"),
        client.get(f"{ITEMS}?cursor={SECRET}"),
        client.get(f"{ITEMS}/{SECRET}"),
        client.get(f"/{SECRET}"),
        client.get(ITEMS, headers={"Accept": f"text/{SECRET}"}),
        client.get(f"/{SECRET}", headers={"X-Request-ID": f"{SECRET} x"}),
        client.delete(path_of(item), headers={"If-Match": SECRET}),
        client.patch(path_of(item), json={"name": None, SECRET: SECRET}, headers=as_read(item)),
        client.post(ITEMS, json={"name": item["name"]}),
    ]

    assert {answer.status_code // 100 for answer in answers} == {4}
    for answer in answers:
        assert SECRET not in answer.text + str(answer.headers)
    assert item["name"] not in answers[-1].text


@pytest.mark.parametrize("case", ODD_REQUESTS)
def test_an_odd_request_is_no_failure(wire: Wire, client: httpx2.Client, case: str) -> None:
    wire.socket.sendall(ODD_REQUESTS[case])
    wire.socket.settimeout(1)

    assert wire.status() < 500
    assert client.get("/ready").status_code == 200


def test_a_body_may_come_byte_by_byte(wire: Wire) -> None:
    answer = wire.ask(
        f"POST {ITEMS}",
        "Content-Type: application/json",
        "Transfer-Encoding: chunked",
        body=chunked(new_body(), 1),
    )

    assert answer.status_code == 201


def test_requests_in_one_go_are_answered_in_turn(wire: Wire) -> None:
    body = new_body()
    wire.send("HEAD /nothing", "X-Request-ID: one")
    wire.send(
        f"POST {ITEMS}",
        "X-Request-ID: two",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        body=body,
    )
    wire.send(f"GET {ITEMS}", "X-Request-ID: three")
    wire.send("GET /nothing", "X-Request-ID: four")

    answers = [wire.receive("HEAD"), wire.receive(), wire.receive(), wire.receive()]

    assert [answer.status_code for answer in answers] == [404, 201, 200, 404]
    ids = [answer.headers["X-Request-ID"] for answer in answers]
    assert ids == ["one", "two", "three", "four"]


def test_clients_that_leave_early_cost_nothing(base_url: str, client: httpx2.Client) -> None:
    name = new_name()
    body = new_body(name=name)
    for sent in (b"", body[:5]) * 40:
        with Wire(base_url) as wire:
            length = f"Content-Length: {len(body)}"
            wire.send(f"POST {ITEMS}", "Content-Type: application/json", length, body=sent)

    answer = client.post(ITEMS, content=body, headers=JSON)

    assert answer.status_code == 201, answer.text
    assert client.get("/ready").status_code == 200
