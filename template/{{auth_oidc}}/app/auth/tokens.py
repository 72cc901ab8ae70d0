"""The provider's tokens: signed for this service, checked here without asking anybody."""

from typing import Any

import jwt

from app.auth.provider import Key
from app.errors import Unauthenticated
from app.settings import settings

CHALLENGE = {"www-authenticate": "Bearer"}
INVALID = "The token is not valid."  # and nothing of what is wrong with it
LEEWAY_SECONDS = 10  # between the provider's clock and ours
TYPES = (None, "jwt", "at+jwt", "application/at+jwt")  # a logout token is none, for example
SUBJECT_LENGTH = 255  # OpenID Connect Core, 2


def kid_of(token: str) -> str | None:
    """The name of the key that it claims to be signed with. Raises Unauthenticated."""
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        raise Unauthenticated(INVALID, headers=CHALLENGE) from None
    kind = header.get("typ")
    if (kind.lower() if isinstance(kind, str) else kind) not in TYPES:
        raise Unauthenticated(INVALID, headers=CHALLENGE)
    kid: str | None = header.get("kid")
    return kid


def read_token(token: str, key: Key) -> dict[str, Any]:
    """Its claims. Raises Unauthenticated."""
    try:
        claims = jwt.decode(
            token,
            key.public,
            key.algorithms,
            audience=settings().oidc_audience,
            issuer=settings().oidc_issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": ["aud", "exp", "iss", "sub"]},
        )
    except jwt.PyJWTError:
        raise Unauthenticated(INVALID, headers=CHALLENGE) from None
    if not _is_harmless(claims["sub"]):
        raise Unauthenticated(INVALID, headers=CHALLENGE)
    return claims


def _is_harmless(subject: str) -> bool:
    """It stands in log lines and beside rows."""
    return 0 < len(subject) <= SUBJECT_LENGTH and subject.isprintable()
