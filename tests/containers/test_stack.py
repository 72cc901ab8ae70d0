"""The stack, as `docker compose up --wait` brings it up."""

import json
import subprocess
import sys
import time
from datetime import datetime
from uuid import uuid4

import httpx2
import pytest

from tests import ROOT
from tests.containers.stack import Stack
from tests.generated.process import wait_until

ITEMS = "/api/v1/items"
# Run in the container.
METRICS = """
from urllib.request import urlopen
print(urlopen("http://127.0.0.1:9000/metrics", timeout=5).read().decode())
"""


def get(stack: Stack, path: str) -> httpx2.Response:
    return httpx2.get(stack.url + path, trust_env=False, timeout=10)


def create(stack: Stack) -> str:
    """The path of a new item."""
    body = {"name": f"lamp {uuid4()}"}
    answer = httpx2.post(stack.url + ITEMS, json=body, trust_env=False, timeout=10)
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


def test_it_comes_up_migrated_and_healthy(stack: Stack) -> None:
    states = {service: stack.container(service)["State"] for service in stack.services}
    statuses = [get(stack, path).status_code for path in ("/health", "/ready", ITEMS)]

    migrated = states.pop("migrate")
    assert (migrated["Status"], migrated["ExitCode"]) == ("exited", 0)
    assert {state["Health"]["Status"] for state in states.values()} == {"healthy"}
    assert statuses == [200, 200, 200]


def test_each_starts_when_what_it_needs_is_there(stack: Stack) -> None:
    states = {service: stack.container(service)["State"] for service in stack.services}
    config = json.loads(stack.compose("config", "--format=json"))["services"]
    needed = {
        service: {name: need["condition"] for name, need in each.get("depends_on", {}).items()}
        for service, each in config.items()
    }
    database = {"db": "service_healthy"} if "db" in config else {}

    assert needed.pop("app") == {
        "migrate": "service_completed_successfully",
        "redis": "service_healthy",
    }
    assert needed.pop("migrate") == database
    assert [*filter(None, needed.values())] == []
    ended = datetime.fromisoformat(states["migrate"]["FinishedAt"])
    assert ended < datetime.fromisoformat(states["app"]["StartedAt"])


def test_its_metrics_are_for_its_neighbours(stack: Stack) -> None:
    """On a port that is not published."""
    assert get(stack, "/metrics").status_code == 404
    assert "http_requests_total" in stack.inside("python", "-c", METRICS)


def test_it_counts_in_redis_and_goes_on_without(stack: Stack) -> None:
    assert get(stack, ITEMS).status_code == 200
    assert int(stack.compose("exec", "--no-TTY", "redis", "redis-cli", "dbsize")) > 0
    assert get(stack, "/ready").json()["data"]["redis"] == "ok"

    stack.compose("exec", "--no-TTY", "redis", "sh", "-c", "kill 1")
    assert get(stack, ITEMS).status_code == 200
    until = time.monotonic() + 15
    while get(stack, "/ready").json()["data"]["redis"] != "ok":
        assert time.monotonic() < until
        time.sleep(0.2)


def test_it_keeps_the_contract(stack: Stack) -> None:
    suite = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests/contract"]

    run = subprocess.run(
        [*suite, "--base-url", stack.url, "--quiet", "--tb=short"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr


def test_it_has_no_privilege(stack: Stack) -> None:
    lines = stack.inside("cat", "/proc/1/status").splitlines()
    status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)

    assert set(status["Uid"].split()) == {"10001"}
    assert {int(status[kind], 16) for kind in ("CapPrm", "CapEff", "CapBnd")} == {0}
    assert status["NoNewPrivs"] == "1"


@pytest.mark.parametrize("folder", ["/", "/app", "/var", "/usr/local"])
def test_its_root_is_read_only(stack: Stack, folder: str) -> None:
    command = ["exec", "--no-TTY", "--user=0", "app", "touch", f"{folder}/new"]
    touched = stack.engine.docker(*stack.command(*command), **stack.settings)

    assert touched.returncode != 0
    assert "Read-only file system" in touched.stderr


def test_only_this_machine_reaches_it_and_nobody_its_neighbours(stack: Stack) -> None:
    published = {
        service: [binding["HostIp"] for bindings in ports.values() for binding in bindings or []]
        for service in stack.services
        if (ports := stack.container(service)["NetworkSettings"]["Ports"])
    }

    assert published.pop("app") == ["127.0.0.1"]
    assert [address for addresses in published.values() for address in addresses] == []


def test_a_server_of_a_weak_secret_is_refused_by_name(stack: Stack) -> None:
    command = stack.command("run", "--rm", "--no-deps", "migrate")
    weak = {"ENVIRONMENT": "production", "SECRET_KEY": "short"}
    refused = stack.engine.docker(*command, **stack.settings | weak)

    assert refused.returncode != 0
    assert "SECRET_KEY must be at least 32 random bytes" in refused.stdout + refused.stderr


@pytest.mark.parametrize(
    "stack", ["postgresql", pytest.param("mysql", marks=pytest.mark.full)], indirect=True
)
def test_a_database_that_breaks_down_comes_back_and_the_service_with_it(stack: Stack) -> None:
    path, before = create(stack), stack.container("db")["State"]["StartedAt"]
    serving = stack.container("app")["State"]["StartedAt"]

    stack.compose("exec", "--no-TTY", "db", "sh", "-c", "kill -QUIT 1")  # PostgreSQL: as in a crash
    broken = time.monotonic()
    while stack.container("db")["State"]["StartedAt"] == before:
        assert time.monotonic() - broken < 10
    wait_until(f"{stack.url}/ready", 200, 10 - (time.monotonic() - broken))

    assert get(stack, path).status_code == 200
    assert create(stack)
    assert stack.container("app")["State"]["StartedAt"] == serving


def test_it_stops_within_its_grace_with_0_and_keeps_what_it_acknowledged(stack: Stack) -> None:
    path, began = create(stack), time.monotonic()

    stack.compose("stop", "app")
    seconds, state = time.monotonic() - began, stack.container("app")["State"]
    stack.compose("down")
    stack.up()

    assert (state["ExitCode"], state["OOMKilled"]) == (0, False)
    assert 5 <= seconds < 15  # the drain, and nothing in flight
    assert get(stack, path).status_code == 200
