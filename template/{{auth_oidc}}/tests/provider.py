"""A real provider, as a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2

from tests.process import free_port, wait_for

AUDIENCE = "this-service"
BACK = "http://localhost/back"  # where it would send a browser


@contextmanager
def providing() -> Iterator[str]:
    """What it calls itself."""
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            issuer = f"http://localhost:{port}"
            wait_for(f"{issuer}/.well-known/openid-configuration", 200)
            yield issuer
        finally:
            process.kill()


async def new_token(issuer: str, subject: str, roles: list[str]) -> str:
    """As it gives one to an application in which `subject` has signed in."""
    asking = {"client_id": AUDIENCE, "redirect_uri": BACK}
    async with httpx2.AsyncClient(base_url=issuer) as client:
        await client.put(f"/users/{subject}", json={"roles": roles})
        query = asking | {"response_type": "code", "scope": "openid"}
        back = await client.post("/oauth2/authorize", params=query, data={"sub": subject})
        code = httpx2.URL(back.headers["location"]).params["code"]
        form = asking | {"grant_type": "authorization_code", "code": code, "client_secret": "any"}
        answer = await client.post("/oauth2/token", data=form)
    token: str = answer.json()["id_token"]
    return token
