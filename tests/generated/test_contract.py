"""The contract, against processes of the service: by the command line that anybody has."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx2
import pytest

from tests import ROOT
from tests.contract.items import ITEMS, JSON, create
from tests.contract.refusals import (
    FORBIDDEN,
    LIMITED,
    METHOD,
    NOT_FOUND,
    OVERLOADED,
    TOO_LARGE,
    UNAUTHENTICATED,
    assert_refused,
)
from tests.generated.combinations import CHOSEN, PAIRWISE
from tests.generated.conftest import Make, Project, every, provided
from tests.generated.credentials import callers, create_key
from tests.generated.process import SECRET_KEY, Database, Service, run

# A suite asks more often than one caller may, and signs in from addresses of its own.
OF_THE_SUITE = {"RATE_LIMIT": "100000/60", "TRUSTED_PROXIES": "127.0.0.1"}
LOCK = "SELECT 1 FROM items FOR UPDATE"
FEW = {"RATE_LIMIT": "3/60", "TRUSTED_PROXIES": "127.0.0.1"}
BIG = b" " * 1_100_000


@pytest.mark.parametrize("combination", every(PAIRWISE))
def test_every_combination_keeps_the_contract(
    driven: dict[str, Future[None]], combination: str
) -> None:
    driven[combination].result()


@pytest.fixture(scope="module")
def driven(request: pytest.FixtureRequest, make: Make) -> Iterator[dict[str, Future[None]]]:
    """Two combinations at a time: each waits more than it works."""
    items = [item for item in request.session.items if isinstance(item, pytest.Function)]
    names = [str(i.callspec.params["combination"]) for i in items if "driven" in i.fixturenames]
    installed = request.getfixturevalue("openid") if any("oidc" in n for n in names) else None
    is_quick = "not full" in request.config.getoption("markexpr")  # as deep as this run itself
    drive = partial(keep_the_contract, make, installed, is_quick)
    with ThreadPoolExecutor(2) as pool:
        yield {name: pool.submit(drive, name) for name in names}
        pool.shutdown(cancel_futures=True)


def keep_the_contract(make: Make, openid: Path | None, is_quick: bool, combination: str) -> None:
    project = make(combination)
    with prepared(project) as own, provided(project, openid) as outside:
        left_out = ["not full"] if is_quick else []
        left_out += ["not explored"] if is_quick and combination not in CHOSEN else []
        left_out += ["not accounts"] if outside else []  # they are the provider's
        with serving(project, own | outside) as service:
            auth, folder = project.answers["auth"], project.folder
            options = callers(auth, folder, service, **own | outside)
            check_contract(service, "development", *options, selected=" and ".join(left_out))


def test_production_keeps_the_contract(serve: Callable[..., Service]) -> None:
    with serve(ENVIRONMENT="production", SECRET_KEY=SECRET_KEY, **OF_THE_SUITE) as service:
        service.wait_until("/ready", 200)
        check_contract(service, "production", selected="not docs and not full")


def check_contract(service: Service, environment: str, *options: str, selected: str) -> None:
    suite = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests/contract"]
    about = ["--base-url", service.url, "--environment", environment, "-m", selected]

    run = subprocess.run(
        [*suite, *about, *options, "--quiet", "--tb=short"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr


@contextlib.contextmanager
def prepared(project: Project) -> Iterator[dict[str, str]]:
    """The settings of a service on a migrated database."""
    with Database(project.folder) as database:
        settings = {"DATABASE_URL": database.server, "SECRET_KEY": SECRET_KEY}
        run(project.folder, ".venv/bin/app", "migrate", **settings)
        yield settings


@contextlib.contextmanager
def serving(project: Project, settings: dict[str, str], **own: str) -> Iterator[Service]:
    with Service(project.folder, **OF_THE_SUITE | settings | own) as service:
        service.wait_until("/ready", 200)
        yield service


# The order of refusals that only other settings bring about


def test_overload_comes_before_all_else(
    database: Database, serve: Callable[..., Service], migrated: str
) -> None:
    with serve(IN_FLIGHT_LIMIT="1") as service, service.client() as client:
        path = f"{ITEMS}/{create(client).json()['data']['id']}"
        with ThreadPoolExecutor(1) as pool, database.session(migrated, LOCK):
            held = pool.submit(client.delete, path, headers={"If-Match": "*"})
            time.sleep(0.5)
            answers = [
                client.post(ITEMS, content=BIG, headers=JSON),
                client.get("/nothing"),
                client.put(ITEMS),
                client.get(ITEMS, headers={"Accept": "text/html"}),
            ]

        assert held.result().status_code == 204
        for answer in answers:
            assert_refused(answer, OVERLOADED)
            assert int(answer.headers["Retry-After"]) > 0


def test_the_limit_comes_after_the_method_and_before_all_else(
    serve: Callable[..., Service],
) -> None:
    with serve(**FEW) as service, service.client() as client:
        statuses = [client.get(ITEMS).status_code for _ in range(3)]
        before = [client.post(ITEMS, content=BIG), client.get("/nothing"), client.put(ITEMS)]
        limited = [
            client.get(ITEMS),
            client.get(ITEMS, headers={"Accept": "text/html"}),
            client.post(ITEMS, content=b"{", headers=JSON),
            client.delete(f"{ITEMS}/1"),
        ]
        probes = [client.get(path).status_code for path in ("/health", "/ready", "/metrics")]
        elsewhere = client.get(ITEMS, headers={"X-Forwarded-For": "192.0.2.1"})

    assert statuses == [200, 200, 200]
    for answer, refusal in zip(before, (TOO_LARGE, NOT_FOUND, METHOD), strict=True):
        assert_refused(answer, refusal)
    for answer in limited:
        assert_refused(answer, LIMITED)
        assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert probes == [200, 200, 200]
    assert elsewhere.status_code == 200


@pytest.fixture
def guarded(make: Make) -> Iterator[tuple[Service, Callable[[str], dict[str, str]]]]:
    """A service that asks for keys, and what gives one of these scopes."""
    project = make("postgresql-api-key")

    def key(scopes: str) -> dict[str, str]:
        line = create_key(project.folder, "limited", scopes, **settings)
        name, _, value = line.partition(": ")
        return {name: value}

    with prepared(project) as settings, serving(project, settings, **FEW) as service:
        yield service, key


def test_the_limit_of_an_address_counts_wrong_credentials_and_comes_before_them(
    guarded: tuple[Service, Callable[[str], dict[str, str]]],
) -> None:
    service, _ = guarded
    with service.client() as client:
        wrong = [client.get(ITEMS, headers={"X-API-Key": "wrong"}) for _ in range(4)]
        none = client.get(ITEMS)
        unknown = client.get("/nothing")

    for answer in wrong[:3]:
        assert_refused(answer, UNAUTHENTICATED)
    assert_refused(wrong[3], LIMITED)
    assert_refused(none, LIMITED)
    assert_refused(unknown, NOT_FOUND)


def test_the_limit_of_a_caller_holds_everywhere_and_comes_before_permissions(
    guarded: tuple[Service, Callable[[str], dict[str, str]]],
) -> None:
    service, key = guarded
    addresses = iter(range(1, 255))
    reader = key("items:read")

    def delete() -> httpx2.Response:
        elsewhere = {"X-Forwarded-For": f"192.0.2.{next(addresses)}"}
        with service.client() as client:
            return client.delete(f"{ITEMS}/1", headers=reader | elsewhere)

    answers = [delete() for _ in range(4)]

    for answer in answers[:3]:
        assert_refused(answer, FORBIDDEN)
    assert_refused(answers[3], LIMITED)
