"""A caller, and the permission that a route needs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.edge.asgi import Head
from app.edge.store import Unit
from app.errors import Forbidden

# Instead of a permission: no credentials are asked for, or any will do.
PUBLIC, KNOWN = "public", "known"
ACTIONS = {"GET": "read", "DELETE": "delete"}  # every other method writes


@dataclass(frozen=True)
class Caller:
    """`permissions` None: all of them; `*:read`: reading of every resource."""

    id: str
    permissions: frozenset[str] | None = frozenset()

    def needs(self, permission: str) -> None:
        if self.permissions is None or permission == KNOWN:
            return
        everywhere = f"*:{permission.partition(':')[2]}"
        if not {permission, everywhere} & self.permissions:
            raise Forbidden(f"The permission {permission} is missing.")


Authenticate = Callable[[Head, Unit], Awaitable[Caller]]
ANYBODY = Caller("anonymous")


def permission(resource: str, method: str) -> str:
    return f"{resource}:{ACTIONS.get(method, 'write')}"


@dataclass(frozen=True)
class Needs:
    """What routes declare: PUBLIC, KNOWN, or the resource that their permissions name. `strict`: an
    address has few tries, for routes where somebody may guess."""

    resource: str
    strict: bool = False

    def permission(self, method: str) -> str:
        """PUBLIC and KNOWN are the same for every method."""
        if self.resource in (PUBLIC, KNOWN):
            return self.resource
        return permission(self.resource, method)
