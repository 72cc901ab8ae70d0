"""Contract, Concurrency: no update is lost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.contract.items import ITEMS, JSON, as_read, create, new_body, new_name, path_of
from tests.contract.refusals import MISMATCH, PRECONDITION, assert_refused


def test_the_etag_is_the_version(client: httpx2.Client) -> None:
    created = create(client)
    item = created.json()["data"]
    changed = client.patch(path_of(item), json={"quantity": 2}, headers=as_read(item))

    versions = [answer.json()["data"]["version"] for answer in (created, changed)]

    assert versions == [1, 2]
    assert [created.headers["ETag"], changed.headers["ETag"]] == ['"1"', '"2"']


# Reads


# Writes


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_write_needs_if_match(client: httpx2.Client, item: dict[str, Any], method: str) -> None:
    answer = client.request(method, path_of(item), content=new_body(), headers=JSON)

    assert_refused(answer, PRECONDITION)


@pytest.mark.parametrize("seen", ['"9"', '"0"', '"01"', 'W/"1"', '"2", "3"', '""', '"x"'])
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_write_of_another_version_is_refused(
    client: httpx2.Client, item: dict[str, Any], method: str, seen: str
) -> None:
    headers = JSON | {"If-Match": seen}

    answer = client.request(method, path_of(item), content=body_of(item), headers=headers)

    assert_refused(answer, MISMATCH)
    assert client.get(path_of(item)).json()["data"] == item


def body_of(item: dict[str, Any]) -> bytes:
    return new_body(name=item["name"], description="changed", quantity=2)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_of_many_writers_exactly_one_wins(
    client: httpx2.Client, item: dict[str, Any], method: str
) -> None:
    headers = JSON | as_read(item)

    def write(_: int) -> int:
        return client.request(
            method, path_of(item), content=body_of(item), headers=headers
        ).status_code

    with ThreadPoolExecutor(50) as pool:
        statuses = sorted(pool.map(write, range(50)))

    lost = 404 if method == "DELETE" else 412  # the others find it gone, or changed
    assert statuses == [204 if method == "DELETE" else 200] + [lost] * 49


def test_no_update_is_lost(client: httpx2.Client) -> None:
    item = create(client, quantity=0).json()["data"]

    def increment(_: int) -> None:
        while True:
            seen = client.get(path_of(item)).json()["data"]
            change = {"quantity": seen["quantity"] + 1}
            if client.patch(path_of(item), json=change, headers=as_read(seen)).is_success:
                return

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(increment, range(24)))

    last = client.get(path_of(item)).json()["data"]
    assert (last["quantity"], last["version"]) == (24, 25)


def test_of_many_items_with_one_name_exactly_one_is_made(client: httpx2.Client) -> None:
    body = new_body(name=new_name())

    def make(_: int) -> int:
        return client.post(ITEMS, content=body, headers=JSON).status_code

    with ThreadPoolExecutor(20) as pool:
        statuses = sorted(pool.map(make, range(20)))

    assert statuses == [201] + [409] * 19


def test_what_was_acknowledged_can_be_read_at_once(client: httpx2.Client) -> None:
    def make_and_read(_: int) -> int:
        return client.get(create(client).headers["Location"]).status_code

    with ThreadPoolExecutor(16) as pool:
        statuses = set(pool.map(make_and_read, range(200)))

    assert statuses == {200}


@pytest.mark.parametrize("sort", ["created_at", "-created_at", "name", "-quantity,name"])
def test_paging_while_others_write_misses_and_repeats_nothing(
    client: httpx2.Client, sort: str
) -> None:
    mark = uuid4().hex
    there = {make(client, mark, number) for number in range(40)}
    seen: list[str] = []

    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(lambda: seen.extend(walk(client, mark, sort)))
        added = {make(client, mark, number) for number in range(40, 100)}
        read.result()

    assert len(seen) == len(set(seen))
    assert there <= set(seen) <= there | added
    assert set(walk(client, mark, sort)) == there | added


def make(client: httpx2.Client, mark: str, number: int) -> str:
    """Names and quantities fall before, between and after those that are there."""
    own = {"name": f"{number * 37 % 100:02} {mark}", "quantity": number * 7 % 5}
    return str(create(client, **own).json()["data"]["id"])


def walk(client: httpx2.Client, mark: str, sort: str) -> Iterator[str]:
    query, cursor = {"name__contains": mark, "sort": sort, "limit": "3"}, ""
    while cursor is not None:
        page = client.get(ITEMS, params=query | {"cursor": cursor}).json()
        yield from (item["id"] for item in page["data"])
        cursor = page["meta"]["next_cursor"]
