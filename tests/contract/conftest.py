"""`pytest tests/contract --base-url http://127.0.0.1:8000` holds a running service to the contract.

It knows nothing but HTTP, adds items and leaves them: not for a service with real data.
Where the docs are off, as they are in production, `-m "not docs"` leaves them out.
"""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.contract.items import create
from tests.contract.wire import Wire


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--base-url", default="http://127.0.0.1:8000", help="where the service answers"
    )
    parser.addoption(
        "--environment",
        default="development",
        choices=["development", "test", "staging", "production"],
        help="the service's ENVIRONMENT: only production sends Strict-Transport-Security",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "docs: needs /docs and /openapi.json")


@pytest.fixture(scope="session")
def base_url(pytestconfig: pytest.Config) -> str:
    return str(pytestconfig.getoption("--base-url")).rstrip("/")


@pytest.fixture(scope="session")
def client(base_url: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=base_url, timeout=20, trust_env=False) as client:
        yield client


@pytest.fixture
def wire(base_url: str) -> Iterator[Wire]:
    with Wire(base_url) as wire:
        yield wire


@pytest.fixture
def item(client: httpx2.Client) -> dict[str, Any]:
    data: dict[str, Any] = create(client).json()["data"]
    return data


@pytest.fixture(scope="session")
def document(client: httpx2.Client) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/openapi.json").json()
    return document
