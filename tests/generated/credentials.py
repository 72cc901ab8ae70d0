"""Callers, made by the service's own commands and routes."""

import subprocess
from pathlib import Path

from tests.generated.process import Service, environment, run
from tests.generated.provider import bearer, token

ADMIN = {"email": "contract@example.org", "password": "a long password"}
SCOPES = "items:read,items:write,items:delete"
TOKEN = """
import sys
from app.auth.tokens import new_access_token
print(new_access_token(sys.argv[1], "admin"))
"""


def credentials(auth: str, folder: Path, service: Service, **settings: str) -> list[str]:
    """Header lines of a caller who may do everything."""
    if auth == "api-key":
        return [create_key(folder, "contract", SCOPES, **settings)]
    if auth == "jwt":
        create_account(folder, "admin", ADMIN, **settings)
        return [sign_in(service, ADMIN)]
    if auth == "oidc":
        return [bearer(token(settings["OIDC_ISSUER"], "admin"))]
    return []


def callers(auth: str, folder: Path, service: Service, **settings: str) -> list[str]:
    """Options of the contract suite: the same caller, those who may less, those who no longer."""
    given = credentials(auth, folder, service, **settings)
    if auth == "api-key":
        return [*option("--header", *given), *_other_keys(folder, **settings)]
    if auth == "jwt":
        return [*option("--header", *given), *_other_accounts(folder, service, given, **settings)]
    if auth == "oidc":
        return [*option("--header", *given), *_other_tokens(settings["OIDC_ISSUER"])]
    return []


def _other_keys(folder: Path, **settings: str) -> list[str]:
    reader = create_key(folder, "reader", "items:read", **settings)
    writer = create_key(folder, "writer", "items:write,items:delete", **settings)
    expired = create_key(folder, "expired", SCOPES, "--expires-days", "0", **settings)
    rotated = create_key(folder, "rotated", SCOPES, **settings)
    app(folder, "keys", "rotate", "rotated", **settings)
    revoked = create_key(folder, "revoked", SCOPES, **settings)
    app(folder, "keys", "revoke", "revoked", **settings)
    return [
        *option("--caller", f"read={reader}", f"write,delete={writer}"),
        *option("--refused", expired, rotated, revoked),
    ]


def _other_accounts(folder: Path, service: Service, given: list[str], **settings: str) -> list[str]:
    viewer, editor = (ADMIN | {"email": f"{name}@example.org"} for name in ("viewer", "editor"))
    with service.client() as client:
        assert client.post("/api/v1/auth/register", json=viewer).status_code == 201
    create_account(folder, "editor", editor, **settings)
    me = service.get("/api/v1/auth/me", **dict(line.split(": ", 1) for line in given))
    admin = me.json()["data"]["id"]
    return [
        *option("--caller", f"read={sign_in(service, viewer)}"),
        *option("--caller", f"read,write={sign_in(service, editor)}"),
        *option("--refused", make_token(folder, admin, **settings, ACCESS_TOKEN_SECONDS="1")),
        *option("--refused", make_token(folder, admin, **settings | {"SECRET_KEY": "x" * 32})),
    ]


def _other_tokens(issuer: str) -> list[str]:
    return [
        *option("--caller", f"read={bearer(token(issuer, 'viewer'))}"),
        *option("--caller", f"read,write={bearer(token(issuer, 'editor'))}"),
        *option("--refused", bearer(token(issuer, "admin", "https://other.example.org"))),
    ]


def option(name: str, *values: str) -> list[str]:
    return [word for value in values for word in (name, value)]


def create_key(folder: Path, name: str, scopes: str, *more: str, **settings: str) -> str:
    key = app(folder, "keys", "create", name, "--scope", scopes, *more, **settings)
    return f"X-API-Key: {key.strip()}"


def create_account(folder: Path, role: str, account: dict[str, str], **settings: str) -> None:
    words = ["create", account["email"], "--role", role, "--password-stdin"]
    app(folder, "accounts", *words, stdin=account["password"], **settings)


def sign_in(service: Service, account: dict[str, str]) -> str:
    with service.client() as client:
        answer = client.post("/api/v1/auth/token", json=account)
    return f"Authorization: Bearer {answer.json()['data']['access_token']}"


def make_token(folder: Path, account_id: str, **settings: str) -> str:
    """As a service with these settings gives one."""
    python = str(folder / ".venv/bin/python")
    token = run(folder, python, "-c", TOKEN, account_id, **settings)
    return f"Authorization: Bearer {token.strip()}"


def app(folder: Path, *words: str, stdin: str = "", **settings: str) -> str:
    """What it prints on stdout."""
    done = subprocess.run(
        [folder / ".venv/bin/app", *words],
        cwd=folder,
        env=environment(**settings),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
