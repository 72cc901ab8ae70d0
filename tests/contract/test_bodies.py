"""Contract, Bodies."""

import re
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.contract.items import ITEMS, JSON, as_read, create, new_body, path_of
from tests.contract.refusals import (
    INVALID,
    METHOD,
    NOT_FOUND,
    assert_problem,
    assert_refused,
)

FIELDS = {"id", "name", "description", "quantity", "version", "created_at", "updated_at"}
PROBLEM = {"Accept": "application/problem+json"}


def test_an_item_has_its_fields_in_the_envelope(client: httpx2.Client) -> None:
    answer = create(client, name=f"Lamp {time.time_ns()}", description=None, quantity=2)

    assert answer.json().keys() == {"success", "data"}
    assert answer.json()["success"] is True
    assert answer.json()["data"].keys() == FIELDS
    assert answer.json()["data"]["description"] is None
    assert answer.headers["Content-Type"] == "application/json"


def test_a_list_has_meta(client: httpx2.Client, item: dict[str, Any]) -> None:
    answer = client.get(ITEMS, params={"name": item["name"]})

    assert answer.json().keys() == {"success", "data", "meta"}
    assert answer.json()["data"] == [item]


def test_text_comes_back_as_it_was_sent(client: httpx2.Client) -> None:
    text = "Überraschung \U0001d11e \u202e %_\\ <b>&amp; ' \" \u2028 e\u0301"

    created = create(client, description=text)

    assert created.json()["data"]["description"] == text
    assert client.get(created.headers["Location"]).json()["data"]["description"] == text


# Ids and times


def test_an_id_is_a_uuid_of_version_7_made_now(item: dict[str, Any]) -> None:
    made_at = UUID(item["id"]).int >> 80
    created_at = datetime.fromisoformat(item["created_at"]).timestamp() * 1000

    assert (UUID(item["id"]).version, item["id"]) == (7, str(UUID(item["id"])))
    assert abs(made_at - created_at) < 60_000


@pytest.mark.parametrize("field", ["created_at", "updated_at"])
def test_a_time_is_rfc_3339_in_utc(item: dict[str, Any], field: str) -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|\+00:00)", item[field])
    assert abs((datetime.now(UTC) - datetime.fromisoformat(item[field])).total_seconds()) < 300


def test_a_write_moves_updated_at_and_no_other_time(
    client: httpx2.Client, item: dict[str, Any]
) -> None:
    changed = client.patch(path_of(item), json={"quantity": 8}, headers=as_read(item))

    assert changed.json()["data"]["created_at"] == item["created_at"]
    assert datetime.fromisoformat(changed.json()["data"]["updated_at"]) > datetime.fromisoformat(
        item["updated_at"]
    )


def test_an_id_in_upper_case_is_the_same_item(client: httpx2.Client, item: dict[str, Any]) -> None:
    answer = client.get(f"{ITEMS}/{item['id'].upper()}")

    assert (answer.status_code, answer.json()["data"]) == (200, item)


@pytest.mark.parametrize(
    "spelling",
    ["{hex}", "%7B{id}%7D", "urn:uuid:{id}", "%20{id}", "{id}%20", "{id}%0A", "{id}x", "{short}"],
)
def test_another_spelling_of_an_id_is_not_found(
    client: httpx2.Client, item: dict[str, Any], spelling: str
) -> None:
    written = spelling.format(id=item["id"], hex=UUID(item["id"]).hex, short=item["id"][:-1])

    assert_refused(client.get(f"{ITEMS}/{written}"), NOT_FOUND)


# Errors


def test_details_name_each_field_that_is_wrong(client: httpx2.Client) -> None:
    answer = client.post(ITEMS, json={"name": "", "quantity": "1"})

    assert_refused(answer, INVALID)
    assert {detail["field"] for detail in answer.json()["error"]["details"]} == {"name", "quantity"}


def test_every_refusal_can_be_a_problem(client: httpx2.Client) -> None:
    invalid = client.post(ITEMS, json={}, headers=PROBLEM)
    no_method = client.put(ITEMS, headers=PROBLEM)
    no_path = client.get("/api/v1/nothing", headers=PROBLEM)

    assert_problem(invalid, INVALID)
    assert_problem(no_method, METHOD)
    assert_problem(no_path, NOT_FOUND)


def test_a_success_is_never_a_problem(client: httpx2.Client, item: dict[str, Any]) -> None:
    created = client.post(ITEMS, content=new_body(), headers=JSON | PROBLEM)
    read = client.get(path_of(item), headers=PROBLEM)

    assert (created.status_code, created.headers["Content-Type"]) == (201, "application/json")
    assert (read.status_code, read.headers["Content-Type"]) == (200, "application/json")
