from datetime import UTC, datetime

import httpx2
from sqlalchemy import update

from app.accounts.models import TokenFamily
from app.driver import make_unpooled_engine
from app.purge import purge
from app.settings import settings

AUTH = "/api/v1/auth"
ADA = {"email": "ada@test.example", "password": "a long password"}


async def test_an_expired_refresh_token_is_refused_and_purged(client: httpx2.AsyncClient) -> None:
    await client.post(f"{AUTH}/register", json=ADA)
    tokens = (await client.post(f"{AUTH}/token", json=ADA)).json()["data"]
    body = {"refresh_token": tokens["refresh_token"]}
    with make_unpooled_engine(settings()).begin() as connection:
        connection.execute(update(TokenFamily).values(expires_at=datetime.now(UTC)))

    refused = await client.post(f"{AUTH}/refresh", json=body)

    assert (refused.status_code, purge()) == (401, 1)
