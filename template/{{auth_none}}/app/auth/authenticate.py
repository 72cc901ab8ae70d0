"""Open to everybody who reaches the service."""

from typing import Any

from app.auth.caller import Caller
from app.edge.asgi import Head
from app.edge.store import Unit

SCHEMES: dict[str, Any] = {}  # of the OpenAPI document


async def authenticate(head: Head, unit: Unit) -> Caller:
    return Caller("anonymous", permissions=None)
