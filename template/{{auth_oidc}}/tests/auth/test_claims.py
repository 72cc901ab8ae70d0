from typing import Any

import pytest

from app.auth.claims import permissions_of, roles_of

KEYCLOAK = {"realm_access": {"roles": ["viewer"]}}
NAMESPACED = {"https://shop.example/roles": ["viewer"]}


@pytest.mark.parametrize(
    ("claims", "path"),
    [
        ({"roles": ["viewer"]}, "roles"),
        ({"roles": "viewer"}, "roles"),
        (KEYCLOAK, "realm_access.roles"),
        (NAMESPACED, "https://shop.example/roles"),
    ],
)
def test_roles_are_found_where_a_provider_puts_them(claims: dict[str, Any], path: str) -> None:
    assert roles_of(claims, path) == ["viewer"]


def test_roles_in_a_text_are_parted_by_spaces() -> None:
    assert roles_of({"roles": "viewer editor"}, "roles") == ["viewer", "editor"]


@pytest.mark.parametrize("found", [None, 1, {"viewer": True}, [], [["viewer"]], [1]])
def test_what_is_no_role_gives_none(found: object) -> None:
    assert roles_of({"roles": found}, "roles") == []
    assert roles_of({"realm_access": found}, "realm_access.roles") == []


def test_every_role_adds_what_it_may() -> None:
    assert permissions_of({"roles": ["viewer", "owner"]}) == {"*:read"}
    assert permissions_of({"roles": ["viewer", "editor"]}) == {"*:read", "*:write"}
