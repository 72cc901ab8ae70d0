"""A service that loses its database, is asked too much, is told to end."""

import contextlib
import json
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2

from tests.contract.wire import Wire
from tests.generated.conftest import Project
from tests.generated.passage import Passage
from tests.generated.process import SECRET_KEY, Database, Service, run

ITEMS = "/api/v1/items"
IMPATIENT = {"DATABASE_TIMEOUT_SECONDS": "1", "REQUEST_TIMEOUT_SECONDS": "2"}


def refusal(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def timed(call: Callable[[], httpx2.Response]) -> tuple[httpx2.Response, float]:
    began = time.monotonic()
    return call(), time.monotonic() - began


def create(client: httpx2.Client) -> dict[str, Any]:
    name = f"life {time.time_ns()}"
    data: dict[str, Any] = client.post(ITEMS, json={"name": name, "quantity": 0}).json()["data"]
    return data


def patch(client: httpx2.Client, item: dict[str, Any]) -> httpx2.Response:
    headers = {"If-Match": f'"{item["version"]}"'}
    return client.patch(f"{ITEMS}/{item['id']}", json={"quantity": 1}, headers=headers)


def lock_of(item: dict[str, Any]) -> str:
    key = UUID(item["id"]).hex  # as every database takes it
    return f"SELECT 1 FROM items WHERE id = '{key}' FOR UPDATE"  # noqa: S608  # our own id


# Without the database


def test_every_combination_starts_without_its_database(
    each_project: Project, outside: dict[str, str]
) -> None:
    with Database(each_project.folder) as database, away(database) as (url, bring):
        own = {"DATABASE_URL": url, "SECRET_KEY": SECRET_KEY, **outside}
        with Service(each_project.folder, **own, **IMPATIENT) as service:
            health, ready = service.get("/health"), service.get("/ready")
            bring()
            run(each_project.folder, ".venv/bin/app", "migrate", **own)
            service.wait_until("/ready", 200, 10)

    assert health.status_code == 200
    assert refusal(ready) == (503, "unavailable")


@contextlib.contextmanager
def away(database: Database) -> Iterator[tuple[str, Callable[[], None]]]:
    """The URL of one that is not to be had, and what brings it."""
    url = database.create("away")
    if url.startswith("sqlite"):
        file = Path(f"{url.removeprefix('sqlite:///')}/its.db")
        yield f"sqlite:///{file}", file.parent.mkdir
    else:
        with Passage(url) as passage:
            yield passage.url, passage.open


def test_it_starts_without_the_database_and_is_ready_once_it_is_there(
    serve: Callable[..., Service], migrated: str
) -> None:
    with Passage(migrated) as passage, serve(DATABASE_URL=passage.url, **IMPATIENT) as service:
        health, ready, items = (service.get(path) for path in ("/health", "/ready", ITEMS))
        assert health.status_code == 200
        assert refusal(ready) == (503, "unavailable")
        assert "database" in ready.json()["error"]["message"].lower()
        assert refusal(items) == (503, "unavailable")
        assert int(items.headers["Retry-After"]) > 0

        passage.open()

        assert service.wait_until("/ready", 200) < 10
        assert service.get(ITEMS).status_code == 200


def test_it_recovers_when_the_database_breaks_off(
    serve: Callable[..., Service], migrated: str
) -> None:
    with Passage(migrated) as passage, serve(DATABASE_URL=passage.url, **IMPATIENT) as service:
        passage.open()
        service.wait_until("/ready", 200)
        with service.client() as client:
            create(client)
            passage.shut()
            answers = [client.get(ITEMS), client.post(ITEMS, json={"name": "lost"})]
            assert service.get("/health").status_code == 200
            assert service.get("/ready").status_code == 503

            passage.open()

            assert service.wait_until("/ready", 200) < 10
            assert create(client)["version"] == 1
    assert {refusal(answer) for answer in answers} == {(503, "unavailable")}


def test_a_frozen_database_holds_up_neither_probe(
    serve: Callable[..., Service], migrated: str
) -> None:
    with Passage(migrated) as passage, serve(DATABASE_URL=passage.url, **IMPATIENT) as service:
        passage.open()
        service.wait_until("/ready", 200)
        passage.freeze()

        ready, ready_seconds = timed(lambda: service.get("/ready"))
        health, health_seconds = timed(lambda: service.get("/health"))
        items, items_seconds = timed(lambda: service.get(ITEMS))

        assert refusal(ready) == (503, "unavailable")
        assert ready_seconds < 1.5
        assert health.status_code == 200
        assert health_seconds < 0.5
        assert items.status_code == 503
        assert items_seconds < 3
        passage.thaw()
        assert service.wait_until("/ready", 200) < 10
        assert service.get(ITEMS).status_code == 200


# The schema


def test_it_is_not_ready_before_it_is_migrated(
    project: Project, database: Database, serve: Callable[..., Service]
) -> None:
    url = database.create("empty")
    with serve(DATABASE_URL=url) as service:
        behind = service.get("/ready")
        run(project.folder, ".venv/bin/app", "migrate", DATABASE_URL=url)

        assert service.wait_until("/ready", 200) < 10
    assert refusal(behind) == (503, "unavailable")
    assert "schema" in behind.json()["error"]["message"].lower()


def test_it_stays_ready_when_a_newer_release_has_migrated(
    project: Project, database: Database, serve: Callable[..., Service]
) -> None:
    url = database.create("ahead")
    run(project.folder, ".venv/bin/app", "migrate", DATABASE_URL=url)
    database.execute(url, "UPDATE alembic_version SET version_num = 'of_a_newer_one'")

    with serve(DATABASE_URL=url) as service:
        assert service.get("/ready").status_code == 200


def test_a_bug_is_told_to_the_log_and_not_to_the_client(
    project: Project, database: Database, serve: Callable[..., Service]
) -> None:
    url = database.create("broken")
    run(project.folder, ".venv/bin/app", "migrate", DATABASE_URL=url)
    database.execute(url, "ALTER TABLE items RENAME COLUMN quantity TO amount")

    with serve(DATABASE_URL=url) as service:
        answer = service.get(ITEMS, **{"X-Request-ID": "the-bug"})

    assert refusal(answer) == (500, "internal_error")
    assert "quantity" not in answer.text
    [logged] = [line for line in service.log.read_text().splitlines() if "quantity" in line][:1]
    assert "the-bug" in logged


# Too much, too long


def test_a_write_past_its_deadline_is_refused_and_not_written(
    database: Database, serve: Callable[..., Service], migrated: str
) -> None:
    with serve(**IMPATIENT) as service, service.client() as client:
        item = create(client)
        with database.session(migrated, lock_of(item)):
            late, seconds = timed(lambda: patch(client, item))
        time.sleep(0.5)

        assert refusal(late) == (503, "timeout")
        assert int(late.headers["Retry-After"]) > 0
        assert seconds < 3
        assert client.get(f"{ITEMS}/{item['id']}").json()["data"] == item


def test_more_than_it_can_carry_is_refused_at_once(
    database: Database, serve: Callable[..., Service], migrated: str
) -> None:
    with serve(IN_FLIGHT_LIMIT="2") as service, service.client() as client:
        item = create(client)
        with ThreadPoolExecutor(2) as pool, database.session(migrated, lock_of(item)):
            held = [pool.submit(patch, client, item) for _ in range(2)]
            time.sleep(0.5)
            over, seconds = timed(lambda: client.get(ITEMS))
            probes = [client.get(path).status_code for path in ("/health", "/ready")]

        assert refusal(over) == (503, "overloaded")
        assert int(over.headers["Retry-After"]) > 0
        assert seconds < 0.5
        assert probes == [200, 200]
        assert sorted(each.result().status_code for each in held) == [200, 412]


def test_requests_that_come_slowly_are_counted_too(
    database: Database, serve: Callable[..., Service], migrated: str
) -> None:
    with serve(IN_FLIGHT_LIMIT="2") as service, contextlib.ExitStack() as stack:
        item = create(stack.enter_context(service.client()))
        lines = [stack.enter_context(Wire(service.url)) for _ in range(6)]
        for line in lines:
            headers = ("Content-Type: application/json", "Content-Length: 14", 'If-Match: "1"')
            line.send(f"PATCH {ITEMS}/{item['id']}", *headers)
        time.sleep(0.3)
        with database.session(migrated, lock_of(item)):
            for line in lines:
                line.socket.sendall(b'{"quantity":1}')
            time.sleep(0.5)

        statuses = sorted(line.receive("PATCH").status_code for line in lines)

    assert statuses == [200, 412, 503, 503, 503, 503]


def test_a_client_that_leaves_has_changed_nothing(
    database: Database, serve: Callable[..., Service], migrated: str
) -> None:
    with serve(ENVIRONMENT="test") as service, service.client() as client:
        item = create(client)
        with database.session(migrated, lock_of(item)):
            with Wire(service.url) as wire:
                headers = ("Content-Type: application/json", "Content-Length: 14", 'If-Match: "1"')
                wire.send(f"PATCH {ITEMS}/{item['id']}", *headers, body=b'{"quantity":1}')
                time.sleep(0.3)
            time.sleep(0.3)
        time.sleep(0.3)

        assert client.get(f"{ITEMS}/{item['id']}").json()["data"] == item
    lines = [json.loads(line) for line in service.log.read_text().splitlines()]
    assert [line["status"] for line in lines if line.get("method") == "PATCH"] == [499]


# The end


def test_sigterm_drains_and_ends_with_0(serve: Callable[..., Service]) -> None:
    with serve(DRAIN_DELAY_SECONDS="1.5") as service:
        service.process.send_signal(signal.SIGTERM)

        assert service.wait_until("/ready", 503, 1) < 1
        assert "drain" in service.get("/ready").json()["error"]["message"].lower()
        assert service.get("/health").status_code == 200
        assert service.get(ITEMS).status_code == 200
        assert service.process.wait(10) == 0


def test_a_request_in_flight_ends_with_its_own_answer(
    database: Database, serve: Callable[..., Service], migrated: str
) -> None:
    with serve() as service, service.client() as client, ThreadPoolExecutor(1) as pool:
        item = create(client)
        with database.session(migrated, lock_of(item)):
            held = pool.submit(patch, client, item)
            time.sleep(0.3)
            service.process.send_signal(signal.SIGTERM)
            time.sleep(1)

        assert held.result().status_code == 200
        assert service.process.wait(10) == 0


def test_ctrl_c_does_not_wait(serve: Callable[..., Service]) -> None:
    with serve(DRAIN_DELAY_SECONDS="20") as service:
        service.process.send_signal(signal.SIGINT)

        service.process.wait(3)
