import uuid
from typing import Any

import httpx2
import pytest

ITEMS = "/api/v1/items"
LAMP = {"name": "Lamp", "description": "Brass", "quantity": 3}


async def make(client: httpx2.AsyncClient, **values: Any) -> httpx2.Response:
    made = await client.post(ITEMS, json=LAMP | values)
    assert made.status_code == 201, made.text
    return made


async def test_a_made_item_is_found_at_its_location(client: httpx2.AsyncClient) -> None:
    made = await make(client)

    found = await client.get(made.headers["location"])

    assert found.json() == made.json()
    assert found.json()["data"] | LAMP == found.json()["data"]
    assert found.headers["etag"] == made.headers["etag"] == '"1"'


async def test_a_replaced_item_holds_the_new_values_only(client: httpx2.AsyncClient) -> None:
    made = await make(client)

    replaced = await client.put(
        made.headers["location"], json={"name": "Torch"}, headers={"if-match": '"1"'}
    )

    data = replaced.json()["data"]
    assert (data["name"], data["description"], data["quantity"]) == ("Torch", None, 0)
    assert (data["version"], replaced.headers["etag"]) == (2, '"2"')


async def test_an_updated_item_keeps_what_was_left_out(client: httpx2.AsyncClient) -> None:
    made = await make(client)

    updated = await client.patch(
        made.headers["location"],
        content=b'{"quantity": 7}',
        headers={"if-match": '"1"', "content-type": "application/merge-patch+json"},
    )

    data = updated.json()["data"]
    assert (data["name"], data["quantity"]) == ("Lamp", 7)


async def test_a_deleted_item_is_gone_and_its_name_is_free(client: httpx2.AsyncClient) -> None:
    made = await make(client)

    deleted = await client.delete(made.headers["location"], headers={"if-match": "*"})

    assert (deleted.status_code, deleted.content) == (204, b"")
    assert (await client.get(made.headers["location"])).status_code == 404
    await make(client)


async def test_a_taken_name_is_a_conflict(client: httpx2.AsyncClient) -> None:
    await make(client)

    again = await client.post(ITEMS, json=LAMP)

    assert (again.status_code, again.json()["error"]["code"]) == (409, "conflict")


async def test_a_stale_write_is_refused_and_changes_nothing(client: httpx2.AsyncClient) -> None:
    made = await make(client)

    stale = await client.patch(
        made.headers["location"], json={"quantity": 9}, headers={"if-match": '"7"'}
    )

    assert (stale.status_code, stale.json()["error"]["code"]) == (412, "version_mismatch")
    assert (await client.get(made.headers["location"])).json()["data"]["quantity"] == 3


async def test_a_write_needs_the_version_that_was_read(client: httpx2.AsyncClient) -> None:
    made = await make(client)

    blind = await client.delete(made.headers["location"])

    assert (blind.status_code, blind.json()["error"]["code"]) == (428, "precondition_required")


async def test_an_item_that_is_known_is_not_sent_again(client: httpx2.AsyncClient) -> None:
    made = await make(client)

    known = await client.get(
        made.headers["location"], headers={"if-none-match": made.headers["etag"]}
    )

    assert (known.status_code, known.content) == (304, b"")


async def test_pages_say_how_many_there_are(client: httpx2.AsyncClient) -> None:
    for number in range(3):
        await make(client, name=f"Lamp {number}")

    page = await client.get(ITEMS, params={"page": 2, "limit": 2, "sort": "name"})

    assert [item["name"] for item in page.json()["data"]] == ["Lamp 2"]
    assert page.json()["meta"] == {"total": 3, "page": 2, "limit": 2}


async def test_a_page_links_to_those_around_it(client: httpx2.AsyncClient) -> None:
    for number in range(3):
        await make(client, name=f"Lamp {number}")

    page = await client.get(f"{ITEMS}?sort=name&page=2&limit=1&name__contains=%C3%A4%26a")
    full = await client.get(f"{ITEMS}?sort=name&page=2&limit=1")

    rest = f"{ITEMS}?sort=name&limit=1"
    links = {relation: link["url"] for relation, link in full.links.items()}
    assert links == {
        "first": f"{rest}&page=1",
        "prev": f"{rest}&page=1",
        "next": f"{rest}&page=3",
    }
    assert page.links["first"]["url"] == f"{rest}&name__contains=%C3%A4%26a&page=1"


async def test_a_page_past_the_end_knows_the_total(client: httpx2.AsyncClient) -> None:
    await make(client)

    page = await client.get(f"{ITEMS}?page=9")

    assert page.json()["data"] == []
    assert page.json()["meta"]["total"] == 1
    assert page.links.keys() == {"first", "prev"}


async def test_cursors_walk_every_item_once(client: httpx2.AsyncClient) -> None:
    for number in range(5):
        await make(client, name=f"Lamp {number}", quantity=number % 2)

    seen, cursor = [], ""
    while cursor is not None:
        page = await client.get(ITEMS, params={"cursor": cursor, "limit": 2, "sort": "-quantity"})
        seen += [item["name"] for item in page.json()["data"]]
        cursor = page.json()["meta"]["next_cursor"]

    assert sorted(seen) == [f"Lamp {number}" for number in range(5)]


async def test_a_cursor_of_another_list_is_refused(client: httpx2.AsyncClient) -> None:
    for number in range(3):
        await make(client, name=f"Lamp {number}")
    first = await client.get(ITEMS, params={"cursor": "", "limit": 1, "sort": "name"})
    cursor = first.json()["meta"]["next_cursor"]

    other = await client.get(ITEMS, params={"cursor": cursor, "limit": 1, "sort": "-name"})

    assert (other.status_code, other.json()["error"]["code"]) == (400, "malformed_request")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("name=Lamp", ["Lamp"]),
        ("name__contains=AM", ["Lamp"]),
        ("name__contains=%25", ["100 % wool"]),
        ("quantity__gte=2&quantity__lt=4", ["Lamp"]),
        ("created_at__lt=2020-01-01T00:00:00Z", []),
    ],
)
async def test_a_filter_leaves_what_it_names(
    client: httpx2.AsyncClient, query: str, names: list[str]
) -> None:
    await make(client)
    await make(client, name="100 % wool", quantity=0)

    found = await client.get(f"{ITEMS}?{query}")

    assert [item["name"] for item in found.json()["data"]] == names


@pytest.mark.parametrize(
    "values",
    [
        {"name": ""},
        {"name": " Lamp"},
        {"name": "a\x00b"},
        {"name": "x" * 201},
        {"name": None},
        {"quantity": "1"},
        {"quantity": 1.0},
        {"quantity": True},
        {"quantity": -1},
        {"quantity": 2**31},
        {"colour": "red"},
    ],
)
async def test_a_value_outside_the_schema_is_refused(
    client: httpx2.AsyncClient, values: dict[str, Any]
) -> None:
    refused = await client.post(ITEMS, json=LAMP | values)

    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (422, "validation_failed")
    assert [detail["field"] for detail in error["details"]] == [
        "*" if "colour" in values else next(iter(values))
    ]


@pytest.mark.parametrize("item_id", [str(uuid.uuid4()), "1", "{00000000-0000-0000-0000-0000}"])
async def test_an_unknown_id_is_not_found(client: httpx2.AsyncClient, item_id: str) -> None:
    found = await client.get(f"{ITEMS}/{item_id}")

    assert (found.status_code, found.json()["error"]["code"]) == (404, "not_found")
