from datetime import UTC, datetime, timedelta

import httpx2
from sqlalchemy import update

from app.driver import make_unpooled_engine
from app.idempotency.models import IdempotentAnswer
from app.purge import purge
from app.settings import settings

ITEMS = "/api/v1/items"
KEY = {"idempotency-key": "7d9a-1"}


def expire() -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    with make_unpooled_engine(settings()).begin() as connection:
        connection.execute(update(IdempotentAnswer).values(expires_at=past))


async def test_what_has_expired_goes_and_nothing_else(client: httpx2.AsyncClient) -> None:
    await client.post(ITEMS, json={"name": "bolt"}, headers=KEY)

    kept = purge()
    expire()

    assert (kept, purge(), purge()) == (0, 1, 0)


async def test_an_expired_key_is_free_again(client: httpx2.AsyncClient) -> None:
    await client.post(ITEMS, json={"name": "bolt"}, headers=KEY)
    expire()

    made = await client.post(ITEMS, json={"name": "nut"}, headers=KEY)

    assert (made.status_code, made.json()["data"]["name"]) == (201, "nut")
