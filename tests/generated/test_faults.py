"""What is killed, frozen or left alone under load recovers, and loses nothing acknowledged."""

import random
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import httpx2
import pytest

from tests.contract.wire import Wire
from tests.generated.balancer import Balancer
from tests.generated.conftest import Make
from tests.generated.load import ITEMS, Load, written
from tests.generated.passage import Passage
from tests.generated.process import Database, Service, run

IMPATIENT = {"DATABASE_TIMEOUT_SECONDS": "1", "REQUEST_TIMEOUT_SECONDS": "2"}
ANSWER_SECONDS = 4  # both deadlines, and a second for a machine that has other work
RECOVERY_SECONDS = 10
SILENCE_SECONDS = 11 + 2  # the bound, and the probes that tell the kernel of it
AWAY = {(503, "unavailable"), (503, "timeout"), (503, "overloaded")}
IN_PROGRESS = 409, "idempotency_in_progress"
NO_ANSWER = 0, ""
IDLE = {  # transactions without a statement
    "postgresql": """SELECT query FROM pg_stat_activity
        WHERE datname = current_database() AND state LIKE 'idle in transaction%'""",
    "mysql": """SELECT id FROM information_schema.processlist JOIN information_schema.innodb_trx
        ON id = trx_mysql_thread_id WHERE db = DATABASE() AND command = 'Sleep'""",
}


def assert_kept(load: Load, base_url: str) -> None:
    """What was acknowledged is there as it was told, and nothing is there twice."""
    found = written(base_url, load.mark)
    assert len(found) == len(dict(found))
    assert load.acknowledged.items() <= dict(found).items()


def code_of(answer: httpx2.Response) -> str:
    return str(answer.json()["error"]["code"])


