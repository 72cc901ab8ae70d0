"""What the provider says of a caller, as permissions of this service."""

from collections.abc import Mapping
from typing import Any

from app.auth.roles import ROLES
from app.settings import settings


def permissions_of(claims: Mapping[str, Any]) -> frozenset[str]:
    """Of all its roles; one that nobody knows gives none."""
    roles = roles_of(claims, settings().oidc_roles_claim)
    return frozenset[str]().union(*(ROLES.get(role, ()) for role in roles))


def roles_of(claims: Mapping[str, Any], path: str) -> list[str]:
    """`path` is a claim's name, or names within each other: `realm_access.roles`."""
    found = claims[path] if path in claims else _within(claims, path)
    if isinstance(found, str):
        return found.split()
    return [role for role in found if isinstance(role, str)] if isinstance(found, list) else []


def _within(claims: Mapping[str, Any], path: str) -> Any:
    found: Any = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
