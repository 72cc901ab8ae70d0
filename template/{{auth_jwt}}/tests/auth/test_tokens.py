import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import jwt
import pytest
from jwt.utils import base64url_encode

from app.auth import tokens
from app.ids import new_id

NOW = datetime.now(UTC)
CLAIMS: dict[str, Any] = {
    "sub": "00000000-0000-7000-8000-000000000000",
    "role": "admin",
    "aud": "access",
    "iat": NOW,
    "exp": NOW + timedelta(minutes=5),
}
KEY = tokens._key()  # noqa: SLF001 to forge what only it can sign
GOOD = jwt.encode(CLAIMS, KEY, "HS256")
WEAKER = jwt.encode(CLAIMS | {"role": "viewer"}, KEY, "HS256")


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in CLAIMS.items() if key != name}


def signed(header: str, how: str) -> str:
    """By our key, under a name or in a way that is not ours."""
    text = base64url_encode(header.encode()) + b"." + GOOD.split(".")[1].encode()
    return (text + b"." + base64url_encode(hmac.digest(KEY, text, how))).decode()


FORGED = {
    "unsigned": jwt.encode(CLAIMS, "", "none"),
    "another key": jwt.encode(CLAIMS, b"x" * 32, "HS256"),
    "another algorithm": signed('{"alg": "HS512"}', "sha512"),
    "another name for ours": signed('{"alg": "RS256"}', "sha256"),
    "without algorithm": signed("{}", "sha256"),
    "nested deep": signed("[" * 3000, "sha256"),
    "expired": jwt.encode(CLAIMS | {"exp": NOW - timedelta(seconds=1)}, KEY, "HS256"),
    "of the future": jwt.encode(CLAIMS | {"iat": NOW + timedelta(hours=1)}, KEY, "HS256"),
    "for another audience": jwt.encode(CLAIMS | {"aud": "other"}, KEY, "HS256"),
    "without end": jwt.encode(without("exp"), KEY, "HS256"),
    "without account": jwt.encode(without("sub"), KEY, "HS256"),
    "without role": jwt.encode(without("role"), KEY, "HS256"),
    "tampered": GOOD.rpartition(".")[0] + "." + WEAKER.rpartition(".")[2],
    "two tokens": f"{GOOD}, {GOOD}",
    "a refresh token": tokens.new_refresh_token(new_id()),
    "huge": "x" * 50_000,
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


async def test_the_scheme_is_written_as_anybody_likes(client: httpx2.AsyncClient) -> None:
    client.headers["authorization"] = f"bEARER  {GOOD}"

    assert (await client.get("/api/v1/items")).status_code == 200


async def test_a_token_of_an_account_that_is_gone_is_nobody(client: httpx2.AsyncClient) -> None:
    client.headers["authorization"] = f"Bearer {GOOD}"

    assert (await client.get("/api/v1/auth/me")).status_code == 401


async def test_a_role_that_nobody_knows_may_nothing(client: httpx2.AsyncClient) -> None:
    token = jwt.encode(CLAIMS | {"role": "owner"}, KEY, "HS256")
    client.headers["authorization"] = f"Bearer {token}"

    assert (await client.get("/api/v1/items")).status_code == 403
