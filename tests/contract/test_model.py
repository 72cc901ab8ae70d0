"""A state machine against a model in memory: every answer and the final state agree."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar
from uuid import uuid4

import httpx2
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    multiple,
    rule,
    run_state_machine_as_test,
)

from tests.contract.items import ITEMS, JSON, path_of
from tests.contract.refusals import (
    CONFLICT,
    MISMATCH,
    NOT_FOUND,
    REUSED,
    Refusal,
    assert_refused,
)

Item = dict[str, Any]
FEW_NAMES = st.sampled_from("abcde")  # so that they meet
QUANTITIES = st.integers(0, 3)
DESCRIPTIONS = st.sampled_from([None, "", "of brass"])
NAME = {"name": FEW_NAMES}
REST = {"description": DESCRIPTIONS, "quantity": QUANTITIES}
DEFAULTS = {"description": None, "quantity": 0}
FULL = st.fixed_dictionaries(NAME, optional=REST)
CHANGES = st.fixed_dictionaries({}, optional=NAME | REST)
SEEN = st.sampled_from(["current", "current", "current", "stale", "any"])
KEYS = st.sampled_from(["one", "two", "three"])
SORTS = st.sampled_from(
    ["name", "-name", "quantity,-name", "-quantity", "created_at", "-created_at"]
)
FILTERS = st.sampled_from([{}, {"quantity__gte": 2}, {"quantity": 0}])
SAME_EVERY_TIME = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=20,
    stateful_step_count=40,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],  # as found: to look for fewer steps takes minutes
)


class Machine(RuleBasedStateMachine):
    """`items` holds what lives, as last answered; `kept` what a key was first answered with."""

    made = Bundle("made")
    client: ClassVar[httpx2.Client]

    def __init__(self) -> None:
        super().__init__()
        self.mark = uuid4().hex
        self.items: dict[str, Item] = {}
        self.kept: dict[str, tuple[bytes, httpx2.Response]] = {}

    # Create

    @rule(target=made, fields=FULL)
    def create(self, fields: Item) -> Any:
        return self.take_new(self.post(self.body(fields)), fields)

    @rule(target=made, fields=FULL, key=KEYS)
    def create_once(self, fields: Item, key: str) -> Any:
        body = self.body(fields)
        answer = self.post(body, key)
        if key not in self.kept:
            made = self.take_new(answer, fields)
            if answer.status_code == 201:
                self.kept[key] = body, answer
            return made
        first_body, first = self.kept[key]
        if body == first_body:
            self.assert_replayed(answer, first)
        else:
            assert_refused(answer, REUSED)
        return multiple()

    @rule(key=KEYS)
    def retry(self, key: str) -> None:
        if key in self.kept:
            body, first = self.kept[key]
            self.assert_replayed(self.post(body, key), first)

    def assert_replayed(self, answer: httpx2.Response, first: httpx2.Response) -> None:
        assert (answer.status_code, answer.content) == (first.status_code, first.content)
        assert answer.headers["Idempotency-Replayed"] == "true"
        for name in ("Location", "ETag", "Content-Type"):
            assert answer.headers[name] == first.headers[name]
        assert answer.headers["X-Request-ID"] != first.headers["X-Request-ID"]

    def take_new(self, answer: httpx2.Response, fields: Item) -> Any:
        if self.is_taken(fields["name"]):
            assert_refused(answer, CONFLICT)
            return multiple()
        item = self.take(answer, 201, DEFAULTS | self.named(fields) | {"version": 1})
        assert answer.headers["Location"].endswith(path_of(item))
        return item["id"]

    # Read

    @rule(made=made)
    def read(self, made: str) -> None:
        answer = self.client.get(f"{ITEMS}/{made}")
        if made not in self.items:
            return assert_refused(answer, NOT_FOUND)
        assert (answer.status_code, answer.json()["data"]) == (200, self.items[made])
        seen = {"If-None-Match": answer.headers["ETag"]}
        assert self.client.get(f"{ITEMS}/{made}", headers=seen).status_code == 304
        return None

    @rule(made=made)
    def read_what_was_seen_before(self, made: str) -> None:
        if made in self.items:
            before = {"If-None-Match": f'"{self.items[made]["version"] - 1}"'}
            assert self.client.get(f"{ITEMS}/{made}", headers=before).status_code == 200

    # Write

    @rule(made=made, fields=FULL, seen=SEEN)
    def replace(self, made: str, fields: Item, seen: str) -> None:
        answer = self.write("PUT", made, seen, self.body(fields))
        self.take_change(answer, made, seen, DEFAULTS | fields)

    @rule(made=made, changes=CHANGES, seen=SEEN)
    def update(self, made: str, changes: Item, seen: str) -> None:
        answer = self.write("PATCH", made, seen, self.body(changes))
        self.take_change(answer, made, seen, changes)

    @rule(made=made, seen=SEEN)
    def delete(self, made: str, seen: str) -> None:
        answer = self.write("DELETE", made, seen)
        if refusal := self.refusal(made, seen, {}):
            assert_refused(answer, refusal)
        else:
            assert (answer.status_code, answer.content) == (204, b"")
            del self.items[made]
            assert_refused(self.client.get(f"{ITEMS}/{made}"), NOT_FOUND)

    def write(
        self, method: str, made: str, seen: str, body: bytes | None = None
    ) -> httpx2.Response:
        version = self.items[made]["version"] if made in self.items else 1
        etag = {"current": f'"{version}"', "stale": f'"{version - 1}"', "any": "*"}[seen]
        headers = {"If-Match": etag} | (JSON if body else {})
        return self.client.request(method, f"{ITEMS}/{made}", content=body, headers=headers)

    def take_change(self, answer: httpx2.Response, made: str, seen: str, changes: Item) -> None:
        if refusal := self.refusal(made, seen, changes):
            return assert_refused(answer, refusal)
        before = self.items[made]
        version = before["version"] + 1
        same = {key: before[key] for key in ("id", "created_at", "name", *DEFAULTS)}
        item = self.take(answer, 200, same | self.named(changes) | {"version": version})
        assert datetime.fromisoformat(item["updated_at"]) >= datetime.fromisoformat(
            before["updated_at"]
        )
        return None

    def refusal(self, made: str, seen: str, changes: Item) -> Refusal | None:
        if made not in self.items:
            return NOT_FOUND
        if seen == "stale":
            return MISMATCH
        return CONFLICT if self.is_taken(changes.get("name"), by_another_than=made) else None

    # Lists

    @rule(sort=SORTS, filters=FILTERS, limit=st.integers(1, 4))
    def lists(self, sort: str, filters: Item, limit: int) -> None:
        query = {"name__contains": self.mark, "sort": sort, "limit": limit} | filters
        by_page, by_cursor = list(self.pages(query)), list(self.cursors(query))
        assert by_page == by_cursor
        expected = [item for item in self.items.values() if matches(item, filters)]
        assert by_id(by_page) == by_id(expected)
        assert keys(by_page, sort) == sorted_keys(expected, sort)

    def pages(self, query: Item) -> Iterator[Item]:
        page, total = 1, 1
        while (page - 1) * query["limit"] < total:
            answer = self.client.get(ITEMS, params=query | {"page": page}).json()
            total = answer["meta"]["total"]
            assert answer["meta"] == {"total": total, "page": page, "limit": query["limit"]}
            yield from answer["data"]
            page += 1

    def cursors(self, query: Item) -> Iterator[Item]:
        cursor = ""
        while cursor is not None:
            answer = self.client.get(ITEMS, params=query | {"cursor": cursor}).json()
            assert len(answer["data"]) <= query["limit"]
            yield from answer["data"]
            cursor = answer["meta"]["next_cursor"]

    def teardown(self) -> None:
        self.lists("created_at", {}, 100)

    # What all share

    def named(self, fields: Item) -> Item:
        """Names of this machine alone."""
        return fields | ({"name": f"{fields['name']} {self.mark}"} if "name" in fields else {})

    def body(self, fields: Item) -> bytes:
        return json.dumps(self.named(fields)).encode()

    def post(self, body: bytes, key: str | None = None) -> httpx2.Response:
        own = {"Idempotency-Key": f"{key} {self.mark}"} if key else {}
        return self.client.post(ITEMS, content=body, headers=JSON | own)

    def is_taken(self, name: str | None, by_another_than: str = "") -> bool:
        others = [item for made, item in self.items.items() if made != by_another_than]
        return name is not None and f"{name} {self.mark}" in [item["name"] for item in others]

    def take(self, answer: httpx2.Response, status: int, expected: Item) -> Item:
        item: Item = answer.json().get("data", {})
        assert answer.status_code == status, answer.text
        assert item.items() >= expected.items()
        assert answer.headers["ETag"] == f'"{item["version"]}"'
        self.items[item["id"]] = item
        return item


def matches(item: Item, filters: Item) -> bool:
    least = filters.get("quantity__gte", 0)
    return bool(
        item["quantity"] >= least and item["quantity"] == filters.get("quantity", item["quantity"])
    )


def by_id(items: list[Item]) -> list[Item]:
    return sorted(items, key=lambda item: str(item["id"]))


def keys(items: list[Item], sort: str) -> list[list[Any]]:
    return [[item[part.lstrip("-")] for part in sort.split(",")] for item in items]


def sorted_keys(items: list[Item], sort: str) -> list[list[Any]]:
    for part in reversed(sort.split(",")):
        field = part.lstrip("-")
        items = sorted(items, key=lambda item: item[field], reverse=part.startswith("-"))
    return keys(items, sort)


@pytest.mark.explored
def test_every_answer_is_that_of_the_model(client: httpx2.Client) -> None:
    run(client, SAME_EVERY_TIME)


@pytest.mark.full
def test_every_answer_is_that_of_the_model_for_long(client: httpx2.Client) -> None:
    run(
        client,
        settings(SAME_EVERY_TIME, max_examples=200, stateful_step_count=80, phases=list(Phase)),
    )


def run(client: httpx2.Client, how: settings) -> None:
    run_state_machine_as_test(type("Items", (Machine,), {"client": client}), settings=how)
