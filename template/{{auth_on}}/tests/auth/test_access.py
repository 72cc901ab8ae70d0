"""Every guarded route, without credentials."""

import httpx2
import pytest

from app.main import routes

NOBODY = "00000000-0000-7000-8000-000000000000"
GUARDED = sorted(
    (route.method, route.template.replace("{item_id}", NOBODY), route.permission)
    for route in routes
    if route.permission and ":" in route.permission
)


@pytest.mark.parametrize(("method", "path", "permission"), GUARDED)
async def test_without_credentials_nothing_is_told(
    client: httpx2.AsyncClient, method: str, path: str, permission: str
) -> None:
    client.headers.clear()

    refused = await client.request(method, path, content=b"{", headers={"accept": "text/html"})

    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "unauthenticated")
    assert refused.headers["www-authenticate"]