def assert_nothing_is_left_open(database: Database, url: str) -> None:
    deadline = time.monotonic() + 2
    idle = IDLE[url.partition(":")[0]]
    while (left := database.rows(url, idle)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == []


# The database


def test_a_killed_database_loses_no_acknowledged_write(
    database: Database, serve: Callable[..., Service], migrated: str
) -> None:
    with serve(**IMPATIENT) as service:
        service.wait_until("/ready", 200)
        with Load(lambda: service.url) as load:
            load.goes_on()
            with database.killed():
                time.sleep(1)
                probes = [service.get(path).status_code for path in ("/health", "/ready")]
                time.sleep(1)
            assert service.wait_until("/ready", 200, RECOVERY_SECONDS) < RECOVERY_SECONDS
            load.goes_on()

        assert probes == [200, 503]
        assert load.refused - {IN_PROGRESS} <= AWAY
        assert load.told("unavailable")
        assert max(each.seconds for each in load.tries) < ANSWER_SECONDS
        assert_kept(load, service.url)
        assert_nothing_is_left_open(database, migrated)


def test_a_frozen_database_writes_nothing_that_was_refused_as_late(
    database: Database, serve: Callable[..., Service], migrated: str
) -> None:
    with serve(**IMPATIENT) as service:
        service.wait_until("/ready", 200)
        with Load(lambda: service.url, retrying=False) as load:
            load.goes_on()
            with database.frozen():
                time.sleep(0.5)
                began = time.monotonic()
                ready = service.get("/ready").status_code
                ready_seconds = time.monotonic() - began
                health = service.get("/health").status_code
                time.sleep(3)
            assert service.wait_until("/ready", 200, RECOVERY_SECONDS) < RECOVERY_SECONDS
            load.goes_on()

        assert (health, ready) == (200, 503)
        assert ready_seconds < 1.5
        assert load.refused <= AWAY
        assert max(each.seconds for each in load.tries) < ANSWER_SECONDS
        assert_nothing_is_left_open(database, migrated)
        assert_kept(load, service.url)
        late = load.told("timeout")
        assert late
        assert not late & dict(written(service.url, load.mark)).keys()


def test_what_is_late_in_a_frozen_database_gives_its_place_to_others(
    database: Database, serve: Callable[..., Service]
) -> None:
    with serve(IN_FLIGHT_LIMIT="2", **IMPATIENT) as service, service.client() as client:
        service.wait_until("/ready", 200)
        with database.frozen(), ThreadPoolExecutor(2) as pool:
            late = list(pool.map(lambda _: client.get(ITEMS), range(2)))
            time.sleep(1.5)  # a thread waits for a connection for three seconds at most
            after = client.get(ITEMS)

    assert [code_of(each) for each in (*late, after)] == ["timeout"] * 3


def test_connections_that_broke_while_nobody_asked_cost_no_error(
    serve: Callable[..., Service], migrated: str
) -> None:
    with Passage(migrated) as passage, serve(DATABASE_URL=passage.url) as service:
        passage.open()
        service.wait_until("/ready", 200)
        with service.client() as client:
            before = make_item(client, 0), client.get(ITEMS).status_code
            passage.shut()
            passage.open()
            service.wait_until("/ready", 200, RECOVERY_SECONDS)
            after = make_item(client, 1), client.get(ITEMS).status_code

    assert before == after == (201, 200)


@pytest.mark.full
def test_a_database_that_is_gone_without_a_word_is_given_up(
    serve: Callable[..., Service], migrated: str
) -> None:
    """Who waits for it is answered by the deadlines; when it is found again, in another place,
    neither what waited nor what was idle keeps a connection from others."""
    with (
        Passage(migrated) as passage,
        serve(DATABASE_URL=passage.url, DATABASE_POOL_SIZE="2", **IMPATIENT) as service,
        service.client() as client,
        ThreadPoolExecutor(4) as pool,
    ):
        passage.open()
        service.wait_until("/ready", 200)
        before = make_item(client, 0), client.get(ITEMS).status_code
        passage.lose()
        began = time.monotonic()
        late = [*pool.map(lambda _: client.get(ITEMS), range(2)), client.get("/ready")]
        late_seconds = time.monotonic() - began
        passage.open()
        time.sleep(SILENCE_SECONDS)
        after = make_item(client, 1), client.get(ITEMS).status_code
        read = {each.status_code for each in pool.map(lambda _: client.get(ITEMS), range(8))}
        ready = client.get("/ready").status_code

    assert {each.status_code for each in late} == {503}
    assert late_seconds < ANSWER_SECONDS + 1.5  # of the requests, then of the probe
    assert before == after == (201, 200)
    assert (read, ready) == ({200}, 200)


# The process


@pytest.mark.parametrize(
    ("combination", "kills"),
    [
        ("postgresql-none", 30),
        pytest.param("mysql-none", 30, marks=pytest.mark.full),
        pytest.param("flask-postgresql-none", 30, marks=pytest.mark.full),
        ("sqlite-none", 5),
        pytest.param("flask-mysql-none", 30, marks=pytest.mark.full),
        pytest.param("flask-sqlite-none", 30, marks=pytest.mark.full),
        pytest.param("litestar-mysql-none", 30, marks=pytest.mark.full),
        pytest.param("postgresql-none", 300, marks=pytest.mark.full),
        pytest.param("sqlite-none", 100, marks=pytest.mark.full),
    ],
)
def test_a_killed_process_has_done_each_write_once_or_not_at_all(
    make: Make, combination: str, kills: int
) -> None:
    folder = make(combination).folder
    with Database(folder) as database:
        settings = {"DATABASE_URL": database.server}
        run(folder, ".venv/bin/app", "migrate", **settings)
        with Service(folder, **settings) as service:
            service.wait_until("/ready", 200)
            with Load(lambda: service.url) as load:
                for _ in range(kills):
                    time.sleep(random.uniform(0.02, 0.3))  # noqa: S311  # no secret
                    assert service.restart(signal.SIGKILL) == -signal.SIGKILL
                load.goes_on()

            assert load.refused - {IN_PROGRESS} <= AWAY | {NO_ANSWER}
            assert NO_ANSWER in load.refused
            names = {each.name for each in load.tries}
            assert load.acknowledged.keys() == names
            assert_kept(load, service.url)


def test_a_rolling_restart_fails_no_request(serve: Callable[..., Service]) -> None:
    with serve(DRAIN_DELAY_SECONDS="2") as one, serve(DRAIN_DELAY_SECONDS="2") as other:
        for service in (one, other):
            service.wait_until("/ready", 200)
        with Balancer([one, other]) as balancer, Load(balancer.pick, retrying=False) as load:
            load.goes_on()
            ended = []
            for service in (one, other):
                ended.append(service.restart(signal.SIGTERM))
                time.sleep(0.5)  # the balancer hears of it
            load.goes_on()

        assert ended == [0, 0]
        assert load.refused == set()
        assert_kept(load, one.url)


# The clients


def test_clients_that_leave_by_the_hundred_hold_nothing(
    database: Database, serve: Callable[..., Service], migrated: str
) -> None:
    with serve(DATABASE_POOL_SIZE="4") as service, service.client() as client:
        item = client.post(ITEMS, json={"name": f"left {time.time_ns()}"}).json()["data"]
        key = UUID(item["id"]).hex  # as every database takes it
        lock = f"SELECT 1 FROM items WHERE id = '{key}' FOR UPDATE"  # noqa: S608  # our own
        with database.session(migrated, lock):
            for _ in range(4):
                leave(service.url, f"PATCH {ITEMS}/{item['id']}", 40)
                leave(service.url, f"GET {ITEMS}?limit=100", 40)
        assert_nothing_is_left_open(database, migrated)

        with ThreadPoolExecutor(16) as pool:
            made = list(pool.map(lambda n: make_item(client, n), range(64)))
            read = list(pool.map(lambda _: client.get(ITEMS).status_code, range(64)))

        assert set(made) == {201}
        assert set(read) == {200}
        assert client.get(f"{ITEMS}/{item['id']}").json()["data"] == item


def leave(base_url: str, line: str, times: int) -> None:
    """Each asks, waits until the service has begun, and goes."""
    wires = [Wire(base_url) for _ in range(times)]
    body = b'{"quantity":1}' if line.startswith("PATCH") else b""
    headers = ("Content-Type: application/json", f"Content-Length: {len(body)}", 'If-Match: "1"')
    for wire in wires:
        wire.send(line, *headers, body=body)
    time.sleep(0.1)
    for wire in wires:
        wire.__exit__(None)


def make_item(client: httpx2.Client, number: int) -> int:
    body = {"name": f"after {number} {time.time_ns()}"}
    return client.post(ITEMS, json=body).status_code
