from datetime import UTC, datetime, timedelta

import pytest

from app.auth import keys
from app.auth.keys import StoredKey
from app.errors import Unauthenticated

SECRET = keys.new_secret()
PAST, FUTURE = (datetime.now(UTC) + timedelta(days=days) for days in (-1, 1))


def stored(expires_at: datetime | None = None, revoked_at: datetime | None = None) -> StoredKey:
    scopes = frozenset({"items:read"})
    return StoredKey("id", "name", keys.digest(SECRET), scopes, expires_at, revoked_at)


def test_a_written_key_is_read_again() -> None:
    key_id = keys.new_key_id()

    assert keys.read(keys.written(key_id, SECRET)) == (key_id, SECRET)


@pytest.mark.parametrize("header", [None, "", "sk_", "sk_000000000000_short", "Bearer x"])
def test_what_is_no_key_is_refused(header: str | None) -> None:
    with pytest.raises(Unauthenticated) as refused:
        keys.read(header)

    assert refused.value.headers == {"www-authenticate": 'ApiKey realm="api"'}


def test_the_right_secret_is_known() -> None:
    assert keys.check(SECRET, stored(expires_at=FUTURE)).name == "name"


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        (SECRET, None),
        (keys.new_secret(), stored()),
        (SECRET, stored(expires_at=PAST)),
        (SECRET, stored(revoked_at=PAST)),
    ],
    ids=["unknown", "wrong", "expired", "revoked"],
)
def test_a_key_that_does_not_hold_is_refused(secret: str, key: StoredKey | None) -> None:
    with pytest.raises(Unauthenticated, match="not valid"):
        keys.check(secret, key)
