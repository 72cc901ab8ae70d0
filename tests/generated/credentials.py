"""A caller who may do everything, made by the service's own commands."""

import subprocess
from pathlib import Path

from tests.generated.process import Service, environment

ADMIN = {"email": "contract@example.org", "password": "a long password"}
SCOPES = "items:read,items:write,items:delete"


def credentials(auth: str, folder: Path, service: Service, **settings: str) -> list[str]:
    """Header lines for the contract suite."""
    if auth == "api-key":
        key = app(folder, "keys", "create", "contract", "--scope", SCOPES, **settings)
        return [f"X-API-Key: {key.strip()}"]
    if auth == "jwt":
        admin = ["accounts", "create", ADMIN["email"], "--role", "admin", "--password-stdin"]
        app(folder, *admin, stdin=ADMIN["password"], **settings)
        with service.client() as client:
            answer = client.post("/api/v1/auth/token", json=ADMIN)
        return [f"Authorization: Bearer {answer.json()['data']['access_token']}"]
    return []


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
