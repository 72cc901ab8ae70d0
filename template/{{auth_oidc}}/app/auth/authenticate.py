"""Callers prove who they are with a token of the provider: `Authorization: Bearer …`."""

from typing import Any

from app.auth.caller import Caller
from app.auth.claims import permissions_of
from app.auth.provider import Key, Provider
from app.auth.tokens import CHALLENGE, INVALID, kid_of, read_token
from app.edge.asgi import Head
from app.edge.store import Unit
from app.errors import Unauthenticated
from app.settings import settings

SCHEMES: dict[str, Any] = {
    "Bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token of the OpenID provider, made for this service.",
    }
}
provider = Provider(settings().oidc_issuer)


async def authenticate(head: Head, unit: Unit) -> Caller:
    scheme, _, token = head.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated("A bearer token is missing.", headers=CHALLENGE)
    token = token.strip()
    claims = read_token(token, await _key(kid_of(token), unit))
    return Caller(claims["sub"], permissions_of(claims))


async def _key(kid: str | None, unit: Unit) -> Key:
    """Who waits for the provider holds no connection meanwhile."""
    key = provider.known(kid)
    if key is None:
        await unit.close()
        key = await provider.asked(kid)
        if key is None:
            raise Unauthenticated(INVALID, headers=CHALLENGE)
        await unit.__aenter__()
    return key
