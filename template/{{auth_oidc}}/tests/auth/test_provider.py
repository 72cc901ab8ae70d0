from typing import Any

import pytest

from app.auth.provider import Provider, keys_of
from app.errors import Unavailable
from app.settings import settings
from tests.process import free_port

EC = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",  # of RFC 7515, A.3
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}


@pytest.mark.parametrize(
    "document",
    [
        EC | {"use": "enc"},
        EC | {"alg": "HS256"},
        EC | {"alg": "ES384"},
        EC | {"x": "AAAA"},
        EC | {"crv": "P-1"},
        {"kty": "oct", "k": "c2VjcmV0"},
        {},
    ],
)
def test_what_could_check_no_signature_is_no_key(document: dict[str, Any]) -> None:
    assert keys_of([document, EC | {"kid": "one"}]).keys() == {"one"}


def test_a_key_says_how_it_signs_or_its_kind_does() -> None:
    keys = keys_of([EC | {"kid": "own", "alg": "ES256"}, EC])

    assert [key.algorithms for key in keys.values()] == [("ES256",), ("ES256",)]


async def test_a_token_need_not_name_the_only_key() -> None:
    provider = Provider(settings().oidc_issuer)
    assert provider.known(None) is None

    assert await provider.asked(None)
    assert provider.known(None)
    assert provider.known("another") is None


async def test_keys_are_fetched_again_while_the_old_ones_serve(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    provider = Provider(settings().oidc_issuer)
    first = await provider.asked(None)
    monkeypatch.setattr("app.auth.provider.FRESH_SECONDS", 0)
    monkeypatch.setattr("app.auth.provider.PAUSE_SECONDS", 0)

    assert provider.known(None) is first
    await provider.asked("another")  # waits for the same fetch
    assert provider.known(None) is not first


async def test_keys_that_nobody_could_confirm_for_long_are_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    provider = Provider(settings().oidc_issuer)
    await provider.asked(None)
    monkeypatch.setattr("app.auth.provider.KEPT_SECONDS", 0)

    assert provider.known(None) is None


ANOTHER, NOBODY = settings().oidc_issuer + "/", f"http://localhost:{free_port()}"


@pytest.mark.parametrize("issuer", [ANOTHER, NOBODY])
async def test_without_any_key_nobody_can_be_known(issuer: str) -> None:
    with pytest.raises(Unavailable):
        await Provider(issuer).asked(None)
