"""Contract, Lists."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import httpx2
import pytest

from tests.contract.items import ITEMS, as_read, create, path_of
from tests.contract.refusals import MALFORMED, assert_refused


@pytest.fixture(scope="module")
def mark() -> str:
    """In the name of each item of this module and of no other."""
    return uuid4().hex


@pytest.fixture(scope="module", autouse=True)
def items(client: httpx2.Client, mark: str) -> list[dict[str, Any]]:
    """23 items: names a … w, quantities 0 0 0 1 1 1 …"""
    names = "abcdefghijklmnopqrstuvw"
    answers = [create(client, name=f"{n} {mark}", quantity=i // 3) for i, n in enumerate(names)]
    return [answer.json()["data"] for answer in answers]


def read(client: httpx2.Client, mark: str, **query: Any) -> dict[str, Any]:
    answer = client.get(ITEMS, params={"name__contains": mark} | query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def walk(client: httpx2.Client, mark: str, **query: Any) -> Iterator[list[dict[str, Any]]]:
    """Page by page, to the end: a hundred pages at most, since none here has so many items."""
    cursor: str | None = ""
    for _ in range(100):
        page = read(client, mark, cursor=cursor, **query)
        yield page["data"]
        cursor = page["meta"]["next_cursor"]
        if cursor is None:
            return


def names(items: list[dict[str, Any]]) -> str:
    return "".join(item["name"][0] for item in items)


# Pages


def test_twenty_items_of_the_first_page_are_the_default(client: httpx2.Client, mark: str) -> None:
    page = read(client, mark)

    assert page["meta"] == {"total": 23, "page": 1, "limit": 20}
    assert len(page["data"]) == 20


def test_pages_hold_each_item_once(
    client: httpx2.Client, mark: str, items: list[dict[str, Any]]
) -> None:
    pages = [read(client, mark, page=number, limit=10) for number in (1, 2, 3)]

    assert [len(page["data"]) for page in pages] == [10, 10, 3]
    assert [page["meta"]["page"] for page in pages] == [1, 2, 3]
    found = [item for page in pages for item in page["data"]]
    assert sorted(found, key=lambda item: item["name"]) == items


def test_a_page_past_the_end_is_empty(client: httpx2.Client, mark: str) -> None:
    page = read(client, mark, page=1_000_000, limit=100)

    assert page["data"] == []
    assert page["meta"] == {"total": 23, "page": 1_000_000, "limit": 100}


def test_deleted_items_are_not_listed(client: httpx2.Client, mark: str) -> None:
    gone = create(client, name=f"gone {mark}").json()["data"]
    client.delete(path_of(gone), headers=as_read(gone))

    assert read(client, mark)["meta"]["total"] == 23
    assert names(read(client, mark, name=gone["name"])["data"]) == ""


# Cursors


@pytest.mark.parametrize("sort", ["name", "-name", "quantity", "-quantity,name", "-created_at"])
@pytest.mark.parametrize("limit", [1, 10, 23, 100])
def test_a_walk_meets_each_item_once_and_in_order(
    client: httpx2.Client, mark: str, sort: str, limit: int
) -> None:
    pages = list(walk(client, mark, sort=sort, limit=limit))

    expected = read(client, mark, sort=sort, limit=100)["data"]
    assert [item for page in pages for item in page] == expected
    assert {len(page) for page in pages[:-1]} <= {limit}
    assert pages[-1] != []


def test_a_walk_has_its_own_meta(client: httpx2.Client, mark: str) -> None:
    first = read(client, mark, cursor="", limit=20)
    last = read(client, mark, cursor=first["meta"]["next_cursor"], limit=20)

    assert first["meta"].keys() == {"limit", "next_cursor"}
    assert isinstance(first["meta"]["next_cursor"], str)
    assert last["meta"] == {"limit": 20, "next_cursor": None}
    assert len(last["data"]) == 3


def test_a_walk_is_stable_while_others_write(client: httpx2.Client) -> None:
    mark = uuid4().hex
    before = [create(client, name=f"{n} {mark}").json()["data"]["id"] for n in "bdfhjl"]
    seen: list[str] = []

    for page, new in zip(walk(client, mark, sort="name", limit=2), "acegikm", strict=False):
        seen += [item["id"] for item in page]
        create(client, name=f"{new} {mark}")

    assert [item for item in seen if item in before] == before
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize(
    "other",
    [{"sort": "-name"}, {"sort": "quantity"}, {"quantity__gte": 1}, {"name__contains": "x"}],
)
def test_a_cursor_of_another_list_is_refused(
    client: httpx2.Client, mark: str, other: dict[str, Any]
) -> None:
    query: dict[str, Any] = {"name__contains": mark, "sort": "name", "limit": 5}
    cursor = read(client, mark, cursor="", sort="name", limit=5)["meta"]["next_cursor"]

    assert_refused(client.get(ITEMS, params=query | other | {"cursor": cursor}), MALFORMED)


def test_a_cursor_takes_another_limit(client: httpx2.Client, mark: str) -> None:
    cursor = read(client, mark, sort="name", cursor="", limit=5)["meta"]["next_cursor"]

    assert names(read(client, mark, sort="name", cursor=cursor, limit=2)["data"]) == "fg"


def test_a_forged_cursor_is_refused(client: httpx2.Client, mark: str) -> None:
    query: dict[str, Any] = {"name__contains": mark, "sort": "name", "limit": 5}
    cursor = read(client, mark, cursor="", sort="name", limit=5)["meta"]["next_cursor"]
    forged = [
        cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :]
        for at in range(0, len(cursor) - 1, 7)
    ]

    for each in [*forged, cursor[:-4], cursor + "AAAA", cursor * 2]:
        assert_refused(client.get(ITEMS, params=query | {"cursor": each}), MALFORMED)


# Order and filters


@pytest.mark.parametrize(
    ("sort", "first"),
    [("name", "abc"), ("-name", "wvu"), ("-quantity,name", "vws"), ("quantity,-name", "cba")],
)
def test_a_list_is_sorted(client: httpx2.Client, mark: str, sort: str, first: str) -> None:
    assert names(read(client, mark, sort=sort, limit=3)["data"]) == first


def test_a_list_is_sorted_by_time(
    client: httpx2.Client, mark: str, items: list[dict[str, Any]]
) -> None:
    assert read(client, mark, sort="created_at", limit=100)["data"] == items
    assert read(client, mark, sort="-created_at", limit=100)["data"] == items[::-1]


def test_filters_are_joined(client: httpx2.Client, mark: str, items: list[dict[str, Any]]) -> None:
    since = items[10]["created_at"]

    page = read(client, mark, quantity__gte=2, created_at__lt=since, sort="name")

    assert names(page["data"]) == "ghij"
    assert page["meta"]["total"] == 4


def test_a_time_may_be_in_any_zone(client: httpx2.Client, mark: str) -> None:
    early = read(client, mark, created_at__lt="2001-01-01T00:00:00+14:00")
    late = read(client, mark, created_at__lt="9999-12-31T23:59:59+14:00")

    assert (early["meta"]["total"], late["meta"]["total"]) == (0, 23)


def test_a_name_is_matched_whole_and_exactly(client: httpx2.Client, mark: str) -> None:
    totals = [
        read(client, mark, name=name)["meta"]["total"]
        for name in (f"a {mark}", f"A {mark}", "a", f"a {mark} ")
    ]

    assert totals == [1, 0, 0, 0]


def test_part_of_a_name_is_matched_without_case(client: httpx2.Client) -> None:
    mark = uuid4().hex
    name = f"Äpfel {mark} Ω"
    create(client, name=name)

    for part in (mark.upper(), f"äpfel {mark}", f"ÄPFEL {mark}", f"{mark} ω", "l " + mark):
        assert [item["name"] for item in read(client, part)["data"]] == [name], part


@pytest.mark.parametrize("part", ["%", "_", "\\", "%_\\", "'", '"', "$", "*", "+", "&", "%25", "?"])
def test_every_character_of_a_filter_is_itself(client: httpx2.Client, part: str) -> None:
    mark = uuid4().hex
    with_it = create(client, name=f"{mark}{part}x").json()["data"]
    create(client, name=f"{mark}-x")

    assert read(client, mark + part)["data"] == [with_it]
    assert read(client, mark, name=with_it["name"])["data"] == [with_it]
    assert read(client, mark + "x")["data"] == []


def test_a_plus_in_a_query_is_a_space(client: httpx2.Client, mark: str) -> None:
    answer = client.get(f"{ITEMS}?name=a+{mark}")

    assert names(answer.json()["data"]) == "a"


# Links


def follow(client: httpx2.Client, path: str, relation: str) -> Iterator[list[dict[str, Any]]]:
    """Page by page, as Link says: a hundred at most, since none here has so many."""
    for _ in range(100):
        answer = client.get(path)
        assert answer.status_code == 200, answer.text
        yield answer.json()["data"]
        if relation not in answer.links:
            return
        path = answer.links[relation]["url"]
    raise AssertionError("no end")


@pytest.mark.parametrize("way", ["", "&page=1", "&cursor="])
@pytest.mark.parametrize("sort", ["name", "-quantity,name"])
def test_next_leads_to_each_item_once(
    client: httpx2.Client, mark: str, sort: str, way: str
) -> None:
    query = f"limit=4&quantity__gte=1&sort={sort}&name__contains={mark}"

    pages = list(follow(client, f"{ITEMS}?{query}{way}", "next"))

    expected = read(client, mark, quantity__gte=1, sort=sort, limit=100)["data"]
    assert [item for page in pages for item in page] == expected
    assert len(pages) == 5


def test_prev_leads_back_to_the_first_page(client: httpx2.Client, mark: str) -> None:
    query = f"limit=10&sort=name&name__contains={mark}"

    pages = list(follow(client, f"{ITEMS}?page=3&{query}", "prev"))

    assert [names(page) for page in pages] == ["uvw", "klmnopqrst", "abcdefghij"]


@pytest.mark.parametrize("way", ["page=2", "page=9", "cursor="])
def test_first_leads_to_the_first_page(client: httpx2.Client, mark: str, way: str) -> None:
    answer = client.get(f"{ITEMS}?limit=10&sort=name&name__contains={mark}&{way}")

    first = client.get(answer.links["first"]["url"])

    assert names(first.json()["data"]) == "abcdefghij"
    assert "prev" not in first.links


@pytest.mark.parametrize(
    ("way", "relations"),
    [
        ("page=1&limit=23", {"first"}),
        ("page=1&limit=22", {"first", "next"}),
        ("page=2&limit=22", {"first", "prev"}),
        ("page=9&limit=22", {"first", "prev"}),
        ("cursor=&limit=23", {"first"}),
        ("cursor=&limit=22", {"first", "next"}),
    ],
)
def test_a_list_links_to_pages_that_are_there(
    client: httpx2.Client, mark: str, way: str, relations: set[str]
) -> None:
    answer = client.get(f"{ITEMS}?name__contains={mark}&{way}")

    assert answer.links.keys() == relations


def test_a_link_is_a_path_that_keeps_the_rest_of_the_query(client: httpx2.Client) -> None:
    mark = uuid4().hex
    for n in "ab":
        create(client, name=f'{n} {mark} <&=+%>, "ä"')
    query = {"name__contains": f'{mark} <&=+%>, "ä"', "sort": "-name", "limit": "1"}

    answer = client.get(ITEMS, params=query)

    scheme, host, path, after, _ = urlsplit(answer.links["next"]["url"])
    assert (scheme, host, path) == ("", "", ITEMS)
    assert dict(parse_qsl(after)) == query | {"page": "2"}
    assert names(client.get(answer.links["next"]["url"]).json()["data"]) == "a"
