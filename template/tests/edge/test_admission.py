import re
from dataclasses import replace
from typing import Any

import pytest

from app.auth.caller import ANYBODY, PUBLIC, Caller
from app.edge.admission import Admission
from app.edge.asgi import Head
from app.edge.rates import LocalRates, Rate
from app.edge.routing import Route
from app.errors import Forbidden, RateLimited, Unauthenticated

READER = Caller("reader", frozenset({"items:read"}))
HEAD = Head("GET", "/api/v1/items", b"", {"x-key": "right"}, "192.0.2.1")
STRANGER = replace(HEAD, headers={})
ROUTE = Route("/api/v1/items", re.compile(""), "GET", permission="items:read")
UNIT: Any = None  # nobody looks at it here


async def authenticate(head: Head, unit: Any) -> Caller:
    if "x-key" not in head.headers:
        raise Unauthenticated
    return READER


def admission(limit: int = 100) -> Admission:
    return Admission(LocalRates(), Rate("default", limit, 60), authenticate)


async def test_a_caller_with_the_permission_is_admitted() -> None:
    assert await admission().caller({}, HEAD, ROUTE, UNIT) is READER


async def test_a_caller_without_it_is_refused() -> None:
    writing = replace(ROUTE, permission="items:write")

    with pytest.raises(Forbidden, match="items:write"):
        await admission().caller({}, HEAD, writing, UNIT)


async def test_a_route_that_declares_nothing_is_closed() -> None:
    with pytest.raises(Forbidden):
        await admission().caller({}, HEAD, replace(ROUTE, permission=None), UNIT)


async def test_a_public_route_asks_nobody() -> None:
    public = replace(ROUTE, permission=PUBLIC)

    assert await admission().caller({}, STRANGER, public, UNIT) is ANYBODY


async def test_wrong_credentials_use_up_what_an_address_may() -> None:
    gate, scope = admission(2), dict[str, Any]()
    for _ in range(2):
        await gate.by_address(scope, STRANGER, ROUTE)
        with pytest.raises(Unauthenticated):
            await gate.caller(scope, STRANGER, ROUTE, UNIT)

    with pytest.raises(RateLimited):
        await gate.by_address(scope, HEAD, ROUTE)
    assert scope["standing"].left == -1


async def test_known_callers_of_one_address_do_not_use_up_each_others_requests() -> None:
    gate = admission(2)
    for _ in range(2):
        await gate.by_address({}, HEAD, ROUTE)
        await gate.caller({}, HEAD, ROUTE, UNIT)

    await gate.by_address({}, HEAD, ROUTE)
    with pytest.raises(RateLimited):
        await gate.caller({}, HEAD, ROUTE, UNIT)


async def test_a_strict_route_gives_an_address_few_tries() -> None:
    signing_in = replace(ROUTE, permission=PUBLIC, strict=True)
    gate = admission()
    for _ in range(10):
        await gate.by_address({}, HEAD, signing_in)

    with pytest.raises(RateLimited):
        await gate.by_address({}, HEAD, signing_in)
