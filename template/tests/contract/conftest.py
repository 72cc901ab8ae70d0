"""`make contract`: against a service of its own, or one that is deployed (`url=https://…`)."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest

from tests.credentials import credentials
from tests.process import serving, wait_for

# Patient with a caller of 600 requests, impatient with a body that does not come. Its log is not
# read here: it must not fill the pipe.
SETTINGS = {
    "RATE_LIMIT": "100000/60",
    "REQUEST_TIMEOUT_SECONDS": "2",
    "DATABASE_TIMEOUT_SECONDS": "1",
    "LOG_LEVEL": "ERROR",
}


class Service(NamedTuple):
    url: str
    credentials: list[str]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--base-url", help="where a deployed service answers")
    parser.addoption(
        "--header",
        action="append",
        default=[],
        help="`Name: value`: a caller's who may do everything",
    )


@pytest.fixture(autouse=True)
def empty_tables() -> None:
    """They stay as they are: the service is another process, and knows its callers by them."""


@pytest.fixture(scope="package")
async def service(request: pytest.FixtureRequest, store: None) -> AsyncIterator[Service]:
    if url := request.config.getoption("--base-url", None):
        yield Service(url.rstrip("/"), request.config.getoption("--header"))
        return
    lines = [f"{name}: {value}" for name, value in (await credentials()).items()]
    with serving(**SETTINGS) as (_, url):
        wait_for(f"{url}/ready", 200)
        yield Service(url, lines)
