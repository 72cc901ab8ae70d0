"""Who calls: addresses, accounts, and credentials that no service may take."""

import base64
import hmac
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx2

AUTH = "/api/v1/auth"
EVERYTHING = frozenset({"read", "write", "delete"})
KEY, BEARER = "X-API-Key", "Authorization"

Lines = list[tuple[str, str]]
Tokens = dict[str, str]


def new_address() -> str:
    """In a /64 of its own, of what documentation may use (RFC 3849)."""
    chance = uuid4().hex
    return f"2001:db8:{chance[:4]}:{chance[4:8]}::1"


def new_account() -> dict[str, str]:
    return {"email": f"{uuid4().hex}@Contract.example", "password": "a long password"}


def tokens_of(answer: httpx2.Response) -> Tokens:
    assert answer.status_code == 200, answer.text
    tokens: Tokens = answer.json()["data"]
    return tokens


def use(client: httpx2.Client, tokens: Tokens, how: str = "refresh") -> httpx2.Response:
    return client.post(f"{AUTH}/{how}", json={"refresh_token": tokens["refresh_token"]})


def at_once(*requests: Callable[[], httpx2.Response]) -> list[httpx2.Response]:
    with ThreadPoolExecutor(len(requests)) as threads:
        return [started.result() for started in [threads.submit(each) for each in requests]]


def read_line(line: str) -> tuple[str, str]:
    name, _, value = line.partition(": ")
    return name, value


def read_caller(option: str) -> tuple[frozenset[str], str]:
    """`read,write=X-API-Key: …` as permissions and the header line."""
    permissions, _, line = option.partition("=")
    return frozenset(permissions.split(",")), line


def useless(given: list[str]) -> dict[str, Lines]:
    """What is sent, by what is wrong with it; `given` is good, and everything near it is not."""
    found = {**MALFORMED}
    for line in given:
        name, value = read_line(line)
        near = _near_token if name == BEARER else _near_key
        found |= {kind: [(name, text)] for kind, text in near(value)}
        found["two of them"] = [(name, value), (name, value)]
        found["another's header"] = [(KEY, value) if name == BEARER else (BEARER, value)]
    return found


MALFORMED: dict[str, Lines] = {
    "nothing": [],
    "an empty key": [(KEY, "")],
    "an unknown key": [(KEY, "sk_000000000000_" + "A" * 43)],
    "a key that is none": [(KEY, "é")],
    "a huge key": [(KEY, "sk_" + "a" * 10_000)],
    "an empty token": [(BEARER, "Bearer")],
    "a token that is none": [(BEARER, "Bearer x.y.z")],
    "a token beyond ASCII": [(BEARER, "Bearer é.é.é")],
    "a huge token": [(BEARER, "Bearer " + "e30." * 4000)],
    "a password": [(BEARER, "Basic YTpi")],
    "a cookie": [("Cookie", "session=1; token=1")],
}


def _near_key(key: str) -> Iterator[tuple[str, str]]:
    prefix, key_id, secret = key.split("_", 2)
    yield "another secret", f"{prefix}_{key_id}_{secret[::-1]}"
    yield "a secret cut off", key[:-1]
    yield "a longer secret", key + "A"
    yield "another id", f"{prefix}_{key_id[::-1]}_{secret}"
    yield "the secret alone", secret
    yield "another prefix", f"{prefix.upper()}_{key_id}_{secret}"
    yield "quotes", f'"{key}"'


def _near_token(value: str) -> Iterator[tuple[str, str]]:
    scheme, _, token = value.partition(" ")
    header, payload, signature = token.split(".")
    claims = json.loads(_decoded(payload))
    later = _encoded({**claims, "exp": claims["exp"] + 86_400})
    yield "another signature", f"{scheme} {header}.{payload}.{signature[::-1]}"
    yield "no signature", f"{scheme} {header}.{payload}."
    yield "a longer life", f"{scheme} {header}.{later}.{signature}"
    for name in ("none", "None", "HS512", "RS256", "ES256"):
        yield f"alg {name}", f"{scheme} {_encoded({'alg': name})}.{payload}.{signature}"
    yield "alg none, unsigned", f"{scheme} {_encoded({'alg': 'none'})}.{payload}."
    yield "alg missing", f"{scheme} {_encoded({'typ': 'JWT'})}.{payload}.{signature}"
    yield "a header nested deep", f"{scheme} {_encoded('[' * 3000)}.{payload}.{signature}"
    yield "a guessed key", f"{scheme} {_signed(header, payload, b'secret')}"
    yield "no scheme", token
    yield "another scheme", f"Token {token}"


def _signed(header: str, payload: str, key: bytes) -> str:
    made = hmac.digest(key, f"{header}.{payload}".encode(), "sha256")
    return f"{header}.{payload}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _encoded(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
