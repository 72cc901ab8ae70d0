"""Access tokens: signed, short-lived, never stored. Refresh tokens, `<family>.<secret>`: one for
each use, kept as a digest."""

import hashlib
import hmac
import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt

from app.errors import Unauthenticated
from app.settings import settings

ALGORITHM = "HS256"
AUDIENCE = "access"
CHALLENGE = {"www-authenticate": "Bearer"}
_REFRESH = re.compile(r"([0-9a-f]{32})\.[A-Za-z0-9_-]{43}")


def new_access_token(account_id: str, role: str) -> str:
    now = datetime.now(UTC)
    end = now + timedelta(seconds=settings().access_token_seconds)
    claims = {"sub": account_id, "role": role, "aud": AUDIENCE, "iat": now, "exp": end}
    return jwt.encode(claims, _key(), ALGORITHM)


def read_access_token(token: str) -> dict[str, Any]:
    """Its claims. Raises Unauthenticated, and does not say what is wrong with it."""
    required = ["aud", "exp", "iat", "role", "sub"]
    try:
        return jwt.decode(
            token, _key(), [ALGORITHM], audience=AUDIENCE, options={"require": required}
        )
    except jwt.PyJWTError:
        raise Unauthenticated("The access token is not valid.", headers=CHALLENGE) from None


def _key() -> bytes:
    """A key of its own: what else SECRET_KEY signs is no token."""
    secret = settings().secret_key.get_secret_value().encode()
    return hmac.digest(secret, b"access token", "sha256")


def new_refresh_token(family_id: UUID) -> str:
    return f"{family_id.hex}.{secrets.token_urlsafe(32)}"


def family_of(refresh_token: str) -> UUID | None:
    found = _REFRESH.fullmatch(refresh_token)
    return UUID(found[1]) if found else None


def matches(refresh_token: str, stored: str) -> bool:
    return hmac.compare_digest(digest(refresh_token), stored)


def digest(refresh_token: str) -> str:
    return hashlib.sha256(refresh_token.encode()).hexdigest()
