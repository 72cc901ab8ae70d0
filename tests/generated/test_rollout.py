"""One release replaces another under load, and no client notices: as a Deployment with maxSurge 1
and maxUnavailable 0 does it, five times as fast as its manifest says."""

import contextlib
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from tests.generated.conftest import Make, Project
from tests.generated.load import written
from tests.generated.process import Database, Service, run
from tests.generated.proxy import Proxy
from tests.generated.traffic import Traffic

IN_CI = ("postgresql-none", "flask-postgresql-none")
OTHERS = ("litestar-postgresql-none", "mysql-none", "litestar-mysql-none", "flask-mysql-none")
TIMES, TIMES_IN_CI = 20, 3
PROBE_SECONDS = 0.2  # an endpoint is gone from every node about a second after its pod was told
DRAIN_SECONDS = 1.0  # DRAIN_DELAY_SECONDS is five
Start = Callable[..., Service]


@pytest.fixture(params=[*IN_CI, *(pytest.param(name, marks=pytest.mark.full) for name in OTHERS)])
def released(request: pytest.FixtureRequest, make: Make) -> Project:
    return make(request.param)


@pytest.fixture
def start(released: Project) -> Iterator[Start]:
    """A process of a release, on one database; it is ended when the test has ended."""
    with Database(released.folder) as database, contextlib.ExitStack() as stack:
        url = database.create("rollout")
        run(released.folder, ".venv/bin/app", "migrate", DATABASE_URL=url)

        def start(**settings: str) -> Service:
            own = {"DATABASE_URL": url, "DRAIN_DELAY_SECONDS": str(DRAIN_SECONDS)}
            return stack.enter_context(Service(released.folder, **own | settings))

        yield start


def roll(proxy: Proxy, serving: list[Service], start: Start) -> list[Service]:
    """Another release in the place of the one that serves; the processes of the old one, that
    drain on while the next starts."""
    former = [*serving]
    for old in former:
        new = start()
        proxy.add(new)
        proxy.wait_for(new)
        serving.append(new)
        serving.remove(old)
        old.process.send_signal(signal.SIGTERM)
    return former


def test_no_request_fails_while_a_release_replaces_another(
    request: pytest.FixtureRequest, start: Start
) -> None:
    is_quick = "not full" in request.config.getoption("markexpr")
    times = TIMES_IN_CI if is_quick else TIMES
    serving, former = [start(), start()], list[Service]()
    with Proxy(serving, PROBE_SECONDS) as proxy:
        for each in serving:
            proxy.wait_for(each)
        with Traffic(lambda: proxy.url, retrying=False) as traffic:
            for _ in range(times):
                former += roll(proxy, serving, start)
            traffic.goes_on()

        ended = [each.process.wait(10) for each in former]
        found = written(serving[0].url, traffic.mark)
    assert traffic.refused == set()
    assert ended == [0] * 2 * times
    assert sorted(found) == sorted(traffic.acknowledged.items())


@pytest.mark.full  # seconds until the next probe: half of those who come meanwhile fail
@pytest.mark.parametrize("released", ["postgresql-none"], indirect=True, ids=[pytest.HIDDEN_PARAM])
@pytest.mark.parametrize(
    ("drain_seconds", "probe_seconds"),
    [(0, 5), (DRAIN_SECONDS, 1000)],
    ids=["without a drain", "without probes"],
)
def test_requests_that_fail_are_seen(
    start: Start, drain_seconds: float, probe_seconds: float
) -> None:
    serving = [start(DRAIN_DELAY_SECONDS=str(drain_seconds)) for _ in range(2)]
    with Proxy(serving, probe_seconds) as proxy:
        for each in serving:
            each.wait_until("/ready", 200)
        with Traffic(lambda: proxy.url, retrying=False) as traffic:
            traffic.goes_on()
            if not drain_seconds:
                proxy.wait_for_a_probe()
            serving[0].process.send_signal(signal.SIGTERM)
            serving[0].process.wait(10)
        with Traffic(lambda: proxy.url, retrying=False) as others:  # who come just then
            time.sleep(0.5)

    assert traffic.refused | others.refused == {(0, "")}
