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
