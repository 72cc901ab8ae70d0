import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.utils import base64url_encode

from app.auth.provider import Key
from app.auth.tokens import kid_of, read_token
from app.errors import Unauthenticated
from app.settings import settings
from tests.provider import new_token

NOW = datetime.now(UTC)
SIGNING = rsa.generate_private_key(65537, 2048)
KEY = Key(SIGNING.public_key(), ("RS256",))
PEM = SIGNING.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def token(without: str = "", algorithm: str = "RS256", **changed: Any) -> str:
    claims = {
        "iss": settings().oidc_issuer,
        "aud": settings().oidc_audience,
        "sub": "ada",
        "iat": NOW,
        "exp": NOW + timedelta(minutes=5),
    } | changed
    claims.pop(without, None)
    return jwt.encode(claims, SIGNING, algorithm)


def renamed(algorithm: str, signature: str = "") -> str:
    header = base64url_encode(json.dumps({"alg": algorithm}).encode()).decode()
    return f"{header}.{token().split('.')[1]}.{signature}"


def signed_with_what_everybody_knows() -> str:
    text = renamed("HS256").rpartition(".")[0].encode()
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(text, PEM)
    return f"{text.decode()}.{base64url_encode(signature).decode()}"


FORGED = {
    "unsigned": renamed("none"),
    "signed with the public key": signed_with_what_everybody_knows(),
    "another algorithm": token(algorithm="PS256"),
    "another provider": token(iss="http://elsewhere.example"),
    "another service": token(aud="elsewhere"),
    "expired": token(exp=NOW - timedelta(minutes=1)),
    "not yet valid": token(nbf=NOW + timedelta(minutes=1)),
    "of the future": token(iat=NOW + timedelta(minutes=1)),
    **{f"without {name}": token(without=name) for name in ("iss", "aud", "sub", "exp")},
    "nobody": token(sub=""),
    "two lines": token(sub="ada\nERROR"),
    "a long name": token(sub="a" * 256),
}


def test_a_token_for_this_service_is_read() -> None:
    assert read_token(token(aud=["elsewhere", settings().oidc_audience]), KEY)["sub"] == "ada"


def test_clocks_may_differ_a_little() -> None:
    now = datetime.now(UTC)
    late = token(exp=now - timedelta(seconds=3), iat=now + timedelta(seconds=3))

    assert read_token(late, KEY)["sub"] == "ada"


@pytest.mark.parametrize("name", FORGED)
def test_any_other_token_is_refused_alike(name: str) -> None:
    with pytest.raises(Unauthenticated, match=r"^The token is not valid\.$"):
        read_token(FORGED[name], KEY)


@pytest.mark.parametrize("kind", ["at+jwt", "application/at+jwt", "JWT", ""])
def test_a_token_names_its_key(kind: str) -> None:
    assert kid_of(jwt.encode({}, SIGNING, "RS256", {"typ": kind, "kid": "one"})) == "one"


def test_what_is_signed_for_another_purpose_is_no_token() -> None:
    with pytest.raises(Unauthenticated):
        kid_of(jwt.encode({}, SIGNING, "RS256", {"typ": "logout+jwt"}))


async def test_the_provider_says_what_a_caller_may(client: httpx2.AsyncClient) -> None:
    made = await new_token(settings().oidc_issuer, "viewer", ["viewer"])
    client.headers["authorization"] = f"bEARER  {made}"

    read = await client.get("/api/v1/items")
    refused = await client.post("/api/v1/items", json={"name": "Lamp"})

    assert (read.status_code, refused.status_code) == (200, 403)


@pytest.mark.parametrize("sent", ["x", "", "x.y.z", token(), "Basic YTpi", "e30." * 9000])
async def test_what_it_did_not_sign_opens_nothing(client: httpx2.AsyncClient, sent: str) -> None:
    client.headers["authorization"] = f"Bearer {sent}"

    refused = await client.get("/api/v1/items")

    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
