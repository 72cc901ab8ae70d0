"""`pytest tests/contract --base-url http://127.0.0.1:8000` holds a running service to the contract.

It knows nothing but HTTP, adds items and leaves them: not for a service with real data.
Where the docs are off, as they are in production, `-m "not docs"` leaves them out.
"""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.contract.callers import AUTH, Tokens, new_account, new_address, tokens_of
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

    parser.addoption(
        "--header",
        default=[],
        action="append",
        metavar="NAME: VALUE",
        help="a caller's credentials, who may do everything: sent with every request",
    )
    parser.addoption(
        "--caller",
        default=[],
        action="append",
        metavar="PERMISSIONS=NAME: VALUE",
        help="another caller, who may only `read`, or `read,write`",
    )
    parser.addoption(
        "--refused",
        default=[],
        action="append",
        metavar="NAME: VALUE",
        help="credentials that hold no more: expired, revoked, of another service",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "docs: needs /docs and /openapi.json")
    config.addinivalue_line("markers", "guarded: needs a service that asks for credentials")
    config.addinivalue_line("markers", "writer: needs another --caller, who may write")
    config.addinivalue_line("markers", "explored: makes up its requests: half of the time")
    config.addinivalue_line("markers", "accounts: needs a service with accounts (JWT)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What the given credentials say of the service decides which of its promises apply."""
    sent = [line.lower() for line in config.getoption("--header")]
    present = {"guarded"} if sent else set()
    present |= {"accounts"} if any(line.startswith("authorization: ") for line in sent) else set()
    present |= {"writer"} if _writers(config) else set()
    for name in {"guarded", "accounts", "writer"} - present:
        others = [item for item in items if not item.get_closest_marker(name)]
        config.hook.pytest_deselected(items=[item for item in items if item not in others])
        items[:] = others


@pytest.fixture(scope="session")
def base_url(pytestconfig: pytest.Config) -> str:
    return str(pytestconfig.getoption("--base-url")).rstrip("/")


@pytest.fixture(scope="session")
def credentials(pytestconfig: pytest.Config) -> list[str]:
    return list(pytestconfig.getoption("--header"))


@pytest.fixture(scope="session")
def client(base_url: str, credentials: list[str]) -> Iterator[httpx2.Client]:
    headers = dict(line.split(": ", 1) for line in credentials)
    with httpx2.Client(base_url=base_url, headers=headers, timeout=20, trust_env=False) as client:
        yield client


@pytest.fixture
def stranger(base_url: str) -> Iterator[httpx2.Client]:
    """Each request from an address of its own, where TRUSTED_PROXIES names this machine: one
    address alone may sign in ten times a minute."""
    with httpx2.Client(base_url=base_url, timeout=20, trust_env=False) as stranger:
        stranger.event_hooks = {"request": [_from_elsewhere]}
        yield stranger


def _from_elsewhere(request: httpx2.Request) -> None:
    request.headers.setdefault("X-Forwarded-For", new_address())


@pytest.fixture(scope="session")
def writer(base_url: str, pytestconfig: pytest.Config) -> Iterator[httpx2.Client]:
    """Another caller, who may create items."""
    name, _, value = _writers(pytestconfig)[0].partition(": ")
    own = {name: value}
    with httpx2.Client(base_url=base_url, headers=own, timeout=20, trust_env=False) as writer:
        yield writer


def _writers(config: pytest.Config) -> list[str]:
    callers = [line.partition("=") for line in config.getoption("--caller")]
    return [header for permissions, _, header in callers if "write" in permissions.split(",")]


@pytest.fixture
def account(stranger: httpx2.Client) -> dict[str, str]:
    account = new_account()
    assert stranger.post(f"{AUTH}/register", json=account).status_code == 201
    return account


@pytest.fixture
def tokens(stranger: httpx2.Client, account: dict[str, str]) -> Tokens:
    return tokens_of(stranger.post(f"{AUTH}/token", json=account))


@pytest.fixture
def wire(base_url: str, credentials: list[str]) -> Iterator[Wire]:
    with Wire(base_url, credentials) as wire:
        yield wire


@pytest.fixture
def item(client: httpx2.Client) -> dict[str, Any]:
    data: dict[str, Any] = create(client).json()["data"]
    return data


@pytest.fixture(scope="session")
def document(client: httpx2.Client) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/openapi.json").json()
    return document
