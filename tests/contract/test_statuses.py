"""Contract, Status codes: what no single request of the corpus shows."""

from typing import Any

import httpx2

from tests.contract.items import ITEMS, JSON, as_read, create, new_body, new_name, path_of
from tests.contract.refusals import CONFLICT, assert_refused
from tests.contract.wire import Wire

SECRET = "hunter2"


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
