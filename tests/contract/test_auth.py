"""Who is calling comes before what is sent; what a caller may do comes next."""

import re
from typing import Any

import httpx2
import pytest

from tests.contract.callers import AUTH, EVERYTHING, Lines, read_caller, read_line, useless
from tests.contract.items import ITEMS, new_body, path_of, unknown_path
from tests.contract.refusals import FORBIDDEN, UNAUTHENTICATED, assert_refused

ITEM = ITEMS + "/{}"
# What each route needs, and what it answers to those who have it.
GUARDED = {
    ("GET", ITEMS): ("read", 200),
    ("HEAD", ITEMS): ("read", 200),
    ("POST", ITEMS): ("write", 201),
    ("GET", ITEM): ("read", 200),
    ("HEAD", ITEM): ("read", 200),
    ("PUT", ITEM): ("write", 200),
    ("PATCH", ITEM): ("write", 200),
    ("DELETE", ITEM): ("delete", 204),
}
KNOWN = {("GET", f"{AUTH}/me"): 200, ("HEAD", f"{AUTH}/me"): 200}
PUBLIC = {("POST", f"{AUTH}/{name}") for name in ("register", "token", "refresh", "logout")}

pytestmark = pytest.mark.guarded


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Beside the callers that are given, those whom no service may know."""
    given, others = (metafunc.config.getoption(name) for name in ("--header", "--caller"))
    if "sent" in metafunc.fixturenames:
        ended = metafunc.config.getoption("--refused")
        sent = useless(given) | {f"ended {n}": [read_line(line)] for n, line in enumerate(ended)}
        metafunc.parametrize("sent", sent.values(), ids=sent)
    if "caller" in metafunc.fixturenames:
        callers = [*((EVERYTHING, line) for line in given), *map(read_caller, others)]
        names = ["+".join(sorted(permissions)) for permissions, _ in callers]
        metafunc.parametrize("caller", callers, ids=names)


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_a_stranger_is_told_nothing_but_how_to_prove_who_it_is(
    stranger: httpx2.Client, method: str, path: str, sent: Lines
) -> None:
    path = unknown_path() if path == ITEM else path

    answer = ask_badly(stranger, method, path, sent)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"]
    if method != "HEAD":
        assert_refused(answer, UNAUTHENTICATED)


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_a_caller_may_do_what_its_permissions_name(
    stranger: httpx2.Client,
    item: dict[str, Any],
    caller: tuple[frozenset[str], str],
    method: str,
    path: str,
) -> None:
    permissions, line = caller
    need, status = GUARDED[method, path]
    stranger.headers.update([read_line(line)])
    path = path_of(item) if path == ITEM else path
    headers = {"Content-Type": "application/json", "If-Match": "*"}

    answer = stranger.request(method, path, content=new_body(), headers=headers)

    assert answer.status_code == (status if need in permissions else 403)
    if answer.status_code == 403 and method != "HEAD":
        assert_refused(answer, FORBIDDEN)


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_a_caller_without_a_permission_is_told_nothing_else(
    stranger: httpx2.Client, caller: tuple[frozenset[str], str], method: str, path: str
) -> None:
    permissions, line = caller
    expected = 406 if GUARDED[method, path][0] in permissions else 403
    path = unknown_path() if path == ITEM else path

    assert ask_badly(stranger, method, path, [read_line(line)]).status_code == expected


@pytest.mark.accounts
@pytest.mark.parametrize(("method", "path"), KNOWN)
def test_who_is_known_is_told_who_that_is(
    stranger: httpx2.Client, caller: tuple[frozenset[str], str], method: str, path: str
) -> None:
    stranger.headers.update([read_line(caller[1])])

    assert stranger.request(method, path).status_code == KNOWN[method, path]


@pytest.mark.accounts
@pytest.mark.parametrize(("method", "path"), KNOWN)
def test_who_is_not_known_is_told_so(
    stranger: httpx2.Client, method: str, path: str, sent: Lines
) -> None:
    assert ask_badly(stranger, method, path, sent).status_code == 401


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_a_probe_asks_nobody(stranger: httpx2.Client, path: str, sent: Lines) -> None:
    assert stranger.get(path, headers=encoded(sent)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("DELETE", ITEMS, 405),
        ("OPTIONS", ITEMS, 204),
        ("OPTIONS", unknown_path(), 204),
    ],
)
def test_what_does_not_exist_needs_no_credentials(
    stranger: httpx2.Client, method: str, path: str, status: int
) -> None:
    assert stranger.request(method, path).status_code == status


@pytest.mark.docs
def test_every_documented_route_is_tried_here(document: dict[str, Any]) -> None:
    documented = {
        (method.upper(), re.sub(r"\{.*?\}", "{}", path)): "security" in operation
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }

    tried = {route for route, closed in documented.items() if closed}
    assert tried <= GUARDED.keys() | KNOWN.keys()
    assert documented.keys() - tried <= PUBLIC


def ask_badly(client: httpx2.Client, method: str, path: str, sent: Lines) -> httpx2.Response:
    """With every fault that is told later than who is asking."""
    headers = [*encoded(sent), (b"Accept", b"text/html")]
    return client.request(method, path, content=b"{", headers=headers, params={"no": "such"})


def encoded(lines: Lines) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in lines]
