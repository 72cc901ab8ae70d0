"""What other services have been seen to do, and this one does not.

More of it is in the corpus: probe paths that only seem to exist, answers that caches may keep,
origins that are let in, lists without an end.
"""

import contextlib
import json
import time
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from tests.contract.items import ITEMS, JSON, new_body
from tests.contract.refusals import INVALID, assert_refused
from tests.contract.wire import Wire

LARGE = 1_000_000
NOTICE_SECONDS = 5  # on a machine that has other work: until all that left are known to have


@pytest.mark.parametrize(
    "body",
    [
        {f"field {number}": 1 for number in range(40_000)},
        {"name": ["a"] * 100_000},
        {"name": "a", "quantity": {str(number): number for number in range(40_000)}},
        [{"name": 1}] * 40_000,
        {"a" * LARGE: 1},
        {"name": "a" * LARGE},
    ],
    ids=["fields", "a list", "an object", "items", "a name of a field", "a name"],
)
def test_a_large_body_gets_no_large_answer(client: httpx2.Client, body: object) -> None:
    answer = client.post(ITEMS, content=json.dumps(body).encode(), headers=JSON)

    assert_refused(answer, INVALID)
    assert len(answer.content) < 10_000


def test_a_long_query_gets_no_long_answer(client: httpx2.Client) -> None:
    names = "&".join(f"a{number}=b" for number in range(1000))

    answer = client.get(f"{ITEMS}?{names}")

    assert answer.status_code == 400
    assert len(answer.content) < 1000


def test_bodies_that_do_not_come_keep_nobody_waiting(
    base_url: str, credentials: list[str], client: httpx2.Client
) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(100):  # more than a process takes at a time
            wire = stack.enter_context(Wire(base_url, credentials))
            wire.send(f"POST {ITEMS}", "Content-Type: application/json", "Content-Length: 9")

        statuses = {client.get(ITEMS, params={"limit": 1}).status_code for _ in range(20)}

    assert statuses == {200}


def test_clients_that_leave_while_they_are_served_leave_nothing_behind(
    base_url: str, credentials: list[str], client: httpx2.Client
) -> None:
    """More of them than the database has connections for."""

    def ask_and_leave(number: int) -> None:
        body = new_body()
        with Wire(base_url, credentials) as wire:
            length = f"Content-Length: {len(body)}"
            wire.send(f"POST {ITEMS}", "Content-Type: application/json", length, body=body)

    def write_twenty() -> set[int]:
        bodies = [new_body() for _ in range(20)]
        return {client.post(ITEMS, content=body, headers=JSON).status_code for body in bodies}

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask_and_leave, range(200)))
    until = time.monotonic() + NOTICE_SECONDS
    while (statuses := write_twenty()) != {201} and time.monotonic() < until:
        time.sleep(0.05)

    assert statuses == {201}
    assert client.get("/ready").status_code == 200


def test_what_was_refused_is_not_kept_for_the_next(base_url: str, credentials: list[str]) -> None:
    """A connection that was refused halfway takes the next request as it is."""
    with Wire(base_url, credentials) as wire:
        answers = [
            wire.ask("POST /nothing", "Content-Length: 21", body=b"GET /health HTTP/1.1\r\n"[:21]),
            wire.ask("GET /health"),
        ]

    assert [answer.status_code for answer in answers] == [404, 200]
