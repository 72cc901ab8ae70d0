from datetime import UTC, datetime, timedelta

import httpx2
from sqlalchemy import update

from app.database import connections
from app.idempotency.models import IdempotentAnswer
from app.purge import purge

ITEMS = "/api/v1/items"
KEY = {"idempotency-key": "7d9a-1"}


async def expire() -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    async with connections().writers.session() as session:
        await session.execute(update(IdempotentAnswer).values(expires_at=past))
        await session.commit()


async def test_what_has_expired_goes_and_nothing_else(client: httpx2.AsyncClient) -> None:
    await client.post(ITEMS, json={"name": "bolt"}, headers=KEY)

    kept = await purge()
    await expire()

    assert (kept, await purge(), await purge()) == (0, 1, 0)


async def test_an_expired_key_is_free_again(client: httpx2.AsyncClient) -> None:
    await client.post(ITEMS, json={"name": "bolt"}, headers=KEY)
    await expire()

    made = await client.post(ITEMS, json={"name": "nut"}, headers=KEY)

    assert (made.status_code, made.json()["data"]["name"]) == (201, "nut")
