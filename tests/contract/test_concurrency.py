"""Contract, Concurrency: no update is lost."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from tests.contract.items import ITEMS, JSON, as_read, create, new_body, new_name, path_of
from tests.contract.refusals import MALFORMED, MISMATCH, PRECONDITION, assert_refused
from tests.contract.wire import Wire


def test_the_etag_is_the_version(client: httpx2.Client) -> None:
    created = create(client)
    item = created.json()["data"]
    changed = client.patch(path_of(item), json={"quantity": 2}, headers=as_read(item))

    versions = [answer.json()["data"]["version"] for answer in (created, changed)]

    assert versions == [1, 2]
    assert [created.headers["ETag"], changed.headers["ETag"]] == ['"1"', '"2"']


# Reads


@pytest.mark.parametrize("seen", ['"1"', '"9", "1"', 'W/"1"', "*", '"8","1","9"'])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_was_seen_is_not_sent_again(
    client: httpx2.Client, item: dict[str, Any], method: str, seen: str
) -> None:
    answer = client.request(method, path_of(item), headers={"If-None-Match": seen})

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == '"1"'


@pytest.mark.parametrize("seen", ['"9"', '"11"', 'W/"2"', '"9", "8"'])
def test_what_has_changed_is_sent(client: httpx2.Client, item: dict[str, Any], seen: str) -> None:
    answer = client.get(path_of(item), headers={"If-None-Match": seen})

    assert (answer.status_code, answer.json()["data"]) == (200, item)


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


@pytest.mark.parametrize("seen", ["", "1", "x", '"1', 'w/"1"', '"1" "2"', "*, *", "'1'", '"1";x'])
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_malformed_if_match_is_refused(
    client: httpx2.Client, item: dict[str, Any], method: str, seen: str
) -> None:
    headers = JSON | {"If-Match": seen}

    answer = client.request(method, path_of(item), content=body_of(item), headers=headers)

    assert_refused(answer, MALFORMED)
    assert client.get(path_of(item)).json()["data"] == item


@pytest.mark.parametrize("seen", ['"1"', "*", '"9", "1"', '"1","2"'])
@pytest.mark.parametrize(("method", "status"), [("PUT", 200), ("PATCH", 200), ("DELETE", 204)])
def test_a_write_of_the_version_it_has_is_done(
    client: httpx2.Client, item: dict[str, Any], method: str, status: int, seen: str
) -> None:
    headers = JSON | {"If-Match": seen}

    answer = client.request(method, path_of(item), content=body_of(item), headers=headers)

    assert answer.status_code == status


@pytest.mark.parametrize("seen", [('"1"', '"9"'), ('"9"', '"1"')])
def test_if_match_may_come_in_several_lines(
    wire: Wire, item: dict[str, Any], seen: tuple[str, str]
) -> None:
    answer = wire.ask(f"DELETE {path_of(item)}", *(f"If-Match: {each}" for each in seen))

    assert answer.status_code == 204


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

    with ThreadPoolExecutor(20) as pool:
        statuses = sorted(pool.map(write, range(20)))

    lost = 404 if method == "DELETE" else 412  # the others find it gone, or changed
    assert statuses == [204 if method == "DELETE" else 200] + [lost] * 19


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
