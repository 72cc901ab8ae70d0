"""Callers prove who they are with `X-API-Key`."""

from typing import Any

from app.auth import keys
from app.auth.caller import Caller
from app.edge.asgi import Head
from app.edge.store import Unit

SCHEMES: dict[str, Any] = {
    "ApiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "`app keys create NAME --scope items:read,items:write` prints one.",
    }
}


async def authenticate(head: Head, unit: Unit) -> Caller:
    key_id, secret = keys.read(head.headers.get("x-api-key"))
    known = keys.check(secret, await unit.find_key(key_id))
    return Caller(known.id, known.scopes)
