"""Callers prove who they are with `Authorization: Bearer <access token>`."""

from typing import Any

from app.auth.caller import Caller
from app.auth.roles import ROLES
from app.auth.tokens import CHALLENGE, read_access_token
from app.edge.asgi import Head
from app.edge.store import Unit
from app.errors import Unauthenticated

SCHEMES: dict[str, Any] = {
    "Bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "`access_token` of `POST /api/v1/auth/token`.",
    }
}


async def authenticate(head: Head, unit: Unit) -> Caller:
    scheme, _, token = head.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated("A bearer token is missing.", headers=CHALLENGE)
    claims = read_access_token(token.strip())
    return Caller(str(claims["sub"]), ROLES.get(claims["role"], frozenset()))
