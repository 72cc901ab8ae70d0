from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import jwt
import pytest

from app.auth import tokens

NOW = datetime.now(UTC)
CLAIMS: dict[str, Any] = {
    "sub": "00000000-0000-7000-8000-000000000000",
    "role": "admin",
    "aud": "access",
    "iat": NOW,
    "exp": NOW + timedelta(minutes=5),
}
KEY = tokens._key()  # noqa: SLF001 to forge what only it can sign


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in CLAIMS.items() if key != name}


FORGED = {
    "unsigned": jwt.encode(CLAIMS, None, "none"),
    "another key": jwt.encode(CLAIMS, b"x" * 32, "HS256"),
    "another algorithm": jwt.encode(CLAIMS, KEY * 2, "HS512"),
    "expired": jwt.encode(CLAIMS | {"exp": NOW - timedelta(seconds=1)}, KEY, "HS256"),
    "of the future": jwt.encode(CLAIMS | {"iat": NOW + timedelta(hours=1)}, KEY, "HS256"),
    "for another audience": jwt.encode(CLAIMS | {"aud": "other"}, KEY, "HS256"),
    "without end": jwt.encode(without("exp"), KEY, "HS256"),
    "without role": jwt.encode(without("role"), KEY, "HS256"),
    "tampered": jwt.encode(CLAIMS, KEY, "HS256")[:-4] + "AAAA",
    "no token": "x",
    "empty": "",
}


@pytest.mark.parametrize("name", FORGED)
async def test_a_token_that_is_not_ours_opens_nothing(
    client: httpx2.AsyncClient, name: str
) -> None:
    client.headers["authorization"] = f"Bearer {FORGED[name]}"

    refused = await client.get("/api/v1/items")

    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "unauthenticated")
    assert refused.headers["www-authenticate"] == "Bearer"


async def test_a_role_that_nobody_knows_may_nothing(client: httpx2.AsyncClient) -> None:
    token = jwt.encode(CLAIMS | {"role": "owner"}, KEY, "HS256")
    client.headers["authorization"] = f"Bearer {token}"

    assert (await client.get("/api/v1/items")).status_code == 403
