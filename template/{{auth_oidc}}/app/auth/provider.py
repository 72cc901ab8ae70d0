"""The provider's keys, by OpenID Connect Discovery 1.0 and RFC 7517. They are kept, and fetched
again in the background: while the provider is away, the old ones serve."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2
import jwt

from app.errors import Unavailable
from app.log import log

WELL_KNOWN = "/.well-known/openid-configuration"
FRESH_SECONDS = 300
KEPT_SECONDS = 86_400  # then nobody knows any more whether the provider has withdrawn one
PAUSE_SECONDS = 10  # between two fetches, whatever tokens come
FIRST_PAUSE_SECONDS = 1  # while there is no key at all
ANSWER_SECONDS = 2  # for each of the two documents
DOCUMENT_BYTES = 262_144

# Signatures that a public key checks, by the kind of key: never a shared secret.
ALGORITHMS = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "P-256": ("ES256",),
    "P-384": ("ES384",),
    "P-521": ("ES512",),
    "Ed25519": ("EdDSA",),
    "Ed448": ("EdDSA",),
}


@dataclass(frozen=True)
class Key:
    public: Any  # of a class of `cryptography`, by its kind
    algorithms: Sequence[str]


class Provider:
    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self._trust = httpx2.create_ssl_context()  # once: it takes a quarter of a second
        self._keys: Mapping[str | None, Key] = {}
        self._fetching: asyncio.Task[None] | None = None
        self._away = False
        self._fetched_at = self._began_at = float("-inf")

    def known(self, kid: str | None) -> Key | None:
        """Waits for nothing; keys that are not fresh are fetched meanwhile."""
        age = time.monotonic() - self._fetched_at
        if age > KEPT_SECONDS:
            self._keys = {}
        elif age > FRESH_SECONDS:
            self._fetch()
        return self._find(kid)

    async def asked(self, kid: str | None) -> Key | None:
        """After a look at the provider, if that is due. Raises Unavailable without any key."""
        fetching = self._fetch()
        if fetching and not (self._keys and self._away):  # else it would keep everybody waiting
            await asyncio.wait({fetching})
        if not self._keys:
            raise Unavailable("The identity provider is away.")
        return self._find(kid)

    def _find(self, kid: str | None) -> Key | None:
        """A token need not name the key where there is but one."""
        if kid is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(kid)

    def _fetch(self) -> asyncio.Task[None] | None:
        """The fetch that is under way, or a new one, or None when it is too early for one."""
        if self._fetching and not self._fetching.done():
            return self._fetching
        now = time.monotonic()
        if now - self._began_at < (PAUSE_SECONDS if self._keys else FIRST_PAUSE_SECONDS):
            return None
        self._began_at = now
        self._fetching = asyncio.create_task(self._renew(), context=Context())
        return self._fetching

    async def _renew(self) -> None:
        try:
            self._keys = await self._ask()
        except Exception as error:
            fields = {"reason": repr(error)}
            log.warning("the identity provider is away", extra={"fields": fields})
            self._away = True
        else:
            self._fetched_at, self._away = time.monotonic(), False

    async def _ask(self) -> dict[str | None, Key]:
        async with httpx2.AsyncClient(verify=self._trust) as client:
            about = await _document(client, self._issuer.rstrip("/") + WELL_KNOWN)
            if about["issuer"] != self._issuer:
                raise ValueError(f"it calls itself {about['issuer']!r}, not OIDC_ISSUER")
            address = about["jwks_uri"]
            if urlsplit(address).scheme not in ("https", urlsplit(self._issuer).scheme):
                raise ValueError("its keys lie at an address without https")
            found = keys_of((await _document(client, address))["keys"])
        if not found:
            raise ValueError("it has no key that could check a signature")
        return found


async def _document(client: httpx2.AsyncClient, url: str) -> Any:
    """JSON, of a bounded size within a bounded time; redirects are not followed."""
    async with asyncio.timeout(ANSWER_SECONDS), client.stream("GET", url) as answer:
        if answer.status_code != 200:
            raise ValueError(f"{url} answered {answer.status_code}")
        body = b""
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) > DOCUMENT_BYTES:
                raise ValueError(f"{url} is over {DOCUMENT_BYTES} bytes")
    return json.loads(body)


def keys_of(documents: Sequence[Mapping[str, Any]]) -> dict[str | None, Key]:
    """By their names."""
    read = [(document.get("kid"), _key_of(document)) for document in documents]
    return {kid: key for kid, key in read if key}


def _key_of(document: Mapping[str, Any]) -> Key | None:
    """None for what is no key for signatures, or of a kind that is not known here (RFC 7517, 5)."""
    suitable = ALGORITHMS.get(document.get("crv") or document.get("kty", ""), ())
    if own := document.get("alg"):
        suitable = tuple({own} & {*suitable})
    if not suitable or document.get("use", "sig") != "sig":
        return None
    try:
        return Key(jwt.PyJWK(dict(document), suitable[0]).key, suitable)
    except jwt.PyJWTError:
        return None
