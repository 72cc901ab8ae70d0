import pytest

from app.auth.caller import permission
from app.main import routes


def test_every_route_of_the_api_declares_a_permission() -> None:
    undeclared = [route.template for route in routes if route.is_api and not route.permission]

    assert undeclared == []


@pytest.mark.parametrize(
    ("method", "needed"),
    [("GET", "read"), ("POST", "write"), ("PATCH", "write"), ("DELETE", "delete")],
)
def test_the_method_says_what_is_needed(method: str, needed: str) -> None:
    assert permission("items", method) == f"items:{needed}"
