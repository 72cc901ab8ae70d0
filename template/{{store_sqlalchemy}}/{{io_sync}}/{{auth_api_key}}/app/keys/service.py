"""What can be done with API keys."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import Session

from app.auth import keys
from app.auth.keys import StoredKey
from app.errors import Conflict, NotFound
from app.keys.models import ApiKey

TABLE = ApiKey.metadata.tables[ApiKey.__tablename__]
KEY = select(TABLE).where(TABLE.c.id == bindparam("key_id"))  # of every request: rows are cheaper


def find_key(connection: Connection, key_id: str) -> StoredKey | None:
    row = connection.execute(KEY, {"key_id": key_id}).one_or_none()
    if row is None:
        return None
    return StoredKey(
        row.id, row.name, row.digest, frozenset(row.scopes), row.expires_at, row.revoked_at
    )


def list_keys(session: Session) -> Sequence[ApiKey]:
    return session.scalars(select(ApiKey).order_by(ApiKey.name)).all()


def create_key(
    session: Session, name: str, scopes: Sequence[str], expires_at: datetime | None
) -> str:
    """The key as its owner needs it: this is the only time that it is known."""
    if session.scalar(select(ApiKey).where(ApiKey.name == name)):
        raise Conflict(f"There is a key named {name}.")
    key_id, secret = keys.new_key_id(), keys.new_secret()
    session.add(
        ApiKey(
            id=key_id,
            name=name,
            digest=keys.digest(secret),
            scopes=sorted(scopes),
            expires_at=expires_at,
        )
    )
    return keys.written(key_id, secret)


def rotate_key(session: Session, name: str) -> str:
    """A new secret under the same id; the old one ends at once."""
    row = _named(session, name)
    if row.revoked_at is not None:
        raise Conflict(f"The key {name} is revoked.")
    secret = keys.new_secret()
    row.digest = keys.digest(secret)
    return keys.written(row.id, secret)


def revoke_key(session: Session, name: str) -> None:
    row = _named(session, name)
    row.revoked_at = row.revoked_at or datetime.now(UTC)


def _named(session: Session, name: str) -> ApiKey:
    row = session.scalar(select(ApiKey).where(ApiKey.name == name))
    if row is None:
        raise NotFound(f"There is no key named {name}.")
    return row
