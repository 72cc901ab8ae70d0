"""API keys, `sk_<id>_<secret>`: made here, kept as a digest, compared in constant time."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from app.errors import Unauthenticated

ABSENT = "0" * 64  # the digest of no secret: an unknown id costs the same comparison
CHALLENGE = {"www-authenticate": 'ApiKey realm="api"'}
_FORM = re.compile(r"sk_([a-f0-9]{12})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True)
class StoredKey:
    id: str
    name: str
    digest: str
    scopes: frozenset[str]
    expires_at: datetime | None
    revoked_at: datetime | None

    @property
    def ended(self) -> bool:
        expired = self.expires_at is not None and self.expires_at <= datetime.now(UTC)
        return expired or self.revoked_at is not None


def new_key_id() -> str:
    return secrets.token_hex(6)


def new_secret() -> str:
    """256 bits: too many to guess, so that a fast digest is enough."""
    return secrets.token_urlsafe(32)


def written(key_id: str, secret: str) -> str:
    return f"sk_{key_id}_{secret}"


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def read(header: str | None) -> tuple[str, str]:
    """Id and secret. Raises Unauthenticated."""
    found = _FORM.fullmatch(header or "")
    if not found:
        raise Unauthenticated("X-API-Key is missing or malformed.", headers=CHALLENGE)
    return found[1], found[2]


def check(secret: str, stored: StoredKey | None) -> StoredKey:
    """Raises Unauthenticated, and does not say which of the reasons it was."""
    matches = hmac.compare_digest(digest(secret), stored.digest if stored else ABSENT)
    if stored is None or not matches or stored.ended:
        raise Unauthenticated("The API key is not valid.", headers=CHALLENGE)
    return stored
