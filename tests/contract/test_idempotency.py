"""Contract, Concurrency and retries: a POST that is sent again is answered as the first was."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.contract.items import ITEMS, JSON, as_read, create, new_body, new_name, path_of
from tests.contract.refusals import (
    CONFLICT,
    IN_PROGRESS,
    INVALID,
    MEDIA_TYPE,
    REUSED,
    assert_refused,
)

KEPT = ("Location", "ETag", "Content-Type", "Cache-Control", "X-Content-Type-Options")


@pytest.fixture
def key() -> dict[str, str]:
    return JSON | {"Idempotency-Key": f"contract {uuid4()}"}


def test_a_retry_is_answered_as_the_first_was(client: httpx2.Client, key: dict[str, str]) -> None:
    body = new_body()

    first = client.post(ITEMS, content=body, headers=key)
    again = client.post(ITEMS, content=body, headers=key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert [again.headers[name] for name in KEPT] == [first.headers[name] for name in KEPT]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["X-Request-ID"] != first.headers["X-Request-ID"]
    assert ("RateLimit" in again.headers) == ("RateLimit" in first.headers)


def test_a_retry_has_the_request_id_that_it_sent(
    client: httpx2.Client, key: dict[str, str]
) -> None:
    body = new_body()

    ids = [
        client.post(ITEMS, content=body, headers=key | {"X-Request-ID": own}).headers[
            "X-Request-ID"
        ]
        for own in ("first", "again")
    ]

    assert ids == ["first", "again"]


def test_a_retry_makes_no_second_item_and_changes_none(
    client: httpx2.Client, key: dict[str, str]
) -> None:
    name = new_name()
    body = new_body(name=name)
    item = client.post(ITEMS, content=body, headers=key).json()["data"]
    changed = client.patch(path_of(item), json={"quantity": 9}, headers=as_read(item))

    again = client.post(ITEMS, content=body, headers=key)

    assert (again.status_code, again.json()["data"]) == (201, item)
    assert client.get(ITEMS, params={"name": name}).json()["data"] == [changed.json()["data"]]


def test_a_retry_is_answered_also_when_the_item_is_gone(
    client: httpx2.Client, key: dict[str, str]
) -> None:
    body = new_body()
    item = client.post(ITEMS, content=body, headers=key).json()["data"]
    client.delete(path_of(item), headers=as_read(item))

    again = client.post(ITEMS, content=body, headers=key)

    assert (again.status_code, again.json()["data"]) == (201, item)
    assert client.get(again.headers["Location"]).status_code == 404


def test_a_key_with_another_body_is_refused(client: httpx2.Client, key: dict[str, str]) -> None:
    name = new_name()
    body = new_body(name=name)
    client.post(ITEMS, content=body, headers=key)

    assert_refused(client.post(ITEMS, content=new_body(), headers=key), REUSED)
    assert_refused(client.post(ITEMS, content=body + b" ", headers=key), REUSED)
    assert client.post(ITEMS, content=body, headers=key).status_code == 201
    assert client.get(ITEMS, params={"name": name}).json()["meta"]["total"] == 1


def test_a_malformed_retry_is_told_so(client: httpx2.Client, key: dict[str, str]) -> None:
    client.post(ITEMS, content=new_body(), headers=key)

    plain = client.post(ITEMS, content=b"x", headers=key | {"Content-Type": "text/plain"})

    assert_refused(plain, MEDIA_TYPE)


@pytest.mark.parametrize("length", [1, 255])
def test_a_key_has_1_to_255_printable_characters(client: httpx2.Client, length: int) -> None:
    own = ("~" if length == 1 else uuid4().hex).ljust(length, "!")
    headers = JSON | {"Idempotency-Key": own}
    body = new_body()

    statuses = {client.post(ITEMS, content=body, headers=headers).status_code for _ in range(2)}

    assert statuses <= {201, 422}  # the short one may be in use since an earlier run
    assert length == 1 or statuses == {201}


# What frees a key


def test_a_refusal_frees_the_key(client: httpx2.Client, key: dict[str, str]) -> None:
    taken = create(client).json()["data"]["name"]

    assert_refused(client.post(ITEMS, content=b"{}", headers=key), INVALID)
    assert_refused(client.post(ITEMS, content=new_body(name=taken), headers=key), CONFLICT)
    made = client.post(ITEMS, content=new_body(), headers=key)

    assert made.status_code == 201, made.text
    assert "Idempotency-Replayed" not in made.headers


def test_a_refusal_is_not_kept(client: httpx2.Client, key: dict[str, str]) -> None:
    taken = create(client).json()["data"]
    body = new_body(name=taken["name"])
    assert_refused(client.post(ITEMS, content=body, headers=key), CONFLICT)
    client.delete(path_of(taken), headers=as_read(taken))

    made = client.post(ITEMS, content=body, headers=key)

    assert made.status_code == 201, made.text


# Where keys count


def test_keys_are_ignored_on_other_methods(
    client: httpx2.Client, item: dict[str, Any], key: dict[str, str]
) -> None:
    first = client.patch(path_of(item), json={"quantity": 5}, headers=key | as_read(item))
    body = new_body(name=item["name"], quantity=6)
    second = client.put(path_of(item), content=body, headers=key | {"If-Match": '"2"'})
    read = client.get(path_of(item), headers=key)
    gone = client.delete(path_of(item), headers=key | {"If-Match": '"3"'})
    made = client.post(ITEMS, content=new_body(), headers=key)

    answers = [first, second, read, gone, made]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 204, 201]
    assert not [answer for answer in answers if "Idempotency-Replayed" in answer.headers]


@pytest.mark.writer
def test_keys_are_each_callers_own(
    client: httpx2.Client, writer: httpx2.Client, key: dict[str, str]
) -> None:
    own, another = new_body(), new_body()

    answers = [
        caller.post(ITEMS, content=body, headers=key)
        for caller, body in ((client, own), (writer, another))
    ]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert not [answer for answer in answers if "Idempotency-Replayed" in answer.headers]
    assert answers[0].json()["data"]["id"] != answers[1].json()["data"]["id"]


# At once


def test_of_many_with_one_key_one_item_comes(client: httpx2.Client, key: dict[str, str]) -> None:
    name = new_name()
    body = new_body(name=name)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: client.post(ITEMS, content=body, headers=key), range(20)))

    made = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.content for answer in made}) == 1
    assert len([answer for answer in made if "Idempotency-Replayed" not in answer.headers]) == 1
    for answer in answers:
        if answer not in made:
            assert_refused(answer, IN_PROGRESS)
    later = client.post(ITEMS, content=body, headers=key)
    assert (later.status_code, later.content) == (201, made[0].content)
    assert later.headers["Idempotency-Replayed"] == "true"
    assert client.get(ITEMS, params={"name": name}).json()["meta"]["total"] == 1


def test_of_many_bodies_with_one_key_one_is_taken(
    client: httpx2.Client, key: dict[str, str]
) -> None:
    mark = uuid4().hex
    bodies = [new_body(name=f"{number} {mark}") for number in range(20)]

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda body: client.post(ITEMS, content=body, headers=key), bodies))

    statuses = [answer.status_code for answer in answers]
    assert statuses.count(201) == 1
    assert set(statuses) <= {201, 409, 422}
    assert client.get(ITEMS, params={"name__contains": mark}).json()["meta"]["total"] == 1
