from typing import Any

import pytest

from app.auth.caller import ANYBODY, PUBLIC, Caller, admit, permission
from app.errors import Forbidden
from app.main import app

READER = Caller("reader", frozenset({"items:read"}))
NOTHING: Any = None  # the head and the unit, which nobody looks at here


async def authenticate(head: Any, unit: Any) -> Caller:
    return READER


def test_every_route_of_the_api_declares_a_permission() -> None:
    undeclared = [route.template for route in app.routes if route.is_api and not route.permission]

    assert undeclared == []


@pytest.mark.parametrize(
    ("method", "needed"),
    [("GET", "read"), ("POST", "write"), ("PATCH", "write"), ("DELETE", "delete")],
)
def test_the_method_says_what_is_needed(method: str, needed: str) -> None:
    assert permission("items", method) == f"items:{needed}"


async def test_a_caller_with_the_permission_is_admitted() -> None:
    assert await admit("items:read", NOTHING, NOTHING, authenticate) is READER


async def test_a_caller_without_it_is_refused() -> None:
    with pytest.raises(Forbidden, match="items:write"):
        await admit("items:write", NOTHING, NOTHING, authenticate)


async def test_a_route_that_declares_nothing_is_closed() -> None:
    with pytest.raises(Forbidden):
        await admit(None, NOTHING, NOTHING, authenticate)


async def test_a_public_route_asks_nobody() -> None:
    assert await admit(PUBLIC, NOTHING, NOTHING, authenticate) is ANYBODY
